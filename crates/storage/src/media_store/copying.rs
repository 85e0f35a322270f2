//! From one store to another, for whoever moves from a folder to a bucket, or back.

use std::future::ready;
use std::io;
use std::pin::pin;

use futures_util::{Stream, StreamExt};
use openssl::sha::Sha256;

use super::MediaStore;
use crate::Error;

/// Files that are copied at the same time.
const AT_ONCE: usize = 8;
/// After so many failures the rest would fail, too.
const FAILURES: usize = 20;

/// What came of copying so far.
#[derive(Debug, Default)]
pub struct Copied {
    /// Files that were copied, and read again.
    pub files: u64,
    /// How many bytes these have.
    pub bytes: u64,
    /// Files that were there already.
    pub there: u64,
    /// Files that were not copied, each with the reason.
    pub failed: Vec<(String, Error)>,
}

enum Done {
    Copied(u64),
    There,
    /// It was removed while we copied.
    Gone,
}

impl MediaStore {
    /// Copies all files to another store, but those that are there with the same size, or, `thoroughly`, with the same
    /// content. What was copied is read again. `tell` hears of each file. Begun anew, it goes on where it ended.
    ///
    /// # Errors
    /// If the files cannot be listed.
    pub async fn copy_to(
        &self,
        to: &Self,
        thoroughly: bool,
        mut tell: impl FnMut(&Copied),
    ) -> Result<Copied, Error> {
        let mut copied = Copied::default();
        let copying = self.files().await?.map(|path| async move {
            let path = path?;
            let done = self.copy_file(to, &path, thoroughly).await;
            Ok::<_, Error>((path, done))
        });
        let mut copying = pin!(copying.buffer_unordered(AT_ONCE));
        while let Some(done) = copying.next().await {
            match done? {
                (_, Ok(Done::Copied(bytes))) => {
                    copied.files += 1;
                    copied.bytes += bytes;
                }
                (_, Ok(Done::There)) => copied.there += 1,
                (_, Ok(Done::Gone)) => {}
                (path, Err(error)) => copied.failed.push((path, error)),
            }
            tell(&copied);
            if copied.failed.len() >= FAILURES {
                break;
            }
        }
        Ok(copied)
    }

    /// Removes files of ours that another store has not; answers how many.
    ///
    /// # Errors
    /// If a store cannot be read or written.
    pub async fn remove_all_but(&self, other: &Self) -> Result<u64, Error> {
        let mut removed = 0;
        let mut files = pin!(self.files().await?);
        while let Some(path) = files.next().await {
            let path = path?;
            if is_ours(&path) && !other.has(&path).await? {
                self.delete(&path).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// The paths of all files, but of those that are not kept yet.
    async fn files(&self) -> Result<impl Stream<Item = Result<String, Error>>, Error> {
        let listed = self.operator.lister_with("").recursive(true).await;
        let listed = listed.map_err(|error| self.failed(error))?;
        Ok(listed.filter_map(move |entry| {
            ready(match entry {
                Ok(entry) if entry.metadata().is_file() && !entry.path().starts_with('.') => {
                    Some(Ok(entry.path().to_owned()))
                }
                Ok(_) => None,
                Err(error) => Some(Err(self.failed(error))),
            })
        }))
    }

    async fn copy_file(&self, to: &Self, path: &str, thoroughly: bool) -> Result<Done, Error> {
        let Some(size) = self.size(path).await? else {
            return Ok(Done::Gone);
        };
        if to.size(path).await? == Some(size)
            && (!thoroughly || self.digest(path, size).await? == to.digest(path, size).await?)
        {
            return Ok(Done::There);
        }
        let written = match self.copy_content(to, path, size).await {
            Ok(written) => written,
            Err(error) => {
                return match self.size(path).await? {
                    Some(_) => Err(error),
                    None => Ok(Done::Gone),
                };
            }
        };
        if to.size(path).await? != Some(size) || to.digest(path, size).await? != written {
            to.delete(path).await?;
            let reason = io::Error::other("what was written is not what was read");
            return Err(reason.into());
        }
        Ok(Done::Copied(size))
    }

    /// Answers what was written.
    async fn copy_content(&self, to: &Self, path: &str, size: u64) -> Result<[u8; 32], Error> {
        let mut hash = Sha256::new();
        let pieces = self.stream(path, 0..size).await?.inspect(|piece| {
            if let Ok(piece) = piece {
                hash.update(piece);
            }
        });
        to.pour(path, pieces).await?;
        Ok(hash.finish())
    }

    async fn digest(&self, path: &str, size: u64) -> Result<[u8; 32], Error> {
        let mut hash = Sha256::new();
        let mut pieces = self.stream(path, 0..size).await?;
        while let Some(piece) = pieces.next().await {
            hash.update(&piece.map_err(|error| self.failed(error))?);
        }
        Ok(hash.finish())
    }
}

/// Whether a file is called as those are that a server keeps: `ab/cdef….jpg`. In a bucket there may be others.
fn is_ours(path: &str) -> bool {
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    path.split_once('/').is_some_and(|(folder, file)| {
        let stem = file.split_once('.').map(|(stem, _)| stem);
        folder.len() == 2 && hex(folder) && stem.is_some_and(hex) && !file.contains('/')
    })
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn nothing_of_others_is_removed() {
        assert!(is_ours("ab/0123cdef.jpg"));
        for other in [
            "index.html",
            "ab/0123",
            "ab/photo.jpg",
            "abc/0123.jpg",
            "ab/cd/0123.jpg",
            "ab/0123.d/45.jpg",
            "/ab/0123.jpg",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
