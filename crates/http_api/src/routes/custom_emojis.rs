//! <https://docs.joinmastodon.org/methods/custom_emojis/>

use actix_web::web::{self, Data};
use service::{App, custom_emojis};

use super::{Answer, json};
use crate::entities::CustomEmoji;
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/v1/custom_emojis", [web::get().to(list)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/custom_emojis", "Custom emoji", list)
        .lists::<CustomEmoji>();
}

/// Those that apps offer, as in Mastodon.
async fn list(app: Data<App>) -> Answer {
    let all = custom_emojis::listed(&app).await?;
    let offered = all.iter().filter(|emoji| emoji.visible_in_picker);
    let shown = offered.map(|emoji| CustomEmoji {
        category: emoji.category.clone(),
        ..CustomEmoji::from(custom_emojis::shown(&app, emoji))
    });
    json(shown.collect::<Vec<CustomEmoji>>())
}
