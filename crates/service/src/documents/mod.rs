//! Documents: files such as a lesson plan, to which a status links and which are never shown in it. Each is a row of `media`, so
//! that it comes, stays and goes as pictures do (docs/adr/0260); its description is its name.

pub(crate) mod content;
mod scanner;

use domain::document::seen_name;
use domain::{AccountId, DocumentType, MediaId, MediaKind};
use storage::Spool;
use storage::media::Media;

use crate::attachments::blank;
use crate::error::invalid;
use crate::files::Unnamed;
use crate::oauth::Person;
use crate::text::format::escape;
use crate::views::{self, MediaView};
use crate::{App, Error, Result};

pub use scanner::Scanner;

/// Takes in a document that somebody sends and calls `name`: once its content is what the name says, and the scanner, if there is
/// one, finds nothing in it.
pub async fn upload(app: &App, person: &Person, file: Spool, name: &str) -> Result<MediaView> {
    let row = take_in(app, person.id(), file, name).await?;
    Ok(views::media(app, row))
}

/// Takes in a document that somebody brought along with what it belongs to.
pub(crate) async fn bring(app: &App, me: AccountId, file: Spool, name: &str) -> Result<MediaId> {
    Ok(take_in(app, me, file, name).await?.id)
}

async fn take_in(app: &App, me: AccountId, file: Spool, name: &str) -> Result<Media> {
    let mut files = Unnamed::default();
    let written = write(app, me, file, name, &mut files).await;
    files.end(app, written).await
}

async fn write(
    app: &App,
    me: AccountId,
    mut file: Spool,
    name: &str,
    files: &mut Unnamed,
) -> Result<Media> {
    let name = seen_name(name);
    let kind = DocumentType::named(&name)
        .ok_or_else(|| invalid("Document is of a type that is not taken in"))?;
    file.finish().await?;
    let settings = app.settings();
    if file.length() > u64::try_from(settings.max_document_bytes).unwrap_or(u64::MAX) {
        return Err(Error::TooLarge);
    }
    content::check(file.path().to_owned(), kind).await?;
    if let Some(scanner) = &settings.scanner {
        scanner.scan(file.path()).await?;
    }
    let mut row = blank(app, me, MediaKind::Document, kind.mime());
    row.size = i64::try_from(file.length()).unwrap_or(i64::MAX);
    row.description = Some(name);
    row.file = Some(files.keep(app, kind.extension(), file).await?);
    let files = files.clone();
    app.transaction(move |app, conn| {
        files.name(app, conn, row.files())?;
        storage::media::insert(conn, row.clone())?;
        Ok(row)
    })
    .await
}

/// Where a document is: of one from elsewhere, there.
#[must_use]
pub fn address(app: &App, file: &Media) -> String {
    match (&file.file, &file.remote_url) {
        (Some(path), _) => app.addresses().document(path, name(file)),
        (None, remote) => remote.clone().unwrap_or_default(),
    }
}

/// What a document is called.
#[must_use]
pub fn name(file: &Media) -> &str {
    file.description.as_deref().unwrap_or_default()
}

/// What is said of a document besides its name: `PDF, 240 kB`.
#[must_use]
pub fn about(file: &Media) -> String {
    DocumentType::with_mime(&file.mime).map_or_else(String::new, |kind| kind.about(file.size))
}

/// The words of a status, and below them a link to each of its documents that has none in them. It is made where the status is
/// shown, and never kept: her words are hers, and documents may come and go.
#[must_use]
pub fn with_links<'a>(
    app: &App,
    content: &str,
    files: impl IntoIterator<Item = &'a Media>,
) -> String {
    let mut html = content.to_owned();
    for file in files {
        let link = link(app, file);
        if !html.contains(&link.href) {
            html.push_str(&link.html);
        }
    }
    html
}

/// What [`with_links`] adds for these documents.
pub(crate) fn links<'a>(app: &App, files: impl IntoIterator<Item = &'a Media>) -> String {
    with_links(app, "", files)
}

struct Link {
    href: String,
    html: String,
}

fn link(app: &App, file: &Media) -> Link {
    let href = format!("href=\"{}\"", escape(&address(app, file)));
    let html = format!(
        "<p><a {href} target=\"_blank\" rel=\"nofollow noopener noreferrer\" translate=\"no\">{}</a> ({})</p>",
        escape(name(file)),
        escape(&about(file)),
    );
    Link { href, html }
}
