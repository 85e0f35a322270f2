//! The form as a browser sends it: what somebody typed and chose, and new files, which go to the disk as they come.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::Payload;
use domain::MediaId;
use multer::Field;
use service::{App, Spool, attachments};

use crate::forms::Visitor;
use crate::multipart::{self, Parts};
use crate::page::Failure;

/// Bytes of all that is no file, and of what stands around the parts.
const TEXT_BYTES: usize = 1_024 * 1_024;
const HEADER_BYTES: usize = 64 * 1_024;
/// More files than any post has.
const ATTACHED: usize = 100;

/// A place for a new file, with one for what is said of it.
pub(super) struct Slot {
    pub(super) file: &'static str,
    pub(super) about: &'static str,
}

pub(super) static SLOTS: [Slot; 3] = [
    Slot {
        file: "file1",
        about: "about1",
    },
    Slot {
        file: "file2",
        about: "about2",
    },
    Slot {
        file: "file3",
        about: "about3",
    },
];

/// What somebody typed and chose.
#[derive(Default)]
pub(super) struct Draft {
    /// Makes one post, however often it is sent.
    pub(super) key: String,
    /// Whether the button to post was pressed.
    pub(super) is_done: bool,
    pub(super) text: String,
    pub(super) is_practice: bool,
    pub(super) stage: String,
    pub(super) subject: String,
    pub(super) kind: String,
    pub(super) licence: String,
    pub(super) source: String,
    pub(super) network: String,
    pub(super) warning: String,
    pub(super) visibility: String,
    pub(super) language: String,
    /// Files that came with an earlier form.
    pub(super) attached: Vec<MediaId>,
    /// Those that are to go.
    pub(super) removed: Vec<MediaId>,
    /// What is said of files, by the name of the field.
    pub(super) abouts: BTreeMap<String, String>,
}

/// The field for what is said of a file that is attached already.
pub(super) fn about(id: MediaId) -> String {
    format!("about-{id}")
}

impl Draft {
    /// What is said of a file; none where there was no field for it.
    pub(super) fn said(&self, field: &str) -> Option<&str> {
        self.abouts.get(field).map(String::as_str)
    }

    /// From now on it is said of an attached file.
    pub(super) fn settle(&mut self, slot: &Slot, file: MediaId) {
        self.abouts.remove(slot.about);
        self.attached.push(file);
    }

    fn set(&mut self, field: &str, value: String) {
        match field {
            "key" => self.key = value,
            "deed" => self.is_done = value == "post",
            "text" => self.text = value,
            "practice" => self.is_practice = true,
            "stage" => self.stage = value,
            "subject" => self.subject = value,
            "kind" => self.kind = value,
            "licence" => self.licence = value,
            "source" => self.source = value.trim().to_owned(),
            "network" => self.network = value,
            "warning" => self.warning = value,
            "visibility" => self.visibility = value,
            "language" => self.language = value,
            "attached" => note(&mut self.attached, &value),
            "remove" => note(&mut self.removed, &value),
            _ if field.starts_with("about") => {
                self.abouts.insert(field.to_owned(), value);
            }
            _ => {}
        }
    }
}

fn note(files: &mut Vec<MediaId>, id: &str) {
    if files.len() < ATTACHED {
        files.extend(id.parse::<MediaId>());
    }
}

/// A file that came with the form.
pub(super) struct NewFile {
    pub(super) slot: &'static Slot,
    /// As whoever sent it calls it.
    pub(super) name: String,
    pub(super) spool: Spool,
}

/// Why not all of the form was read.
#[derive(Clone, Copy)]
pub(super) enum Trouble {
    TooLarge,
    TooManyFiles,
}

#[derive(Default)]
pub(super) struct Sent {
    pub(super) draft: Draft,
    pub(super) files: Vec<NewFile>,
    pub(super) trouble: Option<Trouble>,
}

/// Bytes that the files of one form may have together, as those of an upload by an app.
pub(super) fn most_bytes(app: &App) -> usize {
    attachments::most_bytes(app)
}

/// Reads the form, if it is one of ours: that is said before the first file.
pub(super) async fn receive(
    request: &HttpRequest,
    payload: Payload,
    app: &App,
    visitor: &Visitor,
    may_upload: impl Fn() -> bool,
) -> Result<Sent, Failure> {
    let most = most_bytes(app).saturating_add(TEXT_BYTES + HEADER_BYTES);
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    multipart::read(request, payload, most, |parts| {
        parse(parts, app, visitor, may_upload)
    })
    .await
}

async fn parse(
    mut parts: Parts,
    app: &App,
    visitor: &Visitor,
    may_upload: impl Fn() -> bool,
) -> Result<Sent, Failure> {
    let mut sent = Sent::default();
    let (mut is_ours, mut text_left) = (false, TEXT_BYTES);
    loop {
        let mut part = match parts.advance().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(error) => {
                sent.trouble = Some(trouble(&error)?);
                break;
            }
        };
        let field = part.name().unwrap_or_default().to_owned();
        let Some(name) = part.file_name().map(str::to_owned) else {
            let value = multipart::text(&mut part, text_left).await?;
            text_left -= value.len();
            if field == "csrf" {
                visitor.check(&value)?;
                is_ours = true;
            } else {
                sent.draft.set(&field, value);
            }
            continue;
        };
        if !is_ours {
            return Err(Failure::Forged);
        }
        let Some(slot) = SLOTS.iter().find(|slot| slot.file == field) else {
            continue;
        };
        if sent.files.iter().any(|file| file.slot.file == field) {
            return Err(Failure::Unreadable);
        }
        match spool(app, part, &may_upload).await? {
            Ok(Some(spool)) => sent.files.push(NewFile { slot, name, spool }),
            Ok(None) => {}
            Err(trouble) => {
                sent.trouble = Some(trouble);
                break;
            }
        }
    }
    if is_ours {
        Ok(sent)
    } else {
        Err(Failure::Forged)
    }
}

/// None of a field in which no file was chosen.
async fn spool(
    app: &App,
    mut part: Field<'_>,
    may_upload: impl Fn() -> bool,
) -> Result<Result<Option<Spool>, Trouble>, Failure> {
    let mut spool = None;
    loop {
        let chunk = match part.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok(Ok(spool)),
            Err(error) => return trouble(&error).map(Err),
        };
        if chunk.is_empty() {
            continue;
        }
        let mut begun = match spool.take() {
            Some(begun) => begun,
            None if may_upload() => attachments::receive(app).await?,
            None => return Ok(Err(Trouble::TooManyFiles)),
        };
        attachments::add(&mut begun, &chunk).await?;
        spool = Some(begun);
    }
}

fn trouble(error: &multer::Error) -> Result<Trouble, Failure> {
    match error {
        multer::Error::StreamSizeExceeded { .. } => Ok(Trouble::TooLarge),
        _ => Err(Failure::Unreadable),
    }
}
