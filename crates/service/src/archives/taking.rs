//! One post of an archive becomes a status, as if it had always been here: nobody is told of it, here or elsewhere.

use chrono::{NaiveTime, TimeDelta};
use domain::{AccountId, ContentType, LineOutcome, MediaId, StatusId, Time, limits};
use futures_util::future::join;
use storage::annual_reports::Written;
use storage::imports::{self, Line};
use storage::statuses::Status;
use storage::{DbConnection, Spool, imported_posts};
use tokio::sync::mpsc;

use super::entry::{Attached, Post};
use super::opened::Opened;
use super::{apart, internal};
use crate::brought::shortened;
use crate::oauth::Person;
use crate::text::{plain_text, sanitise};
use crate::{
    App, Error, Result, attachments, custom_emojis, documents, incoming, lineage, practice,
    statuses,
};

/// Posts of one day, with those that are here: more than anybody writes, and too few to fill a timeline with.
const OF_A_DAY: i64 = 300;
/// Bytes of all files that the archives of a day may unpack to, however often they are named in them.
const UNPACKED: i64 = 16 * 1_024 * 1_024 * 1_024;
/// The least by which ids tell apart what came first.
const NEXT_TO: TimeDelta = TimeDelta::milliseconds(1);
/// How often an id is looked for that nothing of the same moment has.
const TRIES: usize = 8;

/// Takes a post over, or notes why not. `unpacked` is how many bytes of files were unpacked so far, of this archive and those
/// that are counted with it.
pub(super) async fn take_over(
    app: &App,
    person: &Person,
    opened: Opened,
    item: Line,
    unpacked: &mut i64,
) -> Result<Opened> {
    let post: Post = serde_json::from_str(&item.fields).map_err(internal)?;
    let (me, uri, published) = (person.id(), post.uri.clone(), post.published);
    let outcome = app
        .read(move |_, conn| {
            if known(conn, me, &uri)?.is_some() {
                return Ok(Some(LineOutcome::Already));
            }
            let is_full = of_the_day(conn, me, published)? >= OF_A_DAY;
            Ok(is_full.then_some(LineOutcome::Refused))
        })
        .await?;
    if let Some(outcome) = outcome {
        let reason = match outcome {
            LineOutcome::Refused => "There are too many posts of that day",
            _ => "",
        };
        note(app, &item, outcome, reason, 0).await?;
        return Ok(opened);
    }
    let before = *unpacked;
    let (opened, files, mut remarks) = files(app, me, opened, &post, unpacked).await?;
    let more = *unpacked - before;
    if files.is_empty() && plain_text(&post.content).trim().is_empty() && post.options.is_empty() {
        remarks.insert(0, "It says nothing".to_owned());
        let reason = remarks.join("; ");
        note(app, &item, LineOutcome::Refused, &reason, more).await?;
        return Ok(opened);
    }
    // Before the transaction: what is hostile takes a while.
    let post = apart(move || Post {
        content: sanitise::html(&html(&post)),
        ..post
    })
    .await?;
    let (person, stored) = (person.clone(), item.clone());
    let written = app
        .transaction(move |app, conn| {
            imports::add_unpacked(conn, stored.import_id, more)?;
            store(
                app,
                conn,
                &person,
                &stored,
                &post,
                &files,
                &remarks.join("; "),
            )
        })
        .await;
    match written {
        Err(Error::Conflict(reason)) => {
            note(app, &item, LineOutcome::Refused, &reason, more).await?;
        }
        other => other?,
    }
    Ok(opened)
}

pub(super) async fn note(
    app: &App,
    item: &Line,
    outcome: LineOutcome,
    reason: &str,
    unpacked: i64,
) -> Result<()> {
    let (id, number, reason) = (item.import_id, item.number, shortened(reason));
    app.transaction(move |_, conn| {
        imports::add_unpacked(conn, id, unpacked)?;
        mark(conn, (id, number), outcome, &reason).map(drop)
    })
    .await
}

/// Notes what became of a post that waits, whose words are not needed any more: false if it does not wait.
fn mark(
    conn: &mut DbConnection,
    (id, number): (i64, i32),
    outcome: LineOutcome,
    reason: &str,
) -> Result<bool> {
    let is_ours = imports::mark(conn, id, number, outcome, reason)?;
    if is_ours {
        imports::empty(conn, id, number)?;
    }
    Ok(is_ours)
}

/// What somebody has here of what was known as `uri`: taken over before, or written here. Also what they deleted since:
/// that is not to come back.
fn known(conn: &mut DbConnection, me: AccountId, uri: &str) -> Result<Option<StatusId>> {
    if let Some(id) = imported_posts::find(conn, me, uri)? {
        return Ok(Some(id));
    }
    let here = storage::statuses::with_uri(conn, uri)?;
    Ok(here
        .filter(|status| status.account_id == me)
        .map(|status| status.id))
}

/// How much somebody wrote on a day. A range of the index on `(account_id, id)`.
fn of_the_day(conn: &mut DbConnection, me: AccountId, at: Time) -> Result<i64> {
    let start = at.date().and_time(NaiveTime::MIN);
    let span = (
        App::first_id_from(start),
        App::first_id_from(start + TimeDelta::days(1)),
    );
    Ok(storage::annual_reports::statuses(
        conn,
        me,
        Written::Any,
        span,
    )?)
}

/// A file that was taken in, and whether it is a document.
type Taken = (MediaId, bool);

/// Takes in the files of a post, one after the other; answers those that are ready, and what is to be said of the others.
async fn files(
    app: &App,
    me: AccountId,
    mut opened: Opened,
    post: &Post,
    unpacked: &mut i64,
) -> Result<(Opened, Vec<Taken>, Vec<String>)> {
    let (mut taken, mut remarks) = (Vec::<Taken>::new(), Vec::new());
    let most = most_bytes(app);
    for file in &post.files {
        let room = if file.is_document {
            limits::DOCUMENTS
        } else {
            app.settings().max_media
        };
        let alike = taken.iter().filter(|(_, is)| *is == file.is_document);
        if alike.count() >= room {
            remarks.push("There are more files than a post may have here".to_owned());
            continue;
        }
        if *unpacked >= UNPACKED {
            remarks.push("The files of the archive are too large altogether".to_owned());
            break;
        }
        let (back, unpacking) = unpack(app, opened, &file.name, most).await?;
        opened = back;
        let bytes = match &unpacking {
            Ok(spool) => spool.length(),
            Err(Error::TooLarge) => most,
            Err(_) => 0,
        };
        *unpacked = unpacked.saturating_add(i64::try_from(bytes).unwrap_or(i64::MAX));
        let received = match unpacking {
            Ok(spool) => receive(app, me, spool, file).await,
            Err(error) => Err(error),
        };
        match received {
            Ok(id) => taken.push((id, file.is_document)),
            Err(Error::Invalid(reason)) => {
                remarks.push(format!("A file is left out: {}", shortened(&reason)));
            }
            Err(Error::TooLarge) => remarks.push("A file is left out: it is too large".to_owned()),
            Err(Error::Unchecked(reason)) => {
                tracing::error!(reason, "a document could not be checked for viruses");
                remarks.push("A file is left out: it could not be checked for viruses".to_owned());
            }
            Err(error) => return Err(error),
        }
    }
    remarks.dedup();
    Ok((opened, taken, remarks))
}

/// Bytes of the largest file that is taken in.
fn most_bytes(app: &App) -> u64 {
    let settings = app.settings();
    let most = settings.max_image_bytes.max(settings.max_video_bytes);
    let most = most.max(settings.max_document_bytes);
    u64::try_from(most).unwrap_or(u64::MAX)
}

/// Unpacks a file onto the disk.
async fn unpack(
    app: &App,
    mut opened: Opened,
    name: &str,
    most: u64,
) -> Result<(Opened, Result<Spool>)> {
    let mut spool = attachments::receive(app).await?;
    let (sender, pieces) = mpsc::channel(2);
    let name = name.to_owned();
    let unpacking = apart(move || {
        let done = opened.unpack(&name, most, |piece| sender.blocking_send(piece).is_ok());
        drop(sender);
        (opened, done)
    });
    let writing = async {
        // Gone with this block: what cannot be written is not unpacked either.
        let mut pieces = pieces;
        while let Some(piece) = pieces.recv().await {
            attachments::add(&mut spool, &piece).await?;
        }
        Ok::<_, Error>(())
    };
    let (unpacking, written) = join(unpacking, writing).await;
    written?;
    let (opened, done) = unpacking?;
    Ok((opened, done.map(|()| spool)))
}

async fn receive(app: &App, me: AccountId, spool: Spool, file: &Attached) -> Result<MediaId> {
    let description = file.description.clone().filter(|text| !text.is_empty());
    if file.is_document {
        let name = description.as_deref().unwrap_or(&file.name);
        return documents::bring(app, me, spool, name).await;
    }
    attachments::bring(app, me, spool, description, file.focus).await
}

/// Writes the status, what it was before, and what became of the item.
fn store(
    app: &App,
    conn: &mut DbConnection,
    person: &Person,
    item: &Line,
    post: &Post,
    files: &[Taken],
    remark: &str,
) -> Result<()> {
    let me = person.id();
    // Held before anything is asked: the author may leave at this moment.
    let author = storage::accounts::hold(conn, me)?.filter(|row| !row.is_gone());
    let is_known = known(conn, me, &post.uri)?.is_some();
    let (outcome, remark) = if is_known {
        (LineOutcome::Already, "")
    } else {
        (LineOutcome::Done, remark)
    };
    let remark = shortened(remark);
    let is_ours = mark(conn, (item.import_id, item.number), outcome, &remark)?;
    if author.is_none() || is_known || !is_ours {
        return Ok(());
    }
    let status = status(app, conn, person, post)?;
    let id = status.id;
    let tags = incoming::hashtags(&post.tags);
    statuses::insert_quietly(app, conn, status.clone(), &tags)?;
    // It is in the library, too; its author is asked nothing.
    practice::keep_own(app, conn, &status, &tags)?;
    lineage::note_brought(app, conn, &status, &post.based_on, post.quoted.as_deref())?;
    imported_posts::insert(conn, me, &post.uri, id)?;
    for (place, (file, is_document)) in (0_i16..).zip(files) {
        let position = if *is_document {
            statuses::AFTER_MEDIA + place
        } else {
            place
        };
        if !storage::media::attach(conn, *file, id, position)? {
            return Err(internal("a file that was taken in is gone"));
        }
    }
    Ok(())
}

/// The status that a post becomes whose content is sanitised.
fn status(app: &App, conn: &mut DbConnection, person: &Person, post: &Post) -> Result<Status> {
    let me = person.id();
    let parent = match &post.in_reply_to {
        Some(uri) => known(conn, me, uri)?,
        None => None,
    };
    let parent = match parent {
        Some(id) => storage::statuses::find(conn, id)?,
        None => None,
    };
    // An answer comes after what it answers, also where the clock says that it was the same moment.
    let earliest = parent.as_ref().map(|parent| parent.created_at + NEXT_TO);
    let created_at = post
        .published
        .max(earliest.unwrap_or(post.published))
        .min(app.now());
    let id = free_id(app, conn, created_at)?;
    let text = post.source.as_deref().map_or_else(
        || plain_text(&post.content),
        |typed| typed.replace('\0', ""),
    );
    let spoiler_text = post.warning.replace('\0', "");
    let names = custom_emojis::names([text.as_str(), spoiler_text.as_str()]);
    let username = &person.account.username;
    let uri = app.addresses().status(username, id);
    let status = Status::new(id, me, uri, post.visibility, created_at);
    Ok(Status {
        url: app.addresses().page(username, id),
        in_reply_to_uri: match &parent {
            Some(parent) => Some(parent.uri.clone()),
            None => post.in_reply_to.clone(),
        },
        content: post.content.clone(),
        text,
        content_type: if post.is_markdown {
            ContentType::Markdown
        } else {
            ContentType::Plain
        },
        sensitive: post.sensitive || !spoiler_text.is_empty(),
        spoiler_text,
        language: post.language.clone(),
        emojis: custom_emojis::of_names(app, conn, &names)?,
        quote_policy: person.user.default_quote_policy.within(post.visibility),
        local_only: parent.as_ref().is_some_and(|parent| parent.local_only),
        ..status.below(parent.as_ref())
    })
}

/// An id of that time. Other servers tell times to the second, and much may be of the same one.
fn free_id(app: &App, conn: &mut DbConnection, at: Time) -> Result<StatusId> {
    for _ in 0..TRIES {
        let id = StatusId(app.id_at(at));
        if storage::statuses::with_ids_deleted(conn, &[id])?.is_empty() {
            return Ok(id);
        }
    }
    let reason = "Too much was written at the same moment";
    Err(Error::Conflict(reason.to_owned()))
}

/// What was to choose becomes a list: nobody can vote any more.
fn html(post: &Post) -> String {
    let mut html = post.content.clone();
    if post.options.is_empty() {
        return html;
    }
    html.push_str("<ul>");
    for (title, votes) in &post.options {
        let title = title.replace('&', "&amp;").replace('<', "&lt;");
        html.push_str(&format!("<li>{title} ({votes})</li>"));
    }
    html.push_str("</ul>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_to_choose_can_be_read() {
        let post: Post = serde_json::from_value(serde_json::json!({
            "uri": "https://old.example/1", "published": "2020-02-03T04:05:06", "content": "<p>Tea?</p>",
            "source": null, "is_markdown": false, "warning": "", "sensitive": false, "language": null,
            "visibility": "public", "in_reply_to": null, "tags": [], "files": [],
            "options": [["Yes & <b>now</b>", 3], ["No", 0]],
        }))
        .unwrap();
        let safe = sanitise::html(&html(&post));
        assert!(
            safe.contains("<li>Yes &amp; &lt;b&gt;now&lt;/b&gt; (3)</li><li>No (0)</li>"),
            "{safe}"
        );
    }
}
