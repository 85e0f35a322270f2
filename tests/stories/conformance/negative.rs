//! Every operation that we describe, asked wrongly: without a token, with one for something else, about what belongs to
//! somebody else or is nowhere, with bodies that make no sense. Each is refused as Mastodon refuses, without effect; an
//! operation that nothing here asks wrongly fails the test.

mod bodies;
mod ids;
mod ledger;
mod methods;
mod others;
mod places;
mod tokens;

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{World, later};
use ledger::Ledger;

/// What is right for every operation: it is something else that is wrong. What an operation does not know it leaves.
fn right(status: &str, account: &str) -> Value {
    json!({ "title": "Taken", "status": "Taken", "name": "Taken", "keyword": "taken", "phrase": "taken",
        "description": "Taken", "comment": "Taken", "context": ["home"], "choices": [0], "status_id": status,
        "account_id": account, "account_ids": [account], "scheduled_at": later(7200), "lang": "fr",
        "quote_approval_policy": "nobody", "category": "spam", "type": "silence" })
}

async fn every_operation(kind: Kind) {
    let Some(world) = World::open(kind).await else {
        return;
    };
    let mut ledger = Ledger::new(&world.school).await;
    tokens::drive(&world, &mut ledger).await;
    others::drive(&world, &mut ledger).await;
    ids::drive(&world, &mut ledger).await;
    bodies::drive(&world, &mut ledger).await;
    methods::drive(&world, &mut ledger).await;
    ledger.concludes();
}

#[tokio::test]
async fn every_operation_refuses_what_is_wrong_on_sqlite() {
    every_operation(Sqlite).await;
}

#[tokio::test]
async fn every_operation_refuses_what_is_wrong_on_postgresql() {
    every_operation(Postgres).await;
}
