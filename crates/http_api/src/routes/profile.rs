//! One's own profile as one wrote it.
//! <https://docs.joinmastodon.org/methods/profile/>

use actix_web::web::{self, Data};
use service::oauth::Person;
use service::views::AccountView;
use service::{App, accounts, featured_tags, profile, users};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::accounts::Update;
use super::{Answer, json, nothing, put_or_patch};
use crate::entities::{FeaturedTag, Profile};
use crate::extract::scope::{OwnProfile, ReadAccounts, WriteAccounts};
use crate::extract::{Caller, Newcomer, Params, Text, Upload};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/profile",
            [web::get().to(read), put_or_patch().to(write)],
        )
        .at("/v1/emails/confirmations", [web::post().to(confirmation)])
        .at(
            "/v1/emails/check_confirmation",
            [web::get().to(is_confirmed)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/profile", "Your profile as you wrote it", read)
        .answers::<Profile>();
    api.put_or_patch("/v1/profile", "Change your profile", write)
        .answers::<Profile>()
        .files(&["avatar", "header"]);
    api.post(
        "/v1/emails/confirmations",
        "Send the mail again that confirms your address",
        confirmation,
    )
    .says_nothing();
    api.get(
        "/v1/emails/check_confirmation",
        "Whether your address is confirmed",
        is_confirmed,
    )
    .answers_schema(ObjectBuilder::new().schema_type(Type::Boolean));
}

async fn read(caller: Caller<OwnProfile>, app: Data<App>) -> Answer {
    let (view, _) = accounts::own(&app, &caller.person).await?;
    show(&app, &caller.person, view).await
}

async fn write(caller: Caller<WriteAccounts>, upload: Upload<Update>, app: Data<App>) -> Answer {
    let view = profile::update(&app, &caller.person, Update::change(upload)?).await?;
    show(&app, &caller.person, view).await
}

async fn show(app: &App, person: &Person, view: AccountView) -> Answer {
    let tags = featured_tags::list(app, Some(person), person.id()).await?;
    let featured_tags = tags.into_iter().map(FeaturedTag::from).collect();
    json(Profile {
        featured_tags,
        ..Profile::from(view)
    })
}

#[derive(serde::Deserialize, serde::Serialize, Default, ToSchema)]
#[serde(default)]
struct Address {
    email: Text,
}

/// Sends the letter once more that confirms an address.
async fn confirmation(
    newcomer: Newcomer<WriteAccounts>,
    params: Params<Address>,
    app: Data<App>,
) -> Answer {
    let email = params.0.email.filled();
    users::ask_again_for_confirmation(&app, &newcomer.person, email).await?;
    nothing()
}

/// What apps ask again and again while they wait for that.
async fn is_confirmed(newcomer: Newcomer<ReadAccounts>) -> Answer {
    json(newcomer.person.user.confirmed_at.is_some())
}
