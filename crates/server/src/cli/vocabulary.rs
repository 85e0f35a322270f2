//! Of the words for stages, subjects, kinds and licences.

use std::path::PathBuf;

use clap::Subcommand;
use domain::vocabulary::Scheme;

use super::one_of;

#[derive(Debug, Subcommand)]
pub enum Vocabulary {
    /// Lists terms with their labels and hashtags.
    List {
        /// phase, subject, kind or licence; otherwise all.
        #[arg(value_parser = scheme)]
        scheme: Option<Scheme>,
    },
    /// Shows a term, and to what it belongs.
    Show {
        /// Such as phase/ks3.
        term: String,
    },
    /// Prints terms as lines of a table, to change and use as practice.terms_file.
    Export {
        /// phase, subject, kind or licence; otherwise all.
        #[arg(value_parser = scheme)]
        scheme: Option<Scheme>,
    },
    /// Says whether a table is good, and what it changes.
    Check { file: PathBuf },
    /// Adds a term to practice.terms_file, or changes one; what is not named stays.
    Set {
        /// Such as subject/surf-science.
        term: String,
        /// What it is called: en="Surf science". May be given several times.
        #[arg(long = "label", value_name = "LANGUAGE=TEXT")]
        labels: Vec<String>,
        /// The id of the term to which it belongs.
        #[arg(long)]
        broader: Option<String>,
        /// A term of another vocabulary: = and its address if it is the same, < if it is wider.
        #[arg(long = "match", value_name = "ADDRESS")]
        matches: Option<String>,
        /// A further hashtag that means it. May be given several times.
        #[arg(long = "tag", value_name = "HASHTAG")]
        tags: Vec<String>,
        /// A hashtag that does not mean it any more. May be given several times.
        #[arg(long = "without-tag", value_name = "HASHTAG")]
        without: Vec<String>,
    },
    /// Takes a term out of practice.terms_file.
    Remove { term: String },
}

fn scheme(word: &str) -> Result<Scheme, String> {
    Scheme::named(word).ok_or_else(|| one_of(Scheme::ALL.map(Scheme::name)))
}
