//! How much room there is.

use std::io;
use std::path::{Path, PathBuf};

/// Bytes that are free where `path` is, or will be: a path that is not there yet counts as its nearest folder.
///
/// # Errors
/// If not even that folder can be looked at.
pub fn free(path: &Path) -> io::Result<u64> {
    let absolute: PathBuf = std::path::absolute(path)?;
    let there = absolute
        .ancestors()
        .find(|folder| folder.exists())
        .unwrap_or_else(|| Path::new("/"));
    let found = rustix::fs::statvfs(there)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_counts_as_the_one_it_will_be_in() {
        let folder = tempfile::tempdir().unwrap();
        let later = folder.path().join("data").join("staffroom.db");
        assert!(free(&later).unwrap() > 0);
    }
}
