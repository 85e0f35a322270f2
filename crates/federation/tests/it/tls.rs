//! The outbound client over TLS, with a certificate authority of our own.

use std::{
    io::{Read, Write},
    net::TcpListener,
    path::PathBuf,
    thread,
    time::Duration,
};

use federation::net::{FetchError, OutboundClient, OutboundSettings};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    ssl::{SslAcceptor, SslMethod},
    x509::{X509, X509Name, extension::SubjectAlternativeName},
};
use url::Url;

/// A certificate for `localhost` that vouches for itself.
fn certificate() -> (X509, PKey<Private>) {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", "localhost").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder
        .set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap())
        .unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder
        .set_not_before(&Asn1Time::days_from_now(0).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::days_from_now(1).unwrap())
        .unwrap();
    let names = SubjectAlternativeName::new()
        .dns("localhost")
        .build(&builder.x509v3_context(None, None))
        .unwrap();
    builder.append_extension(names).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (builder.build(), key)
}

/// Gives `answer` to each connection; returns the port.
fn serve(certificate: &X509, key: &PKey<Private>, answer: &'static str) -> u16 {
    let mut acceptor = SslAcceptor::mozilla_intermediate(SslMethod::tls_server()).unwrap();
    acceptor.set_certificate(certificate).unwrap();
    acceptor.set_private_key(key).unwrap();
    let acceptor = acceptor.build();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming() {
            // A client that does not trust us hangs up during the handshake.
            if let Ok(mut stream) = acceptor.accept(connection.unwrap()) {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(answer.as_bytes());
                let _ = stream.shutdown();
            }
        }
    });
    port
}

fn client(ca_file: Option<PathBuf>) -> OutboundClient {
    OutboundClient::new(&OutboundSettings {
        public_url: Url::parse("https://school.example/").unwrap(),
        allow_loopback: true,
        allow_http: true,
        ca_file,
        failure_memory: Duration::from_secs(300),
    })
    .unwrap()
}

#[tokio::test]
async fn a_private_authority_is_trusted_only_when_its_file_is_named() {
    let (certificate, key) = certificate();
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    let port = serve(&certificate, &key, answer);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, certificate.to_pem().unwrap()).unwrap();
    let url = Url::parse(&format!("https://localhost:{port}/note")).unwrap();
    assert_eq!(
        client(None)
            .get_activity_json(&url, None)
            .await
            .unwrap_err(),
        FetchError::Tls
    );
    assert!(
        client(Some(file))
            .get_activity_json(&url, None)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn no_redirect_leads_from_https_to_http() {
    let (certificate, key) = certificate();
    let answer = "HTTP/1.1 302 Found\r\nlocation: http://localhost/note\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let port = serve(&certificate, &key, answer);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, certificate.to_pem().unwrap()).unwrap();
    let url = Url::parse(&format!("https://localhost:{port}/note")).unwrap();
    assert_eq!(
        client(Some(file))
            .get_activity_json(&url, None)
            .await
            .unwrap_err(),
        FetchError::Redirect
    );
}

#[test]
fn an_authority_file_that_is_not_there_is_an_error() {
    let settings = OutboundSettings {
        public_url: Url::parse("https://school.example/").unwrap(),
        allow_loopback: false,
        allow_http: false,
        ca_file: Some(PathBuf::from("/nowhere/ca.pem")),
        failure_memory: Duration::from_secs(300),
    };
    let error = OutboundClient::new(&settings).err().unwrap().to_string();
    assert!(
        error.starts_with("the CA file /nowhere/ca.pem cannot be read"),
        "{error}"
    );
}
