//! <https://docs.joinmastodon.org/methods/push/>

use actix_web::web::{self, Data};
use domain::{NotificationKind, PushPolicy};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::App;
use service::push::{self, NewSubscription, Wishes};
use utoipa::ToSchema;

use super::{Answer, json, nothing, put_or_patch};
use crate::ApiError;
use crate::entities::WebPushSubscription;
use crate::extract::scope::Push;
use crate::extract::{Bearer, Caller, Choice, Flag, Params, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes.at(
        "/v1/push/subscription",
        [
            web::get().to(show),
            web::post().to(create),
            put_or_patch().to(update),
            web::delete().to(delete),
        ],
    );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/push/subscription",
        "Where this app is told at once",
        show,
    )
    .answers::<WebPushSubscription>();
    api.post(
        "/v1/push/subscription",
        "Have this app told at once",
        create,
    )
    .answers::<WebPushSubscription>();
    api.put_or_patch(
        "/v1/push/subscription",
        "Change of what this app is told",
        update,
    )
    .answers::<WebPushSubscription>();
    api.delete(
        "/v1/push/subscription",
        "Have this app told no longer",
        delete,
    )
    .says_nothing();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Create {
    subscription: SubscriptionParams,
    data: Option<DataParams>,
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Update {
    data: Option<DataParams>,
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct SubscriptionParams {
    endpoint: Text,
    keys: Keys,
    standard: Flag,
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Keys {
    p256dh: Text,
    auth: Text,
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct DataParams {
    /// By kind of notification; kinds that we do not have or do not push are left out.
    alerts: Value,
    #[schema(value_type = String)]
    policy: Choice<String>,
}

impl DataParams {
    fn read(self) -> Result<Wishes, ApiError> {
        let mut alerts = Vec::new();
        if let Value::Object(said) = self.alerts {
            for (name, wanted) in said {
                let wanted = Flag::deserialize(wanted)
                    .map_err(|_| refused("Data alerts must be true or false"))?;
                if wanted.is_set() {
                    let kind = NotificationKind::named(&name);
                    alerts.extend(kind.filter(|kind| !kind.is_rare()));
                }
            }
        }
        let policy = |word: String| {
            PushPolicy::named(&word)
                .ok_or_else(|| refused("Data policy is not included in the list"))
        };
        Ok(Wishes {
            alerts,
            policy: self.policy.0.map(policy).transpose()?.unwrap_or_default(),
        })
    }
}

fn refused(text: &str) -> ApiError {
    ApiError::Unprocessable(format!("Validation failed: {text}"))
}

async fn show(caller: Caller<Push>, app: Data<App>) -> Answer {
    let found = push::subscription(&app, caller.authenticated.token).await?;
    json(WebPushSubscription::from(found))
}

async fn create(
    caller: Caller<Push>,
    bearer: Bearer,
    params: Params<Create>,
    app: Data<App>,
) -> Answer {
    let Create { subscription, data } = params.into_inner();
    let new = NewSubscription {
        endpoint: subscription.endpoint.0.unwrap_or_default(),
        p256dh: subscription.keys.p256dh.0.unwrap_or_default(),
        auth: subscription.keys.auth.0.unwrap_or_default(),
        standard: subscription.standard.is_set(),
        wishes: data.unwrap_or_default().read()?,
    };
    let (token, text) = (caller.authenticated.token, bearer.token().to_owned());
    let made = push::subscribe(&app, &caller.person, token, text, new).await?;
    json(WebPushSubscription::from(made))
}

async fn update(caller: Caller<Push>, params: Params<Update>, app: Data<App>) -> Answer {
    let wishes = params.into_inner().data.unwrap_or_default().read()?;
    let changed = push::change(&app, caller.authenticated.token, wishes).await?;
    json(WebPushSubscription::from(changed))
}

async fn delete(caller: Caller<Push>, app: Data<App>) -> Answer {
    push::unsubscribe(&app, caller.authenticated.token).await?;
    nothing()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_pushed_is_taken_for_a_wish() {
        let said = json!({ "alerts": { "mention": true, "poll": false, "moderation_warning": true, "nonsense": true } });
        let said: DataParams = serde_json::from_value(said).unwrap();
        assert_eq!(said.read().unwrap().alerts, [NotificationKind::Mention]);
    }
}
