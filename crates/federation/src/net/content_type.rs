//! Media types that may carry an ActivityPub object: W3C ActivityPub, section 3.2. Taking others would let
//! anyone who can upload a file to a server speak in its name.

const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// Whether a document of this `Content-Type` may be an ActivityPub object.
#[must_use]
pub fn is_activity_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    if kind.eq_ignore_ascii_case("application/activity+json") {
        return true;
    }
    kind.eq_ignore_ascii_case("application/ld+json") && parts.any(is_profile)
}

/// Whether a document of this `Content-Type` may be JSON of no special kind, such as NodeInfo.
pub(super) fn is_plain_json(content_type: &str) -> bool {
    let kind = essence(content_type);
    kind == "application/json" || kind == "application/jrd+json"
}

/// Whether a document of this `Content-Type` may be XML of no special kind.
pub(super) fn is_xml(content_type: &str) -> bool {
    let kind = essence(content_type);
    kind == "text/xml" || kind == "application/xml"
}

/// Whether a document of this `Content-Type` may be a web page.
pub(super) fn is_page(content_type: &str) -> bool {
    let kind = essence(content_type);
    kind == "text/html" || kind == "application/xhtml+xml"
}

/// The value of a parameter, such as `charset`.
pub(super) fn parameter<'a>(content_type: &'a str, name: &str) -> Option<&'a str> {
    let mut parts = content_type.split(';').skip(1);
    parts.find_map(|part| {
        let (known, value) = part.split_once('=')?;
        known
            .trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"'))
    })
}

/// The type without its parameters, in lower case.
pub(super) fn essence(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn is_profile(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    // A profile may be a list of several.
    name.trim().eq_ignore_ascii_case("profile")
        && value
            .trim()
            .trim_matches('"')
            .split_ascii_whitespace()
            .any(|one| one == PROFILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_media_types_of_activitypub_are_taken_however_they_are_spelled() {
        for good in [
            "application/activity+json",
            "application/activity+json;charset=utf-8",
            "Application/Activity+JSON ; charset=utf-8",
            r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#,
            r#"application/ld+json;charset=utf-8;profile="https://www.w3.org/ns/activitystreams https://x.example""#,
        ] {
            assert!(is_activity_json(good), "{good}");
        }
    }

    #[test]
    fn other_media_types_are_not_taken() {
        for bad in [
            "",
            "application/json",
            "application/ld+json",
            "text/html; application/activity+json",
            "application/activity+jsonp",
            r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams-not""#,
            r#"application/ld+json; x="profile=https://www.w3.org/ns/activitystreams""#,
        ] {
            assert!(!is_activity_json(bad), "{bad}");
        }
    }
}
