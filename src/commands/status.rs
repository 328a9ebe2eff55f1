//! `status`: what became of the last run, what waits for a person, what was pulled last and when the next is due.

use crate::error::Result;
use crate::exit::Exit;
use crate::job::load;
use crate::job::record::Outcome;
use crate::job::status::{self, Status};
use crate::printer::{Answer, Printer};
use crate::settings::Settings;

pub(super) fn status(settings: &Settings, printer: &Printer) -> Result<Exit> {
    let loaded = load::load_past(settings)?;
    Ok(printer.answer("status", Exit::Done, &status::status(settings, &loaded)?))
}

impl Answer for Status {
    fn show(&self, printer: &Printer) {
        self.show_morning(printer);
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
        if self.release.is_none() {
            printer.line("no release yet: run `yardstick run`");
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
