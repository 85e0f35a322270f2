//! An archive that somebody brought, read as what it may be: made to do harm. Names in it are looked up in its list of
//! entries and are never paths of ours.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use bytes::Bytes;
use domain::Time;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;
use zip::read::ZipFile;

use super::entry::{self, Entry, Owner};
use crate::error::invalid;
use crate::zipped::{self, Refusal, Source, Zip, piece};
use crate::{Error, Result};

/// Files in an archive.
const ENTRIES: u64 = 100_000;
/// Bytes of the list of them, at its end.
const LIST_BYTES: u64 = 16 * 1_024 * 1_024;
/// Bytes of `actor.json`.
const ACTOR_BYTES: u64 = 1_024 * 1_024;
/// Bytes of `outbox.json`, and of each activity in it. How deep it may be nested, `serde_json` says: 128 levels.
const OUTBOX_BYTES: u64 = 512 * 1_024 * 1_024;
const ACTIVITY_BYTES: u64 = 1_024 * 1_024;
/// Bytes unpacked at a time.
const PIECE: usize = 256 * 1_024;

/// An archive whose list of entries was read.
pub(super) struct Opened {
    zip: Zip,
    /// The folder in which all of it is: empty, or a name and a slash, as whoever packs a folder makes it.
    folder: String,
}

impl Opened {
    /// [`Error::Invalid`] if it is none.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map_err(unreadable)?;
        if piece(&mut file, 0, 2).is_ok_and(|magic| magic == [0x1f, 0x8b]) {
            return Err(invalid(
                "This is an archive as older servers made it (.tar.gz): please unpack it, and pack what is in it as a ZIP file",
            ));
        }
        let (zip, _) =
            zipped::open(file, ENTRIES, LIST_BYTES).map_err(|refusal| match refusal {
                Refusal::TooMany => invalid(format!(
                    "There are more than {ENTRIES} files in the archive"
                )),
                Refusal::Damaged(reason) => unreadable(reason),
            })?;
        let folder = zip
            .file_names()
            .filter_map(|name| name.strip_suffix("outbox.json"))
            .filter(|folder| folder.matches('/').count() <= 1 && !folder.starts_with('/'))
            .find(|folder| folder.is_empty() || folder.ends_with('/'))
            .map(str::to_owned)
            .ok_or_else(|| {
                invalid("This is no archive of an account: there is no outbox.json in it")
            })?;
        Ok(Self { zip, folder })
    }

    fn entry(&mut self, name: &str) -> Result<ZipFile<'_, BufReader<Source>>> {
        let name = format!("{}{name}", self.folder);
        self.zip.by_name(&name).map_err(|error| match error {
            zip::result::ZipError::FileNotFound => invalid(format!("{name} is not in the archive")),
            other => {
                tracing::info!(error = %other, "an entry of an archive cannot be read");
                invalid(format!("{name} cannot be unpacked"))
            }
        })
    }

    /// Whose posts it holds.
    pub(super) fn owner(&mut self) -> Result<Owner> {
        let mut text = Vec::new();
        self.entry("actor.json")?
            .take(ACTOR_BYTES)
            .read_to_end(&mut text)
            .map_err(unreadable)?;
        serde_json::from_slice(&text)
            .ok()
            .and_then(|document: Value| Owner::of(&document))
            .ok_or_else(|| invalid("actor.json does not say whose archive this is"))
    }

    /// Gives out the activities, one at a time, until one is refused.
    pub(super) fn activities(&mut self, mut each: impl FnMut(Value) -> Result<()>) -> Result<()> {
        let left = Rc::new(Cell::new(ACTIVITY_BYTES));
        let entry = self.entry("outbox.json")?.take(OUTBOX_BYTES);
        let reader = Metered {
            inner: BufReader::new(entry),
            left: Rc::clone(&left),
        };
        let mut refusal = None;
        let mut one = |activity: Value| {
            left.set(ACTIVITY_BYTES);
            each(activity).map_err(|error| {
                refusal = Some(error);
                "refused"
            })
        };
        let read = Outbox(&mut one).deserialize(&mut serde_json::Deserializer::from_reader(reader));
        if let Some(error) = refusal {
            return Err(error);
        }
        match read {
            Ok(true) => Ok(()),
            Ok(false) => Err(invalid("There is no list of posts in outbox.json")),
            Err(error) => {
                tracing::info!(%error, "the outbox of an archive cannot be read");
                Err(invalid("outbox.json is damaged or too large"))
            }
        }
    }

    /// Unpacks a file, piece by piece, until `each` wants no more. [`Error::TooLarge`] if it has more than `most` bytes.
    pub(super) fn unpack(
        &mut self,
        name: &str,
        most: u64,
        mut each: impl FnMut(Bytes) -> bool,
    ) -> Result<()> {
        let mut entry = self.entry(name)?;
        let mut left = most;
        let mut piece = vec![0; PIECE];
        loop {
            let read = entry
                .read(&mut piece)
                .map_err(|_| invalid(format!("{name} is damaged")))?;
            let bytes = piece.get(..read).unwrap_or_default();
            if bytes.is_empty() {
                return Ok(());
            }
            left = left
                .checked_sub(u64::try_from(read).unwrap_or(u64::MAX))
                .ok_or(Error::TooLarge)?;
            if !each(Bytes::copy_from_slice(bytes)) {
                return Ok(());
            }
        }
    }
}

/// How many posts an archive has, all of it read as if they were taken over; for [`crate::fuzzed`].
pub(crate) fn read_through(path: &Path, now: Time) -> Result<usize> {
    let mut opened = Opened::open(path)?;
    let owner = opened.owner()?;
    let mut posts = 0;
    opened.activities(|activity| {
        if matches!(entry::read(&activity, &owner, now), Entry::Post(_)) {
            posts += 1;
        }
        Ok(())
    })?;
    Ok(posts)
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    tracing::info!(%error, "an archive cannot be read");
    invalid("This is no ZIP file, or a damaged one")
}

/// Fails when more bytes are read than are left, which somebody else raises again.
struct Metered<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self
            .left
            .get()
            .checked_sub(u64::try_from(read).unwrap_or(u64::MAX));
        self.left
            .set(left.ok_or_else(|| io::Error::other("one activity is too large"))?);
        Ok(read)
    }
}

type Each<'a> = &'a mut (dyn FnMut(Value) -> std::result::Result<(), &'static str> + 'a);

/// A collection, of which the items are given out as they are read; whether there were any.
struct Outbox<'a>(Each<'a>);

impl<'de> DeserializeSeed<'de> for Outbox<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<bool, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Outbox<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a collection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<bool, A::Error> {
        let Self(each) = self;
        let mut has_items = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "orderedItems" {
                map.next_value_seed(Items(&mut *each))?;
                has_items = true;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(has_items)
    }
}

struct Items<'a>(Each<'a>);

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<(), A::Error> {
        let Self(each) = self;
        while let Some(item) = items.next_element::<Value>()? {
            each(item).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
