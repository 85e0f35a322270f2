//! What the school and its networks say in private is said in the language of whoever gets it, and understood in it.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually, out};

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Waits until somebody was told something in private.
async fn hears(who: &Teacher, words: &str) -> Value {
    eventually(&format!("{} to hear {words:?}", who.name), || async {
        let told = who
            .get("/api/v1/notifications?types[]=mention&limit=80")
            .await;
        let mut said = told.as_array()?.iter().map(|line| line["status"].clone());
        said.find(|status| text(&status["content"]).contains(words))
    })
    .await
}

/// Somebody new, by an app that speaks this language; they are there as ada is.
pub async fn signs_up(school: &School, ada: &Teacher, name: &str, locale: &str) -> Teacher {
    let app = school.request(Method::POST, "/api/v1/apps").form(&[
        ("client_name", "An app"),
        ("redirect_uris", "urn:ietf:wg:oauth:2.0:oob"),
        ("scopes", "read write push"),
    ]);
    let app = answer(app).await;
    let grant = json!({ "grant_type": "client_credentials", "scope": "read write push",
        "client_id": app["client_id"], "client_secret": app["client_secret"] });
    let token = answer(school.request(Method::POST, "/oauth/token").json(&grant)).await;
    let form = json!({ "username": name, "email": format!("{name}@school.example"), "agreement": true,
        "locale": locale, "password": "chalk and cheese", "reason": "I teach" });
    let signed = school
        .request(Method::POST, "/api/v1/accounts")
        .bearer_auth(text(&token["access_token"]))
        .json(&form);
    let signed = answer(signed).await;
    let mut teacher = ada.clone();
    name.clone_into(&mut teacher.name);
    text(&signed["access_token"]).clone_into(&mut teacher.token);
    teacher
}

async fn says(who: &Teacher, to: &Value, words: &str) {
    let body = json!({ "status": words, "in_reply_to_id": to["id"], "visibility": "direct" });
    who.publish(body).await;
}

async fn somebody_is_spoken_to_in_their_language(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let lotte = signs_up(&school, &ada, "lotte", "de-AT").await;
    let gwen = signs_up(&school, &ada, "gwen", "cy").await;

    // What is missing, and what is answered.
    let post = lotte
        .publish(json!({ "status": "Bingo der Brüche #Practice" }))
        .await;
    let asked = hears(
        &lotte,
        "Dein Praxisbeitrag „Bingo der Brüche“ steht in der Bibliothek",
    )
    .await;
    assert_eq!(asked["language"], "de");
    let content = text(&asked["content"]);
    assert!(content.contains("Stufe, Fach, Lizenz."), "{content}");
    assert!(!content.contains("Colleagues"), "{content}");
    says(&lotte, &asked, "Stufe KS3, Fach Mathe").await;
    let done = hears(&lotte, "Danke. Ergänzt: ").await;
    assert!(text(&done["content"]).contains("Mathematik"), "{done}");
    assert!(
        text(&done["content"]).contains("Es fehlt noch: Lizenz."),
        "{done}"
    );
    ada.publish(json!({ "status": "Exit tickets #Practice" }))
        .await;
    let asked = hears(&ada, "Your practice post “Exit tickets”").await;
    assert_eq!(asked["language"], "en");

    // Whether a post comes from hers.
    let link = text(&post["url"]);
    ada.publish(json!({ "status": format!("Fractions bingo\nAdapted from {link} #Practice") }))
        .await;
    let asked = hears(&lotte, "Darf er im Stammbaum von deinem stehen?").await;
    assert!(
        text(&asked["content"]).contains("ada sagt, dass ein Beitrag"),
        "{asked}"
    );
    says(&lotte, &asked, "ja, gern").await;
    hears(&lotte, "Danke. Er steht jetzt im Stammbaum").await;

    // Networks.
    let made = school.command(&[
        "network",
        "create",
        "english",
        "--title",
        "English",
        "--steward",
        "gwen",
    ]);
    assert!(made.status.success(), "{}", out(&made));
    let begun = hears(&gwen, "Rydych yn gofalu am @english").await;
    assert_eq!(begun["language"], "cy");
    let write = |who: &Teacher, words: &str| {
        let body = json!({ "status": format!("@english {words}"), "visibility": "direct" });
        let who = who.clone();
        async move { who.publish(body).await }
    };
    write(&lotte, "Hilfe!").await;
    let help = hears(&lotte, "Hier kannst du schreiben: hilfe").await;
    assert!(
        !text(&help["content"]).contains("Als Verantwortliche"),
        "{help}"
    );
    write(&lotte, "beitreten").await;
    hears(&lotte, "Du bist jetzt Mitglied.").await;
    write(&gwen, "rheolau: Swearing is banned.").await;
    hears(&gwen, "Newidiwyd y rheolau.").await;
    write(&lotte, "regeln").await;
    let rules = hears(&lotte, "Die Regeln:").await;
    assert!(
        text(&rules["content"]).contains("Swearing is banned."),
        "{rules}"
    );
    write(&gwen, "disgrifiad: I bawb sydd am ddysgu").await;
    hears(&gwen, "a dywedwyd wrth y stiwardiaid eraill.").await;
    write(&lotte, "beschreibung").await;
    let described = hears(&lotte, "Was es über sich sagt:").await;
    assert!(
        text(&described["content"]).contains("I bawb sydd am ddysgu"),
        "{described}"
    );
    write(&lotte, "praxis ja").await;
    hears(&lotte, "Das kann nur, wer dieses Netzwerk betreut.").await;
    write(&gwen, "arfer ie").await;
    hears(&gwen, "O hyn ymlaen mae").await;
    by_the_api(&gwen).await;

    // A no, too.
    let hers = ada.publish(json!({ "status": "Number lines" })).await;
    let link = text(&hers["url"]);
    lotte
        .publish(json!({ "status": format!("Zahlenstrahl\nAdapted from {link}") }))
        .await;
    let asked = hears(&ada, "May it stand in the family tree of yours?").await;
    says(&ada, &asked, "no").await;
    let told = hears(
        &lotte,
        "ada möchte nicht, dass ein Beitrag von dir im Stammbaum des eigenen steht.",
    )
    .await;
    assert!(text(&told["content"]).contains(link), "{told}");
}

/// The same to a steward who uses the API: in the language of the request, or else in hers.
async fn by_the_api(gwen: &Teacher) {
    let networks = gwen.get("/api/staffroom/v1/networks").await;
    let network = format!("/api/staffroom/v1/networks/{}", text(&networks[0]["id"]));
    let change = |wanted: Option<&str>, rules: &str| {
        let request = gwen.request(Method::PATCH, &network);
        let request = request.json(&json!({ "title": rules, "rules": rules }));
        match wanted {
            Some(language) => request.header("accept-language", language),
            None => request,
        }
    };
    for (number, (wanted, said)) in [
        (None, "Newidiwyd y rheolau."),
        (Some("fr-CH, en;q=0.5"), "Les règles sont changées."),
        (Some("en"), "The rules are changed."),
        (Some("ja"), "Newidiwyd y rheolau."),
    ]
    .into_iter()
    .enumerate()
    {
        let answered = answer(change(wanted, &format!("Rule {number}"))).await;
        let message = text(&answered["message"]);
        assert_eq!(message.lines().nth(1), Some(said), "{message}");
    }
    let own = gwen.get("/api/v1/accounts/verify_credentials").await;
    let path = format!("{network}/people/{}/unban", text(&own["id"]));
    let refused = gwen.request(Method::POST, &path);
    let refused = refused.header("accept-language", "de").send().await;
    let refused: Value = refused.unwrap().json().await.unwrap();
    assert_eq!(refused["error"], "Sie sind nicht gesperrt");
}

#[tokio::test]
async fn somebody_is_spoken_to_in_their_language_on_sqlite() {
    somebody_is_spoken_to_in_their_language(Sqlite).await;
}

#[tokio::test]
async fn somebody_is_spoken_to_in_their_language_on_postgresql() {
    somebody_is_spoken_to_in_their_language(Postgres).await;
}
