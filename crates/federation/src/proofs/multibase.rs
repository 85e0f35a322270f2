//! Bytes as text: base58btc with its multibase prefix `z`, and Ed25519 keys as Multikey (FEP-521a).

use crate::signatures::PublicKey;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// The multicodec of an Ed25519 public key.
const ED25519: [u8; 2] = [0xed, 0x01];
/// Characters: no key and no signature of ours is longer, and reading takes the square of it.
const LIMIT: usize = 128;

/// An Ed25519 key as `publicKeyMultibase`; none for others.
#[must_use]
pub fn multikey(key: &PublicKey) -> Option<String> {
    Some(encode(&[ED25519.as_slice(), &key.raw_ed25519()?].concat()))
}

/// Reads a `publicKeyMultibase`, if it is an Ed25519 key.
#[must_use]
pub fn read_multikey(text: &str) -> Option<PublicKey> {
    let bytes = decode(text)?;
    PublicKey::from_raw_ed25519(bytes.strip_prefix(&ED25519)?)
}

pub(super) fn encode(bytes: &[u8]) -> String {
    // Digits of the number in base 58, the lowest first.
    let mut digits: Vec<u8> = Vec::new();
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = u8::try_from(carry % 58).unwrap_or_default();
            carry /= 58;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 58).unwrap_or_default());
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = std::iter::repeat_n(0, zeros).chain(digits.into_iter().rev());
    let letter = |digit: u8| ALPHABET.get(usize::from(digit)).copied().map(char::from);
    std::iter::once('z')
        .chain(digits.filter_map(letter))
        .collect()
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let letters = text.strip_prefix('z')?.as_bytes();
    if letters.len() > LIMIT {
        return None;
    }
    // Bytes of the number, the lowest first.
    let mut bytes: Vec<u8> = Vec::new();
    for letter in letters {
        let digit = ALPHABET.iter().position(|known| known == letter)?;
        let mut carry = u32::try_from(digit).ok()?;
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(carry.to_le_bytes()[0]);
            carry >>= 8;
        }
    }
    let zeros = letters.iter().take_while(|letter| **letter == b'1').count();
    bytes.extend(std::iter::repeat_n(0, zeros));
    bytes.reverse();
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::signatures::PrivateKey;

    #[test]
    fn known_words_are_spelt_so() {
        assert_eq!(encode(b"Hello World!"), "z2NEpo7TZRRrLZSi2U");
        assert_eq!(encode(&[0, 0, 40, 127, 180, 205]), "z11233QC4");
        assert_eq!(decode("z11233QC4").unwrap(), [0, 0, 40, 127, 180, 205]);
        for bad in ["", "2NEpo7TZRRrLZSi2U", "z0", "zO", "zl", "zé"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert_eq!(decode(&format!("z{}", "2".repeat(LIMIT + 1))), None);
    }

    #[test]
    fn a_key_reads_what_it_wrote_and_nothing_else() {
        let key = PrivateKey::generate_ed25519().unwrap().public();
        let text = multikey(&key).unwrap();
        assert!(text.starts_with("z6Mk"));
        assert_eq!(
            read_multikey(&text).unwrap().raw_ed25519(),
            key.raw_ed25519()
        );
        assert!(multikey(&PrivateKey::generate_rsa().unwrap().public()).is_none());
        assert!(read_multikey(&encode(&[0xed, 0x01, 5])).is_none());
        assert!(read_multikey(&encode(&[0; 34])).is_none());
    }

    proptest! {
        #[test]
        fn bytes_are_read_as_they_were_written(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
