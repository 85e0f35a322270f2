//! Practice posts: read out of ordinary posts, carried to other servers, completed in plain words, and found again.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::Elsewhere;
use crate::harness::{School, Teacher, answer, eventually};
use crate::sign_in::{Browser, field};

const TRACKER: &str = "Three-tick writing tracker\nOne page per class, three ticks per piece.\n\n#Practice #English #Year8 #Assessment";
const LIBRARY: &str = "/api/staffroom/v1/practice";

fn id(post: &Value) -> &str {
    post["id"].as_str().unwrap()
}

fn practice(post: &Value) -> &Value {
    &post["staffroom"]["practice"]
}

fn ids(terms: &Value) -> Vec<&str> {
    let terms = terms.as_array().unwrap().iter();
    terms.map(|term| term["id"].as_str().unwrap()).collect()
}

/// The titles of a list.
fn titles(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|post| practice(post)["title"].as_str().unwrap())
        .collect()
}

/// What the school itself last said to somebody in private, if it is something new.
async fn said_to(teacher: &Teacher, words: &str) -> Value {
    eventually(
        &format!("{} to be told {words:?}", teacher.name),
        || async {
            let all = teacher.get("/api/v1/conversations").await;
            let last = all[0]["last_status"].clone();
            let said = last["content"]
                .as_str()
                .is_some_and(|text| text.contains(words));
            said.then_some(last)
        },
    )
    .await
}

async fn answers(teacher: &Teacher, to: &Value, words: &str) {
    teacher
        .publish(json!({ "status": words, "in_reply_to_id": id(to), "visibility": "direct" }))
        .await;
}

async fn an_ordinary_post_is_enough(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [priya, sam] = ["priya", "sam"].map(|name| school.teacher(name));
    let text = format!("{TRACKER} #CCBYSA");
    let post = priya.publish(json!({ "status": text })).await;
    let expected = json!({
        "title": "Three-tick writing tracker",
        "stages": [{ "id": "year8", "label": "Year 8" }],
        "subjects": [{ "id": "english", "label": "English" }],
        "kinds": [{ "id": "assessment", "label": "Assessment" }],
        "licence": { "id": "cc-by-sa", "label": "CC BY-SA 4.0",
            "url": "https://creativecommons.org/licenses/by-sa/4.0/" },
        "missing": [],
    });
    assert_eq!(practice(&post), &expected);
    let path = format!("/api/v1/statuses/{}", id(&post));
    // What is missing is for the author; the words are as she wrote them.
    let seen = sam.get(&path).await;
    let mut for_others = expected.clone();
    for_others.as_object_mut().unwrap().remove("missing");
    assert_eq!(practice(&seen), &for_others);
    assert_eq!(seen["content"], post["content"]);
    assert!(!post["content"].as_str().unwrap().contains("<strong>"));
    let source = priya.get(&format!("{path}/source")).await;
    assert_eq!(source["text"], text);
    // Nothing is missing, so nobody asks.
    assert_eq!(priya.get("/api/v1/conversations").await, json!([]));

    // A boost is not practice, what it repeats is.
    let boost = sam.post(&format!("{path}/reblog"), Value::Null).await;
    assert_eq!(practice(&boost), &Value::Null);
    assert_eq!(practice(&boost["reblog"])["title"], expected["title"]);
    assert_eq!(titles(&sam.get(LIBRARY).await).len(), 1);

    // It is practice for as long as it says so.
    let edit = |text: &str| {
        let request = priya.request(Method::PUT, &path);
        answer(request.json(&json!({ "status": text })))
    };
    let edited = edit("A tracker #English").await;
    assert_eq!(edited["staffroom"], Value::Null);
    assert_eq!(sam.get(LIBRARY).await, json!([]));
    let edited = edit("A tracker #practice #English #KS3 #CC0").await;
    assert_eq!(ids(&practice(&edited)["stages"]), ["ks3"]);
    assert_eq!(titles(&sam.get(LIBRARY).await), ["A tracker"]);
    priya.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(sam.get(LIBRARY).await, json!([]));

    // Neither words without the hashtag nor words for few are.
    for body in [
        json!({ "status": "Practice makes perfect #KS3 #English" }),
        json!({ "status": "@sam my #Practice #KS3", "visibility": "direct" }),
    ] {
        let post = priya.publish(body).await;
        assert_eq!(practice(&post), &Value::Null, "{post}");
    }
}

#[tokio::test]
async fn an_ordinary_post_is_enough_on_sqlite() {
    an_ordinary_post_is_enough(Sqlite).await;
}

#[tokio::test]
async fn an_ordinary_post_is_enough_on_postgresql() {
    an_ordinary_post_is_enough(Postgres).await;
}

async fn what_is_missing_is_asked_once(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [priya, sam] = ["priya", "sam"].map(|name| school.teacher(name));
    let text = "A seating plan that shuffles itself #Practice";
    let post = priya.publish(json!({ "status": text })).await;
    let missing = json!(["stage", "subject", "licence"]);
    assert_eq!(practice(&post)["missing"], missing);
    let asked = said_to(&priya, "stage, subject, licence").await;
    assert_eq!(asked["visibility"], "direct");
    assert_eq!(asked["account"]["acct"], school.host);
    assert_eq!(asked["staffroom"], json!({ "local_only": true }));
    let told = priya.is_told("mention").await;
    assert_eq!(told["status"]["id"], asked["id"]);

    // Once is enough, however often she edits it.
    let path = format!("/api/v1/statuses/{}", id(&post));
    let edit = priya.request(Method::PUT, &path);
    answer(edit.json(&json!({ "status": format!("{text} again") }))).await;
    let all = priya.get("/api/v1/conversations").await;
    assert_eq!(all.as_array().unwrap().len(), 1);
    assert_eq!(all[0]["last_status"]["id"], asked["id"]);

    // Plain words complete it; what is not understood is said.
    answers(&priya, &asked, "licence by-nc, stage KS3").await;
    let done = said_to(&priya, "Still missing: subject").await;
    let now = sam.get(&path).await;
    assert_eq!(practice(&now)["licence"]["id"], "cc-by-nc");
    assert_eq!(ids(&practice(&now)["stages"]), ["ks3"]);
    answers(&priya, &done, "By the way, I shall think about it").await;
    let puzzled = said_to(&priya, "did not understand").await;
    // That is said once.
    answers(&priya, &puzzled, "Let me think a little more").await;
    let all = priya.get("/api/v1/conversations").await;
    assert_eq!(all[0]["last_status"]["account"]["acct"], "priya", "{all}");
    answers(&priya, &puzzled, "#Pedagogy").await;
    let done = said_to(&priya, "Nothing is missing").await;
    // What she answered outlives an edit.
    let edit = priya.request(Method::PUT, &path);
    let edited = answer(edit.json(&json!({ "status": text }))).await;
    assert_eq!(practice(&edited)["missing"], json!([]));
    assert_eq!(practice(&edited)["licence"]["id"], "cc-by-nc");

    // A licence for all that comes, and no more questions.
    answers(&priya, &done, "always cc by please; please stop").await;
    said_to(&priya, "will not ask again").await;
    let next = json!({ "status": "Exit tickets #Practice" });
    let next = priya.publish(next).await;
    assert_eq!(practice(&next)["licence"]["id"], "cc-by");
    assert_eq!(practice(&next)["missing"], json!(["stage", "subject"]));
    let all = priya.get("/api/v1/conversations").await;
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");

    // Somebody else's answer is nobody's, and others see none of it.
    let private = format!("/api/v1/statuses/{}", id(&asked));
    assert_eq!(sam.status_of(&private).await, StatusCode::NOT_FOUND);
    assert_eq!(sam.get("/api/v1/conversations").await, json!([]));

    // The same is in the settings.
    let browser = Browser::new(&school);
    browser.sign_in("priya", "chalk and cheese", "/").await;
    let (status, _, page) = browser.page("/settings/practice").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<option value=\"cc-by\" selected>"), "{page}");
    assert!(!page.contains(" checked>"), "{page}");
    let csrf = field(&page, "csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("licence", "cc0"),
        ("reminders", "yes"),
    ];
    let (status, to, _) = browser.submit("/settings/practice", &form).await;
    assert_eq!(
        (status, to.as_str()),
        (StatusCode::SEE_OTHER, "/settings/practice")
    );
    let third = priya
        .publish(json!({ "status": "Bingo #Practice #Maths" }))
        .await;
    assert_eq!(practice(&third)["licence"]["id"], "cc0");
    said_to(&priya, "also said: stage.").await;
    let (status, _, _) = browser
        .submit(
            "/settings/practice",
            &[("csrf", &csrf), ("licence", "mine")],
        )
        .await;
    assert!(status.is_client_error(), "{status}");

    // What is not for everybody is not said to be in the library.
    let quiet = json!({ "status": "Spelling bee #Practice", "visibility": "private" });
    sam.publish(quiet).await;
    let asked = said_to(&sam, "Spelling bee” is up").await;
    assert!(!asked["content"].as_str().unwrap().contains("library"));

    // What is meant for a colleague is not answered, even if it could be understood.
    answers(&sam, &asked, "@priya licence by-nc, what do you think?").await;
    let all = sam.get("/api/v1/conversations").await;
    assert_eq!(all[0]["last_status"]["account"]["acct"], "sam", "{all}");
    // What is said anew is about what was asked last.
    let anew = format!("@{} always licence by-sa", school.host);
    let anew = json!({ "status": anew, "visibility": "direct" });
    sam.publish(anew).await;
    said_to(&sam, "From now on CC BY-SA").await;
}

#[tokio::test]
async fn what_is_missing_is_asked_once_on_sqlite() {
    what_is_missing_is_asked_once(Sqlite).await;
}

#[tokio::test]
async fn what_is_missing_is_asked_once_on_postgresql() {
    what_is_missing_is_asked_once(Postgres).await;
}

/// A Note as other servers get it.
async fn document(school: &School, post: &Value) -> Value {
    let request = school.http.get(post["uri"].as_str().unwrap());
    answer(request.header("accept", "application/activity+json")).await
}

async fn practice_travels(here: Kind, there: Kind) {
    let (Some(oakfield), Some(riverside)) = (School::open(here).await, School::open(there).await)
    else {
        return;
    };
    let (priya, tom) = (oakfield.teacher("priya"), riverside.teacher("tom"));
    tom.follow(&format!("@priya@{}", oakfield.host)).await;
    let post = priya.publish(json!({ "status": TRACKER })).await;
    let note = document(&oakfield, &post).await;
    let term = |key: &str| format!("{}/vocab/{key}", oakfield.base);
    assert_eq!(note["name"], "Three-tick writing tracker");
    assert_eq!(
        note["about"],
        json!([term("subject/english"), term("phase/year8")])
    );
    let level = "https://w3id.org/kim/educationalLevel/level_2";
    assert_eq!(note["educationalLevel"], json!([level]));
    let kind = "https://w3id.org/kim/hcrt/assessment";
    assert_eq!(note["learningResourceType"], json!([kind]));
    assert_eq!(note["license"], Value::Null);
    let content = note["content"].as_str().unwrap();
    assert!(
        content.starts_with("<p><strong>Three-tick writing tracker</strong><br />"),
        "{content}"
    );
    let context = note["@context"].as_array().unwrap();
    let terms = context.iter().find(|one| one.is_object()).unwrap();
    assert_eq!(terms["license"]["@id"], "http://schema.org/license");

    // The other server reads the same, without a question to Tom.
    let read = tom.reads("Three-tick writing tracker").await;
    let (sent, got) = (practice(&post), practice(&read));
    for part in ["title", "stages", "subjects", "kinds", "licence"] {
        assert_eq!(got[part], sent[part], "{part}");
    }
    assert_eq!(got["missing"], Value::Null);
    assert_eq!(tom.get("/api/v1/conversations").await, json!([]));

    // What she adds in private stands nowhere in her words, and is known there all the same.
    let asked = said_to(&priya, "licence").await;
    answers(&priya, &asked, "licence by-nc-sa").await;
    said_to(&priya, "Nothing is missing").await;
    let path = format!("/api/v1/statuses/{}", id(&read));
    let known = eventually("the licence to be known", || async {
        let now = tom.get(&path).await;
        (practice(&now)["licence"] != Value::Null).then_some(now)
    })
    .await;
    assert_eq!(practice(&known)["licence"]["id"], "cc-by-nc-sa");
    assert_eq!(known["edited_at"], Value::Null);
    let found = tom
        .get(&format!("{LIBRARY}?licence=cc-by-nc-sa&stage=ks3"))
        .await;
    assert_eq!(titles(&found), ["Three-tick writing tracker"]);

    // Without the hashtag it is an ordinary post there too.
    let own = priya.request(Method::PUT, &format!("/api/v1/statuses/{}", id(&post)));
    answer(own.json(&json!({ "status": "A tracker #English" }))).await;
    eventually("the edit to arrive", || async {
        let now = tom.get(&path).await;
        (now["staffroom"] == Value::Null).then_some(())
    })
    .await;
    assert_eq!(tom.get(LIBRARY).await, json!([]));
}

#[tokio::test]
async fn practice_travels_between_servers_on_sqlite() {
    practice_travels(Sqlite, Sqlite).await;
}

#[tokio::test]
async fn practice_travels_between_servers_on_postgresql() {
    practice_travels(Postgres, Postgres).await;
}

// On SQLite alone: it is about what other servers read.
#[tokio::test]
async fn a_server_that_knows_no_practice_needs_no_more_than_hashtags() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let elsewhere = Elsewhere::open().await;
    let mo = elsewhere.person("mo");
    elsewhere.is_followed(&school, &ada, &mo).await;
    let mo_id = mo["id"].as_str().unwrap();
    let note = |number: usize, more: Value| {
        let mut note = json!({
            "id": format!("{}/notes/{number}", elsewhere.base), "type": "Note", "attributedTo": mo_id,
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [format!("{mo_id}/followers")],
        });
        let more = more.as_object().unwrap().clone();
        note.as_object_mut().unwrap().extend(more);
        json!({ "id": format!("{}/creates/{number}", elsewhere.base), "type": "Create", "actor": mo_id,
            "to": note["to"], "cc": note["cc"], "object": note })
    };
    let tag = |name: &str| json!({ "type": "Hashtag", "name": name, "href": format!("{}/tags/x", elsewhere.base) });
    let plain = note(
        1,
        json!({ "content": "<p>Paper circuits</p><p>#Practice #Physics #KS3, CC BY 4.0</p>",
            "tag": [tag("#Practice"), tag("#Physics"), tag("#KS3")] }),
    );
    elsewhere.tells(&school, &plain).await;
    let read = ada.reads("Paper circuits").await;
    assert_eq!(practice(&read)["title"], "Paper circuits");
    assert_eq!(ids(&practice(&read)["subjects"]), ["physics"]);
    assert_eq!(practice(&read)["licence"]["id"], "cc-by");
    // Terms of LRMI say it too, whatever their context calls them, and without a hashtag.
    let told = note(
        2,
        json!({ "content": "<p>Light and shadow</p>", "name": "Shadow theatre",
            "schema:about": "https://oakfield.example/vocab/subject/drama",
            "http://schema.org/educationalLevel": { "@id": "https://w3id.org/kim/educationalLevel/level_1" },
            "license": "http://creativecommons.org/licenses/by/3.0/" }),
    );
    elsewhere.tells(&school, &told).await;
    let read = ada.reads("Light and shadow").await;
    assert_eq!(practice(&read)["title"], "Shadow theatre");
    assert_eq!(ids(&practice(&read)["stages"]), ["primary"]);
    assert_eq!(practice(&read)["licence"]["label"], "CC BY 3.0");
    let ordinary = note(
        3,
        json!({ "content": "<p>Nothing new</p>", "name": "Nothing" }),
    );
    elsewhere.tells(&school, &ordinary).await;
    assert_eq!(practice(&ada.reads("Nothing new").await), &Value::Null);
    // A licence alone makes no practice: others put one on all that they send.
    let photograph = note(
        4,
        json!({ "content": "<p>A heron at dawn</p>", "name": "Heron",
            "license": "http://creativecommons.org/licenses/by/4.0/" }),
    );
    elsewhere.tells(&school, &photograph).await;
    assert_eq!(practice(&ada.reads("A heron").await), &Value::Null);
}

async fn what_is_passed_on_is_found_again(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [priya, sam] = ["priya", "sam"].map(|name| school.teacher(name));
    for text in [
        "Zebra crossings and vectors #Practice #Maths #Year12 #Worksheet #CCBY",
        "apple tasting #Practice #FoodTech #Year8 #LessonPlan #CC0",
        "🎲 Bingo of fractions #Practice #Maths #Year4 #Game #CCBY",
        "Cam wrth gam #Practice #Mathemateg #KS3 #CCBYSA",
    ] {
        let language = if text.starts_with("Cam") { "cy" } else { "en" };
        priya
            .publish(json!({ "status": text, "language": language }))
            .await;
    }
    let [zebra, apple, bingo, cam] = [
        "Zebra crossings and vectors",
        "apple tasting",
        "🎲 Bingo of fractions",
        "Cam wrth gam",
    ];
    for (question, expected) in [
        ("", vec![cam, bingo, apple, zebra]),
        ("order=title", vec![apple, bingo, cam, zebra]),
        // Never by what is liked.
        ("order=favourites", vec![cam, bingo, apple, zebra]),
        ("subject=maths", vec![cam, bingo, zebra]),
        ("subject=maths&order=title", vec![bingo, cam, zebra]),
        ("stage=ks3", vec![cam, apple]),
        ("stage=ks3&subject=maths", vec![cam]),
        ("subject=design-technology", vec![apple]),
        ("licence=cc-by", vec![bingo, zebra]),
        ("kind=game", vec![bingo]),
        ("language=cy", vec![cam]),
        ("q=FRACTIONS%20bingo", vec![bingo]),
        ("q=100%25", vec![]),
        ("subject=alchemy", vec![]),
    ] {
        let found = sam.get(&format!("{LIBRARY}?{question}")).await;
        assert_eq!(titles(&found), expected, "{question}");
    }
    let favourite = format!(
        "/api/v1/statuses/{}/favourite",
        id(&sam.get(&format!("{LIBRARY}?q=zebra")).await[0])
    );
    sam.post(&favourite, Value::Null).await;
    assert_eq!(titles(&sam.get(LIBRARY).await), [cam, bingo, apple, zebra]);

    // Page after page, each once, in either order.
    for (order, expected) in [
        ("newest", [cam, bingo, apple, zebra]),
        ("title", [apple, bingo, cam, zebra]),
    ] {
        let mut next = format!("{}{LIBRARY}?order={order}&limit=3", school.base);
        let mut found: Vec<String> = Vec::new();
        let mut last = String::new();
        while !next.is_empty() {
            let response = school.http.get(&next).send().await.unwrap();
            let links = response.headers().get("link");
            last = links.map_or_else(String::new, |links| links.to_str().unwrap().to_owned());
            let list: Value = response.json().await.unwrap();
            found.extend(titles(&list).into_iter().map(str::to_owned));
            let link = last.split(", ").find(|link| link.contains("rel=\"next\""));
            next = link.map_or_else(String::new, |link| {
                link.trim_start_matches('<')
                    .split('>')
                    .next()
                    .unwrap()
                    .to_owned()
            });
        }
        assert_eq!(found, expected, "{order}");
        let back = last
            .split(", ")
            .find(|link| link.contains("rel=\"prev\""))
            .unwrap();
        let back = back.trim_start_matches('<').split('>').next().unwrap();
        let list = answer(school.http.get(back)).await;
        assert_eq!(titles(&list), expected[..3], "{order}, back");
    }
}

#[tokio::test]
async fn what_is_passed_on_is_found_again_on_sqlite() {
    what_is_passed_on_is_found_again(Sqlite).await;
}

#[tokio::test]
async fn what_is_passed_on_is_found_again_on_postgresql() {
    what_is_passed_on_is_found_again(Postgres).await;
}

// On SQLite alone: the library is asked on both; this is about its pages.
#[tokio::test]
async fn the_library_and_the_vocabulary_have_pages() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let priya = school.teacher("priya");
    let text = "Chalk & cheese <b>\n\n#Practice #English #Year8 #CCBY";
    let post = priya.publish(json!({ "status": text })).await;
    let browser = Browser::new(&school);
    let (status, _, page) = browser.page("/practice?stage=ks3").await;
    assert_eq!(status, StatusCode::OK);
    for part in [
        "Chalk &#38; cheese &#60;b&#62;</a></h2>",
        "<option value=\"ks3\" selected>Key Stage 3</option>",
        "<a href=\"/practice?stage=year8\">Year 8</a>",
        "<a rel=\"license\" href=\"https://creativecommons.org/licenses/by/4.0/\">CC BY 4.0</a>",
        "href=\"/practice.atom?stage=ks3\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    // Every field has its label.
    let fields = page.matches("<select").count() + page.matches("<input type=\"search\"").count();
    assert!(fields >= 6, "{page}");
    assert!(page.matches("<label>").count() > fields, "{page}");
    let (_, _, page) = browser.page("/practice?subject=maths").await;
    assert!(page.contains("Nothing of this kind"), "{page}");

    let feed = school.request(Method::GET, "/practice.atom?subject=english");
    let feed = feed.send().await.unwrap();
    let kind = feed.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/atom+xml"), "{kind}");
    let feed = feed.text().await.unwrap();
    assert!(
        feed.contains("<title>Chalk &amp; cheese &lt;b&gt;</title>"),
        "{feed}"
    );
    assert!(feed.contains(post["uri"].as_str().unwrap()), "{feed}");

    for (path, part) in [
        ("/vocab", "<a href=\"/vocab/kind\">Kinds of resource</a>"),
        ("/vocab/phase", "Key Stage 3"),
        (
            "/vocab/phase/year8",
            "Belongs to <a href=\"/vocab/phase/ks3\">",
        ),
        ("/vocab/subject/maths", "#mathematics"),
    ] {
        let (status, _, page) = browser.page(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(page.contains(part), "{part} in {page}");
    }
    for path in ["/vocab/colour", "/vocab/phase/ks9"] {
        let (status, _, _) = browser.page(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    let skos = school
        .request(Method::GET, "/vocab/phase/year8")
        .header("accept", "application/ld+json");
    let skos = answer(skos).await;
    let address = |id: &str| format!("{}/vocab/phase/{id}", school.base);
    assert_eq!(skos["id"], address("year8"));
    assert_eq!(skos["broader"], address("ks3"));
    assert_eq!(skos["prefLabel"]["cy"], "Blwyddyn 8");
    let all = school
        .request(Method::GET, "/vocab/kind")
        .header("accept", "application/json");
    let all = answer(all).await;
    let worksheet = all["@graph"].as_array().unwrap().iter();
    let mut worksheet = worksheet.filter(|one| one["prefLabel"]["en"] == "Worksheet");
    assert_eq!(
        worksheet.next().unwrap()["exactMatch"],
        "https://w3id.org/kim/hcrt/worksheet"
    );
}

// On SQLite alone: it is about a setting.
#[tokio::test]
async fn an_administrator_has_words_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let terms = folder.path().join("terms.tsv");
    let own = "subject\tsurf-science\tscience\t\tsurfing wellenreiten\ten=Surf science\n\
               licence\tour-schools\t\t\tsharedlocally\ten=Within our schools\n";
    std::fs::write(&terms, own).unwrap();
    let file = format!("\"{}\"", terms.display());
    let settings = [
        ("practice.words", "[\"craft\"]"),
        ("practice.curriculum", "\"scotland\""),
        ("practice.terms_file", file.as_str()),
    ];
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let post = ada
        .publish(json!({ "status": "Wave tanks #Craft #Surfing #S2 #CC0" }))
        .await;
    assert_eq!(ids(&practice(&post)["subjects"]), ["surf-science"]);
    assert_eq!(ids(&practice(&post)["stages"]), ["s2"]);
    assert_eq!(
        titles(&ada.get(&format!("{LIBRARY}?subject=science")).await).len(),
        1
    );
    let post = ada
        .publish(json!({ "status": "Wave tanks #Craft #SharedLocally. Not CC BY!" }))
        .await;
    assert_eq!(practice(&post)["licence"]["id"], "our-schools");
    let other = ada
        .publish(json!({ "status": "Wave tanks #Practice" }))
        .await;
    assert_eq!(practice(&other), &Value::Null);

    // What is no term stops the start, and says where.
    std::fs::write(&terms, format!("{own}subject\tNo Good\t\t\t\ten=No\n")).unwrap();
    let refused = school.command(&["config", "check"]);
    let said = crate::harness::out(&refused);
    assert!(!refused.status.success(), "{said}");
    assert!(
        said.contains("practice.terms_file") && said.contains("line 3"),
        "{said}"
    );
}
