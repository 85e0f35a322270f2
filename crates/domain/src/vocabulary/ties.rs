//! Whether terms of an administrator can stand where they are put.

use super::tags::spelt;
use super::{Concept, Scheme, Vocabulary};

impl Vocabulary {
    /// What is wrong with the term to which a concept is said to belong: it is not there, or belongs to the concept itself.
    #[must_use]
    pub fn fault(&self, concept: &Concept) -> Option<String> {
        let mut way: Vec<&str> = Vec::new();
        let mut next = concept.broader.as_deref();
        while let Some(id) = next {
            if id == concept.id {
                let by_way = match way.as_slice() {
                    [] => String::new(),
                    way => format!(", by way of {}", way.join(", ")),
                };
                return Some(format!("{} belongs to itself{by_way}", concept.key()));
            }
            // Of another circle, and of what is missing further up, those complain that are in it.
            if way.contains(&id) {
                return None;
            }
            let Some(above) = self.get(concept.scheme, id) else {
                let is_its_own = way.is_empty();
                return is_its_own
                    .then(|| format!("{} belongs to {id}, which is not there", concept.key()));
            };
            way.push(&above.id);
            next = above.broader.as_deref();
        }
        None
    }

    /// The concept of a scheme of which a hashtag is a spelling.
    #[must_use]
    pub fn spelt_as(&self, scheme: Scheme, tag: &str) -> Option<&Concept> {
        let found = self.with_tag(&spelt(tag)).into_iter();
        let mut found = found.filter(|concept| concept.scheme == scheme);
        found.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{Curriculum, own_terms};

    #[test]
    fn what_a_term_belongs_to_is_there_and_no_circle() {
        let own = "subject\twaves\tsurf\t\t\ten=Waves\n\
                   subject\tsurf\tscience\t\t\ten=Surf\n\
                   subject\tlost\tnope\t\t\ten=Lost\n\
                   subject\tbelow\tlost\t\t\ten=Below\n\
                   subject\talone\talone\t\t\ten=Alone\n\
                   subject\tone\ttwo\t\t\ten=One\n\
                   subject\ttwo\tone\t\t\ten=Two\n\
                   subject\tbeside\tone\t\t\ten=Beside\n";
        let all = Vocabulary::new(Curriculum::England, own).unwrap();
        let terms = own_terms(own).unwrap();
        let faults: Vec<String> = terms.iter().filter_map(|term| all.fault(term)).collect();
        assert_eq!(
            faults,
            [
                "subject/lost belongs to nope, which is not there",
                "subject/alone belongs to itself",
                "subject/one belongs to itself, by way of two",
                "subject/two belongs to itself, by way of one",
            ]
        );
    }
}
