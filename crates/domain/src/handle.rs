//! `@ada@school.example`: who somebody is, everywhere.

use std::fmt;
use std::str::FromStr;

/// Bytes of a name of a server, and of a user name.
const LENGTH: usize = 255;

/// A server's name in lower case and, if it is not the usual one, its port: `school.example`, `localhost:3000`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

/// A text that names no server or nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid handle")]
pub struct InvalidHandle;

impl Host {
    /// The host, with its port where it has one, of an address that has a host.
    ///
    /// # Errors
    /// If the address has none, as `data:` has.
    pub fn of(url: &url::Url) -> Result<Self, InvalidHandle> {
        let host = url.host_str().ok_or(InvalidHandle)?;
        match url.port() {
            Some(port) => format!("{host}:{port}").parse(),
            None => host.parse(),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Host {
    type Err = InvalidHandle;

    /// Folds case, IDNA and the root dot; takes a port, one label and an IP address too,
    /// since the switch for these belongs to the network.
    fn from_str(text: &str) -> Result<Self, InvalidHandle> {
        // The parser of addresses would drop tabs and line ends without a word.
        let foreign = |c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, '/' | '@' | '?' | '#' | '\\')
        };
        if text.is_empty() || text.len() > LENGTH || text.contains(foreign) {
            return Err(InvalidHandle);
        }
        let url = url::Url::parse(&format!("https://{text}/")).map_err(|_| InvalidHandle)?;
        let host = url.host_str().ok_or(InvalidHandle)?;
        let with_port = |host: &str| match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        match host.strip_suffix('.') {
            // Read again: `0.` is a name, `0` an address.
            Some(host) => with_port(host).parse(),
            None => {
                let name = with_port(host);
                // In ASCII it may be longer than it was.
                if name.len() > LENGTH {
                    return Err(InvalidHandle);
                }
                Ok(Self(name))
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A user name and, for people elsewhere, their server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Handle {
    pub username: String,
    pub host: Option<Host>,
}

impl Handle {
    /// The key under which an account is found: lower case, `ada` here and `ada@school.example` elsewhere.
    #[must_use]
    pub fn key(&self) -> String {
        let username = self.username.to_lowercase();
        match &self.host {
            Some(host) => format!("{username}@{host}"),
            None => username,
        }
    }

    /// The same person seen from `ours`: without a host if the host is ours.
    #[must_use]
    pub fn seen_from(mut self, ours: &Host) -> Self {
        if self.host.as_ref() == Some(ours) {
            self.host = None;
        }
        self
    }
}

/// Letters, digits and `_`, and inside also `.` and `-`.
#[must_use]
pub fn is_username(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.bytes()
        .all(|byte| word(byte) || byte == b'.' || byte == b'-')
        && text.bytes().next().is_some_and(word)
        && text.bytes().next_back().is_some_and(word)
        && text.len() <= LENGTH
}

/// What a local name may be: letters, digits and `_`; it may begin with a digit.
#[must_use]
pub fn is_local_username(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= crate::limits::USERNAME
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl FromStr for Handle {
    type Err = InvalidHandle;

    /// Takes `ada`, `@ada`, `ada@school.example`, `@ada@school.example` and `acct:ada@school.example`.
    fn from_str(text: &str) -> Result<Self, InvalidHandle> {
        let text = text.strip_prefix("acct:").unwrap_or(text);
        let text = text.strip_prefix('@').unwrap_or(text);
        let (username, host) = match text.split_once('@') {
            Some((username, host)) => (username, Some(host.parse()?)),
            None => (text, None),
        };
        if !is_username(username) {
            return Err(InvalidHandle);
        }
        Ok(Self {
            username: username.to_owned(),
            host,
        })
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) => write!(f, "{}@{host}", self.username),
            None => f.write_str(&self.username),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_spelling_of_a_handle_is_understood() {
        let ada = Handle {
            username: "ada".into(),
            host: Some("school.example".parse().unwrap()),
        };
        for text in [
            "ada@school.example",
            "@ada@School.Example",
            "acct:ada@school.example",
        ] {
            assert_eq!(text.parse::<Handle>().unwrap(), ada, "{text}");
        }
        assert_eq!("@7ada".parse::<Handle>().unwrap().host, None);
    }

    #[test]
    fn ports_one_label_and_addresses_are_hosts() {
        for text in ["localhost:3000", "127.0.0.1:4000", "school", "[::1]:3000"] {
            assert_eq!(text.parse::<Host>().unwrap().as_str(), text);
        }
        assert_eq!(
            "SCHULE-MÜNCHEN.example".parse::<Host>().unwrap().as_str(),
            "xn--schule-mnchen-3ob.example"
        );
        assert_eq!("0。。".parse::<Host>().unwrap().as_str(), "0.0.0.0");
        assert_eq!(
            "school.example.:3000".parse::<Host>().unwrap().as_str(),
            "school.example:3000"
        );
        assert_eq!(
            "school.example:443".parse::<Host>().unwrap().as_str(),
            "school.example"
        );
    }

    #[test]
    fn a_host_may_not_become_too_long_in_ascii() {
        let long = format!("{}example", "ü.".repeat(80));
        assert!(long.len() < LENGTH);
        assert_eq!(long.parse::<Host>(), Err(InvalidHandle));
    }

    #[test]
    fn what_could_lead_elsewhere_is_no_host() {
        for text in [
            "",
            "a/b",
            "a@b",
            "a?b",
            "a#b",
            "a b",
            "a\\b",
            ":80",
            "school.example:99999",
            "sch\tool.example",
            "school.example\n",
            ".",
        ] {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_handle_parses_what_it_prints(name in "[A-Za-z0-9_]{1,12}", host in "[a-z]{1,9}(\\.[a-z]{2,5})?(:[1-9][0-9]{1,3})?") {
            let handle: Handle = format!("{name}@{host}").parse().unwrap();
            prop_assert_eq!(handle.to_string().parse::<Handle>().unwrap(), handle);
        }

        #[test]
        fn whatever_is_taken_for_a_handle_prints_as_itself(text in ".*", close in "(acct:)?@?[a-zA-Z0-9_.-]{1,6}@([a-zA-Z0-9.:é\\[\\]%-]|。){1,12}") {
            for text in [&text, &close] {
                if let Ok(handle) = text.parse::<Handle>() {
                    prop_assert_eq!(handle.to_string().parse::<Handle>(), Ok(handle));
                }
            }
        }
    }
}
