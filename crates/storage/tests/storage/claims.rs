//! Who gets which work, and when, on both databases.

use domain::InboxId;
use storage::inbox::{self, Received};
use test_support::everywhere;

use super::{Error, at, ids, open, received};

#[tokio::test]
async fn each_sender_of_whom_something_is_due_has_a_turn() {
    for database in everywhere() {
        let database = open(&database);
        let outcome: Result<(), Error> = database
            .transaction(|conn| {
                for (id, sender) in [
                    (1, "b.example"),
                    (2, "b.example"),
                    (3, "a.example"),
                    (4, "c.example"),
                ] {
                    let row = Received {
                        sender: sender.to_owned(),
                        ..received(id, &format!("https://{sender}/{id}"))
                    };
                    inbox::insert(conn, row)?;
                }
                inbox::retry(conn, InboxId(4), at(30), 1, "later")?;
                let mut turns = Vec::new();
                let mut after = String::new();
                while let Some(next) = inbox::next_sender(conn, &after, at(1))? {
                    turns.push(next.clone());
                    after = next;
                }
                assert_eq!(turns, ["a.example", "b.example"]);
                let claim = inbox::claim(conn, "b.example", at(1), at(60), 10)?;
                assert_eq!(ids(&claim), [1, 2]);
                // What is in hand is due still.
                let next = inbox::next_sender(conn, "a.example", at(1))?;
                assert_eq!(next.as_deref(), Some("b.example"));
                assert_eq!(inbox::claim(conn, "b.example", at(1), at(60), 10)?.len(), 0);
                let next = inbox::next_sender(conn, "b.example", at(31))?;
                assert_eq!(next.as_deref(), Some("c.example"));
                Ok(())
            })
            .await;
        outcome.unwrap();
    }
}
