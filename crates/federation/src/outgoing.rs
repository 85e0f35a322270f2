//! From what happened here to what other servers are told: one activity, one row for each inbox.

pub(crate) mod featured;
mod quotes;

use std::collections::BTreeSet;

use domain::{AccountId, ActivityId, DeliveryId, Host, JobId, ReportId, StatusId};
use serde_json::{Value, json};
use service::App;
use service::jobs::Outgoing;
use service::keys::Keys;
use storage::DbConnection;
use storage::accounts::Account;
use storage::deliveries::{Activity, Delivery};
use url::Url;

use crate::Federation;
use crate::convert::{actor, moment, note, poll};
use crate::proofs::prove;
use crate::protocol::addressing::PUBLIC;
use crate::protocol::context::with_context;
use crate::signatures::PrivateKey;

/// What is said, by whom, and to whom besides the followers.
struct Told {
    by: Account,
    activity: Value,
    to_followers: bool,
    to: Vec<Account>,
}

/// Owes the activity to all whom it concerns, and finishes the job, in one transaction.
pub(crate) async fn tell(
    federation: &Federation,
    app: &App,
    job: JobId,
    outgoing: Outgoing,
) -> Result<(), service::Error> {
    // The keys go into the document of an actor, and are made outside of the transaction.
    let keys = match &outgoing {
        Outgoing::UpdateProfile { account } => Some(service::keys::both(app, *account).await?),
        _ => None,
    };
    // Whoever knows somebody who is gone may know words of theirs.
    let to_everybody = matches!(outgoing, Outgoing::DeleteAccount { .. });
    let (app_inside, allow_http) = (app.clone(), federation.settings().outbound.allow_http);
    app.database()
        .transaction(move |conn| {
            if let Some(told) = compose(&app_inside, conn, outgoing, keys.as_ref())? {
                owe(&app_inside, conn, told, allow_http, to_everybody)?;
            }
            Ok::<_, service::Error>(storage::jobs::finish(conn, job)?)
        })
        .await?;
    app.wake().deliveries.notify_one();
    Ok(())
}

fn owe(
    app: &App,
    conn: &mut DbConnection,
    told: Told,
    allow_http: bool,
    to_everybody: bool,
) -> Result<(), service::Error> {
    let mut inboxes: BTreeSet<String> = BTreeSet::new();
    if told.to_followers {
        inboxes.extend(storage::follows::follower_inboxes(conn, told.by.id)?);
    }
    if to_everybody {
        inboxes.extend(storage::accounts::known_inboxes(conn)?);
    }
    inboxes.extend(
        told.to
            .iter()
            .filter(|account| !account.is_local() && account.suspended_at.is_none())
            .map(|account| account.delivery_inbox().to_owned()),
    );
    let now = app.now();
    let policy = service::policy::within(app, conn)?;
    let activity_id = ActivityId(app.next_id());
    let deliveries: Vec<Delivery> = inboxes
        .into_iter()
        .filter_map(|inbox| {
            let url = Url::parse(&inbox).ok()?;
            let may = url.scheme() == "https" || (allow_http && url.scheme() == "http");
            let host = Host::of(&url)
                .ok()
                .filter(|host| may && !policy.refuses(host.as_str()))?;
            Some(Delivery {
                id: DeliveryId(app.next_id()),
                activity_id,
                host: host.to_string(),
                inbox,
                attempts: 0,
                created_at: now,
                failed_at: None,
                error: None,
            })
        })
        .collect();
    if deliveries.is_empty() {
        return Ok(());
    }
    let activity = Activity {
        id: activity_id,
        account_id: told.by.id,
        body: proven(app, conn, told)?.to_string(),
        created_at: now,
    };
    Ok(storage::deliveries::enqueue(conn, activity, deliveries)?)
}

/// The activity with a proof of whose it is, so that others can pass it on.
fn proven(app: &App, conn: &mut DbConnection, told: Told) -> Result<Value, service::Error> {
    let internal = |error: String| service::Error::Internal(error);
    let key = service::keys::proof_key(app, conn, told.by.id)?;
    let private = PrivateKey::from_pem(key.private_pem.as_deref().unwrap_or_default())
        .map_err(|error| internal(error.to_string()))?;
    let mut activity = with_context(told.activity);
    prove(&mut activity, &private, &key.uri, app.now())
        .map_err(|error| internal(error.to_string()))?;
    Ok(activity)
}

/// None if what it was about is gone by now.
fn compose(
    app: &App,
    conn: &mut DbConnection,
    outgoing: Outgoing,
    keys: Option<&Keys>,
) -> Result<Option<Told>, service::Error> {
    Ok(match outgoing {
        Outgoing::Publish { status } => post(app, conn, status, |post| post.create(app))?,
        Outgoing::Edit { status } => post(app, conn, status, |post| edit(app, post))?,
        Outgoing::Delete { status } => deletion(conn, status)?,
        Outgoing::Boost { status } => boost(conn, status, |announce, _| announce.clone())?,
        Outgoing::Unboost { status } => boost(conn, status, undo)?,
        Outgoing::Favourite {
            account,
            status,
            uri,
        } => like(conn, account, status, &uri, |like, _| like.clone())?,
        Outgoing::Unfavourite {
            account,
            status,
            uri,
        } => like(conn, account, status, &uri, undo)?,
        Outgoing::Vote {
            account,
            status,
            title,
            uri,
        } => match storage::statuses::find(conn, status)? {
            Some(of) => between(conn, account, of.account_id, |by, to| {
                poll::vote(by, to, &of.uri, &title, &uri)
            })?,
            None => None,
        },
        Outgoing::Renew { status } => renewal(app, conn, status)?,
        Outgoing::QuoteRequest { status } => quotes::request(app, conn, status)?,
        Outgoing::AnswerQuote {
            account,
            to,
            request,
            of,
            by,
            stamp,
        } => between(conn, account, to, |author, quoter| {
            quotes::answer(app, author, quoter, &request, &of, &by, stamp.as_deref())
        })?,
        Outgoing::RevokeQuote { quote } => quotes::revocation(conn, quote)?,
        Outgoing::Follow {
            follower,
            account,
            uri,
        } => between(conn, follower, account, |by, to| {
            relation("Follow", &uri, by, to)
        })?,
        Outgoing::Unfollow {
            follower,
            account,
            uri,
        } => between(conn, follower, account, |by, to| {
            undo(&relation("Follow", &uri, by, to), by)
        })?,
        Outgoing::Accept {
            follower,
            account,
            uri,
        } => answer(app, conn, "Accept", follower, account, &uri)?,
        Outgoing::Reject {
            follower,
            account,
            uri,
        } => answer(app, conn, "Reject", follower, account, &uri)?,
        Outgoing::Block {
            account,
            target,
            uri,
        } => between(conn, account, target, |by, to| {
            relation("Block", &uri, by, to)
        })?,
        Outgoing::Unblock {
            account,
            target,
            uri,
        } => between(conn, account, target, |by, to| {
            undo(&relation("Block", &uri, by, to), by)
        })?,
        Outgoing::UpdateProfile { account } => {
            match (storage::accounts::find(conn, account)?, keys) {
                (Some(by), Some(keys)) => Some(profile(app, by, keys)),
                _ => None,
            }
        }
        Outgoing::Pin { status, pinned } => featured::post(app, conn, status, pinned)?,
        Outgoing::FeatureTag {
            account,
            name,
            featured,
        } => featured::tag(app, conn, account, &name, featured)?,
        Outgoing::Move { account } => storage::accounts::find(conn, account)?.and_then(departure),
        Outgoing::Flag { report } => flag(app, conn, report)?,
        Outgoing::DeleteAccount { account } => {
            storage::accounts::find(conn, account)?.map(farewell)
        }
    })
}

fn post(
    _app: &App,
    conn: &mut DbConnection,
    id: StatusId,
    activity: impl FnOnce(&note::Post) -> Value,
) -> Result<Option<Told>, service::Error> {
    let Some(row) = storage::statuses::find(conn, id)? else {
        return Ok(None);
    };
    let Some(post) = note::load(conn, vec![row])?.pop() else {
        return Ok(None);
    };
    let mut to = post.mentioned.clone();
    if let Some(answered) = post.status.in_reply_to_account_id
        && post.status.visibility.is_open()
    {
        to.extend(storage::accounts::find(conn, answered)?);
    }
    to.extend(quotes::quoted_author(conn, &post)?);
    Ok(Some(Told {
        activity: activity(&post),
        to_followers: post.status.visibility != domain::Visibility::Direct,
        to,
        by: post.author,
    }))
}

fn edit(app: &App, post: &note::Post) -> Value {
    let (to, cc) = post.recipients();
    let edited = post.status.edited_at.unwrap_or(post.status.created_at);
    json!({
        "id": format!("{}#updates/{}", post.status.uri, edited.and_utc().timestamp_millis()),
        "type": "Update",
        "actor": post.author.uri,
        "published": moment(edited),
        "to": to,
        "cc": cc,
        "object": post.note(app),
    })
}

/// A status as it is now, though nobody edited it: for its readers and those who voted.
fn renewal(
    app: &App,
    conn: &mut DbConnection,
    id: StatusId,
) -> Result<Option<Told>, service::Error> {
    let now = app.now();
    let told = post(app, conn, id, |post| {
        let mut update = edit(app, post);
        if let Some(object) = update.as_object_mut() {
            let id = format!(
                "{}#updates/now/{}",
                post.status.uri,
                now.and_utc().timestamp_millis()
            );
            object.insert("id".to_owned(), json!(id));
            object.insert("published".to_owned(), json!(moment(now)));
        }
        update
    })?;
    let Some(mut told) = told else {
        return Ok(None);
    };
    if let Some(poll) = storage::polls::of_status(conn, id)? {
        told.to
            .extend(storage::polls::voters(conn, poll.id, false)?);
    }
    Ok(Some(told))
}

fn deletion(conn: &mut DbConnection, id: StatusId) -> Result<Option<Told>, service::Error> {
    let Some(row) = storage::statuses::with_ids_deleted(conn, &[id])?.pop() else {
        return Ok(None);
    };
    let Some(post) = note::load(conn, vec![row])?.pop() else {
        return Ok(None);
    };
    let mut to = post.mentioned.clone();
    if let Some(answered) = post.status.in_reply_to_account_id {
        to.extend(storage::accounts::find(conn, answered)?);
    }
    to.extend(quotes::quoted_author(conn, &post)?);
    let recipients: Vec<&str> = vec![PUBLIC];
    Ok(Some(Told {
        activity: json!({
            "id": format!("{}#delete", post.status.uri),
            "type": "Delete",
            "actor": post.author.uri,
            "to": recipients,
            "object": { "id": post.status.uri, "type": "Tombstone" },
        }),
        to_followers: post.status.visibility != domain::Visibility::Direct,
        to,
        by: post.author,
    }))
}

fn boost(
    conn: &mut DbConnection,
    id: StatusId,
    activity: impl FnOnce(&Value, &Account) -> Value,
) -> Result<Option<Told>, service::Error> {
    let Some(boost) = storage::statuses::with_ids_deleted(conn, &[id])?.pop() else {
        return Ok(None);
    };
    let Some(of) = boost.reblog_of_id else {
        return Ok(None);
    };
    let Some(boosted) = storage::statuses::with_ids_deleted(conn, &[of])?.pop() else {
        return Ok(None);
    };
    let by = storage::accounts::find(conn, boost.account_id)?;
    let owner = storage::accounts::find(conn, boosted.account_id)?;
    let (Some(by), Some(owner)) = (by, owner) else {
        return Ok(None);
    };
    let announce = note::announce(&boost, &by, &boosted, &owner);
    Ok(Some(Told {
        activity: activity(&announce, &by),
        to_followers: true,
        to: vec![owner],
        by,
    }))
}

fn like(
    conn: &mut DbConnection,
    account: AccountId,
    status: StatusId,
    uri: &str,
    activity: impl FnOnce(&Value, &Account) -> Value,
) -> Result<Option<Told>, service::Error> {
    let Some(status) = storage::statuses::find(conn, status)? else {
        return Ok(None);
    };
    between(conn, account, status.account_id, |by, _| {
        activity(
            &json!({ "id": uri, "type": "Like", "actor": by.uri, "object": status.uri }),
            by,
        )
    })
}

fn between(
    conn: &mut DbConnection,
    by: AccountId,
    to: AccountId,
    activity: impl FnOnce(&Account, &Account) -> Value,
) -> Result<Option<Told>, service::Error> {
    let (Some(by), Some(to)) = (
        storage::accounts::find(conn, by)?,
        storage::accounts::find(conn, to)?,
    ) else {
        return Ok(None);
    };
    let activity = activity(&by, &to);
    Ok(Some(Told {
        activity,
        to_followers: false,
        to: vec![to],
        by,
    }))
}

fn relation(kind: &str, uri: &str, by: &Account, to: &Account) -> Value {
    json!({ "id": uri, "type": kind, "actor": by.uri, "to": [to.uri], "object": to.uri })
}

/// An answer has an id of its own each time, since the same Follow may be asked, and answered, again.
fn answer(
    app: &App,
    conn: &mut DbConnection,
    kind: &str,
    follower: AccountId,
    account: AccountId,
    uri: &str,
) -> Result<Option<Told>, service::Error> {
    between(conn, account, follower, |by, follower| {
        json!({
            "id": format!("{}#{}/{}", by.uri, kind.to_lowercase(), app.next_id()),
            "type": kind,
            "actor": by.uri,
            "to": [follower.uri],
            "object": relation("Follow", uri, follower, by),
        })
    })
}

fn undo(activity: &Value, by: &Account) -> Value {
    let id = activity
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    json!({
        "id": format!("{id}{}undo", if id.contains('#') { "/" } else { "#" }),
        "type": "Undo",
        "actor": by.uri,
        "to": activity.get("to"),
        "object": activity,
    })
}

fn profile(app: &App, by: Account, keys: &Keys) -> Told {
    let mut document = actor::to_json(app, &by, keys);
    // The activity around it has the context.
    if let Some(object) = document.as_object_mut() {
        object.remove("@context");
    }
    let activity = json!({
        "id": format!("{}#updates/{}", by.uri, by.updated_at.and_utc().timestamp_millis()),
        "type": "Update",
        "actor": by.uri,
        "to": [PUBLIC],
        "object": document,
    });
    Told {
        activity,
        to_followers: true,
        to: Vec::new(),
        by,
    }
}

fn departure(by: Account) -> Option<Told> {
    let target = by.moved_to_uri.clone()?;
    let activity = json!({
        "id": format!("{}#moves/{}", by.uri, by.updated_at.and_utc().timestamp_millis()),
        "type": "Move",
        "actor": by.uri,
        "to": [by.followers_uri],
        "object": by.uri,
        "target": target,
    });
    Some(Told {
        activity,
        to_followers: true,
        to: Vec::new(),
        by,
    })
}

/// Told to everybody: see [`tell`].
/// The server itself reports, so that nobody elsewhere learns who did.
fn flag(
    app: &App,
    conn: &mut DbConnection,
    report: ReportId,
) -> Result<Option<Told>, service::Error> {
    let Some(report) = storage::reports::find(conn, report)? else {
        return Ok(None);
    };
    let by = storage::accounts::with_uri(conn, &app.addresses().instance_actor())?;
    let target = storage::accounts::find(conn, report.target_account_id)?;
    let (Some(by), Some(target)) = (by, target) else {
        return Ok(None);
    };
    let statuses = storage::statuses::with_ids(conn, &report.status_ids)?;
    let mut objects = vec![target.uri.clone()];
    objects.extend(statuses.into_iter().map(|status| status.uri));
    let activity = json!({
        "id": report.uri,
        "type": "Flag",
        "actor": by.uri,
        "to": [target.uri],
        "content": report.comment,
        "object": objects,
    });
    Ok(Some(Told {
        by,
        activity,
        to_followers: false,
        to: vec![target],
    }))
}

fn farewell(by: Account) -> Told {
    let activity = json!({
        "id": format!("{}#delete", by.uri),
        "type": "Delete",
        "actor": by.uri,
        "to": [PUBLIC],
        "object": by.uri,
    });
    Told {
        activity,
        to_followers: true,
        to: Vec::new(),
        by,
    }
}
