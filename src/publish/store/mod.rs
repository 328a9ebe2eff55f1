//! Where releases are published to: a folder, or an object store: one that speaks S3, Google Cloud Storage, or Azure Blob
//! Storage. All do five things: read, ask for the hash of what is there, write, replace the pointer on a condition, remove.

mod azure;
mod bucket;
mod checksum;
mod folder;
mod google;
mod s3;
mod token;
mod version;

use std::path::Path;

use self::bucket::Bucket;
use self::folder::Folder;
pub(super) use self::version::{Version, failed};
use crate::error::{Error, Result};

pub enum Store {
    Folder(Folder),
    Bucket(Box<Bucket>),
}

impl Store {
    /// An address with a scheme, or a folder.
    pub fn open(address: &str) -> Result<Self> {
        Self::of(address, &|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn of(address: &str, setting: bucket::Setting) -> Result<Self> {
        let Some((scheme, path)) = address.split_once("://") else {
            return if address.is_empty() { Err(Error::usage("--to needs an address")) } else { Ok(Self::Folder(Folder::new(address))) };
        };
        let bucket = match scheme {
            "file" => return Ok(Self::Folder(Folder::new(path))),
            "s3" => Some(s3::open(path, setting)),
            "gs" => Some(google::open(path, setting)),
            "az" => Some(azure::open(path, setting)),
            "https" | "http" => azure::open_address(address, setting),
            _ => None,
        };
        let nothing = || {
            Err(Error::usage_hint(
                format!("nothing is published to `{scheme}://`"),
                "use s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX, or a folder; other stores offer an interface \
                 that speaks S3, named by AWS_ENDPOINT_URL",
            ))
        };
        bucket.unwrap_or_else(nothing).map(|bucket| Self::Bucket(Box::new(bucket)))
    }

    /// The folder, where the store is one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder.root()),
            Self::Bucket(_) => None,
        }
    }

    /// How many bytes one file may have.
    pub fn largest(&self) -> u64 {
        match self {
            Self::Folder(_) => u64::MAX,
            Self::Bucket(bucket) => bucket.largest(),
        }
    }

    /// The bytes of an object and the version of it, if it is there.
    pub async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Version)>> {
        match self {
            Self::Folder(folder) => folder.get(name),
            Self::Bucket(bucket) => bucket.get(name).await,
        }
    }

    /// Whether the object is there with these bytes, by their hash.
    pub async fn holds(&self, name: &str, hash: &str, size: u64) -> Result<bool> {
        match self {
            Self::Folder(folder) => folder.holds(name, hash, size),
            Self::Bucket(bucket) => bucket.holds(name, hash, size).await,
        }
    }

    /// Writes an object whole or not at all; the store verifies its bytes.
    pub async fn put(&self, name: &str, bytes: &[u8], hash: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.put(name, bytes),
            Self::Bucket(bucket) => bucket.put(name, bytes, hash, None).await.map(drop),
        }
    }

    /// Replaces an object if it still is what was read; gives whether it was.
    pub async fn replace(&self, name: &str, bytes: &[u8], read: &Version) -> Result<bool> {
        match self {
            Self::Folder(folder) => folder.replace(name, bytes, read),
            Self::Bucket(bucket) => {
                let hash = blake3::hash(bytes).to_hex().to_string();
                bucket.put(name, bytes, &hash, Some(read)).await
            }
        }
    }

    /// Removes an object; one that is not there is removed.
    pub async fn remove(&self, name: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.remove(name),
            Self::Bucket(bucket) => bucket.remove(name).await,
        }
    }
}
