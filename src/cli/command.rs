//! What is known of a verb by its name: how its output counts, and whether it changes the data folder.

use super::{Command, ReleaseAction};

impl Command {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Pull(_) => "pull",
            Self::Compute { .. } => "compute",
            Self::Plan(_) => "plan",
            Self::Check { .. } => "check",
            Self::Test { .. } => "test",
            Self::New { .. } => "new",
            Self::Preview { .. } => "preview",
            Self::Sql { .. } => "sql",
            Self::Checks { .. } => "checks",
            Self::Explain(_) => "explain",
            Self::Diff { .. } => "diff",
            Self::Release { .. } => "release",
            Self::Open => "open",
            Self::Publish { .. } => "publish",
            Self::Serve { .. } => "serve",
            Self::Mcp => "mcp",
            Self::Worker(_) => "worker",
            Self::Status => "status",
            Self::Schedule { .. } => "schedule",
            Self::Completions { .. } => "completions",
            Self::Man { .. } => "man",
            Self::Reference { .. } => "reference",
        }
    }

    /// Whether what it prints is its result. Of the others the outcome is, whoever reads of it.
    pub fn is_answer(&self) -> bool {
        !matches!(
            self,
            Self::Run(_)
                | Self::Pull(_)
                | Self::Compute { .. }
                | Self::New { .. }
                | Self::Publish { .. }
                | Self::Serve { .. }
                | Self::Worker(_)
        ) && !self.changes_releases()
    }

    fn changes_releases(&self) -> bool {
        matches!(self, Self::Release { action } if !matches!(action, ReleaseAction::List | ReleaseAction::Show { .. }))
    }

    /// Whether it writes to the data folder under its lock: then a signal ends it in order.
    pub fn takes_the_lock(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Pull(_) | Self::Compute { .. }) || self.changes_releases()
    }
}
