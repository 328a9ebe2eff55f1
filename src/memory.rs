//! How much memory the program may use: one setting, divided among its parts.
//!
//! What the program needs before it reads anything and small reference tables come on top; where a release has other
//! formats than Parquet, so does the table that they are written from.

/// What to do where the memory does not suffice.
pub const RAISE: &str = "allow more: --memory-mib, YARDSTICK_MEMORY_MIB, or `memory_mib` under [limits] of pipelines/job.toml";
/// The least that can be set, in MiB.
pub const LEAST_MIB: u32 = 64;
/// The most, in MiB.
pub const MOST_MIB: u32 = 1 << 30;
/// Where the machine does not say how much it has.
const UNKNOWN: usize = 4 << 30;

/// Bytes that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory(usize);

impl Memory {
    /// As set, or half of what the machine has.
    pub fn of(mib: Option<usize>) -> Self {
        Self(mib.map_or_else(|| machine() / 2, |mib| mib.saturating_mul(1 << 20)).max((LEAST_MIB as usize) << 20))
    }

    /// What all statements of a session may use at one time, and what a query may give. The tables of a release have the
    /// other half.
    pub fn statements(self) -> usize {
        self.0 / 2
    }

    /// Rows of one data set, beyond which they go to disk. Two data sets are read side by side, and there is a body open
    /// and a row group being written of each.
    pub fn rows(self) -> usize {
        self.0 / 16
    }

    /// Different texts of one data set. Each is held several times: as it is looked up, and as it is written.
    pub fn texts(self) -> usize {
        self.0 / 16
    }

    /// Rows of one data set that are set aside.
    pub fn set_aside(self) -> usize {
        self.0 / 8
    }
}

/// Memory of the machine, or of the control group that the program runs in where that is less.
fn machine() -> usize {
    let limits = control_group().into_iter().chain(meminfo());
    limits.filter(|bytes| *bytes > 0).min().unwrap_or(UNKNOWN)
}

/// `MemTotal: 16384 kB`
fn meminfo() -> Option<usize> {
    let text = fs_err::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()?.checked_mul(1024)
}

/// The limits of the group of this process and of those above it: `memory.max` of version 2, else that of version 1.
fn control_group() -> Vec<usize> {
    let number = |path: &std::path::Path| fs_err::read_to_string(path).ok()?.trim().parse::<usize>().ok();
    let root = std::path::Path::new("/sys/fs/cgroup");
    let groups = fs_err::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let above = root.join(own);
    let of_groups = above.ancestors().take_while(|folder| folder.starts_with(root)).filter_map(|folder| number(&folder.join("memory.max")));
    of_groups.chain(number(&root.join("memory/memory.limit_in_bytes"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_machine_at_most() {
        assert_eq!(Memory::of(Some(1024)), Memory(1 << 30));
        assert_eq!(Memory::of(Some(1)), Memory(64 << 20));
        let standard = Memory::of(None);
        assert!(standard.0 >= 64 << 20 && meminfo().is_none_or(|all| standard.0 <= all / 2), "{standard:?}");
        assert!(standard.statements() + standard.rows() * 2 + standard.set_aside() * 2 <= standard.0);
    }
}
