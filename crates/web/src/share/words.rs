//! What is chosen on the page and goes below an author's words: as hashtags, a mention and a link, as she might have typed it.

use domain::practice::described;
use domain::text::{Hosts, Span, spans};
use domain::vocabulary::{Concept, Scheme, fold};
use domain::{Handle, Host};
use service::practice::Rules;

/// What somebody chose besides her words.
#[derive(Default)]
pub(super) struct Chosen<'a> {
    pub(super) is_practice: bool,
    pub(super) terms: Vec<&'a Concept>,
    /// The network to post to, as seen from here.
    pub(super) network: Option<Handle>,
    /// Address of what it is adapted from.
    pub(super) source: &'a str,
}

impl Chosen<'_> {
    /// What is added to the words; nothing that they say themselves.
    pub(super) fn below(&self, words: &str, rules: &Rules, hosts: Hosts, here: &Host) -> String {
        let (mut tags, mut names) = (Vec::new(), Vec::new());
        for (_, span) in spans(words, hosts) {
            match span {
                Span::Hashtag(tag) => tags.push(tag),
                Span::Mention(handle) => names.push(handle.seen_from(here).key()),
                Span::Text | Span::Url => {}
            }
        }
        let mut line = Vec::new();
        if let Some(network) = &self.network
            && !names.contains(&network.key())
        {
            line.push(format!("@{network}"));
        }
        if self.is_practice && !tags.iter().any(|tag| rules.words.has(tag)) {
            line.push(format!("#{}", rules.words.hashtag()));
        }
        let written = self.terms.iter();
        for tag in written.filter_map(|term| rules.vocabulary.hashtag(term)) {
            if !tags.iter().any(|typed| fold(typed) == fold(&tag)) {
                line.push(format!("#{tag}"));
            }
        }
        let mut parts = Vec::new();
        if !self.source.is_empty() {
            parts.push(format!("Adapted from {}", self.source));
        }
        if !line.is_empty() {
            parts.push(line.join(" "));
        }
        parts.join("\n\n")
    }
}

/// Whether a hashtag says it, and is read as that term again.
pub(super) fn can_be_said(term: &Concept, rules: &Rules) -> bool {
    let Some(tag) = rules.vocabulary.hashtag(term) else {
        return false;
    };
    let read = described(&format!("#{tag}"), &[], &rules.words, &rules.vocabulary);
    match term.scheme {
        Scheme::Licence => read.licence.is_some_and(|licence| licence.id == term.id),
        Scheme::Stage | Scheme::Subject | Scheme::Kind => read
            .concepts()
            .any(|(scheme, id)| scheme == term.scheme && id == term.id),
    }
}

#[cfg(test)]
mod tests {
    use domain::vocabulary::Curriculum;

    use super::*;

    fn rules() -> Rules {
        Rules::new(["practice", "arfer"], Curriculum::England, "").unwrap()
    }

    fn below(words: &str, chosen: &Chosen<'_>, rules: &Rules) -> String {
        let here = "school.example".parse().unwrap();
        chosen.below(words, rules, Hosts::Public, &here)
    }

    #[test]
    fn what_is_chosen_is_read_out_of_the_words_again() {
        let rules = rules();
        let vocabulary = &rules.vocabulary;
        for stage in vocabulary.of_scheme(Scheme::Stage) {
            for licence in vocabulary.of_scheme(Scheme::Licence) {
                let subject = vocabulary.get(Scheme::Subject, "maths").unwrap();
                let chosen = Chosen {
                    is_practice: true,
                    terms: vec![stage, subject, licence],
                    ..Chosen::default()
                };
                let text = format!("Paper strips\n\n{}", below("", &chosen, &rules));
                let read = described(&text, &[], &rules.words, vocabulary);
                assert_eq!(read.title, "Paper strips");
                assert_eq!(read.stages, [stage.id.as_str()], "{text}");
                assert_eq!(read.subjects, ["maths"], "{text}");
                assert_eq!(read.licence.unwrap().id, licence.id, "{text}");
            }
        }
    }

    #[test]
    fn all_terms_of_a_curriculum_can_be_said() {
        let rules = rules();
        for term in Scheme::ALL
            .into_iter()
            .flat_map(|scheme| rules.vocabulary.of_scheme(scheme))
        {
            assert!(can_be_said(term, &rules), "{}", term.key());
        }
        let wales = Rules::new(["arfer"], Curriculum::Wales, "").unwrap();
        let year = |id| wales.vocabulary.get(Scheme::Stage, id).unwrap();
        assert!(can_be_said(year("wales-year8"), &wales));
        assert!(!can_be_said(year("year8"), &wales));
    }

    #[test]
    fn nothing_is_added_that_is_there() {
        let rules = rules();
        let terms = [(Scheme::Stage, "ks3"), (Scheme::Licence, "cc-by")];
        let chosen = Chosen {
            is_practice: true,
            terms: terms
                .into_iter()
                .filter_map(|(scheme, id)| rules.vocabulary.get(scheme, id))
                .collect(),
            network: Some("maths".parse().unwrap()),
            source: "https://oakfield.example/@priya/1",
        };
        assert_eq!(
            below("Paper strips", &chosen, &rules),
            "Adapted from https://oakfield.example/@priya/1\n\n@maths #Practice #KeyStage3 #CCBY"
        );
        let all = "Paper strips for @maths@school.example #arfer #key_stage_3 #ccby";
        let added = below(all, &chosen, &rules);
        assert_eq!(added, "Adapted from https://oakfield.example/@priya/1");
        assert_eq!(below("Paper strips", &Chosen::default(), &rules), "");
        let elsewhere = Chosen {
            network: Some("maths@alliance.example".parse().unwrap()),
            ..Chosen::default()
        };
        let added = below("Paper strips for @maths", &elsewhere, &rules);
        assert_eq!(added, "@maths@alliance.example");
    }
}
