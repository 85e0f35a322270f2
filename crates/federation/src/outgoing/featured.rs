//! What somebody puts on their profile: `Add` and `Remove` of posts and hashtags.

use domain::{AccountId, StatusId};
use serde_json::{Value, json};
use service::App;
use storage::DbConnection;

use super::Told;
use crate::protocol::vocabulary::Activity;

/// A post at the top of the profile, or not any more. None of one that its readers could not open.
pub(super) fn post(
    app: &App,
    conn: &mut DbConnection,
    id: StatusId,
    featured: bool,
) -> Result<Option<Told>, service::Error> {
    let row = storage::statuses::find(conn, id)?;
    let Some(row) = row.filter(|row| row.visibility.is_open() && !row.local_only) else {
        return Ok(None);
    };
    // A network has posts of others there.
    let shown = match row.reblog_of_id {
        Some(of) => storage::statuses::find(conn, of)?,
        None => Some(row.clone()),
    };
    match shown {
        Some(shown) => told(app, conn, row.account_id, &json!(shown.uri), featured),
        None => Ok(None),
    }
}

/// A hashtag on the profile, or not any more.
pub(super) fn tag(
    app: &App,
    conn: &mut DbConnection,
    account: AccountId,
    name: &str,
    featured: bool,
) -> Result<Option<Told>, service::Error> {
    told(app, conn, account, &hashtag(app, name), featured)
}

/// A hashtag, as it stands in collections.
pub(crate) fn hashtag(app: &App, name: &str) -> Value {
    json!({ "type": "Hashtag", "href": app.addresses().tag(name), "name": format!("#{name}") })
}

fn told(
    app: &App,
    conn: &mut DbConnection,
    account: AccountId,
    object: &Value,
    featured: bool,
) -> Result<Option<Told>, service::Error> {
    let Some(by) = storage::accounts::find(conn, account)? else {
        return Ok(None);
    };
    let kind = if featured {
        Activity::Add
    } else {
        Activity::Remove
    };
    let activity = json!({
        "id": format!("{}#{}/{}", by.uri, kind.in_id(), app.next_id()),
        "type": kind,
        "actor": by.uri,
        "to": [by.followers_uri],
        "object": object,
        "target": by.featured_uri,
    });
    Ok(Some(Told::to_followers(by, activity)))
}
