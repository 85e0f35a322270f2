//! Stories: whole programs, spoken to as people and servers speak to them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story that cannot go on has failed"
)]

mod addresses;
mod admin;
mod announcements;
mod annual_reports;
mod as_mastodon;
mod authorised_fetch;
mod backup;
mod cards;
mod collections;
mod command_line;
mod configuration;
mod conformance;
mod conversations;
mod copies;
mod crash;
mod custom_emojis;
mod database_gone;
mod directory;
mod disk;
mod doctor;
mod domain_blocks;
mod double_knock;
mod elsewhere;
mod figures;
mod films;
mod filters;
mod follow_and_answer;
mod forged;
mod forgotten_password;
mod forms;
mod given_up;
mod gone;
mod harness;
mod hostile;
mod house;
mod idempotency;
mod languages;
mod leaving;
mod lists;
mod local_only;
mod mail;
mod many_hosts;
mod markdown;
mod minimum_age;
mod moving;
mod notifications;
mod own_profile;
mod pages;
mod passed_on;
mod pictures;
mod polls;
mod proofs;
mod push;
mod quarantine;
mod quotes;
mod regard;
mod relayed;
mod reports;
mod resolving;
mod routes;
mod searching;
mod second_factor;
mod seeded;
mod sessions;
mod sign_in;
mod sign_up_blocks;
mod software;
mod stop;
mod strangers;
mod streaming;
mod streams;
mod synchronising;
mod too_much;
mod transfer;
mod translation;
mod verified_links;
mod visibility;
mod way;
mod whole;
mod wizard;
