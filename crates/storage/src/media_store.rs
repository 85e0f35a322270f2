//! The files of attachments, avatars and headers.

use std::ops::Range;

use bytes::Bytes;
use opendal::Operator;
use opendal::services::Fs;

use crate::Error;

/// Where files are kept. Paths are the server's own making, never a client's.
#[derive(Debug, Clone)]
pub struct MediaStore {
    operator: Operator,
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
                    .atomic_write_dir(&format!("{folder}/.writing")),
            )?
            .finish(),
        })
    }

    /// Keeps a file. The same path again replaces it whole.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room.
    pub async fn write(&self, path: &str, content: Bytes) -> Result<(), Error> {
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
            Err(error) => Err(error.into()),
        }
    }

    /// A part of a file's content; none if there is no such file.
    ///
    /// # Errors
    /// If the store cannot be read, or the file is shorter.
    pub async fn read_part(&self, path: &str, part: Range<u64>) -> Result<Option<Bytes>, Error> {
        match self.operator.read_with(path).range(part).await {
            Ok(content) => Ok(Some(content.to_bytes())),
            Err(error) if error.kind() == opendal::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there is such a file.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn has(&self, path: &str) -> Result<bool, Error> {
        Ok(self.operator.exists(path).await?)
    }

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub async fn delete(&self, path: &str) -> Result<(), Error> {
        Ok(self.operator.delete(path).await?)
    }
}
