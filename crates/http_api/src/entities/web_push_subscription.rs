//! Where a client program is told at once of what its user is told.
//! <https://docs.joinmastodon.org/entities/WebPushSubscription/>

use std::collections::BTreeMap;

use domain::NotificationKind;
use serde::Serialize;
use service::push::SubscriptionView;
use utoipa::ToSchema;

/// What apps keep of a number here: 31 bits.
const SMALL: i64 = 0x7fff_ffff;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WebPushSubscription {
    /// A small number, as apps read it; no operation takes it.
    pub id: i64,
    pub endpoint: String,
    pub standard: bool,
    /// Every kind of notification that is pushed.
    #[schema(value_type = BTreeMap<String, bool>)]
    pub alerts: BTreeMap<&'static str, bool>,
    pub policy: &'static str,
    pub server_key: String,
}

impl From<SubscriptionView> for WebPushSubscription {
    fn from(view: SubscriptionView) -> Self {
        let alerts = NotificationKind::ALL
            .into_iter()
            .filter(|kind| !kind.is_rare())
            .map(|kind| (kind.name(), view.wants(kind)))
            .collect();
        let subscription = view.subscription;
        Self {
            id: subscription.token_id.0 & SMALL,
            endpoint: subscription.endpoint,
            standard: subscription.standard,
            alerts,
            policy: subscription.policy.name(),
            server_key: view.server_key,
        }
    }
}
