//! Values that are not shown.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use url::Url;

const MASK: &str = "***";

/// Parameters of a database's address that are shown; what another one says may be a password.
const SHOWN: [&str; 8] = [
    "application_name",
    "connect_timeout",
    "dbname",
    "host",
    "port",
    "sslmode",
    "sslrootcert",
    "user",
];

/// A password.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn masked(&self) -> String {
        if self.0.is_empty() { "" } else { MASK }.to_owned()
    }
}

/// Where the database is, perhaps with a password.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The path of SQLite's file; none for PostgreSQL.
    pub fn sqlite_path(&self) -> Option<&str> {
        self.0.strip_prefix("sqlite:")
    }

    /// The address with its passwords masked, if it is certain which parts they are.
    fn parts(&self) -> Option<String> {
        let mut url = Url::parse(&self.0).ok()?;
        // A password with one of `/`, `?`, `#`, `@` in it, not escaped, is found in other parts.
        if self.0.matches('@').count() > 1 || url.fragment().is_some() || url.path().contains('@') {
            return None;
        }
        if url.password().is_some() {
            url.set_password(Some(MASK)).ok()?;
        }
        if let Some(query) = url.query() {
            let shown: Vec<String> = query.split('&').map(parameter).collect();
            url.set_query(Some(&shown.join("&")));
        }
        Some(url.to_string())
    }

    /// Whether what others say about this address may be repeated: they may take a part of a password for a host.
    pub fn is_clear(&self) -> bool {
        self.sqlite_path().is_some() || self.parts().is_some()
    }

    fn masked(&self) -> String {
        match self.sqlite_path() {
            Some(_) => self.0.clone(),
            None => self.parts().unwrap_or_else(|| MASK.to_owned()),
        }
    }
}

/// `sslmode=require` as it is; `password=***`.
fn parameter(text: &str) -> String {
    match text.split_once('=') {
        Some((name, _)) if SHOWN.contains(&name) => text.to_owned(),
        Some((name, _)) if name.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            format!("{name}={MASK}")
        }
        _ => MASK.to_owned(),
    }
}

macro_rules! shown_masked {
    ($type:ty) => {
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.masked())
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.masked())
            }
        }
    };
}

shown_masked!(Secret);
shown_masked!(DatabaseUrl);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_password_is_shown() {
        for url in [
            "postgres://staff:hunter2@db.example/staffroom",
            "postgres://staff:hunter2@db.example:5432,other.example:5432/staffroom",
            "postgres://staff:12#hunter2@db.example/staffroom",
            "postgres://staff:12?hunter2@db.example/staffroom",
            "postgres://staff:12/hunter2@db.example/staffroom",
            "postgres://staff:x@hunter2@db.example/staffroom",
            "postgres://db.example/staffroom?user=staff&password=hunter2",
            "postgres:///staffroom?sslpassword=hunter2",
            "hunter2",
        ] {
            let masked = format!("{:?}", DatabaseUrl(url.to_owned()));
            assert!(!masked.contains("hunter2"), "{masked}");
        }
        assert_eq!(format!("{:?}", Secret("https://hunter2".to_owned())), MASK);
    }

    #[test]
    fn the_rest_of_an_address_is_shown() {
        for (url, shown) in [
            (
                "postgres://staff:hunter2@db.example/room?sslmode=require&password=x",
                "postgres://staff:***@db.example/room?sslmode=require&password=***",
            ),
            ("sqlite:data/staffroom.db", "sqlite:data/staffroom.db"),
        ] {
            assert_eq!(format!("{:?}", DatabaseUrl(url.to_owned())), shown);
        }
        assert_eq!(format!("{:?}", Secret::default()), "");
    }
}
