//! What posts out of an archive say of where they come from: it is claimed as if they had always been here. Nobody is told of
//! it or asked, here or elsewhere; whose post is named finds it in the tree (docs/adr/0361).

use std::collections::HashMap;

use domain::AccountId;
use storage::DbConnection;
use storage::statuses::Status;

use super::claims::{Claim, Said, add, claims, has_room, new, practice_in_practice};
use super::deciding::weigh_quietly;
use crate::jobs::{Job, enqueue};
use crate::search::known_status;
use crate::{App, Result};

/// Sources elsewhere that the archives of one person may have us look up in a day.
const LOOKUPS: i64 = 200;

/// Writes what a post says of its sources: in its words, in `based_on`, where Staffroom names them, and by quoting. What it
/// says of practice is kept already.
pub(crate) fn note_brought(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    based_on: &[String],
    quoted: Option<&str>,
) -> Result<()> {
    let me = status.account_id;
    let parent = match &status.in_reply_to_uri {
        Some(uri) => storage::statuses::with_uri(conn, uri)?,
        None => None,
    };
    let said = Said {
        author: me,
        content: &status.content,
        parent: parent.as_ref(),
        answered: status.in_reply_to_uri.as_deref(),
        based_on,
        found: &HashMap::new(),
    };
    let mut found = claims(app, conn, &said)?;
    if let Some(uri) = quoted
        && let Some(known) = known_status(app, conn, uri)?
        && let Some(quoted) = practice_in_practice(conn, status, known.id)?
    {
        add(&mut found, Claim::of_quoted(quoted));
    }
    for mut claim in found {
        if let Some(own) = brought_before(conn, me, claim.uri())? {
            claim.source = Some(own);
        }
        if claim.uri() != status.uri && claim.may_be_new(app, conn)? {
            begin(app, conn, status, &claim)?;
        }
    }
    Ok(())
}

/// What became of a post that the same person brought along.
fn brought_before(conn: &mut DbConnection, me: AccountId, uri: &str) -> Result<Option<Status>> {
    match storage::imported_posts::find(conn, me, uri)? {
        Some(id) => Ok(storage::statuses::find(conn, id)?),
        None => Ok(None),
    }
}

fn begin(app: &App, conn: &mut DbConnection, status: &Status, claim: &Claim) -> Result<()> {
    let day = app.now().format("%Y-%m-%d");
    let what = format!("sources named in archives of {} {day}", status.account_id);
    if claim.source.is_none() && !has_room(app, conn, &what, LOOKUPS)? {
        return Ok(());
    }
    let row = new(app, status, claim);
    if !storage::derivations::insert(conn, row.clone())? {
        return Ok(());
    }
    match &claim.source {
        Some(source) => weigh_quietly(app, conn, &row, status, source),
        None => {
            let job = Job::FindSource {
                derivation: row.id,
                turn: 0,
                quietly: true,
            };
            enqueue(app, conn, &job)
        }
    }
}
