//! What somebody tells a network by a direct message, in plain words of several languages.

use super::words::{
    TO, WITH, is_back, is_courtesy, is_steward, meant, without_openings, yes_or_no,
};
use crate::text::without_names;

/// What is done with a post or a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Pin,
    Unpin,
    Remove,
    Restore,
    Approve,
    Refuse,
}

/// A message, understood. Whom it names stands in its mentions, or is a handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Help,
    Join,
    Leave,
    Stewards,
    Rules,
    Description,
    /// What waits for a steward.
    Waiting,
    /// Who may neither join nor post.
    Banned,
    /// With the address of a post.
    Post(Deed, String),
    Accept(String),
    Decline(String),
    Invite(String),
    Ban(String),
    Unban(String),
    AddSteward(String),
    RemoveSteward(String),
    /// With a new description.
    Describe(String),
    /// With the name of a network elsewhere, as the two that follow.
    Alias(String),
    Unalias(String),
    Move(String),
    MoveBack,
    /// With the name of another steward.
    ShareKey(String),
    ChangeRules(String),
    /// Whether all posts are practice.
    PostsArePractice(bool),
    Confirm(i32),
    /// None of these.
    Unknown,
}

impl Command {
    /// Reads a message, without the names at its beginning. Case means nothing, nor does a full stop at the end, or "please".
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = without_openings(without_names(text));
        let (first, rest) = split(text);
        let rest = if is_courtesy(rest) { "" } else { rest };
        let is_question = text.ends_with('?');
        let (second, last) = split(rest);
        let is_empty = first.trim_end_matches(['.', '!', '?', ':', ',']).is_empty();
        let thing = || rest.trim().trim_end_matches('.').to_owned();
        let link = || link_in(rest).map_or_else(thing, str::to_owned);
        match meant(first) {
            "help" => Self::Help,
            "" if is_empty => Self::Help,
            "join" => Self::Join,
            "leave" => Self::Leave,
            "stewards" => Self::Stewards,
            "rules" if rest.is_empty() || is_question => Self::Rules,
            "rules" => Self::ChangeRules(rest.to_owned()),
            "description" if rest.is_empty() || is_question => Self::Description,
            "description" => Self::Describe(rest.to_owned()),
            "practice" if is_courtesy(last) => {
                yes_or_no(second).map_or(Self::Unknown, Self::PostsArePractice)
            }
            "waiting" => Self::Waiting,
            "banned" => Self::Banned,
            "pin" => Self::Post(Deed::Pin, link()),
            "unpin" => Self::Post(Deed::Unpin, link()),
            "remove" if is_steward(second) => Self::RemoveSteward(last.to_owned()),
            "remove" => Self::Post(Deed::Remove, link()),
            "restore" => Self::Post(Deed::Restore, link()),
            "approve" => Self::Post(Deed::Approve, link()),
            "refuse" => Self::Post(Deed::Refuse, link()),
            "accept" => Self::Accept(thing()),
            "decline" => Self::Decline(thing()),
            "invite" => Self::Invite(thing()),
            "ban" => Self::Ban(thing()),
            "unban" => Self::Unban(thing()),
            "add" if is_steward(second) => Self::AddSteward(last.to_owned()),
            "alias" => Self::Alias(thing()),
            "unalias" => Self::Unalias(thing()),
            "move" if is_back(rest) => Self::MoveBack,
            "cancel" if meant(second) == "move" => Self::MoveBack,
            "move" => Self::Move(after(&TO, rest).to_owned()),
            "share" if meant(second) == "key" => Self::ShareKey(after(&WITH, last).to_owned()),
            "confirm" => numbered(second).map_or(Self::Unknown, Self::Confirm),
            _ => Self::Unknown,
        }
    }
}

/// What comes after one of these words, if that is the first.
fn after<'a>(words: &[&str], text: &'a str) -> &'a str {
    let (first, rest) = split(text);
    if words.contains(&first.to_lowercase().as_str()) {
        rest
    } else {
        text
    }
}

/// The number in a word.
fn numbered(word: &str) -> Option<i32> {
    let digits = word.trim_matches(|character: char| !character.is_ascii_digit());
    digits.parse().ok()
}

/// The first link, without what stands around it.
fn link_in(text: &str) -> Option<&str> {
    let word = text.split_whitespace().find(|word| word.contains("://"))?;
    Some(word.trim_matches(|character: char| "<>()[]«»“”„\"'.,;:!?".contains(character)))
}

/// The first word, and what comes after it.
fn split(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_understood() {
        let link = "https://school.example/@ada/1".to_owned();
        for (text, expected) in [
            ("@english help", Command::Help),
            ("@english@alliance.example Help!", Command::Help),
            ("@english", Command::Help),
            ("@english leave.", Command::Leave),
            ("@english join", Command::Join),
            ("@english rules", Command::Rules),
            (
                "@english Rules: Be kind.\nStay on topic.",
                Command::ChangeRules("Be kind.\nStay on topic.".to_owned()),
            ),
            (
                "@english pin https://school.example/@ada/1",
                Command::Post(Deed::Pin, link.clone()),
            ),
            (
                "@english  Remove https://school.example/@ada/1.",
                Command::Post(Deed::Remove, link.clone()),
            ),
            ("@english ban @mo", Command::Ban("@mo".to_owned())),
            (
                "@english add steward @mo@b.example",
                Command::AddSteward("@mo@b.example".to_owned()),
            ),
            (
                "@english remove steward @mo",
                Command::RemoveSteward("@mo".to_owned()),
            ),
            ("@english description", Command::Description),
            (
                "@english Description: For all who teach it.",
                Command::Describe("For all who teach it.".to_owned()),
            ),
            (
                "@english alias @english@a.example",
                Command::Alias("@english@a.example".to_owned()),
            ),
            (
                "@english Move to english@b.example",
                Command::Move("english@b.example".to_owned()),
            ),
            (
                "@english move english@b.example",
                Command::Move("english@b.example".to_owned()),
            ),
            (
                "@english share key with mo@b.example",
                Command::ShareKey("mo@b.example".to_owned()),
            ),
            ("@english share the joy", Command::Unknown),
            ("@english practice: Yes.", Command::PostsArePractice(true)),
            ("@english practice off", Command::PostsArePractice(false)),
            ("@english practice makes perfect", Command::Unknown),
            ("@english confirm 12", Command::Confirm(12)),
            (
                "@english Please pin https://school.example/@ada/1",
                Command::Post(Deed::Pin, link.clone()),
            ),
            (
                "@english Can you remove this one: <https://school.example/@ada/1>, please?",
                Command::Post(Deed::Remove, link.clone()),
            ),
            ("@english Who are the stewards?", Command::Stewards),
            ("@english Who is banned?", Command::Banned),
            ("@english Gesperrt, bitte", Command::Banned),
            ("@english expulsados", Command::Banned),
            (
                "@english What are the rules of this network?",
                Command::Rules,
            ),
            ("@english Rules, please", Command::Rules),
            ("@english Règles ?", Command::Rules),
            ("@english Descripción, por favor", Command::Description),
            ("@english I want to leave", Command::Leave),
            ("@english unsubscribe", Command::Leave),
            ("@english please", Command::Unknown),
            ("@english ban @merci", Command::Ban("@merci".to_owned())),
            ("@english confirm 3, please", Command::Confirm(3)),
            (
                "@english practice yes please",
                Command::PostsArePractice(true),
            ),
            ("@english Hilfe!", Command::Help),
            ("@english ayuda", Command::Help),
            ("@english Règles", Command::Rules),
            (
                "@english reglas: Sé amable.",
                Command::ChangeRules("Sé amable.".to_owned()),
            ),
            (
                "@english ychwanegu stiward @mo@b.example",
                Command::AddSteward("@mo@b.example".to_owned()),
            ),
            (
                "@english retirer responsable @mo",
                Command::RemoveSteward("@mo".to_owned()),
            ),
            ("@english Bestätigen 3", Command::Confirm(3)),
            (
                "@english descripción: Para quien la enseña.",
                Command::Describe("Para quien la enseña.".to_owned()),
            ),
            (
                "@english dadarallenw english@a.example",
                Command::Unalias("english@a.example".to_owned()),
            ),
            (
                "@english umziehen nach english@b.example",
                Command::Move("english@b.example".to_owned()),
            ),
            ("@english Move back.", Command::MoveBack),
            ("@english cancel move", Command::MoveBack),
            ("@english umziehen zurück", Command::MoveBack),
            ("@english Umzug abbrechen", Command::MoveBack),
            ("@english déménager retour", Command::MoveBack),
            ("@english cancelar traslado", Command::MoveBack),
            ("@english symud yn ôl", Command::MoveBack),
            ("@english cancel everything", Command::Unknown),
            (
                "@english move to back@b.example",
                Command::Move("back@b.example".to_owned()),
            ),
            (
                "@english Déménager à english@b.example",
                Command::Move("english@b.example".to_owned()),
            ),
            (
                "@english partager clé avec mo@b.example",
                Command::ShareKey("mo@b.example".to_owned()),
            ),
            ("@english práctica sí", Command::PostsArePractice(true)),
            ("@english praxis nein", Command::PostsArePractice(false)),
            (
                "@english lösen https://school.example/@ada/1",
                Command::Post(Deed::Unpin, "https://school.example/@ada/1".to_owned()),
            ),
            ("@english 👍", Command::Unknown),
            ("@english confirm it", Command::Unknown),
            ("@english what is this?", Command::Unknown),
        ] {
            assert_eq!(Command::parse(text), expected, "{text}");
        }
    }
}
