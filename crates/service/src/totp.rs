//! Codes that a phone shows and that change every half minute: RFC 6238, with SHA-1 and six digits, which is all that every
//! such program understands.

use domain::Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;

use crate::{Error, Result};

/// Seconds for which a code is shown.
const STEP: i64 = 30;
const ALPHABET: [u8; 32] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The half minute, counted from 1970.
pub(crate) fn step_at(time: Time) -> i64 {
    time.and_utc().timestamp().div_euclid(STEP)
}

/// 160 random bits (RFC 4226, section 4), in base32.
pub(crate) fn new_secret() -> String {
    base32(&rand::random::<[u8; 20]>())
}

/// RFC 4648, section 6, without padding: five bytes become eight characters; fewer at the end, fewer.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

fn letter(five_bits: u32) -> char {
    let place = usize::try_from(five_bits & 31).unwrap_or_default();
    ALPHABET.get(place).map_or('A', |byte| char::from(*byte))
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in text.bytes() {
        let place = ALPHABET.iter().position(|known| *known == byte)?;
        held = (held << 5) | u32::try_from(place).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

/// The half minute whose code this is, of the one at `now` and those beside it: clocks differ, and people type slowly.
pub(crate) fn step_of(secret: &str, code: &str, now: Time) -> Result<Option<i64>> {
    let key = from_base32(secret)
        .ok_or_else(|| Error::Internal("a stored secret is not base32".to_owned()))?;
    let now = step_at(now);
    let mut found = None;
    for step in [now - 1, now, now + 1] {
        if crate::oauth::same(&code_at(&key, step)?, code) {
            found = Some(step);
        }
    }
    Ok(found)
}

/// Six digits: RFC 4226, section 5.3.
fn code_at(key: &[u8], step: i64) -> Result<String> {
    let key = PKey::hmac(key)?;
    let mac = Signer::new(MessageDigest::sha1(), &key)?.sign_oneshot_to_vec(&step.to_be_bytes())?;
    let from = usize::from(mac.last().copied().unwrap_or_default() & 15);
    let four = mac.get(from..from + 4).unwrap_or_default();
    let number = four
        .iter()
        .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    Ok(format!("{:06}", (number & 0x7fff_ffff) % 1_000_000))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6238, appendix B; the last six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59_i64, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(
                code_at(b"12345678901234567890", seconds / STEP).unwrap(),
                code
            );
        }
    }

    #[test]
    fn a_code_is_good_in_its_half_minute_and_those_beside_it() {
        let secret = base32(b"12345678901234567890");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let at = |seconds| {
            chrono::DateTime::from_timestamp(seconds, 0)
                .unwrap()
                .naive_utc()
        };
        for (seconds, expected) in [(29, Some(1)), (59, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(step_of(&secret, "287082", at(seconds)).unwrap(), expected);
        }
        for bad in ["", "287083", "28708", "2870820", "abcdef"] {
            assert_eq!(step_of(&secret, bad, at(59)).unwrap(), None);
        }
    }

    proptest! {
        #[test]
        fn base32_is_read_as_it_was_written(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(from_base32(&base32(&bytes)).unwrap(), bytes);
        }
    }
}
