//! Where a post is, as people copy it out of an app.

/// Parameters that only say where somebody clicked begin so.
const CLICKED: [&str; 6] = ["utm_", "fbclid", "gclid", "igsh", "mc_cid", "mc_eid"];

/// The address of a post, without what an app put before it, as in `/deck/@ada/1`, and after it, as in `?utm_source=app`.
pub(super) fn of_post(copied: &str) -> String {
    let (page, query) = copied.split_once('?').unwrap_or((copied, ""));
    let page = without_app(page).unwrap_or_else(|| page.to_owned());
    let kept: Vec<&str> = query
        .split('&')
        .filter(|part| !CLICKED.iter().any(|name| part.starts_with(name)))
        .collect();
    match kept.join("&").as_str() {
        "" => page,
        query => format!("{page}?{query}"),
    }
}

/// The page behind one that an app shows of it.
fn without_app(page: &str) -> Option<String> {
    let (scheme, rest) = page.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let (first, post) = path.split_once('/')?;
    let (name, _) = post.strip_prefix('@')?.split_once('/')?;
    match first {
        "deck" | "web" => Some(format!("{scheme}://{host}/{post}")),
        // An app for many servers names the reader's, which knows its own people by their names alone.
        server if server.contains('.') && !name.contains('@') => {
            Some(format!("https://{server}/{post}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::of_post;

    #[test]
    fn the_address_is_that_of_the_post_itself() {
        for (copied, expected) in [
            ("https://a.example/@ada/1", "https://a.example/@ada/1"),
            ("https://a.example/deck/@ada/1", "https://a.example/@ada/1"),
            ("http://a.example/web/@ada/1", "http://a.example/@ada/1"),
            (
                "https://app.example/a.example/@ada/1",
                "https://a.example/@ada/1",
            ),
            (
                "https://app.example/a.example/@ada@b.example/1",
                "https://app.example/a.example/@ada@b.example/1",
            ),
            (
                "https://a.example/@ada/1?utm_source=app&utm_medium=x#top",
                "https://a.example/@ada/1",
            ),
            (
                "https://a.example/?p=7&fbclid=abc",
                "https://a.example/?p=7",
            ),
            ("https://a.example/?p=7", "https://a.example/?p=7"),
            ("https://a.example/deck/home", "https://a.example/deck/home"),
            ("https://a.example", "https://a.example"),
        ] {
            assert_eq!(of_post(copied), expected, "{copied}");
        }
    }
}
