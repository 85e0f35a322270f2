//! A post, plain or as HTML: what it says of itself and of what it comes from is in it, and is little.

use std::collections::HashSet;
use std::sync::LazyLock;

use domain::lineage::{CONTEXT, SOURCES, sources, use_of};
use domain::practice::{Words, described, title, understood};
use domain::vocabulary::{Curriculum, Vocabulary};
use service::text::flow;

static VOCABULARY: LazyLock<Vocabulary> =
    LazyLock::new(|| Vocabulary::new(Curriculum::England, "").unwrap());

pub fn practice(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let pieces = flow(text);
    let sources = sources(&pieces);
    assert!(sources.len() <= SOURCES);
    let mut addresses = HashSet::new();
    for source in &sources {
        assert!(addresses.insert(&source.address), "{}", source.address);
        assert!(source.context.chars().count() <= CONTEXT);
    }
    if let Some((_, context)) = use_of(&pieces) {
        assert!(context.chars().count() <= CONTEXT);
    }
    let words = Words::new(["practice"]);
    let practice = described(text, &[], &words, &VOCABULARY);
    assert_eq!(practice.title, title(text, &words));
    let mut concepts = HashSet::new();
    for (scheme, id) in practice.concepts() {
        assert!(concepts.insert((scheme.name(), id)), "{id}");
    }
    let _ = understood(text, &VOCABULARY);
}
