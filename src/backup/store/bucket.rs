//! A store in a bucket of S3, Google Cloud Storage or Azure Blob Storage.
//!
//! Credentials come from where the clouds' own tools look: environment variables, files that those name, and the
//! identity that a cloud gives to a machine or a pod. Objects are small, so each is one request, which is there as a
//! whole or not at all; a new one is made on the condition that none has its name.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::client::{HttpError, HttpErrorKind};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientConfigKey, Error, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, RetryConfig,
};
use tokio::runtime::Runtime;

use super::{BackupError, Failure, Store, StoredObject, check_name};

/// No object is larger: a segment, what encryption adds to it, and some.
const LARGEST: u64 = 64 << 20;
/// How much of what a store says is shown.
const SAID_LIMIT: usize = 300;
/// A request that takes longer is given up: the largest object takes so long at 60 kB/s.
const TIMEOUT: &str = "300 seconds";
const CONNECT_TIMEOUT: &str = "10 seconds";
/// What a store says of credentials in answers that are not of status 401 or 403.
const REFUSALS: [&str; 4] = ["ExpiredToken", "InvalidAccessKeyId", "TokenRefreshRequired", "invalid_grant"];
/// Who is asked for credentials when nothing else names some.
const METADATA_SERVERS: [&str; 3] = ["169.254.169.254", "metadata.google.internal", "metadata/identity"];

/// The clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cloud {
    Amazon,
    Google,
    Azure,
}

/// Objects are those of a bucket below a prefix.
#[derive(Debug)]
pub(super) struct BucketStore {
    address: String,
    cloud: Cloud,
    prefix: Path,
    bucket: Arc<dyn ObjectStore>,
    runtime: Runtime,
}

/// The store at an address: `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX` or `az://CONTAINER/PREFIX`.
pub(super) fn open(scheme: &str, place: &str) -> Result<BucketStore, BackupError> {
    let cloud = match scheme {
        "s3" => Cloud::Amazon,
        "gs" => Cloud::Google,
        _ => Cloud::Azure,
    };
    let (bucket, prefix) = place.trim_end_matches('/').split_once('/').unwrap_or((place, ""));
    let bucket = bucket.trim_end_matches('/');
    if check_name(bucket).is_err() || !(prefix.is_empty() || check_name(prefix).is_ok()) {
        // Somebody may have written a password into it, so it is not shown.
        let message = format!("is no address of a bucket: {scheme}://BUCKET/PREFIX was expected");
        return Err(BackupError::new(Failure::Path, format!("{scheme}://"), message)
            .hint("credentials are never in an address: they come from the environment"));
    }
    let address = format!("{scheme}://{place}").trim_end_matches('/').to_owned();
    // Whoever installed another provider of encryption first keeps it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let other = |message: String| BackupError::new(Failure::Other, &address, message);
    let client =
        cloud.connect(bucket).map_err(|error| other(said(&error.to_string())).hint(cloud.credentials()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| other(format!("nothing can wait for answers: {error}")))?;
    Ok(BucketStore { prefix: Path::from(prefix), address, cloud, bucket: client, runtime })
}

impl Cloud {
    /// What the environment does not say is bounded: a store that says nothing is not waited for without end.
    fn connect(self, bucket: &str) -> object_store::Result<Arc<dyn ObjectStore>> {
        let times = [(ClientConfigKey::Timeout, TIMEOUT), (ClientConfigKey::ConnectTimeout, CONNECT_TIMEOUT)];
        Ok(match self {
            Self::Amazon => {
                let builder = times.into_iter().fold(AmazonS3Builder::from_env(), |builder, (key, value)| {
                    builder.with_config(AmazonS3ConfigKey::Client(key), value)
                });
                // Not every store that speaks S3 removes many objects with one request.
                let builder = builder.with_disable_bulk_delete(true).with_retry(retry());
                Arc::new(builder.with_bucket_name(bucket).build()?)
            }
            Self::Google => {
                let begin = GoogleCloudStorageBuilder::from_env();
                let builder = times.into_iter().fold(begin, |builder, (key, value)| {
                    builder.with_config(GoogleConfigKey::Client(key), value)
                });
                Arc::new(builder.with_retry(retry()).with_bucket_name(bucket).build()?)
            }
            Self::Azure => {
                let begin = MicrosoftAzureBuilder::from_env();
                let builder = times.into_iter().fold(begin, |builder, (key, value)| {
                    builder.with_config(AzureConfigKey::Client(key), value)
                });
                Arc::new(builder.with_retry(retry()).with_container_name(bucket).build()?)
            }
        })
    }

    /// Where credentials come from.
    fn credentials(self) -> &'static str {
        match self {
            Self::Amazon => {
                "credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_SESSION_TOKEN, AWS_REGION), \
                 or from the identity of the pod or the machine"
            }
            Self::Google => {
                "credentials come from the file that GOOGLE_APPLICATION_CREDENTIALS names, or from the identity of \
                 the pod or the machine"
            }
            Self::Azure => {
                "AZURE_STORAGE_ACCOUNT_NAME says which account; credentials come from AZURE_STORAGE_ACCOUNT_KEY, \
                 AZURE_STORAGE_SAS_TOKEN or a service principal, or from the identity of the pod or the machine"
            }
        }
    }
}

fn retry() -> RetryConfig {
    let (init_backoff, max_backoff) = (Duration::from_millis(200), Duration::from_secs(5));
    RetryConfig {
        backoff: BackoffConfig { init_backoff, max_backoff, base: 2.0 },
        max_retries: 6,
        retry_timeout: Duration::from_secs(60),
    }
}

impl BucketStore {
    fn path(&self, name: &str) -> Result<Path, BackupError> {
        check_name(name)?;
        Ok(self.prefix.parts().chain(Path::from(name).parts()).collect())
    }

    fn put(&self, name: &str, bytes: &[u8], mode: PutMode) -> Result<(), BackupError> {
        let path = self.path(name)?;
        let put = self.bucket.put_opts(&path, bytes.to_owned().into(), mode.into());
        self.runtime.block_on(put).map(drop).map_err(|error| self.failure(name, &error))
    }

    async fn get(&self, path: &Path) -> object_store::Result<Result<Vec<u8>, u64>> {
        let answer = self.bucket.get(path).await?;
        if answer.meta.size > LARGEST {
            return Ok(Err(answer.meta.size));
        }
        Ok(Ok(answer.bytes().await?.to_vec()))
    }

    async fn all(&self, path: &Path) -> object_store::Result<Vec<ObjectMeta>> {
        let mut pages = self.bucket.list(Some(path));
        let mut all = Vec::new();
        while let Some(object) = std::future::poll_fn(|context| pages.as_mut().poll_next(context)).await {
            all.push(object?);
        }
        Ok(all)
    }

    /// What others put there is none of ours.
    fn object(&self, meta: &ObjectMeta) -> Option<StoredObject> {
        let parts: Vec<_> = meta.location.prefix_match(&self.prefix)?.collect();
        let name = parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("/");
        let modified = Timestamp::from_millisecond(meta.last_modified.timestamp_millis()).ok()?;
        check_name(&name).ok()?;
        Some(StoredObject { name, size: meta.size, modified })
    }

    /// What went wrong with an object, and what to do about it.
    fn failure(&self, name: &str, error: &Error) -> BackupError {
        let text = error.to_string();
        let is = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let failure =
            |failure, message: String| BackupError::new(failure, format!("{}/{name}", self.address), message);
        match error {
            Error::AlreadyExists { .. } | Error::Precondition { .. } => {
                failure(Failure::Exists, "is there already".to_owned())
            }
            Error::NotFound { .. } if is(&["NoSuchBucket", "ContainerNotFound", "bucket does not exist"]) => {
                failure(Failure::Missing, "the bucket is not there".to_owned())
                    .hint("make the bucket with the cloud's own tool: this needs no right to make one")
            }
            Error::NotFound { .. } => failure(Failure::Missing, "is not there".to_owned()),
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => self.refused(name, &text),
            _ if is(&REFUSALS) => self.refused(name, &text),
            _ if is(&METADATA_SERVERS) => failure(
                Failure::Forbidden,
                "no credentials were found, and the cloud gives none here".to_owned(),
            )
            .hint(self.cloud.credentials()),
            _ if is_silent(error) => failure(
                Failure::Unreachable,
                format!("no answer came: {}", said(&text)),
            )
            .hint("look at the network and the address of the store, then run again: what is stored is used"),
            _ => failure(Failure::Answer, said(&text)),
        }
    }

    fn refused(&self, name: &str, text: &str) -> BackupError {
        let message = format!("the store does not allow it: {}", said(text));
        BackupError::new(Failure::Forbidden, format!("{}/{name}", self.address), message).hint(format!(
            "look at the rights, and whether the credentials have expired; then run again: what is stored is used. {}",
            self.cloud.credentials()
        ))
    }
}

/// Whether nobody answered, as far down as the causes are told.
fn is_silent(error: &Error) -> bool {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.filter_map(|cause| cause.downcast_ref::<HttpError>()).any(|error| {
        use HttpErrorKind::{Connect, Interrupted, Request, Timeout};
        matches!(error.kind(), Connect | Interrupted | Request | Timeout)
    })
}

/// What a store said: its code and message if it gives them, and no more of it than a line.
fn said(text: &str) -> String {
    let field = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once("</")?.0.to_owned())
    };
    let text = match (field("Code"), field("Message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        _ => text.to_owned(),
    };
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|character| !character.is_control()).take(SAID_LIMIT).collect()
}

impl Store for BucketStore {
    fn describe(&self) -> String {
        self.address.clone()
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, BackupError> {
        let got = self.runtime.block_on(self.get(&self.path(name)?));
        got.map_err(|error| self.failure(name, &error))?.map_err(|size| {
            let message = format!("has {size} bytes: no object of a repository is so large");
            BackupError::new(Failure::Content, format!("{}/{name}", self.address), message)
        })
    }

    fn create(&self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        self.put(name, bytes, PutMode::Create)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        self.put(name, bytes, PutMode::Overwrite)
    }

    /// A store answers when it has an object for good.
    fn flush(&self) -> Result<(), BackupError> {
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<StoredObject>, BackupError> {
        let all = self.runtime.block_on(self.all(&self.path(folder)?));
        let all = all.map_err(|error| self.failure(folder, &error))?;
        let mut objects: Vec<StoredObject> = all.iter().filter_map(|meta| self.object(meta)).collect();
        objects.sort();
        Ok(objects)
    }

    fn remove(&self, name: &str) -> Result<(), BackupError> {
        match self.runtime.block_on(self.bucket.delete(&self.path(name)?)) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failure(name, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_no_credentials_and_no_message_shows_any() {
        for wrong in ["", "/a", "me:canary@bucket/a", "bucket/a?sig=canary", "bucket//a", "bucket/../a"] {
            let error = open("s3", wrong).unwrap_err();
            assert_eq!(error.failure, Failure::Path, "{wrong}");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }

    #[test]
    fn what_a_store_says_is_one_short_line() {
        let answer = "Error: <Error><Code>ExpiredToken</Code>\n<Message>It has\nexpired</Message></Error>";
        assert_eq!(said(answer), "ExpiredToken: It has expired");
        assert_eq!(said("a\n\n b\u{1b}[31m"), "a b[31m");
        assert_eq!(said(&"long ".repeat(100)).chars().count(), SAID_LIMIT);
    }
}
