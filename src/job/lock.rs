//! One writer at a time: the lock of the data folder, which names its owner. A run that meets a short verb, such as
//! `release prune`, waits for it; one that meets another run ends at once.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files;
use crate::settings::Settings;

/// How long a short verb is waited for.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// How long an owner may take to write its name, and whoever only looks whether the lock is free may stand in the way.
const MOMENT: Duration = Duration::from_millis(300);
const PAUSE: Duration = Duration::from_millis(20);

/// Held for the whole of a verb; released by the system even when it is killed.
pub struct Lock(#[expect(dead_code, reason = "held, not read")] File);

/// Who holds the lock.
#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    verb: String,
    /// The number of its process.
    process: u32,
    /// The clock of the owner.
    since: String,
}

impl Owner {
    /// Whether it ends soon: a run takes as long as its providers do.
    fn is_short(&self) -> bool {
        !matches!(self.verb.as_str(), "run" | "pull" | "compute")
    }

    fn told(&self) -> String {
        format!("`{}`, process {}, since {}", self.verb, self.process, self.since)
    }
}

/// Takes the lock for a verb.
pub fn lock(settings: &Settings, verb: &str) -> Result<Lock> {
    files::make_folder(&settings.workspace.data)?;
    let path = settings.workspace.data.join("lock");
    let mut file = fs_err::OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path)?.into_parts().0;
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(std::fs::TryLockError::Error(error)) => return Err(files::failed("lock", &path, error).into()),
            Err(std::fs::TryLockError::WouldBlock) => {}
        }
        // Where others may look too, nobody has it: the name is that of a verb that has ended.
        let is_looked_at = file.try_lock_shared().is_ok();
        if is_looked_at {
            file.unlock().map_err(|error| files::failed("unlock", &path, error))?;
        }
        let owner = owner(&mut file).filter(|_| !is_looked_at);
        let patience = match &owner {
            Some(owner) if owner.is_short() => PATIENCE,
            Some(_) => Duration::ZERO,
            None => MOMENT,
        };
        if waited >= patience {
            return Err(Error::Locked { path, owner: owner.map(|owner| owner.told()) });
        }
        if let Some(owner) = owner.filter(|owner| waited.is_zero() && owner.is_short()) {
            tracing::info!("waiting up to {} seconds for {}", PATIENCE.as_secs(), owner.told());
        }
        std::thread::sleep(PAUSE);
        waited += PAUSE;
    }
    let owner =
        Owner { verb: verb.to_owned(), process: std::process::id(), since: settings.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() };
    name(&mut file, &owner).map_err(|error| files::failed("write", &path, error))?;
    Ok(Lock(file))
}

/// Process and clock of the run that holds the lock now. Those who look do not stand in each other's way, and need not be
/// allowed to write.
pub fn run_at_work(data: &Path) -> Option<(u32, String)> {
    let mut file = fs_err::File::open(data.join("lock")).ok()?.into_parts().0;
    if file.try_lock_shared().is_ok() {
        return None;
    }
    owner(&mut file).filter(|owner| !owner.is_short()).map(|owner| (owner.process, owner.since))
}

/// Process and clock of whoever took the lock last.
pub fn last_owner(data: &Path) -> Option<(u32, String)> {
    let mut file = fs_err::File::open(data.join("lock")).ok()?.into_parts().0;
    owner(&mut file).map(|owner| (owner.process, owner.since))
}

fn owner(file: &mut File) -> Option<Owner> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn name(file: &mut File, owner: &Owner) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(serde_json::to_string(owner)?.as_bytes())
}
