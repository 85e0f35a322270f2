use proptest::prelude::*;

use super::*;

fn phrase(words: &[&str]) -> Part {
    Part::Phrase(words.iter().map(ToString::to_string).collect())
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

#[test]
fn a_question_is_words_phrases_and_operators() {
    let question = Question::parse(
        r#"Fractions -Réunion "in a row" from:@Ada@school.example -has:media language:EN in:library"#,
    );
    assert_eq!(
        question.parts,
        [
            (phrase(&["fractions"]), true),
            (phrase(&["reunion"]), false),
            (phrase(&["in", "a", "row"]), true),
            (Part::From("@ada@school.example".to_owned()), true),
            (Part::Mark(Mark::Media), false),
            (Part::Mark(Mark::Language("en".to_owned())), true),
        ]
    );
    assert_eq!(question.place, Place::Library);
}

#[test]
fn days_are_a_range() {
    for (text, from, until) in [
        ("before:2026-11-29", None, day("2026-11-29")),
        ("after:2026-11-29", day("2026-11-30"), None),
        ("during:2026-11-29", day("2026-11-29"), day("2026-11-30")),
        (
            "after:2026-01-01 before:2026-02-01",
            day("2026-01-02"),
            day("2026-02-01"),
        ),
    ] {
        assert_eq!(Question::parse(text).days, (from, until), "{text}");
    }
    let no_day = Question::parse("before:lunch");
    assert_eq!(no_day.parts, [(phrase(&["before", "lunch"]), true)]);
}

#[test]
fn a_network_is_a_place_to_look_in() {
    let question = Question::parse("sonnets in:@English@alliance.example -in:@maths in:english");
    assert_eq!(
        question.parts,
        [
            (phrase(&["sonnets"]), true),
            (Part::In("@english@alliance.example".to_owned()), true),
            (Part::In("@maths".to_owned()), false),
            (phrase(&["in", "english"]), true),
        ]
    );
    assert_eq!(question.place, Place::All);
}

#[test]
fn what_is_no_operator_is_words() {
    for (text, words) in [
        ("don't", &["don", "t"][..]),
        ("has:cheese", &["has", "cheese"]),
        ("\"#KeyStage3\"", &["keystage3"]),
        ("KeyStage_3", &["keystage", "3"]),
        ("#2026", &["2026"]),
        ("#a/#b", &["a", "b"]),
        ("\"from:me", &["from", "me"]),
        ("-- AND\" \"", &["and"]),
    ] {
        assert_eq!(
            Question::parse(text).parts,
            [(phrase(words), true)],
            "{text}"
        );
    }
    for text in ["", " \" ", "--", "§§", "\"\"\"", "+"] {
        assert!(Question::parse(text).is_empty(), "{text}");
    }
}

#[test]
fn a_hashtag_is_looked_for_as_a_whole() {
    let tag = |name: &str| Part::Mark(Mark::Tag(name.to_owned()));
    for (text, name) in [
        ("#KeyStage3", "keystage3"),
        ("#hashtag_x", "hashtag_x"),
        ("#Réunion,", "réunion"),
    ] {
        assert_eq!(Question::parse(text).parts, [(tag(name), true)], "{text}");
    }
    assert_eq!(
        Question::parse("-#bees +#wasps ants").parts,
        [
            (tag("bees"), false),
            (tag("wasps"), true),
            (phrase(&["ants"]), true)
        ]
    );
}

#[test]
fn no_hashtag_has_the_token_of_another() {
    let tokens = [
        "hashtag",
        "hashtag_x",
        "hashtag_",
        "hashtagx",
        "日本語",
        "a·b",
    ];
    let tokens = tokens.map(|name| Mark::Tag(name.to_owned()).token());
    for (place, token) in tokens.iter().enumerate() {
        assert!(!tokens[..place].contains(token), "{token}");
        assert!(
            !token.contains(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()),
            "{token}"
        );
    }
    let odd = Mark::Tag(format!("it's \\ \u{3000}\0{}", "x".repeat(500))).token();
    assert_eq!(odd, format!("§tits{}", "x".repeat(197)));
}

#[test]
fn words_are_folded() {
    for (text, expected) in [
        ("Crème BRÛLÉE", &["creme", "brulee"][..]),
        ("Straße, ﬁne №5", &["straße", "fine", "no5"]),
        ("日本語 ok", &["日", "本", "語", "ok"]),
        ("한국어", &["한국어"]),
        ("हिन्दी", &["हिन्दी"]),
        ("e\u{301}te\u{301}", &["ete"]),
        ("§public §u1", &["public", "u1"]),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
    assert_eq!(words(&"a".repeat(1_000)), ["a".repeat(64)]);
    assert_eq!(words(&"a ".repeat(100_000)).len(), 5_000);
}

proptest! {
    #[test]
    fn no_question_is_too_much(text in "\\PC{0,300}") {
        let question = Question::parse(&text);
        prop_assert!(question.parts.len() <= PARTS);
    }

    #[test]
    fn words_are_words_however_often_they_are_folded(text in "\\PC{0,100}") {
        let once = words(&text);
        for word in &once {
            prop_assert!(!word.is_empty());
            prop_assert!(!word.contains(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()), "{:?}", word);
            prop_assert!(!word.contains(SIGN));
        }
    }
}

#[test]
fn quotation_marks_of_any_language_make_a_phrase() {
    let plain = Question::parse("-\"crème brûlée\" tea");
    assert_eq!(plain.parts.len(), 2);
    for text in [
        "-“crème brûlée” tea",
        "-« crème brûlée » tea",
        "-„crème brûlée“ tea",
        "-「crème brûlée」 tea",
    ] {
        assert_eq!(Question::parse(text), plain, "{text}");
    }
}
