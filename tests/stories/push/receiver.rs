//! A push service, and programs that read what it is given for them: written by the standards, not by what we send.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::derive::Deriver;
use openssl::ec::{EcGroup, EcKey, EcPoint, PointConversionForm};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sha::sha256;
use openssl::sign::Signer;
use openssl::symm::{Cipher, decrypt_aead};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::harness::eventually;

pub struct PushService {
    server: MockServer,
    pub base: String,
}

impl PushService {
    /// It takes everything.
    pub async fn open() -> Self {
        let server = MockServer::start().await;
        let base = format!("http://localhost:{}", server.address().port());
        let service = Self { server, base };
        service.answers(ResponseTemplate::new(201)).await;
        service
    }

    /// From now on it answers so, wherever it did not say otherwise.
    pub async fn answers(&self, answer: ResponseTemplate) {
        let mock = Mock::given(wiremock::matchers::any()).respond_with(answer);
        mock.with_priority(9).mount(&self.server).await;
    }

    /// The next `times` messages to that place are answered so.
    pub async fn answers_at(&self, at: &str, times: u64, answer: ResponseTemplate) {
        Mock::given(path(at))
            .respond_with(answer)
            .up_to_n_times(times)
            .with_priority(1)
            .mount(&self.server)
            .await;
    }

    pub async fn requests(&self, at: &str) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter()
            .filter(|request| request.url.path() == at)
            .collect()
    }
}

/// A program with a subscription.
pub struct Receiver {
    key: EcKey<Private>,
    auth: [u8; 16],
    pub at: String,
    endpoint: String,
    standard: bool,
}

fn group() -> EcGroup {
    EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()
}

impl Receiver {
    pub fn new(service: &PushService, at: &str, standard: bool) -> Self {
        let mut auth = [0; 16];
        openssl::rand::rand_bytes(&mut auth).unwrap();
        Self {
            key: EcKey::generate(&group()).unwrap(),
            auth,
            at: at.to_owned(),
            endpoint: format!("{}{at}", service.base),
            standard,
        }
    }

    fn point(&self) -> Vec<u8> {
        let mut context = BigNumContext::new().unwrap();
        let form = PointConversionForm::UNCOMPRESSED;
        self.key
            .public_key()
            .to_bytes(&group(), form, &mut context)
            .unwrap()
    }

    /// What the program says of itself.
    pub fn subscription(&self) -> Value {
        json!({ "endpoint": self.endpoint, "standard": self.standard, "keys": {
            "p256dh": URL_SAFE_NO_PAD.encode(self.point()), "auth": URL_SAFE_NO_PAD.encode(self.auth) } })
    }

    /// Waits until so many messages came, and reads them all.
    pub async fn reads(&self, service: &PushService, count: usize, server_key: &str) -> Vec<Value> {
        let requests = eventually(&format!("{count} messages at {}", self.at), || async {
            let requests = service.requests(&self.at).await;
            (requests.len() >= count).then_some(requests)
        })
        .await;
        requests
            .iter()
            .map(|request| self.read(request, &service.base, server_key))
            .collect()
    }

    fn read(&self, request: &Request, audience: &str, server_key: &str) -> Value {
        let header = |name: &str| request.headers[name].to_str().unwrap();
        assert_eq!(request.method.as_str(), "POST");
        assert_eq!(header("ttl"), "172800");
        assert_eq!(header("urgency"), "normal");
        let known = URL_SAFE_NO_PAD
            .decode(server_key.trim_end_matches('='))
            .unwrap();
        let text = if self.standard {
            assert_eq!(header("content-encoding"), "aes128gcm");
            let (token, key) = header("authorization")
                .strip_prefix("vapid t=")
                .unwrap()
                .split_once(", k=")
                .unwrap();
            assert_eq!(URL_SAFE_NO_PAD.decode(key).unwrap(), known);
            check_token(token, audience, &known);
            self.standard_text(&request.body)
        } else {
            assert_eq!(header("content-encoding"), "aesgcm");
            let salt = header("encryption").strip_prefix("salt=").unwrap();
            let (sender, key) = header("crypto-key")
                .strip_prefix("dh=")
                .unwrap()
                .split_once(";p256ecdsa=")
                .unwrap();
            assert_eq!(URL_SAFE_NO_PAD.decode(key).unwrap(), known);
            let token = header("authorization").strip_prefix("WebPush ").unwrap();
            check_token(token, audience, &known);
            let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
            self.drafted_text(&request.body, &bytes(salt), &bytes(sender))
        };
        let message: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(
            header("topic"),
            message["notification_id"].as_i64().unwrap().to_string()
        );
        message
    }

    /// RFC 8291 with RFC 8188.
    fn standard_text(&self, body: &[u8]) -> Vec<u8> {
        let (salt, rest) = body.split_at(16);
        assert_eq!(&rest[..5], [0, 0, 16, 0, 65]);
        let (sender, sealed) = rest[5..].split_at(65);
        let mut info = b"WebPush: info\0".to_vec();
        info.extend(self.point());
        info.extend(sender);
        let secret = hkdf(&self.auth, &self.agree(sender), &info, 32);
        let key = hkdf(salt, &secret, b"Content-Encoding: aes128gcm\0", 16);
        let nonce = hkdf(salt, &secret, b"Content-Encoding: nonce\0", 12);
        let mut text = opened(&key, &nonce, sealed);
        assert_eq!(text.pop(), Some(2), "the last record");
        text
    }

    /// draft-ietf-webpush-encryption-04 with draft-ietf-httpbis-encryption-encoding-02.
    fn drafted_text(&self, body: &[u8], salt: &[u8], sender: &[u8]) -> Vec<u8> {
        let mut context = b"P-256\0".to_vec();
        for point in [&self.point()[..], sender] {
            context.extend([0, 65]);
            context.extend(point);
        }
        let info = |what: &str| [what.as_bytes(), b"\0", &context].concat();
        let secret = hkdf(
            &self.auth,
            &self.agree(sender),
            b"Content-Encoding: auth\0",
            32,
        );
        let key = hkdf(salt, &secret, &info("Content-Encoding: aesgcm"), 16);
        let nonce = hkdf(salt, &secret, &info("Content-Encoding: nonce"), 12);
        let text = opened(&key, &nonce, body);
        let padding = usize::from(u16::from_be_bytes([text[0], text[1]]));
        text[2 + padding..].to_vec()
    }

    fn agree(&self, sender: &[u8]) -> Vec<u8> {
        let mut context = BigNumContext::new().unwrap();
        let point = EcPoint::from_bytes(&group(), sender, &mut context).unwrap();
        let sender = PKey::from_ec_key(EcKey::from_public_key(&group(), &point).unwrap()).unwrap();
        let own = PKey::from_ec_key(self.key.clone()).unwrap();
        let mut deriver = Deriver::new(&own).unwrap();
        deriver.set_peer(&sender).unwrap();
        deriver.derive_to_vec().unwrap()
    }
}

/// RFC 8292: signed by the server, for this push service, not for long.
fn check_token(token: &str, audience: &str, server: &[u8]) {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let part = |text: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    };
    let (head, claims) = signed.split_once('.').unwrap();
    assert_eq!(part(head), json!({ "typ": "JWT", "alg": "ES256" }));
    let claims = part(claims);
    assert_eq!(claims["aud"], audience);
    assert_eq!(claims["sub"], "mailto:office@school.example");
    let left = claims["exp"].as_i64().unwrap() - chrono::Utc::now().timestamp();
    assert!((1..=86_400).contains(&left), "{left}");

    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert_eq!(signature.len(), 64);
    let number = |bytes: &[u8]| BigNum::from_slice(bytes).unwrap();
    let signature =
        EcdsaSig::from_private_components(number(&signature[..32]), number(&signature[32..]))
            .unwrap();
    let mut context = BigNumContext::new().unwrap();
    let point = EcPoint::from_bytes(&group(), server, &mut context).unwrap();
    let key = EcKey::from_public_key(&group(), &point).unwrap();
    assert!(signature.verify(&sha256(signed.as_bytes()), &key).unwrap());
}

fn hkdf(salt: &[u8], key: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let hmac = |key: &[u8], data: &[u8]| {
        let key = PKey::hmac(key).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        signer.sign_oneshot_to_vec(data).unwrap()
    };
    let mut block = hmac(&hmac(salt, key), &[info, &[1]].concat());
    block.truncate(length);
    block
}

fn opened(key: &[u8], nonce: &[u8], sealed: &[u8]) -> Vec<u8> {
    let (text, tag) = sealed.split_at(sealed.len() - 16);
    decrypt_aead(Cipher::aes_128_gcm(), key, Some(nonce), &[], text, tag).unwrap()
}
