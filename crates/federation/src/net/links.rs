//! The `Link` header, as far as it says where a page's ActivityPub object is: RFC 8288.

use super::content_type::{is_activity_json, parameter};

/// Links of one header that are looked at.
const LINKS: usize = 20;

/// The address of the object.
pub(crate) fn object(header: &str) -> Option<String> {
    let mut rest = header;
    for _ in 0..LINKS {
        let (_, link) = rest.split_once('<')?;
        let (address, after) = link.split_once('>')?;
        let (parameters, next) = after.split_at(after.find('<').unwrap_or(after.len()));
        let parameters = parameters.trim_end().trim_end_matches(',');
        let says = |name: &str| parameter(parameters, name).unwrap_or_default();
        let mut relations = says("rel").split_ascii_whitespace();
        if relations.any(|word| word.eq_ignore_ascii_case("alternate"))
            && is_activity_json(says("type"))
        {
            return Some(address.trim().to_owned());
        }
        rest = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::object;

    #[test]
    fn the_object_is_found_among_other_links() {
        let header = r#"<https://blog.example/wp-json/>; rel="https://api.w.org/", <https://blog.example/?p=7>; rel=shortlink,
            <https://blog.example/users/1>; type="application/activity+json"; rel="me alternate""#;
        assert_eq!(
            object(header).as_deref(),
            Some("https://blog.example/users/1")
        );
        for other in [
            "",
            "<",
            "<https://a.example>; rel=alternate",
            "<https://a.example>; rel=alternate; type=text/html",
            "<https://a.example>; rel=next; type=application/activity+json",
        ] {
            assert_eq!(object(other), None, "{other}");
        }
    }
}
