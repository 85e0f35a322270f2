//! The newer signature format: HTTP Message Signatures, RFC 9421.

use super::{
    Algorithm, Error,
    check::{Covers, Parts},
    structured::{self, InnerList, Item},
};

/// The signature of one label in `Signature-Input` and `Signature`.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) key_id: String,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) created: Option<i64>,
    pub(super) expires: Option<i64>,
    pub(super) signature: Vec<u8>,
    input: InnerList,
}

/// Reads the first label that stands in both headers; proxies may have added others behind it.
pub(super) fn parse(input: &str, signature: &str) -> Result<Signature, Error> {
    let inputs = structured::inner_lists(input).ok_or(Error::Malformed)?;
    let mut signatures = structured::byte_sequences(signature).ok_or(Error::Malformed)?;
    for (label, input) in inputs {
        let Some(position) = signatures.iter().position(|(other, _)| *other == label) else {
            continue;
        };
        let (_, signature) = signatures.swap_remove(position);
        let Some(Item::Text(key_id)) = input.parameter("keyid") else {
            return Err(Error::Malformed);
        };
        return Ok(Signature {
            key_id: key_id.clone(),
            algorithm: by_name(input.parameter("alg"))?,
            created: seconds(input.parameter("created"))?,
            expires: seconds(input.parameter("expires"))?,
            signature,
            input,
        });
    }
    Err(Error::Malformed)
}

/// The value of `Signature-Input` (without label) for a request of ours.
pub(super) fn input(
    components: &[&str],
    created: i64,
    key_id: &str,
    algorithm: Algorithm,
) -> Option<InnerList> {
    let algorithm = match algorithm {
        Algorithm::RsaSha256 => "rsa-v1_5-sha256",
        Algorithm::Ed25519 => "ed25519",
        // Registered neither by the RFC nor anywhere else.
        Algorithm::RsaSha512 => return None,
    };
    Some(InnerList {
        items: components.iter().map(|&name| name.to_owned()).collect(),
        parameters: vec![
            ("created".to_owned(), Item::Integer(created)),
            ("keyid".to_owned(), Item::Text(key_id.to_owned())),
            ("alg".to_owned(), Item::Text(algorithm.to_owned())),
        ],
    })
}

impl Signature {
    pub(super) fn covers(&self, parts: &Parts) -> Covers {
        let has = |name: &str| self.input.items.iter().any(|item| item == name);
        let path = has("@path") && (has("@query") || !parts.path_and_query.contains('?'));
        Covers {
            target: has("@method") && (has("@target-uri") || has("@request-target") || path),
            host: has("@target-uri") || has("@authority") || has("host"),
            date: has("date"),
            created: self.created.is_some(),
            digest: has("digest"),
            content_digest: has("content-digest"),
        }
    }

    pub(super) fn base(&self, parts: &Parts) -> Result<String, Error> {
        base(&self.input, parts)
    }
}

/// The signature base of section 2.5.
pub(super) fn base(input: &InnerList, parts: &Parts) -> Result<String, Error> {
    let mut base = String::new();
    for (position, name) in input.items.iter().enumerate() {
        let unclear = name
            .chars()
            .any(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '@'));
        if unclear
            || input
                .items
                .iter()
                .skip(position + 1)
                .any(|other| other == name)
        {
            return Err(Error::Malformed);
        }
        let value = component(name, parts).ok_or(Error::MissingPart)?;
        base.push_str(&format!("\"{name}\": {value}\n"));
    }
    base.push_str(&format!("\"@signature-params\": {input}"));
    Ok(base)
}

fn component(name: &str, parts: &Parts) -> Option<String> {
    let (path, query) = match parts.path_and_query.split_once('?') {
        Some((path, query)) => (path, query),
        None => (parts.path_and_query, ""),
    };
    match name {
        "@method" => Some(parts.method.to_owned()),
        "@target-uri" => Some(format!("{}{}", parts.origin, parts.path_and_query)),
        "@authority" => Some(parts.origin.authority()),
        "@scheme" => Some(parts.origin.scheme().to_owned()),
        "@request-target" => Some(parts.path_and_query.to_owned()),
        "@path" => Some(path.to_owned()),
        "@query" => Some(format!("?{query}")),
        derived if derived.starts_with('@') => None,
        header => parts.header(header),
    }
}

fn seconds(item: Option<&Item>) -> Result<Option<i64>, Error> {
    match item {
        None => Ok(None),
        Some(Item::Integer(seconds)) => Ok(Some(*seconds)),
        Some(_) => Err(Error::Malformed),
    }
}

fn by_name(item: Option<&Item>) -> Result<Option<Algorithm>, Error> {
    match item {
        None => Ok(None),
        Some(Item::Text(name)) if name == "rsa-v1_5-sha256" => Ok(Some(Algorithm::RsaSha256)),
        Some(Item::Text(name)) if name == "ed25519" => Ok(Some(Algorithm::Ed25519)),
        Some(_) => Err(Error::UnsupportedAlgorithm),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::{
        origin::Origin,
        signatures::{PrivateKey, PublicKey},
    };

    /// RFC 9421, appendix B.1.4 and B.2.6.
    const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----";
    const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----";
    const INPUT: &str = r#"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#;
    const SIGNATURE: &str = "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:";

    fn message() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Tue, 20 Apr 2021 02:07:55 GMT".parse().unwrap());
        headers.insert("content-type", "application/json".parse().unwrap());
        headers.insert("content-length", "18".parse().unwrap());
        headers
    }

    fn base_of(input: &str, headers: &HeaderMap) -> Result<String, Error> {
        let origin = Origin::parse("https://EXAMPLE.com:443/").unwrap();
        let parts = Parts {
            method: "POST",
            path_and_query: "/foo?param=Value&Pet=dog",
            headers,
            origin: &origin,
        };
        let label = input.split_once('=').unwrap().0;
        parse(input, &format!("{label}=:YWJj:"))?.base(&parts)
    }

    #[test]
    fn the_ed25519_test_vector_of_the_rfc_verifies() {
        let base = base_of(INPUT, &message()).unwrap();
        let signature = parse(INPUT, SIGNATURE).unwrap();
        let key = PublicKey::from_pem(PUBLIC).unwrap();
        assert!(key.verifies(signature.algorithm, base.as_bytes(), &signature.signature));
        assert_eq!(
            PrivateKey::from_pem(PRIVATE)
                .unwrap()
                .sign(base.as_bytes())
                .unwrap(),
            signature.signature
        );
    }

    #[test]
    fn derived_components_read_as_in_the_rfc() {
        let input = r#"a=("@target-uri" "@scheme" "@request-target" "@query");keyid="k""#;
        assert_eq!(
            base_of(input, &message()).unwrap(),
            "\"@target-uri\": https://example.com/foo?param=Value&Pet=dog\n\"@scheme\": https\n\
             \"@request-target\": /foo?param=Value&Pet=dog\n\"@query\": ?param=Value&Pet=dog\n\
             \"@signature-params\": (\"@target-uri\" \"@scheme\" \"@request-target\" \"@query\");keyid=\"k\""
        );
    }

    #[test]
    fn unknown_repeated_and_absent_components_are_refused() {
        for (components, why) in [
            (r#""@status""#, Error::MissingPart),
            (r#""@signature-params""#, Error::MissingPart),
            (r#""x-absent""#, Error::MissingPart),
            (r#""date" "date""#, Error::Malformed),
            (r#""Date""#, Error::Malformed),
            (r#""date;bs""#, Error::Malformed),
        ] {
            assert_eq!(
                base_of(&format!(r#"a=({components});keyid="k""#), &message()),
                Err(why),
                "{components}"
            );
        }
    }

    #[test]
    fn only_the_two_algorithms_are_taken() {
        for (named, expected) in [
            (r#";alg="ed25519""#, Ok(Some(Algorithm::Ed25519))),
            (r#";alg="rsa-v1_5-sha256""#, Ok(Some(Algorithm::RsaSha256))),
            ("", Ok(None)),
            (r#";alg="hmac-sha256""#, Err(Error::UnsupportedAlgorithm)),
            (r#";alg="rsa-pss-sha512""#, Err(Error::UnsupportedAlgorithm)),
            (";alg=ed25519", Err(Error::UnsupportedAlgorithm)),
        ] {
            let parsed = parse(&format!(r#"a=();keyid="k"{named}"#), "a=:YWJj:");
            assert_eq!(
                parsed.map(|signature| signature.algorithm),
                expected,
                "{named}"
            );
        }
    }
}
