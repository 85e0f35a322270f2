//! Custom emoji that several change at the same moment.

use std::io::Cursor;

use bytes::Bytes;
use futures_util::future::join_all;
use image::{ImageFormat, Rgba, RgbaImage};
use service::custom_emojis::NewEmoji;
use service::moderation::emojis::{self, Change};
use test_support::{Kind, TestApp};

fn picture(red: u8) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    RgbaImage::from_pixel(16, 16, Rgba([red, 0, 0, 255]))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    Bytes::from(bytes.into_inner())
}

#[tokio::test]
async fn however_many_change_an_emoji_it_has_a_picture_and_no_other_is_left() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let new = NewEmoji {
            shortcode: "apple".to_owned(),
            picture: picture(0),
            category: None,
            visible_in_picker: true,
            replace: false,
        };
        let first = emojis::add(app, &ada, new).await.unwrap();
        let changes = (1..=16_u8).map(|number| {
            let change = match number % 2 {
                0 => Change {
                    picture: Some(picture(number)),
                    ..Change::default()
                },
                _ => Change {
                    category: Some(number.to_string()),
                    ..Change::default()
                },
            };
            emojis::change(app, &ada, first.id, change)
        });
        let mut files = vec![first.file.clone()];
        for changed in join_all(changes).await {
            files.push(changed.unwrap().file);
        }
        let last = emojis::find(app, first.id).await.unwrap();
        assert_ne!(last.file, first.file);
        for file in files {
            let is_there = app.media().has(&file).await.unwrap();
            assert_eq!(is_there, file == last.file, "{file} of {last:?}");
        }
    }
}
