//! What other servers read here: actors, statuses and collections. W3C ActivityPub sections 3.2 and 5.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use domain::{AccountKind, Page, QuoteState, StatusId, Visibility};
use serde_json::{Value, json};
use service::App;
use storage::accounts::Account;
use storage::statuses::{OfAccount, Status};
use url::form_urlencoded;

use crate::convert::{actor, note, quote};
use crate::outgoing::featured::hashtag;
use crate::protocol::context::with_context;

const CONTENT_TYPE: &str = "application/activity+json; charset=utf-8";
/// Items of a page of a collection.
const PAGE: i64 = 20;

type Answer = Result<HttpResponse, Failure>;

/// Why there is no document.
#[derive(Debug)]
pub(crate) enum Failure {
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
            Self::NotFound => "Record not found",
            Self::Gone => "Record gone",
            Self::Server(_) => "Something went wrong",
        })
    }
}

impl actix_web::ResponseError for Failure {
    fn error_response(&self) -> HttpResponse {
        let mut response = match self {
            Self::NotFound => HttpResponse::NotFound(),
            Self::Gone => HttpResponse::Gone(),
            Self::Server(reason) => {
                tracing::error!(reason, "a document could not be served");
                let mut response = HttpResponse::ServiceUnavailable();
                response.insert_header((header::RETRY_AFTER, "5"));
                response
            }
        };
        response.json(json!({ "error": self.to_string() }))
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

fn document(object: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
        .insert_header((header::VARY, "Accept"))
        .insert_header((header::CACHE_CONTROL, "max-age=60"))
        .body(object.to_string())
}

fn redirect(to: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, to))
        .insert_header((header::VARY, "Accept"))
        .finish()
}

/// Asks the database.
async fn read<T: Send + 'static>(
    app: &App,
    question: impl FnOnce(&App, &mut storage::DbConnection) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let inside = app.clone();
    app.database()
        .read(move |conn| question(&inside, conn))
        .await
}

/// One of ours, by user name.
fn local(conn: &mut storage::DbConnection, name: &str) -> Result<Account, Failure> {
    let account = storage::accounts::with_handle_key(conn, &name.replace('\0', "").to_lowercase())?
        .ok_or(Failure::NotFound)?;
    if !account.is_local() || account.kind == AccountKind::Application {
        return Err(Failure::NotFound);
    }
    if account.is_gone() {
        Err(Failure::Gone)
    } else {
        Ok(account)
    }
}

async fn account_named(app: &App, name: &str) -> Result<Account, Failure> {
    let name = name.to_owned();
    read(app, move |_, conn| local(conn, &name)).await
}

pub(crate) async fn account(request: HttpRequest, name: Path<String>, app: Data<App>) -> Answer {
    if wants_page(&request) {
        let account = account_named(&app, &name).await?;
        return Ok(redirect(&account.url));
    }
    describe(&app, &name).await
}

/// The actor document of one of ours; also what the address of a profile answers to other servers.
///
/// # Errors
/// A response: 404 or 410.
pub async fn account_document(app: &App, name: &str) -> actix_web::Result<HttpResponse> {
    Ok(describe(app, name).await?)
}

async fn describe(app: &App, name: &str) -> Answer {
    let account = account_named(app, name).await?;
    let key = service::keys::of_account(app, account.id).await?;
    Ok(document(&actor::to_json(app, &account, &key)))
}

pub(crate) async fn instance_actor(app: Data<App>) -> Answer {
    let account = service::users::instance_actor(&app).await?;
    let key = service::keys::of_account(&app, account.id).await?;
    Ok(document(&actor::to_json(&app, &account, &key)))
}

/// Outbox, followers and following of the server itself, which posts nothing and follows nobody.
pub(crate) async fn instance_collection(request: HttpRequest, app: Data<App>) -> Answer {
    let id = app.addresses().join(request.path());
    Ok(document(&with_context(
        json!({ "id": id, "type": "OrderedCollection", "totalItems": 0, "orderedItems": [] }),
    )))
}

pub(crate) async fn status(
    request: HttpRequest,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Answer {
    let (name, id) = path.into_inner();
    if wants_page(&request) {
        let (_, post) = find_status(&app, name, id).await?;
        return Ok(redirect(&post.status.url));
    }
    describe_status(&app, &name, &id).await
}

/// The document of a status; also what the address of its page answers to other servers.
///
/// # Errors
/// A response: 404, or 410 with a Tombstone.
pub async fn status_document(app: &App, name: &str, id: &str) -> actix_web::Result<HttpResponse> {
    Ok(describe_status(app, name, id).await?)
}

async fn describe_status(app: &App, name: &str, id: &str) -> Answer {
    match find_status(app, name.to_owned(), id.to_owned()).await {
        Ok((_, post)) => Ok(document(&with_context(post.note(app)))),
        Err(Failure::Gone) => Ok(tombstone(app, name, id)),
        Err(failure) => Err(failure),
    }
}

fn tombstone(app: &App, name: &str, id: &str) -> HttpResponse {
    let uri = id
        .parse::<StatusId>()
        .map(|id| app.addresses().status(name, id))
        .unwrap_or_default();
    let object = with_context(json!({ "id": uri, "type": "Tombstone" }));
    HttpResponse::Gone()
        .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
        .body(object.to_string())
}

/// The hashtags on a profile.
pub(crate) async fn featured_tags(name: Path<String>, app: Data<App>) -> Answer {
    let name = name.into_inner();
    let object = read(&app, move |app, conn| {
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
    Ok(document(&object))
}

/// The stamp by which one of ours lets a quote stand.
pub(crate) async fn quote_authorization(path: Path<(String, String)>, app: Data<App>) -> Answer {
    let (name, id) = path.into_inner();
    let id: i64 = id.parse().map_err(|_| Failure::NotFound)?;
    let stamp = read(&app, move |app, conn| {
        let account = local(conn, &name)?;
        let quote = storage::quotes::find(conn, id)?.filter(|quote| {
            quote.quoted_account_id == Some(account.id) && quote.state == QuoteState::Accepted
        });
        let quote = quote.ok_or(Failure::NotFound)?;
        let by = storage::statuses::find(conn, quote.status_id)?.ok_or(Failure::NotFound)?;
        let id = app.addresses().quote_authorization(&account.username, id);
        let of = &quote.quoted_uri;
        Ok(quote::authorization(&id, &account.uri, &by.uri, of))
    })
    .await?;
    Ok(document(&with_context(stamp)))
}

/// The activity of a status: a Create, or the Announce of a boost.
pub(crate) async fn activity(path: Path<(String, String)>, app: Data<App>) -> Answer {
    let (name, id) = path.into_inner();
    let id: StatusId = id.parse().map_err(|_| Failure::NotFound)?;
    let activity = read(&app, move |app, conn| {
        let account = local(conn, &name)?;
        let row = open_status(conn, &account, id)?;
        activity_of(app, conn, &account, row)?.ok_or(Failure::NotFound)
    })
    .await?;
    Ok(document(&with_context(activity)))
}

fn activity_of(
    app: &App,
    conn: &mut storage::DbConnection,
    account: &Account,
    row: Status,
) -> Result<Option<Value>, Failure> {
    let Some(of) = row.reblog_of_id else {
        return Ok(note::load(conn, vec![row])?
            .pop()
            .map(|post| post.create(app)));
    };
    let Some(boosted) = storage::statuses::find(conn, of)? else {
        return Ok(None);
    };
    let owner = storage::accounts::find(conn, boosted.account_id)?.filter(|owner| !owner.is_gone());
    Ok(owner.map(|owner| note::announce(&row, account, &boosted, &owner)))
}

/// A status that everybody may read.
fn open_status(
    conn: &mut storage::DbConnection,
    account: &Account,
    id: StatusId,
) -> Result<Status, Failure> {
    let row = storage::statuses::with_ids_deleted(conn, &[id])?
        .pop()
        .ok_or(Failure::NotFound)?;
    if row.account_id != account.id || !row.visibility.is_open() {
        return Err(Failure::NotFound);
    }
    if row.deleted_at.is_some() {
        Err(Failure::Gone)
    } else {
        Ok(row)
    }
}

async fn find_status(
    app: &App,
    name: String,
    id: String,
) -> Result<(Account, note::Post), Failure> {
    let id: StatusId = id.parse().map_err(|_| Failure::NotFound)?;
    read(app, move |_, conn| {
        let account = local(conn, &name)?;
        let row = open_status(conn, &account, id)?;
        if row.reblog_of_id.is_some() {
            return Err(Failure::NotFound);
        }
        let post = note::load(conn, vec![row])?
            .pop()
            .ok_or(Failure::NotFound)?;
        Ok((account, post))
    })
    .await
}

/// Where a page of a collection begins. It is never refused: what cannot be read is a page without items.
#[derive(Debug)]
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
    fn page(&self) -> Page {
        Page {
            max_id: self.max_id,
            ..Page::newest(PAGE)
        }
    }
}

/// The collection itself, which says where its first page is.
fn collection(id: &str, total: Option<i64>) -> Value {
    let mut object =
        json!({ "id": id, "type": "OrderedCollection", "first": format!("{id}?page=true") });
    if let (Some(total), Some(object)) = (total, object.as_object_mut()) {
        object.insert("totalItems".to_owned(), json!(total));
    }
    with_context(object)
}

/// A page; its neighbour is left out if this is the last.
fn collection_page(id: &str, query: &PageQuery, items: &[Value], oldest: Option<i64>) -> Value {
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

fn is_full<T>(rows: &[T]) -> bool {
    i64::try_from(rows.len()).is_ok_and(|rows| rows >= PAGE)
}

pub(crate) async fn outbox(name: Path<String>, query: PageQuery, app: Data<App>) -> Answer {
    let name = name.into_inner();
    let object = read(&app, move |app, conn| {
        let account = local(conn, &name)?;
        if !query.is_page {
            return Ok(collection(
                &account.outbox_uri,
                Some(account.statuses_count),
            ));
        }
        let wanted = OfAccount {
            seen: vec![Visibility::Public, Visibility::Unlisted],
            ..OfAccount::default()
        };
        let rows = storage::statuses::page_of_account(conn, account.id, &wanted, &query.page())?;
        let oldest = rows.last().map(|row| row.id.0);
        let oldest = oldest.filter(|_| is_full(&rows));
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            items.extend(activity_of(app, conn, &account, row)?);
        }
        Ok(collection_page(&account.outbox_uri, &query, &items, oldest))
    })
    .await?;
    Ok(document(&object))
}

type Members = fn(
    &mut storage::DbConnection,
    domain::AccountId,
    &Page,
) -> Result<Vec<(i64, Account)>, storage::QueryError>;

pub(crate) async fn followers(name: Path<String>, query: PageQuery, app: Data<App>) -> Answer {
    let which = |account: &Account| (account.followers_uri.clone(), account.followers_count);
    people(
        name.into_inner(),
        query,
        app,
        storage::follows::followers,
        which,
    )
    .await
}

pub(crate) async fn following(name: Path<String>, query: PageQuery, app: Data<App>) -> Answer {
    let which = |account: &Account| (account.following_uri.clone(), account.following_count);
    people(
        name.into_inner(),
        query,
        app,
        storage::follows::following,
        which,
    )
    .await
}

/// Who hides their collections hides the members and, as the server may too, how many there are.
async fn people(
    name: String,
    query: PageQuery,
    app: Data<App>,
    members: Members,
    which: fn(&Account) -> (String, i64),
) -> Answer {
    let object = read(&app, move |app, conn| {
        let account = local(conn, &name)?;
        let (id, total) = which(&account);
        let shown = app.settings().show_counts && !account.hide_collections;
        if !query.is_page {
            return Ok(collection(&id, shown.then_some(total)));
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
    Ok(document(&object))
}

pub(crate) async fn featured(name: Path<String>, app: Data<App>) -> Answer {
    let name = name.into_inner();
    let object = read(&app, move |app, conn| {
        let account = local(conn, &name)?;
        let wanted = OfAccount {
            seen: vec![Visibility::Public, Visibility::Unlisted],
            only_pinned: true,
            ..OfAccount::default()
        };
        let rows =
            storage::statuses::page_of_account(conn, account.id, &wanted, &Page::newest(PAGE))?;
        let posts = note::load(conn, rows)?;
        let items: Vec<Value> = posts.iter().map(|post| post.note(app)).collect();
        let id = account.featured_uri.unwrap_or_default();
        Ok(with_context(json!({
            "id": id, "type": "OrderedCollection", "totalItems": items.len(), "orderedItems": items,
        })))
    })
    .await?;
    Ok(document(&object))
}
