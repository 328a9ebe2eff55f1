//! A release to where others read it: its files first, its manifest after them, the pointer last. Cut at any moment, the
//! pointer names a complete release, and the next attempt goes on with what is missing.

use std::path::Path;

use futures::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use super::store::{Store, failed};
use crate::error::Result;
use crate::release::Manifest;

/// `current.json`: which release is current, and which others are still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pointer {
    pub schema_version: u32,
    pub release: String,
    pub created_at: String,
    /// The folder of the release, from the pointer.
    pub path: String,
    /// blake3 of its manifest, which has the hash of every other file.
    pub manifest: String,
    /// Releases that are kept, newest first.
    pub kept: Vec<String>,
    /// Releases that are being removed.
    pub leaving: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Uploaded {
    pub release: String,
    /// Files that were there already.
    pub there: usize,
    pub written: usize,
    pub bytes: u64,
    pub removed: Vec<String>,
}

const POINTER: &str = "current.json";

/// Requests at one time.
const AT_ONCE: usize = 8;

/// `keep`: how many releases stay, the new one included.
pub async fn upload(store: &Store, folder: &Path, keep: usize) -> Result<Uploaded> {
    let manifest = Manifest::verified(folder)?;
    for name in manifest.files.keys() {
        fits(name, fs_err::metadata(folder.join(name))?.len(), store.largest())?;
    }
    let (before, version) = match store.get(POINTER).await? {
        Some((bytes, version)) => (Some(read(&bytes)?), version),
        None => (None, None),
    };
    let path = format!("releases/{}/", manifest.release);
    let send = |(name, hash): (String, String)| {
        let (from, to) = (folder.join(&name), format!("{path}{name}"));
        async move {
            let size = fs_err::metadata(&from)?.len();
            if store.holds(&to, &hash, size).await? {
                return Ok::<_, crate::error::Error>((1, 0, 0));
            }
            store.put(&to, &fs_err::read(&from)?, &hash).await?;
            if !store.holds(&to, &hash, size).await? {
                return Err(failed(format!("{to}: the store does not hold what was sent"), "publish again"));
            }
            Ok((0, 1, size))
        }
    };
    let add = |a: (usize, usize, u64), b: (usize, usize, u64)| std::future::ready(Ok((a.0 + b.0, a.1 + b.1, a.2 + b.2)));
    let files = futures::stream::iter(manifest.files.clone()).map(send).buffer_unordered(AT_ONCE);
    let (mut there, mut written, mut bytes) = files.try_fold((0, 0, 0), add).await?;
    // A folder with a manifest is complete.
    let manifest_hash = crate::files::hash_file(&folder.join("manifest.json"))?;
    let last = send(("manifest.json".into(), manifest_hash.clone())).await?;
    (there, written, bytes) = (there + last.0, written + last.1, bytes + last.2);

    let pointer = pointed(before.as_ref(), &manifest, path.clone(), manifest_hash, keep);
    if before.as_ref() != Some(&pointer) {
        let text = serde_json::to_vec_pretty(&pointer)?;
        if !store.replace(POINTER, &text, &version).await? {
            return Err(failed(
                format!("{POINTER} was changed meanwhile: release {} is there, the pointer was left alone", manifest.release),
                "somebody else published; look at it, and publish again if yours is the newer one",
            ));
        }
    }
    for release in &pointer.leaving {
        remove(store, release).await?;
    }
    Ok(Uploaded { release: manifest.release, there, written, bytes, removed: pointer.leaving })
}

/// Refused before the first file is sent, rather than by the store after hours.
fn fits(name: &str, size: u64, largest: u64) -> Result<()> {
    if size <= largest {
        return Ok(());
    }
    Err(failed(
        format!("{name} has {size} bytes, and the store takes {largest} in one write at most"),
        "publish to a folder, and copy that by the store's own tools; or leave figures out of releases",
    ))
}

fn read(bytes: &[u8]) -> Result<Pointer> {
    serde_json::from_slice(bytes)
        .map_err(|error| failed(format!("{POINTER} is no pointer of ours: {error}"), "publish to another prefix, or take the file away"))
}

fn pointed(before: Option<&Pointer>, manifest: &Manifest, path: String, hash: String, keep: usize) -> Pointer {
    let mut kept = vec![manifest.release.clone()];
    kept.extend(before.iter().flat_map(|pointer| &pointer.kept).filter(|release| **release != manifest.release).cloned());
    let mut leaving = kept.split_off(keep.min(kept.len()));
    // What an earlier attempt may not have removed to the end.
    let earlier = before.iter().flat_map(|pointer| &pointer.leaving);
    let earlier: Vec<String> = earlier.filter(|release| !kept.contains(release) && !leaving.contains(release)).cloned().collect();
    leaving.extend(earlier);
    Pointer {
        schema_version: 1,
        release: manifest.release.clone(),
        created_at: manifest.created_at.clone(),
        path,
        manifest: hash,
        kept,
        leaving,
    }
}

/// Removes a release: its manifest, which names the others, last.
async fn remove(store: &Store, release: &str) -> Result<()> {
    let manifest = format!("releases/{release}/manifest.json");
    let Some((bytes, _)) = store.get(&manifest).await? else { return Ok(()) };
    let Ok(listed) = serde_json::from_slice::<Manifest>(&bytes) else {
        return Err(failed(format!("{manifest} cannot be read: the release was not removed"), "remove its folder by hand"));
    };
    let removing = listed.files.into_keys().map(|name| format!("releases/{release}/{name}"));
    let removing = futures::stream::iter(removing).map(|name| async move { store.remove(&name).await });
    removing.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    store.remove(&manifest).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_too_large_for_one_write_is_not_begun() {
        assert!(super::fits("values.parquet", 5 << 30, 5 << 30).is_ok());
        let refused = super::fits("values.parquet", (5 << 30) + 1, 5 << 30).unwrap_err();
        assert!(refused.to_string().starts_with("E5007: values.parquet has 5368709121 bytes"), "{refused}");
    }
}
