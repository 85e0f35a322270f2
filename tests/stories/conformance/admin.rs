//! What moderators and administrators do.

use reqwest::multipart::Form;
use serde_json::{Value, json};

use super::World;
use super::driver::Driver;
use super::people::text;
use super::posts::picture;

pub async fn drive(world: &World, driver: &mut Driver<'_>) {
    let World { ada, abe, mia, .. } = world;
    let cy = driver
        .gets(abe, "GET /api/v1/accounts/lookup?acct=cy", &[])
        .await["id"]
        .clone();
    let said = driver
        .gets(abe, "GET /api/v1/accounts/{id}/statuses", &[&cy])
        .await;
    let body = json!({ "account_id": cy, "status_ids": [said[0]["id"]], "comment": "Loud", "category": "other" });
    driver.asks(ada, "POST /api/v1/reports", &[], body).await;
    mia.is_told("admin.report").await;
    driver.gets(mia, "GET /api/v1/notifications", &[]).await;
    let reports = driver.gets(abe, "GET /api/v1/admin/reports", &[]).await;
    let id = &reports[0]["id"];
    driver
        .gets(abe, "GET /api/v1/admin/reports/{id}", &[id])
        .await;
    let change = json!({ "category": "spam" });
    driver
        .asks(abe, "PUT /api/v1/admin/reports/{id}", &[id], change)
        .await;
    for deed in ["assign_to_self", "unassign", "resolve", "reopen"] {
        driver
            .gets(
                abe,
                &format!("POST /api/v1/admin/reports/{{id}}/{deed}"),
                &[id],
            )
            .await;
    }
    people(world, driver, &cy).await;
    emoji(world, driver).await;

    let mail = json!({ "domain": "throwaway.example" });
    let email = json!({ "email": "jo@school.example" });
    let network = json!({ "ip": "198.51.100.0/24", "severity": "no_access", "comment": "noise" });
    let server = json!({ "domain": "loud.example", "severity": "silence" });
    let ally = json!({ "domain": "ally.example" });
    let silence = json!({ "severity": "suspend" });
    for (kind, body, change) in [
        ("email_domain_blocks", mail, Value::Null),
        ("canonical_email_blocks", email.clone(), Value::Null),
        ("ip_blocks", network, json!({ "comment": "more noise" })),
        ("domain_blocks", server, silence),
        ("domain_allows", ally, Value::Null),
    ] {
        let all = format!("/api/v1/admin/{kind}");
        let made = driver.asks(abe, &format!("POST {all}"), &[], body).await;
        let id = &made["id"];
        driver.gets(abe, &format!("GET {all}"), &[]).await;
        driver.gets(abe, &format!("GET {all}/{{id}}"), &[id]).await;
        if !change.is_null() {
            driver
                .asks(abe, &format!("PUT {all}/{{id}}"), &[id], change)
                .await;
        }
        if kind == "canonical_email_blocks" {
            driver
                .asks(abe, &format!("POST {all}/test"), &[], email.clone())
                .await;
        }
        driver
            .gets(abe, &format!("DELETE {all}/{{id}}"), &[id])
            .await;
    }
}

async fn people(world: &World, driver: &mut Driver<'_>, cy: &Value) {
    let World { abe, mia, app, .. } = world;
    driver
        .gets(abe, "GET /api/v1/admin/accounts?local=true", &[])
        .await;
    driver
        .gets(abe, "GET /api/v2/admin/accounts?origin=local", &[])
        .await;
    driver
        .gets(abe, "GET /api/v1/admin/accounts/{id}", &[cy])
        .await;
    for (name, deed) in [("ida", "approve"), ("jan", "reject")] {
        let form = json!({ "username": name, "email": format!("{name}@school.example"), "agreement": true,
            "locale": "en", "password": "chalk and cheese", "reason": "I teach" });
        driver.asks(app, "POST /api/v1/accounts", &[], form).await;
        let pending = driver
            .gets(abe, "GET /api/v2/admin/accounts?status=pending", &[])
            .await;
        let found = pending.as_array().into_iter().flatten();
        let found: Vec<&Value> = found.filter(|one| one["username"] == name).collect();
        let id = found.first().map_or(&Value::Null, |one| &one["id"]);
        driver
            .gets(
                abe,
                &format!("POST /api/v1/admin/accounts/{{id}}/{deed}"),
                &[id],
            )
            .await;
    }
    mia.is_told("admin.sign_up").await;
    driver.gets(mia, "GET /api/v1/notifications", &[]).await;
    for (kind, undo) in [
        ("silence", "unsilence"),
        ("sensitive", "unsensitive"),
        ("disable", "enable"),
        ("suspend", "unsuspend"),
    ] {
        let action = "POST /api/v1/admin/accounts/{id}/action";
        driver
            .asks(abe, action, &[cy], json!({ "type": kind }))
            .await;
        if kind != "suspend" {
            driver.gets(abe, "GET /api/v1/accounts/{id}", &[cy]).await;
        }
        driver
            .gets(
                abe,
                &format!("POST /api/v1/admin/accounts/{{id}}/{undo}"),
                &[cy],
            )
            .await;
    }
    let action = "POST /api/v1/admin/accounts/{id}/action";
    driver
        .asks(
            abe,
            action,
            &[cy],
            json!({ "type": "suspend", "text": text(cy) }),
        )
        .await;
    driver
        .gets(abe, "DELETE /api/v1/admin/accounts/{id}", &[cy])
        .await;
}

async fn emoji(world: &World, driver: &mut Driver<'_>) {
    let World { abe, .. } = world;
    let all = "/api/v1/admin/custom_emojis";
    let add = format!("POST {all}");
    let form = Form::new()
        .text("shortcode", "beehive")
        .part("image", picture());
    let request = driver.request(Some(abe), &add, &[]).multipart(form);
    let id = driver.looks_at(&add, request).await["id"].clone();
    driver.gets(abe, &format!("GET {all}"), &[]).await;
    let one = format!("{all}/{{id}}");
    driver.gets(abe, &format!("GET {one}"), &[&id]).await;
    let change = json!({ "type": "modify", "category": "insects" });
    driver
        .asks(abe, &format!("PATCH {one}"), &[&id], change)
        .await;
    driver.gets(abe, &format!("DELETE {one}"), &[&id]).await;
}
