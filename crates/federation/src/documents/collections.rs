//! Collections of one of ours, in pages: W3C ActivityPub section 5.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest};
use domain::{AccountKind, Page, Visibility};
use serde_json::{Value, json};
use service::audience::{Viewer, visible_to};
use storage::accounts::Account;
use storage::statuses::OfAccount;
use url::form_urlencoded;

use super::{Answer, Failure, activity_of, document, groups, local};
use crate::asking::Asking;
use crate::convert::note;
use crate::origin::Origin;
use crate::protocol::context::with_context;

/// Items of a page of a collection.
const PAGE: i64 = 20;

/// Where a page of a collection begins. It is never refused: what cannot be read is a page without items.
#[derive(Debug, Clone)]
pub(crate) struct PageQuery {
    is_page: bool,
    max_id: Option<i64>,
}

impl FromRequest for PageQuery {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let said = |wanted: &str| {
            form_urlencoded::parse(request.query_string().as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value)
        };
        ready(Ok(Self {
            is_page: said("page").is_some(),
            max_id: said("max_id").and_then(|text| domain::page::cursor(&text)),
        }))
    }
}

impl PageQuery {
    pub(super) fn is_page(&self) -> bool {
        self.is_page
    }

    pub(super) fn page(&self) -> Page {
        Page {
            max_id: self.max_id,
            ..Page::newest(PAGE)
        }
    }
}

/// The collection itself, which says where its first page is.
pub(super) fn collection(id: &str, total: Option<i64>) -> Value {
    let mut object =
        json!({ "id": id, "type": "OrderedCollection", "first": format!("{id}?page=true") });
    if let (Some(total), Some(object)) = (total, object.as_object_mut()) {
        object.insert("totalItems".to_owned(), json!(total));
    }
    with_context(object)
}

/// A page; its neighbour is left out if this is the last.
pub(super) fn collection_page(
    id: &str,
    query: &PageQuery,
    items: &[Value],
    oldest: Option<i64>,
) -> Value {
    let this = match query.max_id {
        Some(max_id) => format!("{id}?page=true&max_id={max_id}"),
        None => format!("{id}?page=true"),
    };
    let mut object =
        json!({ "id": this, "type": "OrderedCollectionPage", "partOf": id, "orderedItems": items });
    if let (Some(oldest), Some(object)) = (oldest, object.as_object_mut()) {
        object.insert(
            "next".to_owned(),
            json!(format!("{id}?page=true&max_id={oldest}")),
        );
    }
    with_context(object)
}

pub(super) fn is_full<T>(rows: &[T]) -> bool {
    i64::try_from(rows.len()).is_ok_and(|rows| rows >= PAGE)
}

/// What somebody told those among whom the asker is.
pub(crate) async fn outbox(asking: Asking, name: Path<String>, query: PageQuery) -> Answer {
    let (name, viewer) = (name.into_inner(), asking.viewer().await?);
    let object = asking
        .read(move |app, conn| {
            let account = local(conn, &name)?;
            if !query.is_page && account.kind == AccountKind::Group {
                return groups::outbox(app, conn, &viewer, &account);
            }
            if !query.is_page {
                let shown = app.settings().show_counts;
                let total = shown.then_some(account.statuses_count);
                return Ok(collection(&account.outbox_uri, total));
            }
            let mut seen = vec![Visibility::Public, Visibility::Unlisted];
            if viewer != Viewer::Nobody {
                seen.extend([Visibility::FollowersOnly, Visibility::Direct]);
            }
            let wanted = OfAccount {
                seen,
                ..OfAccount::default()
            };
            let rows =
                storage::statuses::page_of_account(conn, account.id, &wanted, &query.page())?;
            let oldest = rows.last().map(|row| row.id.0);
            let oldest = oldest.filter(|_| is_full(&rows));
            let mut items = Vec::with_capacity(rows.len());
            for row in visible_to(conn, viewer.clone(), rows)? {
                items.extend(activity_of(app, conn, &viewer, &account, row)?);
            }
            Ok(collection_page(&account.outbox_uri, &query, &items, oldest))
        })
        .await?;
    Ok(document(&asking, &object))
}

type Members = fn(
    &mut storage::DbConnection,
    domain::AccountId,
    &Page,
) -> Result<Vec<(i64, Account)>, storage::QueryError>;

pub(crate) async fn followers(asking: Asking, name: Path<String>, query: PageQuery) -> Answer {
    let which = |account: &Account| (account.followers_uri.clone(), account.followers_count);
    let members = storage::follows::followers;
    people(asking, name.into_inner(), query, members, which).await
}

pub(crate) async fn following(asking: Asking, name: Path<String>, query: PageQuery) -> Answer {
    let which = |account: &Account| (account.following_uri.clone(), account.following_count);
    let members = storage::follows::following;
    people(asking, name.into_inner(), query, members, which).await
}

/// As on Mastodon and in the client API, whoever may ask is told who is in it. Who hides their collections hides the members and, as the server may too, how many there are.
async fn people(
    asking: Asking,
    name: String,
    query: PageQuery,
    members: Members,
    which: fn(&Account) -> (String, i64),
) -> Answer {
    let object = asking
        .answer(move |app, conn, _| {
            let account = local(conn, &name)?;
            let (id, total) = which(&account);
            let shown = app.settings().show_counts && !account.hide_collections;
            if !query.is_page {
                let total = shown.then_some(total);
                let is_group = account.kind == AccountKind::Group;
                return Ok(if is_group && id == account.followers_uri {
                    groups::followers(&id, total)
                } else {
                    collection(&id, total)
                });
            }
            if account.hide_collections {
                return Ok(collection_page(&id, &query, &[], None));
            }
            let rows = members(conn, account.id, &query.page())?;
            let oldest = rows.last().map(|(cursor, _)| *cursor);
            let oldest = oldest.filter(|_| is_full(&rows));
            let items: Vec<Value> = rows
                .into_iter()
                .map(|(_, member)| Value::from(member.uri))
                .collect();
            Ok(collection_page(&id, &query, &items, oldest))
        })
        .await?;
    Ok(document(&asking, &object))
}

/// Those of the followers who live on the server that asks, whoever may see the others (FEP-8fcf).
pub(crate) async fn followers_of_asker(asking: Asking, name: Path<String>) -> Answer {
    let (name, server) = (name.into_inner(), asking.server().await?);
    let object = asking
        .read(move |app, conn| {
            let account = local(conn, &name)?;
            let mut items = storage::follows::remote_followers(conn, account.id)?;
            items.retain(|uri| Origin::parse(uri).as_ref() == Some(&server));
            Ok(with_context(json!({
                "id": app.addresses().followers_synchronization(&account.username),
                "type": "OrderedCollection",
                "orderedItems": items,
            })))
        })
        .await?;
    Ok(document(&asking, &object))
}

/// The posts at the top of a profile.
pub(crate) async fn featured(asking: Asking, name: Path<String>) -> Answer {
    let name = name.into_inner();
    let object = asking
        .answer(move |app, conn, viewer| {
            let account = local(conn, &name)?;
            let wanted = OfAccount {
                seen: vec![Visibility::Public, Visibility::Unlisted],
                only_pinned: true,
                ..OfAccount::default()
            };
            let page = Page::newest(PAGE);
            let rows = storage::statuses::page_of_account(conn, account.id, &wanted, &page)?;
            let items: Vec<Value> = if account.kind == AccountKind::Group {
                groups::featured(app, conn, &viewer, &account, rows)?
            } else {
                let rows = visible_to(conn, viewer, rows)?;
                let posts = note::load(app, conn, rows)?;
                posts.iter().map(|post| post.note(app)).collect()
            };
            let id = account.featured_uri.unwrap_or_default();
            Ok(with_context(json!({
                "id": id, "type": "OrderedCollection", "totalItems": items.len(), "orderedItems": items,
            })))
        })
        .await?;
    Ok(document(&asking, &object))
}

/// Those who look after a network (FEP-1b12).
pub(crate) async fn moderators(asking: Asking, name: Path<String>) -> Answer {
    let name = name.into_inner();
    let object = asking
        .answer(move |app, conn, _| {
            let account = local(conn, &name)?;
            let network = storage::networks::find(conn, account.id)?.ok_or(Failure::NotFound)?;
            let stewards = storage::networks::stewards(conn, network.account_id)?;
            let items: Vec<Value> = stewards
                .into_iter()
                .map(|steward| Value::from(steward.uri))
                .collect();
            Ok(with_context(json!({
                "id": app.addresses().moderators(&account.username),
                "type": "OrderedCollection",
                "totalItems": items.len(),
                "orderedItems": items,
            })))
        })
        .await?;
    Ok(document(&asking, &object))
}
