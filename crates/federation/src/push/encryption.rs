//! Encrypting a message for one receiver: RFC 8291, and draft-ietf-webpush-encryption-04, which came before it.

use openssl::bn::BigNumContext;
use openssl::derive::Deriver;
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private, Public};
use openssl::sign::Signer;
use openssl::symm::{Cipher, encrypt_aead};

const SALT: usize = 16;
const KEY: usize = 16;
const NONCE: usize = 12;
const TAG: usize = 16;
/// Bytes of a record; a message is one record.
const RECORD: u32 = 4_096;
/// What stands behind the last record's text (RFC 8188, section 2).
const LAST: u8 = 2;

/// Who can read a message.
pub(super) struct Receiver<'a> {
    pub(super) key: &'a PKey<Public>,
    /// The same as an uncompressed point.
    pub(super) point: &'a [u8],
    pub(super) auth: &'a [u8],
}

/// What makes each message different: a key used once, and a salt.
pub(super) struct Once {
    key: EcKey<Private>,
    salt: [u8; SALT],
}

/// A message as draft 04 sends it: the salt and the key used once are headers.
pub(super) struct Drafted {
    pub(super) body: Vec<u8>,
    pub(super) salt: [u8; SALT],
    pub(super) point: Vec<u8>,
}

impl Once {
    pub(super) fn new() -> Result<Self, ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let mut salt = [0; SALT];
        openssl::rand::rand_bytes(&mut salt)?;
        Ok(Self {
            key: EcKey::generate(&group)?,
            salt,
        })
    }

    fn point(&self) -> Result<Vec<u8>, ErrorStack> {
        let mut context = BigNumContext::new()?;
        self.key.public_key().to_bytes(
            self.key.group(),
            PointConversionForm::UNCOMPRESSED,
            &mut context,
        )
    }

    fn agree(&self, receiver: &PKey<Public>) -> Result<Vec<u8>, ErrorStack> {
        let key = PKey::from_ec_key(self.key.clone())?;
        let mut deriver = Deriver::new(&key)?;
        deriver.set_peer(receiver)?;
        deriver.derive_to_vec()
    }
}

/// RFC 8291: `aes128gcm`.
pub(super) fn standard(
    text: &[u8],
    receiver: &Receiver,
    once: &Once,
) -> Result<Vec<u8>, ErrorStack> {
    let point = once.point()?;
    let agreed = once.agree(receiver.key)?;
    let info = [b"WebPush: info\0", receiver.point, &point].concat();
    let secret = expanded(receiver.auth, &agreed, &info, 32)?;
    let key = expanded(&once.salt, &secret, b"Content-Encoding: aes128gcm\0", KEY)?;
    let nonce = expanded(&once.salt, &secret, b"Content-Encoding: nonce\0", NONCE)?;
    let text = [text, &[LAST]].concat();
    let length = u8::try_from(point.len()).unwrap_or(u8::MAX);
    Ok([
        &once.salt[..],
        &RECORD.to_be_bytes(),
        &[length],
        &point,
        &sealed(&key, &nonce, &text)?,
    ]
    .concat())
}

/// Draft 04: `aesgcm`.
pub(super) fn drafted(
    text: &[u8],
    receiver: &Receiver,
    once: &Once,
) -> Result<Drafted, ErrorStack> {
    let point = once.point()?;
    let agreed = once.agree(receiver.key)?;
    let secret = expanded(receiver.auth, &agreed, b"Content-Encoding: auth\0", 32)?;
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    let context = [
        b"P-256\0",
        &length(receiver.point)[..],
        receiver.point,
        &length(&point),
        &point,
    ]
    .concat();
    let info = |what: &[u8]| [b"Content-Encoding: ", what, b"\0", &context].concat();
    let key = expanded(&once.salt, &secret, &info(b"aesgcm"), KEY)?;
    let nonce = expanded(&once.salt, &secret, &info(b"nonce"), NONCE)?;
    // No padding.
    let text = [&[0, 0], text].concat();
    Ok(Drafted {
        body: sealed(&key, &nonce, &text)?,
        salt: once.salt,
        point,
    })
}

/// HKDF with SHA-256 (RFC 5869) for at most one block, 32 bytes.
fn expanded(salt: &[u8], key: &[u8], info: &[u8], length: usize) -> Result<Vec<u8>, ErrorStack> {
    let extracted = hmac(salt, key)?;
    let mut block = hmac(&extracted, &[info, &[1]].concat())?;
    block.truncate(length);
    Ok(block)
}

fn hmac(key: &[u8], data: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let key = PKey::hmac(key)?;
    Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(data)
}

fn sealed(key: &[u8], nonce: &[u8], text: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut tag = [0; TAG];
    let mut sealed = encrypt_aead(Cipher::aes_128_gcm(), key, Some(nonce), &[], text, &mut tag)?;
    sealed.extend(tag);
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use openssl::bn::BigNum;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn once(private: &str, public: &str, salt: &str) -> Once {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let mut context = BigNumContext::new().unwrap();
        let point = openssl::ec::EcPoint::from_bytes(&group, &bytes(public), &mut context).unwrap();
        let number = BigNum::from_slice(&bytes(private)).unwrap();
        let key = EcKey::from_private_components(&group, &number, &point).unwrap();
        key.check_key().unwrap();
        Once {
            key,
            salt: bytes(salt).try_into().unwrap(),
        }
    }

    /// RFC 8291, section 5 and appendix A.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let once = once(
            "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
            "DGv6ra1nlYgDCS1FRnbzlw",
        );
        let point = bytes(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        );
        let receiver = Receiver {
            key: &service::push::receiver_key(&point).unwrap(),
            point: &point,
            auth: &bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        };
        let text = b"When I grow up, I want to be a watermelon";
        let sent = standard(text, &receiver, &once).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(sent),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    /// Draft 04, section 5.
    #[test]
    fn the_example_of_the_draft_comes_out() {
        let sender = "BNoRDbb84JGm8g5Z5CFxurSqsXWJ11ItfXEWYVLE85Y7CYkDjXsIEc4aqxYaQ1G8BqkXCJ6DPpDrWtdWj_mugHU";
        let once = once(
            "nCScek-QpEjmOOlT-rQ38nZzvdPlqa00Zy0i6m2OJvY",
            sender,
            "lngarbyKfMoi9Z75xYXmkg",
        );
        let point = bytes(
            "BCEkBjzL8Z3C-oi2Q7oE5t2Np-p7osjGLg93qUP0wvqRT21EEWyf0cQDQcakQMqz4hQKYOQ3il2nNZct4HgAUQU",
        );
        let receiver = Receiver {
            key: &service::push::receiver_key(&point).unwrap(),
            point: &point,
            auth: &bytes("R29vIGdvbyBnJyBqb29iIQ"),
        };
        let sent = drafted(b"I am the walrus", &receiver, &once).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(sent.body),
            "6nqAQUME8hNqw5J3kl8cpVVJylXKYqZOeseZG8UueKpA"
        );
        assert_eq!(URL_SAFE_NO_PAD.encode(sent.point), sender);
        assert_eq!(sent.salt, once.salt);
    }
}
