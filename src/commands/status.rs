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
                    set.data_set.clone(),
                    set.last_success.clone().unwrap_or_else(|| "never".into()),
                    set.age_days.map_or("-".into(), |age| format!("{age} d{}", if set.stale { ", stale" } else { "" })),
                    set.vintage.clone().unwrap_or_default(),
                    set.last_year.map_or("-".into(), |year| year.to_string()),
                    set.next_due.clone().unwrap_or_else(|| "-".into()),
                ]
            })
            .collect();
        printer.line(&printer.table(&["data set", "last success", "age", "vintage", "last year", "next due"], &rows));
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
