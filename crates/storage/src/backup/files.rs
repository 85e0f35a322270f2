//! Copying files, and knowing them again by their SHA-256.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use openssl::sha::Sha256;

use super::manifest::{Entry, MEDIA, Manifest};
use super::{BackupError, Media, Result};

const CHUNK: usize = 256 * 1_024;

/// An error that says of which file it is.
pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::Io(path.clone(), error)
}

/// Makes the folder of a backup; it holds keys and addresses, so it is its owner's alone.
pub(super) fn prepare(target: &Path, media: &Media) -> Result<()> {
    if target.exists() && !is_empty(target)? {
        return Err(BackupError::Refused(format!(
            "{} is not empty: a backup needs a folder of its own",
            target.display()
        )));
    }
    let target = absolute(target)?;
    if let Media::Folder(folder) = media
        && target.starts_with(absolute(folder)?)
    {
        return Err(BackupError::Refused(format!(
            "{} lies in the media folder, which is copied itself",
            target.display()
        )));
    }
    make_folder(&target)
}

fn absolute(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path).map_err(at(path))?;
    // Through links, as far as it is there.
    Ok(absolute.canonicalize().unwrap_or(absolute))
}

pub(super) fn make_folder(path: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(at(path))
}

fn is_empty(folder: &Path) -> Result<bool> {
    Ok(fs::read_dir(folder).map_err(at(folder))?.next().is_none())
}

/// # Errors
/// If there is a file in the media folder.
pub(super) fn is_free(media: &Path) -> Result<()> {
    match list(media)?.first() {
        None => Ok(()),
        Some(_) => Err(BackupError::Refused(format!(
            "media.folder: {} is not empty; nothing is overwritten",
            media.display()
        ))),
    }
}

/// The files below a folder, by their path in it. Hidden folders are left out: files are written there before they
/// are whole.
fn list(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(name) = folders.pop() {
        let here = folder.join(&name);
        let entries = match fs::read_dir(&here) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(at(&here)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(at(&here))?;
            let Some(own) = entry.file_name().to_str().map(ToOwned::to_owned) else {
                continue;
            };
            let path = if name.is_empty() {
                own.clone()
            } else {
                format!("{name}/{own}")
            };
            let kind = entry.file_type().map_err(at(&here))?;
            if kind.is_file() {
                found.push(path);
            } else if kind.is_dir() && !own.starts_with('.') {
                folders.push(path);
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Copies the media folder. A file that goes away meanwhile is left out.
pub(super) fn copy_all(media: &Path, target: &Path) -> Result<Vec<Entry>> {
    make_folder(target)?;
    let mut entries = Vec::new();
    for path in list(media)? {
        let from = media.join(&path);
        match File::open(&from) {
            Ok(file) => {
                entries.push(copy(file, &target.join(&path), format!("{MEDIA}/{path}"))?);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&from)(error)),
        }
    }
    Ok(entries)
}

/// Copies the files of a backup into the media folder.
pub(super) fn restore_all(manifest: &Manifest, source: &Path, media: &Path) -> Result<()> {
    fs::create_dir_all(media).map_err(at(media))?;
    for (entry, path) in manifest.media() {
        let from = source.join(&entry.path);
        let copied = copy(
            File::open(&from).map_err(at(&from))?,
            &media.join(path),
            entry.path.clone(),
        )?;
        if copied != *entry {
            return Err(BackupError::Damaged(format!("{} was changed", entry.path)));
        }
    }
    Ok(())
}

/// Removes what [`restore_all`] wrote.
pub(super) fn take_back(manifest: &Manifest, media: &Path) {
    for (_, path) in manifest.media() {
        // What cannot be removed stands in the way of the next attempt, which says so.
        let _ = fs::remove_file(media.join(path));
    }
}

/// Copies a file to a path where none is, and waits until it is on the disk.
pub(super) fn copy(mut from: File, to: &Path, name: String) -> Result<Entry> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let mut writing = Writing::begin(to)?;
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = from.read(&mut buffer).map_err(at(to))?;
        match buffer.get(..count) {
            Some([]) | None => return writing.end(name),
            Some(part) => writing.write_all(part).map_err(at(to))?,
        }
    }
}

/// Reads a file for its entry.
pub(super) fn read(path: &Path, name: &str) -> Result<Entry> {
    let mut file = File::open(path).map_err(at(path))?;
    let mut seen = Seen::default();
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = file.read(&mut buffer).map_err(at(path))?;
        match buffer.get(..count) {
            Some([]) | None => return Ok(seen.entry(name.to_owned())),
            Some(part) => seen.add(part),
        }
    }
}

/// Writes a file that is there whole or not at all.
pub(super) fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    let writing = path.with_extension("writing");
    let mut file = File::create_new(&writing).map_err(at(&writing))?;
    file.write_all(content).map_err(at(&writing))?;
    file.sync_all().map_err(at(&writing))?;
    fs::rename(&writing, path).map_err(at(path))
}

/// What went through so far.
#[derive(Default)]
struct Seen {
    hash: Sha256,
    bytes: u64,
}

impl Seen {
    fn add(&mut self, part: &[u8]) {
        self.hash.update(part);
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
    }

    fn entry(self, path: String) -> Entry {
        let digest = self.hash.finish();
        Entry {
            path,
            bytes: self.bytes,
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

/// A new file of which it is known what was written.
pub(super) struct Writing {
    path: PathBuf,
    file: io::BufWriter<File>,
    seen: Seen,
}

impl Writing {
    pub(super) fn begin(path: &Path) -> Result<Self> {
        let file = File::create_new(path).map_err(at(path))?;
        Ok(Self {
            path: path.to_owned(),
            file: io::BufWriter::with_capacity(CHUNK, file),
            seen: Seen::default(),
        })
    }

    /// Waits until it is on the disk. `name` is its path in the backup.
    pub(super) fn end(mut self, name: String) -> Result<Entry> {
        self.file.flush().map_err(at(&self.path))?;
        self.file.get_ref().sync_all().map_err(at(&self.path))?;
        Ok(self.seen.entry(name))
    }
}

impl Write for Writing {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let count = self.file.write(part)?;
        self.seen.add(part.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
