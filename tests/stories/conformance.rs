//! Every operation that we describe, asked with real objects: each answer is held against Mastodon's shapes
//! (`tests/reference`) and against our own description; and asked wrongly, each in the ways in which it can be.

mod abroad;
mod admin;
mod coverage;
mod document;
mod driver;
mod figures;
mod gathered;
mod house;
mod lineage;
mod negative;
mod networks;
mod notifications;
mod people;
mod posts;
mod reference;

use chrono::Utc;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::Kind::{self, Postgres, Sqlite};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::harness::{School, Teacher};
use driver::Driver;

/// Where an answer may differ from the reference: how the mistake begins, and why it is none.
const TOLERATED: [(&str, &str); 30] = [
    (
        "WebPushSubscription.id: is ",
        "a number, as Mastodon sends it and apps parse it; only the documentation says text",
    ),
    (
        "WebPushSubscription.policy: is not known",
        "Mastodon answers what was asked for",
    ),
    (
        "MediaAttachment.text_url: is not known",
        "null, which Mastodon still sends; old apps ask for the key",
    ),
    (
        "MediaAttachment.preview_remote_url: is not known",
        "where the small picture came from, which Mastodon sends",
    ),
    (
        "MetaDetails.size: is not known",
        "the sides as text, which Mastodon sends",
    ),
    (
        "PollOption.votes_count: is null",
        "while totals are hidden, as the documentation says in words",
    ),
    ("PreviewCard.language: is not known", "Mastodon sends it"),
    (
        "PreviewCard.image_description: is not known",
        "Mastodon sends it",
    ),
    (
        "Instance.configuration.vapid: is not known",
        "Mastodon sends it; apps take the key for pushing from there",
    ),
    (
        "ExtendedDescription.updated_at: is null",
        "the text stands in the configuration, which knows no time",
    ),
    ("Profile.featured_tags: is not known", "Mastodon sends them"),
    (
        "NotificationPolicy.for_bots: is not known",
        "Mastodon sends it since 4.6; only the documentation does not know it",
    ),
    (
        "ScheduledStatus.params.visibility: is null",
        "nothing was chosen, and Mastodon keeps it so",
    ),
    (
        "ScheduledStatus.params.quote_approval_policy: is null",
        "nothing was chosen, and Mastodon keeps it so",
    ),
    (
        "Suggestion.source: is not known",
        "the older key, which Mastodon still sends",
    ),
    (
        "AdminReport.collections: is not known",
        "an empty list: nobody reports them here",
    ),
    (
        "AdminAccount.email: is null",
        "of people elsewhere, as Mastodon sends it",
    ),
    (
        "AdminAccount.locale: is null",
        "of people elsewhere, as Mastodon sends it",
    ),
    (
        "AdminAccount.role: is null",
        "of people elsewhere, as Mastodon sends it",
    ),
    (
        "StatusSource.content_type: is not known",
        "how it is written, as GoToSocial and Pleroma say",
    ),
    (
        "CredentialAccount.source.status_content_type: is not known",
        "how one writes, as GoToSocial says",
    ),
    (
        "Instance.configuration.statuses.supported_mime_types: is not known",
        "how posts may be written, as GoToSocial says",
    ),
    (
        "V1Instance.configuration.statuses.supported_mime_types: is not known",
        "the same in the older shape",
    ),
    (
        "V1Instance.configuration.media_attachments.description_limit: is not known",
        "as in the newer shape",
    ),
    (
        "PreviewCard.author_url: is \"\"",
        "Mastodon sends an empty text where there is none",
    ),
    (
        "PreviewCard.provider_url: is \"\"",
        "Mastodon sends an empty text where there is none",
    ),
    (
        "PreviewCard.embed_url: is \"\"",
        "Mastodon sends an empty text where there is none",
    ),
    (
        "WebPushSubscription.alerts.quote: is not known",
        "Mastodon tells of quotes since 4.5",
    ),
    (
        "WebPushSubscription.alerts.quoted_update: is not known",
        "Mastodon tells of quotes since 4.5",
    ),
    (
        "ShallowQuote.quoted_status: is not known",
        "a Quote, whose status has one of the differences above and so is taken for the other",
    ),
];

/// Operations that no test can drive here, and why.
const NOT_DRIVEN: [(&str, &str); 0] = [];

const SCOPES: &str = "read write follow push profile";

/// A page about bees at every address, and a translator that gives back what it gets.
async fn web() -> MockServer {
    let web = MockServer::start().await;
    let languages = json!([{ "code": "en", "name": "English", "targets": ["en", "fr"] }]);
    Mock::given(method("GET"))
        .and(path("/languages"))
        .respond_with(ResponseTemplate::new(200).set_body_json(languages))
        .mount(&web)
        .await;
    let same = |request: &Request| {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        ResponseTemplate::new(200).set_body_json(json!({ "translatedText": asked["q"] }))
    };
    Mock::given(method("POST"))
        .and(path("/translate"))
        .respond_with(same)
        .mount(&web)
        .await;
    let html = "<html lang=\"en\"><title>Bees</title><meta property=\"og:description\" content=\"They dance\">";
    let html = ResponseTemplate::new(200).set_body_raw(html, "text/html; charset=utf-8");
    Mock::given(any()).respond_with(html).mount(&web).await;
    web
}

/// A school with somebody of each kind in it.
struct World {
    school: School,
    ada: Teacher,
    bo: Teacher,
    cy: Teacher,
    mia: Teacher,
    abe: Teacher,
    /// An app's own token, and the app.
    app: Teacher,
    client: Value,
    /// A page to which posts link.
    page: String,
    _web: MockServer,
    _texts: TempDir,
}

impl World {
    async fn open(kind: Kind) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "Be there on time.").unwrap();
            format!("\"{}\"", path.display())
        };
        let (privacy, terms) = (file("privacy.txt"), file("terms.txt"));
        let web = web().await;
        let translator = format!("\"{}\"", web.uri());
        let school = School::open_with(
            kind,
            &[
                ("registrations.mode", "\"approval\""),
                ("statuses.link_preview_spread_seconds", "0"),
                ("instance.rules", "[\"Be kind, please.\"]"),
                ("federation.show_domain_blocks", "\"everybody\""),
                ("instance.privacy_policy_file", privacy.as_str()),
                ("instance.terms_file", terms.as_str()),
                ("instance.terms_date", "\"2020-12-01\""),
                ("server.contact_email", "\"office@school.example\""),
                ("translation.libretranslate_url", translator.as_str()),
            ],
        )
        .await?;
        let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.person(name, "user", SCOPES));
        let mia = school.person("mia", "moderator", "read write admin:read admin:write");
        let all = format!("{SCOPES} admin:read admin:write");
        let abe = school.person("abe", "admin", &all);
        let asks = json!({ "client_name": "An app", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write" });
        let client = ada.post("/api/v1/apps", asks).await;
        let grant = json!({ "grant_type": "client_credentials", "scope": "read write",
            "client_id": client["client_id"], "client_secret": client["client_secret"] });
        let granted = ada.post("/oauth/token", grant).await;
        let token = granted["access_token"].as_str().unwrap().to_owned();
        let mut app = ada.clone();
        app.token = token;
        let page = format!("http://localhost:{}/bees", web.address().port());
        Some(Self {
            school,
            ada,
            bo,
            cy,
            mia,
            abe,
            app,
            client,
            page,
            _web: web,
            _texts: folder,
        })
    }
}

/// Seconds from now, as apps write times.
fn later(seconds: i64) -> String {
    let at = Utc::now() + chrono::TimeDelta::seconds(seconds);
    at.format("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

async fn every_operation(kind: Kind) {
    let Some(world) = World::open(kind).await else {
        return;
    };
    let mut driver = Driver::new(&world.school).await;
    house::drive(&world, &mut driver).await;
    people::drive(&world, &mut driver).await;
    posts::drive(&world, &mut driver).await;
    lineage::drive(&world, &mut driver).await;
    notifications::drive(&world, &mut driver).await;
    gathered::drive(&world, &mut driver).await;
    abroad::drive(&world, &mut driver).await;
    figures::drive(&world, &mut driver).await;
    admin::drive(&world, &mut driver).await;
    networks::drive(&world, &mut driver).await;
    driver.concludes();
}

#[tokio::test]
async fn every_operation_answers_in_mastodons_shapes_on_sqlite() {
    every_operation(Sqlite).await;
}

#[tokio::test]
async fn every_operation_answers_in_mastodons_shapes_on_postgresql() {
    every_operation(Postgres).await;
}
