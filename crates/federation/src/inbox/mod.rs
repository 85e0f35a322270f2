//! What arrives: checked, kept as a row, and only then acknowledged.
//! W3C ActivityPub section 7.1; SECURITY: signatures, authority.

mod apply;
mod collections;
mod hints;
mod key;
mod pages;
mod personal;
mod prepare;
mod quotes;
mod relayed;
mod stamps;
mod stewards;
mod taking;
mod verify;
mod visitors;
pub(crate) mod work;

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::{InboxId, Time};
use openssl::sha::sha256;
use serde_json::{Value, json};
use service::App;
use storage::inbox::Received;

use self::verify::{Source, Verifying};
pub(crate) use self::visitors::Visitors;
use crate::asking::checked;
use crate::fetch::read_database;
use crate::net::{Budget, is_activity_json};
use crate::origin::Origin;
use crate::protocol::read::{self, kind};
use crate::{Federation, Refusal, net};

/// Activities that may wait to be worked off; whoever sends more is asked to come again.
const FULL: i64 = 100_000;
/// Requests that finding out whose an activity is may cause, and those that doing it may: a hundred together.
const VERIFYING: usize = 20;
const DOING: i32 = 80;
/// Characters of an activity's id.
const ID: usize = 2_048;

/// Takes an activity in.
pub(crate) async fn receive(
    request: HttpRequest,
    body: Bytes,
    app: Data<App>,
    federation: Data<Federation>,
) -> HttpResponse {
    let taken = match federation.0.door.try_acquire() {
        Ok(_place) => take(&request, &body, &app.in_background(), &federation).await,
        Err(_) => Err(busy()),
    };
    match taken {
        Ok(()) => {
            metrics::counter!("staffroom_inbox_received_total").increment(1);
            HttpResponse::Accepted().finish()
        }
        Err(Rejection { status, reason }) => {
            metrics::counter!("staffroom_inbox_rejected_total").increment(1);
            tracing::debug!(%status, reason, "an activity was not taken");
            let mut response = HttpResponse::build(status);
            if status == StatusCode::SERVICE_UNAVAILABLE {
                response.insert_header(("Retry-After", "30"));
            }
            response.json(json!({ "error": reason }))
        }
    }
}

struct Rejection {
    status: StatusCode,
    reason: String,
}

impl Rejection {
    fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
        }
    }
}

impl From<Refusal> for Rejection {
    /// Whose server cannot be reached for now may be believed later (docs/adr/0053).
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::Transient(_) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Nowhere(_) | Refusal::Gone(_) | Refusal::Permanent(_) => {
                StatusCode::UNAUTHORIZED
            }
        };
        Self::new(status, refusal.to_string())
    }
}

fn busy() -> Rejection {
    Refusal::Transient("too much is waiting to be worked off".to_owned()).into()
}

/// What is sent to an inbox.
struct Letter {
    activity: Value,
    actor: String,
    /// Under which it is kept.
    uri: String,
    /// The id that it bears, if that is of another server.
    foreign: Option<String>,
}

async fn take(
    request: &HttpRequest,
    body: &Bytes,
    app: &App,
    federation: &Federation,
) -> Result<(), Rejection> {
    if federation.0.waiting.load(Ordering::Relaxed) >= FULL {
        return Err(busy());
    }
    let checked = checked(request, Some(body), app, federation)
        .map_err(|reason| Rejection::new(StatusCode::UNAUTHORIZED, reason))?;
    let letter = Letter::read(request, body);
    let actor = letter.as_ref().ok().map(|letter| letter.actor.as_str());
    for id in actor.into_iter().chain([checked.key_id()]) {
        if crate::gates::refuses(app, id).await? {
            return Err(Rejection::new(
                StatusCode::FORBIDDEN,
                "We have nothing to do with this server",
            ));
        }
        if is_crowding(federation, id) {
            return Err(busy());
        }
    }
    // To find out whose key it is may take long.
    let free = federation.0.door.available_permits();
    let host = host_of(checked.key_id());
    let Some(_visitor) = federation.0.visitors.enter(host, free) else {
        return Err(busy());
    };
    let verifying = Verifying {
        federation,
        app,
        budget: &Budget::of(VERIFYING),
        checked: &checked,
    };
    let mut letter = match letter {
        Ok(letter) => letter,
        Err(rejection) => {
            // What is wrong with it is nobody's business but whoever's signature it is.
            verifying.signed().await?;
            return Err(rejection);
        }
    };
    let source = verifying.source(&letter).await?;
    if let Some(id) = &letter.foreign
        && !is_of_their_inbox(app, &letter.actor, id).await?
    {
        return Err(Rejection::new(
            StatusCode::BAD_REQUEST,
            "The id of an activity is its actor's server's",
        ));
    }
    match source {
        Source::Actor => {
            crate::synchronising::hear(app, request, &letter.actor).await;
            crate::delivery::heard_from(federation, app, &letter.actor).await;
            let anew = key::may_be_meant_anew(&letter.activity).then(|| checked.signed_at());
            if let Some(name) = request.match_info().get("name") {
                personal::note(&mut letter.activity, &app.addresses().account(name));
            }
            keep(app, federation, letter.into_row(app), anew).await
        }
        Source::Other(by) => {
            crate::delivery::heard_from(federation, app, &by).await;
            keep(app, federation, letter.into_row(app), None).await
        }
        Source::Hint(by) => {
            crate::delivery::heard_from(federation, app, &by).await;
            if hints::may_lead_somewhere(&letter.activity) {
                keep(app, federation, letter.into_hint(app, by, body), None).await
            } else {
                Ok(())
            }
        }
        // There is nothing to do.
        Source::Unknown => Ok(()),
    }
}

/// Whether more of that server wait, its own or what it passes on, than may still come of all others.
fn is_crowding(federation: &Federation, id: &str) -> bool {
    let crowding = federation.0.crowding.lock();
    let crowding = crowding.unwrap_or_else(PoisonError::into_inner);
    !crowding.is_empty() && crowding.contains(&host_of(id))
}

/// Keeps an activity once; what may be meant `anew` once more, if that is when it was signed after the first had come.
async fn keep(
    app: &App,
    federation: &Federation,
    mut row: Received,
    anew: Option<Time>,
) -> Result<(), Rejection> {
    // Nothing came before it was signed, whatever the clock of its sender says.
    row.received_at = anew.map_or(row.received_at, |signed_at| row.received_at.max(signed_at));
    let again = anew.map(|signed_at| (signed_at, row.clone()));
    let kept: Result<bool, service::Error> = app
        .database()
        .transaction(move |conn| {
            if storage::inbox::insert(conn, row)? {
                return Ok(true);
            }
            let Some((signed_at, row)) = again else {
                return Ok(false);
            };
            let first = storage::inbox::received_at(conn, &row.uri)?;
            if first.is_none_or(|first| signed_at <= first) {
                return Ok(false);
            }
            let uri = key::anew(&row.uri, signed_at);
            Ok(storage::inbox::insert(conn, Received { uri, ..row })?)
        })
        .await;
    let is_new = kept.map_err(|error| Rejection::from(Refusal::Transient(error.to_string())))?;
    if is_new {
        federation.0.waiting.fetch_add(1, Ordering::Relaxed);
    }
    app.wake().inbox.notify_one();
    Ok(())
}

impl Letter {
    fn read(request: &HttpRequest, body: &Bytes) -> Result<Self, Rejection> {
        let bad = |reason: &str| Rejection::new(StatusCode::BAD_REQUEST, reason);
        let content_type = request
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if !is_activity_json(content_type) {
            return Err(Rejection::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "An activity is application/activity+json",
            ));
        }
        let activity = net::parse_json(body).map_err(|_| bad("This is not usable JSON"))?;
        let actor = read::id(&activity, "actor")
            .ok_or_else(|| bad("An activity has an actor"))?
            .to_owned();
        if kind(&activity).is_empty() {
            return Err(bad("An activity has a type"));
        }
        let (uri, foreign) = activity_id(&activity, &actor, body);
        let uri = key::of_answer(&activity, uri);
        Ok(Self {
            activity,
            actor,
            uri,
            foreign,
        })
    }

    fn into_row(self, app: &App) -> Received {
        let now = app.now();
        let sender = host_of(&self.actor);
        Received {
            id: InboxId(app.next_id()),
            uri: self.uri,
            concerns: concerned(&self.activity).map(str::to_owned),
            actor_uri: self.actor,
            body: self.activity.to_string(),
            received_at: now,
            run_at: now,
            leased_until: None,
            attempts: 0,
            finished_at: None,
            error: None,
            hint: false,
            requests: 0,
            sender,
        }
    }

    /// A hint is its bearer's. It leaves the id of the activity to whoever may say what that is.
    fn into_hint(self, app: &App, by: String, body: &[u8]) -> Received {
        Received {
            uri: format!("{by}#passed-on/{}", hash(body)),
            sender: host_of(&by),
            actor_uri: by,
            hint: true,
            ..self.into_row(app)
        }
    }
}

/// The id of what an activity is about; of one that takes another back, what that was about.
fn concerned(activity: &Value) -> Option<&str> {
    let object = read::one(activity, "object")?;
    let undone = match kind(activity) {
        "Undo" => read::id(object, "object"),
        _ => None,
    };
    undone
        .or_else(|| read::id_of(object))
        .filter(|id| id.len() <= ID)
}

fn host_of(id: &str) -> String {
    let origin = Origin::parse(id);
    origin.map_or_else(String::new, |origin| origin.authority())
}

fn hash(body: &[u8]) -> String {
    let hash = sha256(body);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id under which an activity is taken once, and the one that it bears if that is of another server. One without an id of
/// its actor's server is known by its content.
fn activity_id(activity: &Value, actor: &str, body: &[u8]) -> (String, Option<String>) {
    let theirs = Origin::parse(actor);
    let is_theirs = |id: &&str| id.len() <= ID && theirs.is_some() && Origin::parse(id) == theirs;
    let said = read::text(activity, "id");
    match said.filter(is_theirs) {
        Some(id) => (id.to_owned(), None),
        None => {
            let unnamed = format!("{actor}#without-id/{}", hash(body));
            (unnamed, said.map(str::to_owned))
        }
    }
}

/// Whether an id is of the server that somebody's inbox is at, as with domains of one's own (docs/adr/0610).
async fn is_of_their_inbox(app: &App, actor: &str, id: &str) -> Result<bool, Refusal> {
    let actor = actor.to_owned();
    let known = read_database(app, move |conn| storage::accounts::with_uri(conn, &actor)).await?;
    let inbox = known.and_then(|known| Origin::parse(&known.inbox_uri));
    Ok(id.len() <= ID && inbox.is_some() && inbox == Origin::parse(id))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::test::TestRequest;
    use test_support::{Kind, TestApp};

    use super::*;
    use crate::FederationSettings;

    #[test]
    fn an_activity_has_an_id_of_its_actors_server_or_none() {
        let actor = "https://school.example/users/ada";
        let with = |id: Value| activity_id(&json!({ "id": id }), actor, b"x");
        let own = "https://school.example/1";
        assert_eq!(with(json!(own)), (own.to_owned(), None));
        let (unnamed, nothing) = with(Value::Null);
        assert!(unnamed.starts_with(actor) && nothing.is_none());
        let long = format!("{own}/{}", "1".repeat(ID));
        for other in ["https://victim.example/1", "no address", long.as_str()] {
            let foreign = Some(other.to_owned());
            assert_eq!(with(json!(other)), (unnamed.clone(), foreign));
        }
        assert_ne!(unnamed, activity_id(&json!({}), actor, b"y").0);
    }

    #[actix_web::test]
    async fn whoever_sends_more_than_can_wait_is_asked_to_come_again() {
        let school = TestApp::on(Kind::Sqlite).unwrap();
        let federation = Federation::new(FederationSettings {
            outbound: net::OutboundSettings {
                public_url: "https://school.example".parse().unwrap(),
                allow_loopback: false,
                allow_http: false,
                ca_file: None,
                failure_memory: Duration::ZERO,
            },
            signature_max_age: Duration::ZERO,
            authorized_fetch: false,
            parallel_hosts: 1,
            give_up_after: Duration::ZERO,
            first_retry: Duration::ZERO,
            translator: None,
        })
        .unwrap();
        let answer = async || {
            receive(
                TestRequest::post().to_http_request(),
                Bytes::from_static(b"{}"),
                Data::new(school.app.clone()),
                Data::new(federation.clone()),
            )
            .await
        };
        let is_turned_away = |answer: HttpResponse| {
            answer.status() == StatusCode::SERVICE_UNAVAILABLE
                && answer.headers().contains_key("retry-after")
        };
        federation.0.waiting.store(FULL, Ordering::Relaxed);
        assert!(is_turned_away(answer().await));
        federation.0.waiting.store(0, Ordering::Relaxed);
        assert!(!is_turned_away(answer().await));
        let _all = federation.0.door.try_acquire_many(256).unwrap();
        assert!(is_turned_away(answer().await));
    }
}
