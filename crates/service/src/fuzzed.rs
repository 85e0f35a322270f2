//! Doors to what reads files of strangers, for the targets of `fuzz/` and for nobody else.

use std::path::{Path, PathBuf};

use domain::{DocumentType, Host, ImportKind, Time};

use crate::films::Format;
use crate::{Result, archives, documents, films, transfer};

/// How many posts an archive has, all of it read as if they were taken over.
pub fn archive(path: &Path, now: Time) -> Result<usize> {
    archives::read_through(path, now)
}

/// Whether a file is a document of this type.
pub async fn document(path: PathBuf, said: DocumentType) -> Result<()> {
    documents::content::check(path, said).await
}

/// Takes out of a film or sound, where it is, what it says of itself.
pub async fn film(path: PathBuf, format: Format) -> Result<()> {
    films::prepare(path, format).await?;
    Ok(())
}

/// How many lines of a list that somebody brings say something that is understood.
pub fn list(ours: &Host, kind: ImportKind, file: &[u8]) -> Result<usize> {
    transfer::understood(ours, kind, file)
}
