//! Working an archive off: first all its posts become rows, then one after the other becomes a status, oldest first.
//! Each is a transaction of its own, so that a process that dies loses at most the one it was at.

use std::path::Path;
use std::time::{Duration, Instant};

use domain::{LineOutcome, Time};
use storage::imports::{self, Import, Line};
use tokio::sync::mpsc;

use super::entry::{self, Entry};
use super::import::{Spent, finish, spent};
use super::opened::Opened;
use super::taking::{note, take_over};
use super::{apart, internal};
use crate::brought::{self, forget_lines, shortened};
use crate::error::invalid;
use crate::oauth::Person;
use crate::{App, Error, Result};

/// Posts of one archive, with those that came out of others within a day.
const POSTS: i64 = 100_000;
/// Rows written together.
const ROWS: usize = 500;
/// Posts looked up together.
const AT_ONCE: i64 = 20;
/// After so long others get their turn who have something that takes long.
const TURN: Duration = Duration::from_secs(60);
/// How often a post is tried.
const TRIES: usize = 2;

/// Works off some posts of an archive, if it is the turn of this job.
pub(crate) async fn work(app: &App, id: i64, step: i32) -> Result<()> {
    let found = app
        .read(move |_, conn| {
            let Some(import) = brought::in_turn(conn, id, step)? else {
                return Ok(None);
            };
            let user = storage::users::of_account(conn, import.account_id)?;
            let account = storage::accounts::find(conn, import.account_id)?;
            let person = user.zip(account);
            Ok(person.map(|(user, account)| (import, Person { user, account })))
        })
        .await?;
    let Some((import, person)) = found else {
        return Ok(());
    };
    if person.account.is_gone() || person.user.disabled_at.is_some() {
        return finish(
            app,
            &import,
            "Nothing is taken over for an account that is suspended or disabled",
        )
        .await;
    }
    match proceed(app, &import, &person).await {
        Ok(true) => finish(app, &import, "").await,
        Ok(false) => pass_on(app, import).await,
        Err(Error::Invalid(reason)) => finish(app, &import, &shortened(&reason)).await,
        Err(error) => Err(error),
    }
}

/// Ends an archive whose job was given up, so that its owner can bring another one.
pub(crate) async fn give_up(app: &App, id: i64, step: i32) -> Result<()> {
    let import = app
        .read(move |_, conn| brought::in_turn(conn, id, step))
        .await?;
    let Some(import) = import else {
        return Ok(());
    };
    let reason =
        "This server tried it often and failed. Posts that it did not come to are not here";
    finish(app, &import, reason).await
}

/// Leaves the next turn behind.
async fn pass_on(app: &App, import: Import) -> Result<()> {
    app.transaction(move |app, conn| {
        if !brought::take_turn(conn, &import)? {
            return Ok(());
        }
        brought::pass_on(app, conn, &import, app.now())
    })
    .await
}

/// Whether nothing is left to do. [`Error::Invalid`] if the archive cannot be read.
async fn proceed(app: &App, import: &Import, person: &Person) -> Result<bool> {
    if import.prepared && waiting(app, import.id, 1).await?.is_empty() {
        // Its file may be gone already.
        return Ok(true);
    }
    let file = import
        .file
        .as_deref()
        .ok_or_else(|| invalid("The file is not there any more"))?;
    let Some(local) = app.media().local(file).await? else {
        return Err(invalid("The file is not there any more"));
    };
    let place = local.path();
    let counted = import.clone();
    let Spent { posts, unpacked } = app.read(move |_, conn| spent(conn, &counted)).await?;
    let mut opened = open(place).await?;
    if !import.prepared {
        opened = read(app, import.id, opened, POSTS - posts).await?;
    }
    let (begun, id) = (Instant::now(), import.id);
    let mut unpacked = unpacked.saturating_add(import.unpacked);
    loop {
        let items = waiting(app, id, AT_ONCE).await?;
        if items.is_empty() {
            return Ok(true);
        }
        for item in items {
            if begun.elapsed() > TURN {
                return Ok(false);
            }
            opened = settle(app, person, place, opened, item, &mut unpacked).await?;
        }
    }
}

async fn open(place: &Path) -> Result<Opened> {
    let place = place.to_owned();
    apart(move || Opened::open(&place)).await?
}

/// Takes a post over, or notes why not. One at which we fail costs the others nothing; where the database or the disk
/// fails, all of them wait.
async fn settle(
    app: &App,
    person: &Person,
    place: &Path,
    mut opened: Opened,
    item: Line,
    unpacked: &mut i64,
) -> Result<Opened> {
    let before = *unpacked;
    for _ in 0..TRIES {
        match take_over(app, person, opened, item.clone(), unpacked).await {
            Ok(opened) => return Ok(opened),
            Err(error @ (Error::Unavailable(_) | Error::Full)) => return Err(error),
            Err(error) => {
                let (import, number) = (item.import_id, item.number);
                tracing::warn!(import, number, %error, "a post of an archive could not be taken over");
                opened = open(place).await?;
            }
        }
    }
    let reason = "This server failed to take it over";
    let more = *unpacked - before;
    note(app, &item, LineOutcome::Refused, reason, more).await?;
    Ok(opened)
}

async fn waiting(app: &App, id: i64, limit: i64) -> Result<Vec<Line>> {
    app.read(move |_, conn| Ok(imports::waiting(conn, id, limit)?))
        .await
}

/// Makes a row of each post, of `most` at most. What a process that died had begun is begun anew.
async fn read(app: &App, id: i64, mut opened: Opened, most: i64) -> Result<Opened> {
    forget_lines(app, id, false).await?;
    let now = app.now();
    let (sender, mut batches) = mpsc::channel(2);
    let reading = tokio::task::spawn_blocking(move || {
        let send = |rows| sender.blocking_send(rows).map_err(internal);
        let boosts = rows(&mut opened, id, now, most, send);
        (opened, boosts)
    });
    while let Some(batch) = batches.recv().await {
        app.transaction(move |_, conn| Ok(imports::insert_lines(conn, batch)?))
            .await?;
    }
    let (opened, boosts) = reading.await.map_err(internal)?;
    let boosts = boosts?;
    app.transaction(move |_, conn| Ok(imports::set_prepared(conn, id, boosts)?))
        .await?;
    Ok(opened)
}

/// Reads all activities; answers how many are boosts.
fn rows(
    opened: &mut Opened,
    import: i64,
    now: Time,
    most: i64,
    mut send: impl FnMut(Vec<Line>) -> Result<()>,
) -> Result<i64> {
    let owner = opened.owner()?;
    let (mut boosts, mut number, mut batch) = (0, 0, Vec::new());
    opened.activities(|activity| {
        number += 1;
        if i64::from(number) > most {
            return Err(invalid(format!(
                "There are more than {POSTS} posts in the archive, or in all that were brought within a day"
            )));
        }
        let (uri, published_at, body, outcome, reason) = match entry::read(&activity, &owner, now) {
            Entry::Boost => {
                boosts += 1;
                return Ok(());
            }
            Entry::Post(post) => {
                let body = serde_json::to_string(&post).map_err(internal)?;
                (post.uri, post.published, body, LineOutcome::Waiting, "")
            }
            Entry::Refused { uri, reason } => {
                (uri, now, String::new(), LineOutcome::Refused, reason)
            }
        };
        batch.push(Line {
            import_id: import,
            number,
            key: uri,
            host: String::new(),
            fields: body,
            outcome,
            reason: reason.to_owned(),
            attempts: 0,
            due_at: published_at,
        });
        if batch.len() >= ROWS {
            send(std::mem::take(&mut batch))?;
        }
        Ok(())
    })?;
    send(batch)?;
    Ok(boosts)
}
