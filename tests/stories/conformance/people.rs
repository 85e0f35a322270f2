//! Accounts, profiles, lists, tags, blocks and mutes.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::World;
use super::driver::Driver;

pub async fn drive(world: &World, driver: &mut Driver<'_>) {
    let World { ada, bo, cy, .. } = world;
    let own = driver
        .gets(ada, "GET /api/v1/accounts/verify_credentials", &[])
        .await;
    let change = json!({ "display_name": "Ada", "note": "I teach #bees", "discoverable": true, "indexable": true,
        "fields_attributes": [{ "name": "School", "value": "Hill" }], "source": { "language": "en" } });
    for who in [bo, cy] {
        let operation = "PATCH /api/v1/accounts/update_credentials";
        driver
            .asks(who, operation, &[], json!({ "discoverable": true }))
            .await;
    }
    driver
        .asks(
            ada,
            "PATCH /api/v1/accounts/update_credentials",
            &[],
            change,
        )
        .await;
    driver
        .asks(
            ada,
            "PATCH /api/v1/profile",
            &[],
            json!({ "note": "I teach #bees and more" }),
        )
        .await;
    driver.gets(ada, "GET /api/v1/profile", &[]).await;
    driver.gets(ada, "DELETE /api/v1/profile/avatar", &[]).await;
    driver.gets(ada, "DELETE /api/v1/profile/header", &[]).await;
    driver.gets(ada, "GET /api/v1/preferences", &[]).await;
    driver
        .gets(ada, "GET /api/v1/emails/check_confirmation", &[])
        .await;
    let refused = StatusCode::FORBIDDEN;
    let why = "only those are sent a letter again who have not confirmed; tests/stories/mail.rs";
    driver
        .is_refused(ada, "POST /api/v1/emails/confirmations", &[], refused, why)
        .await;

    let other = driver
        .gets(ada, "GET /api/v1/accounts/lookup?acct=bo", &[])
        .await;
    let third = driver
        .gets(ada, "GET /api/v1/accounts/lookup?acct=cy", &[])
        .await;
    let (me, bo_id, cy_id) = (&own["id"], &other["id"], &third["id"]);
    let several = format!("id[]={}&id[]={}", text(me), text(bo_id));
    driver
        .gets(ada, "GET /api/v1/accounts/{id}", &[bo_id])
        .await;
    driver
        .gets(ada, &format!("GET /api/v1/accounts?{several}"), &[])
        .await;
    driver
        .gets(ada, "GET /api/v1/accounts/search?q=bo", &[])
        .await;
    driver.gets(ada, "GET /api/v1/directory", &[]).await;
    driver.gets(ada, "GET /api/v1/suggestions", &[]).await;
    driver.gets(ada, "GET /api/v2/suggestions", &[]).await;
    driver
        .gets(ada, "DELETE /api/v1/suggestions/{id}", &[cy_id])
        .await;
    driver
        .gets(ada, "GET /api/v1/accounts/{id}/identity_proofs", &[bo_id])
        .await;

    let asked = json!({ "notify": true });
    driver
        .asks(ada, "POST /api/v1/accounts/{id}/follow", &[bo_id], asked)
        .await;
    for who in [bo, cy] {
        driver
            .gets(who, "POST /api/v1/accounts/{id}/follow", &[me])
            .await;
    }
    driver
        .gets(bo, "POST /api/v1/accounts/{id}/follow", &[cy_id])
        .await;
    for part in [
        "followers",
        "following",
        "statuses",
        "featured_tags",
        "endorsements",
        "lists",
    ] {
        driver
            .gets(
                ada,
                &format!("GET /api/v1/accounts/{{id}}/{part}"),
                &[bo_id],
            )
            .await;
    }
    driver
        .gets(
            ada,
            &format!("GET /api/v1/accounts/relationships?{several}"),
            &[],
        )
        .await;
    let familiar = format!(
        "GET /api/v1/accounts/familiar_followers?id[]={}",
        text(cy_id)
    );
    driver.gets(ada, &familiar, &[]).await;
    for deed in ["endorse", "pin"] {
        driver
            .gets(
                ada,
                &format!("POST /api/v1/accounts/{{id}}/{deed}"),
                &[bo_id],
            )
            .await;
    }
    driver.gets(ada, "GET /api/v1/endorsements", &[]).await;
    driver
        .gets(ada, "GET /api/v1/accounts/{id}/endorsements", &[me])
        .await;
    for deed in ["unpin", "unendorse"] {
        driver
            .gets(
                ada,
                &format!("POST /api/v1/accounts/{{id}}/{deed}"),
                &[bo_id],
            )
            .await;
    }
    driver
        .asks(
            ada,
            "POST /api/v1/accounts/{id}/note",
            &[bo_id],
            json!({ "comment": "kind" }),
        )
        .await;

    lists(world, driver, bo_id).await;
    tags(world, driver, me).await;

    driver
        .asks(
            ada,
            "POST /api/v1/accounts/{id}/mute",
            &[cy_id],
            json!({ "duration": 300 }),
        )
        .await;
    driver.gets(ada, "GET /api/v1/mutes", &[]).await;
    driver
        .gets(ada, "POST /api/v1/accounts/{id}/unmute", &[cy_id])
        .await;
    driver
        .gets(ada, "POST /api/v1/accounts/{id}/block", &[cy_id])
        .await;
    driver.gets(ada, "GET /api/v1/blocks", &[]).await;
    driver
        .gets(ada, "POST /api/v1/accounts/{id}/unblock", &[cy_id])
        .await;
    let domain = json!({ "domain": "loud.example" });
    driver
        .asks(ada, "POST /api/v1/domain_blocks", &[], domain)
        .await;
    driver.gets(ada, "GET /api/v1/domain_blocks", &[]).await;
    let preview = "GET /api/v1/domain_blocks/preview?domain=loud.example";
    driver.gets(ada, preview, &[]).await;
    driver
        .gets(ada, "DELETE /api/v1/domain_blocks?domain=loud.example", &[])
        .await;

    // Asked and let in, asked and not.
    ada_is_locked(world, driver, true).await;
    for (who, deed) in [(cy, "authorize"), (bo, "reject")] {
        let id = if who.name == "cy" { cy_id } else { bo_id };
        driver
            .gets(who, "POST /api/v1/accounts/{id}/unfollow", &[me])
            .await;
        driver
            .gets(who, "POST /api/v1/accounts/{id}/follow", &[me])
            .await;
        driver.gets(ada, "GET /api/v1/follow_requests", &[]).await;
        driver
            .gets(
                ada,
                &format!("POST /api/v1/follow_requests/{{id}}/{deed}"),
                &[id],
            )
            .await;
    }
    driver
        .gets(
            ada,
            "POST /api/v1/accounts/{id}/remove_from_followers",
            &[cy_id],
        )
        .await;
    ada_is_locked(world, driver, false).await;
    for who in [bo, cy] {
        driver
            .gets(who, "POST /api/v1/accounts/{id}/follow", &[me])
            .await;
    }
}

async fn ada_is_locked(world: &World, driver: &mut Driver<'_>, locked: bool) {
    let change = json!({ "locked": locked });
    driver
        .asks(
            &world.ada,
            "PATCH /api/v1/accounts/update_credentials",
            &[],
            change,
        )
        .await;
}

async fn lists(world: &World, driver: &mut Driver<'_>, member: &Value) {
    let ada = &world.ada;
    let list = driver
        .asks(
            ada,
            "POST /api/v1/lists",
            &[],
            json!({ "title": "Colleagues" }),
        )
        .await;
    let id = &list["id"];
    driver.gets(ada, "GET /api/v1/lists", &[]).await;
    driver.gets(ada, "GET /api/v1/lists/{id}", &[id]).await;
    driver
        .asks(
            ada,
            "PUT /api/v1/lists/{id}",
            &[id],
            json!({ "title": "Friends" }),
        )
        .await;
    let people = json!({ "account_ids": [member] });
    driver
        .asks(
            ada,
            "POST /api/v1/lists/{id}/accounts",
            &[id],
            people.clone(),
        )
        .await;
    driver
        .gets(ada, "GET /api/v1/lists/{id}/accounts", &[id])
        .await;
    driver
        .gets(ada, "GET /api/v1/accounts/{id}/lists", &[member])
        .await;
    driver
        .gets(ada, "GET /api/v1/timelines/list/{id}", &[id])
        .await;
    driver
        .asks(ada, "DELETE /api/v1/lists/{id}/accounts", &[id], people)
        .await;
    driver.gets(ada, "DELETE /api/v1/lists/{id}", &[id]).await;
}

async fn tags(world: &World, driver: &mut Driver<'_>, me: &Value) {
    let ada = &world.ada;
    let bees = [&json!("bees")];
    driver.gets(ada, "GET /api/v1/tags/{name}", &bees).await;
    driver
        .gets(ada, "POST /api/v1/tags/{name}/follow", &bees)
        .await;
    driver.gets(ada, "GET /api/v1/followed_tags", &[]).await;
    driver
        .gets(ada, "POST /api/v1/tags/{name}/unfollow", &bees)
        .await;
    driver
        .gets(ada, "POST /api/v1/tags/{name}/feature", &bees)
        .await;
    driver
        .gets(ada, "GET /api/v1/accounts/{id}/featured_tags", &[me])
        .await;
    driver
        .gets(ada, "POST /api/v1/tags/{name}/unfeature", &bees)
        .await;
    let tag = driver
        .asks(
            ada,
            "POST /api/v1/featured_tags",
            &[],
            json!({ "name": "wasps" }),
        )
        .await;
    driver.gets(ada, "GET /api/v1/featured_tags", &[]).await;
    driver
        .gets(ada, "GET /api/v1/featured_tags/suggestions", &[])
        .await;
    driver
        .gets(ada, "DELETE /api/v1/featured_tags/{id}", &[&tag["id"]])
        .await;
}

pub fn text(id: &Value) -> &str {
    id.as_str().unwrap_or("0")
}
