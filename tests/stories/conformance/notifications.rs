//! What people are told, at once or not, and by whom.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::World;
use super::driver::Driver;
use super::people::text;

/// Of which kinds Ada is told by now; polls end too late for a test, moderators are told in admin.rs.
const TOLD: [&str; 7] = [
    "favourite",
    "follow",
    "follow_request",
    "mention",
    "quote",
    "reblog",
    "status",
];

/// Where a message is pushed to, with the keys of RFC 8291, appendix A.
pub fn place() -> Value {
    json!({ "subscription": { "endpoint": "https://push.example/ada", "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg" } }, "data": { "alerts": { "mention": true } } })
}

pub async fn drive(world: &World, driver: &mut Driver<'_>) {
    let World { ada, bo, cy, .. } = world;
    let post = "POST /api/v1/statuses";
    let first = driver
        .asks(ada, post, &[], json!({ "status": "First" }))
        .await;
    let id = &first["id"];
    driver
        .gets(bo, "POST /api/v1/statuses/{id}/favourite", &[id])
        .await;
    driver
        .gets(cy, "POST /api/v1/statuses/{id}/reblog", &[id])
        .await;
    driver
        .asks(
            cy,
            post,
            &[],
            json!({ "status": "This", "quoted_status_id": id }),
        )
        .await;
    driver
        .asks(
            ada,
            "PUT /api/v1/statuses/{id}",
            &[id],
            json!({ "status": "Second" }),
        )
        .await;
    let lock = "PATCH /api/v1/accounts/update_credentials";
    let own = driver.asks(ada, lock, &[], json!({ "locked": true })).await;
    driver
        .gets(bo, "POST /api/v1/accounts/{id}/unfollow", &[&own["id"]])
        .await;
    driver
        .gets(bo, "POST /api/v1/accounts/{id}/follow", &[&own["id"]])
        .await;
    let bo_id = driver
        .gets(ada, "GET /api/v1/accounts/lookup?acct=bo", &[])
        .await["id"]
        .clone();
    let bell = json!({ "notify": true });
    driver
        .asks(ada, "POST /api/v1/accounts/{id}/follow", &[&bo_id], bell)
        .await;
    driver
        .asks(bo, post, &[], json!({ "status": "News" }))
        .await;
    driver
        .asks(bo, post, &[], json!({ "status": "@ada hello" }))
        .await;
    for kind in TOLD {
        ada.is_told(kind).await;
    }
    cy.is_told("update").await;
    cy.is_told("quoted_update").await;
    driver.gets(cy, "GET /api/v1/notifications", &[]).await;

    let told = driver
        .gets(ada, "GET /api/v1/notifications?limit=80", &[])
        .await;
    let kinds: BTreeSet<&str> = told
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["type"].as_str())
        .collect();
    for kind in TOLD {
        if !kinds.contains(kind) {
            driver.is_wrong(
                format!("no {kind} among {kinds:?}"),
                "GET /api/v1/notifications",
            );
        }
    }
    driver
        .gets(ada, "GET /api/v1/notifications/{id}", &[&told[0]["id"]])
        .await;
    driver
        .asks(ada, lock, &[], json!({ "locked": false }))
        .await;
    driver
        .gets(ada, "GET /api/v1/notifications/unread_count", &[])
        .await;
    driver
        .gets(ada, "GET /api/v2/notifications/unread_count", &[])
        .await;
    let groups = driver.gets(ada, "GET /api/v2/notifications", &[]).await;
    let key = &groups["notification_groups"][0]["group_key"];
    driver
        .gets(ada, "GET /api/v2/notifications/{key}", &[key])
        .await;
    driver
        .gets(ada, "GET /api/v2/notifications/{key}/accounts", &[key])
        .await;
    driver
        .gets(ada, "POST /api/v2/notifications/{key}/dismiss", &[key])
        .await;
    let left = driver.gets(ada, "GET /api/v1/notifications", &[]).await;
    driver
        .gets(
            ada,
            "POST /api/v1/notifications/{id}/dismiss",
            &[&left[0]["id"]],
        )
        .await;
    let named = json!({ "id": left[1]["id"] });
    driver
        .asks(ada, "POST /api/v1/notifications/dismiss", &[], named)
        .await;
    driver
        .gets(ada, "POST /api/v1/notifications/clear", &[])
        .await;
    driver
        .gets(ada, "POST /api/v2/notifications/clear", &[])
        .await;
    requests(world, driver).await;

    let push = "/api/v1/push/subscription";
    driver
        .asks(ada, &format!("POST {push}"), &[], place())
        .await;
    driver.gets(ada, &format!("GET {push}"), &[]).await;
    let change = json!({ "data": { "alerts": { "follow": true } } });
    driver.asks(ada, &format!("PUT {push}"), &[], change).await;
    driver.gets(ada, &format!("DELETE {push}"), &[]).await;
}

/// Held back, then let through or dropped, one by one and together.
async fn requests(world: &World, driver: &mut Driver<'_>) {
    let World { ada, bo, cy, .. } = world;
    let policy = json!({ "for_not_following": "filter" });
    driver
        .asks(ada, "PATCH /api/v2/notifications/policy", &[], policy)
        .await;
    driver
        .gets(ada, "GET /api/v2/notifications/policy", &[])
        .await;
    let earlier = json!({ "filter_private_mentions": false });
    driver
        .asks(ada, "PUT /api/v1/notifications/policy", &[], earlier)
        .await;
    driver
        .gets(ada, "GET /api/v1/notifications/policy", &[])
        .await;
    let bo_id = driver
        .gets(ada, "GET /api/v1/accounts/lookup?acct=bo", &[])
        .await["id"]
        .clone();
    driver
        .gets(ada, "POST /api/v1/accounts/{id}/unfollow", &[&bo_id])
        .await;
    let all = "GET /api/v1/notifications/requests";
    for (deed, together) in [
        ("dismiss", false),
        ("dismiss", true),
        ("accept", true),
        ("accept", false),
    ] {
        let who = if together { cy } else { bo };
        let words = json!({ "status": "@ada may I?" });
        driver.asks(who, "POST /api/v1/statuses", &[], words).await;
        let waiting = driver.gets(ada, all, &[]).await;
        let id = &waiting[0]["id"];
        driver
            .gets(ada, "GET /api/v1/notifications/requests/{id}", &[id])
            .await;
        if together {
            let operation = format!("POST /api/v1/notifications/requests/{deed}");
            driver
                .asks(ada, &operation, &[], json!({ "id": [text(id)] }))
                .await;
        } else {
            let operation = format!("POST /api/v1/notifications/requests/{{id}}/{deed}");
            driver.gets(ada, &operation, &[id]).await;
        }
    }
    driver
        .gets(ada, "GET /api/v1/notifications/requests/merged", &[])
        .await;
}
