//! `status`: what became of the last run, what waits for a person, what was pulled last and when the next is due.

use crate::error::{Code, Error, Problem, Result};
use crate::exit::Exit;
use crate::job::load;
use crate::job::record::Outcome;
use crate::job::status::{self, Status};
use crate::printer::{Answer, Printer};
use crate::settings::Settings;

pub(super) fn status(settings: &Settings, printer: &Printer) -> Result<Exit> {
    let mut loaded = load::read(settings);
    loaded.problems.retain(load::stops_a_look_back);
    if loaded.problems.iter().any(|problem| problem.code == Code::NotAWorkspace) {
        return Err(Error::Workspace(loaded.problems));
    }
    // A slip of today is why the night failed, and must not hide what became of it.
    let exit = if loaded.problems.is_empty() { Exit::Done } else { Exit::WrongUse };
    Ok(printer.answer("status", exit, &status::status(settings, &loaded)?))
}

impl Answer for Status {
    fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn show(&self, printer: &Printer) {
        self.show_morning(printer);
        self.show_data_sets(printer);
        if !self.problems.is_empty() {
            printer.problems(&self.problems);
            printer.failure(
                &Error::Workspace(self.problems.clone()).to_string(),
                Some("the next run ends with exit code 2 until it is corrected"),
            );
        }
    }
}

impl Status {
    fn show_data_sets(&self, printer: &Printer) {
        let rows: Vec<Vec<String>> = self
            .data_sets
            .iter()
            .map(|set| {
                vec![
                    set.data_set.to_string(),
                    set.last_attempt.as_ref().map_or("-".into(), |attempt| attempt.outcome.clone()),
                    set.last_success.clone().unwrap_or_else(|| "never".into()),
                    set.age_days.map_or("-".into(), |age| format!("{age} d{}", if set.stale { ", stale" } else { "" })),
                    set.vintage.clone().unwrap_or_default(),
                    set.last_year.map_or("-".into(), |year| year.to_string()),
                    set.next_due.clone().unwrap_or_else(|| "-".into()),
                ]
            })
            .collect();
        let header = ["data set", "last attempt", "last success", "age", "vintage", "last year", "next due"];
        printer.line(&printer.table(&header, &rows));
        for set in self.data_sets.iter().filter(|set| set.in_use.is_some()) {
            let Some(attempt) = set.last_attempt.as_ref().filter(|attempt| attempt.message.is_some()) else { continue };
            let message = attempt.message.as_deref().unwrap_or_default();
            printer.line(&format!("{}: last asked on {}, {}: {message}", set.data_set, attempt.time, attempt.outcome));
        }
        for set in &self.data_sets {
            for warning in &set.warnings {
                printer.line(&format!("{}: warning: {warning}", set.data_set));
            }
        }
        match (&self.release, &self.kept) {
            (None, Some(kept)) => printer.line(&format!(
                "no release is in use: the pointer `current` is gone or leads nowhere, though releases are kept: `yardstick release \
                 rollback {kept}` points to the newest of them"
            )),
            (None, None) => printer.line("no release yet: run `yardstick run`"),
            (Some(_), _) => {}
        }
        if self.indicators.is_empty() {
            return;
        }
        let rows: Vec<Vec<String>> = self
            .indicators
            .iter()
            .map(|one| {
                let last = one.last_year.map_or("-".into(), |year| year.to_string());
                vec![one.id.clone(), one.indicator.clone(), one.release.clone(), one.status.clone(), one.rows.to_string(), last]
            })
            .collect();
        printer.line(&printer.table(&["id", "indicator", "release", "status", "values", "last year"], &rows));
    }
}

impl Status {
    /// Did last night work, what failed, since when, what is in use instead, what to type.
    fn show_morning(&self, printer: &Printer) {
        if let Some(run) = &self.last_run {
            let end = if run.outcome == Outcome::Running { "at work now" } else { "last run" };
            printer.line(&format!("{end}: {}", run.summary()));
            if let Some(hint) = run.hint.as_ref().filter(|_| self.refused.is_empty()) {
                printer.line(&format!("  what to do: {hint}"));
            }
            for why in &run.degraded {
                printer.line(&format!("  degraded: {why}"));
            }
            if let Some(why) = &run.not_removed {
                printer.line(&format!("  what is no longer needed could not be removed: {why}"));
            }
        }
        if let Some(since) = &self.failing_since {
            let good = self.last_good_run.as_deref().unwrap_or("never");
            printer.line(&format!("failing since {since}; the last good run began {good}"));
        }
        for set in &self.data_sets {
            if let Some(attempt) = &set.last_attempt
                && let (Some(since), Some(message)) = (&attempt.failing_since, &attempt.message)
            {
                printer.line(&format!("{} has failed since {since}: {message}", set.data_set));
            }
        }
        if let Some(release) = &self.release {
            let pinned = self.pinned.as_ref().map_or("", |_| ", pinned: `yardstick release unpin` lets it go");
            printer.line(&format!("in use: release {release}{pinned}"));
        }
        for damaged in &self.damaged {
            printer.line(&format!("damaged: {damaged}"));
        }
        for refused in &self.refused {
            let checks: Vec<String> =
                refused.checks.iter().map(|(id, rows)| format!("{id} ({})", crate::error::count(*rows, "row"))).collect();
            printer.line(&format!("refused: release {} of {}: {}", refused.release, refused.created_at, checks.join(", ")));
            printer.line(&format!("  to look at the rows:     {}", refused.look));
            printer.line(&format!("  to let it pass once:     {}", refused.accept));
        }
    }
}
