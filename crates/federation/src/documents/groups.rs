//! Collections of networks, as Lemmy reads them: it looks at no page, so that what is in them stands in the collection itself
//! (FEP-1b12).

use std::collections::HashMap;

use domain::{Page, StatusId, Visibility};
use serde_json::{Value, json};
use service::App;
use service::audience::{Viewer, visible_to};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::{OfAccount, Status};

use super::Failure;
use super::collections::collection;
use crate::convert::note::{self, Post};
use crate::outgoing::networks::{announce, create, in_network, marked};
use crate::protocol::context::with_context;

/// Posts in a collection itself.
const ITEMS: i64 = 20;

/// What a network passed on last, each as the activity that servers of groups are sent, and where the pages begin.
pub(super) fn outbox(
    app: &App,
    conn: &mut DbConnection,
    viewer: &Viewer,
    network: &Account,
) -> Result<Value, Failure> {
    let wanted = OfAccount {
        seen: vec![Visibility::Public, Visibility::Unlisted],
        ..OfAccount::default()
    };
    let page = Page::newest(ITEMS);
    let boosts = storage::statuses::page_of_account(conn, network.id, &wanted, &page)?;
    let items: Vec<Value> = passed_on(app, conn, viewer, boosts)?
        .into_iter()
        .map(|(boost, post)| {
            let told = if post.status.local {
                post.create(app)
            } else {
                create(&post.status.uri, &post.author, network, &post.copy())
            };
            announce(network, boost.0, &in_network(told, network))
        })
        .collect();
    let total = if app.settings().show_counts {
        network.statuses_count
    } else {
        i64::try_from(items.len()).unwrap_or(i64::MAX)
    };
    let mut object = collection(&network.outbox_uri, Some(total));
    if let Some(object) = object.as_object_mut() {
        object.insert("orderedItems".to_owned(), Value::from(items));
    }
    Ok(object)
}

/// The posts of these boosts by a network, as they are.
pub(super) fn featured(
    app: &App,
    conn: &mut DbConnection,
    viewer: &Viewer,
    network: &Account,
    boosts: Vec<Status>,
) -> Result<Vec<Value>, Failure> {
    let posts = passed_on(app, conn, viewer, boosts)?.into_iter();
    Ok(posts
        .map(|(_, post)| {
            let object = if post.status.local {
                post.note(app)
            } else {
                post.copy()
            };
            marked(object, network)
        })
        .collect())
}

/// The followers of a network: as many as is told, none of them here, and where the pages begin.
pub(super) fn followers(id: &str, total: Option<i64>) -> Value {
    with_context(json!({
        "id": id,
        "type": "Collection",
        "totalItems": total.unwrap_or(0),
        "items": [],
        "first": format!("{id}?page=true"),
    }))
}

/// What these boosts pass on, as far as whoever asks may see it: in a fixed number of queries.
fn passed_on(
    app: &App,
    conn: &mut DbConnection,
    viewer: &Viewer,
    boosts: Vec<Status>,
) -> Result<Vec<(StatusId, Post)>, Failure> {
    let boosts = visible_to(conn, viewer.clone(), boosts)?;
    let of: Vec<StatusId> = boosts.iter().filter_map(|row| row.reblog_of_id).collect();
    let rows = storage::statuses::with_ids(conn, &of)?;
    let rows = visible_to(conn, viewer.clone(), rows)?;
    let posts = note::load(app, conn, rows)?.into_iter();
    let mut posts: HashMap<StatusId, Post> = posts
        .filter(|post| !post.author.is_gone())
        .map(|post| (post.status.id, post))
        .collect();
    Ok(boosts
        .into_iter()
        .filter_map(|row| Some((row.id, posts.remove(&row.reblog_of_id?)?)))
        .collect())
}
