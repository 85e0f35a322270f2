//! Where figures are shown they are right: in the API, for other servers, and on pages.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer};

/// What is told of Ada and of her post.
struct Told<'a> {
    school: &'a School,
    ada: &'a str,
    post: &'a str,
}

impl Told<'_> {
    async fn document(&self, part: &str) -> Value {
        let path = format!("/users/ada/{part}");
        let asked = self.school.request(Method::GET, &path);
        answer(asked.header("accept", "application/activity+json")).await
    }

    async fn page(&self, path: &str) -> String {
        let asked = self.school.request(Method::GET, path);
        let asked = asked.header("accept", "text/html").send().await.unwrap();
        asked.text().await.unwrap()
    }

    /// `followers` of hers, and `deeds` with her post, of which `lists` name as many.
    async fn is(&self, looking: &Teacher, followers: i64, deeds: i64) {
        let (ada, post) = (self.ada, self.post);
        let account = looking.get(&format!("/api/v1/accounts/{ada}")).await;
        let told = ["followers_count", "following_count", "statuses_count"]
            .map(|key| account[key].clone());
        assert_eq!(told, [json!(followers), json!(0), json!(1)], "{account:#}");
        let status = looking.get(&format!("/api/v1/statuses/{post}")).await;
        for key in ["favourites_count", "reblogs_count", "quotes_count"] {
            assert_eq!(status[key], deeds, "{key}: {status:#}");
        }
        assert_eq!(status["account"]["followers_count"], followers);
        for part in ["favourited_by", "reblogged_by"] {
            let list = looking
                .get(&format!("/api/v1/statuses/{post}/{part}"))
                .await;
            let length = i64::try_from(list.as_array().unwrap().len()).unwrap();
            assert_eq!(length, deeds, "{part}");
        }
        for (part, total) in [("followers", followers), ("following", 0), ("outbox", 1)] {
            assert_eq!(self.document(part).await["totalItems"], total, "{part}");
        }
        let note = self.document(&format!("statuses/{post}")).await;
        for part in ["likes", "shares"] {
            let whole = self.document(&format!("statuses/{post}/{part}")).await;
            assert_eq!(whole["totalItems"], deeds, "{part}: {whole}");
            assert_eq!(note[part]["totalItems"], deeds, "{part}: {note}");
        }
        let noun = if followers == 1 {
            "follower"
        } else {
            "followers"
        };
        let line = format!("1 post, 0 following, {followers} {noun}");
        let page = self.page("/@ada").await;
        assert!(page.contains(&format!(">{line}<")), "{line}: {page}");
        assert!(
            page.contains(&format!("content=\"{line}")),
            "{line}: {page}"
        );
        let end = if deeds == 1 { "" } else { "s" };
        let line = format!("{deeds} boost{end} · {deeds} quote{end} · {deeds} favourite{end}");
        let page = self.page(&format!("/@ada/{post}")).await;
        assert!(page.contains(&line), "{line}: {page}");
    }
}

async fn figures_are_right(kind: Kind) {
    let shown = [("community.show_counts", "true")];
    let Some(school) = School::open_with(kind, &shown).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let post = ada.publish(json!({ "status": "Paper strips" })).await;
    let (account, id) = (
        post["account"]["id"].as_str().unwrap(),
        post["id"].as_str().unwrap(),
    );
    let told = Told {
        school: &school,
        ada: account,
        post: id,
    };
    told.is(&cy, 0, 0).await;
    let mut quotes = Vec::new();
    for (number, teacher) in [(1, &bo), (2, &cy)] {
        teacher
            .post(&format!("/api/v1/accounts/{account}/follow"), Value::Null)
            .await;
        for deed in ["favourite", "reblog"] {
            teacher
                .post(&format!("/api/v1/statuses/{id}/{deed}"), Value::Null)
                .await;
        }
        let quote = json!({ "status": "This", "quoted_status_id": id });
        quotes.push(teacher.publish(quote).await);
        told.is(&cy, number, number).await;
    }
    bo.post(&format!("/api/v1/accounts/{account}/unfollow"), Value::Null)
        .await;
    for deed in ["unfavourite", "unreblog"] {
        bo.post(&format!("/api/v1/statuses/{id}/{deed}"), Value::Null)
            .await;
    }
    let quote = format!("/api/v1/statuses/{}", quotes[0]["id"].as_str().unwrap());
    answer(bo.request(Method::DELETE, &quote)).await;
    told.is(&cy, 1, 1).await;
}

#[tokio::test]
async fn figures_that_are_shown_are_right_on_sqlite() {
    figures_are_right(Sqlite).await;
}

#[tokio::test]
async fn figures_that_are_shown_are_right_on_postgresql() {
    figures_are_right(Postgres).await;
}

// On SQLite alone: it is about words.
#[tokio::test]
async fn a_profile_says_why_there_are_no_figures() {
    let school = School::open(Sqlite).await.unwrap();
    school.teacher("ada");
    let page = school
        .request(Method::GET, "/@ada")
        .header("accept", "text/html");
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("here, nobody is ranked"), "{page}");
    assert!(!page.contains("0 followers"), "{page}");
}
