//! Why a signed request is refused. Each variant is answered 401, and its sentence is safe to send back.

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("The request is not signed")]
    Missing,
    #[error("The signature headers cannot be read")]
    Malformed,
    #[error("The signature algorithm is not supported")]
    UnsupportedAlgorithm,
    #[error("The signature does not cover every required part of the request")]
    NotCovered,
    #[error("A part of the request named by the signature is missing")]
    MissingPart,
    #[error("The signature is too old")]
    Expired,
    #[error("The signature is dated in the future")]
    FromTheFuture,
    #[error("The request has no usable date")]
    NoDate,
    #[error("The digest is missing or of an unsupported kind")]
    NoDigest,
    #[error("The digest does not match the body")]
    WrongDigest,
    #[error("The request is addressed to another host")]
    WrongHost,
    #[error("The signature does not match the key")]
    WrongSignature,
}
