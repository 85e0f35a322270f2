//! Reading ActivityStreams as it comes: a value or a list of one, an object or its id, a Link or an address.

use chrono::{DateTime, NaiveDateTime};
use domain::Time;
use domain::language::is_language;
use serde_json::Value;
use url::Url;

/// Items of any list that are looked at.
const ITEMS: usize = 1_000;
/// What a collection may say to hold: some apps read no larger numbers.
const MOST: i64 = 2_147_483_647;

/// All values of a property, whether it holds one, several or none.
pub(crate) fn many<'a>(object: &'a Value, key: &str) -> Vec<&'a Value> {
    match object.get(key) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().take(ITEMS).collect(),
        Some(one) => vec![one],
    }
}

/// The first value of a property.
pub(crate) fn one<'a>(object: &'a Value, key: &str) -> Option<&'a Value> {
    many(object, key).into_iter().next()
}

/// A text, if the property holds one.
pub(crate) fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    one(object, key)?.as_str()
}

pub(crate) fn flag(object: &Value, key: &str) -> Option<bool> {
    one(object, key)?.as_bool()
}

/// The type of an object; the first, where several are named.
pub(crate) fn kind(object: &Value) -> &str {
    text(object, "type").unwrap_or_default()
}

/// The id of something that is given by its id or embedded.
pub(crate) fn id_of(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("id")?.as_str())
}

/// The id of what a property holds.
pub(crate) fn id<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    id_of(one(object, key)?)
}

/// The ids of all that a property holds.
pub(crate) fn ids<'a>(object: &'a Value, key: &str) -> Vec<&'a str> {
    many(object, key).into_iter().filter_map(id_of).collect()
}

/// An address that a person can open: of a Link its `href`, HTML before anything else.
pub(crate) fn link(object: &Value, key: &str) -> Option<String> {
    let links = many(object, key);
    let is_page =
        |value: &&&Value| value.get("mediaType").and_then(Value::as_str) == Some("text/html");
    let chosen = links.iter().find(is_page).or_else(|| links.first())?;
    let address = chosen.as_str().or_else(|| chosen.get("href")?.as_str())?;
    web_address(address)
}

/// Where people read an object: on the server that its id is of, or below it, where `www.` is as good as nothing; or else its
/// id. Above it others may be at home.
pub(crate) fn page_of(object: &Value, id: &str) -> String {
    let host = |address: &str| {
        Url::parse(address)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
    };
    let is_below = |page: &str, own: &str| {
        let before = page.strip_suffix(own.strip_prefix("www.").unwrap_or(own));
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    link(object, "url")
        .filter(|address| match (host(address), host(id)) {
            (Some(page), Some(own)) => is_below(&page, &own),
            _ => false,
        })
        .unwrap_or_else(|| id.to_owned())
}

/// The address, if it is one of the web and of sensible length.
pub(crate) fn web_address(address: &str) -> Option<String> {
    // The parser passes over these without a word.
    let foreign = |c: char| c.is_control() || c == '\\';
    let good = address.len() <= 2_048
        && address.trim() == address
        && !address.contains(foreign)
        && Url::parse(address)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    good.then(|| address.to_owned())
}

/// A moment, in whole milliseconds. Where nothing says in which zone, it is that of UTC.
pub(crate) fn time(object: &Value, key: &str) -> Option<Time> {
    let said = text(object, key)?;
    let moment = match DateTime::parse_from_rfc3339(said) {
        Ok(moment) => moment.to_utc(),
        Err(_) => {
            let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"].into_iter();
            let mut read = forms.filter_map(|form| NaiveDateTime::parse_from_str(said, form).ok());
            read.next()?.and_utc()
        }
    };
    DateTime::from_timestamp_millis(moment.timestamp_millis()).map(|moment| moment.naive_utc())
}

/// How much a collection says to hold, if it may.
pub(crate) fn total(collection: &Value) -> Option<i64> {
    let said = one(collection, "totalItems")?.as_i64()?;
    (0..=MOST).contains(&said).then_some(said)
}

/// A text that may be given per language, with the language where there is only one.
pub(crate) fn translated(object: &Value, key: &str) -> (Option<String>, Option<String>) {
    let map = object.get(format!("{key}Map")).and_then(Value::as_object);
    let plain = text(object, key).map(str::to_owned);
    let Some(map) = map else { return (plain, None) };
    let same = map
        .iter()
        .find(|(_, value)| value.as_str() == plain.as_deref());
    let found = same.or_else(|| map.iter().next());
    let language = found
        .map(|(language, _)| language.clone())
        .filter(|code| is_language(code));
    let text = plain.or_else(|| {
        found
            .and_then(|(_, value)| value.as_str())
            .map(str::to_owned)
    });
    (text, language)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_value_and_a_list_of_one_are_the_same() {
        for object in [
            json!({"to": "a"}),
            json!({"to": ["a"]}),
            json!({"to": {"id": "a"}}),
        ] {
            assert_eq!(ids(&object, "to"), ["a"]);
        }
        assert!(ids(&json!({"to": null}), "to").is_empty());
        assert!(ids(&json!({}), "to").is_empty());
    }

    #[test]
    fn an_address_may_be_a_link_or_a_list_of_links() {
        let page = "https://tube.example/w/1";
        for url in [
            json!(page),
            json!({"type": "Link", "href": page}),
            json!([{"href": "https://tube.example/1.mp4", "mediaType": "video/mp4"}, {"href": page, "mediaType": "text/html"}]),
        ] {
            assert_eq!(link(&json!({ "url": url }), "url").as_deref(), Some(page));
        }
        assert_eq!(link(&json!({"url": "javascript:alert(1)"}), "url"), None);
    }

    #[test]
    fn an_address_is_written_as_it_is_read() {
        let page = "https://school.example/a page";
        assert_eq!(web_address(page).as_deref(), Some(page));
        for bad in [
            " https://a.example/",
            "https://a.example/\t1",
            "https://a.example/1\n",
            "https:\\\\a.example",
        ] {
            assert_eq!(web_address(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_total_is_a_number_that_may_be_true() {
        let of = |likes: Value| total(one(&json!({ "likes": likes }), "likes")?);
        let said = |total: Value| of(json!({ "type": "Collection", "totalItems": total }));
        assert_eq!(said(json!(777)), Some(777));
        assert_eq!(said(json!([0])), Some(0));
        let wrong = [json!(-1), json!(2_147_483_648_u64), json!(u64::MAX)];
        for bad in wrong
            .into_iter()
            .chain([json!(1.5), json!("7"), Value::Null])
        {
            assert_eq!(said(bad.clone()), None, "{bad}");
        }
        assert_eq!(of(json!("https://school.example/likes")), None);
    }

    #[test]
    fn a_moment_may_be_without_a_zone() {
        let at = |said: &str| time(&json!({ "published": said }), "published");
        let known = at("2026-11-30T11:00:00.5+01:00");
        assert!(known.is_some());
        for same in [
            "2026-11-30T10:00:00.500Z",
            "2026-11-30T10:00:00.5",
            "2026-11-30 10:00:00.500999",
        ] {
            assert_eq!(at(same), known, "{same}");
        }
        for none in ["2026-11-30", "yesterday", ""] {
            assert_eq!(at(none), None, "{none}");
        }
    }

    #[test]
    fn a_page_is_on_the_server_of_its_object() {
        let id = "https://school.example/users/ada/statuses/1";
        let page = |url: &str| page_of(&json!({ "url": url }), id);
        assert_eq!(
            page("https://school.example/@ada/1"),
            "https://school.example/@ada/1"
        );
        let below = "https://www.school.example/@ada/1";
        assert_eq!(page(below), below);
        let bare = "https://school.example/@ada/1";
        assert_eq!(page_of(&json!({ "url": bare }), below), bare);
        for foreign in [
            "https://evil.example/@ada/1",
            "https://evilschool.example/@ada/1",
            "https://example/@ada/1",
            "https://chool.example/@ada/1",
            "javascript:alert(1)",
        ] {
            assert_eq!(page(foreign), id);
        }
    }

    #[test]
    fn the_language_is_that_of_the_text() {
        let note =
            json!({"content": "bore da", "contentMap": {"en": "good morning", "cy": "bore da"}});
        assert_eq!(
            translated(&note, "content"),
            (Some("bore da".into()), Some("cy".into()))
        );
        let nobody_knows = json!({"content": "hm", "contentMap": {"und": "hm"}});
        assert_eq!(
            translated(&nobody_knows, "content"),
            (Some("hm".into()), None)
        );
        let only_map = json!({"contentMap": {"en": "hello"}});
        assert_eq!(
            translated(&only_map, "content"),
            (Some("hello".into()), Some("en".into()))
        );
    }
}
