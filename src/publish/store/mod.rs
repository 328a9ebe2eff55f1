//! Where releases are published to: a folder, or an object store that speaks S3. Both do five things: read, ask for the
//! hash of what is there, write, replace the pointer on a condition, remove.

mod folder;
mod s3;
mod version;

use std::path::Path;

use self::folder::Folder;
use self::s3::S3;
pub(super) use self::version::{Version, failed};
use crate::error::{Error, Result};

pub enum Store {
    Folder(Folder),
    S3(Box<S3>),
}

impl Store {
    /// `s3://bucket/prefix`, `file:///folder` or a folder.
    pub fn open(address: &str) -> Result<Self> {
        if let Some(path) = address.strip_prefix("s3://") {
            return Ok(Self::S3(Box::new(S3::new(path, &|name| std::env::var(name).ok().filter(|value| !value.is_empty()))?)));
        }
        let path = address.strip_prefix("file://").unwrap_or(address);
        match path.split_once("://") {
            Some((scheme, _)) => Err(Error::usage_hint(
                format!("nothing is published to `{scheme}://`"),
                "use s3://BUCKET/PREFIX, or a folder; other stores offer an interface that speaks S3, named by AWS_ENDPOINT_URL",
            )),
            None if path.is_empty() => Err(Error::usage("--to needs an address")),
            None => Ok(Self::Folder(Folder::new(path))),
        }
    }

    /// The folder, where the store is one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder.root()),
            Self::S3(_) => None,
        }
    }

    /// The bytes of an object and the version of it, if it is there.
    pub async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Version)>> {
        match self {
            Self::Folder(folder) => folder.get(name),
            Self::S3(store) => store.get(name).await,
        }
    }

    /// Whether the object is there with these bytes, by their hash.
    pub async fn holds(&self, name: &str, hash: &str, size: u64) -> Result<bool> {
        match self {
            Self::Folder(folder) => folder.holds(name, hash, size),
            Self::S3(store) => store.holds(name, hash, size).await,
        }
    }

    /// Writes an object whole or not at all; the store verifies its bytes.
    pub async fn put(&self, name: &str, bytes: Vec<u8>, hash: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.put(name, &bytes),
            Self::S3(store) => store.put(name, bytes, hash, None).await.map(drop),
        }
    }

    /// Replaces an object if it still is what was read; gives whether it was.
    pub async fn replace(&self, name: &str, bytes: Vec<u8>, read: &Version) -> Result<bool> {
        match self {
            Self::Folder(folder) => folder.replace(name, &bytes, read),
            Self::S3(store) => {
                let hash = blake3::hash(&bytes).to_hex().to_string();
                store.put(name, bytes, &hash, Some(read)).await
            }
        }
    }

    /// Removes an object; one that is not there is removed.
    pub async fn remove(&self, name: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.remove(name),
            Self::S3(store) => store.remove(name).await,
        }
    }
}
