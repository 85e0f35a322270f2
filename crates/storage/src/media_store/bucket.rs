//! A bucket of a service that speaks S3: Amazon's own, or another's, such as MinIO, Garage or Ceph.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html>

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use opendal::Operator;
use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::services::S3;

use super::MediaStore;
use crate::Error;

/// How long an answer may take that has no content.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same of each piece of content, on its way in and out.
const PATIENCE_WITH_CONTENT: Duration = Duration::from_secs(15);
/// How often what failed is tried again before whoever asked is told.
const AGAIN: usize = 2;
const SOON: Duration = Duration::from_millis(200);
/// Whoever only wants to know whether the service answers waits no longer.
const GLANCE: Duration = Duration::from_secs(2);
/// Files to try it out begin so, and none of the store's own.
const PROBE: &str = ".probe";

/// Which bucket it is, and who we are there.
#[derive(Clone)]
pub struct Bucket {
    pub name: String,
    pub region: String,
    /// `http://minio:9000`; none for Amazon's own.
    pub endpoint: Option<String>,
    /// What comes before the paths of all files; may be empty.
    pub prefix: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    /// Whether its name is a part of the host, not of the path.
    pub in_host: bool,
}

impl MediaStore {
    /// A store in a bucket, with a folder of this machine for what is on its way. Asks nobody yet.
    ///
    /// # Errors
    /// If no bucket can be called so.
    pub fn in_bucket(bucket: &Bucket, folder: &str) -> Result<Self, Error> {
        let mut service = S3::default()
            .bucket(&bucket.name)
            .region(&bucket.region)
            .root(&bucket.prefix)
            .endpoint(bucket.endpoint.as_deref().unwrap_or_default())
            .access_key_id(&bucket.access_key_id)
            .secret_access_key(&bucket.secret_access_key)
            // What our configuration says, and nothing that lies about on this machine.
            .disable_config_load()
            .disable_ec2_metadata();
        if bucket.in_host {
            service = service.enable_virtual_host_style();
        }
        let patience = TimeoutLayer::new()
            .with_timeout(PATIENCE)
            .with_io_timeout(PATIENCE_WITH_CONTENT);
        let again = RetryLayer::new()
            .with_max_times(AGAIN)
            .with_min_delay(SOON)
            .with_jitter()
            // Whoever asked says it, once.
            .with_notify(|_: &opendal::Error, _: Duration| {});
        Ok(Self {
            operator: Operator::new(service)?
                .layer(patience)
                .layer(again)
                .finish(),
            folder: PathBuf::from(folder),
            bucket: Some(bucket.name.as_str().into()),
        })
    }

    /// Whether the store answers, right now.
    pub async fn answers(&self) -> bool {
        let asked = tokio::time::timeout(GLANCE, self.has(PROBE)).await;
        matches!(asked, Ok(Ok(_)))
    }

    /// Writes a file, reads it, removes it, and looks whether it is gone.
    ///
    /// # Errors
    /// The first of these that the store does not do.
    pub async fn try_out(&self) -> Result<(), Error> {
        let now = UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        let path = format!("{PROBE}-{}-{now}", std::process::id());
        let content = Bytes::from_static(b"staffroom doctor");
        self.write(&path, content.clone()).await?;
        let read = self.read(&path).await;
        self.delete(&path).await?;
        let otherwise = |text: &str| Err(Error::Unavailable(text.to_owned()));
        if read? != Some(content) {
            return otherwise("what was read is not what was written");
        }
        if self.has(&path).await? {
            return otherwise("what was removed is still there");
        }
        Ok(())
    }
}
