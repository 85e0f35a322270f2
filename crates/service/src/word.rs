//! A word from this server itself to one of its people: a direct message of its own account, which stays here. It is said
//! in the language of whoever gets it (docs/adr/0272), as are the answers of networks.

use std::sync::LazyLock;

use domain::wording::Wording;
use domain::{ContentType, QuotePolicy, StatusId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;

use crate::statuses::{Draft, insert};
use crate::text::format::{self, Link, Rel};
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

/// What we say in English, in another language.
pub(crate) fn reworded(text: &str, language: &str) -> String {
    WORDING.say_lines(text, language)
}

/// Says something to somebody of ours, in the transaction at hand: plain text, after their name. None where the server has
/// no account yet.
pub(crate) fn say(
    app: &App,
    conn: &mut DbConnection,
    to: &Account,
    text: &str,
    answering: Option<&Status>,
) -> Result<Option<Status>> {
    let Some(server) = storage::accounts::with_uri(conn, &app.addresses().instance_actor())? else {
        return Ok(None);
    };
    let id = StatusId(app.next_id());
    let language = language_of(conn, to, answering)?;
    let text = format!("@{} {}", to.username, reworded(text, language));
    let content = format::to_html(
        &text,
        app.settings().hosts(),
        Rel::Foreign,
        |handle| {
            let is_them = handle.host.is_none() && handle.username == to.username;
            is_them.then(|| Link {
                url: to.url.clone(),
                username: to.username.clone(),
            })
        },
        |tag| app.addresses().tag(&domain::text::normalise_tag(tag)),
    );
    let status = Status {
        id,
        account_id: server.id,
        uri: app.addresses().status(&server.username, id),
        url: app.addresses().page(&server.username, id),
        local: true,
        conversation_id: answering.map_or(id, |status| status.conversation_id),
        in_reply_to_id: answering.map(|status| status.id),
        in_reply_to_account_id: answering.map(|status| status.account_id),
        in_reply_to_uri: answering.map(|status| status.uri.clone()),
        reblog_of_id: None,
        visibility: Visibility::Direct,
        content,
        text,
        content_type: ContentType::Plain,
        spoiler_text: String::new(),
        sensitive: false,
        language: Some(language.to_owned()),
        application_id: None,
        emojis: Vec::new(),
        replies_count: 0,
        reblogs_count: 0,
        favourites_count: 0,
        quotes_count: 0,
        quote_policy: QuotePolicy::NOBODY,
        has_poll: false,
        has_quote: false,
        has_source: false,
        card_id: None,
        created_at: app.now(),
        edited_at: None,
        pinned_at: None,
        deleted_at: None,
        local_only: true,
        held_at: None,
    };
    let draft = Draft {
        status,
        author: &server,
        mentioned: std::slice::from_ref(to),
        tags: &[],
    };
    insert(app, conn, draft).map(Some)
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
    }
}
