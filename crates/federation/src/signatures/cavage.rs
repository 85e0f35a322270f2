//! The older signature format: draft-cavage-http-signatures-12, with the liberties that the fediverse takes.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    Algorithm, Error,
    check::{Covers, Parts},
};

const HEADER_LIMIT: usize = 8 * 1024;
const COVERED_LIMIT: usize = 32;

/// What a `Signature` header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) key_id: String,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) headers: Vec<String>,
    pub(super) signature: Vec<u8>,
    pub(super) created: Option<i64>,
    pub(super) expires: Option<i64>,
}

/// Reads a `Signature` header. Fields may be separated by `, `, and numbers may stand in quotes.
pub(super) fn parse(header: &str) -> Result<Signature, Error> {
    if header.len() > HEADER_LIMIT {
        return Err(Error::Malformed);
    }
    let (mut key_id, mut algorithm, mut headers, mut signature) = (None, None, None, None);
    let (mut created, mut expires) = (None, None);
    let mut rest = header.trim();
    while !rest.is_empty() {
        let (name, value, after) = field(rest).ok_or(Error::Malformed)?;
        rest = after;
        let slot = match name {
            "keyId" => &mut key_id,
            "algorithm" => &mut algorithm,
            "headers" => &mut headers,
            "signature" => &mut signature,
            "created" => &mut created,
            "expires" => &mut expires,
            _ => continue,
        };
        // Said twice, it could mean one thing to us and another to whoever checked it before.
        if slot.replace(value).is_some() {
            return Err(Error::Malformed);
        }
    }
    let seconds = |text: &str| text.parse::<i64>().map_err(|_| Error::Malformed);
    // The draft's default; nothing that covers so little passes our check.
    let headers: Vec<String> = headers
        .unwrap_or("(created)")
        .split_ascii_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    if headers.len() > COVERED_LIMIT {
        return Err(Error::Malformed);
    }
    Ok(Signature {
        key_id: key_id
            .filter(|id| !id.is_empty())
            .ok_or(Error::Malformed)?
            .to_owned(),
        algorithm: by_name(algorithm)?,
        headers,
        signature: BASE64_STANDARD
            .decode(signature.ok_or(Error::Malformed)?)
            .map_err(|_| Error::Malformed)?,
        created: created.map(seconds).transpose()?,
        expires: expires.map(seconds).transpose()?,
    })
}

impl Signature {
    pub(super) fn covers(&self) -> Covers {
        let has = |name: &str| self.headers.iter().any(|header| header == name);
        Covers {
            target: has("(request-target)"),
            host: has("host"),
            date: has("date"),
            created: has("(created)") && self.created.is_some(),
            digest: has("digest"),
            content_digest: has("content-digest"),
        }
    }

    /// The text that is signed.
    pub(super) fn base(&self, parts: &Parts) -> Result<String, Error> {
        let mut lines = Vec::with_capacity(self.headers.len());
        for name in &self.headers {
            let value = match name.as_str() {
                "(request-target)" => format!(
                    "{} {}",
                    parts.method.to_ascii_lowercase(),
                    parts.path_and_query
                ),
                "(created)" => self.created.ok_or(Error::MissingPart)?.to_string(),
                "(expires)" => self.expires.ok_or(Error::MissingPart)?.to_string(),
                header => parts.header(header).ok_or(Error::MissingPart)?,
            };
            lines.push(format!("{name}: {value}"));
        }
        Ok(lines.join("\n"))
    }

    /// The header that says all this.
    pub(super) fn to_header(&self) -> String {
        // `hs2019` is the draft's word, but Mastodon's oldest supported versions know only this one.
        let algorithm = match self.algorithm {
            Some(Algorithm::RsaSha256) => "rsa-sha256",
            Some(Algorithm::RsaSha512) => "rsa-sha512",
            Some(Algorithm::Ed25519) => "ed25519",
            None => "hs2019",
        };
        format!(
            "keyId=\"{}\",algorithm=\"{algorithm}\",headers=\"{}\",signature=\"{}\"",
            self.key_id,
            self.headers.join(" "),
            BASE64_STANDARD.encode(&self.signature)
        )
    }
}

/// The first `name="value"` or `name=value` of `text`, and what follows its comma.
pub(crate) fn field(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('=')?;
    let (value, rest) = match rest.trim_start().strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => rest.split_at(rest.find(',').unwrap_or(rest.len())),
    };
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix(',') {
        Some(rest) => rest.trim_start(),
        None if rest.is_empty() => rest,
        None => return None,
    };
    Some((name.trim(), value.trim(), rest))
}

/// `hs2019`, or nothing, means: by the type of the key.
fn by_name(name: Option<&str>) -> Result<Option<Algorithm>, Error> {
    match name.map(str::to_ascii_lowercase).as_deref() {
        None | Some("hs2019") => Ok(None),
        Some("rsa-sha256") => Ok(Some(Algorithm::RsaSha256)),
        Some("rsa-sha512") => Ok(Some(Algorithm::RsaSha512)),
        Some("ed25519") => Ok(Some(Algorithm::Ed25519)),
        Some(_) => Err(Error::UnsupportedAlgorithm),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use proptest::prelude::*;

    use super::*;
    use crate::{origin::Origin, signatures::PublicKey};

    /// draft-cavage-http-signatures-12, appendix C.
    const KEY: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----";
    const BASIC: &str = r#"keyId="Test",algorithm="rsa-sha256",headers="(request-target) host date",signature="qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0=""#;

    #[test]
    fn the_basic_test_vector_of_the_draft_verifies() {
        let mut headers = HeaderMap::new();
        headers.insert("host", "example.com".parse().unwrap());
        headers.insert("date", "Sun, 05 Jan 2014 21:31:40 GMT".parse().unwrap());
        let origin = Origin::parse("https://example.com/").unwrap();
        let parts = Parts {
            method: "POST",
            path_and_query: "/foo?param=value&pet=dog",
            headers: &headers,
            origin: &origin,
        };
        let signature = parse(BASIC).unwrap();
        let base = signature.base(&parts).unwrap();
        let key = PublicKey::of_any_size(KEY);
        assert!(key.verifies(signature.algorithm, base.as_bytes(), &signature.signature));
        assert!(!key.verifies(
            Some(Algorithm::RsaSha512),
            base.as_bytes(),
            &signature.signature
        ));
        assert_eq!(signature.to_header(), BASIC);
    }

    #[test]
    fn blanks_quotes_and_unknown_fields_are_tolerated() {
        let tight = parse(r#"keyId="k",algorithm="hs2019",created=5,expires="9",headers="(created) Host",signature="YWJj""#).unwrap();
        let loose = parse(r#" keyId="k" , created=5 ,expires=9, x="y", headers="(created)  host", signature= "YWJj" "#).unwrap();
        assert_eq!(tight, loose);
        assert_eq!(
            (tight.created, tight.expires, tight.algorithm),
            (Some(5), Some(9), None)
        );
    }

    #[test]
    fn what_is_unclear_is_refused() {
        for bad in [
            "",
            "keyId",
            r#"keyId="k""#,
            r#"signature="YWJj""#,
            r#"keyId="",signature="YWJj""#,
            r#"keyId="k",signature="%""#,
            r#"keyId="k",keyId="l",signature="YWJj""#,
            r#"keyId="k"signature="YWJj""#,
            r#"keyId="k,signature="YWJj""#,
            r#"keyId="k",signature="YWJj",created=soon"#,
        ] {
            assert_eq!(parse(bad), Err(Error::Malformed), "{bad}");
        }
        let hmac = r#"keyId="k",algorithm="hmac-sha256",signature="YWJj""#;
        assert_eq!(parse(hmac), Err(Error::UnsupportedAlgorithm));
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(text in "\\PC{0,80}", close in "(keyId|signature|headers|created|[\"=, a-z0-9()]){0,20}") {
            let _ = (parse(&text), parse(&close));
        }
    }
}
