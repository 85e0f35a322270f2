//! What a document is, by its content. Strangers made it: little of it is read, and of what is packed, only what says
//! what it is is unpacked.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use domain::DocumentType;
use zip::result::ZipError;

use crate::error::invalid;
use crate::zipped::{self, Zip, piece};
use crate::{Error, Result};

/// Files in an office document, and bytes of the list of them.
const ENTRIES: u64 = 10_000;
const LIST_BYTES: u64 = 2 * 1_024 * 1_024;
/// Bytes to which one may say to unpack, whatever it has itself; and how many times as many as it has.
const UNPACKED: u64 = 512 * 1_024 * 1_024;
const TIMES: u64 = 200;
/// Bytes to which anything may unpack.
const LITTLE: u64 = 1_024 * 1_024;
/// Bytes of the list of types in an office document.
const TYPES_BYTES: u64 = 1_024 * 1_024;
/// Bytes of a text that are read at a time.
const PIECE: u64 = 256 * 1_024;
/// Bytes at the beginning by which programs know pages, pictures and scripts.
const BEGINNING: u64 = 1_024;

/// What begins so is no mere text, whatever it is called.
const POSES: [&str; 13] = [
    "<!doctype",
    "<html",
    "<head",
    "<body",
    "<svg",
    "<script",
    "<iframe",
    "<?xml",
    "<?php",
    "#!",
    "%pdf-",
    "%!ps",
    "{\\rtf",
];

/// Where office documents keep what runs, in small letters.
const RUNS: [&str; 4] = ["vbaproject", "macrosheets/", "activex/", "macroenabled"];
const RUNS_IN_OPEN_DOCUMENT: [&str; 2] = ["basic/", "scripts/"];

/// Whether a file is of the type that its name says.
///
/// # Errors
/// [`Error::Invalid`] if it is not, or is made to do harm.
pub(crate) async fn check(path: PathBuf, said: DocumentType) -> Result<()> {
    tokio::task::spawn_blocking(move || read(&path, said))
        .await
        .map_err(internal)?
}

fn read(path: &Path, said: DocumentType) -> Result<()> {
    let mut file = File::open(path).map_err(internal)?;
    match said {
        DocumentType::Pdf => {
            let magic = piece(&mut file, 0, 5);
            fits(magic.is_ok_and(|magic| magic == b"%PDF-"))
        }
        DocumentType::Odt | DocumentType::Ods | DocumentType::Odp => {
            let mut zip = open(file)?;
            let is_first = zip.name_for_index(0) == Some("mimetype");
            let kind = unpacked(&mut zip, "mimetype")?;
            fits(is_first && kind == said.mime())?;
            runs_nothing(&zip, &RUNS_IN_OPEN_DOCUMENT)
        }
        DocumentType::Docx | DocumentType::Xlsx | DocumentType::Pptx => {
            let mut zip = open(file)?;
            let types = unpacked(&mut zip, "[Content_Types].xml")?.to_lowercase();
            if RUNS.iter().any(|part| types.contains(*part)) {
                return Err(has_macros());
            }
            let is = |kind: DocumentType| types.contains(&format!("{}.main+xml", kind.mime()));
            let kinds = [DocumentType::Docx, DocumentType::Xlsx, DocumentType::Pptx];
            fits(kinds.into_iter().all(|kind| is(kind) == (kind == said)))?;
            runs_nothing(&zip, &RUNS)
        }
        DocumentType::Text | DocumentType::Csv | DocumentType::Markdown => {
            if poses(&mut file).map_err(internal)? {
                Err(invalid(
                    "Document begins as a page or a program does, not as text",
                ))
            } else if is_text(file).map_err(internal)? {
                Ok(())
            } else {
                Err(invalid("Document is no text in UTF-8"))
            }
        }
    }
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

fn fits(is_said: bool) -> Result<()> {
    if is_said { Ok(()) } else { Err(other()) }
}

fn other() -> Error {
    invalid("Document is not what its name says")
}

fn has_macros() -> Error {
    invalid("Document has macros, which are not taken in")
}

/// An office document of which is clear that it unpacks to what people write.
fn open(mut file: File) -> Result<Zip> {
    let magic = piece(&mut file, 0, 4);
    fits(magic.is_ok_and(|magic| magic == b"PK\x03\x04"))?;
    let length = file.metadata().map_err(internal)?.len();
    let (mut zip, entries) = zipped::open(file, ENTRIES, LIST_BYTES).map_err(|refusal| {
        tracing::info!(?refusal, "a document cannot be read");
        other()
    })?;
    // Of two that are called alike, one program reads the first, another the second.
    fits(u64::try_from(zip.len()).is_ok_and(|names| names == entries))?;
    let (mut packed, mut unpacked) = (0_u64, 0_u64);
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(unreadable)?;
        fits(!entry.encrypted())?;
        packed = packed.saturating_add(entry.compressed_size());
        unpacked = unpacked.saturating_add(entry.size());
    }
    // Entries that share their bytes would together have more than there are.
    let most = length.saturating_mul(TIMES).clamp(LITTLE, UNPACKED);
    if packed > length || unpacked > most {
        return Err(invalid("Document unpacks to more than is taken in"));
    }
    Ok(zip)
}

fn unreadable(error: ZipError) -> Error {
    match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => internal(error),
        _ => other(),
    }
}

/// One small entry.
fn unpacked(zip: &mut Zip, name: &str) -> Result<String> {
    let entry = zip.by_name(name).map_err(unreadable)?;
    let mut text = Vec::new();
    let read = entry.take(TYPES_BYTES + 1).read_to_end(&mut text);
    let length = read.map_err(|_| other())?;
    fits(u64::try_from(length).is_ok_and(|length| length <= TYPES_BYTES))?;
    String::from_utf8(text).map_err(|_| other())
}

fn runs_nothing(zip: &Zip, parts: &[&str]) -> Result<()> {
    let runs = |name: &str| {
        let name = name.to_lowercase();
        parts.iter().any(|part| name.contains(*part))
    };
    if zip.file_names().any(runs) {
        return Err(has_macros());
    }
    Ok(())
}

/// Whether it begins as something else than text. It is read from its beginning afterwards.
fn poses(file: &mut File) -> io::Result<bool> {
    let mut beginning = Vec::new();
    file.by_ref().take(BEGINNING).read_to_end(&mut beginning)?;
    io::Seek::rewind(file)?;
    let beginning = String::from_utf8_lossy(&beginning).to_lowercase();
    let beginning = beginning.trim_start_matches('\u{feff}').trim_start();
    Ok(POSES.iter().any(|pose| beginning.starts_with(*pose)))
}

/// Whether all of it is text in UTF-8.
fn is_text(mut file: File) -> io::Result<bool> {
    let mut bytes = Vec::new();
    loop {
        let read = file.by_ref().take(PIECE).read_to_end(&mut bytes)?;
        if read == 0 {
            return Ok(bytes.is_empty());
        }
        let valid = match std::str::from_utf8(&bytes) {
            Ok(text) => text.len(),
            // The rest of the last letter is in the next piece.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        let rest = bytes.split_off(valid);
        if bytes.iter().any(|byte| is_binary(*byte)) {
            return Ok(false);
        }
        bytes = rest;
    }
}

fn is_binary(byte: u8) -> bool {
    byte == 0x7f || (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c))
}

#[cfg(test)]
mod tests;
