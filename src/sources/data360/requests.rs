//! Requests to Data360: the file of an indicator, or the pages of the interface. The interface cuts what is too long
//! for one answer without a word, so its total is asked for first, each page has the rows that its name says and none
//! of another page (no order is promised), and the total is asked for again at the end.

use crate::error::{Code, Error, Result};
use crate::fetch::{Expect, Request};
use crate::sources::plan::{Answer, Plan, distinct, encode, json, query, safe, unreadable, without_mark};

/// The most that the interface gives in one answer.
const PAGE: u16 = 1000;
/// More rows than any indicator has: a total beyond it is wrong, and its pages would have no end.
const MOST: u64 = 500_000;

pub(super) fn files(base: &str, database: &str, indicators: &[String]) -> Vec<Request> {
    let file = |code: &String| {
        Request::get(format!("{}.csv", safe(code)), format!("{base}/data/{}/{}.csv", encode(database), encode(code)), Expect::Csv)
    };
    distinct(indicators).iter().map(file).collect()
}

/// Totals, then pages, then the totals again.
pub(super) struct Pages {
    base: String,
    database: String,
    indicators: Vec<String>,
    step: u8,
    totals: Vec<u64>,
    /// Of each page asked for: its indicator, and its name in messages.
    asked: Vec<(usize, String)>,
}

impl Pages {
    pub(super) fn new(base: &str, database: &str, indicators: &[String]) -> Self {
        let indicators = distinct(indicators);
        Self { base: base.to_owned(), database: database.to_owned(), indicators, step: 0, totals: Vec::new(), asked: Vec::new() }
    }

    fn url(&self, indicator: &str, format: Option<&str>, top: u64, skip: u64) -> String {
        let mut pairs = vec![("DATABASE_ID", self.database.clone()), ("INDICATOR", indicator.to_owned())];
        pairs.extend(format.map(|format| ("format", format.to_owned())));
        pairs.extend([("top", top.to_string()), ("skip", skip.to_string())]);
        format!("{}/data?{}", self.base, query(&pairs))
    }

    fn totals(&self) -> Vec<Request> {
        let total = |code: &String| Request::list(format!("{}.total.json", safe(code)), self.url(code, None, 1, 0));
        self.indicators.iter().map(total).collect()
    }

    fn pages(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        for (index, (code, total)) in self.indicators.iter().zip(&self.totals).enumerate() {
            for skip in (0..*total).step_by(PAGE.into()) {
                let last = total.min(&(skip + u64::from(PAGE))).to_owned();
                let name = page_name(code, skip + 1, last);
                requests.push(Request::get(name, self.url(code, Some("csv"), PAGE.into(), skip), Expect::Csv));
                self.asked.push((index, format!("rows {} to {last} of {code}", skip + 1)));
            }
        }
        requests
    }

    /// A page must have rows, and others than the pages before it: a service that passes `skip` over gives the first
    /// page each time.
    fn looked_at(&self, answers: &[Answer]) -> Result<()> {
        let mut firsts: Vec<(usize, Vec<u8>)> = Vec::new();
        for ((index, what), answer) in self.asked.iter().zip(answers) {
            let head = without_mark(&answer.bytes_for_plan);
            let first = head.split(|byte| *byte == b'\n').nth(1).unwrap_or_default().trim_ascii().to_vec();
            if first.is_empty() {
                return Err(broken(answer, &format!("the answer for {what} has no row")));
            }
            if firsts.iter().any(|(other, row)| other == index && *row == first) {
                return Err(broken(answer, &format!("the answer for {what} begins like a page before it")));
            }
            firsts.push((*index, first));
        }
        Ok(())
    }

    fn unchanged(&self, answers: &[Answer]) -> Result<()> {
        for ((code, before), answer) in self.indicators.iter().zip(&self.totals).zip(answers) {
            let now = total(answer)?;
            if now != *before {
                return Err(broken(answer, &format!("{code} had {before} rows, and {now} after its pages were asked for")));
            }
        }
        Ok(())
    }
}

impl Plan for Pages {
    fn next(&mut self, answers: &[Answer]) -> Result<Vec<Request>> {
        self.step = self.step.saturating_add(1);
        match self.step {
            1 => Ok(self.totals()),
            2 => {
                self.totals = answers.iter().map(total).collect::<Result<_>>()?;
                Ok(self.pages())
            }
            3 => {
                self.looked_at(answers)?;
                Ok(self.totals())
            }
            4 => self.unchanged(answers).map(|()| Vec::new()),
            _ => Ok(Vec::new()),
        }
    }
}

/// The number of rows that an indicator has.
fn total(answer: &Answer) -> Result<u64> {
    let count = &json(answer)?["count"];
    let count = count.as_u64().or_else(|| count.as_str()?.trim().parse().ok());
    match count.ok_or_else(|| unreadable(answer, "no `count` of rows"))? {
        0 => Err(Error::fetch_hint(
            Code::EmptyList,
            format!("{} has no row", answer.request.shown_url()),
            "the database or the indicator has another code, or is gone: look it up at https://data360.worldbank.org",
        )),
        count if count > MOST => Err(unreadable(answer, &format!("a count of {count} rows, and no indicator has more than {MOST}"))),
        count => Ok(count),
    }
}

fn broken(answer: &Answer, why: &str) -> Error {
    let message = format!("{}: {why}", answer.request.shown_url());
    Error::fetch_hint(Code::CutOffOnTheWay, message, "the pages together are not the data; the last good data stay in use: pull again")
}

fn page_name(code: &str, first: u64, last: u64) -> String {
    format!("{}.rows_{first:06}_{last:06}.csv", safe(code))
}

/// How many rows a page has by its name. None for a body that is no page.
pub(super) fn rows_of(name: &str) -> Option<u64> {
    let (_, rows) = name.strip_suffix(".csv")?.rsplit_once(".rows_")?;
    let (first, last) = rows.split_once('_')?;
    let (first, last) = (first.parse::<u64>().ok()?, last.parse::<u64>().ok()?);
    last.checked_sub(first)?.checked_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_in_its_name_what_it_has() {
        assert_eq!(rows_of(&page_name("ITU_DH_HH_INT", 1001, 1388)), Some(388));
        for other in ["ITU_DH_HH_INT.csv", "x.rows_2_1.csv", "x.rows_1.csv", "x.rows_1_2.zip"] {
            assert_eq!(rows_of(other), None, "{other}");
        }
    }
}
