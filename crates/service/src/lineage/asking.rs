//! What this server says to people of ours about adaptations, in private, and what they answer in plain words.

use chrono::TimeDelta;
use storage::DbConnection;
use storage::accounts::Account;
use storage::derivations::Derivation;
use storage::practice_reminders::settings;
use storage::statuses::Status;

use super::deciding::decide_as;
use crate::views::acct;
use crate::word::say_as_server;
use crate::{App, Error, Result};

/// Questions about one post that may be unanswered, also where the claim was taken back; claims beyond that are found in
/// the tree.
const WAITING: i64 = 20;
/// For how long a no to the same claim is not told again: whoever says it may say yes and no as often as they like.
const REST: TimeDelta = TimeDelta::days(1);

/// Asks the author of a source of ours whether a post comes from hers, once: what is taken back and said again is found in
/// the tree.
pub(super) fn ask(
    app: &App,
    conn: &mut DbConnection,
    claim: &Derivation,
    derived: &Status,
    source: &Status,
) -> Result<()> {
    if claim.asked_id.is_some()
        || storage::derivations::waiting_of_source(conn, source.id)? >= WAITING
    {
        return Ok(());
    }
    let to = storage::accounts::find(conn, source.account_id)?;
    let by = storage::accounts::find(conn, derived.account_id)?;
    let (Some(to), Some(by)) = (to, by) else {
        return Ok(());
    };
    let text = format!(
        "{} says that a post comes from one of yours.\n\nTheirs: {}\nYours: {}\n\nMay it stand in the family tree of yours? \
         Answer “yes” or “no”. Until then it is shown as what they say, and after a “no” only as a link.",
        acct(&by.username, by.host.as_deref()),
        derived.url,
        source.url,
    );
    if let Some(message) = say_as_server(app, conn, &to, &text, None)? {
        storage::derivations::set_asked(conn, claim.id, message.id)?;
    }
    Ok(())
}

/// Tells somebody of ours that the licence of a source lets nobody pass on what they made of it. Their post stays.
pub(super) fn warn(
    app: &App,
    conn: &mut DbConnection,
    derived: &Status,
    source: &Status,
) -> Result<()> {
    let Some(to) = storage::accounts::find(conn, derived.account_id)? else {
        return Ok(());
    };
    let text = format!(
        "Your post is up: {}\n\nIts source has a licence that does not let anybody pass on adaptations of it: {}\n\n\
         You could ask its author, or only link to it.",
        derived.url, source.url,
    );
    say_as_server(app, conn, &to, &text, None).map(drop)
}

/// Tells somebody of ours that the author of a source does not want what they made of it in her family tree, unless they want no
/// such messages.
pub(super) fn tell_of_refusal(
    app: &App,
    conn: &mut DbConnection,
    claim: &Derivation,
    source: &Status,
) -> Result<()> {
    let derived = match claim.derived_id {
        Some(id) => storage::statuses::find(conn, id)?.filter(|row| row.local),
        None => None,
    };
    let Some(derived) = derived else {
        return Ok(());
    };
    let to = storage::accounts::find(conn, derived.account_id)?;
    let by = storage::accounts::find(conn, source.account_id)?;
    let (Some(to), Some(by)) = (to, by) else {
        return Ok(());
    };
    let (what, now) = (format!("told of a no to {}", claim.id), app.now());
    if !settings(conn, to.id)?.reminders || !storage::lookups::begin(conn, &what, now, now - REST)?
    {
        return Ok(());
    }
    let text = format!(
        "{} does not want a post of yours in the family tree of theirs.\n\nTheirs: {}\nYours: {}\n\n\
         Your post stays as it is. Where it comes from is shown as a link only.\n\n\
         Your settings for practice say whether you get such messages.",
        acct(&by.username, by.host.as_deref()),
        source.url,
        derived.url,
    );
    say_as_server(app, conn, &to, &text, None).map(drop)
}

/// Words of an answer that mean yes, and no.
const YES: [&str; 12] = [
    "yes", "y", "ok", "okay", "confirm", "ie", "iawn", "oui", "ja", "sí", "si", "sim",
];
const NO: [&str; 8] = ["no", "n", "refuse", "na", "nage", "non", "nein", "nee"];

/// Whether the first word of an answer is yes or no.
fn yes_or_no(text: &str) -> Option<bool> {
    let words = text.split_whitespace();
    let mut words = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '@'));
    let first = words.find(|word| !word.is_empty() && !word.starts_with('@'))?;
    let first = first.to_lowercase();
    if YES.contains(&first.as_str()) {
        Some(true)
    } else if NO.contains(&first.as_str()) {
        Some(false)
    } else {
        None
    }
}

/// Takes a post for an answer if it answers our question, does what it says, and says what was done.
pub(crate) fn hear(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    answer: &Status,
    question: &Status,
) -> Result<()> {
    let Some(claim) = storage::derivations::asked_by(conn, question.id)? else {
        return Ok(());
    };
    let said = match yes_or_no(&answer.text) {
        None => "Please answer “yes” or “no”.",
        Some(yes) => match decide_as(app, conn, by, &claim, yes) {
            Ok(()) if yes => "Thank you. It stands in the family tree of your post now.",
            Ok(()) => "It is shown as a link only.",
            Err(Error::NotFound) => "There is nothing to answer any more.",
            Err(error) => return Err(error),
        },
    };
    say_as_server(app, conn, by, said, Some(answer)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::yes_or_no;

    #[test]
    fn the_first_word_of_an_answer_counts() {
        for (text, expected) in [
            ("Yes, gladly", Some(true)),
            ("@school.example@school.example yes", Some(true)),
            ("Ie!", Some(true)),
            ("No.", Some(false)),
            ("Nein danke", Some(false)),
            ("Who is it?", None),
            ("I say yes", None),
            ("", None),
        ] {
            assert_eq!(yes_or_no(text), expected, "{text}");
        }
    }
}
