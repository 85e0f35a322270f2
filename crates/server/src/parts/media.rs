//! Where files are kept.

use storage::{Bucket, MediaStore};
use url::{Host, Url};

use crate::config::{Addressing, Config, ConfigError, Store};

/// Of services that have none, and take any name for one.
const ANY_REGION: &str = "us-east-1";

/// The store in use.
///
/// # Errors
/// If it cannot be set up.
pub fn store(config: &Config) -> Result<MediaStore, ConfigError> {
    store_in(config, config.media.store)
}

/// One of the two, in use or not.
///
/// # Errors
/// If it cannot be set up.
pub fn store_in(config: &Config, place: Store) -> Result<MediaStore, ConfigError> {
    let folder = &config.media.folder;
    match place {
        Store::Folder => {
            MediaStore::in_folder(folder).map_err(|error| config.wrong("media.folder", error))
        }
        Store::S3 => MediaStore::in_bucket(&bucket(config)?, folder)
            .map_err(|error| config.wrong("media.s3.bucket", error)),
    }
}

/// The bucket, and who we are there.
///
/// # Errors
/// If something is missing, or cannot be so.
pub fn bucket(config: &Config) -> Result<Bucket, ConfigError> {
    let s3 = &config.media.s3;
    for (key, value) in [
        ("media.s3.bucket", s3.bucket.as_str()),
        ("media.s3.access_key_id", s3.access_key_id.as_str()),
        ("media.s3.secret_access_key", s3.secret_access_key.reveal()),
    ] {
        if value.is_empty() {
            return Err(missing(config, key, "is needed for files in a bucket"));
        }
    }
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || b".-_".contains(&letter);
    if !s3.bucket.bytes().all(plain) {
        let reason = "is made of letters, digits, dots, hyphens and underscores";
        return Err(config.wrong("media.s3.bucket", reason));
    }
    let is_name = |part: &str| !part.starts_with('.') && !part.is_empty();
    let prefix = s3.prefix.trim_matches('/');
    if !prefix.is_empty() && !prefix.split('/').all(is_name) {
        let reason = "is made of names with / in between, none of which begins with a dot";
        return Err(config.wrong("media.s3.prefix", reason));
    }
    let region = match (s3.region.as_str(), &s3.endpoint) {
        ("", Some(_)) => ANY_REGION,
        ("", None) => {
            let reason = "is needed without media.s3.endpoint, such as eu-west-2";
            return Err(missing(config, "media.s3.region", reason));
        }
        (region, _) => region,
    };
    if let Some(endpoint) = &s3.endpoint
        && !is_endpoint(endpoint)
    {
        let reason = "must be a scheme, a host and perhaps a port, such as http://minio:9000";
        return Err(config.wrong("media.s3.endpoint", reason));
    }
    let has_name = |url: &Url| matches!(url.host(), Some(Host::Domain(_)));
    let in_host = match s3.addressing {
        Addressing::Auto => s3.endpoint.is_none() && !s3.bucket.contains('.'),
        Addressing::Path => false,
        Addressing::Host => {
            if s3.bucket.contains('.') || !s3.endpoint.as_ref().is_none_or(has_name) {
                let reason = "host needs a bucket without a dot in its name, and an endpoint that is no number";
                return Err(config.wrong("media.s3.addressing", reason));
            }
            true
        }
    };
    Ok(Bucket {
        name: s3.bucket.clone(),
        region: region.to_owned(),
        endpoint: s3.endpoint.as_ref().map(Url::to_string),
        prefix: prefix.to_owned(),
        access_key_id: s3.access_key_id.clone(),
        secret_access_key: s3.secret_access_key.reveal().to_owned(),
        in_host,
    })
}

/// Blamed on what makes it necessary, if it was not set itself.
fn missing(config: &Config, key: &str, reason: &str) -> ConfigError {
    ConfigError {
        key: key.to_owned(),
        ..config.wrong("media.store", reason)
    }
}

fn is_endpoint(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load_only;

    fn read(more: &[&str]) -> Result<Bucket, ConfigError> {
        let usual = [
            "media.store=s3",
            "media.s3.bucket=media",
            "media.s3.region=eu-west-2",
            "media.s3.access_key_id=key",
            "media.s3.secret_access_key=hunter2",
        ];
        let set: Vec<String> = usual.iter().chain(more).map(ToString::to_string).collect();
        bucket(&load_only("test", &set)?)
    }

    #[test]
    fn a_bucket_is_named_where_its_service_looks_for_it() {
        for (more, in_host) in [
            (&["media.s3.addressing=auto"][..], true),
            (&["media.s3.bucket=media.school.example"], false),
            (&["media.s3.addressing=path"], false),
            (&["media.s3.endpoint=http://127.0.0.1:9000"], false),
            (
                &[
                    "media.s3.endpoint=https://storage.example",
                    "media.s3.addressing=host",
                ],
                true,
            ),
        ] {
            assert_eq!(read(more).unwrap().in_host, in_host, "{more:?}");
        }
        let minio = ["media.s3.endpoint=http://minio:9000", "media.s3.region="];
        assert_eq!(read(&minio).unwrap().region, ANY_REGION);
        let below = read(&["media.s3.prefix=/schools/one/"]).unwrap();
        assert_eq!(below.prefix, "schools/one");
    }

    #[test]
    fn what_cannot_be_is_blamed_on_its_key_and_the_secret_is_not_said() {
        for (wrong, key) in [
            ("media.s3.bucket=", "media.s3.bucket"),
            ("media.s3.bucket=media/one", "media.s3.bucket"),
            ("media.s3.region=", "media.s3.region"),
            ("media.s3.endpoint=ftp://minio", "media.s3.endpoint"),
            ("media.s3.endpoint=https://minio/media", "media.s3.endpoint"),
            ("media.s3.endpoint=https://a:b@minio", "media.s3.endpoint"),
            ("media.s3.prefix=../other", "media.s3.prefix"),
            ("media.s3.secret_access_key=", "media.s3.secret_access_key"),
            ("media.s3.addressing=somewhere", "media.s3.addressing"),
        ] {
            let error = read(&[wrong]).err().unwrap();
            assert_eq!(error.key, key, "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        let number = [
            "media.s3.endpoint=http://127.0.0.1:9000",
            "media.s3.addressing=host",
        ];
        assert_eq!(read(&number).err().unwrap().key, "media.s3.addressing");
        let set = ["media.s3.secret_access_key=hunter2".to_owned()];
        let shown = load_only("test", &set).unwrap().show().unwrap();
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
