//! Digests of request bodies: `Digest` (RFC 3230) and `Content-Digest` (RFC 9530).

use base64::{Engine, prelude::BASE64_STANDARD};
use openssl::{memcmp, sha};

use super::{Error, structured};

/// The value of `Digest` for `body`.
pub(super) fn digest(body: &[u8]) -> String {
    format!("SHA-256={}", BASE64_STANDARD.encode(sha::sha256(body)))
}

/// The value of `Content-Digest` for `body`.
pub(super) fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(sha::sha256(body)))
}

/// Digests of one request: each costs a walk over the body, before anybody has proved anything.
const DIGESTS: usize = 8;

/// Checks a `Digest` header. Every digest of a kind we know must fit, and there must be one.
pub(super) fn check_digest(header: &str, body: &[u8]) -> Result<(), Error> {
    let mut seen = false;
    if header.split(',').count() > DIGESTS {
        return Err(Error::NoDigest);
    }
    for item in header.split(',') {
        let (kind, value) = item.trim().split_once('=').ok_or(Error::NoDigest)?;
        let Some(actual) = hash(kind, body) else {
            continue;
        };
        let claimed = BASE64_STANDARD
            .decode(value.trim())
            .map_err(|_| Error::WrongDigest)?;
        compare(&claimed, &actual)?;
        seen = true;
    }
    if seen { Ok(()) } else { Err(Error::NoDigest) }
}

/// Checks a `Content-Digest` header, by the same rule.
pub(super) fn check_content_digest(header: &str, body: &[u8]) -> Result<(), Error> {
    let mut seen = false;
    for (kind, claimed) in structured::byte_sequences(header).ok_or(Error::NoDigest)? {
        let Some(actual) = hash(&kind, body) else {
            continue;
        };
        compare(&claimed, &actual)?;
        seen = true;
    }
    if seen { Ok(()) } else { Err(Error::NoDigest) }
}

fn hash(kind: &str, body: &[u8]) -> Option<Vec<u8>> {
    if kind.eq_ignore_ascii_case("sha-256") {
        Some(sha::sha256(body).to_vec())
    } else if kind.eq_ignore_ascii_case("sha-512") {
        Some(sha::sha512(body).to_vec())
    } else {
        None
    }
}

fn compare(claimed: &[u8], actual: &[u8]) -> Result<(), Error> {
    // memcmp::eq would panic on different lengths.
    if claimed.len() == actual.len() && memcmp::eq(claimed, actual) {
        Ok(())
    } else {
        Err(Error::WrongDigest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 9530, appendix B: the digests of this body.
    const BODY: &[u8] = b"{\"hello\": \"world\"}\n";
    const SHA_256: &str = "RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=";
    const SHA_512: &str =
        "YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==";

    #[test]
    fn the_digests_of_rfc_9530_fit() {
        assert_eq!(check_digest(&format!("SHA-256={SHA_256}"), BODY), Ok(()));
        assert_eq!(
            check_digest(&format!("sha-512={SHA_512}, SHA-256={SHA_256}"), BODY),
            Ok(())
        );
        assert_eq!(
            check_content_digest(&format!("sha-512=:{SHA_512}:, sha-256=:{SHA_256}:"), BODY),
            Ok(())
        );
        assert_eq!(check_digest(&digest(BODY), BODY), Ok(()));
        assert_eq!(check_content_digest(&content_digest(BODY), BODY), Ok(()));
    }

    #[test]
    fn one_wrong_digest_beside_a_right_one_is_refused() {
        let wrong = BASE64_STANDARD.encode(sha::sha512(b"other"));
        assert_eq!(
            check_digest(&format!("SHA-256={SHA_256},SHA-512={wrong}"), BODY),
            Err(Error::WrongDigest)
        );
        assert_eq!(
            check_content_digest(&format!("sha-256=:{SHA_256}:, sha-512=:{wrong}:"), BODY),
            Err(Error::WrongDigest)
        );
    }

    #[test]
    fn a_body_is_not_walked_over_for_each_of_many_digests() {
        let fits = format!("SHA-256={SHA_256}");
        let repeated = |times: usize| vec![fits.as_str(); times].join(",");
        assert_eq!(check_digest(&repeated(DIGESTS), BODY), Ok(()));
        let many = repeated(DIGESTS + 1);
        assert_eq!(check_digest(&many, BODY), Err(Error::NoDigest));
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(text in "\\PC{0,80}", close in "(sha-256|SHA-512|[=:,A-Za-z0-9+/ ]){0,30}") {
            for header in [&text, &close] {
                let _ = (check_digest(header, BODY), check_content_digest(header, BODY));
            }
        }
    }

    #[test]
    fn a_weak_or_unreadable_digest_is_no_digest() {
        for bad in [
            "",
            "SHA-256",
            "MD5=Sd/dVLAcvNLSq16eXua5uQ==",
            "SHA=07CavjDP4u3/TungoUHJO/Wzr4c=",
        ] {
            assert_eq!(check_digest(bad, BODY), Err(Error::NoDigest), "{bad}");
        }
        for bad in [
            "",
            "sha-256",
            "sha-256=abc",
            "sha-256=:%:",
            "md5=:Sd/dVLAcvNLSq16eXua5uQ==:",
        ] {
            assert_eq!(
                check_content_digest(bad, BODY),
                Err(Error::NoDigest),
                "{bad}"
            );
        }
    }
}
