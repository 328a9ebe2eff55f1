//! `status`: per source what was pulled last and when the next is due; per indicator its last release.

use crate::error::Result;
use crate::exit::Exit;
use crate::job::load;
use crate::job::status::{self, Status};
use crate::printer::{Answer, Printer};
use crate::settings::Settings;

pub fn status(settings: &Settings, printer: &Printer) -> Result<Exit> {
    let loaded = load::load_past(settings)?;
    Ok(printer.answer("status", Exit::Done, &status::status(settings, &loaded)?))
}

impl Answer for Status {
    fn show(&self, printer: &Printer) {
        let rows: Vec<Vec<String>> = self
            .data_sets
            .iter()
            .map(|set| {
                vec![
                    set.data_set.to_string(),
                    set.last_success.clone().unwrap_or_else(|| "never".into()),
                    set.age_days.map_or("-".into(), |age| format!("{age} d{}", if set.stale { ", stale" } else { "" })),
                    set.vintage.clone().unwrap_or_default(),
                    set.last_year.map_or("-".into(), |year| year.to_string()),
                    set.next_due.clone().unwrap_or_else(|| "-".into()),
                ]
            })
            .collect();
        printer.line(&printer.table(&["data set", "last success", "age", "vintage", "last year", "next due"], &rows));
        for set in &self.data_sets {
            let Some(attempt) = set.last_attempt.as_ref().filter(|attempt| attempt.message.is_some()) else { continue };
            let in_use = set.in_use.as_deref().unwrap_or("in use: nothing");
            let message = attempt.message.as_deref().unwrap_or_default();
            printer.line(&format!("{}: last asked on {}, {}: {message}; {in_use}", set.data_set, attempt.time, attempt.outcome));
        }
        if self.indicators.is_empty() {
            printer.line("no release yet: run `yardstick run`");
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
