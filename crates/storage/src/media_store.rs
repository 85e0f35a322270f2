//! The files of attachments, avatars and headers: in a folder of this machine, or in a bucket (docs/adr/0560).

mod bucket;
mod copying;

use std::fmt::Display;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use opendal::Operator;
use opendal::options::ReaderOptions;
use opendal::services::Fs;
use tempfile::{TempDir, TempPath};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub use bucket::Bucket;
pub use copying::Copied;

use crate::Error;

/// Where files lie that are not kept yet; no name in the store begins so.
const UNFINISHED: &str = ".unfinished";
/// Where content lies that is being written.
const WRITING: &str = ".writing";
/// Bytes read at a time of a file that is sent in parts.
const CHUNK: usize = 256 * 1_024;
/// Bytes that are sent to a bucket at a time; services take no smaller parts.
const PART: usize = 5 * 1_024 * 1_024;

/// How long whoever could not keep a file waits until that is cleared away.
const BRIEFLY: Duration = Duration::from_secs(3);

/// Where files are kept. Paths are the server's own making, never a client's.
#[derive(Debug, Clone)]
pub struct MediaStore {
    operator: Operator,
    /// Of this machine: where files are kept, or where they are on their way into a bucket and out of it.
    folder: PathBuf,
    /// What the bucket is called in which they are kept; none where they are in the folder.
    bucket: Option<Arc<str>>,
}

/// A file on its way in: on the disk, and gone with this value unless it is [kept](MediaStore::keep).
#[derive(Debug)]
pub struct Spool {
    file: File,
    path: TempPath,
    length: u64,
}

impl Spool {
    /// Adds to its end.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).await?;
        self.length += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// After the last bytes were written: from now on others find all of them at [`Spool::path`].
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room.
    pub async fn finish(&mut self) -> Result<(), Error> {
        self.file.flush().await?;
        Ok(self.file.sync_all().await?)
    }

    /// Bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The first bytes, at most so many.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn beginning(&self, bytes: u64) -> Result<Bytes, Error> {
        let mut read = Vec::new();
        let file = File::open(&self.path).await?;
        file.take(bytes).read_to_end(&mut read).await?;
        Ok(read.into())
    }
}

/// A kept file as programs of this machine can read it.
#[derive(Debug)]
pub enum Local {
    /// Where it is kept.
    Itself(PathBuf),
    /// A copy, which goes with this value.
    Copy(TempPath),
}

impl Local {
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Itself(path) => path,
            Self::Copy(path) => path,
        }
    }
}

impl MediaStore {
    /// A store in a folder of this machine.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn in_folder(folder: &str) -> Result<Self, Error> {
        Ok(Self {
            operator: Operator::new(
                Fs::default()
                    .root(folder)
                    .atomic_write_dir(&format!("{folder}/{WRITING}")),
            )?
            .finish(),
            folder: PathBuf::from(folder),
            bucket: None,
        })
    }

    /// What the bucket is called in which files are kept; none where they are in the folder.
    #[must_use]
    pub fn bucket(&self) -> Option<&str> {
        self.bucket.as_deref()
    }

    /// The folder of this machine in which it works.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Begins to take in a file whose length nobody knows yet.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room.
    pub async fn receive(&self) -> Result<Spool, Error> {
        let folder = self.unfinished().await?;
        let made = blocking(move || tempfile::NamedTempFile::new_in(folder)).await?;
        let (file, path) = made.into_parts();
        Ok(Spool {
            file: File::from_std(file),
            path,
            length: 0,
        })
    }

    /// A folder for work on files, which goes with the value.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room.
    pub async fn workshop(&self) -> Result<TempDir, Error> {
        let folder = self.unfinished().await?;
        Ok(blocking(move || TempDir::new_in(folder)).await?)
    }

    async fn unfinished(&self) -> Result<PathBuf, Error> {
        let folder = self.folder.join(UNFINISHED);
        tokio::fs::create_dir_all(&folder).await?;
        Ok(folder)
    }

    /// Keeps a file that was received, at `path`; it is on the disk, or in the bucket, when this is done.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room, [`Error::Unavailable`] if the bucket cannot be used.
    pub async fn keep(&self, mut spool: Spool, path: &str) -> Result<(), Error> {
        spool.finish().await?;
        if self.bucket.is_some() {
            return self.send(spool.path(), path).await;
        }
        let to = self.place(path);
        Ok(blocking(move || {
            let folder = folder_of(&to)?;
            spool.path.persist(&to).map_err(|error| error.error)?;
            sync_folder(&folder)
        })
        .await?)
    }

    /// Keeps a file that was made in a [workshop](Self::workshop), at `path`; it is on the disk, or in the bucket, when
    /// this is done.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room, [`Error::Unavailable`] if the bucket cannot be used.
    pub async fn take_over(&self, file: PathBuf, path: &str) -> Result<(), Error> {
        if self.bucket.is_some() {
            return self.send(&file, path).await;
        }
        let to = self.place(path);
        Ok(blocking(move || {
            let folder = folder_of(&to)?;
            std::fs::File::open(&file)?.sync_all()?;
            std::fs::rename(&file, &to)?;
            sync_folder(&folder)
        })
        .await?)
    }

    /// A file for programs of this machine that read it, if it is there.
    ///
    /// # Errors
    /// If the store cannot be read, or there is no room for a copy.
    pub async fn local(&self, path: &str) -> Result<Option<Local>, Error> {
        if self.bucket.is_none() {
            let place = self.place(path);
            let is_there = tokio::fs::try_exists(&place).await?;
            return Ok(is_there.then_some(Local::Itself(place)));
        }
        let Some(size) = self.size(path).await? else {
            return Ok(None);
        };
        let mut spool = self.receive().await?;
        let mut pieces = self.stream(path, 0..size).await?;
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| self.failed(error))?;
            spool.write(&piece).await?;
        }
        spool.file.flush().await?;
        Ok(Some(Local::Copy(spool.path)))
    }

    fn place(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Removes what was begun before `time` and never kept: whoever began it is dead.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn sweep(&self, time: SystemTime) -> Result<(), Error> {
        let folders = [UNFINISHED, WRITING].map(|name| self.folder.join(name));
        Ok(blocking(move || folders.iter().try_for_each(|folder| sweep(folder, time))).await?)
    }

    /// Keeps a file. The same path again replaces it whole.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room, [`Error::Unavailable`] if the bucket cannot be used.
    pub async fn write(&self, path: &str, content: Bytes) -> Result<(), Error> {
        if self.bucket.is_some() {
            return self.pour(path, stream::iter([Ok(content)])).await;
        }
        match self.operator.write(path, content).await {
            Ok(_) => Ok(()),
            Err(error) if error.to_string().contains("No space left") => Err(Error::Full),
            Err(error) => Err(error.into()),
        }
    }

    /// A file's content; none if there is no such file.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn read(&self, path: &str) -> Result<Option<Bytes>, Error> {
        match self.operator.read(path).await {
            Ok(content) => Ok(Some(content.to_bytes())),
            Err(error) if error.kind() == opendal::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// How many bytes a file has; none if there is no such file.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        match self.operator.stat(path).await {
            Ok(about) => Ok(Some(about.content_length())),
            Err(error) if error.kind() == opendal::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// A part of a file's content, piece by piece, so that little of it is in memory.
    ///
    /// # Errors
    /// If there is no such file, or the store cannot be read.
    pub async fn stream(
        &self,
        path: &str,
        part: Range<u64>,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>, Error> {
        let options = ReaderOptions {
            // Each is a request; a bucket is asked once, and gives piece by piece.
            chunk: self.bucket.is_none().then_some(CHUNK),
            ..ReaderOptions::default()
        };
        let reader = self.operator.reader_options(path, options).await;
        let reader = reader.map_err(|error| self.failed(error))?;
        let pieces = reader.into_bytes_stream(part).await;
        let mut pieces = pieces.map_err(|error| self.failed(error))?;
        // Only now it is known whether there is an answer at all.
        let first = pieces.next().await.transpose();
        let first = first.map_err(|error| self.failed(error))?;
        Ok(stream::iter(first.map(Ok)).chain(pieces))
    }

    /// Whether there is such a file.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn has(&self, path: &str) -> Result<bool, Error> {
        let found = self.operator.exists(path).await;
        found.map_err(|error| self.failed(error))
    }

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub async fn delete(&self, path: &str) -> Result<(), Error> {
        match self.operator.delete(path).await {
            // Two may remove one file at a time.
            Err(error) if error.kind() == opendal::ErrorKind::NotFound => Ok(()),
            other => other.map_err(|error| self.failed(error)),
        }
    }

    /// Sends a file of this machine into the bucket.
    async fn send(&self, file: &Path, path: &str) -> Result<(), Error> {
        let pieces = stream::try_unfold(File::open(file).await?, |mut file| async move {
            let mut piece = BytesMut::with_capacity(CHUNK);
            let is_over = file.read_buf(&mut piece).await? == 0;
            Ok::<_, io::Error>((!is_over).then(|| (piece.freeze(), file)))
        });
        self.pour(path, pieces).await
    }

    /// Keeps what comes piece by piece: all of it or nothing.
    async fn pour(
        &self,
        path: &str,
        pieces: impl Stream<Item = io::Result<Bytes>>,
    ) -> Result<(), Error> {
        let mut pieces = pin!(pieces);
        let writer = self.operator.writer_with(path).chunk(PART).await;
        let mut writer = writer.map_err(|error| self.failed(error))?;
        let poured = async {
            while let Some(piece) = pieces.next().await {
                let written = writer.write(piece?).await;
                written.map_err(|error| self.failed(error))?;
            }
            let closed = writer.close().await;
            closed.map_err(|error| self.failed(error)).map(drop)
        }
        .await;
        if poured.is_err() {
            // What was sent so far only takes room if it cannot be taken back.
            let _ = tokio::time::timeout(BRIEFLY, writer.abort()).await;
        }
        poured
    }

    /// Whoever is asked for a bucket may answer later; of a folder the error says enough.
    fn failed(&self, error: impl Into<Error> + Display) -> Error {
        match &self.bucket {
            Some(name) => Error::Unavailable(format!("the bucket {name}: {error}")),
            None => error.into(),
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

/// Removes what was changed last before `time` from a folder, if there is one.
fn sweep(folder: &Path, time: SystemTime) -> io::Result<()> {
    let Some(entries) = unless_gone(std::fs::read_dir(folder))? else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry?;
        // It may be kept, or removed, meanwhile.
        let Some(about) = unless_gone(entry.metadata())? else {
            continue;
        };
        if about.modified()? >= time {
            continue;
        }
        unless_gone(if about.is_dir() {
            std::fs::remove_dir_all(entry.path())
        } else {
            std::fs::remove_file(entry.path())
        })?;
    }
    Ok(())
}

/// None of what is not there.
fn unless_gone<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

/// The folder of a file, made if it is not there.
fn folder_of(file: &Path) -> io::Result<PathBuf> {
    let folder = file.parent().unwrap_or(file).to_owned();
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A new name in a folder is on the disk only once the folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}
