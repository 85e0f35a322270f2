//! Figures for moderators, and their word about what could trend.

use chrono::{TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::World;
use super::driver::Driver;

pub async fn drive(world: &World, driver: &mut Driver<'_>) {
    let World { ada, abe, .. } = world;
    let today = Utc::now().date_naive();
    let start = today - TimeDelta::days(2);
    let host = json!({ "domain": "away.example" });
    let tag = json!({ "id": "bees" });
    let mut asked =
        json!({ "start_at": start.to_string(), "end_at": today.to_string(), "limit": 5 });
    for name in ["tag_accounts", "tag_uses", "tag_servers", "tag_languages"] {
        asked[name] = tag.clone();
    }
    for name in [
        "instance_accounts",
        "instance_media_attachments",
        "instance_reports",
        "instance_statuses",
        "instance_follows",
        "instance_followers",
        "instance_languages",
    ] {
        asked[name] = host.clone();
    }
    let with = |keys: &[&str]| {
        let mut asked: Value = asked.clone();
        asked["keys"] = json!(keys);
        asked
    };
    let measures = with(&[
        "active_users",
        "new_users",
        "interactions",
        "opened_reports",
        "resolved_reports",
        "tag_accounts",
        "tag_uses",
        "tag_servers",
        "instance_accounts",
        "instance_media_attachments",
        "instance_reports",
        "instance_statuses",
        "instance_follows",
        "instance_followers",
    ]);
    let operation = "POST /api/v1/admin/measures";
    driver.asks(abe, operation, &[], measures).await;
    let dimensions = with(&[
        "languages",
        "sources",
        "servers",
        "space_usage",
        "software_versions",
        "tag_servers",
        "tag_languages",
        "instance_accounts",
        "instance_languages",
    ]);
    let operation = "POST /api/v1/admin/dimensions";
    driver.asks(abe, operation, &[], dimensions).await;
    for frequency in ["day", "month"] {
        asked["frequency"] = json!(frequency);
        let operation = "POST /api/v1/admin/retention";
        driver.asks(abe, operation, &[], asked.clone()).await;
    }

    let body = json!({ "status": "Many #bees" });
    let post = driver.asks(ada, "POST /api/v1/statuses", &[], body).await;
    let id = &post["id"];
    let why = "no answer names the id of a link; none of the moderator's programs has one";
    for word in ["approve", "reject"] {
        let operation = |what: &str| format!("POST /api/v1/admin/trends/{what}/{{id}}/{word}");
        driver.gets(abe, &operation("statuses"), &[id]).await;
        driver
            .gets(abe, &operation("tags"), &[&json!("bees")])
            .await;
        let missing = StatusCode::NOT_FOUND;
        let link = json!("1");
        driver
            .is_refused(abe, &operation("links"), &[&link], missing, why)
            .await;
    }
}
