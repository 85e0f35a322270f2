//! The words by which practice is described: stages, subjects, kinds of resource and licences, as a small SKOS vocabulary.
//! <https://www.w3.org/TR/skos-reference/>

mod parse;
mod tags;
mod ties;

use std::collections::HashMap;
use std::str::FromStr;

pub use parse::{Mistake, own_terms, written};
pub(crate) use tags::is_slip;
use tags::spelt;
pub use tags::{fold, joined};

/// The shipped tables; stages by curriculum.
const GENERIC: &str = include_str!("data/generic.tsv");
const ENGLAND: &str = include_str!("data/england.tsv");
const SCOTLAND: &str = include_str!("data/scotland.tsv");
const WALES: &str = include_str!("data/wales.tsv");
const SUBJECTS: &str = include_str!("data/subjects.tsv");
const KINDS: &str = include_str!("data/kinds.tsv");
const LICENCES: &str = include_str!("data/licences.tsv");

/// How far up broader concepts are looked for: no chain of ours is longer, and one of an administrator may be a circle.
const DEPTH: usize = 5;

/// What a concept says about a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    Stage,
    Subject,
    Kind,
    Licence,
}

impl Scheme {
    pub const ALL: [Self; 4] = [Self::Stage, Self::Subject, Self::Kind, Self::Licence];

    /// Its name in addresses and in the names of concepts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stage => "phase",
            Self::Subject => "subject",
            Self::Kind => "kind",
            Self::Licence => "licence",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Stage => "Stages",
            Self::Subject => "Subjects",
            Self::Kind => "Kinds of resource",
            Self::Licence => "Licences",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }
}

/// Whose stages a hashtag means first where several curricula have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Curriculum {
    #[default]
    England,
    Scotland,
    Wales,
    /// None: only stages that all have.
    Generic,
}

impl FromStr for Curriculum {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "england" => Ok(Self::England),
            "scotland" => Ok(Self::Scotland),
            "wales" => Ok(Self::Wales),
            "generic" => Ok(Self::Generic),
            _ => Err("must be england, scotland, wales or generic"),
        }
    }
}

/// A concept of another vocabulary that is the same, or a broader one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub is_exact: bool,
    pub uri: String,
}

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    pub scheme: Scheme,
    /// Within its scheme.
    pub id: String,
    /// Id of the concept to which it belongs.
    pub broader: Option<String>,
    pub matches: Option<Match>,
    /// Hashtags that mean it, besides its id and its labels; in small letters.
    pub tags: Vec<String>,
    /// Language and label; English first.
    pub labels: Vec<(String, String)>,
}

impl Concept {
    /// Its name among all concepts, such as `phase/ks3`.
    #[must_use]
    pub fn key(&self) -> String {
        key(self.scheme, &self.id)
    }

    /// The label in a language, or in English.
    #[must_use]
    pub fn label(&self, language: &str) -> &str {
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        let in_language = self.labels.iter().find(|(code, _)| code == primary);
        let found = in_language.or_else(|| self.labels.first());
        found.map_or(self.id.as_str(), |(_, label)| label)
    }

    /// All that means it as a hashtag, with accents.
    fn spellings(&self) -> impl Iterator<Item = String> {
        let labels = self.labels.iter().map(|(_, label)| spelt(label));
        std::iter::once(spelt(&self.id))
            .chain(self.tags.iter().cloned())
            .chain(labels)
    }
}

/// The name of a concept among all, such as `phase/ks3`.
#[must_use]
pub fn key(scheme: Scheme, id: &str) -> String {
    format!("{}/{id}", scheme.name())
}

/// All terms that this server knows.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    concepts: Vec<Concept>,
    by_key: HashMap<String, usize>,
    /// Hashtags, also without accents, with what they mean: one concept of each scheme at most.
    by_tag: HashMap<String, Vec<usize>>,
}

impl Vocabulary {
    /// The shipped terms, and those of the administrator: a table like ours with the scheme as a further first column.
    /// A term of theirs with the id of one of ours stands in its place.
    ///
    /// # Errors
    /// If a line of theirs is no term.
    pub fn new(curriculum: Curriculum, own: &str) -> Result<Self, Mistake> {
        let own = own_terms(own)?;
        let stages = |text| parse::shipped(Scheme::Stage, text);
        let mut curricula = vec![
            (Curriculum::England, ENGLAND),
            (Curriculum::Scotland, SCOTLAND),
            (Curriculum::Wales, WALES),
        ];
        curricula.sort_by_key(|(of, _)| *of != curriculum);
        // Whoever comes first has the hashtag.
        let mut concepts = own;
        if curriculum == Curriculum::Generic {
            concepts.extend(stages(GENERIC));
            concepts.extend(curricula.into_iter().flat_map(|(_, text)| stages(text)));
        } else {
            let mut texts = curricula.into_iter().map(|(_, text)| text);
            concepts.extend(texts.next().into_iter().flat_map(stages));
            concepts.extend(stages(GENERIC));
            concepts.extend(texts.flat_map(stages));
        }
        concepts.extend(parse::shipped(Scheme::Subject, SUBJECTS));
        concepts.extend(parse::shipped(Scheme::Kind, KINDS));
        concepts.extend(parse::shipped(Scheme::Licence, LICENCES));
        Ok(Self::of(concepts))
    }

    fn of(all: Vec<Concept>) -> Self {
        let mut vocabulary = Self::default();
        for concept in all {
            if !vocabulary.by_key.contains_key(&concept.key()) {
                let place = vocabulary.concepts.len();
                vocabulary.by_key.insert(concept.key(), place);
                vocabulary.concepts.push(concept);
            }
        }
        // What is written so comes before what is only written without accents.
        for folds in [false, true] {
            for place in 0..vocabulary.concepts.len() {
                vocabulary.name(place, folds);
            }
        }
        vocabulary
    }

    /// Lets the hashtags of a concept mean it, unless they mean another of its scheme.
    fn name(&mut self, place: usize, folds: bool) {
        let Some(concept) = self.concepts.get(place) else {
            return;
        };
        for tag in concept.spellings() {
            let tag = if folds { fold(&tag) } else { tag };
            let meanings = self.by_tag.entry(tag).or_default();
            let known = |place: &usize| {
                let other = self.concepts.get(*place);
                other.is_some_and(|other| other.scheme == concept.scheme)
            };
            if !meanings.iter().any(known) {
                meanings.push(place);
            }
        }
    }

    /// All terms of a scheme, as they are listed.
    pub fn of_scheme(&self, scheme: Scheme) -> impl Iterator<Item = &Concept> {
        self.concepts
            .iter()
            .filter(move |concept| concept.scheme == scheme)
    }

    #[must_use]
    pub fn get(&self, scheme: Scheme, id: &str) -> Option<&Concept> {
        self.with_key(&key(scheme, id))
    }

    #[must_use]
    pub fn with_key(&self, key: &str) -> Option<&Concept> {
        self.concepts.get(*self.by_key.get(key)?)
    }

    /// What another vocabulary's term means here: the one that is the same.
    #[must_use]
    pub fn matching(&self, scheme: Scheme, uri: &str) -> Option<&Concept> {
        let is_it = |concept: &&Concept| {
            let exact = concept.matches.as_ref().filter(|of| of.is_exact);
            exact.is_some_and(|of| of.uri == uri)
        };
        self.of_scheme(scheme).find(is_it)
    }

    /// What a concept belongs to, from near to far.
    #[must_use]
    pub fn broader<'a>(&'a self, concept: &'a Concept) -> Vec<&'a Concept> {
        let above = |of: &&'a Concept| self.get(of.scheme, of.broader.as_deref()?);
        std::iter::successors(above(&concept), above)
            .take(DEPTH)
            .collect()
    }

    /// The nearest term of another vocabulary: of the concept or of what it belongs to.
    #[must_use]
    pub fn match_of<'a>(&'a self, concept: &'a Concept) -> Option<&'a str> {
        let above = self.broader(concept);
        let mut all = std::iter::once(concept).chain(above);
        all.find_map(|concept| concept.matches.as_ref())
            .map(|of| of.uri.as_str())
    }

    /// The concepts that carry this tag as one of their spellings.
    fn with_tag(&self, tag: &str) -> Vec<&Concept> {
        let places = self.by_tag.get(tag).into_iter().flatten();
        places
            .filter_map(|place| self.concepts.get(*place))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(curriculum: Curriculum) -> Vocabulary {
        Vocabulary::new(curriculum, "").unwrap()
    }

    fn meant(vocabulary: &Vocabulary, tag: &str) -> Vec<String> {
        vocabulary.meant_by(tag).iter().map(|of| of.key()).collect()
    }

    #[test]
    fn what_is_written_of_a_term_is_read_as_that_term() {
        for concept in &vocabulary(Curriculum::England).concepts {
            let read = own_terms(&written(concept)).unwrap();
            assert_eq!(read, std::slice::from_ref(concept));
        }
    }

    #[test]
    fn every_shipped_line_is_a_term_and_what_it_names_is_there() {
        let lines = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        let shipped = [GENERIC, ENGLAND, SCOTLAND, WALES, SUBJECTS, KINDS, LICENCES];
        let all = vocabulary(Curriculum::England);
        assert_eq!(
            all.concepts.len(),
            shipped.into_iter().map(lines).sum::<usize>()
        );
        for concept in &all.concepts {
            assert_eq!(concept.labels[0].0, "en", "{}", concept.key());
            if let Some(broader) = &concept.broader {
                assert!(
                    all.get(concept.scheme, broader).is_some(),
                    "{} belongs to {broader}",
                    concept.key()
                );
            }
        }
    }

    #[test]
    fn a_year_belongs_to_its_key_stage() {
        let all = vocabulary(Curriculum::England);
        let year = all.get(Scheme::Stage, "year8").unwrap();
        let above: Vec<&str> = all.broader(year).iter().map(|of| of.id.as_str()).collect();
        assert_eq!(above, ["ks3", "lower-secondary"]);
        assert_eq!(
            all.match_of(year),
            Some("https://w3id.org/kim/educationalLevel/level_2")
        );
    }

    #[test]
    fn hashtags_mean_what_the_curriculum_has() {
        assert_eq!(
            meant(&vocabulary(Curriculum::England), "Year8"),
            ["phase/year8"]
        );
        assert_eq!(
            meant(&vocabulary(Curriculum::Wales), "Year8"),
            ["phase/wales-year8"]
        );
        assert_eq!(
            meant(&vocabulary(Curriculum::Scotland), "Year8"),
            ["phase/year8"]
        );
        assert_eq!(meant(&vocabulary(Curriculum::England), "P4"), ["phase/p4"]);
        assert_eq!(
            meant(&vocabulary(Curriculum::England), "KeyStage3"),
            ["phase/ks3"]
        );
    }

    #[test]
    fn administrators_add_terms_and_replace_ours() {
        let own = "subject\tsurf-science\tscience\t\tsurfing\ten=Surf science\n\
                   subject\tmaths\t\t\tsums\ten=Sums\n";
        let all = Vocabulary::new(Curriculum::England, own).unwrap();
        assert_eq!(meant(&all, "surfing"), ["subject/surf-science"]);
        assert_eq!(
            all.get(Scheme::Subject, "maths").unwrap().label("en"),
            "Sums"
        );
        for bad in [
            "subject\tx",
            "colour\tred\t\t\t\ten=Red",
            "subject\tNo Id\t\t\t\ten=No",
            "subject\tx\t\thttps://x.example\t\ten=X",
            "subject\tx\t\t\t\t",
        ] {
            assert!(Vocabulary::new(Curriculum::England, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn labels_are_in_the_language_asked_for_or_english() {
        let all = vocabulary(Curriculum::England);
        let maths = all.get(Scheme::Subject, "maths").unwrap();
        assert_eq!(maths.label("cy-GB"), "Mathemateg");
        assert_eq!(maths.label("ja"), "Mathematics");
        let biology = all.get(Scheme::Subject, "biology").unwrap();
        assert_eq!(biology.label("fr"), "Biologie");
    }

    #[test]
    fn subjects_have_labels_in_five_languages() {
        let all = vocabulary(Curriculum::England);
        // The letters are the same everywhere.
        for subject in all.of_scheme(Scheme::Subject).filter(|of| of.id != "stem") {
            for language in ["en", "cy", "de", "fr", "es"] {
                let known = subject.labels.iter().any(|(code, _)| code == language);
                assert!(known, "{}: {language}", subject.id);
            }
        }
    }
}
