use super::*;
use crate::vocabulary::Curriculum;

fn said(text: &str) -> Vec<String> {
    let vocabulary = Vocabulary::new(Curriculum::England, "").unwrap();
    let answers = understood(text, &vocabulary).into_iter();
    answers
        .map(|answer| match answer {
            Answer::Stage(of) | Answer::Subject(of) | Answer::Kind(of) => of.key(),
            Answer::Licence(licence) => licence.id,
            Answer::Always(licence) => format!("always {}", licence.id),
            Answer::Title(title) => format!("title {title}"),
            Answer::Stop => "stop".to_owned(),
            Answer::Start => "start".to_owned(),
        })
        .collect()
}

#[test]
fn plain_words_are_understood() {
    for (text, expected) in [
        ("@staffroom licence by-nc", vec!["cc-by-nc"]),
        ("@school.example licence by-nc", vec!["cc-by-nc"]),
        ("@localhost:3001 licence by-nc", vec!["cc-by-nc"]),
        ("Licence: CC BY-SA 4.0", vec!["cc-by-sa"]),
        (
            "stage KS3, subject maths",
            vec!["phase/ks3", "subject/maths"],
        ),
        ("Year 8 and Year 9", vec!["phase/year8", "phase/year9"]),
        ("stage: KS3, KS4", vec!["phase/ks3", "phase/ks4"]),
        (
            "subject is history.\nlicence cc0",
            vec!["subject/history", "cc0"],
        ),
        ("by-sa", vec!["cc-by-sa"]),
        ("always cc by", vec!["always cc-by"]),
        (
            "Title: Exit tickets, and more",
            vec!["title Exit tickets, and more"],
        ),
        ("STOP", vec!["stop"]),
        ("start", vec!["start"]),
        ("etapa KS3, licencia by-nc", vec!["phase/ks3", "cc-by-nc"]),
        ("toujours licence by", vec!["always cc-by"]),
        ("Título: Salidas", vec!["title Salidas"]),
        ("parar", vec!["stop"]),
        ("worksheet", vec!["kind/worksheet"]),
        ("I would like CC BY-SA please", vec!["cc-by-sa"]),
        ("The licence is by-nc, thank you!", vec!["cc-by-nc"]),
        ("Ok: BY-SA.", vec!["cc-by-sa"]),
        ("Lizenz: by-sa bitte", vec!["cc-by-sa"]),
        ("Public domain", vec!["cc0"]),
        ("Year 8 maths", vec!["phase/year8", "subject/maths"]),
        (
            "It’s for year 8 maths",
            vec!["phase/year8", "subject/maths"],
        ),
        ("KS3 English please", vec!["phase/ks3", "subject/english"]),
        ("A level", vec!["phase/a-level"]),
        (
            "étape: collège, sujet: histoire",
            vec!["phase/lower-secondary", "subject/history"],
        ),
        ("asignatura: historia", vec!["subject/history"]),
        ("Please stop", vec!["stop"]),
        ("stop asking me", vec!["stop"]),
        ("Stop, merci", vec!["stop"]),
        ("thanks, I will think about it", vec![]),
        ("By the way, what is a licence?", vec![]),
        ("I will do it by Friday", vec![]),
        ("not cc by", vec![]),
        ("please", vec![]),
    ] {
        assert_eq!(said(text), expected, "{text}");
    }
}

#[test]
fn of_a_long_answer_only_the_beginning_is_looked_at() {
    let after = |others: usize| said(&format!("{}KS3", "qqqq, ".repeat(others)));
    assert_eq!(after(PIECES - 1), ["phase/ks3"]);
    assert!(after(PIECES).is_empty());
    assert_eq!(said(&"stop, ".repeat(PIECES)).len(), ANSWERS);
    let sentence = format!("{} licence by-nc", "q".repeat(PIECE));
    assert_eq!(said(&format!("{sentence}, KS3")), ["phase/ks3"]);
}

#[test]
fn hashtags_are_answers_too() {
    assert_eq!(said("#KS3 #English"), ["phase/ks3", "subject/english"]);
}

#[test]
fn answers_come_in_many_shapes() {
    for (text, expected) in [
        (
            "stage KS3 subject maths licence by-nc",
            vec!["phase/ks3", "subject/maths", "cc-by-nc"],
        ),
        (
            "KS3 maths by-nc",
            vec!["phase/ks3", "subject/maths", "cc-by-nc"],
        ),
        (
            "stage KS3. Subject maths. Licence by-nc.",
            vec!["phase/ks3", "subject/maths", "cc-by-nc"],
        ),
        (
            "1. KS3 2. maths 3. by-nc",
            vec!["phase/ks3", "subject/maths", "cc-by-nc"],
        ),
        (
            "1) KS3\n2) maths\n3) by-nc",
            vec!["phase/ks3", "subject/maths", "cc-by-nc"],
        ),
        (
            "subject: design and technology",
            vec!["subject/design-technology"],
        ),
        ("Design & Technology", vec!["subject/design-technology"]),
        ("D&T", vec!["subject/design-technology"]),
        ("health and social care", vec!["subject/health-social-care"]),
        (
            "English and history",
            vec!["subject/english", "subject/history"],
        ),
        (
            "materia historia y licencia by-sa",
            vec!["subject/history", "cc-by-sa"],
        ),
        (
            "Fach Geschichte und Lizenz by",
            vec!["subject/history", "cc-by"],
        ),
        (
            "histoire et géographie",
            vec!["subject/history", "subject/geography"],
        ),
        (
            "hanes a daearyddiaeth",
            vec!["subject/history", "subject/geography"],
        ),
        (
            "licence CC BY-NC et niveau KS3",
            vec!["cc-by-nc", "phase/ks3"],
        ),
        (
            "trwydded by-nc a pwnc hanes",
            vec!["cc-by-nc", "subject/history"],
        ),
        ("ks 3 and 4", vec!["phase/ks3", "phase/ks4"]),
        ("Key Stage 3 & 4", vec!["phase/ks3", "phase/ks4"]),
        ("KS3/KS4", vec!["phase/ks3", "phase/ks4"]),
        ("Key Stages 3 and 4", vec!["phase/ks3", "phase/ks4"]),
        (
            "stage: year 8, 9 and 10",
            vec!["phase/year8", "phase/year9", "phase/year10"],
        ),
        (
            "years 7-9",
            vec!["phase/year7", "phase/year8", "phase/year9"],
        ),
        (
            "Year 7 to 9 art",
            vec!["phase/year7", "phase/year8", "phase/year9", "subject/art"],
        ),
        ("maths for year 8", vec!["subject/maths", "phase/year8"]),
        (
            "It's for my Year 10 chemistry class",
            vec!["phase/year10", "subject/chemistry"],
        ),
        ("I think by-nc is best", vec!["cc-by-nc"]),
        ("Hi, could you make it by-nc? Thanks", vec!["cc-by-nc"]),
        ("public domain", vec!["cc0"]),
        ("domaine public", vec!["cc0"]),
        ("gemeinfrei", vec!["cc0"]),
        ("Licencia: dominio público", vec!["cc0"]),
        ("parth cyhoeddus", vec!["cc0"]),
        ("lisence by-nc", vec!["cc-by-nc"]),
        ("licnece by", vec!["cc-by"]),
        ("subject mathss", vec!["subject/maths"]),
        ("Lizenz bitte by-nc", vec!["cc-by-nc"]),
        ("Lizenz ist by-nc", vec!["cc-by-nc"]),
        ("la licencia es by-nc", vec!["cc-by-nc"]),
        (
            "Licence: https://creativecommons.org/licenses/by-sa/4.0/deed.de",
            vec!["cc-by-sa"],
        ),
        (
            "Creative Commons Attribution-NonCommercial 4.0 International",
            vec!["cc-by-nc"],
        ),
        ("Art: Arbeitsblatt", vec!["kind/worksheet"]),
        ("Always use CC BY", vec!["always cc-by"]),
        ("make by-sa my default", vec!["always cc-by-sa"]),
        ("par défaut by-nc", vec!["always cc-by-nc"]),
        ("por defecto by-nc", vec!["always cc-by-nc"]),
        ("CC BY by default", vec!["always cc-by"]),
        ("stop asking me this", vec!["stop"]),
        ("Don't ask again", vec!["stop"]),
        ("Don’t ask again!", vec!["stop"]),
        ("peidiwch", vec!["stop"]),
        ("arrête de demander", vec!["stop"]),
        ("Bitte nicht mehr fragen", vec!["stop"]),
        ("keine Fragen mehr", vec!["stop"]),
        ("no preguntes más", vec!["stop"]),
        ("ça suffit", vec!["stop"]),
        ("Can you stop, please?", vec!["stop"]),
    ] {
        assert_eq!(said(text), expected, "{text}");
    }
}

#[test]
fn an_ordinary_sentence_says_nothing() {
    for text in [
        "Thanks, I'll do that later",
        "What does by mean?",
        "Why do you ask?",
        "Is it KS3?",
        "Thanks for the maths",
        "I made this for my art club",
        "This is really useful for my English class",
        "It's by a colleague",
        "My class loved the game",
        "The test is on Friday",
        "I love maths",
        "I can't say which licence",
        "I don't want by-nc",
        "Das ist nicht by-nc",
        "Ce n'est pas by-nc",
        "It was by-nc before",
        "By-nc or by-sa",
        "See you in class",
        "What is a licence?",
        "Please stop the traffic",
        "Sorry, I was reading",
        "Licensed by the council",
        "I would like to use it for a test",
        "Two of my Year 8s made it",
    ] {
        assert!(said(text).is_empty(), "{text}: {:?}", said(text));
    }
}

#[test]
fn a_number_of_something_else_is_no_stage() {
    assert_eq!(said("KS3, 4 worksheets"), ["phase/ks3"]);
    assert_eq!(said("Year 8, 30 pupils"), ["phase/year8"]);
}

#[test]
fn words_that_say_nothing_name_no_term() {
    let vocabulary = Vocabulary::new(Curriculum::England, "").unwrap();
    for word in FILLING.iter().chain(&JOINING) {
        assert!(vocabulary.named(word).is_empty(), "{word}");
    }
}
