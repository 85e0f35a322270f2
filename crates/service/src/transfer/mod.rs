//! Taking along whom one follows, blocks, mutes and lists and what one keeps, as CSV; and bringing it here.
//! The forms are Mastodon's: <https://docs.joinmastodon.org/user/moving/#export>

mod deeds;
mod export;
mod import;
mod overwrite;
mod parse;
mod work;

pub use export::{ExportKind, Part, part};
pub use import::{FILE_BYTES, ReportLine, failures, recent, report, submit};
pub(crate) use parse::understood;
pub(crate) use work::work;

pub use crate::brought::{Counts, Summary};
use crate::{Error, Result};

/// Letters at the beginning of a cell that spreadsheets take for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell that no spreadsheet takes for a formula.
fn guarded(cell: &str) -> String {
    if cell.starts_with(FORMULA) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// What was in the cell before it was [`guarded`].
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest,
        _ => cell,
    }
}

/// These lines as CSV.
fn written<'a>(lines: impl IntoIterator<Item = &'a Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    for line in lines {
        writer.write_record(line).map_err(internal)?;
    }
    writer.into_inner().map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}
