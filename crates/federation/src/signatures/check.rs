//! What must hold of a signed request before its key is even fetched, in the order of our security rules.

use chrono::{NaiveDateTime, TimeDelta};
use http::HeaderMap;

use super::{Algorithm, Error, PublicKey, cavage, dates::parse_http_date, digest, message};
use crate::origin::Origin;

/// How far the clock of a sender may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// A request that claims to be signed.
#[derive(Clone, Copy)]
pub struct Check<'a> {
    /// In capitals, as on the wire.
    pub method: &'a str,
    /// As on the wire, undecoded.
    pub path_and_query: &'a str,
    pub headers: &'a HeaderMap,
    /// The body; none only for a request that cannot have one, since a digest is asked for with it.
    pub body: Option<&'a [u8]>,
    /// Where we are reached: scheme, host and port of our public address.
    pub origin: &'a Origin,
    pub now: NaiveDateTime,
    /// How old a signature may be.
    pub max_age: TimeDelta,
}

/// A signature of which everything but the key has been checked.
#[derive(Debug)]
pub struct Checked {
    key_id: String,
    algorithm: Option<Algorithm>,
    signature: Vec<u8>,
    base: String,
    signed_at: NaiveDateTime,
}

impl Checked {
    /// Names the key, and through it whoever claims to have sent the request.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// When it was signed, by the clock of the sender.
    #[must_use]
    pub fn signed_at(&self) -> NaiveDateTime {
        self.signed_at
    }

    /// Whether `key` made the signature.
    ///
    /// # Errors
    /// [`Error::WrongSignature`] if it did not.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Error> {
        if key.verifies(self.algorithm, self.base.as_bytes(), &self.signature) {
            Ok(())
        } else {
            Err(Error::WrongSignature)
        }
    }
}

/// Checks all of a signature that can be checked without its key.
///
/// # Errors
/// The first reason for which the request is refused; see [`Error`].
pub fn check(request: &Check) -> Result<Checked, Error> {
    let parts = Parts {
        method: request.method,
        path_and_query: request.path_and_query,
        headers: request.headers,
        origin: request.origin,
    };
    let signature = Signature::read(&parts)?;
    let covers = signature.covers(&parts);
    // Whoever leaves out the body of a POST gets the check of an empty one, never of none.
    let bodiless = matches!(request.method, "GET" | "HEAD");
    let body = request.body.or(if bodiless { None } else { Some(&[]) });
    if !covers.enough(body.is_some()) {
        return Err(Error::NotCovered);
    }
    let signed_at = check_time(request, &parts, &covers, &signature)?;
    if let Some(body) = body {
        check_digest(&parts, &covers, body)?;
    }
    check_host(&parts)?;
    signature.into_checked(&parts, signed_at)
}

/// What a signature can refer to.
pub(super) struct Parts<'a> {
    pub(super) method: &'a str,
    pub(super) path_and_query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) origin: &'a Origin,
}

impl Parts<'_> {
    /// The value of a header; of one sent several times, all of them in order.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let mut values = self.headers.get_all(name).iter();
        let mut joined = values.next()?.to_str().ok()?.trim().to_owned();
        for value in values {
            joined.push_str(", ");
            joined.push_str(value.to_str().ok()?.trim());
        }
        Some(joined)
    }
}

/// Which of the parts that matter to us a signature covers.
pub(super) struct Covers {
    /// Method and path.
    pub(super) target: bool,
    pub(super) host: bool,
    pub(super) date: bool,
    pub(super) created: bool,
    pub(super) digest: bool,
    pub(super) content_digest: bool,
}

impl Covers {
    fn enough(&self, body: bool) -> bool {
        self.target
            && self.host
            && (self.date || self.created)
            && (!body || self.digest || self.content_digest)
    }
}

enum Signature {
    Cavage(cavage::Signature),
    Message(message::Signature),
}

impl Signature {
    fn read(parts: &Parts) -> Result<Self, Error> {
        if !parts.headers.contains_key("signature") {
            return Err(Error::Missing);
        }
        let signature = parts.header("signature").ok_or(Error::Malformed)?;
        if !parts.headers.contains_key("signature-input") {
            return cavage::parse(&signature).map(Self::Cavage);
        }
        let input = parts.header("signature-input").ok_or(Error::Malformed)?;
        message::parse(&input, &signature).map(Self::Message)
    }

    fn covers(&self, parts: &Parts) -> Covers {
        match self {
            Self::Cavage(signature) => signature.covers(),
            Self::Message(signature) => signature.covers(parts),
        }
    }

    fn created(&self) -> Option<i64> {
        match self {
            Self::Cavage(signature) => signature.created,
            Self::Message(signature) => signature.created,
        }
    }

    fn expires(&self) -> Option<i64> {
        match self {
            Self::Cavage(signature) => signature.expires,
            Self::Message(signature) => signature.expires,
        }
    }

    fn into_checked(self, parts: &Parts, signed_at: NaiveDateTime) -> Result<Checked, Error> {
        Ok(match self {
            Self::Cavage(signature) => Checked {
                base: signature.base(parts)?,
                key_id: signature.key_id,
                algorithm: signature.algorithm,
                signature: signature.signature,
                signed_at,
            },
            Self::Message(signature) => Checked {
                base: signature.base(parts)?,
                key_id: signature.key_id,
                algorithm: signature.algorithm,
                signature: signature.signature,
                signed_at,
            },
        })
    }
}

/// Every time that the signature covers must be near; an expiry counts whether covered or not. Answers the earliest.
fn check_time(
    request: &Check,
    parts: &Parts,
    covers: &Covers,
    signature: &Signature,
) -> Result<NaiveDateTime, Error> {
    let mut times = Vec::with_capacity(2);
    if covers.date {
        let date = parts.header("date").ok_or(Error::NoDate)?;
        times.push(parse_http_date(&date).ok_or(Error::NoDate)?);
    }
    if covers.created {
        times.push(signature.created().and_then(moment).ok_or(Error::NoDate)?);
    }
    for time in &times {
        let age = request.now.signed_duration_since(*time);
        if age > request.max_age {
            return Err(Error::Expired);
        }
        if age < -AHEAD {
            return Err(Error::FromTheFuture);
        }
    }
    match signature.expires() {
        Some(seconds) if moment(seconds).ok_or(Error::NoDate)? < request.now => Err(Error::Expired),
        _ => times.into_iter().min().ok_or(Error::NoDate),
    }
}

fn moment(seconds: i64) -> Option<NaiveDateTime> {
    Some(chrono::DateTime::from_timestamp(seconds, 0)?.naive_utc())
}

/// Every digest header that the signature covers must fit the body.
fn check_digest(parts: &Parts, covers: &Covers, body: &[u8]) -> Result<(), Error> {
    if covers.digest {
        digest::check_digest(&parts.header("digest").ok_or(Error::NoDigest)?, body)?;
    }
    if covers.content_digest {
        digest::check_content_digest(
            &parts.header("content-digest").ok_or(Error::NoDigest)?,
            body,
        )?;
    }
    Ok(())
}

/// A request to another server, repeated to us, is not for us.
fn check_host(parts: &Parts) -> Result<(), Error> {
    let host = parts.header("host").ok_or(Error::WrongHost)?;
    match parts.origin.with_authority(&host) {
        Some(origin) if origin == *parts.origin => Ok(()),
        _ => Err(Error::WrongHost),
    }
}

#[cfg(test)]
mod tests;
