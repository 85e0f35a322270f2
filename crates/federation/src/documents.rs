//! What other servers read here: actors, statuses and collections. W3C ActivityPub sections 3.2 and 5.

pub(crate) mod collections;
pub(crate) mod echoes;
mod groups;
pub(crate) mod recommended;
pub(crate) mod threads;

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use domain::{AccountKind, QuoteState, StatusId};
use serde_json::{Value, json};
use service::App;
use service::audience::{Viewer, visible_to};
use service::keys::Keys;
use storage::accounts::Account;
use storage::statuses::Status;

use crate::asking::Asking;
use crate::convert::{actor, emoji, note, quote};
use crate::outgoing::featured::hashtag;
use crate::protocol::context::with_context;

const CONTENT_TYPE: &str = "application/activity+json; charset=utf-8";

/// What an answer depends on besides its address.
const VARY: &str = "Accept, Signature";

type Answer = Result<HttpResponse, Failure>;

/// Why there is no document.
#[derive(Debug)]
pub enum Failure {
    /// Nobody may ask without a signature that fits.
    Unauthorized,
    NotFound,
    Gone,
    Server(String),
}

impl From<service::Error> for Failure {
    fn from(error: service::Error) -> Self {
        match error {
            service::Error::NotFound => Self::NotFound,
            service::Error::Gone => Self::Gone,
            other => Self::Server(other.to_string()),
        }
    }
}

impl From<storage::Error> for Failure {
    fn from(error: storage::Error) -> Self {
        Self::Server(error.to_string())
    }
}

impl From<storage::QueryError> for Failure {
    fn from(error: storage::QueryError) -> Self {
        Self::Server(error.to_string())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unauthorized => "The request must be signed by an actor that can be fetched",
            Self::NotFound => "Record not found",
            Self::Gone => "Record gone",
            Self::Server(_) => "Something went wrong",
        })
    }
}

impl actix_web::ResponseError for Failure {
    fn error_response(&self) -> HttpResponse {
        let mut response = match self {
            Self::Unauthorized => HttpResponse::Unauthorized(),
            Self::NotFound => HttpResponse::NotFound(),
            Self::Gone => HttpResponse::Gone(),
            Self::Server(reason) => {
                tracing::error!(reason, "a document could not be served");
                let mut response = HttpResponse::ServiceUnavailable();
                response.insert_header((header::RETRY_AFTER, "5"));
                response
            }
        };
        response
            .insert_header((header::VARY, VARY))
            .insert_header((header::CACHE_CONTROL, "private, no-store"))
            .json(json!({ "error": self.to_string() }))
    }
}

/// Whether a request with these headers asks for ActivityStreams rather than for a page.
#[must_use]
pub fn wants_activity_json(headers: &header::HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|kind| {
            let kind = kind.trim();
            crate::net::is_activity_json(kind) || kind.starts_with("application/ld+json")
        })
}

fn wants_page(request: &HttpRequest) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accept.contains("text/html") && !wants_activity_json(request.headers())
}

/// What was asked for. An answer to somebody in particular is for nobody else.
fn document(asking: &Asking, object: &Value) -> HttpResponse {
    let kept = if asking.is_signed() {
        "private, max-age=60"
    } else {
        "max-age=60"
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
        .insert_header((header::VARY, VARY))
        .insert_header((header::CACHE_CONTROL, kept))
        .body(object.to_string())
}

fn redirect(to: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, to))
        .insert_header((header::VARY, "Accept"))
        .finish()
}

/// One of ours, by user name.
fn local(conn: &mut storage::DbConnection, name: &str) -> Result<Account, Failure> {
    let account = storage::accounts::with_handle_key(conn, &name.replace('\0', "").to_lowercase())?
        .ok_or(Failure::NotFound)?;
    if !account.is_local() || account.kind == AccountKind::Application {
        return Err(Failure::NotFound);
    }
    // Who signed up and was not let in yet is not there.
    if !storage::users::not_let_in(conn, &[account.id])?.is_empty() {
        return Err(Failure::NotFound);
    }
    if account.is_gone() {
        Err(Failure::Gone)
    } else {
        Ok(account)
    }
}

async fn account_named(asking: &Asking, name: &str) -> Result<Account, Failure> {
    let name = name.to_owned();
    asking.read(move |_, conn| local(conn, &name)).await
}

pub(crate) async fn account(asking: Asking, name: Path<String>) -> Answer {
    if wants_page(asking.request()) {
        let account = account_named(&asking, &name).await?;
        return Ok(redirect(&account.url));
    }
    account_document(asking, name).await
}

/// The actor document of one of ours; also what the address of a profile answers to other servers.
/// Where only servers that sign may ask, those that do not get what it takes to check signatures.
///
/// # Errors
/// 404 or 410; 401 for a signature that does not hold.
pub async fn account_document(asking: Asking, name: Path<String>) -> Result<HttpResponse, Failure> {
    let app = asking.app();
    let account = account_named(&asking, &name).await?;
    let keys = service::keys::both(app, account.id).await?;
    let object = if asking.is_open() {
        in_full(&asking, &account, &keys).await?
    } else if asking.is_signed() {
        // Whoever signs and cannot be checked now must not take the little that nobody gets for all there is.
        asking.viewer().await?;
        in_full(&asking, &account, &keys).await?
    } else {
        actor::reduced(app, &account, &keys)
    };
    Ok(document(&asking, &object))
}

/// All that is said of an account to those who may know.
async fn in_full(asking: &Asking, account: &Account, keys: &Keys) -> Result<Value, Failure> {
    let mut object = actor::to_json(asking.app(), account, keys);
    if account.kind == AccountKind::Group {
        let id = account.id;
        let is_rule = asking
            .read(move |_, conn| Ok(storage::practice_networks::is_rule(conn, id)?))
            .await?;
        actor::add_practice_rule(&mut object, is_rule);
    }
    Ok(object)
}

pub(crate) async fn instance_actor(asking: Asking) -> Answer {
    let app = asking.app();
    let account = service::users::instance_actor(app).await?;
    let keys = service::keys::both(app, account.id).await?;
    Ok(document(&asking, &actor::to_json(app, &account, &keys)))
}

/// Outbox, followers and following of the server itself, which posts nothing and follows nobody.
pub(crate) async fn instance_collection(asking: Asking) -> Answer {
    let id = asking.app().addresses().join(asking.request().path());
    let object =
        json!({ "id": id, "type": "OrderedCollection", "totalItems": 0, "orderedItems": [] });
    Ok(document(&asking, &with_context(object)))
}

pub(crate) async fn status(asking: Asking, path: Path<(String, String)>) -> Answer {
    if !wants_page(asking.request()) {
        return status_document(asking, path).await;
    }
    let (name, id) = path.into_inner();
    let id: StatusId = id.parse().map_err(|_| Failure::NotFound)?;
    let post = asking
        .read(move |app, conn| find_status(app, conn, Viewer::Nobody, &name, id))
        .await?;
    Ok(redirect(&post.status.url))
}

/// The document of a status; also what the address of its page answers to other servers.
///
/// # Errors
/// 404, for whoever may not see it too.
pub async fn status_document(
    asking: Asking,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Failure> {
    let (name, id) = path.into_inner();
    let id: StatusId = id.parse().map_err(|_| Failure::NotFound)?;
    let of = name.clone();
    let found = asking
        .answer(move |app, conn, viewer| Ok(find_status(app, conn, viewer, &of, id)?.note(app)))
        .await;
    match found {
        Ok(note) => Ok(document(&asking, &with_context(note))),
        Err(Failure::Gone) => Ok(tombstone(asking.app(), &name, id)),
        Err(failure) => Err(failure),
    }
}

fn tombstone(app: &App, name: &str, id: StatusId) -> HttpResponse {
    let uri = app.addresses().status(name, id);
    let object = with_context(json!({ "id": uri, "type": "Tombstone" }));
    HttpResponse::Gone()
        .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
        .insert_header((header::VARY, VARY))
        .body(object.to_string())
}

/// The hashtags on a profile.
pub(crate) async fn featured_tags(asking: Asking, name: Path<String>) -> Answer {
    let name = name.into_inner();
    let object = asking
        .answer(move |app, conn, _| {
            let account = local(conn, &name)?;
            let tags = storage::featured_tags::of_account(conn, account.id)?;
            let items: Vec<Value> = tags.iter().map(|tag| hashtag(app, &tag.name)).collect();
            Ok(with_context(json!({
                "id": app.addresses().featured_tags(&account.username),
                "type": "Collection",
                "totalItems": items.len(),
                "items": items,
            })))
        })
        .await?;
    Ok(document(&asking, &object))
}

/// A custom emoji.
pub(crate) async fn custom_emoji(asking: Asking, name: Path<String>) -> Answer {
    let name = name.into_inner().replace('\0', "");
    let object = asking
        .answer(move |app, conn, _| {
            let found = storage::custom_emojis::named(conn, &name)?.ok_or(Failure::NotFound)?;
            Ok(with_context(emoji::document(app, &found)))
        })
        .await?;
    Ok(document(&asking, &object))
}

/// The stamp by which one of ours lets a quote stand.
pub(crate) async fn quote_authorization(asking: Asking, path: Path<(String, String)>) -> Answer {
    let (name, id) = path.into_inner();
    let id: i64 = id.parse().map_err(|_| Failure::NotFound)?;
    let stamp = asking
        .answer(move |app, conn, _| {
            let account = local(conn, &name)?;
            let quote = storage::quotes::find(conn, id)?.filter(|quote| {
                quote.quoted_account_id == Some(account.id) && quote.state == QuoteState::Accepted
            });
            let quote = quote.ok_or(Failure::NotFound)?;
            let by = storage::statuses::find(conn, quote.status_id)?
                .filter(|row| !row.local_only)
                .ok_or(Failure::NotFound)?;
            let id = app.addresses().quote_authorization(&account.username, id);
            let of = &quote.quoted_uri;
            Ok(quote::authorization(&id, &account.uri, &by.uri, of))
        })
        .await?;
    Ok(document(&asking, &with_context(stamp)))
}

/// The activity of a status: a Create, or the Announce of a boost.
pub(crate) async fn activity(asking: Asking, path: Path<(String, String)>) -> Answer {
    let (name, id) = path.into_inner();
    let id: StatusId = id.parse().map_err(|_| Failure::NotFound)?;
    let activity = asking
        .answer(move |app, conn, viewer| {
            let account = local(conn, &name)?;
            let row = visible_status(conn, viewer.clone(), &account, id)?;
            activity_of(app, conn, &viewer, &account, row)?.ok_or(Failure::NotFound)
        })
        .await?;
    Ok(document(&asking, &with_context(activity)))
}

/// None for the boost of what the viewer may not see.
fn activity_of(
    app: &App,
    conn: &mut storage::DbConnection,
    viewer: &Viewer,
    account: &Account,
    row: Status,
) -> Result<Option<Value>, Failure> {
    let Some(of) = row.reblog_of_id else {
        return Ok(note::load(app, conn, vec![row])?
            .pop()
            .map(|post| post.create(app)));
    };
    let Some(boosted) = storage::statuses::find(conn, of)? else {
        return Ok(None);
    };
    let Some(boosted) = visible_to(conn, viewer.clone(), vec![boosted])?.pop() else {
        return Ok(None);
    };
    let owner = storage::accounts::find(conn, boosted.account_id)?.filter(|owner| !owner.is_gone());
    Ok(owner.map(|owner| note::announce(&row, account, &boosted, &owner)))
}

/// A status of the account that the viewer may read.
fn visible_status(
    conn: &mut storage::DbConnection,
    viewer: Viewer,
    account: &Account,
    id: StatusId,
) -> Result<Status, Failure> {
    let row = storage::statuses::with_ids_deleted(conn, &[id])?
        .pop()
        .filter(|row| row.account_id == account.id)
        .ok_or(Failure::NotFound)?;
    let row = visible_to(conn, viewer, vec![row])?
        .pop()
        .ok_or(Failure::NotFound)?;
    if row.deleted_at.is_some() {
        Err(Failure::Gone)
    } else {
        Ok(row)
    }
}

fn find_status(
    app: &App,
    conn: &mut storage::DbConnection,
    viewer: Viewer,
    name: &str,
    id: StatusId,
) -> Result<note::Post, Failure> {
    let account = local(conn, name)?;
    let row = visible_status(conn, viewer, &account, id)?;
    if row.reblog_of_id.is_some() {
        return Err(Failure::NotFound);
    }
    note::load(app, conn, vec![row])?
        .pop()
        .ok_or(Failure::NotFound)
}
