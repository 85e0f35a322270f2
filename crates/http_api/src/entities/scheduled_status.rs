//! What is to be posted at a time.
//! <https://docs.joinmastodon.org/entities/ScheduledStatus/>

use domain::{ContentType, MediaId, StatusId, Time, Visibility};
use serde::Serialize;
use service::scheduled::{Params as Asked, ScheduledView};
use utoipa::ToSchema;

use super::time::moment;
use super::{Document, MediaAttachment, Null};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScheduledStatus {
    pub id: String,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub scheduled_at: Time,
    pub params: Params,
    pub media_attachments: Vec<MediaAttachment>,
    /// What Mastodon does not know; only where there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Additions)]
    pub staffroom: Option<Additions>,
}

/// What a status to come has besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ScheduledAdditions)]
pub struct Additions {
    /// To which it will link.
    pub documents: Vec<Document>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ScheduledParams)]
pub struct Params {
    pub text: String,
    #[schema(required)]
    pub poll: Option<Poll>,
    #[schema(value_type = Option<Vec<String>>, required)]
    pub media_ids: Option<Vec<MediaId>>,
    #[schema(required)]
    pub sensitive: Option<bool>,
    #[schema(required)]
    pub spoiler_text: Option<String>,
    #[schema(value_type = Option<String>, required)]
    pub visibility: Option<Visibility>,
    #[schema(required)]
    pub language: Option<String>,
    #[schema(value_type = Option<String>, required)]
    pub in_reply_to_id: Option<StatusId>,
    #[schema(value_type = Option<String>, required)]
    pub quoted_status_id: Option<StatusId>,
    #[schema(required)]
    pub quote_approval_policy: Option<&'static str>,
    /// A number, as Mastodon has it.
    pub application_id: i64,
    #[schema(required)]
    pub idempotency: Option<String>,
    /// The time is outside.
    #[schema(schema_with = crate::openapi::null)]
    pub scheduled_at: Null,
    pub with_rate_limit: bool,
    /// What Mastodon does not know; only where there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = OwnParams)]
    pub staffroom: Option<OwnParams>,
}

/// What is asked for besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ScheduledParamsAdditions)]
pub struct OwnParams {
    /// How the text is written.
    pub content_type: &'static str,
    pub local_only: bool,
    #[schema(value_type = Vec<String>)]
    pub document_ids: Vec<MediaId>,
}

impl OwnParams {
    fn of(params: &Asked) -> Option<Self> {
        let content_type = params.content_type.unwrap_or_default();
        let says_something = params.local_only
            || !params.documents.is_empty()
            || content_type != ContentType::default();
        says_something.then(|| Self {
            content_type: content_type.name(),
            local_only: params.local_only,
            document_ids: params.documents.clone(),
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ScheduledPoll)]
pub struct Poll {
    pub options: Vec<String>,
    pub expires_in: i64,
    pub multiple: bool,
    pub hide_totals: bool,
}

impl From<ScheduledView> for ScheduledStatus {
    fn from(view: ScheduledView) -> Self {
        let (row, params) = (view.row, view.params);
        Self {
            id: row.id.to_string(),
            scheduled_at: row.scheduled_at,
            params: Params {
                staffroom: OwnParams::of(&params),
                text: params.text,
                poll: params.poll.map(|poll| Poll {
                    options: poll.options,
                    expires_in: poll.expires_in,
                    multiple: poll.multiple,
                    hide_totals: poll.hide_totals,
                }),
                media_ids: (!params.media.is_empty()).then_some(params.media),
                sensitive: params.sensitive,
                spoiler_text: (!params.spoiler_text.is_empty()).then_some(params.spoiler_text),
                visibility: params.visibility,
                language: params.language,
                in_reply_to_id: params.in_reply_to,
                quoted_status_id: params.quoted,
                quote_approval_policy: params
                    .quote_policy
                    .map(|bits| domain::QuotePolicy::from(bits).name()),
                application_id: row.application_id.0,
                idempotency: row.idempotency_key,
                scheduled_at: (),
                with_rate_limit: false,
            },
            media_attachments: view.media.into_iter().map(Into::into).collect(),
            staffroom: (!view.documents.is_empty()).then(|| Additions {
                documents: view.documents.into_iter().map(Into::into).collect(),
            }),
        }
    }
}
