//! What somebody does is told to other servers in the order in which it was done.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::authorised_fetch::follows;
use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, eventually};

/// Of whom each is blocked: that is three activities at once.
const PEOPLE: usize = 8;

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let mut blocked = Vec::new();
    for number in 0..PEOPLE {
        let mo = there.person(&format!("mo{number}"));
        follows(&there, &school, &mo, &format!("{}/users/ada", school.base)).await;
        there.is_followed(&school, &ada, &mo).await;
        let id = account_id(&ada, &format!("mo{number}@{}", there.host)).await;
        blocked.push((mo, id));
    }
    for (_, id) in &blocked {
        ada.post(&format!("/api/v1/accounts/{id}/block"), Value::Null)
            .await;
    }
    for (mo, _) in &blocked {
        let told = eventually("all of it", || async {
            let mut told = there.received().await;
            told.retain(|activity| {
                activity["type"] != "Follow" && activity["to"] == json!([mo["id"]])
            });
            (told.len() >= 4).then_some(told)
        })
        .await;
        let kinds: Vec<&Value> = told.iter().map(|activity| &activity["type"]).collect();
        assert_eq!(kinds, ["Accept", "Undo", "Reject", "Block"]);
    }
}

#[tokio::test]
async fn things_are_told_in_the_order_in_which_they_happened_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn things_are_told_in_the_order_in_which_they_happened_on_postgresql() {
    story(Postgres).await;
}
