//! What a page says of itself in a document of its own, with what may be shown in the place of a link to it. Of the HTML
//! that it sends only the address of a frame is taken, never a word of the HTML itself.
//! <https://oembed.com>

use domain::{CardKind, limits};
use serde_json::Value;
use storage::cards::Card;
use url::Url;

use super::{ADDRESS, Page, TAGS, line};
use crate::text::format::escape;
use crate::text::tags;

/// Pixels of a side.
const LARGEST: i32 = 4_096;
/// Bytes of HTML in which a frame is looked for.
const HTML: usize = 20_000;

/// Where the document of a page is, if it names one.
pub(super) fn address(page: &Page) -> Option<Url> {
    let links = tags(&page.html).filter(|tag| tag.name == "link");
    let links: Vec<_> = links.take(TAGS).collect();
    let of_kind = |wanted: &str| {
        links.iter().find(|tag| {
            let kind = tag.get("type").unwrap_or_default();
            kind.trim().eq_ignore_ascii_case(wanted)
        })
    };
    let link = of_kind("application/json+oembed").or_else(|| of_kind("text/xml+oembed"))?;
    let mut url = page.url.join(link.get("href")?.trim()).ok()?;
    // What a page that came by https says is not asked for in the open.
    if page.url.scheme() == "https" && url.scheme() == "http" {
        url.set_scheme("https").ok()?;
    }
    is_web(&url).then_some(url)
}

/// The card with what the document found at `at` says; none if it says nothing of use. What it does not say stays as
/// the page has it.
pub(super) fn read(card: &Card, said: &Value, at: &Url) -> Option<Card> {
    let text = |key: &str| said.get(key).and_then(Value::as_str).map(str::trim);
    let version = said.get("version")?;
    if version.as_str() != Some("1.0") && version.as_f64() != Some(1.0) {
        return None;
    }
    let kind = CardKind::named(text("type")?)?;
    let word = |key: &str, before: &str| {
        let word = line(text(key).unwrap_or_default(), limits::REMOTE_NAME);
        if word.is_empty() {
            before.to_owned()
        } else {
            word
        }
    };
    let web = |key: &str| {
        let url = at.join(text(key).filter(|text| !text.is_empty())?).ok()?;
        is_web(&url).then(|| url.to_string())
    };
    let read = Card {
        kind,
        title: word("title", &card.title),
        author_name: word("author_name", &card.author_name),
        author_url: web("author_url").unwrap_or_else(|| card.author_url.clone()),
        provider_name: word("provider_name", &card.provider_name),
        provider_url: web("provider_url").unwrap_or_default(),
        ..card.clone()
    };
    let image = web("thumbnail_url");
    match kind {
        CardKind::Link => Some(with_picture(read, image)),
        CardKind::Photo => Some(Card {
            width: side(said.get("width")),
            height: side(said.get("height")),
            ..with_picture(read, Some(web("url")?))
        }),
        CardKind::Video | CardKind::Rich => {
            let frame = Frame::of(text("html")?)?;
            Some(Card {
                width: side(said.get("width")).max(frame.width),
                height: side(said.get("height")).max(frame.height),
                embed_url: frame.url,
                ..with_picture(read, image)
            })
        }
    }
}

/// With another picture, if there is one, whose words are not known.
fn with_picture(card: Card, image: Option<String>) -> Card {
    match image {
        Some(image) if card.image_url.as_ref() != Some(&image) => Card {
            image_url: Some(image),
            image_description: String::new(),
            ..card
        },
        _ => card,
    }
}

/// The first frame of some HTML.
struct Frame {
    url: String,
    width: i32,
    height: i32,
}

impl Frame {
    fn of(html: &str) -> Option<Self> {
        let html = limits::cut_bytes(html, HTML);
        let frame = tags(html).find(|tag| tag.name == "iframe")?;
        let url = Url::parse(frame.get("src")?.trim()).ok()?;
        let pixels = |name: &str| side(frame.get(name).map(Value::from).as_ref());
        (url.scheme() == "https" && is_web(&url)).then(|| Self {
            width: pixels("width"),
            height: pixels("height"),
            url: url.to_string(),
        })
    }
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.as_str().len() <= ADDRESS
}

/// A number, also in quotes; 0 for anything else, such as a part of the width of a page.
fn side(said: Option<&Value>) -> i32 {
    let pixels = match said {
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(number) => number
            .as_i64()
            .and_then(|number| i32::try_from(number).ok()),
        None => None,
    };
    pixels
        .filter(|pixels| (1..=LARGEST).contains(pixels))
        .unwrap_or(0)
}

/// HTML of our own that shows what is at that address, shut off from everything around it.
pub(crate) fn frame(card: &Card) -> String {
    if card.embed_url.is_empty() {
        return String::new();
    }
    format!(
        "<iframe src=\"{}\" width=\"{}\" height=\"{}\" frameborder=\"0\" allowfullscreen=\"\" \
         sandbox=\"allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms\"></iframe>",
        escape(&card.embed_url),
        card.width,
        card.height,
    )
}

#[cfg(test)]
mod tests {
    use domain::{CardId, Time};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn at() -> Url {
        Url::parse("https://films.example/oembed?url=1").unwrap()
    }

    fn card() -> Card {
        Card {
            known: true,
            title: "As the page says".to_owned(),
            image_url: Some("https://films.example/page.jpg".to_owned()),
            image_description: "The page".to_owned(),
            ..Card::unknown(CardId(1), "https://films.example/1", "", Time::default())
        }
    }

    fn page(url: &str, html: &str) -> Page {
        Page {
            url: Url::parse(url).unwrap(),
            html: html.to_owned(),
        }
    }

    fn said(kind: &str, more: &Value) -> Option<Card> {
        let mut said = json!({ "version": "1.0", "type": kind });
        for (key, value) in more.as_object().unwrap() {
            said[key] = value.clone();
        }
        read(&card(), &said, &at())
    }

    #[test]
    fn a_page_names_its_document() {
        let html = r#"<link rel="alternate" type="text/xml+oembed" href="/xml">
            <link rel="alternate" type="Application/JSON+oEmbed" href="/o?url=https%3A%2F%2Ffilms.example%2F1&amp;format=json">"#;
        assert_eq!(
            address(&page("https://films.example/1", html))
                .unwrap()
                .as_str(),
            "https://films.example/o?url=https%3A%2F%2Ffilms.example%2F1&format=json"
        );
        let only = r#"<link rel="alternate" type="text/xml+oembed" href="/xml">"#;
        assert_eq!(
            address(&page("https://films.example/1", only))
                .unwrap()
                .as_str(),
            "https://films.example/xml"
        );
        let open = r#"<link type="application/json+oembed" href="http://films.example/o">"#;
        assert_eq!(
            address(&page("https://films.example/1", open))
                .unwrap()
                .as_str(),
            "https://films.example/o"
        );
        for bad in [
            "javascript:alert(1)",
            "https://a:b@films.example/",
            "data:,x",
        ] {
            let html = format!("<link type=\"application/json+oembed\" href=\"{bad}\">");
            assert_eq!(
                address(&page("https://films.example/1", &html)),
                None,
                "{bad}"
            );
        }
    }

    #[test]
    fn of_a_film_only_the_address_of_its_frame_is_taken() {
        let film = said(
            "video",
            &json!({
                "title": "Bees", "author_name": "Ada", "author_url": "/ada", "provider_url": "https://films.example/",
                "thumbnail_url": "https://films.example/1.jpg", "width": 640, "height": "360",
                "html": "<p onclick=evil()><iframe width='1' src='https://films.example/e/1?a=1&amp;b=\"2' onload=evil()>x</iframe><script>evil()</script>",
            }),
        )
        .unwrap();
        assert_eq!(
            (film.kind, film.width, film.height),
            (CardKind::Video, 640, 360)
        );
        assert_eq!(film.title, "Bees");
        assert_eq!(film.author_url, "https://films.example/ada");
        assert_eq!(
            film.image_url.as_deref(),
            Some("https://films.example/1.jpg")
        );
        assert_eq!(film.image_description, "", "of another picture");
        let html = frame(&film);
        assert!(
            html.starts_with(
                "<iframe src=\"https://films.example/e/1?a=1&amp;b=%222\" width=\"640\" height=\"360\" "
            ),
            "{html}"
        );
        assert!(!html.contains("evil"), "{html}");
    }

    #[test]
    fn what_may_not_be_shown_leaves_the_page_as_it_is() {
        for html in [
            "<script src=https://films.example/x.js></script>",
            "<iframe src=http://films.example/1></iframe>",
            "<iframe src=javascript:alert(1)></iframe>",
            "<iframe srcdoc='<script>'></iframe>",
            "<iframe src=//films.example/1></iframe>",
            "",
        ] {
            for kind in ["video", "rich"] {
                assert_eq!(said(kind, &json!({ "html": html })), None, "{html}");
            }
        }
        assert_eq!(
            said("photo", &json!({ "url": "javascript:alert(1)" })),
            None
        );
        assert_eq!(said("photo", &json!({})), None);
        assert_eq!(said("hologram", &json!({})), None);
        assert_eq!(read(&card(), &json!({ "type": "link" }), &at()), None);
        assert_eq!(read(&card(), &json!(["1.0"]), &at()), None);
    }

    proptest! {
        #[test]
        fn whatever_is_offered_nothing_but_a_frame_is_shown(
            before in ".{0,40}",
            address in "(https://films\\.example/)?.{0,40}",
            after in ".{0,40}",
        ) {
            let html = format!("{before}<iframe src=\"{address}\">{after}");
            if let Some(film) = said("video", &json!({ "html": html })) {
                let shown = frame(&film);
                let inside = shown.strip_prefix("<iframe src=\"https://").unwrap();
                let inside = inside.strip_suffix("></iframe>").unwrap();
                prop_assert!(!inside.contains(['<', '>']), "{}", shown);
                prop_assert_eq!(inside.matches('"').count(), 11, "{}", shown);
            }
        }
    }

    #[test]
    fn what_is_not_said_stays_as_the_page_has_it() {
        let link = said("link", &json!({ "title": " ", "author_name": 7 })).unwrap();
        assert_eq!(link, card());
        let photo = said(
            "photo",
            &json!({ "url": "/p.jpg", "width": "100%", "height": -4 }),
        );
        let photo = photo.unwrap();
        assert_eq!(
            photo.image_url.as_deref(),
            Some("https://films.example/p.jpg")
        );
        assert_eq!(
            (photo.width, photo.height, frame(&photo)),
            (0, 0, String::new())
        );
        let rich = json!({ "html": "<iframe src='https://films.example/r' width=300 height=80>" });
        let rich = said("rich", &rich).unwrap();
        assert_eq!(
            (rich.kind, rich.width, rich.height),
            (CardKind::Rich, 300, 80)
        );
        assert_eq!(rich.title, "As the page says");
    }
}
