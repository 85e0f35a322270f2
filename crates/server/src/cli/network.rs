//! Of subject networks.

use std::path::PathBuf;

use clap::Subcommand;
use domain::{Membership, Posting};

use super::one_of;

#[derive(Debug, Subcommand)]
pub enum Network {
    /// Makes a network, which anybody in the fediverse can follow and mention.
    Create {
        /// As in its handle: letters, digits and underscores.
        name: String,
        #[arg(long)]
        title: String,
        /// Who looks after it: a handle here or elsewhere. May be given several times.
        #[arg(long = "steward", required = true, value_name = "HANDLE")]
        stewards: Vec<String>,
        /// What it is about.
        #[arg(long, default_value = "")]
        description: String,
        /// What members keep to.
        #[arg(long, default_value = "")]
        rules: String,
        /// Whose posts are passed on: those of members while those of others_wait, those of members, or
        /// with steward_approval each post that a steward lets in.
        #[arg(long, default_value = "others_wait", value_parser = posting)]
        posting: Posting,
        /// Who may join: open, by_approval or closed.
        #[arg(long, default_value = "open", value_parser = membership)]
        membership: Membership,
        /// All that it passes on is practice, with or without the hashtag.
        #[arg(long)]
        posts_are_practice: bool,
    },
    /// Lists all networks, by name.
    List,
    /// Names a steward of a network that has none any more.
    Steward {
        name: String,
        /// Here or elsewhere: name@host
        handle: String,
    },
    /// Writes into a file what another server has to know to go on with a network, besides both halves of its key. It names the
    /// members of that moment, and is for its owner alone.
    Save { name: String, file: PathBuf },
    /// Prints a steward's half of the key of a network, once: for one who lives elsewhere.
    Half {
        name: String,
        /// Of the steward: name@host
        handle: String,
    },
    /// Goes on here with a network of a server that failed: its followers are told by itself to follow the one here.
    Takeover {
        /// What `network save` wrote there.
        saved: PathBuf,
        /// A file with half of the key: given twice.
        #[arg(long = "half", value_name = "FILE")]
        halves: Vec<PathBuf>,
        /// In its handle here, if not that of before. A network of that name goes on with it.
        #[arg(long)]
        name: Option<String>,
        /// Who looks after it here, where it has to be made: a handle here or elsewhere. May be given several times. Where
        /// it is already, its stewards decide who is one.
        #[arg(long = "steward", value_name = "HANDLE")]
        stewards: Vec<String>,
    },
}

fn posting(word: &str) -> Result<Posting, String> {
    let all = Posting::ALL;
    all.into_iter()
        .find(|posting| posting.name() == word)
        .ok_or_else(|| one_of(all.map(Posting::name)))
}

fn membership(word: &str) -> Result<Membership, String> {
    let all = Membership::ALL;
    all.into_iter()
        .find(|membership| membership.name() == word)
        .ok_or_else(|| one_of(all.map(Membership::name)))
}
