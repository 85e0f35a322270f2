//! Web origins, by which we decide whose word counts: RFC 6454 and FEP-fe34.

use std::fmt;

use url::{Host, Url};

/// Scheme, host and port of an http(s) address, in the one spelling that compares equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    secure: bool,
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of `url`; none for anything but http and https.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        // The root dot names the same machine, so it must not make a stranger of our own host.
        if let Some(Host::Domain(name)) = url.host()
            && let Some(name) = name.strip_suffix('.')
        {
            if name.ends_with('.') {
                return None;
            }
            // Read again: `0.` is a name, `0` an address.
            let mut rootless = url.clone();
            rootless.set_host(Some(name)).ok()?;
            return Self::of(&rootless);
        }
        // Parsing has already folded case, applied IDNA and normalised the spelling of IP addresses.
        let host = match url.host()? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => format!("[{address}]"),
        };
        if host.is_empty() {
            return None;
        }
        let port = url.port_or_known_default()?;
        Some(Self { secure, host, port })
    }

    /// The origin of an address that is still text.
    #[must_use]
    pub fn parse(address: &str) -> Option<Self> {
        Self::of(&Url::parse(address).ok()?)
    }

    /// The origin at `authority` (`host` or `host:port`, as in a `Host` header) with this one's scheme.
    #[must_use]
    pub fn with_authority(&self, authority: &str) -> Option<Self> {
        // These would move the end of the authority, and the parser would quietly take the rest as a path.
        let foreign = |c: char| c.is_whitespace() || matches!(c, '/' | '\\' | '?' | '#' | '@');
        if authority.contains(foreign) {
            return None;
        }
        Self::parse(&format!("{}://{authority}", self.scheme()))
    }

    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// `host`, with `:port` only where it is not the scheme's own.
    #[must_use]
    pub fn authority(&self) -> String {
        let default = if self.secure { 443 } else { 80 };
        if self.port == default {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority())
    }
}

/// Whether both addresses belong to one origin. Addresses without one belong to nobody, not to each other.
#[must_use]
pub fn same_origin(one: &Url, other: &Url) -> bool {
    match (Origin::of(one), Origin::of(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(one: &str, other: &str) -> bool {
        same_origin(&Url::parse(one).unwrap(), &Url::parse(other).unwrap())
    }

    #[test]
    fn spelling_does_not_make_another_origin() {
        assert!(same(
            "https://School.Example/a",
            "https://school.example:443/b"
        ));
        assert!(same(
            "https://bücher.example/",
            "https://xn--bcher-kva.example/"
        ));
        assert!(same("https://school.example./", "https://school.example/"));
        assert!(same("https://0./", "https://0/"));
        assert!(same("http://127.0.0.1/", "http://127.1:80/"));
        assert!(same("http://[::1]:3000/", "http://[0:0::1]:3000/"));
    }

    #[test]
    fn a_name_with_two_dots_at_its_end_has_no_origin() {
        for address in ["https://school.example../", "https://../", "https://./"] {
            assert_eq!(Origin::parse(address), None, "{address}");
        }
    }

    #[test]
    fn scheme_host_and_port_each_make_another_origin() {
        assert!(!same("https://school.example/", "http://school.example/"));
        assert!(!same(
            "https://school.example/",
            "https://school.example:8443/"
        ));
        assert!(!same(
            "https://school.example/",
            "https://a.school.example/"
        ));
        assert!(!same("http://127.0.0.1:3000/", "http://127.0.0.2:3000/"));
        assert!(!same("http://localhost:3000/", "http://localhost:3001/"));
    }

    #[test]
    fn addresses_without_an_origin_are_never_the_same() {
        assert!(!same("data:text/plain,a", "data:text/plain,a"));
        assert!(!same(
            "mailto:ada@school.example",
            "mailto:ada@school.example"
        ));
    }

    #[test]
    fn an_authority_cannot_smuggle_in_a_path_or_a_user() {
        let ours = Origin::parse("https://school.example/").unwrap();
        assert_eq!(
            ours.with_authority("SCHOOL.example:443"),
            Some(ours.clone())
        );
        for bad in [
            "",
            "school.example/",
            "a@school.example",
            "school.example#",
            "school.example\\",
            " school.example",
        ] {
            assert_eq!(ours.with_authority(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn an_origin_parses_what_it_prints(secure: bool, host in "[a-zA-Z0-9]{1,10}(\\.[a-zA-Z][a-zA-Z0-9]{0,8}){1,3}\\.?", port: u16) {
            let scheme = if secure { "https" } else { "http" };
            if let Some(origin) = Origin::parse(&format!("{scheme}://{host}:{port}/x")) {
                prop_assert_eq!(Origin::parse(&origin.to_string()), Some(origin.clone()));
                prop_assert_eq!(origin.with_authority(&origin.authority()), Some(origin));
            }
        }

        #[test]
        fn any_text_is_answered_without_panic(text in "\\PC{0,64}") {
            let ours = Origin::parse("https://school.example/").unwrap();
            let _ = Origin::parse(&text);
            let _ = ours.with_authority(&text);
        }
    }
}
