//! Custom emoji. Mastodon has pages for them and no operations; these are GoToSocial's.
//! <https://docs.gotosocial.org/en/latest/api/swagger/>
//!
//! Only emoji of this server are kept by themselves, so none from elsewhere can be disabled or copied.

use actix_web::http::header;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use service::App;
use service::custom_emojis::{Emoji, NewEmoji, shown};
use service::moderation::emojis::{self, Change, Stretch};
use url::Url;
use utoipa::ToSchema;

use super::super::{Answer, json};
use super::mistake;
use crate::entities::{AdminEmoji, CustomEmoji};
use crate::extract::scope::{AdminReadEmojis, AdminWriteEmojis};
use crate::extract::{Caller, Params, PathId, Text, Upload};
use crate::openapi::Operations;
use crate::routes::Routes;

const PATH: &str = "/api/v1/admin/custom_emojis";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/admin/custom_emojis",
            [web::get().to(list), web::post().to(add)],
        )
        .at(
            "/v1/admin/custom_emojis/{id}",
            [
                web::get().to(show),
                web::patch().to(change),
                web::delete().to(remove),
            ],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/admin/custom_emojis", "All emoji, by name", list)
        .lists::<AdminEmoji>();
    api.post("/v1/admin/custom_emojis", "Add an emoji", add)
        .answers::<AdminEmoji>()
        .files(&["image"]);
    api.get("/v1/admin/custom_emojis/{id}", "One emoji", show)
        .answers::<AdminEmoji>();
    api.patch(
        "/v1/admin/custom_emojis/{id}",
        "Give an emoji another picture or category",
        change,
    )
    .answers::<AdminEmoji>()
    .files(&["image"]);
    api.delete("/v1/admin/custom_emojis/{id}", "Remove an emoji", remove)
        .answers::<AdminEmoji>();
}

fn entity(app: &App, emoji: &Emoji) -> AdminEmoji {
    AdminEmoji {
        emoji: CustomEmoji {
            category: emoji.category.clone(),
            visible_in_picker: emoji.visible_in_picker,
            ..CustomEmoji::from(shown(app, emoji))
        },
        id: emoji.id.to_string(),
        disabled: false,
        updated_at: emoji.updated_at,
        total_file_size: emoji.bytes,
        content_type: emoji.mime.clone(),
        uri: app.addresses().emoji(&emoji.shortcode),
    }
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Asked {
    filter: Text,
    limit: Text,
    max_shortcode_domain: Text,
    min_shortcode_domain: Text,
}

/// Which emoji are asked for; none where they are all elsewhere, or disabled.
fn stretch(asked: &Asked) -> Option<Stretch> {
    let mut stretch = Stretch {
        // `NAME@HOST`, without a host for ours. Lists run upwards, so that a page goes on after `max`.
        after: name(&asked.max_shortcode_domain),
        before: name(&asked.min_shortcode_domain),
        limit: asked
            .limit
            .filled()
            .and_then(|limit| limit.trim().parse().ok())
            .map_or(50, |limit: i64| limit.clamp(1, 200)),
        shortcode: None,
    };
    let (mut enabled, mut disabled) = (false, false);
    for part in asked.filter.filled().unwrap_or_default().split(',') {
        match part.trim().split_once(':') {
            Some(("domain", "local" | "all" | "*")) => {}
            Some(("domain", _)) => return None,
            Some(("shortcode", name)) => stretch.shortcode = Some(name.to_owned()),
            _ if part.trim() == "enabled" => enabled = true,
            _ if part.trim() == "disabled" => disabled = true,
            _ => {}
        }
    }
    (enabled || !disabled).then_some(stretch)
}

fn name(cursor: &Text) -> Option<String> {
    let name = cursor.filled()?.split('@').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

async fn list(
    request: HttpRequest,
    _: Caller<AdminReadEmojis>,
    params: Params<Asked>,
    app: Data<App>,
) -> Answer {
    let Some(stretch) = stretch(&params.0) else {
        return json([(); 0]);
    };
    let limit = usize::try_from(stretch.limit).unwrap_or_default();
    let rows = emojis::list(&app, stretch).await?;
    let mut response = HttpResponse::Ok();
    if let Some(links) = links(&request, &app, &rows, limit) {
        response.insert_header((header::LINK, links));
    }
    let rows = rows.iter().map(|emoji| entity(&app, emoji));
    Ok(response.json(rows.collect::<Vec<AdminEmoji>>()))
}

/// The neighbours of a page, by name.
fn links(request: &HttpRequest, app: &App, rows: &[Emoji], limit: usize) -> Option<String> {
    let (first, last) = (rows.first()?, rows.last()?);
    let link = |cursor: &str, emoji: &Emoji, rel: &str| {
        let mut url = Url::parse(&app.addresses().join(PATH)).ok()?;
        let query = url::form_urlencoded::parse(request.query_string().as_bytes());
        let kept = query.filter(|(name, _)| name == "filter" || name == "limit");
        url.query_pairs_mut()
            .extend_pairs(kept)
            .append_pair(cursor, &format!("{}@", emoji.shortcode));
        Some(format!("<{url}>; rel=\"{rel}\""))
    };
    let prev = link("min_shortcode_domain", first, "prev")?;
    if rows.len() < limit {
        return Some(prev);
    }
    let next = link("max_shortcode_domain", last, "next")?;
    Some(format!("{next}, {prev}"))
}

async fn show(_: Caller<AdminReadEmojis>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(entity(&app, &emojis::find(&app, id.0).await?))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct New {
    shortcode: Text,
    category: Text,
}

async fn add(caller: Caller<AdminWriteEmojis>, mut upload: Upload<New>, app: Data<App>) -> Answer {
    let picture = upload
        .take("image")
        .ok_or_else(|| mistake("Image can't be blank"))?;
    let new = NewEmoji {
        shortcode: upload
            .params
            .shortcode
            .filled()
            .unwrap_or_default()
            .to_owned(),
        picture: picture.bytes,
        category: upload.params.category.filled().map(str::to_owned),
        visible_in_picker: true,
        replace: false,
    };
    let made = emojis::add(&app, &caller.person, new).await?;
    json(entity(&app, &made))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Modified {
    #[serde(rename = "type")]
    kind: Text,
    /// Empty takes it away.
    category: Text,
}

async fn change(
    caller: Caller<AdminWriteEmojis>,
    id: PathId<i64>,
    mut upload: Upload<Modified>,
    app: Data<App>,
) -> Answer {
    emojis::find(&app, id.0).await?;
    match upload.params.kind.filled() {
        Some("modify") => {}
        Some("disable" | "copy") => {
            return Err(mistake("Type is for emoji of other servers only"));
        }
        Some(_) | None => return Err(mistake("Type is not included in the list")),
    }
    let change = Change {
        picture: upload.take("image").map(|picture| picture.bytes),
        category: upload.params.category.0.clone(),
    };
    if change.picture.is_none() && change.category.is_none() {
        return Err(mistake("Image or category must be given"));
    }
    let changed = emojis::change(&app, &caller.person, id.0, change).await?;
    json(entity(&app, &changed))
}

async fn remove(caller: Caller<AdminWriteEmojis>, id: PathId<i64>, app: Data<App>) -> Answer {
    let gone = emojis::remove(&app, &caller.person, id.0).await?;
    json(entity(&app, &gone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(json: &str) -> Option<Stretch> {
        stretch(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn only_emoji_of_this_server_are_there_to_be_asked_for() {
        for some in [
            "",
            "domain:local",
            "domain:all,enabled",
            "domain:*,disabled,enabled",
            "x",
        ] {
            assert!(
                asked(&format!("{{\"filter\":\"{some}\"}}")).is_some(),
                "{some}"
            );
        }
        for none in [
            "domain:elsewhere.example",
            "disabled",
            "domain:local,disabled",
        ] {
            assert!(
                asked(&format!("{{\"filter\":\"{none}\"}}")).is_none(),
                "{none}"
            );
        }
        let found =
            asked(r#"{"max_shortcode_domain":"cat@","limit":"1000","filter":"shortcode:dog"}"#);
        let found = found.unwrap();
        assert_eq!(found.after.as_deref(), Some("cat"));
        assert_eq!(found.shortcode.as_deref(), Some("dog"));
        assert_eq!((found.before, found.limit), (None, 200));
    }
}
