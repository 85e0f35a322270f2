use proptest::prelude::*;

use super::*;
use crate::text::{Hosts, Span, spans};

/// Plain text, in pieces.
fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            found.push(Piece::End);
        }
        for (range, span) in spans(line, Hosts::Public) {
            let part = line[range].to_owned();
            found.push(match span {
                Span::Text => Piece::Words(part),
                Span::Url => Piece::Link {
                    address: part.clone(),
                    words: part,
                },
                Span::Mention(_) => Piece::Mention,
                Span::Hashtag(name) => Piece::Tag(name),
            });
        }
    }
    found
}

fn named(text: &str) -> Vec<String> {
    let found = sources(&pieces(text));
    found.into_iter().map(|source| source.address).collect()
}

const ONE: &str = "https://riverside.example/@tom/1";
const TWO: &str = "https://oakfield.example/@priya/2";

#[test]
fn a_source_is_named_in_many_languages() {
    for wording in [
        "Adapted from LINK",
        "adapted from: LINK",
        "A quiz (adapted from LINK).",
        "Adapted from @tom@riverside.example's five-tick tracker: LINK",
        "Adapted from Mr. Hughes's tracker at LINK",
        "This is based on LINK",
        "Adapted from\nLINK",
        "Adapted from:\n\nLINK",
        "ADAPTED FROM LINK!",
        "Addaswyd o LINK",
        "Wedi’i addasu o LINK",
        "Yn seiliedig ar LINK",
        "Adapté de LINK",
        "Adaptée d’après LINK",
        "Basé sur LINK",
        "Adaptiert von LINK",
        "Basierend auf LINK",
        "Das beruht auf LINK",
        "Adaptado de LINK",
        "Basada en LINK",
        "Adattato da LINK",
        "Gebaseerd op LINK",
        "Based upon LINK",
        "Borrowed from LINK, for Year 7",
        "Adapted with permission from LINK",
        "Translated from LINK",
        "Cyfieithwyd o LINK",
        "Adapté à partir de LINK",
        "Traduit de LINK",
        "Eine Bearbeitung von LINK",
        "Übersetzt von LINK",
        "Adaptado a partir de LINK",
        "Traducido de LINK",
        "Translation of LINK",
        "Traducción de LINK",
        "Übersetzung von LINK",
        "Cyfieithiad o LINK",
        "D’après LINK",
        "Inspiré de LINK",
        "Adapted this: LINK",
        "LINK - adapted from this",
        "LINK – adapted from this, for Year 9",
        "We reworked LINK",
        "Re-worked from LINK",
        "A tweaked version of LINK",
        "Angepasst aus LINK",
        "Based loosely on LINK",
        "Adapted\nfrom LINK",
        "Adapted from LINK, any thoughts?",
        "Adapted from LINK. Any thoughts?",
        "Adapted from LINK - what do you think?",
        "Adapted from LINK (is that OK?)",
    ] {
        assert_eq!(named(&wording.replace("LINK", ONE)), [ONE], "{wording}");
    }
}

#[test]
fn what_is_denied_or_quoted_or_said_of_something_else_is_no_claim() {
    for words in [
        "LINK",
        "Look at LINK",
        "Not adapted from LINK",
        "This is not really based on LINK",
        "It isn't adapted from LINK",
        "It wasn’t based on LINK",
        "Nid addaswyd o LINK",
        "Das ist nicht adaptiert von LINK",
        "Ce n'est pas adapté de LINK",
        "> adapted from LINK",
        "Write \"adapted from LINK\" and all will see",
        "Adapted from an old book. See also LINK",
        "Adapted from an old book\nSee also LINK",
        "Adapted from\nSee also LINK",
        "LINK is what this was adapted from",
        "We adapted it. From LINK",
        "Should I say adapted from LINK or not?",
        "Is this adapted from LINK, or not?",
        "Is it based on LINK?",
        "Not adapted\nfrom LINK",
        "We adapted\n\nfrom LINK",
        "We reworked our plans, like LINK",
        "LINK is based on this research",
        "LINK - not adapted from this",
    ] {
        let text = words.replace("LINK", ONE);
        assert!(named(&text).is_empty(), "{words}");
    }
}

#[test]
fn a_link_out_of_an_app_is_one_to_the_post() {
    for copied in [
        "https://riverside.example/deck/@tom/1",
        "https://riverside.example/@tom/1?utm_source=app",
    ] {
        assert_eq!(named(&format!("Adapted from {copied}")), [ONE], "{copied}");
    }
}

#[test]
fn several_links_are_several_sources_if_they_are_joined() {
    let text = |words: &str| words.replace("LINK1", ONE).replace("LINK2", TWO);
    for (words, expected) in [
        ("Adapted from LINK1 and LINK2", vec![ONE, TWO]),
        ("Adapted from LINK1, LINK2", vec![ONE, TWO]),
        ("Addaswyd o LINK1 a LINK2", vec![ONE, TWO]),
        ("Adapted from LINK1. More at LINK2", vec![ONE]),
        ("Adapted from LINK1, printed with LINK2", vec![ONE]),
        ("See LINK2. Adapted from LINK1 and LINK1", vec![ONE]),
        ("Adapted from LINK1\nand based on LINK2", vec![ONE, TWO]),
        ("Not adapted from LINK1 but based on LINK2", vec![TWO]),
    ] {
        assert_eq!(named(&text(words)), expected, "{words}");
    }
    let many: String = (0..20)
        .map(|number| format!("adapted from https://a.example/{number} "))
        .collect();
    assert_eq!(named(&many).len(), SOURCES);
}

#[test]
fn the_words_of_a_link_may_say_it_themselves() {
    let link = |words: &str| Piece::Link {
        address: ONE.to_owned(),
        words: words.to_owned(),
    };
    let says = |pieces: &[Piece]| sources(pieces).len();
    assert_eq!(says(&[link("Adapted from Tom's tracker")]), 1);
    assert_eq!(
        says(&[Piece::Words("Adapted from".into()), link("Tom's tracker")]),
        1
    );
    assert_eq!(says(&[link("Tom's tracker")]), 0);
    assert_eq!(
        says(&[Piece::Words("not".into()), link("adapted from Tom")]),
        0
    );
}

#[test]
fn what_was_changed_is_what_is_said_next() {
    for (text, expected) in [
        (
            "Adapted from LINK. Changed: fewer ticks",
            "Changed: fewer ticks",
        ),
        ("Adapted from LINK\n#Practice", ""),
        (
            "Adapted from LINK\nChanged: in Welsh, for Year 7",
            "Changed: in Welsh, for Year 7",
        ),
        (
            "Adapted from LINK\n\nNewid: yn Gymraeg",
            "Newid: yn Gymraeg",
        ),
        ("Adapted from LINK\nUse it on Fridays", ""),
        ("Adapted from LINK for Year 9 #KS3", "for Year 9"),
    ] {
        let found = sources(&pieces(&text.replace("LINK", ONE)));
        assert_eq!(found[0].context, expected, "{text}");
    }
    let long = format!("Adapted from {ONE} changed {}", "é".repeat(1_000));
    let found = sources(&pieces(&long));
    assert_eq!(found[0].context.chars().count(), CONTEXT);
}

#[test]
fn a_use_has_the_words_after_its_tag() {
    for (text, expected) in [
        (
            "#Tried Year 9, mixed, kept it",
            Some((Derivation::Tried, "Year 9, mixed, kept it")),
        ),
        (
            "We are all for it #Adopted: whole department #English",
            Some((Derivation::Adopted, "whole department")),
        ),
        (
            "With my Year 7s, twice #tried",
            Some((Derivation::Tried, "With my Year 7s, twice")),
        ),
        ("#Übernommen", Some((Derivation::Adopted, ""))),
        ("I tried it and adopted it", None),
        ("#Triedandtested", None),
    ] {
        let found = use_of(&pieces(text));
        let found = found.as_ref().map(|(kind, said)| (*kind, said.as_str()));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_use_that_is_denied_or_wished_or_asked_about_is_none() {
    for text in [
        "I have not #Tried it yet",
        "I haven’t #Tried it yet",
        "never #Tried",
        "not #Adopted yet",
        "Has anyone #Tried this?",
        "Has anyone #Tried this?!",
        "Anyone #Tried this (in Year 9?)",
        "Would love to have #Tried this",
        "Nobody here #Tried it",
        "#Tried? Not me.",
        "Lovely.\nSorry, have not #tried it",
        "Noch nicht #ausprobiert",
        "Ich würde gern #erprobt haben",
        "Je ne l'ai pas #testé",
        "Personne ne l'a #essayé",
        "Nunca #probado",
        "Heb ei #Mabwysiadwyd",
        "¿Alguien lo ha #probado?",
    ] {
        assert_eq!(use_of(&pieces(text)), None, "{text}");
    }
    for text in [
        "#Tried it, lovely",
        "I was not sure at first. #Tried it, lovely",
        "Not bad at all, #Tried with Year 9",
        "Nobody here knew it\n#Tried it, lovely",
        "#Tried it with Year 9. What about Year 8?",
        "What a find! #Tried! Anybody else?",
        "Not only #Tried but kept",
        "I have not #Adopted it, but #Tried it",
        "Why so long?\n#Tried",
    ] {
        let found = use_of(&pieces(text)).map(|(kind, _)| kind);
        assert_eq!(found, Some(Derivation::Tried), "{text}");
    }
}

#[test]
fn hostile_repetition_is_read_in_one_walk() {
    for unit in [
        "adapted from ",
        "> ",
        "\n",
        "not ",
        "\"",
        "https://a.example/ ",
        "#tried ",
        "not #tried ",
    ] {
        let text = unit.repeat(100_000 / unit.len());
        assert!(sources(&pieces(&text)).len() <= SOURCES);
        let _ = use_of(&pieces(&text));
    }
}

proptest! {
    #[test]
    fn every_source_is_a_link_of_the_post(
        text in "(adapted from |not |based on |and |> |\n|\\. |\"|https://a\\.example/[0-9] |#Tried |é ){0,40}"
    ) {
        let pieces = pieces(&text);
        let found = sources(&pieces);
        prop_assert!(found.len() <= SOURCES);
        for source in found {
            prop_assert!(text.contains(&source.address));
            prop_assert!(source.context.chars().count() <= CONTEXT);
        }
        if let Some((_, context)) = use_of(&pieces) {
            prop_assert!(context.chars().count() <= CONTEXT);
        }
    }
}
