//! What a practice post lacks is asked for once, in private, and may be answered in plain words.

use chrono::TimeDelta;
use domain::practice::{Answer, Licence, Missing, Practice, understood};
use domain::vocabulary::key;
use domain::{StatusId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::practice_reminders as reminders;
use storage::practices::{self, Answers};
use storage::statuses::Status;

use super::{keep_own, licence_label};
use crate::jobs::{Outgoing, federate};
use crate::streaming::Event;
use crate::word::{language_of, say_as_server};
use crate::{App, Result, lineage};

const HOW: &str =
    "You can answer here in plain words, for example: stage KS3, subject maths, licence by-nc";

/// For how long it is not said again in the same thread that something was not understood.
const PUZZLED: TimeDelta = TimeDelta::days(1);

/// Asks the author of a practice post for what it lacks: once, unless they do not want to be asked.
pub(crate) fn ask(
    app: &App,
    conn: &mut DbConnection,
    author: &Account,
    status: &Status,
    practice: &Practice,
) -> Result<()> {
    let missing = practice.missing();
    if missing.is_empty()
        || reminders::is_noted(conn, status.id)?
        || !reminders::settings(conn, author.id)?.reminders
    {
        return Ok(());
    }
    let url = &status.url;
    // Only what is for everybody is in the library.
    let is_listed = status.visibility == Visibility::Public;
    let place = match (practice.title.as_str(), is_listed) {
        ("", true) => format!("Your practice post is in the library: {url}"),
        ("", false) => format!("Your practice post is up: {url}"),
        (title, true) => format!("Your practice post “{title}” is in the library: {url}"),
        (title, false) => format!("Your practice post “{title}” is up: {url}"),
    };
    let text = format!(
        "{place}\n\nColleagues would find and use it more easily if it also said: {}.\n\n{HOW}\n\n\
         “always licence by” sets a licence for all your practice, “stop” ends these questions.",
        named(&missing),
    );
    if let Some(message) = say_as_server(app, conn, author, &text, None)? {
        reminders::note(conn, status.id, message.id, author.id)?;
    }
    Ok(())
}

/// Takes a direct message for an answer if it is one, does what it says, and says what was done.
pub(crate) fn hear(
    app: &App,
    conn: &mut DbConnection,
    author: &Account,
    status: &Status,
) -> Result<()> {
    if status.visibility != Visibility::Direct {
        return Ok(());
    }
    let is_answer = status.in_reply_to_id.is_some();
    let mut about = None;
    if is_answer {
        about = reminders::asked_about(conn, author.id, &[status.conversation_id])?;
        if about.is_none() {
            return Ok(());
        }
    }
    if !is_for_us(app, conn, status)? {
        return Ok(());
    }
    if !is_answer {
        about = reminders::last_asked(conn, author.id)?;
    }
    let answers = understood(&status.text, &app.settings().practice.vocabulary);
    let mut said = wishes(app, conn, author, &answers)?;
    let is_about_it = |answer: &&Answer| !matches!(answer, Answer::Stop | Answer::Start);
    let of_status: Vec<&Answer> = answers.iter().filter(is_about_it).collect();
    if !of_status.is_empty() {
        let language = language_of(conn, author, None)?;
        match about {
            Some(about) => said.push(complete(app, conn, about, &of_status, language)?),
            None if said.is_empty() => {
                said.push("There is nothing to answer any more.".to_owned());
            }
            None => {}
        }
    }
    if answers.is_empty() {
        let place = if is_answer {
            format!("in {}", status.conversation_id)
        } else {
            format!("of {}", author.id)
        };
        let (what, now) = (format!("not understood {place}"), app.now());
        if !storage::lookups::begin(conn, &what, now, now - PUZZLED)? {
            return Ok(());
        }
        said.push(format!("I did not understand that. {HOW}"));
    }
    say_as_server(app, conn, author, &said.join("\n"), Some(status)).map(drop)
}

/// Whether a message is said to this server's account and to nobody else.
fn is_for_us(app: &App, conn: &mut DbConnection, status: &Status) -> Result<bool> {
    let Some(us) = storage::accounts::with_uri(conn, &app.addresses().instance_actor())? else {
        return Ok(false);
    };
    let mentioned = storage::mentions::names(conn, &[status.id])?;
    let answers_us = status.in_reply_to_account_id == Some(us.id);
    // On one machine its name has a port, which is no part of a mention.
    let first = status.text.split_whitespace().next().unwrap_or_default();
    let called = first.trim_end_matches([':', ',']).strip_prefix('@');
    let is_said_to = answers_us || called == Some(us.username.as_str()) || !mentioned.is_empty();
    Ok(is_said_to && mentioned.iter().all(|(_, who)| who.id == us.id))
}

/// What is said about the author, and what is answered to it.
fn wishes(
    app: &App,
    conn: &mut DbConnection,
    author: &Account,
    answers: &[Answer],
) -> Result<Vec<String>> {
    let mut wanted = reminders::settings(conn, author.id)?;
    let mut said = Vec::new();
    for answer in answers {
        said.push(match answer {
            Answer::Stop => {
                wanted.reminders = false;
                "I will not ask again. “start” lets me ask again, and your settings have it too."
                    .to_owned()
            }
            Answer::Start => {
                wanted.reminders = true;
                "I will ask again when something is missing.".to_owned()
            }
            Answer::Always(licence) => {
                wanted.licence = Some((licence.id.clone(), licence.url.clone()));
                let name = licence_label(&app.settings().practice.vocabulary, licence);
                format!("From now on {name} is the licence of your practice that says no other.")
            }
            Answer::Stage(_)
            | Answer::Subject(_)
            | Answer::Kind(_)
            | Answer::Licence(_)
            | Answer::Title(_) => continue,
        });
    }
    if !said.is_empty() {
        reminders::set_settings(conn, author.id, &wanted)?;
    }
    Ok(said)
}

/// Adds what was answered to a practice post, and tells those who have it. Answers what to say.
fn complete(
    app: &App,
    conn: &mut DbConnection,
    id: StatusId,
    answers: &[&Answer],
    language: &str,
) -> Result<String> {
    let gone = "That post is no practice post any more, so there is nothing to add to.".to_owned();
    let status = storage::statuses::find(conn, id)?.filter(|row| row.deleted_at.is_none());
    let Some(status) = status else {
        return Ok(gone);
    };
    let mut known = practices::answers(conn, id)?;
    for answer in answers {
        remember(&mut known, answer);
    }
    practices::set_answers(conn, id, &known)?;
    let tags = storage::tags::of_statuses(conn, &[id])?;
    let tags: Vec<String> = tags.into_iter().map(|(_, name)| name).collect();
    let Some(practice) = keep_own(app, conn, &status, &tags)? else {
        return Ok(gone);
    };
    lineage::reconsider(app, conn, &status)?;
    app.tell(Event::Edited(id));
    federate(app, conn, Outgoing::Renew { status: id })?;
    let added: Vec<String> = answers
        .iter()
        .filter_map(|of| shown(app, of, language))
        .collect();
    let missing = practice.missing();
    let rest = if missing.is_empty() {
        "Nothing is missing any more.".to_owned()
    } else {
        format!("Still missing: {}.", named(&missing))
    };
    Ok(format!("Thank you. Added: {}. {rest}", added.join(", ")))
}

fn remember(known: &mut Answers, answer: &Answer) {
    let kept = |licence: &Licence| Some((licence.id.clone(), licence.url.clone()));
    match answer {
        Answer::Stage(concept) | Answer::Subject(concept) | Answer::Kind(concept) => {
            let term = key(concept.scheme, &concept.id);
            if !known.terms.contains(&term) {
                known.terms.push(term);
            }
        }
        Answer::Licence(licence) | Answer::Always(licence) => known.licence = kept(licence),
        Answer::Title(title) => known.title = Some(title.clone()),
        Answer::Stop | Answer::Start => {}
    }
}

fn shown(app: &App, answer: &Answer, language: &str) -> Option<String> {
    let vocabulary = &app.settings().practice.vocabulary;
    match answer {
        Answer::Stage(concept) | Answer::Subject(concept) | Answer::Kind(concept) => {
            Some(concept.label(language).to_owned())
        }
        Answer::Licence(licence) | Answer::Always(licence) => {
            Some(licence_label(vocabulary, licence))
        }
        Answer::Title(title) => Some(format!("the title “{title}”")),
        Answer::Stop | Answer::Start => None,
    }
}

fn named(missing: &[Missing]) -> String {
    let names: Vec<&str> = missing.iter().map(|of| of.name()).collect();
    names.join(", ")
}
