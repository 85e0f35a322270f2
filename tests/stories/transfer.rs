//! Follows, blocks, mutes, lists, bookmarks and blocked servers: taken along as CSV, and brought to another account.

use reqwest::{Client, StatusCode, redirect};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, Teacher, eventually, out};
use crate::sign_in::field;

const PASSWORD: &str = "chalk and cheese";
pub const HERE: &str = "/settings/transfer";

/// Somebody at the page.
pub struct Desk {
    pub http: Client,
    pub base: String,
}

impl Desk {
    pub async fn of(school: &School, name: &str) -> Self {
        let desk = Self {
            http: Client::builder()
                .cookie_store(true)
                .redirect(redirect::Policy::none())
                .build()
                .unwrap(),
            base: school.base.clone(),
        };
        let (_, page) = desk.page("/sign-in").await;
        let form = [
            ("csrf", &*field(&page, "csrf")),
            ("login", name),
            ("password", PASSWORD),
            ("return_to", "/"),
        ];
        let sent = desk.http.post(format!("{}/sign-in", desk.base)).form(&form);
        assert_eq!(sent.send().await.unwrap().status(), StatusCode::SEE_OTHER);
        desk
    }

    pub async fn page(&self, path: &str) -> (StatusCode, String) {
        let asked = self
            .http
            .get(format!("{}{path}", self.base))
            .header("accept", "text/html");
        let response = asked.send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    /// The lines of a file that is taken along, in the order of the alphabet.
    async fn takes(&self, file: &str) -> Vec<String> {
        let (status, text) = self.page(&format!("{HERE}/export/{file}")).await;
        assert_eq!(status, StatusCode::OK, "{file}: {text}");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// Where the answer leads, or what it says.
    async fn submits(
        &self,
        csrf: &str,
        kind: &str,
        mode: &str,
        file: Vec<u8>,
    ) -> (StatusCode, String) {
        let file = reqwest::multipart::Part::bytes(file).file_name("a file.csv");
        let form = reqwest::multipart::Form::new()
            .text("csrf", csrf.to_owned())
            .text("type", kind.to_owned())
            .text("mode", mode.to_owned())
            .part("file", file);
        let sent = self
            .http
            .post(format!("{}{HERE}", self.base))
            .multipart(form);
        let response = sent.send().await.unwrap();
        let status = response.status();
        let to = response.headers().get("location").cloned();
        let text = response.text().await.unwrap();
        (
            status,
            to.map_or(text, |to| to.to_str().unwrap().to_owned()),
        )
    }

    async fn tries(&self, kind: &str, mode: &str, file: &str) -> (StatusCode, String) {
        let (_, page) = self.page(HERE).await;
        let csrf = field(&page, "csrf");
        self.submits(&csrf, kind, mode, file.into()).await
    }

    /// Brings a file here; answers where its report is.
    async fn brings(&self, kind: &str, mode: &str, file: &str) -> String {
        let (status, to) = self.tries(kind, mode, file).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
        to
    }

    /// The report, once all lines are worked off.
    async fn reads(&self, report: &str) -> String {
        eventually("the file to be worked off", || async {
            let (_, page) = self.page(report).await;
            page.contains("All lines are worked off").then_some(page)
        })
        .await
    }
}

async fn id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

async fn relation(teacher: &Teacher, id: &str) -> Value {
    let path = format!("/api/v1/accounts/relationships?id[]={id}");
    teacher.get(&path).await[0].clone()
}

/// How often a page says that of a line.
fn said(page: &str, words: &str) -> usize {
    page.matches(&format!("<td>{words}")).count()
}

async fn round_trip(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy, di, eli] = ["ada", "bo", "cy", "di", "eli"].map(|name| school.teacher(name));
    let home = Elsewhere::open().await;
    let grace = home.person("grace");
    home.is_followed(&school, &ada, &grace).await;
    let grace = account_id(&ada, &format!("grace@{}", home.host)).await;
    let (bo_id, cy_id, di_id) = (id(&bo).await, id(&cy).await, id(&di).await);
    let wishes = json!({ "reblogs": false, "notify": true, "languages": ["de", "en"] });
    ada.post(&format!("/api/v1/accounts/{bo_id}/follow"), wishes)
        .await;
    ada.post(&format!("/api/v1/accounts/{cy_id}/block"), Value::Null)
        .await;
    let quiet = json!({ "notifications": false });
    ada.post(&format!("/api/v1/accounts/{di_id}/mute"), quiet)
        .await;
    let list = ada
        .post(
            "/api/v1/lists",
            json!({ "title": "=Science, \"and\" more" }),
        )
        .await;
    let members = format!("/api/v1/lists/{}/accounts", list["id"].as_str().unwrap());
    ada.post(&members, json!({ "account_ids": [bo_id, grace] }))
        .await;
    ada.post("/api/v1/domain_blocks", json!({ "domain": "loud.example" }))
        .await;
    let note = bo.publish(json!({ "status": "worth keeping" })).await;
    let keep = format!("/api/v1/statuses/{}/bookmark", note["id"].as_str().unwrap());
    ada.post(&keep, Value::Null).await;

    let (desk, other) = (
        Desk::of(&school, "ada").await,
        Desk::of(&school, "eli").await,
    );
    let host = &school.host;
    let (_, following) = desk
        .page(&format!("{HERE}/export/following_accounts.csv"))
        .await;
    assert!(
        following.starts_with("Account address,Show boosts,Notify on new posts,Languages\n"),
        "{following}"
    );
    assert!(
        following.contains(&format!("bo@{host},false,true,\"de, en\"\n")),
        "{following}"
    );
    assert!(
        following.contains(&format!("grace@{},true,false,\n", home.host)),
        "{following}"
    );
    assert_eq!(
        desk.takes("blocked_accounts.csv").await,
        [format!("cy@{host}")]
    );
    assert_eq!(
        desk.takes("muted_accounts.csv").await,
        [
            "Account address,Hide notifications".to_owned(),
            format!("di@{host},false")
        ]
    );
    assert_eq!(desk.takes("followers.csv").await, ["Account address"]);
    assert_eq!(desk.takes("blocked_domains.csv").await, ["loud.example"]);
    assert_eq!(
        desk.takes("bookmarks.csv").await,
        [note["uri"].as_str().unwrap()]
    );
    // No spreadsheet takes it for a formula.
    assert!(desk.takes("lists.csv").await[0].starts_with("\"'=Science, \"\"and\"\" more\","));

    let files = [
        ("following", "following_accounts.csv", 2),
        ("blocking", "blocked_accounts.csv", 1),
        ("muting", "muted_accounts.csv", 1),
        ("lists", "lists.csv", 2),
        ("domain_blocking", "blocked_domains.csv", 1),
        ("bookmarks", "bookmarks.csv", 1),
    ];
    for (kind, file, lines) in files {
        let (_, text) = desk.page(&format!("{HERE}/export/{file}")).await;
        let report = other.reads(&other.brings(kind, "merge", &text).await).await;
        assert_eq!(said(&report, "done"), lines, "{kind}: {report}");
        // The server of the one who is elsewhere has not said yes, so that is still owed.
        if kind == "following" {
            let asked = home
                .receives("eli's Follow", |activity| {
                    activity["type"] == "Follow"
                        && activity["actor"]
                            .as_str()
                            .is_some_and(|actor| actor.ends_with("/eli"))
                })
                .await;
            let by = format!("{}/users/grace", home.base);
            let yes = json!({ "id": format!("{by}#yes"), "type": "Accept", "actor": by, "object": asked["id"] });
            home.tells(&school, &yes).await;
            eventually("the yes", || async {
                (relation(&eli, &grace).await["following"] == true).then_some(())
            })
            .await;
        }
        let report = other.reads(&other.brings(kind, "merge", &text).await).await;
        assert_eq!(said(&report, "already so"), lines, "{kind}: {report}");
        let mut taken: Vec<String> = text.lines().map(str::to_owned).collect();
        taken.sort();
        assert_eq!(other.takes(file).await, taken, "{file}");
    }
    assert_eq!(relation(&eli, &di_id).await["muting_notifications"], false);

    // However the lines end.
    for file in [
        "bo\r\nnobody\r\n",
        "Account address\r\nbo\r\nnobody\r\n",
        "bo\rnobody\r",
    ] {
        let report = other
            .reads(&other.brings("following", "merge", file).await)
            .await;
        assert_eq!(
            (said(&report, "already so"), said(&report, "not found")),
            (1, 1),
            "{report}"
        );
    }

    // What is not in the file ends, and a file of one column is enough.
    let report = other
        .brings("following", "overwrite", &format!("@cy@{host}\nbo\n"))
        .await;
    let report = other.reads(&report).await;
    assert_eq!(
        (said(&report, "refused"), said(&report, "already so")),
        (1, 1),
        "{report}"
    );
    assert_eq!(relation(&eli, &bo_id).await["following"], true);
    assert_eq!(relation(&eli, &grace).await["following"], false);
}

#[tokio::test]
async fn what_is_taken_along_is_the_same_elsewhere_on_sqlite() {
    round_trip(Sqlite).await;
}

#[tokio::test]
async fn what_is_taken_along_is_the_same_elsewhere_on_postgresql() {
    round_trip(Postgres).await;
}

async fn refusals(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let _people = ["ada", "bo"].map(|name| school.teacher(name));
    let (ada, bo) = (
        Desk::of(&school, "ada").await,
        Desk::of(&school, "bo").await,
    );
    let host = &school.host;
    for (kind, file, reason) in [
        ("following", "", "empty"),
        ("following", "Account address\n", "empty"),
        (
            "following",
            "no handle\nnor this one\n",
            "No line of the file can be read",
        ),
        (
            "following",
            "Account address,Hide notifications\nbo,true\n",
            "something else",
        ),
        (
            "lists",
            "Account address,Show boosts\nbo,true\n",
            "something else",
        ),
        ("muting", "#domain\nloud.example\n", "something else"),
        (
            "bookmarks",
            "bo@school.example\n",
            "No line of the file can be read",
        ),
        (
            "domain_blocking",
            host.as_str(),
            "No line of the file can be read",
        ),
        (
            "following",
            &*"bo\n".repeat(20_001),
            "more than 20000 lines",
        ),
    ] {
        let (status, page) = ada.tries(kind, "merge", file).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{kind} {reason}");
        assert!(page.contains(reason), "{reason}: {page}");
    }
    let (_, page) = ada.page(HERE).await;
    let csrf = field(&page, "csrf");
    let latin = ada
        .submits(&csrf, "lists", "merge", b"Math\xe9,bo".to_vec())
        .await;
    assert_eq!(latin.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        ada.submits("forged", "lists", "merge", b"a,bo".to_vec())
            .await
            .0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        ada.tries("everything", "merge", "bo").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        ada.tries("following", "somehow", "bo").await.0,
        StatusCode::BAD_REQUEST
    );
    let large = vec![b'a'; 4 * 1_024 * 1_024 + 1];
    let (status, _) = ada.submits(&csrf, "following", "merge", large).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);

    let report = ada
        .brings("following", "merge", "bo\nada\n=nobody\nnobody\n")
        .await;
    let report_page = ada.reads(&report).await;
    for (outcome, lines) in [("done", 1), ("refused", 2), ("not found", 1)] {
        assert_eq!(said(&report_page, outcome), lines, "{report_page}");
    }
    let (_, failures) = ada.page(&format!("{report}/failures.csv")).await;
    assert!(
        failures.starts_with("Account address,Show boosts,Notify on new posts,Languages,Reason\n")
    );
    assert!(failures.contains("\nnobody,,,,not found\n"), "{failures}");
    assert!(
        failures.contains("ada,,,,You cannot follow yourself\n"),
        "{failures}"
    );
    assert!(
        failures.contains("'=nobody,,,,This is no handle"),
        "{failures}"
    );
    // Somebody else's is not there.
    for path in [
        report.clone(),
        format!("{report}/failures.csv"),
        format!("{HERE}/imports/1"),
    ] {
        assert_eq!(bo.page(&path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        bo.page(&format!("{HERE}/export/secrets.csv")).await.0,
        StatusCode::NOT_FOUND
    );
    let (_, page) = bo.page(HERE).await;
    assert!(!page.contains("What was brought here"), "{page}");
    // Who does not answer holds nobody up, and is asked again later; but not everything can wait at once.
    for _ in 0..3 {
        let report = bo
            .brings("following", "merge", "who@localhost:1\nada\n")
            .await;
        eventually("the other line", || async {
            let (_, page) = bo.page(&report).await;
            (said(&page, "done") + said(&page, "already so") == 1).then_some(())
        })
        .await;
        let (_, page) = bo.page(&report).await;
        assert!(page.contains("Lines that wait: 1."), "{page}");
    }
    let (status, page) = bo.tries("following", "merge", "ada\n").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("Other files are still being worked off"),
        "{page}"
    );
    let nobody = school
        .http
        .get(format!("{}{HERE}/export/followers.csv", school.base));
    let answer = nobody.send().await.unwrap();
    assert!(
        answer.url().path().starts_with("/sign-in"),
        "{}",
        answer.url()
    );
}

#[tokio::test]
async fn what_cannot_be_brought_is_refused_on_sqlite() {
    refusals(Sqlite).await;
}

#[tokio::test]
async fn what_cannot_be_brought_is_refused_on_postgresql() {
    refusals(Postgres).await;
}

async fn killed(kind: Kind) {
    let Some(mut school) = School::open(kind).await else {
        return;
    };
    let (ada, _bo) = (school.teacher("ada"), school.teacher("bo"));
    let bo = ada.get("/api/v1/accounts/lookup?acct=bo").await;
    let desk = Desk::of(&school, "ada").await;
    let mut file: String = (0..1_000).map(|n| format!("server{n}.example\n")).collect();
    file.push_str("server1.example\n");
    let report = desk.brings("domain_blocking", "merge", &file).await;
    eventually("some lines to be done", || async {
        let blocked = ada.get("/api/v1/domain_blocks?limit=200").await;
        (!blocked.as_array()?.is_empty()).then_some(())
    })
    .await;
    school.kill();
    school.start().await;
    let page = desk.reads(&report).await;
    assert!(page.contains("<li>done: 1000</li>"), "{page}");
    assert!(page.contains("<li>already so: 1</li>"), "{page}");
    assert_eq!(desk.takes("blocked_domains.csv").await.len(), 1_000);
    let page = desk.page(&format!("{report}?after=500")).await.1;
    assert!(page.contains("server500.example") && !page.contains("server499.example"));

    // By hand on the machine itself.
    let file = school.folder().join("follows.csv");
    std::fs::write(&file, "Account address\nbo\n").unwrap();
    let file = file.display().to_string();
    let brought = school.command(&["user", "import", "ada", "following", &file]);
    assert!(brought.status.success(), "{}", out(&brought));
    let id = bo["id"].as_str().unwrap();
    eventually("the follow", || async {
        (relation(&ada, id).await["following"] == true).then_some(())
    })
    .await;
    let written = school.command(&["user", "export", "ada", "following", &file]);
    assert!(written.status.success(), "{}", out(&written));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains(&format!("bo@{},true,false,\n", school.host)),
        "{text}"
    );
    let wrong = school.command(&["user", "import", "ada", "everything", &file]);
    assert!(!wrong.status.success() && out(&wrong).contains("domain_blocking"));
}

#[tokio::test]
async fn a_file_is_worked_off_whatever_happens_on_sqlite() {
    killed(Sqlite).await;
}

#[tokio::test]
async fn a_file_is_worked_off_whatever_happens_on_postgresql() {
    killed(Postgres).await;
}

// On SQLite alone: it is about pages.
#[tokio::test]
async fn each_page_of_the_settings_is_found_from_the_first_one() {
    let school = School::open(Sqlite).await.unwrap();
    let _ada = school.person("ada", "owner", "read");
    let desk = Desk::of(&school, "ada").await;
    let (status, first) = desk.page("/settings").await;
    assert_eq!(status, StatusCode::OK);
    let pages: Vec<&str> = include_str!("routes.tsv")
        .lines()
        .filter_map(|line| line.strip_prefix("GET\t")?.split('\t').next())
        .filter(|path| path.starts_with("/settings/") && !path.contains('{'))
        .collect();
    assert!(pages.contains(&HERE));
    for path in pages {
        // Where Mastodon has a page, one is led to one of ours.
        let is_ours = desk.page(path).await.0 != StatusCode::SEE_OTHER;
        let is_linked = first.contains(&format!("href=\"{path}\""));
        assert!(is_linked || !is_ours, "{path}");
    }
}
