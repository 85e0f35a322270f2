//! Signing what we send.

use chrono::NaiveDateTime;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::{Position, Url};

use super::{PrivateKey, cavage, check::Parts, dates::format_http_date, digest, message};
use crate::origin::Origin;

/// How a request of ours is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// draft-cavage, for those who do not read the other.
    Cavage,
    /// RFC 9421.
    Message,
}

impl Format {
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Cavage => Self::Message,
            Self::Message => Self::Cavage,
        }
    }
}

/// A key of ours with the address at which its public half is found.
#[derive(Clone)]
pub struct Signer {
    key_id: String,
    key: PrivateKey,
}

/// A request about to be sent.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    pub method: &'a str,
    pub url: &'a Url,
    pub accept: &'a str,
    /// The body and its content type.
    pub body: Option<(&'a [u8], &'a str)>,
    /// The header `Collection-Synchronization` (FEP-8fcf).
    pub followers: Option<&'a str>,
}

const FOLLOWERS: &str = "collection-synchronization";

/// The request cannot be signed: its address is not http(s) or a header cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the request cannot be signed")]
pub struct SignError;

impl Signer {
    #[must_use]
    pub fn new(key_id: String, key: PrivateKey) -> Self {
        Self { key_id, key }
    }

    /// All headers of the signed request: those the signature covers, and the signature.
    ///
    /// # Errors
    /// When the address has no origin, or OpenSSL refuses.
    pub fn sign(
        &self,
        request: &Outgoing,
        format: Format,
        now: NaiveDateTime,
    ) -> Result<HeaderMap, SignError> {
        let origin = Origin::of(request.url).ok_or(SignError)?;
        let mut headers = unsigned(request, &origin)?;
        put(&mut headers, header::DATE, &format_http_date(now))?;
        if let Some((body, _)) = request.body {
            match format {
                Format::Cavage => put(
                    &mut headers,
                    HeaderName::from_static("digest"),
                    &digest::digest(body),
                )?,
                Format::Message => put(
                    &mut headers,
                    HeaderName::from_static("content-digest"),
                    &digest::content_digest(body),
                )?,
            }
        }
        let parts = Parts {
            method: request.method,
            path_and_query: &request.url[Position::BeforePath..Position::AfterQuery],
            headers: &headers,
            origin: &origin,
        };
        let signature = match format {
            Format::Cavage => vec![("signature", self.cavage(request, &parts)?)],
            Format::Message => {
                let (input, signature) = self.message(request, &parts, now)?;
                vec![("signature-input", input), ("signature", signature)]
            }
        };
        for (name, value) in signature {
            put(&mut headers, HeaderName::from_static(name), &value)?;
        }
        Ok(headers)
    }

    fn cavage(&self, request: &Outgoing, parts: &Parts) -> Result<String, SignError> {
        let mut covered = match request.body {
            Some(_) => vec!["(request-target)", "host", "date", "digest", "content-type"],
            None => vec!["(request-target)", "host", "date", "accept"],
        };
        covered.extend(request.followers.map(|_| FOLLOWERS));
        let mut signature = cavage::Signature {
            key_id: self.key_id.clone(),
            algorithm: Some(self.key.algorithm()),
            headers: covered.into_iter().map(str::to_owned).collect(),
            signature: Vec::new(),
            created: None,
            expires: None,
        };
        let base = signature.base(parts).map_err(|_| SignError)?;
        signature.signature = self.key.sign(base.as_bytes()).map_err(|_| SignError)?;
        Ok(signature.to_header())
    }

    fn message(
        &self,
        request: &Outgoing,
        parts: &Parts,
        now: NaiveDateTime,
    ) -> Result<(String, String), SignError> {
        let mut covered = vec!["@method", "@target-uri"];
        covered.extend(request.body.map(|_| "content-digest"));
        covered.extend(request.followers.map(|_| FOLLOWERS));
        let input = message::input(
            &covered,
            now.and_utc().timestamp(),
            &self.key_id,
            self.key.algorithm(),
        )
        .ok_or(SignError)?;
        let base = message::base(&input, parts).map_err(|_| SignError)?;
        let signature = self.key.sign(base.as_bytes()).map_err(|_| SignError)?;
        Ok((
            format!("sig1={input}"),
            format!("sig1={}", super::structured::Item::Bytes(signature)),
        ))
    }
}

/// The headers of a request before it is signed; also those of one that is not.
pub(crate) fn unsigned(request: &Outgoing, origin: &Origin) -> Result<HeaderMap, SignError> {
    let mut headers = HeaderMap::new();
    put(&mut headers, header::HOST, &origin.authority())?;
    put(&mut headers, header::ACCEPT, request.accept)?;
    if let Some((_, content_type)) = request.body {
        put(&mut headers, header::CONTENT_TYPE, content_type)?;
    }
    if let Some(followers) = request.followers {
        put(&mut headers, HeaderName::from_static(FOLLOWERS), followers)?;
    }
    Ok(headers)
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<(), SignError> {
    headers.insert(name, HeaderValue::from_str(value).map_err(|_| SignError)?);
    Ok(())
}
