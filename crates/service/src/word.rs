//! A direct message that this server writes itself: of its own account, or of a network. It is said in the language of whoever
//! gets it (docs/adr/0272), and so is what stewards are answered by the API.

use std::sync::LazyLock;

use domain::wording::Wording;
use domain::{Handle, StatusId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;

use crate::jobs::{Outgoing, federate};
use crate::statuses::{Draft, insert};
use crate::text::format::{self, Link, Rel};
use crate::views::acct;
use crate::{App, Result};

const MESSAGES: &str = include_str!("word/messages.tsv");
const ENGLISH: &str = "en";

static WORDING: LazyLock<Wording> = LazyLock::new(|| Wording::read(MESSAGES));

/// In which of our languages somebody is spoken to: that in which they signed up or, where they live elsewhere, that of the
/// message that is answered.
pub(crate) fn language_of(
    conn: &mut DbConnection,
    to: &Account,
    answering: Option<&Status>,
) -> Result<&'static str> {
    let wanted = match storage::users::of_account(conn, to.id)? {
        Some(user) => Some(user.locale),
        None => answering.and_then(|message| message.language.clone()),
    };
    let language = wanted.and_then(|tag| WORDING.language(&tag));
    Ok(language.unwrap_or(ENGLISH))
}

/// Says something to somebody of ours as the server itself. None where the server has no account yet.
pub(crate) fn say_as_server(
    app: &App,
    conn: &mut DbConnection,
    to: &Account,
    text: &str,
    answering: Option<&Status>,
) -> Result<Option<Status>> {
    match storage::accounts::with_uri(conn, &app.addresses().instance_actor())? {
        Some(server) => say(app, conn, &server, to, answering, true, text).map(Some),
        None => Ok(None),
    }
}

/// Says something to somebody as one of our accounts, in the transaction at hand: plain text in English, which they get in
/// their language and after their name. With `local_only` it stays here.
pub(crate) fn say(
    app: &App,
    conn: &mut DbConnection,
    from: &Account,
    to: &Account,
    answering: Option<&Status>,
    local_only: bool,
    text: &str,
) -> Result<Status> {
    let language = language_of(conn, to, answering)?;
    let name = acct(&to.username, to.host.as_deref());
    let text = format!("@{name} {}", reworded(text, language));
    let resolve = |handle: &Handle| {
        let is_to = handle.clone().seen_from(&app.settings().host).key() == to.handle_key;
        is_to.then(|| Link {
            url: to.url.clone(),
            username: to.username.clone(),
        })
    };
    let tag_url = |tag: &str| app.addresses().tag(&domain::text::normalise_tag(tag));
    let content = format::to_html(
        &text,
        app.settings().hosts(),
        Rel::Foreign,
        resolve,
        tag_url,
    );
    let id = StatusId(app.next_id());
    let uri = app.addresses().status(&from.username, id);
    let status = Status {
        url: app.addresses().page(&from.username, id),
        content,
        text,
        language: Some(language.to_owned()),
        local_only,
        ..Status::new(id, from.id, uri, Visibility::Direct, app.now()).below(answering)
    };
    let draft = Draft {
        status,
        author: from,
        mentioned: std::slice::from_ref(to),
        tags: &[],
    };
    let status = insert(app, conn, draft)?;
    if !local_only {
        federate(app, conn, Outgoing::Publish { status: status.id })?;
    }
    Ok(status)
}

/// What we say in English, in another language.
fn reworded(text: &str, language: &str) -> String {
    WORDING.say_lines(text, language)
}

/// What we say in English, in the language that `tag` (`de`, `de-AT`) names, if it is one of ours.
#[must_use]
pub fn in_language(english: &str, tag: &str) -> String {
    match WORDING.language(tag) {
        Some(language) => reworded(english, language),
        None => english.to_owned(),
    }
}

/// A refusal, which has no full stop, in one of our languages; none if that is not in the table.
#[must_use]
pub fn refusal(english: &str, language: &str) -> Option<String> {
    let said = WORDING.say(&format!("{english}."), language)?;
    Some(said.trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn each_language_has_each_message_with_the_same_gaps() {
        assert_eq!(MESSAGES.lines().next(), Some("en\tde\tfr\tes\tcy"));
        assert_eq!(Wording::mistakes(MESSAGES), Vec::<&str>::new());
    }

    #[test]
    fn each_message_of_the_table_is_one_that_the_program_says() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut program = String::new();
        for place in ["src", "../domain/src"] {
            gather(&sources.join(place), &mut program);
        }
        // As the compiler reads them: a text may go on in the next line.
        let pieces: Vec<&str> = program
            .split("\\\n")
            .enumerate()
            .map(|(number, piece)| {
                if number == 0 {
                    piece
                } else {
                    piece.trim_start()
                }
            })
            .collect();
        let program = pieces.concat().replace("\\\"", "\"");
        for row in MESSAGES.lines().skip(1) {
            let english = row.split('\t').next().unwrap();
            let parts = english.split('{').flat_map(|part| part.split('}'));
            // A refusal gets its full stop when it is said.
            for part in parts.map(|part| part.trim().trim_end_matches('.')) {
                assert!(program.contains(part), "nothing says {part:?}");
            }
        }
    }

    fn gather(folder: &Path, program: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                gather(&path, program);
            } else if path.extension().is_some_and(|end| end == "rs") {
                program.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn messages_are_said_whole_in_another_language() {
        let text = "Your practice post “A, b” is up: https://a.example/1\n\n\
                    Colleagues would find and use it more easily if it also said: stage, licence.";
        assert_eq!(
            reworded(text, "de"),
            "Dein Praxisbeitrag „A, b“ ist da: https://a.example/1\n\n\
             Leichter zu finden und zu verwenden wäre er, wenn er auch das sagte: Stufe, Lizenz."
        );
        let proposed =
            "@ada@a.example proposes to ban @mo@b.example, who could neither join nor post then.";
        assert_eq!(
            reworded(proposed, "cy"),
            "Mae @ada@a.example yn cynnig: gwahardd @mo@b.example, na allai wedyn ymuno na phostio."
        );
        // The rules of a network are its stewards' words.
        assert_eq!(
            reworded("The rules:\n\nSwearing is banned.", "fr"),
            "Les règles :\n\nSwearing is banned."
        );
        assert_eq!(reworded(text, ENGLISH), text);
        assert_eq!(
            in_language("The post is back.", "de-AT"),
            "Der Beitrag ist wieder da."
        );
        assert_eq!(in_language("The post is back.", "nl"), "The post is back.");
        assert_eq!(
            refusal("They are not banned", "cy").as_deref(),
            Some("Nid ydynt wedi'u gwahardd")
        );
        assert_eq!(refusal("They are not amused", "cy"), None);
    }
}
