//! What is to be posted at a time.
//! <https://docs.joinmastodon.org/entities/ScheduledStatus/>

use domain::{ApplicationId, MediaId, StatusId, Time, Visibility};
use serde::Serialize;
use service::scheduled::ScheduledView;

use super::time::moment;
use super::{MediaAttachment, Null};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScheduledStatus {
    pub id: String,
    #[serde(serialize_with = "moment")]
    pub scheduled_at: Time,
    pub params: Params,
    pub media_attachments: Vec<MediaAttachment>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Params {
    pub text: String,
    pub poll: Option<Poll>,
    pub media_ids: Option<Vec<MediaId>>,
    pub sensitive: Option<bool>,
    pub spoiler_text: Option<String>,
    pub visibility: Option<Visibility>,
    pub language: Option<String>,
    pub in_reply_to_id: Option<StatusId>,
    pub quoted_status_id: Option<StatusId>,
    pub quote_approval_policy: Option<&'static str>,
    pub application_id: ApplicationId,
    pub idempotency: Option<String>,
    /// The time is outside.
    pub scheduled_at: Null,
    pub with_rate_limit: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
                application_id: row.application_id,
                idempotency: row.idempotency_key,
                scheduled_at: (),
                with_rate_limit: false,
            },
            media_attachments: view.media.into_iter().map(Into::into).collect(),
        }
    }
}
