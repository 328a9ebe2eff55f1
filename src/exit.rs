//! Every exit status: the table of README and `--help` is made of this list.

use std::fmt::Write;
use std::process::ExitCode;

use serde::{Serialize, Serializer};

/// How a command ended, for cron and scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done,
    Failed,
    WrongUse,
    Degraded,
    GateFailed,
    Locked,
}

impl Exit {
    pub const ALL: [Self; 6] = [Self::Done, Self::Failed, Self::WrongUse, Self::Degraded, Self::GateFailed, Self::Locked];

    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::WrongUse => 2,
            Self::Degraded => 3,
            Self::GateFailed => 4,
            Self::Locked => 75,
        }
    }

    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, or nothing to do",
            Self::Failed => "failed, nothing promoted",
            Self::WrongUse => "wrong use or wrong workspace files",
            Self::Degraded => {
                "promoted, but degraded: a source is stale or came by another route than its own, or an indicator was held at its last good values"
            }
            Self::GateFailed => "a gate failed: the release is staged, not promoted",
            Self::Locked => "another run holds the lock",
        }
    }

    /// The word for it in JSON.
    pub fn status(self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Degraded => "degraded",
            _ => "failed",
        }
    }

    /// Degraded where something is wrong that stops nothing.
    pub fn degraded_if(wrong: bool) -> Self {
        if wrong { Self::Degraded } else { Self::Done }
    }

    /// Lines below the help of the program.
    pub fn help() -> String {
        let mut text = String::from("Exit codes:\n");
        for exit in Self::ALL {
            let _ = writeln!(text, "  {:>2}  {}", exit.code(), exit.meaning());
        }
        text.trim_end().to_owned()
    }

    /// The table in Markdown.
    pub fn table() -> String {
        let mut text = String::from("| exit code | meaning |\n|---|---|\n");
        for exit in Self::ALL {
            let _ = writeln!(text, "| {} | {} |", exit.code(), exit.meaning());
        }
        text
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Serialize for Exit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.code())
    }
}
