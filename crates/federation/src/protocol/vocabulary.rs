//! The types of ActivityStreams that mean something to us. FEDERATION.md (FEP-67ff) lists them all.

use domain::AccountKind;
use serde::Serialize;
use serde_json::Value;

use super::read::kind;

/// A list of words, once: what is matched on is what is listed.
macro_rules! words {
    ($(#[$about:meta])* $name:ident: $($word:ident)*) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        pub(crate) enum $name {
            $($word),*
        }

        impl $name {
            /// What an object is; none of a type that means nothing to us.
            pub(crate) fn of(object: &Value) -> Option<Self> {
                match kind(object) {
                    $(stringify!($word) => Some(Self::$word),)*
                    _ => None,
                }
            }

            #[cfg(test)]
            const ALL: &[&str] = &[$(stringify!($word)),*];
        }
    };
}

words!(
    /// What somebody does. `EmojiReact` is of FEP-c0e0.
    Activity: Accept Add Announce Block Create Delete EmojiReact FeatureRequest Flag Follow Like Move QuoteRequest Reject Remove Undo Update
);

impl Activity {
    /// As it stands in the id of one.
    pub(crate) fn in_id(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

words!(
    /// What a group passes on: FEP-1b12.
    Relayed: Create Delete EmojiReact Like Undo Update
);

words!(
    /// What is read as a status.
    Post: Article Audio ChatMessage Event Image Note Page Question Video
);

words!(
    /// Who does something.
    Actor: Application Group Organization Person Service
);

impl From<Actor> for AccountKind {
    fn from(actor: Actor) -> Self {
        match actor {
            Actor::Application => Self::Application,
            Actor::Group => Self::Group,
            Actor::Organization => Self::Organization,
            Actor::Person => Self::Person,
            Actor::Service => Self::Service,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::discovery::{PROTOCOLS, VERSIONS};

    type Words = BTreeSet<String>;

    /// What FEDERATION.md has in the row of that name.
    fn listed(row: &str) -> Words {
        let text = include_str!("../../../../FEDERATION.md");
        let start = format!("| {row} | ");
        let cells: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix(&start))
            .collect();
        assert_eq!(cells.len(), 1, "FEDERATION.md has a row for {row}");
        let words = cells[0].trim_end_matches(" |").split(", ");
        words
            .map(|word| word.trim_matches('`').to_owned())
            .collect()
    }

    fn words(list: &[&str]) -> Words {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    /// The program text of this crate below `place`, without its tests.
    fn source(place: &Path) -> String {
        if place.is_dir() {
            let entries = std::fs::read_dir(place).unwrap();
            return entries
                .map(|entry| source(&entry.unwrap().path()))
                .collect();
        }
        let is_program = place.extension().is_some_and(|kind| kind == "rs");
        if !is_program || place.ends_with("tests.rs") {
            return String::new();
        }
        let text = std::fs::read_to_string(place).unwrap();
        text.split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap()
            .to_owned()
    }

    /// The words that stand behind `start` in the program text below `places`, if they look like what is looked for.
    fn behind(start: &str, places: &[&str], is_one: impl Fn(&str) -> bool) -> Words {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let text: String = places
            .iter()
            .map(|place| source(&root.join(place)))
            .collect();
        let word = |rest: &str| {
            let letters = rest.chars().take_while(char::is_ascii_alphanumeric);
            letters.collect::<String>()
        };
        text.split(start)
            .skip(1)
            .map(word)
            .filter(|word| is_one(word))
            .collect()
    }

    fn is_type(word: &str) -> bool {
        word.starts_with(|letter: char| letter.is_ascii_uppercase())
    }

    #[test]
    fn federation_md_lists_what_is_read() {
        assert_eq!(listed("Activities read"), words(Activity::ALL));
        assert_eq!(listed("Passed on by groups"), words(Relayed::ALL));
        assert_eq!(listed("Posts read"), words(Post::ALL));
        assert_eq!(listed("Actors read"), words(Actor::ALL));
    }

    #[test]
    fn federation_md_lists_what_is_sent() {
        let activities = behind(
            "Activity::",
            &["outgoing.rs", "outgoing", "convert", "way.rs"],
            is_type,
        );
        assert_eq!(listed("Activities sent"), activities);
        let mut objects = behind("\"type\": \"", &["."], is_type);
        objects.extend(behind("\"type\".to_owned(), json!(\"", &["."], is_type));
        // Those of stamps.
        objects.extend(behind("kind: \"", &["convert"], is_type));
        assert_eq!(listed("Objects sent"), objects);
    }

    #[test]
    fn federation_md_lists_the_feps_that_the_code_follows() {
        let feps = behind("FEP-", &["../.."], |word| word.len() == 4);
        assert_eq!(listed("FEPs"), feps);
    }

    #[test]
    fn federation_md_lists_what_nodeinfo_says() {
        assert_eq!(listed("NodeInfo"), words(&VERSIONS));
        assert_eq!(listed("Protocols"), words(&PROTOCOLS));
    }
}
