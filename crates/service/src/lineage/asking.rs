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

/// What an answer begins with that means yes. A longer beginning counts before a shorter one, so that "no problem" is no no.
const YES: [&str; 98] = [
    "yes",
    "yes please",
    "yep",
    "yeah",
    "yup",
    "y",
    "ok",
    "okay",
    "sure",
    "of course",
    "certainly",
    "absolutely",
    "definitely",
    "gladly",
    "fine",
    "go ahead",
    "please go ahead",
    "go for it",
    "by all means",
    "feel free",
    "please do",
    "confirm",
    "confirmed",
    "no problem",
    "no problems",
    "no probs",
    "no worries",
    "no objection",
    "no objections",
    "no issue",
    "no issues",
    "not a problem",
    "not a problem at all",
    "i have no objection",
    "i have no objections",
    "i don't mind",
    "don't mind",
    "i do not mind",
    "ie",
    "iawn",
    "ydy",
    "ydyn",
    "ydw",
    "cei",
    "cewch",
    "wrth gwrs",
    "â chroeso",
    "dim problem",
    "dim gwrthwynebiad",
    "does dim problem",
    "oui",
    "ouais",
    "d'accord",
    "bien sûr",
    "bien sur",
    "volontiers",
    "avec plaisir",
    "certainement",
    "allez-y",
    "vas-y",
    "ça marche",
    "pas de problème",
    "pas de souci",
    "pas de soucis",
    "pas d'objection",
    "aucun problème",
    "aucun souci",
    "aucune objection",
    "ja",
    "gern",
    "gerne",
    "sehr gerne",
    "natürlich",
    "klar",
    "na klar",
    "selbstverständlich",
    "einverstanden",
    "kein problem",
    "keine einwände",
    "keine sorge",
    "nichts dagegen",
    "ich habe nichts dagegen",
    "sí",
    "si",
    "claro",
    "vale",
    "por supuesto",
    "desde luego",
    "de acuerdo",
    "adelante",
    "con gusto",
    "no hay problema",
    "no hay ningún problema",
    "no hay inconveniente",
    "ningún problema",
    "sin problema",
    "sin problemas",
    "sim",
];
/// And no.
const NO: [&str; 45] = [
    "no",
    "nope",
    "nah",
    "n",
    "refuse",
    "refused",
    "never",
    "please don't",
    "please do not",
    "don't",
    "do not",
    "rather not",
    "better not",
    "i'd rather not",
    "i'd rather you didn't",
    "i would rather not",
    "i'd prefer not",
    "i would prefer not",
    "i don't want",
    "i do not want",
    "of course not",
    "certainly not",
    "absolutely not",
    "definitely not",
    "na",
    "nage",
    "nac",
    "dim diolch",
    "gwell peidio",
    "peidiwch",
    "non",
    "plutôt pas",
    "plutôt non",
    "bien sûr que non",
    "pas d'accord",
    "je ne veux pas",
    "nein",
    "lieber nicht",
    "bitte nicht",
    "natürlich nicht",
    "nicht einverstanden",
    "claro que no",
    "por supuesto que no",
    "mejor no",
    "nee",
];
/// And neither.
const UNDECIDED: [&str; 5] = ["no idea", "no clue", "no sé", "no lo sé", "not sure"];

/// Whether an answer begins with a yes or a no.
fn yes_or_no(text: &str) -> Option<bool> {
    let said = beginning(text);
    let begins = |phrase: &&&str| {
        let rest = said.strip_prefix(**phrase);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let longest = |phrases: &[&str]| phrases.iter().filter(begins).map(|of| of.len()).max();
    let all = [
        (Some(true), &YES[..]),
        (Some(false), &NO[..]),
        (None, &UNDECIDED[..]),
    ];
    let meant = all.map(|(meaning, phrases)| (longest(phrases), meaning));
    let (length, meaning) = meant.into_iter().max_by_key(|(length, _)| *length)?;
    length.and(meaning)
}

/// The words of an answer up to its first punctuation, in small letters and without those whom it mentions.
fn beginning(text: &str) -> String {
    let text = text.replace('👍', " yes ").replace('👎', " no ");
    let text = text.replace('’', "'").to_lowercase();
    let mut words = Vec::new();
    for raw in text.split_whitespace() {
        let word = raw.trim_matches(|c: char| !c.is_alphanumeric() && c != '@');
        if word.starts_with('@') {
            continue;
        }
        if !word.is_empty() {
            words.push(word);
        }
        if !words.is_empty() && !raw.ends_with(char::is_alphanumeric) {
            break;
        }
    }
    words.join(" ")
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
    fn what_an_answer_begins_with_counts() {
        for (text, expected) in [
            ("Yes, gladly", Some(true)),
            ("@school.example@school.example yes", Some(true)),
            ("Ie!", Some(true)),
            ("No.", Some(false)),
            ("Nein danke", Some(false)),
            ("Who is it?", None),
            ("I say yes", None),
            ("", None),
            ("No problem, go ahead!", Some(true)),
            ("no worries", Some(true)),
            ("No objections from me", Some(true)),
            ("No hay problema.", Some(true)),
            ("kein Problem", Some(true)),
            ("Pas de problème !", Some(true)),
            ("dim problem", Some(true)),
            ("I don’t mind", Some(true)),
            ("Sure!", Some(true)),
            ("Of course", Some(true)),
            ("@school.example@school.example Go ahead", Some(true)),
            ("👍", Some(true)),
            ("👍🏽 thanks", Some(true)),
            ("Gerne", Some(true)),
            ("na klar", Some(true)),
            ("Claro", Some(true)),
            ("D’accord", Some(true)),
            ("Bien sûr", Some(true)),
            ("ydy", Some(true)),
            ("Wrth gwrs", Some(true)),
            ("Nope", Some(false)),
            ("I'd rather not", Some(false)),
            ("I’d rather not, sorry", Some(false)),
            ("No, problem is that it has pupils in it", Some(false)),
            ("No. Worries me", Some(false)),
            ("Of course not", Some(false)),
            ("Claro que no", Some(false)),
            ("Natürlich nicht!", Some(false)),
            ("Lieber nicht", Some(false)),
            ("dim diolch", Some(false)),
            ("Please don't", Some(false)),
            ("👎", Some(false)),
            ("No idea who that is", None),
            ("Not sure", None),
            ("Nobody told me", None),
            ("Surely somebody else knows", None),
        ] {
            assert_eq!(yes_or_no(text), expected, "{text}");
        }
    }
}
