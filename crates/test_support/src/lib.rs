//! What tests need: databases of both kinds that are empty and go away, and an app without a network.
#![expect(clippy::panic, reason = "a test that cannot be set up has failed")]

mod admirers;
mod app;
mod databases;
mod ports;
mod rows;
mod statements;
mod tables;

pub use admirers::{Admired, Kept, admire, keep, write_often};
pub use app::{NoNetwork, TestApp};
pub use databases::{Kind, TestDatabase, everywhere};
pub use ports::free_port;
pub use rows::{
    account, account_row, age_gone, age_held, end_links, end_listening, forget_follows,
    forget_leftovers, hurry, named_files, note_tags_to_fold, tokens, unfinished, unfold_tags, user,
};
pub use statements::{count_statements, statements};
