//! RSA and Ed25519 keys: making, reading, signing, verifying. PEM as in RFC 7468.

use base64::{Engine, prelude::BASE64_STANDARD};
use openssl::{
    error::ErrorStack,
    hash::MessageDigest,
    pkey::{HasPublic, Id, PKey, PKeyRef, Private, Public},
    rsa::Rsa,
    sign::{Signer, Verifier},
};

/// A larger key would let a stranger make us compute for long.
const RSA_BITS: std::ops::RangeInclusive<u32> = 2048..=8192;
/// Bytes of a key.
pub const PEM_LIMIT: usize = 8 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key cannot be read")]
    Unreadable,
    #[error("the key is of a kind or size that is not supported")]
    Unsupported,
    #[error(transparent)]
    OpenSsl(#[from] ErrorStack),
}

/// What we sign with and accept; nothing else exists for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    RsaSha256,
    RsaSha512,
    Ed25519,
}

impl Algorithm {
    /// What a signature that names no algorithm is made with, by the type of its key.
    fn of(key: &PKeyRef<impl HasPublic>) -> Self {
        if key.id() == Id::ED25519 {
            Self::Ed25519
        } else {
            Self::RsaSha256
        }
    }

    fn digest(self) -> Option<MessageDigest> {
        match self {
            Self::RsaSha256 => Some(MessageDigest::sha256()),
            Self::RsaSha512 => Some(MessageDigest::sha512()),
            Self::Ed25519 => None,
        }
    }
}

/// One of our own keys.
#[derive(Clone)]
pub struct PrivateKey(PKey<Private>);

impl PrivateKey {
    /// A new RSA key of 2048 bits, the kind that every server can verify.
    ///
    /// # Errors
    /// When OpenSSL cannot make one.
    pub fn generate_rsa() -> Result<Self, KeyError> {
        Ok(Self(PKey::from_rsa(Rsa::generate(2048)?)?))
    }

    /// A new Ed25519 key.
    ///
    /// # Errors
    /// When OpenSSL cannot make one.
    pub fn generate_ed25519() -> Result<Self, KeyError> {
        Ok(Self(PKey::generate_ed25519()?))
    }

    /// Reads what [`Self::to_pem`] wrote.
    ///
    /// # Errors
    /// When it is no unencrypted RSA or Ed25519 key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        // With a passphrase given OpenSSL does not ask for one on the terminal.
        let key = PKey::private_key_from_pem_passphrase(pem.as_bytes(), b"")
            .map_err(|_| KeyError::Unreadable)?;
        supported(&key)?;
        Ok(Self(key))
    }

    /// PKCS#8.
    ///
    /// # Errors
    /// When OpenSSL cannot write it.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        text(self.0.private_key_to_pem_pkcs8()?)
    }

    /// The public half as SPKI, for the actor document.
    ///
    /// # Errors
    /// When OpenSSL cannot write it.
    pub fn public_pem(&self) -> Result<String, KeyError> {
        text(self.0.public_key_to_pem()?)
    }

    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        Algorithm::of(&self.0)
    }

    /// Signs with the algorithm of the key's type.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn sign(&self, data: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signer = match self.algorithm().digest() {
            Some(digest) => Signer::new(digest, &self.0)?,
            None => Signer::new_without_digest(&self.0)?,
        };
        Ok(signer.sign_oneshot_to_vec(data)?)
    }
}

/// Someone's public key, ours or remote.
#[derive(Clone)]
pub struct PublicKey(PKey<Public>);

impl PublicKey {
    /// Reads SPKI (`PUBLIC KEY`) and PKCS#1 (`RSA PUBLIC KEY`).
    ///
    /// # Errors
    /// When it is no RSA key of a sensible size and no Ed25519 key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        // Not OpenSSL's own PEM reader: given an encrypted block it asks for the passphrase on the
        // terminal, and the text comes from strangers.
        let (label, der) = decode_pem(pem).ok_or(KeyError::Unreadable)?;
        let key = match label {
            "PUBLIC KEY" => PKey::public_key_from_der(&der),
            "RSA PUBLIC KEY" => Rsa::public_key_from_der_pkcs1(&der).and_then(PKey::from_rsa),
            _ => return Err(KeyError::Unsupported),
        }
        .map_err(|_| KeyError::Unreadable)?;
        supported(&key)?;
        Ok(Self(key))
    }

    /// The 32 bytes of an Ed25519 key; none for others.
    #[must_use]
    pub fn raw_ed25519(&self) -> Option<Vec<u8>> {
        (self.0.id() == Id::ED25519).then(|| self.0.raw_public_key().ok())?
    }

    /// An Ed25519 key by its 32 bytes.
    #[must_use]
    pub fn from_raw_ed25519(bytes: &[u8]) -> Option<Self> {
        let key = PKey::public_key_from_raw_bytes(bytes, Id::ED25519).ok()?;
        Some(Self(key))
    }

    /// SPKI.
    ///
    /// # Errors
    /// When OpenSSL cannot write it.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        text(self.0.public_key_to_pem()?)
    }

    /// Whether `signature` over `data` was made by this key. `None` means the algorithms of the key's type: RSA has two.
    #[must_use]
    pub fn verifies(&self, algorithm: Option<Algorithm>, data: &[u8], signature: &[u8]) -> bool {
        let by_type: &[Algorithm] = if self.0.id() == Id::ED25519 {
            &[Algorithm::Ed25519]
        } else {
            &[Algorithm::RsaSha256, Algorithm::RsaSha512]
        };
        by_type
            .iter()
            .filter(|&&each| algorithm.is_none_or(|algorithm| algorithm == each))
            .any(|each| self.verifies_by(*each, data, signature))
    }

    fn verifies_by(&self, algorithm: Algorithm, data: &[u8], signature: &[u8]) -> bool {
        let verified = match algorithm.digest() {
            Some(digest) => {
                Verifier::new(digest, &self.0).and_then(|mut v| v.verify_oneshot(signature, data))
            }
            None => Verifier::new_without_digest(&self.0)
                .and_then(|mut v| v.verify_oneshot(signature, data)),
        };
        // An error here means a signature of impossible shape, which is a wrong one.
        verified.unwrap_or(false)
    }
}

fn supported(key: &PKeyRef<impl HasPublic>) -> Result<(), KeyError> {
    match key.id() {
        Id::ED25519 => Ok(()),
        Id::RSA if RSA_BITS.contains(&key.bits()) => Ok(()),
        _ => Err(KeyError::Unsupported),
    }
}

fn decode_pem(pem: &str) -> Option<(&str, Vec<u8>)> {
    if pem.len() > PEM_LIMIT {
        return None;
    }
    let (label, rest) = pem.split_once("-----BEGIN ")?.1.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let compact: String = body.split_ascii_whitespace().collect();
    Some((label, BASE64_STANDARD.decode(compact).ok()?))
}

fn text(pem: Vec<u8>) -> Result<String, KeyError> {
    String::from_utf8(pem).map_err(|_| KeyError::Unreadable)
}

#[cfg(test)]
impl PrivateKey {
    /// The Ed25519 key of the seed 00, 01 … 1f.
    pub(crate) fn fixed() -> Self {
        let seed: Vec<u8> = (0..32).collect();
        Self(PKey::private_key_from_raw_bytes(&seed, Id::ED25519).unwrap())
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey::from_pem(&self.public_pem().unwrap()).unwrap()
    }
}

#[cfg(test)]
impl PublicKey {
    /// Also takes the key of 1024 bits that the draft's test vectors use.
    pub(super) fn of_any_size(pem: &str) -> Self {
        Self(PKey::public_key_from_der(&decode_pem(pem).unwrap().1).unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_what_it_wrote() {
        for key in [
            PrivateKey::generate_rsa().unwrap(),
            PrivateKey::generate_ed25519().unwrap(),
        ] {
            let again = PrivateKey::from_pem(&key.to_pem().unwrap()).unwrap();
            let signature = again.sign(b"six o'clock").unwrap();
            let public = PublicKey::from_pem(&key.public_pem().unwrap()).unwrap();
            assert!(public.verifies(None, b"six o'clock", &signature));
            assert!(public.verifies(Some(key.algorithm()), b"six o'clock", &signature));
            assert!(!public.verifies(None, b"seven o'clock", &signature));
            assert!(!public.verifies(None, b"six o'clock", b""));
        }
    }

    #[test]
    fn a_public_key_in_pkcs1_is_read() {
        let key = PrivateKey::generate_rsa().unwrap();
        let pkcs1 = key.0.rsa().unwrap().public_key_to_pem_pkcs1().unwrap();
        let public = PublicKey::from_pem(std::str::from_utf8(&pkcs1).unwrap()).unwrap();
        assert!(public.verifies(None, b"x", &key.sign(b"x").unwrap()));
    }

    #[test]
    fn rsa_of_no_named_algorithm_may_be_made_with_either_hash() {
        let rsa = PrivateKey::generate_rsa().unwrap();
        let mut signer = Signer::new(MessageDigest::sha512(), &rsa.0).unwrap();
        let signature = signer.sign_oneshot_to_vec(b"x").unwrap();
        let verifies = |algorithm| rsa.public().verifies(algorithm, b"x", &signature);
        assert!(verifies(None));
        assert!(verifies(Some(Algorithm::RsaSha512)));
        assert!(!verifies(Some(Algorithm::RsaSha256)));
    }

    #[test]
    fn an_algorithm_of_the_other_key_type_never_verifies() {
        let key = PrivateKey::fixed();
        let signature = key.sign(b"x").unwrap();
        assert!(
            !key.public()
                .verifies(Some(Algorithm::RsaSha256), b"x", &signature)
        );
        let rsa = PrivateKey::generate_rsa().unwrap();
        assert!(
            !rsa.public()
                .verifies(Some(Algorithm::Ed25519), b"x", &signature)
        );
    }

    #[test]
    fn small_huge_foreign_and_encrypted_keys_are_refused() {
        let small = PKey::from_rsa(Rsa::generate(1024).unwrap())
            .unwrap()
            .public_key_to_pem()
            .unwrap();
        assert!(PublicKey::from_pem(std::str::from_utf8(&small).unwrap()).is_err());
        let x25519 = PKey::generate_x25519()
            .unwrap()
            .public_key_to_pem()
            .unwrap();
        assert!(PublicKey::from_pem(std::str::from_utf8(&x25519).unwrap()).is_err());
        let encrypted = "-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,00\n\nAAAA\n-----END PUBLIC KEY-----\n";
        assert!(PublicKey::from_pem(encrypted).is_err());
        for bad in [
            "",
            "-----BEGIN PUBLIC KEY-----",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        ] {
            assert!(PublicKey::from_pem(bad).is_err(), "{bad}");
        }
    }
}
