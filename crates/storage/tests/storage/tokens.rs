//! Tokens that were revoked, on both databases.

use domain::{ApplicationId, Time, TokenId};
use storage::applications::{self, AccessToken, Application};
use test_support::{everywhere, tokens};

use super::{Error, at, open};

fn application() -> Application {
    Application {
        id: ApplicationId(1),
        client_id: "client".to_owned(),
        client_secret_hash: String::new(),
        name: "An app".to_owned(),
        website: None,
        redirect_uris: Vec::new(),
        scopes: "read".to_owned(),
        created_at: at(0),
    }
}

fn token(id: i64, revoked_at: Option<Time>) -> AccessToken {
    AccessToken {
        id: TokenId(id),
        token_hash: format!("hash {id}"),
        application_id: ApplicationId(1),
        user_id: None,
        scopes: "read".to_owned(),
        created_at: at(0),
        revoked_at,
        used_at: None,
    }
}

#[tokio::test]
async fn only_tokens_that_were_revoked_long_ago_are_forgotten() {
    for database in everywhere() {
        let database = open(&database);
        let outcome: Result<(), Error> = database
            .transaction(|conn| {
                applications::insert(conn, application())?;
                let rows = [
                    token(1, None),
                    token(2, Some(at(10))),
                    token(3, Some(at(20))),
                    token(4, Some(at(30))),
                    token(5, None),
                ];
                for row in rows {
                    applications::insert_token(conn, row)?;
                }
                applications::revoke_token(conn, TokenId(5), at(15))?;
                applications::prune_tokens(conn, at(20))?;
                assert_eq!(tokens(conn), [1, 3, 4]);
                assert!(applications::token_with_hash(conn, "hash 1")?.is_some());
                // Kept, and good for nothing.
                assert!(applications::token_with_hash(conn, "hash 3")?.is_none());
                Ok(())
            })
            .await;
        outcome.unwrap();
    }
}
