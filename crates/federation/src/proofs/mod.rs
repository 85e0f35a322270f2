//! Proofs that travel with what they prove: FEP-8b32, `eddsa-jcs-2022` of the W3C's Data Integrity EdDSA Cryptosuites.

mod canonical;
mod multibase;

use chrono::{DateTime, NaiveDateTime, SecondsFormat};
use openssl::sha::sha256;
use serde_json::{Map, Value, json};

use crate::signatures::{PrivateKey, PublicKey};

pub use multibase::{multikey, read_multikey};

const KIND: &str = "DataIntegrityProof";
const SUITE: &str = "eddsa-jcs-2022";

/// Why something is not proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("the proof cannot be read")]
    Malformed,
    #[error("the proof was not made by this key, or of something else")]
    Wrong,
}

/// What a proof claims, before its key is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Address of the key.
    pub key: String,
    pub created: Option<NaiveDateTime>,
    hash: Vec<u8>,
    value: Vec<u8>,
}

impl Claim {
    /// What the document's proof claims; none if it has no proof, or only of kinds that mean nothing to us.
    ///
    /// # Errors
    /// If it has one of ours that cannot be read.
    pub fn of(document: &Value) -> Result<Option<Self>, ProofError> {
        let proofs = match document.get("proof") {
            Some(Value::Array(list)) => list.as_slice(),
            Some(proof) => std::slice::from_ref(proof),
            None => return Ok(None),
        };
        let is_ours = |proof: &&Value| {
            let says =
                |key: &str, wanted: &str| proof.get(key).is_some_and(|value| value == wanted);
            says("type", KIND) && says("cryptosuite", SUITE)
        };
        match proofs.iter().find(is_ours) {
            Some(proof) => Self::read(document, proof).map(Some),
            None => Ok(None),
        }
    }

    fn read(document: &Value, proof: &Value) -> Result<Self, ProofError> {
        let (Value::Object(document), Value::Object(proof)) = (document, proof) else {
            return Err(ProofError::Malformed);
        };
        let text = |key: &str| proof.get(key).and_then(Value::as_str);
        if text("proofPurpose") != Some("assertionMethod") {
            return Err(ProofError::Malformed);
        }
        let value = text("proofValue").and_then(multibase::decode);
        let value = value.filter(|value| value.len() == 64);
        let created = match text("created") {
            Some(time) => Some(
                DateTime::parse_from_rfc3339(time)
                    .map_err(|_| ProofError::Malformed)?
                    .naive_utc(),
            ),
            None => None,
        };
        let mut document = document.clone();
        if let Some(context) = proof.get("@context") {
            let whole = document.get("@context").ok_or(ProofError::Malformed)?;
            if !begins_with(whole, context) {
                return Err(ProofError::Wrong);
            }
            document.insert("@context".to_owned(), context.clone());
        }
        let mut options = proof.clone();
        options.remove("proofValue");
        Ok(Self {
            key: text("verificationMethod")
                .ok_or(ProofError::Malformed)?
                .to_owned(),
            created,
            hash: hash(document, options),
            value: value.ok_or(ProofError::Malformed)?,
        })
    }

    /// Whether `key` made the proof.
    ///
    /// # Errors
    /// [`ProofError::Wrong`] if it did not.
    pub fn verify(&self, key: &PublicKey) -> Result<(), ProofError> {
        use crate::signatures::Algorithm::Ed25519;
        if key.verifies(Some(Ed25519), &self.hash, &self.value) {
            Ok(())
        } else {
            Err(ProofError::Wrong)
        }
    }
}

/// Adds a proof to a document, by the Ed25519 key at this address.
///
/// # Errors
/// [`ProofError::Malformed`] if it is no object, or OpenSSL refuses.
pub fn prove(
    document: &mut Value,
    key: &PrivateKey,
    address: &str,
    created: NaiveDateTime,
) -> Result<(), ProofError> {
    let document = document.as_object_mut().ok_or(ProofError::Malformed)?;
    let mut proof = json!({
        "type": KIND,
        "cryptosuite": SUITE,
        "created": created.and_utc().to_rfc3339_opts(SecondsFormat::Secs, true),
        "verificationMethod": address,
        "proofPurpose": "assertionMethod",
    });
    let options = proof.as_object_mut().ok_or(ProofError::Malformed)?;
    if let Some(context) = document.get("@context") {
        options.insert("@context".to_owned(), context.clone());
    }
    let hash = hash(document.clone(), options.clone());
    let value = key.sign(&hash).map_err(|_| ProofError::Malformed)?;
    options.insert("proofValue".to_owned(), json!(multibase::encode(&value)));
    document.insert("proof".to_owned(), proof);
    Ok(())
}

/// The hash of how it is proven, and that of what is. Linked Data signatures are put on top of proofs.
fn hash(mut document: Map<String, Value>, options: Map<String, Value>) -> Vec<u8> {
    document.remove("proof");
    document.remove("signature");
    [Value::Object(options), Value::Object(document)]
        .iter()
        .flat_map(|part| sha256(canonical::text(part).as_bytes()))
        .collect()
}

/// Whether a context begins with all of another: others may have added to it on the way.
fn begins_with(whole: &Value, part: &Value) -> bool {
    let list = |value: &Value| match value {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    list(whole).starts_with(&list(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERSHIP: &str = include_str!("alliance-membership.json");
    const KEY: &str = "https://avon.example/ap/alliance#ed25519";

    fn created() -> NaiveDateTime {
        DateTime::parse_from_rfc3339("2026-09-01T00:00:00Z")
            .unwrap()
            .naive_utc()
    }

    fn proven() -> Value {
        let mut document = serde_json::from_str(MEMBERSHIP).unwrap();
        prove(&mut document, &PrivateKey::fixed(), KEY, created()).unwrap();
        document
    }

    #[test]
    fn the_vector_of_an_independent_program_is_ours() {
        let document = proven();
        let claim = Claim::of(&document).unwrap().unwrap();
        let hex: String = claim
            .hash
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "9fe163548b13dc190a06c141dfdc29dd28871d7bc304eb8347a1f72bd8b2ef7f\
             88b5615780efaf4329815d2719c9069ccebc3f22dbdbcfa0e0a97508e4e5141d"
        );
        assert_eq!(
            document["proof"]["proofValue"],
            "z2x1mftj9NT8wig7Vxt6DBoxsR3BQLKsassMHWiGNPtsEdSa6UpwDEMrAait1ZtHzUrCexdKhgxq4ffA4xDgeSnf2"
        );
        let public = PrivateKey::fixed().public();
        assert_eq!(
            multikey(&public).as_deref(),
            Some("z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd")
        );
        assert_eq!((claim.key.as_str(), claim.created), (KEY, Some(created())));
        assert_eq!(claim.verify(&public), Ok(()));
    }

    #[test]
    fn a_change_anywhere_is_noticed() {
        let public = PrivateKey::fixed().public();
        for (pointer, value) in [
            ("/id", json!("https://avon.example/ap/memberships/other")),
            ("/credentialSubject/domain", json!("https://other.example")),
            ("/proof/created", json!("2026-09-02T00:00:00Z")),
            (
                "/proof/verificationMethod",
                json!("https://other.example/key"),
            ),
            ("/@context/1/domain", json!("http://schema.org/name")),
        ] {
            let mut document = proven();
            *document.pointer_mut(pointer).unwrap() = value;
            let verified = Claim::of(&document).and_then(|claim| claim.unwrap().verify(&public));
            assert_eq!(verified, Err(ProofError::Wrong), "{pointer}");
        }
        let other = PrivateKey::generate_ed25519().unwrap();
        let claim = Claim::of(&proven()).unwrap().unwrap();
        assert_eq!(claim.verify(&other.public()), Err(ProofError::Wrong));
        let rsa = PrivateKey::generate_rsa().unwrap();
        assert_eq!(claim.verify(&rsa.public()), Err(ProofError::Wrong));
    }

    #[test]
    fn what_is_added_to_the_context_behind_is_no_change() {
        let mut document = proven();
        let context = document["@context"].as_array_mut().unwrap();
        context.push(json!("https://relay.example/context"));
        let claim = Claim::of(&document).unwrap().unwrap();
        assert_eq!(claim.verify(&PrivateKey::fixed().public()), Ok(()));
    }

    #[test]
    fn a_linked_data_signature_on_top_is_no_change() {
        let mut document = proven();
        document["signature"] = json!({ "type": "RsaSignature2017", "signatureValue": "x" });
        let claim = Claim::of(&document).unwrap().unwrap();
        assert_eq!(claim.verify(&PrivateKey::fixed().public()), Ok(()));
    }

    #[test]
    fn what_cannot_be_read_is_no_proof() {
        for (key, value) in [
            ("proofValue", json!("z2x1")),
            ("proofValue", json!("m2x1")),
            ("proofValue", Value::Null),
            ("proofPurpose", json!("authentication")),
            ("created", json!("yesterday")),
            ("verificationMethod", json!(5)),
        ] {
            let mut document = proven();
            document["proof"][key] = value;
            assert_eq!(Claim::of(&document), Err(ProofError::Malformed), "{key}");
        }
        for proof in [json!([]), json!("x"), json!({ "type": "RsaSignature2017" })] {
            let mut document = proven();
            document["proof"] = proof;
            assert_eq!(Claim::of(&document), Ok(None));
        }
        assert_eq!(Claim::of(&json!({})), Ok(None));
    }
}
