//! What is forgotten of somebody who leaves.

use domain::{SeveranceCause, WarningAction};
use service::users;
use storage::decisions::{self, Severance, Warning};
use test_support::{Kind, TestApp};

#[tokio::test]
async fn what_was_decided_about_somebody_goes_with_them() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo) = (test.person("ada").await, test.person("bo").await);
        let people = [(1, ada.id()), (2, bo.id())];
        app.transaction(move |app, conn| {
            for (id, account_id) in people {
                let warning = Warning {
                    id,
                    account_id,
                    action: WarningAction::None,
                    text: "Please mind the tone".to_owned(),
                    created_at: app.now(),
                    appeal: None,
                    appealed_at: None,
                    decided_at: None,
                    overruled: false,
                };
                decisions::insert_warning(conn, warning)?;
                let severance = Severance {
                    id,
                    account_id,
                    cause: SeveranceCause::DomainBlock,
                    target_name: "elsewhere.example".to_owned(),
                    followers: 1,
                    following: 0,
                    created_at: app.now(),
                };
                decisions::add_severance(conn, severance, app.now())?;
            }
            Ok(())
        })
        .await
        .unwrap();
        users::delete(app, "ada").await.unwrap();
        let left = app
            .transaction(|_, conn| {
                let warnings = decisions::warnings(conn, &[1, 2])?;
                let severances = decisions::severances(conn, &[1, 2])?;
                let warned = warnings.into_iter().map(|row| row.id);
                let severed = severances.into_iter().map(|row| row.id);
                Ok((warned.collect::<Vec<_>>(), severed.collect::<Vec<_>>()))
            })
            .await
            .unwrap();
        assert_eq!(left, (vec![2], vec![2]));
    }
}
