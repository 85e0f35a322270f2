//! What is to be posted at a time.
//! <https://docs.joinmastodon.org/entities/ScheduledStatus/>

use domain::{MediaId, StatusId, Time, Visibility};
use serde::Serialize;
use service::scheduled::ScheduledView;
use utoipa::ToSchema;

use super::time::moment;
use super::{MediaAttachment, Null};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScheduledStatus {
    pub id: String,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub scheduled_at: Time,
    pub params: Params,
    pub media_attachments: Vec<MediaAttachment>,
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
        }
    }
}
