//! Things of somebody's, of each kind that has an id, and the addresses with these ids in them.

use chrono::{Datelike, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use super::super::notifications::place;
use super::super::people::text;
use super::super::posts::with_picture;
use super::later;
use crate::harness::{Teacher, answer, eventually};

/// Which part of a path names a thing, and the same part with its id.
pub struct Places(Vec<(&'static str, String)>);

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap_or_else(|| panic!("{value}"))
}

impl Places {
    /// Makes one of everything that `who` can have, some of it with the help of another.
    pub async fn of(who: &Teacher, other: &Teacher) -> Self {
        let mut places = Self(Vec::new());
        let own = who.get("/api/v1/accounts/verify_credentials").await;
        let found = change(other, json!({ "discoverable": true })).await;
        let other_id = id(&found).to_owned();
        places.posts(who).await;
        places.told(who, other).await;
        places.kept(who, &other_id).await;
        change(who, json!({ "locked": true })).await;
        let follow = format!("/api/v1/accounts/{}/follow", id(&own));
        other.post(&follow, Value::Null).await;
        places.put("/follow_requests/{id}", &other_id);
        places.put("/accounts/{id}", id(&own));
        who.post("/api/v1/push/subscription", place()).await;
        places.year(who).await;
        places
    }

    pub fn put(&mut self, part: &'static str, id: &str) {
        let (kept, _) = part.rsplit_once('{').unwrap();
        self.0.push((part, format!("{kept}{id}")));
    }

    /// The id of the thing that this part names.
    pub fn id(&self, part: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| *known == part);
        let (_, filled) = found.unwrap_or_else(|| panic!("{part}"));
        filled.rsplit('/').next().unwrap()
    }

    /// Whether the path names a thing that is here.
    pub fn name(&self, path: &str) -> bool {
        self.0.iter().any(|(part, _)| path.contains(part))
    }

    /// The address with all these ids; what is not here is 1.
    pub fn fill(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for (part, filled) in &self.0 {
            path = path.replace(part, filled);
        }
        while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
            path.replace_range(start..=end, "1");
        }
        path
    }

    /// What nobody else may see: a post with a poll, what waits, and a file.
    async fn posts(&mut self, who: &Teacher) {
        let poll = json!({ "status": "Which?", "visibility": "direct",
            "poll": { "options": ["One", "Two"], "expires_in": 3600 } });
        let post = who.publish(poll).await;
        let later = json!({ "status": "Later", "scheduled_at": later(3600) });
        let scheduled = who.publish(later).await;
        let file = answer(with_picture(who.request(Method::POST, "/api/v2/media"))).await;
        let words = json!({ "title": "Mine", "context": ["home"],
            "keywords_attributes": [{ "keyword": "mine" }] });
        let filter = who.post("/api/v2/filters", words).await;
        let named = format!("/api/v2/filters/{}/statuses", id(&filter));
        let named = who.post(&named, json!({ "status_id": id(&post) })).await;
        let keyword = id(&filter["keywords"][0]);
        // The narrower ones first: what is filled in has no braces any more.
        self.put("/v2/filters/keywords/{id}", keyword);
        self.put("/v2/filters/statuses/{id}", id(&named));
        self.put("/v2/filters/{id}", id(&filter));
        self.put("/v1/filters/{id}", keyword);
        self.put("/scheduled_statuses/{id}", id(&scheduled));
        self.put("/statuses/{id}", id(&post));
        self.put("/polls/{id}", id(&post["poll"]));
        self.put("/media/{id}", id(&file));
        let refresh = format!("context-{}-{}", id(&post), id(&post));
        self.put("/async_refreshes/{id}", &refresh);
    }

    /// What they are told by the other, and what is held back.
    async fn told(&mut self, who: &Teacher, other: &Teacher) {
        let hush = json!({ "status": format!("@{} hush", who.name), "visibility": "direct" });
        other.publish(hush).await;
        let told = who.is_told("mention").await;
        let groups = who.get("/api/v2/notifications?types[]=mention").await;
        let key = text(&groups["notification_groups"][0]["group_key"]).to_owned();
        let talks = who.get("/api/v1/conversations").await;
        let policy = json!({ "for_not_following": "filter" });
        answer(
            who.request(Method::PATCH, "/api/v2/notifications/policy")
                .json(&policy),
        )
        .await;
        let asks = json!({ "status": format!("@{} may I?", who.name) });
        other.publish(asks).await;
        let waiting = eventually("a request", || async {
            let waiting = who.get("/api/v1/notifications/requests").await;
            waiting.as_array()?.first().cloned()
        })
        .await;
        self.put("/notifications/requests/{id}", id(&waiting));
        self.put("/notifications/{id}", id(&told));
        self.put("/notifications/{key}", &key);
        self.put("/conversations/{id}", id(&talks[0]));
    }

    async fn kept(&mut self, who: &Teacher, other: &str) {
        let list = who.post("/api/v1/lists", json!({ "title": "Mine" })).await;
        let tag = json!({ "name": "mine" });
        let tag = who.post("/api/v1/featured_tags", tag).await;
        let wish = json!({ "name": "Mine", "account_ids": [other] });
        let made = who.post("/api/v1/collections", wish).await;
        let collection = &made["collection"];
        let item = format!("{}/items/{}", id(collection), id(&collection["items"][0]));
        self.0.push((
            "/collections/{id}/items/{item}",
            format!("/collections/{item}"),
        ));
        self.put("/collections/{id}", id(collection));
        self.put("/timelines/list/{id}", id(&list));
        self.put("/lists/{id}", id(&list));
        self.put("/featured_tags/{id}", id(&tag));
    }

    async fn year(&mut self, who: &Teacher) {
        let year = Utc::now().year().to_string();
        let report = format!("/api/v1/annual_reports/{year}");
        who.post(&format!("{report}/generate"), Value::Null).await;
        eventually("the report to be made", || async {
            let state = who.get(&format!("{report}/state")).await;
            (state["state"] == "available").then_some(())
        })
        .await;
        self.put("/annual_reports/{id}", &year);
    }
}

pub async fn change(who: &Teacher, wish: Value) -> Value {
    let own = who.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(own.json(&wish)).await
}
