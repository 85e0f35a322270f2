//! Public keys of others: one that is understood prints as itself.

use federation::proofs::{multikey, read_multikey};
use federation::signatures::PublicKey;

pub fn key(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    if let Ok(key) = PublicKey::from_pem(text) {
        let pem = key.to_pem().unwrap();
        let again = PublicKey::from_pem(&pem).unwrap();
        assert_eq!(again.to_pem().unwrap(), pem);
        assert!(!key.verifies(None, bytes, bytes));
    }
    if let Some(key) = read_multikey(text) {
        assert_eq!(multikey(&key).as_deref(), Some(text));
    }
}
