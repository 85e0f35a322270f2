//! Files of a post that is being written: taken in as an app's are, and kept until it is posted, a day at most.

use std::time::Duration;

use actix_web::http::StatusCode;
use domain::document::seen_name;
use domain::{DocumentType, MediaId};
use service::attachments::{self, Change, Upload};
use service::oauth::Person;
use service::views::MediaView;
use service::{App, Error, documents};

use super::Flaws;
use super::form::{Draft, NewFile, about};
use crate::page::Failure;

/// How long somebody who sends a film waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Takes in new files. What is wrong with one is said beside it.
pub(super) async fn take_in(
    app: &App,
    person: &Person,
    files: Vec<NewFile>,
    draft: &mut Draft,
    flaws: &mut Flaws,
) -> Result<(), Failure> {
    for file in files {
        let (slot, name) = (file.slot, seen_name(&file.name));
        let said = draft.said(slot.about).unwrap_or_default().trim().to_owned();
        match upload(app, person, file, &name, said).await {
            Ok(view) => draft.settle(slot, view.id()),
            Err(Error::Invalid(text) | Error::Forbidden(text)) => {
                let text = text.trim_start_matches("Validation failed: ");
                flaws.note(slot.file, format!("{name}: {text}."));
            }
            Err(Error::TooLarge) => {
                flaws.status = StatusCode::PAYLOAD_TOO_LARGE;
                flaws.note(slot.file, format!("{name} is too large."));
            }
            Err(Error::Unchecked(reason)) => {
                tracing::error!(reason, "a document could not be checked for viruses");
                let text = "could not be checked for viruses. Please try again in a moment.";
                flaws.note(slot.file, format!("{name} {text}"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// What it is, its name says: a document, or something that is shown.
async fn upload(
    app: &App,
    person: &Person,
    file: NewFile,
    name: &str,
    said: String,
) -> Result<MediaView, Error> {
    if let Some(kind) = DocumentType::named(name) {
        let name = called(kind, name, &said);
        return documents::upload(app, person, file.spool, &name).await;
    }
    let upload = Upload {
        file: file.spool,
        thumbnail: None,
        description: Some(said).filter(|said| !said.is_empty()),
        focus: None,
    };
    let view = attachments::upload(app, person, upload).await?;
    if view.is_ready() {
        return Ok(view);
    }
    attachments::find_ready(app, person, view.id(), PATIENCE).await
}

/// The name of a document: as its author calls it, with the end that says what it is.
fn called(kind: DocumentType, name: &str, said: &str) -> String {
    if said.is_empty() {
        name.to_owned()
    } else if DocumentType::named(said) == Some(kind) {
        said.to_owned()
    } else {
        format!("{said}.{}", kind.extension())
    }
}

/// Forgets files that are to go, and notes what is said of the others by now.
pub(super) async fn change(
    app: &App,
    person: &Person,
    draft: &mut Draft,
    flaws: &mut Flaws,
) -> Result<(), Failure> {
    let removed = std::mem::take(&mut draft.removed);
    draft.attached.retain(|id| !removed.contains(id));
    for id in removed {
        match attachments::delete(app, person, id).await {
            // It may be gone already, or posted by a form that was sent twice.
            Ok(()) | Err(Error::NotFound | Error::Invalid(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    for view in attachments::unposted(app, person, draft.attached.clone()).await? {
        if let Some(description) = news(draft, &view) {
            let change = Change {
                description: Some(description),
                ..Change::default()
            };
            match attachments::update(app, person, view.id(), change).await {
                Ok(_) | Err(Error::NotFound) => {}
                Err(Error::Invalid(text)) => flaws.refuse(&text),
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// A new description of what is shown; documents keep their names.
fn news(draft: &Draft, view: &MediaView) -> Option<String> {
    let said = draft.said(&about(view.id()))?.trim();
    let known = view.media.description.as_deref().unwrap_or_default();
    (!view.is_document() && said != known).then(|| said.to_owned())
}

/// Files that are shown in a post, and those to which it links. What is not there any more is left to whoever posts.
pub(super) async fn sorted(
    app: &App,
    person: &Person,
    draft: &Draft,
) -> Result<(Vec<MediaId>, Vec<MediaId>), Failure> {
    let views = attachments::unposted(app, person, draft.attached.clone()).await?;
    let documents: Vec<MediaId> = views
        .iter()
        .filter(|view| view.is_document())
        .map(MediaView::id)
        .collect();
    let is_shown = |id: &MediaId| !documents.contains(id);
    let media = draft.attached.iter().copied().filter(is_shown).collect();
    Ok((media, documents))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_keeps_the_end_of_its_name() {
        for (said, name) in [
            ("", "plan v2.pdf"),
            ("Fractions", "Fractions.pdf"),
            ("Fractions.PDF", "Fractions.PDF"),
            ("Plan 1.2", "Plan 1.2.pdf"),
            ("Fractions.docx", "Fractions.docx.pdf"),
        ] {
            assert_eq!(called(DocumentType::Pdf, "plan v2.pdf", said), name);
        }
    }
}
