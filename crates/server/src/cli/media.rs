//! Of pictures, films, sounds and documents.

use clap::Subcommand;

use crate::config::Store;

#[derive(Debug, Subcommand)]
pub enum Media {
    /// Copies all files from the folder to the bucket, or back, whichever is in use. What was copied is read again; what
    /// is there already is not copied. Begun anew, it goes on where it ended.
    Copy {
        /// Where to.
        #[arg(long)]
        to: Store,
        /// Reads what is there already, too, and copies it anew where it differs.
        #[arg(long)]
        verify: bool,
        /// Removes files of ours there that are not here any more. Not where the server keeps its files.
        #[arg(long)]
        exact: bool,
    },
}
