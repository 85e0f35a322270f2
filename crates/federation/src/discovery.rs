//! How others find people and learn what we are: WebFinger (RFC 7033) and NodeInfo.

use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use domain::Handle;
use serde_json::{Value, json};
use service::{App, RegistrationMode};
use storage::accounts::Account;
use url::form_urlencoded;

use crate::documents::Failure;

fn open(content_type: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::CACHE_CONTROL, "max-age=300"));
    response
}

/// Who is behind `acct:ada@school.example`, or behind the address of a profile or actor.
pub(crate) async fn webfinger(
    request: HttpRequest,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let Some(resource) = form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(name, _)| name == "resource")
        .map(|(_, resource)| resource)
        .filter(|text| !text.is_empty() && text.len() <= 2_048)
    else {
        return Ok(HttpResponse::BadRequest().json(json!({ "error": "The resource is missing" })));
    };
    let resource = resource.replace('\0', "");
    let inside = app.clone();
    let account: Option<Account> = app
        .database()
        .read(move |conn| {
            let found = match key_of(&inside, &resource) {
                Some(key) => storage::accounts::with_handle_key(conn, &key)?,
                None => storage::accounts::with_uri(conn, &resource)?,
            };
            let Some(account) = found.filter(Account::is_local) else {
                return Ok(None);
            };
            // Who signed up and was not let in yet is not there.
            let waiting = storage::users::not_let_in(conn, &[account.id])?;
            Ok::<_, Failure>(Some(account).filter(|_| waiting.is_empty()))
        })
        .await?;
    let account = account.ok_or(Failure::NotFound)?;
    if account.is_gone() {
        return Err(Failure::Gone);
    }
    let document = answer(&app, &account);
    Ok(open("application/jrd+json; charset=utf-8").json(document))
}

/// The key of one of ours, named by handle or by the address of their page.
fn key_of(app: &App, resource: &str) -> Option<String> {
    if let Some(name) = resource
        .strip_prefix(app.addresses().base())
        .and_then(|path| path.strip_prefix("/@"))
    {
        return Some(name.to_lowercase());
    }
    if resource.starts_with("http:") || resource.starts_with("https:") {
        return None;
    }
    let ours = app.settings().host.as_str();
    // The actor of the server is named like the server, which with a port is no user name.
    if names_the_server(resource, ours) {
        return Some(ours.to_owned());
    }
    let handle: Handle = resource.parse().ok()?;
    if handle.host.as_ref() != Some(&app.settings().host) {
        return Some(String::new());
    }
    Some(handle.username.to_lowercase())
}

/// Whether it is `acct:school.example@school.example`.
fn names_the_server(resource: &str, ours: &str) -> bool {
    resource
        .strip_prefix("acct:")
        .unwrap_or(resource)
        .split_once('@')
        .is_some_and(|(name, host)| {
            name.eq_ignore_ascii_case(ours) && host.eq_ignore_ascii_case(ours)
        })
}

/// RFC 7033, section 4.4.
fn answer(app: &App, account: &Account) -> Value {
    json!({
        "subject": format!("acct:{}@{}", account.username, app.settings().host),
        "aliases": [account.url, account.uri],
        "links": [
            {
                "rel": "http://webfinger.net/rel/profile-page",
                "type": "text/html",
                "href": account.url,
            },
            { "rel": "self", "type": "application/activity+json", "href": account.uri },
            // Where others send people of ours who want to follow somebody there.
            {
                "rel": "http://ostatus.org/schema/1.0/subscribe",
                "template": app.addresses().join("/authorize_interaction?uri={uri}"),
            },
        ],
    })
}

/// RFC 6415, for those who still look here first.
pub(crate) async fn host_meta(app: Data<App>) -> HttpResponse {
    let template = app
        .addresses()
        .join("/.well-known/webfinger?resource={uri}");
    open("application/xrd+xml; charset=utf-8").body(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" template=\"{template}\"/>\n</XRD>\n"
    ))
}

/// Of NodeInfo: FEP-f1d5.
pub(crate) const VERSIONS: [&str; 2] = ["2.0", "2.1"];
pub(crate) const PROTOCOLS: [&str; 1] = ["activitypub"];

/// <https://nodeinfo.diaspora.software/protocol>
pub(crate) async fn nodeinfo_links(app: Data<App>) -> HttpResponse {
    let links: Vec<Value> = VERSIONS
        .iter()
        .map(|version| {
            json!({
                "rel": format!("http://nodeinfo.diaspora.software/ns/schema/{version}"),
                "href": app.addresses().join(&format!("/nodeinfo/{version}")),
            })
        })
        .collect();
    open("application/json; charset=utf-8").json(json!({ "links": links }))
}

pub(crate) async fn nodeinfo(
    _: HttpRequest,
    version: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Failure> {
    let version = VERSIONS
        .into_iter()
        .find(|known| *known == version.as_str())
        .ok_or(Failure::NotFound)?;
    let facts = service::instance::facts(&app).await?;
    let settings = app.settings();
    let mut software = json!({ "name": "staffroom", "version": settings.version });
    if let ("2.1", Some(object)) = (version, software.as_object_mut()) {
        object.insert("repository".to_owned(), json!(settings.source_url));
    }
    let document = json!({
        "version": version,
        "software": software,
        "protocols": PROTOCOLS,
        "services": { "inbound": [], "outbound": ["atom1.0"] },
        "openRegistrations": settings.registrations.mode == RegistrationMode::Open,
        "usage": {
            "users": {
                "total": facts.users,
                "activeMonth": facts.active_month,
                "activeHalfyear": facts.active_half_year,
            },
            "localPosts": facts.statuses,
        },
        "metadata": { "nodeName": settings.title, "nodeDescription": settings.description },
    });
    let kind = format!(
        "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/{version}#\"; charset=utf-8"
    );
    Ok(open(&kind).json(document))
}
