//! What a post says of the page to which it links: FEP-8967.

use serde_json::Value;
use service::cards::{RemoteLink, Told};

use crate::protocol::read::{self, kind, link, text, web_address};

/// The first link that is attached to a post.
pub(super) fn from_json(object: &Value) -> Option<RemoteLink> {
    let attached = read::many(object, "attachment").into_iter();
    attached
        .filter(|value| matches!(kind(value), "Link" | ""))
        .find_map(|value| {
            Some(RemoteLink {
                url: web_address(text(value, "href")?)?,
                told: read::one(value, "preview").and_then(told),
            })
        })
}

fn told(preview: &Value) -> Option<Told> {
    let title = read::translated(preview, "name").0?;
    let image = read::one(preview, "image").or_else(|| read::one(preview, "icon"));
    let file = image.and_then(|image| read::one(image, "url"));
    let side = |key: &str| {
        let pixels = [file, image].into_iter().flatten();
        let pixels = pixels.filter_map(|value| value.get(key)?.as_i64());
        pixels
            .filter_map(|pixels| i32::try_from(pixels).ok())
            .find(|pixels| (1..=100_000).contains(pixels))
    };
    let author = read::one(preview, "attributedTo").and_then(|author| text(author, "name"));
    Some(Told {
        title,
        description: read::translated(preview, "summary").0.unwrap_or_default(),
        author_name: author.unwrap_or_default().to_owned(),
        image_url: image.and_then(|image| match image.as_str() {
            Some(address) => web_address(address),
            None => link(image, "url"),
        }),
        image_description: image
            .and_then(|image| text(image, "name"))
            .unwrap_or_default()
            .to_owned(),
        size: side("width").zip(side("height")).unwrap_or_default(),
    })
    .filter(|told| !told.title.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_attached_link_may_say_what_it_leads_to() {
        let note = json!({ "attachment": [
            { "type": "Document", "url": "https://school.example/1.png" },
            { "type": "Link", "href": "https://foo.example/", "preview": {
                "type": "Article", "name": "Example Essay", "summary": "In which…",
                "attributedTo": { "type": "Person", "name": "Ada" },
                "image": { "name": "A cover", "url":
                    { "href": "https://cover.example/file.jpg", "width": 640, "height": 360 } },
            } },
        ] });
        let link = from_json(&note).unwrap();
        assert_eq!(link.url, "https://foo.example/");
        let told = link.told.unwrap();
        assert_eq!(
            told.image_url.as_deref(),
            Some("https://cover.example/file.jpg")
        );
        assert_eq!((told.size, told.author_name.as_str()), ((640, 360), "Ada"));
        assert_eq!(told.image_description, "A cover");
    }

    #[test]
    fn a_link_alone_says_where_to_look_and_other_attachments_nothing() {
        let bare = from_json(&json!({ "attachment": { "href": "https://foo.example/" } }));
        assert_eq!(bare.unwrap().told, None);
        let titleless = json!({ "attachment": [{ "type": "Link", "href": "https://foo.example/", "preview": { "name": " " } }] });
        assert_eq!(from_json(&titleless).unwrap().told, None);
        for other in [
            json!({ "type": "Link", "href": "javascript:alert(1)" }),
            json!({ "type": "Document", "href": "https://foo.example/" }),
            json!("https://foo.example/"),
        ] {
            assert_eq!(from_json(&json!({ "attachment": other })), None);
        }
    }
}
