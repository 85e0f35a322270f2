//! The `Link` header, by which apps walk through lists.
//! <https://docs.joinmastodon.org/api/guidelines/#pagination>

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use url::{Url, form_urlencoded};

/// Never repeated in a link: the cursors that it replaces, and what is secret.
const DROPPED: [&str; 4] = ["max_id", "since_id", "min_id", "access_token"];

/// The ends of a page. For favourites, followers and the like these are ids of the relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursors {
    pub newest: i64,
    pub oldest: i64,
}

impl Cursors {
    /// The ends of `ids`, in whatever order; none of an empty page.
    pub fn of<I: Into<i64>>(ids: impl IntoIterator<Item = I>) -> Option<Self> {
        ids.into_iter().map(Into::into).fold(None, |ends, id| {
            let Self { newest, oldest } = ends.unwrap_or(Self {
                newest: id,
                oldest: id,
            });
            Some(Self {
                newest: newest.max(id),
                oldest: oldest.min(id),
            })
        })
    }
}

/// The page as JSON, with the links to its neighbours.
///
/// `origin` is the public address of this server: behind a proxy the request does not know it.
/// `cursors` come from what was read, not from `items`: of a page whose rows are all hidden the
/// neighbours must still be found.
pub fn page<T: Serialize + ?Sized>(
    request: &HttpRequest,
    origin: &Url,
    items: &T,
    cursors: Option<Cursors>,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(links) = cursors.and_then(|cursors| links(request, origin, cursors)) {
        response.insert_header((header::LINK, links));
    }
    response.json(items)
}

fn links(request: &HttpRequest, origin: &Url, cursors: Cursors) -> Option<HeaderValue> {
    let next = neighbour(request, origin, "max_id", cursors.oldest)?;
    let prev = neighbour(request, origin, "min_id", cursors.newest)?;
    HeaderValue::from_str(&format!("<{next}>; rel=\"next\", <{prev}>; rel=\"prev\"")).ok()
}

fn neighbour(request: &HttpRequest, origin: &Url, cursor: &str, id: i64) -> Option<Url> {
    let mut url = origin.join(request.path()).ok().filter(|url| {
        // A path such as `//elsewhere.example/` would lead away from here.
        url.origin() == origin.origin()
    })?;
    let kept = form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, _)| !DROPPED.contains(&name.as_ref()));
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

    fn link(uri: &str, cursors: Option<Cursors>) -> Option<String> {
        let request = TestRequest::with_uri(uri).to_http_request();
        let origin = Url::parse("https://school.example").unwrap();
        let response = page(&request, &origin, &["item"], cursors);
        let header = response.headers().get(header::LINK)?;
        Some(header.to_str().unwrap().to_owned())
    }

    const ENDS: Option<Cursors> = Some(Cursors {
        newest: 9,
        oldest: 4,
    });

    #[test]
    fn the_ends_are_found_in_any_order() {
        assert_eq!(Cursors::of([9, 4, 7]), ENDS);
        assert_eq!(Cursors::of([4, 9]), ENDS);
        assert_eq!(Cursors::of(Vec::<i64>::new()), None);
    }

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
        assert_eq!(link("/api/v1/notifications", None), None);
    }

    #[test]
    fn a_link_carries_no_token_and_no_foreign_text() {
        let hostile = "/api/v1/x?access_token=secret&q=%3E%3B%20rel%3D%0D%0A%22";
        let header = link(hostile, ENDS).unwrap();
        assert!(!header.contains("secret"), "{header}");
        assert_eq!(header.matches('>').count(), 2, "{header}");
        assert!(!header.contains('\n'), "{header}");
        assert_eq!(link("//elsewhere.example/api", ENDS), None);
    }
}
