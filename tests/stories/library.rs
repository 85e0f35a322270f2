//! What is passed on is found by all of its words, as far as its author lets it and the viewer may see it.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually, out};

const LIBRARY: &str = "/api/staffroom/v1/practice";

fn titles(found: &Value) -> Vec<String> {
    let found = found.as_array().unwrap().iter();
    let title = |post: &Value| {
        post["staffroom"]["practice"]["title"]
            .as_str()
            .map(str::to_owned)
    };
    found.filter_map(title).collect()
}

async fn finds(school: &School, who: Option<&Teacher>, question: &str) -> Vec<String> {
    let path = format!("{LIBRARY}?{question}");
    titles(&match who {
        Some(who) => who.get(&path).await,
        None => answer(school.request(Method::GET, &path)).await,
    })
}

/// The index is written behind the answer.
async fn found(school: &School, who: Option<&Teacher>, question: &str, expected: &[&str]) {
    eventually(&format!("{question} to find {expected:?}"), || async {
        (finds(school, who, question).await == expected).then_some(())
    })
    .await;
}

async fn practice_is_found_by_all_of_its_words(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [priya, sam, una] = ["priya", "sam", "una"].map(|name| school.teacher(name));
    let wish = priya.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(wish.json(&json!({ "indexable": true }))).await;
    for (who, text) in [
        (
            &priya,
            "Rainbow spectra\nA hosepipe against the sun. #Practice #Physics #KS3",
        ),
        (
            &sam,
            "Colour wheels\nA hosepipe and a bicycle. #Practice #Physics #KS3",
        ),
        (&priya, "The hosepipe leaks again"),
        (
            &priya,
            "Acids by cabbage\nNo hosepipe needed. #Practice #Chemistry #KS3",
        ),
    ] {
        who.publish(json!({ "status": text })).await;
    }
    let [rainbow, wheels, acids] = ["Rainbow spectra", "Colour wheels", "Acids by cabbage"];
    // Words of the text where its author lets everybody find them; one's own always.
    found(&school, None, "q=hosepipe", &[acids, rainbow]).await;
    found(&school, Some(&una), "q=hosepipe", &[acids, rainbow]).await;
    found(&school, Some(&sam), "q=hosepipe", &[acids, wheels, rainbow]).await;
    for (question, expected) in [
        ("q=hosepipe&order=title", vec![acids, wheels, rainbow]),
        ("q=hosepipe&subject=chemistry", vec![acids]),
        ("q=HOSEPIPE%20sun", vec![rainbow]),
        ("q=hosepipe%20cabbage&order=title", vec![acids]),
        ("q=hose", vec![]),
        // Of titles parts of words count, whoever wrote them.
        ("q=spect", vec![rainbow]),
        ("q=%25&order=title", vec![acids, wheels, rainbow]),
        ("q=leaks", vec![]),
        ("q=hosepipe&limit=2", vec![acids, wheels]),
    ] {
        assert_eq!(
            finds(&school, Some(&sam), question).await,
            expected,
            "{question}"
        );
    }
    assert_eq!(finds(&school, None, "q=wheels").await, [wheels]);

    // A word for nobody but the author is found by nobody else.
    let quiet =
        json!({ "status": "Fog in jars\nA hosepipe. #Practice #Physics", "visibility": "private" });
    priya.publish(quiet).await;
    let loud = json!({ "status": "Mist in jars\nA hosepipe. #Practice #Physics" });
    priya.publish(loud).await;
    found(
        &school,
        Some(&una),
        "q=hosepipe&subject=physics",
        &["Mist in jars", rainbow],
    )
    .await;

    // Who does not want to be found any more is found by titles only.
    let wish = priya.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(wish.json(&json!({ "indexable": false }))).await;
    found(&school, Some(&una), "q=hosepipe", &[]).await;
    assert_eq!(finds(&school, Some(&una), "q=jars").await, ["Mist in jars"]);
    let page = school
        .request(Method::GET, "/practice?q=jars")
        .send()
        .await
        .unwrap();
    assert!(page.text().await.unwrap().contains("Mist in jars"));
}

#[tokio::test]
async fn practice_is_found_by_all_of_its_words_on_sqlite() {
    practice_is_found_by_all_of_its_words(Sqlite).await;
}

#[tokio::test]
async fn practice_is_found_by_all_of_its_words_on_postgresql() {
    practice_is_found_by_all_of_its_words(Postgres).await;
}

// On SQLite alone: it is about a file of words.
#[tokio::test]
async fn an_administrator_adds_words_by_commands() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("terms.tsv");
    std::fs::write(&table, "# Ours\n").unwrap();
    let file = table.display().to_string();
    let quoted = format!("\"{file}\"");
    let settings = [("practice.terms_file", quoted.as_str())];
    let Some(mut school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let says = |school: &School, arguments: &[&str]| {
        let mut all = vec!["vocabulary"];
        all.extend(arguments);
        let done = school.command(&all);
        (done.status.success(), out(&done))
    };
    let (_, listed) = says(&school, &["list", "phase"]);
    assert!(listed.contains("phase/year8\tYear 8\t"), "{listed}");
    assert!(!listed.contains("subject/"), "{listed}");
    let (_, shown) = says(&school, &["show", "phase/year8"]);
    assert!(shown.contains("belongs to: phase/ks3"), "{shown}");
    let (is_done, said) = says(&school, &["show", "phase/ks9"]);
    assert!(!is_done && said.contains("no term phase/ks9"), "{said}");

    let (is_done, said) = says(
        &school,
        &[
            "set",
            "subject/surf-science",
            "--label",
            "en=Surf science",
            "--broader",
            "science",
            "--tag",
            "#Wellenreiten",
        ],
    );
    assert!(
        is_done && said.contains("subject/surf-science added"),
        "{said}"
    );
    let (is_done, said) = says(&school, &["set", "subject/maths", "--tag", "sums"]);
    assert!(is_done && said.contains("added"), "{said}");
    let (is_done, said) = says(
        &school,
        &["set", "subject/surf-science", "--label", "cy=Syrffio"],
    );
    assert!(is_done && said.contains("changed"), "{said}");
    let kept = std::fs::read_to_string(&table).unwrap();
    assert!(
        kept.starts_with(
            "# Ours\nsubject\tsurf-science\tscience\t\twellenreiten\ten=Surf science|cy=Syrffio\n"
        ),
        "{kept}"
    );
    let (is_done, said) = says(
        &school,
        &["set", "subject/surf-science", "--label", "en=Surfing"],
    );
    assert!(is_done, "{said}");
    let kept = std::fs::read_to_string(&table).unwrap();
    assert!(kept.contains("\ten=Surfing|cy=Syrffio\n"), "{kept}");
    for wrong in [
        ["set", "subject/Surf Science", "--label", "en=No"],
        ["set", "subject/nothing", "--tag", "nothing"],
        ["set", "colour/red", "--label", "en=Red"],
        ["set", "subject/red", "--label", "en=Red\tand"],
    ] {
        let (is_done, said) = says(&school, &wrong);
        assert!(!is_done, "{wrong:?}: {said}");
    }
    assert_eq!(std::fs::read_to_string(&table).unwrap(), kept);
    let (is_done, said) = says(&school, &["check", &file]);
    assert!(
        is_done && said.contains("subject/maths stands in the place of ours"),
        "{said}"
    );
    assert!(said.contains("subject/surf-science is new"), "{said}");

    // What is exported is a table that could be used as it is.
    let (is_done, exported) = says(&school, &["export"]);
    assert!(
        is_done && exported.contains("licence\tcc-by\t"),
        "{exported}"
    );
    let whole = folder.path().join("whole.tsv");
    std::fs::write(&whole, exported).unwrap();
    let (is_done, said) = says(&school, &["check", whole.to_str().unwrap()]);
    assert!(is_done && said.contains("nothing wrong"), "{said}");

    school.kill();
    school.start().await;
    let ada = school.teacher("ada");
    let post = ada
        .publish(json!({ "status": "Waves and sums #Practice #Wellenreiten #Sums" }))
        .await;
    let subjects = &post["staffroom"]["practice"]["subjects"];
    assert_eq!(subjects[0]["id"], "surf-science", "{subjects}");
    assert_eq!(subjects[1]["id"], "maths", "{subjects}");

    let (is_done, said) = says(&school, &["remove", "subject/surf-science"]);
    assert!(is_done && said.contains("removed"), "{said}");
    let (is_done, said) = says(&school, &["remove", "subject/english"]);
    assert!(!is_done && said.contains("come with the program"), "{said}");
    let kept = std::fs::read_to_string(&table).unwrap();
    assert!(!kept.contains("surf") && kept.contains("maths"), "{kept}");
}

// On SQLite alone: it is about a file of words.
#[tokio::test]
async fn a_file_of_words_is_made_and_put_right_by_commands() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("terms.tsv");
    let file = table.display().to_string();
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let named = format!("practice.terms_file={file}");
    let says = |arguments: &[&str]| {
        let mut all = vec!["vocabulary"];
        all.extend(arguments);
        all.extend(["--set", &named]);
        let done = school.command(&all);
        (done.status.success(), out(&done))
    };

    // It is not there yet: then it is empty, but a server does not start without it.
    let (is_done, said) = says(&["list", "subject"]);
    assert!(is_done && said.contains("subject/maths"), "{said}");
    let checked = school.command(&["config", "check", "--set", &named]);
    assert!(
        !checked.status.success() && out(&checked).contains("practice.terms_file"),
        "{}",
        out(&checked)
    );
    let surf = [
        "set",
        "subject/surf",
        "--label",
        "en=Surf",
        "--broader",
        "science",
    ];
    let (is_done, said) = says(&surf);
    assert!(is_done && said.contains("subject/surf added"), "{said}");

    // What cannot be is not written.
    let kept = std::fs::read_to_string(&table).unwrap();
    for (wrong, words) in [
        (["set", "subject/surf", "--broader", "nope"], "is not there"),
        (["set", "subject/surf", "--broader", "surf"], "to itself"),
        (["set", "subject/science", "--broader", "surf"], "to itself"),
        (["set", "subject/surf", "--tag", "#Sums Too"], "no hashtag"),
    ] {
        let (is_done, said) = says(&wrong);
        assert!(!is_done && said.contains(words), "{wrong:?}: {said}");
    }
    assert_eq!(std::fs::read_to_string(&table).unwrap(), kept);
    let (is_done, said) = says(&["set", "subject/surf", "--tag", "#Physics"]);
    assert!(
        is_done && said.contains("#Physics meant subject/physics until now"),
        "{said}"
    );

    // A line that is no term is named, and may be set right.
    let kept = std::fs::read_to_string(&table).unwrap();
    std::fs::write(&table, format!("# Ours\n{kept}subject\tkites\t\t\t\t\n")).unwrap();
    for arguments in [
        &["check", file.as_str()][..],
        &["set", "subject/surf", "--label", "cy=Syrffio"],
        &["remove", "subject/surf"],
        &["list"],
    ] {
        let (is_done, said) = says(arguments);
        assert!(
            !is_done && said.contains("terms.tsv: line 3: labels"),
            "{arguments:?}: {said}"
        );
    }
    let (is_done, said) = says(&["set", "subject/kites", "--label", "en=Kites"]);
    assert!(is_done && said.contains("changed"), "{said}");
    let (is_done, said) = says(&["check", &file]);
    assert!(is_done && said.contains("nothing wrong"), "{said}");

    let circle = "subject\tone\ttwo\t\t\ten=One\nsubject\ttwo\tone\t\t\ten=Two\n";
    std::fs::write(&table, circle).unwrap();
    let (is_done, said) = says(&["check", &file]);
    assert!(
        !is_done && said.contains("subject/one belongs to itself, by way of two"),
        "{said}"
    );
}

// On SQLite alone: what is asked of both databases is one pattern, which the other stories ask, too.
#[tokio::test]
async fn a_dialect_finds_its_language() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    for (words, language) in [("Jars", "en"), ("Sgets", "cy"), ("Kegs", "en-GB")] {
        let body = json!({ "status": format!("{words} #Practice"), "language": language });
        ada.publish(body).await;
    }
    for (language, expected) in [
        ("en-GB", vec!["Kegs", "Jars"]),
        ("en", vec!["Kegs", "Jars"]),
        ("CY-gb", vec!["Sgets"]),
        ("gd-GB", vec![]),
    ] {
        let found = finds(&school, Some(&ada), &format!("language={language}")).await;
        assert_eq!(found, expected, "{language}");
    }
}
