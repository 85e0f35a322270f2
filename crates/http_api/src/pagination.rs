//! The `Link` header, by which apps walk through lists.
//! <https://docs.joinmastodon.org/api/guidelines/#pagination>

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use service::Paged;
use url::{Url, form_urlencoded};

/// Never repeated in a link: the cursors that it replaces, and what is secret.
const DROPPED: [&str; 5] = [
    "max_id",
    "since_id",
    "min_id",
    "access_token",
    "bearer_token",
];

/// The ends of a page, newest and oldest, none of an empty one. For favourites, followers and the like
/// these are ids of the relation.
///
/// They come from what was read, not from what is shown: of a page whose rows are all hidden the
/// neighbours must still be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    pub cursors: Option<(i64, i64)>,
    /// Whether there is a next page.
    pub more: bool,
}

impl Ends {
    #[must_use]
    pub fn of<T>(page: &Paged<T>) -> Self {
        Self {
            cursors: page.ends,
            more: true,
        }
    }
}

/// The page as JSON, with the links to its neighbours.
///
/// `origin` is the public address of this server: behind a proxy the request does not know it.
pub fn page<T: Serialize + ?Sized>(
    request: &HttpRequest,
    origin: &Url,
    items: &T,
    ends: Ends,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(links) = links(request, origin, ends) {
        response.insert_header((header::LINK, links));
    }
    response.json(items)
}

/// The same for lists of which the first `offset` are left out.
pub fn window<T: Serialize>(
    request: &HttpRequest,
    origin: &Url,
    items: &[T],
    (limit, offset): (usize, usize),
) -> HttpResponse {
    let mut links = Vec::new();
    let mut link = |offset: usize, rel: &str| {
        let offset = i64::try_from(offset).ok();
        if let Some(url) = offset.and_then(|id| neighbour(request, origin, "offset", id)) {
            links.push(format!("<{url}>; rel=\"{rel}\""));
        }
    };
    if limit > 0 && items.len() == limit {
        link(offset.saturating_add(limit), "next");
    }
    if offset > 0 {
        link(offset.saturating_sub(limit), "prev");
    }
    let mut response = HttpResponse::Ok();
    if !links.is_empty() {
        response.insert_header((header::LINK, links.join(", ")));
    }
    response.json(items)
}

fn links(request: &HttpRequest, origin: &Url, ends: Ends) -> Option<HeaderValue> {
    let (newest, oldest) = ends.cursors?;
    let prev = neighbour(request, origin, "min_id", newest)?;
    let prev = format!("<{prev}>; rel=\"prev\"");
    if !ends.more {
        return HeaderValue::from_str(&prev).ok();
    }
    let next = neighbour(request, origin, "max_id", oldest)?;
    HeaderValue::from_str(&format!("<{next}>; rel=\"next\", {prev}")).ok()
}

/// A limit that is no number of rows is not repeated.
fn is_kept(name: &str, value: &str) -> bool {
    !DROPPED.contains(&name) && (name != "limit" || value.bytes().all(|byte| byte.is_ascii_digit()))
}

fn neighbour(request: &HttpRequest, origin: &Url, cursor: &str, id: i64) -> Option<Url> {
    let mut url = origin.join(request.path()).ok().filter(|url| {
        // A path such as `//elsewhere.example/` would lead away from here.
        url.origin() == origin.origin()
    })?;
    let kept = form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, value)| is_kept(name, value) && name != cursor);
    url.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair(cursor, &id.to_string());
    Some(url)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn link(uri: &str, ends: Ends) -> Option<String> {
        let request = TestRequest::with_uri(uri).to_http_request();
        let origin = Url::parse("https://school.example").unwrap();
        let response = page(&request, &origin, &["item"], ends);
        let header = response.headers().get(header::LINK)?;
        Some(header.to_str().unwrap().to_owned())
    }

    const ENDS: Ends = Ends {
        cursors: Some((9, 4)),
        more: true,
    };

    #[test]
    fn links_are_absolute_and_keep_the_other_parameters() {
        assert_eq!(
            link(
                "/api/v1/timelines/public?local=true&limit=2&max_id=20&types%5B%5D=a&types[]=b",
                ENDS
            )
            .unwrap(),
            "<https://school.example/api/v1/timelines/public?local=true&limit=2&types%5B%5D=a&types%5B%5D=b&max_id=4>; rel=\"next\", \
             <https://school.example/api/v1/timelines/public?local=true&limit=2&types%5B%5D=a&types%5B%5D=b&min_id=9>; rel=\"prev\"",
        );
    }

    #[test]
    fn an_empty_page_has_no_links() {
        let empty = Ends {
            cursors: None,
            more: false,
        };
        assert_eq!(link("/api/v1/notifications", empty), None);
    }

    #[test]
    fn the_last_page_has_no_next_one() {
        let last = Ends {
            more: false,
            ..ENDS
        };
        assert_eq!(
            link("/api/v1/bookmarks?limit=5", last).unwrap(),
            "<https://school.example/api/v1/bookmarks?limit=5&min_id=9>; rel=\"prev\""
        );
    }

    #[test]
    fn a_list_without_cursors_is_walked_by_numbers() {
        let link = |items: usize, limit: usize, offset: usize| {
            let uri = "/api/v1/trends/tags?limit=2&offset=3";
            let request = TestRequest::with_uri(uri).to_http_request();
            let origin = Url::parse("https://school.example").unwrap();
            let response = window(&request, &origin, &vec!["item"; items], (limit, offset));
            let header = response.headers().get(header::LINK)?;
            Some(header.to_str().unwrap().to_owned())
        };
        let to = |offset: usize| {
            format!("<https://school.example/api/v1/trends/tags?limit=2&offset={offset}>")
        };
        assert_eq!(
            link(2, 2, 3).unwrap(),
            format!("{}; rel=\"next\", {}; rel=\"prev\"", to(5), to(1))
        );
        assert_eq!(link(1, 2, 1).unwrap(), format!("{}; rel=\"prev\"", to(0)));
        assert_eq!(link(0, 0, 0), None);
    }

    #[test]
    fn a_limit_below_nought_is_not_passed_on() {
        let header = link("/api/v1/bookmarks?limit=-5", ENDS).unwrap();
        assert!(!header.contains("limit"), "{header}");
    }

    #[test]
    fn a_link_carries_no_token_and_no_foreign_text() {
        let hostile =
            "/api/v1/x?access_token=secret&bearer_token=secret&q=%3E%3B%20rel%3D%0D%0A%22";
        let header = link(hostile, ENDS).unwrap();
        assert!(!header.contains("secret"), "{header}");
        assert_eq!(header.matches('>').count(), 2, "{header}");
        assert!(!header.contains('\n'), "{header}");
        assert_eq!(link("//elsewhere.example/api", ENDS), None);
    }
}
