//! Making an archive: a stretch of posts at a time, one file after the other, so that little of it is in memory.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use domain::{AccountId, MediaKind, MediaState, Page, StatusId, Visibility};
use serde_json::{Value, json};
use storage::accounts::Account;
use storage::archives;
use storage::media::Media;
use storage::statuses::{OfAccount, Status, page_of_account};
use storage::{DbConnection, QueryError};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Documents, EXTENSION, apart, internal};
use crate::audience::visible_to;
use crate::files::Unnamed;
use crate::jobs::{Job, enqueue};
use crate::{App, Result, documents, keys, mail};

/// Posts of one stretch.
const STRETCH: i64 = 100;
/// Where Mastodon has the files of posts.
const FILES: &str = "media_attachments/files";

/// Makes an archive that was asked for. What a process that died had begun is begun anew.
pub async fn make(app: &App, id: i64, documents: Documents) -> Result<()> {
    let owner = app
        .read(move |_, conn| {
            let asked = archives::find(conn, id)?.filter(|archive| archive.finished_at.is_none());
            Ok(match asked {
                Some(archive) => storage::accounts::find(conn, archive.account_id)?,
                None => None,
            })
        })
        .await?;
    let Some(owner) = owner.filter(|owner| owner.deleted_at.is_none()) else {
        return Ok(());
    };
    // What nobody else is shown is theirs all the same.
    let owner = Account {
        suspended_at: None,
        ..owner
    };
    let workshop = app.media().workshop().await?;
    let made = workshop.path().join(EXTENSION);
    let size = write(app, &owner, documents, made.clone()).await?;
    let mut files = Unnamed::default();
    let noted = keep(app, id, owner, made, size, &mut files).await;
    files.end(app, noted).await
}

async fn keep(
    app: &App,
    id: i64,
    owner: Account,
    made: PathBuf,
    size: i64,
    files: &mut Unnamed,
) -> Result<()> {
    let file = files.take_over(app, EXTENSION, made).await?;
    let files = files.clone();
    app.transaction(move |app, conn| {
        let is_first = archives::finish(conn, id, &file, size, app.now())?;
        if is_first {
            tell(app, conn, &owner)?;
        }
        files.name(app, conn, is_first.then_some(&file))
    })
    .await
}

/// Tells its owner by mail, where mail is set.
fn tell(app: &App, conn: &mut DbConnection, owner: &Account) -> Result<()> {
    if !app.mailer().is_set() {
        return Ok(());
    }
    let Some(user) = storage::users::of_account(conn, owner.id)? else {
        return Ok(());
    };
    let link = app.addresses().join("/settings/transfer");
    let letter = mail::archive_ready(&user.email, &app.settings().title, &owner.username, &link);
    enqueue(app, conn, &Job::Mail(letter))
}

/// Writes the whole; answers its bytes.
async fn write(app: &App, owner: &Account, documents: Documents, place: PathBuf) -> Result<i64> {
    let zip = Writing::begin(place.clone()).await?;
    let zip = files(app, owner.id, zip).await?;
    let zip = outbox(app, owner, documents, zip).await?;
    let zip = marked(app, owner.id, zip, "likes.json", storage::favourites::page).await?;
    let zip = marked(
        app,
        owner.id,
        zip,
        "bookmarks.json",
        storage::bookmarks::page,
    )
    .await?;
    let zip = actor(app, owner, documents, zip).await?;
    zip.finish(place).await
}

/// A ZIP file on its way to the disk.
struct Writing {
    zip: ZipWriter<BufWriter<File>>,
}

impl Writing {
    async fn begin(place: PathBuf) -> Result<Self> {
        let file = apart(move || File::create(place)).await?;
        Ok(Self {
            zip: ZipWriter::new(BufWriter::new(file.map_err(storage::Error::from)?)),
        })
    }

    async fn change(
        mut self,
        change: impl FnOnce(&mut ZipWriter<BufWriter<File>>) -> io::Result<()> + Send + 'static,
    ) -> Result<Self> {
        let changed = apart(move || change(&mut self.zip).map(|()| self)).await?;
        Ok(changed.map_err(storage::Error::from)?)
    }

    /// Begins a file of text.
    async fn begin_text(self, name: &'static str, text: String) -> Result<Self> {
        self.change(move |zip| {
            let packed =
                SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            zip.start_file(name, packed.large_file(true))?;
            zip.write_all(text.as_bytes())
        })
        .await
    }

    /// Adds to the file that was begun last.
    async fn add(self, text: String) -> Result<Self> {
        self.change(move |zip| zip.write_all(text.as_bytes())).await
    }

    /// Adds a file as it is; one that is not there any more is left out.
    async fn copy(self, app: &App, file: &str, name: String) -> Result<Self> {
        let Some(from) = app.media().local(file).await? else {
            return Ok(self);
        };
        self.change(move |zip| {
            let mut file = match File::open(from.path()) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
            };
            // Pictures and films get no smaller.
            let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
            zip.start_file(name, stored)?;
            io::copy(&mut file, zip).map(drop)
        })
        .await
    }

    async fn finish(self, place: PathBuf) -> Result<i64> {
        let size = apart(move || {
            let mut file = self.zip.finish()?;
            file.flush()?;
            Ok::<_, io::Error>(place.metadata()?.len())
        })
        .await?;
        Ok(i64::try_from(size.map_err(storage::Error::from)?).unwrap_or(i64::MAX))
    }
}

/// The items of a collection, of which nobody knows yet how many there are.
#[derive(Default)]
struct Items {
    total: usize,
}

impl Items {
    fn begin(name: &str) -> String {
        format!(
            "{{\"@context\":\"https://www.w3.org/ns/activitystreams\",\"id\":\"{name}\",\
             \"type\":\"OrderedCollection\",\"orderedItems\":["
        )
    }

    fn next(&mut self, items: &[Value]) -> String {
        let mut text = String::new();
        for item in items {
            text.push_str(if self.total == 0 { "\n" } else { ",\n" });
            text.push_str(&item.to_string());
            self.total += 1;
        }
        text
    }

    fn end(&self) -> String {
        format!("\n],\"totalItems\":{}}}\n", self.total)
    }
}

/// A stretch of what somebody wrote, oldest first, and where the next begins.
fn stretch(
    conn: &mut DbConnection,
    owner: AccountId,
    after: i64,
) -> Result<(Vec<Status>, Option<i64>)> {
    let all = OfAccount {
        seen: vec![
            Visibility::Public,
            Visibility::Unlisted,
            Visibility::FollowersOnly,
            Visibility::Direct,
        ],
        ..OfAccount::default()
    };
    let page = Page {
        min_id: Some(after),
        ..Page::newest(STRETCH)
    };
    let mut rows = page_of_account(conn, owner, &all, &page)?;
    let newest = rows.first().map(|row| row.id.0);
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= STRETCH);
    rows.reverse();
    Ok((rows, newest.filter(|_| is_full)))
}

/// What is attached to these statuses and can be shown.
fn attached(conn: &mut DbConnection, rows: &[Status]) -> Result<Vec<(Media, String)>> {
    let ids: Vec<StatusId> = rows.iter().map(|row| row.id).collect();
    let media = storage::media::of_statuses(conn, &ids)?;
    Ok(media
        .into_iter()
        .filter(|row| row.state == MediaState::Ready)
        .filter_map(|row| Some((row.clone(), row.file?)))
        .collect())
}

async fn files(app: &App, owner: AccountId, mut zip: Writing) -> Result<Writing> {
    let mut after = Some(0);
    while let Some(from) = after {
        let (media, next) = app
            .read(move |_, conn| {
                let (rows, next) = stretch(conn, owner, from)?;
                Ok((attached(conn, &rows)?, next))
            })
            .await?;
        for (_, file) in media {
            zip = zip.copy(app, &file, format!("{FILES}/{file}")).await?;
        }
        after = next;
    }
    Ok(zip)
}

async fn outbox(app: &App, owner: &Account, documents: Documents, zip: Writing) -> Result<Writing> {
    let name = "outbox.json";
    let mut zip = zip.begin_text(name, Items::begin(name)).await?;
    let (mut items, mut after) = (Items::default(), Some(0));
    while let Some(from) = after {
        let owner = owner.clone();
        let (activities, next) = app
            .read(move |app, conn| {
                let (rows, next) = stretch(conn, owner.id, from)?;
                let files = attached(conn, &rows)?;
                let places: HashMap<String, String> = files
                    .iter()
                    .map(|(media, file)| (address(app, media, file), format!("{FILES}/{file}")))
                    .collect();
                let links: HashMap<String, String> = rows
                    .iter()
                    .map(|row| (row.uri.clone(), links(app, row, &files)))
                    .filter(|(_, links)| !links.is_empty())
                    .collect();
                let mut activities = (documents.activities)(app, conn, &owner, rows)?;
                for activity in &mut activities {
                    point_into_archive(activity, &places);
                    take_links_off(activity, &links);
                }
                Ok((activities, next))
            })
            .await?;
        zip = zip.add(items.next(&activities)).await?;
        after = next;
    }
    zip.add(items.end()).await
}

fn address(app: &App, media: &Media, file: &str) -> String {
    match media.kind {
        MediaKind::Document => documents::address(app, media),
        _ => app.addresses().media(file),
    }
}

/// What others find below the words of a post: links to its documents.
fn links(app: &App, row: &Status, files: &[(Media, String)]) -> String {
    let own = files
        .iter()
        .map(|(media, _)| media)
        .filter(|media| media.status_id == Some(row.id) && media.kind == MediaKind::Document);
    documents::links(app, own)
}

/// In the archive are the words as they were written, and the documents themselves.
fn take_links_off(activity: &mut Value, links: &HashMap<String, String>) {
    let Some(note) = activity.get_mut("object").and_then(Value::as_object_mut) else {
        return;
    };
    let uri = note.get("id").and_then(Value::as_str);
    let Some(links) = uri.and_then(|uri| links.get(uri)) else {
        return;
    };
    let take_off = |html: &mut Value| {
        let words = html
            .as_str()
            .and_then(|html| html.strip_suffix(links.as_str()));
        if let Some(words) = words.map(str::to_owned) {
            *html = json!(words);
        }
    };
    if let Some(html) = note.get_mut("content") {
        take_off(html);
    }
    if let Some(map) = note.get_mut("contentMap").and_then(Value::as_object_mut) {
        map.values_mut().for_each(take_off);
    }
}

/// Attachments are where they are in the archive.
fn point_into_archive(activity: &mut Value, places: &HashMap<String, String>) {
    let attached = activity.pointer_mut("/object/attachment");
    for file in attached.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(url) = file.get_mut("url")
            && let Some(place) = url.as_str().and_then(|address| places.get(address))
        {
            *url = json!(place);
        }
    }
}

/// A page of what somebody marked, with a cursor.
type Marked = fn(
    &mut DbConnection,
    AccountId,
    &Page,
) -> std::result::Result<Vec<(i64, StatusId)>, QueryError>;

/// The ids of posts that somebody marked, as far as they can still be seen.
async fn marked(
    app: &App,
    owner: AccountId,
    zip: Writing,
    name: &'static str,
    page_of: Marked,
) -> Result<Writing> {
    let mut zip = zip.begin_text(name, Items::begin(name)).await?;
    let (mut items, mut before) = (Items::default(), None);
    loop {
        let (uris, next) = app
            .read(move |_, conn| {
                let page = Page {
                    max_id: before,
                    ..Page::newest(STRETCH)
                };
                let rows = page_of(conn, owner, &page)?;
                let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= STRETCH);
                let next = rows.last().map(|(cursor, _)| *cursor);
                let ids: Vec<StatusId> = rows.iter().map(|(_, id)| *id).collect();
                let statuses = storage::statuses::with_ids(conn, &ids)?;
                let seen: HashMap<StatusId, String> = visible_to(conn, Some(owner), statuses)?
                    .into_iter()
                    .map(|status| (status.id, status.uri))
                    .collect();
                let uris: Vec<Value> = ids
                    .iter()
                    .filter_map(|id| seen.get(id).map(|uri| json!(uri)))
                    .collect();
                Ok((uris, next.filter(|_| is_full)))
            })
            .await?;
        zip = zip.add(items.next(&uris)).await?;
        match next {
            Some(cursor) => before = Some(cursor),
            None => return zip.add(items.end()).await,
        }
    }
}

async fn actor(
    app: &App,
    owner: &Account,
    documents: Documents,
    mut zip: Writing,
) -> Result<Writing> {
    let keys = keys::both(app, owner.id).await?;
    let mut document = (documents.actor)(app, owner, &keys);
    let object = document
        .as_object_mut()
        .ok_or_else(|| internal("the document of an actor is none"))?;
    for (key, name, file) in [
        ("icon", "avatar", &owner.avatar),
        ("image", "header", &owner.header),
    ] {
        let Some(file) = file else { continue };
        let name = match Path::new(file).extension().and_then(|kind| kind.to_str()) {
            Some(kind) => format!("{name}.{kind}"),
            None => name.to_owned(),
        };
        if let Some(url) = object.get_mut(key).and_then(|shown| shown.get_mut("url")) {
            *url = json!(name);
        }
        zip = zip.copy(app, file, name).await?;
    }
    for (key, name) in [
        ("outbox", "outbox.json"),
        ("likes", "likes.json"),
        ("bookmarks", "bookmarks.json"),
    ] {
        object.insert(key.to_owned(), json!(name));
    }
    zip.begin_text("actor.json", document.to_string()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_is_whole_however_many_items_it_has() {
        for count in 0..3_usize {
            let mut items = Items::default();
            let mut text = Items::begin("likes.json");
            for number in 0..count {
                text.push_str(&items.next(&[json!(format!("https://a.example/{number}"))]));
            }
            text.push_str(&items.end());
            let read: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(read["totalItems"], count);
            assert_eq!(read["orderedItems"].as_array().unwrap().len(), count);
        }
    }

    #[test]
    fn links_that_were_added_are_taken_off_and_others_stay() {
        let link = "<p><a href=\"https://a.example/media/ab/c/plan.pdf\">plan.pdf</a></p>";
        let links = HashMap::from([("https://a.example/1".to_owned(), link.to_owned())]);
        let noted = |id: &str, content: String| {
            let mut activity = json!({ "object": { "id": id, "content": content,
                "contentMap": { "en": content } } });
            take_links_off(&mut activity, &links);
            let note = &activity["object"];
            assert_eq!(note["content"], note["contentMap"]["en"]);
            note["content"].as_str().unwrap().to_owned()
        };
        let typed = format!("<p>See {link}</p>");
        let own = "https://a.example/1";
        assert_eq!(noted(own, format!("{typed}{link}")), typed);
        assert_eq!(noted(own, typed.clone()), typed);
        let other = format!("{typed}{link}");
        assert_eq!(noted("https://a.example/2", other.clone()), other);
        let mut boost = json!({ "object": "https://a.example/1" });
        take_links_off(&mut boost, &links);
        assert_eq!(boost["object"], "https://a.example/1");
    }

    #[test]
    fn files_of_ours_are_in_the_archive_and_others_where_they_were() {
        let places = HashMap::from([(
            "https://a.example/media/ab/c.png".to_owned(),
            "media_attachments/files/ab/c.png".to_owned(),
        )]);
        let mut activity = json!({ "object": { "attachment": [
            { "url": "https://a.example/media/ab/c.png" }, { "url": "https://b.example/d.png" } ] } });
        point_into_archive(&mut activity, &places);
        let files = &activity["object"]["attachment"];
        assert_eq!(files[0]["url"], "media_attachments/files/ab/c.png");
        assert_eq!(files[1]["url"], "https://b.example/d.png");
        let mut boost = json!({ "object": "https://b.example/1" });
        point_into_archive(&mut boost, &places);
        assert_eq!(boost["object"], "https://b.example/1");
    }
}
