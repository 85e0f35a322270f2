//! What was sent is removed, whenever the program ends.

use bytes::Bytes;
use domain::{MediaId, MediaKind, MediaState};
use service::jobs::{self, Job};
use storage::media::Media;
use test_support::{Kind, TestApp};

const SENT: &str = "ab/cd/sent.mp4";

#[tokio::test]
async fn what_is_removed_after_a_film_is_noted_with_what_became_of_it() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let ada = test.person("ada").await;
        let app = &test.app;
        app.media()
            .write(SENT, Bytes::from_static(b"where Ada lives"))
            .await
            .unwrap();
        let id = MediaId(1);
        let row = Media {
            id,
            account_id: ada.id(),
            status_id: None,
            position: 0,
            kind: MediaKind::Video,
            mime: "video/mp4".to_owned(),
            file: Some(SENT.to_owned()),
            thumbnail: None,
            remote_url: None,
            width: None,
            height: None,
            thumbnail_width: None,
            thumbnail_height: None,
            size: 15,
            description: None,
            blurhash: None,
            focus_x: 0.0,
            focus_y: 0.0,
            created_at: app.now(),
            state: MediaState::Waiting,
            facts: None,
            failure: None,
            remote_thumbnail: None,
        };
        let stored: service::Result<()> = app
            .database()
            .transaction(move |conn| Ok(storage::media::insert(conn, row)?))
            .await;
        stored.unwrap();

        // There is no program that could convert it: it has failed.
        jobs::run(app, Job::Convert { media: id }).await.unwrap();
        let now = app.now();
        let left: service::Result<(Option<Media>, Vec<storage::jobs::Job>)> = app
            .database()
            .transaction(move |conn| {
                let lease = now + chrono::TimeDelta::minutes(1);
                Ok((
                    storage::media::find(conn, id)?,
                    storage::jobs::claim(conn, now, lease, 100)?,
                ))
            })
            .await;
        let (row, left) = left.unwrap();
        let row = row.unwrap();
        assert_eq!((row.state, row.file), (MediaState::Failed, None));
        let left: Vec<Job> = left
            .iter()
            .map(|row| serde_json::from_str(&row.payload).unwrap())
            .filter(|job| matches!(job, Job::RemoveFiles { .. }))
            .collect();
        let [Job::RemoveFiles { paths }] = left.as_slice() else {
            panic!("{left:?}");
        };
        assert_eq!(paths, &[SENT]);
        // The program may end here, and whoever takes the job up removes the file; twice is no harm.
        assert!(app.media().has(SENT).await.unwrap());
        for _ in 0..2 {
            jobs::run(app, left[0].clone()).await.unwrap();
            assert!(!app.media().has(SENT).await.unwrap());
        }
    }
}
