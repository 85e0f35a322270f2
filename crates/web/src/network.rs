//! The page of a network: what it is about, who looks after it, what it passed on, and who is in it, by name.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use askama::Template;
use domain::{Membership, Page, Posting, StatusId};
use serde::Deserialize;
use service::App;
use service::networks::{self, NetworkPostView, NetworkView};
use service::practice::{self, Wanted};
use service::text::plain_text;
use service::views::{AccountView, StatusView};

use crate::forms::Visitor;
use crate::front::Older;
use crate::page::{Answer, EVERYBODY, Forms, Frame, filters, show};
use crate::practice::Shown;
use crate::profile::shortened;

/// Members on one page.
const PEOPLE: usize = 100;
/// Practice on the page; the library has all of it.
const PRACTICES: i64 = 10;

/// Whose names come after which.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    #[serde(default)]
    people_after: String,
    /// The question whose older like are shown.
    #[serde(default)]
    like: String,
}

#[derive(Template)]
#[template(path = "network.html")]
struct NetworkPage {
    page: Frame,
    network: NetworkView,
    host: String,
    summary: String,
    /// One for each line.
    rules: Vec<String>,
    joining: &'static str,
    posting: &'static str,
    practice: &'static str,
    /// The newest of it.
    practices: Vec<Shown>,
    /// Older threads like a question, if there is one to look at.
    similar: Option<Vec<StatusView>>,
    pinned: Vec<NetworkPostView>,
    posts: Vec<NetworkPostView>,
    older: Option<i64>,
    people: Vec<AccountView>,
    /// The last of these, if there are more.
    more_people: Option<String>,
}

/// The page of one of our networks.
///
/// # Errors
/// If it is none, or the database does not answer.
pub async fn network(
    app: &Data<App>,
    visitor: &Visitor,
    who: &AccountView,
    older: &Query<Older>,
    after: &Query<After>,
) -> Answer {
    let id = who.account.id;
    let network = networks::view(app, EVERYBODY, id).await?;
    let (pinned, found) = networks::page(app, id, older.page()).await?;
    let pinned = if older.max_id().is_none() {
        pinned
    } else {
        Vec::new()
    };
    let limit = i64::try_from(PEOPLE).unwrap_or(i64::MAX);
    let last = after.people_after.to_lowercase();
    let people = networks::people(app, EVERYBODY, id, last, limit).await?;
    let more_people = people
        .last()
        .filter(|_| people.len() >= PEOPLE)
        .map(|last| last.account.handle_key.clone());
    let similar = match after.like.parse::<StatusId>() {
        Ok(question) => Some(networks::similar(app, EVERYBODY, question).await?),
        Err(_) => None,
    };
    let wanted = Wanted {
        network: Some(id.to_string()),
        ..Wanted::default()
    };
    let practices = practice::list(app, EVERYBODY, wanted, Page::newest(PRACTICES)).await?;
    let account = &network.account.account;
    let title = if account.display_name.is_empty() {
        &account.username
    } else {
        &account.display_name
    };
    let page = NetworkPage {
        page: Frame::new(app, visitor, title),
        host: app.settings().host.to_string(),
        summary: shortened(&plain_text(&account.note)),
        rules: network.network.rules.lines().map(str::to_owned).collect(),
        joining: joining(network.network.membership),
        posting: match network.network.posting {
            Posting::OthersWait => {
                "What members post is passed on, and what others post once a steward has read it."
            }
            Posting::Members => "What members post is passed on.",
            Posting::StewardApproval => "What is posted is passed on once a steward has read it.",
        },
        practices: practices.items.into_iter().filter_map(Shown::of).collect(),
        practice: if network.posts_are_practice {
            "What is posted here is practice, with or without the hashtag."
        } else {
            ""
        },
        older: found.more(),
        posts: found.items,
        similar,
        pinned,
        people,
        more_people,
        network,
    };
    show(app, visitor, StatusCode::OK, Forms::Here, &page)
}

/// How one joins.
pub fn joining(membership: Membership) -> &'static str {
    match membership {
        Membership::Open => "Whoever follows it is a member.",
        Membership::ByApproval => "To join, follow it: a steward answers.",
        Membership::Closed => "Its stewards invite those who may join.",
    }
}
