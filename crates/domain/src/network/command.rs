//! What somebody tells a network by a direct message, in plain words of several languages.

use super::manners::{is_courtesy, without_manners};
use super::words::{Word, is_back, words};
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
    /// With the addresses of posts, at least one.
    Post(Deed, Vec<String>),
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
    /// One of these, but with several names.
    Several,
    /// None of these.
    Unknown,
}

impl Command {
    /// Reads a message, without the names at its beginning. Case means nothing, nor do greetings and thanks, or little words. `names`
    /// are those of the network: its title, and its handles as they are mentioned.
    #[must_use]
    pub fn parse(text: &str, names: &[&str]) -> Self {
        let text = without_names(text);
        let all = words(text);
        let (beginning, said) = without_manners(&all);
        let Some((first, rest)) = said.split_first() else {
            let is_empty = text.trim_matches(['.', '!', '?', ':', ',', ' ']).is_empty();
            return if is_empty || beginning.greets {
                Self::Help
            } else {
                Self::Unknown
            };
        };
        let reader = Reader {
            names: names.iter().map(|name| telling(&words(name))).collect(),
            asks: beginning.asks,
        };
        match reader.read(first, rest) {
            Self::Unknown => reader.read_verb_at_the_end(said),
            known => known,
        }
    }
}

/// Others say nothing more about a deed with a post.
const OTHER_WORDS: usize = 2;

/// What has to be known to read a message.
struct Reader {
    /// What the network is called.
    names: Vec<String>,
    /// Whether it was asked for something to read.
    asks: bool,
}

impl Reader {
    fn read(&self, first: &Word<'_>, rest: &[Word<'_>]) -> Command {
        let new_text = || self.new_text(first);
        match first.meaning() {
            "help" if rest.iter().all(Word::is_me) || self.is_it(rest) => Command::Help,
            "stewards" if self.is_it(rest) => Command::Stewards,
            "waiting" if self.is_it(rest) => Command::Waiting,
            "banned" if self.is_it(rest) => Command::Banned,
            "rules" => new_text().map_or(Command::Rules, Command::ChangeRules),
            "description" => new_text().map_or(Command::Description, Command::Describe),
            "practice" => practice(rest),
            "add" if rest.iter().any(Word::is_steward) => self.person(rest, Command::AddSteward),
            "remove" if rest.iter().any(Word::is_steward) => {
                self.person(rest, Command::RemoveSteward)
            }
            "alias" => self.elsewhere(rest, Command::Alias),
            "unalias" => self.elsewhere(rest, Command::Unalias),
            "cancel" if is_move(rest) => Command::MoveBack,
            "move" if is_back(rest) => Command::MoveBack,
            "move" => self.elsewhere(rest, Command::Move),
            "share" => self.share(rest),
            _ => self.deed(first, rest),
        }
    }

    /// As in German. Bare names are none then.
    fn read_verb_at_the_end(&self, said: &[Word<'_>]) -> Command {
        let named = |word: &Word<'_>| word.is_link() || word.is_name() || number(word).is_some();
        match said.split_last() {
            Some((verb, rest)) if rest.iter().any(named) || self.is_it(rest) => {
                self.deed(verb, rest)
            }
            _ => Command::Unknown,
        }
    }

    /// What is said by a verb, before or after what it is for.
    fn deed(&self, verb: &Word<'_>, rest: &[Word<'_>]) -> Command {
        let has_link = rest.iter().any(Word::is_link);
        match verb.meaning() {
            "join" if self.is_it(rest) => Command::Join,
            "leave" if self.is_it(rest) => Command::Leave,
            "confirm" => self.confirm(rest),
            meaning if has_link => {
                deed_of(meaning).map_or(Command::Unknown, |deed| self.post(rest, deed))
            }
            meaning => wish_of(meaning).map_or(Command::Unknown, |wish| self.person(rest, wish)),
        }
    }

    /// What a description or rules are to be, if that is more than thanks.
    fn new_text(&self, word: &Word<'_>) -> Option<String> {
        let text = word.new_text().filter(|_| !self.asks)?;
        let mut said = words(text);
        said.retain(|word| !word.is_name() || !self.names.contains(&word.plain));
        (!is_courtesy(&said)).then(|| text.to_owned())
    }

    /// Whether words say no more than that this network is meant.
    fn is_it(&self, said: &[Word<'_>]) -> bool {
        let told = telling(said);
        if told.is_empty() {
            said.is_empty() || said.iter().any(Word::is_network)
        } else {
            self.names.contains(&told)
        }
    }

    /// Without little words and the network's own name.
    fn things<'w, 'a>(&self, said: &'w [Word<'a>]) -> Vec<&'w Word<'a>> {
        let is_thing = |word: &&Word<'_>| tells(word) && !self.names.contains(&word.plain);
        said.iter().filter(is_thing).collect()
    }

    fn post(&self, said: &[Word<'_>], deed: Deed) -> Command {
        let things = self.things(said);
        let (links, others): (Vec<&Word<'_>>, Vec<&Word<'_>>) =
            things.into_iter().partition(|word| word.is_link());
        // "Remove the pin from it" is another wish.
        let most = match deed {
            Deed::Remove | Deed::Refuse => 0,
            _ => OTHER_WORDS,
        };
        if others.len() > most || said.iter().any(Word::is_negation) {
            return Command::Unknown;
        }
        let links = links.into_iter().map(|word| word.said.to_owned());
        Command::Post(deed, links.collect())
    }

    fn person(&self, said: &[Word<'_>], wish: fn(String) -> Command) -> Command {
        let mut whom: Vec<&Word<'_>> = said.iter().filter(|word| tells(word)).collect();
        whom.retain(|word| !word.is_steward());
        if whom.len() > 1 {
            whom.retain(|word| !self.names.contains(&word.plain));
        }
        match whom.as_slice() {
            [one] if !one.is_link() => wish(one.said.to_owned()),
            [_, _, ..] if whom.iter().all(|word| word.is_name()) => Command::Several,
            _ => Command::Unknown,
        }
    }

    fn elsewhere(&self, said: &[Word<'_>], wish: fn(String) -> Command) -> Command {
        if said.iter().any(Word::is_name) {
            self.person(said, wish)
        } else {
            Command::Unknown
        }
    }

    fn share(&self, said: &[Word<'_>]) -> Command {
        let (key, whom): (Vec<Word<'_>>, Vec<Word<'_>>) = said
            .iter()
            .cloned()
            .partition(|word| word.meaning() == "key");
        if key.is_empty() || !whom.iter().any(Word::is_with) {
            return Command::Unknown;
        }
        self.person(&whom, Command::ShareKey)
    }

    fn confirm(&self, said: &[Word<'_>]) -> Command {
        match self.things(said).as_slice() {
            [one] => number(one).map_or(Command::Unknown, Command::Confirm),
            _ => Command::Unknown,
        }
    }
}

fn deed_of(meaning: &str) -> Option<Deed> {
    Some(match meaning {
        "pin" => Deed::Pin,
        "unpin" => Deed::Unpin,
        "remove" => Deed::Remove,
        "restore" => Deed::Restore,
        "approve" => Deed::Approve,
        "refuse" => Deed::Refuse,
        _ => return None,
    })
}

/// Who is approved or refused asks to join.
fn wish_of(meaning: &str) -> Option<fn(String) -> Command> {
    let wish: fn(String) -> Command = match meaning {
        "accept" | "approve" => Command::Accept,
        "decline" | "refuse" => Command::Decline,
        "invite" => Command::Invite,
        "ban" => Command::Ban,
        "unban" => Command::Unban,
        _ => return None,
    };
    Some(wish)
}

fn practice(said: &[Word<'_>]) -> Command {
    match said {
        [one] => one
            .yes_or_no()
            .map_or(Command::Unknown, Command::PostsArePractice),
        _ => Command::Unknown,
    }
}

fn is_move(said: &[Word<'_>]) -> bool {
    let mut things = said.iter().filter(|word| tells(word));
    things.next().is_some_and(|word| word.meaning() == "move") && things.next().is_none()
}

fn tells(word: &Word<'_>) -> bool {
    !word.is_little() && !word.is_network()
}

/// What words say apart from little ones, as one.
fn telling(said: &[Word<'_>]) -> String {
    let words = said.iter().filter(|word| tells(word));
    words.map(|word| word.plain.as_str()).collect()
}

/// The number that a word is.
fn number(word: &Word<'_>) -> Option<i32> {
    if word.is_link() || word.is_name() {
        return None;
    }
    let digits = word
        .said
        .trim_matches(|character: char| !character.is_ascii_digit());
    digits.parse().ok()
}

#[cfg(test)]
mod tests;
