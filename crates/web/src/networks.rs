//! The networks of this server, by name.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use service::App;
use service::networks::{self, NetworkView};
use service::text::plain_text;
use service::views::AccountView;

use crate::network::joining;
use crate::page::{Answer, EVERYBODY, Forms, Frame, filters, show, visitor};
use crate::profile::shortened;

/// Networks on one page.
const NETWORKS: usize = 50;

/// Whose names come after which.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    #[serde(default)]
    after: String,
}

/// A network as the list shows it.
struct Listed {
    account: AccountView,
    summary: String,
    joining: &'static str,
}

impl Listed {
    fn of(view: NetworkView) -> Self {
        let has_moved = view.account.account.moved_to_uri.is_some();
        Self {
            summary: shortened(&plain_text(&view.account.account.note)),
            joining: if has_moved {
                "It has moved to another server."
            } else {
                joining(view.network.membership)
            },
            account: view.account,
        }
    }
}

#[derive(Template)]
#[template(path = "networks.html")]
struct Networks {
    page: Frame,
    host: String,
    networks: Vec<Listed>,
    /// The last of these, if there are more.
    more: Option<String>,
}

pub async fn list(request: HttpRequest, after: Query<After>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let limit = i64::try_from(NETWORKS).unwrap_or(i64::MAX);
    let last = after.after.to_lowercase();
    let found = networks::list_after(&app, EVERYBODY, last, limit).await?;
    let more = found
        .last()
        .filter(|_| found.len() >= NETWORKS)
        .map(|last| last.account.account.handle_key.clone());
    let page = Networks {
        page: Frame::new(&app, &visitor, "Networks"),
        host: app.settings().host.to_string(),
        networks: found.into_iter().map(Listed::of).collect(),
        more,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}
