//! What a setting must be for a request or a gate to make sense: told by `check`, not first by the nightly run.

use std::fmt::Display;
use std::ops::RangeInclusive;

use croner::Cron;

use crate::authored::schema::{Noted, Shape};
use crate::authored::toml::TableReader;
use crate::error::{Code, Problem, suggestion};

/// An address of http or https with a host.
pub fn address(table: &TableReader<'_>, key: &str, url: &str, problems: &mut Vec<Problem>) {
    let why = match reqwest::Url::parse(url.trim()) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => format!("the scheme is {}", url.scheme()),
        Ok(url) if url.host_str().is_none_or(str::is_empty) => "it has no host".into(),
        Ok(_) => return,
        Err(error) => error.to_string(),
    };
    problems.push(
        Problem::new(Code::BadAddress, table.source(), table.span_of(key), format!("`{url}` is no address: {why}"))
            .hint("write https://, the host and the path"),
    );
}

/// A text that can stand in the header of a request.
pub fn user_agent(table: &TableReader<'_>, text: &str, problems: &mut Vec<Problem>) {
    if text.trim().is_empty() || reqwest::header::HeaderValue::from_str(text).is_err() {
        problems.push(
            Problem::new(
                Code::BadAddress,
                table.source(),
                table.span_of("user_agent"),
                "`user_agent` cannot be sent: it is blank or has control characters",
            )
            .hint("write letters, digits and signs on one line; some services refuse requests without one"),
        );
    }
}

/// A number in its range; the default for one that is not.
pub fn within<T: PartialOrd + Display + Copy>(
    table: &TableReader<'_>,
    key: &'static str,
    value: Option<T>,
    range: RangeInclusive<T>,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    table.note(key, || Noted::Within(range.start().to_string(), range.end().to_string()));
    let value = value?;
    if range.contains(&value) {
        return Some(value);
    }
    let message = format!("`{key}` is {value}, but must be from {} to {}", range.start(), range.end());
    problems.push(Problem::new(Code::LimitOutOfRange, table.source(), table.span_of(key), message));
    None
}

/// Says for the schema which texts a key may be; the caller tells of another.
pub fn choices(table: &TableReader<'_>, key: &'static str, texts: impl IntoIterator<Item = &'static str>) {
    table.note(key, || Noted::Choices(texts.into_iter().map(str::to_owned).collect()));
}

/// A sign, one of a few.
pub fn one_of(table: &mut TableReader<'_>, key: &'static str, signs: &[&'static str], problems: &mut Vec<Problem>) -> Option<char> {
    choices(table, key, signs.iter().copied());
    let given = table.string(key, problems)?;
    if signs.contains(&given.as_str()) {
        return given.chars().next();
    }
    let known: Vec<String> = signs.iter().map(|sign| format!("\"{sign}\"")).collect();
    problems.push(
        Problem::new(
            Code::SettingsDoNotFit,
            table.source(),
            table.span_of(key),
            format!("`{key}` is `{given}`, which no number is written with"),
        )
        .hint(format!("write one of: {}", known.join(", "))),
    );
    None
}

/// How a provider is asked, where there are several ways: the key `request`, or its older name `route`, which is also that
/// of the tables `[[dataset.route]]`.
pub fn request<T: Copy>(table: &mut TableReader<'_>, ways: &[(&'static str, T)], problems: &mut Vec<Problem>) -> Option<(T, &'static str)> {
    table.note("route", || Noted::Shape(Shape::Text));
    for key in ["request", "route"] {
        choices(table, key, ways.iter().map(|(name, _)| *name));
    }
    let key = if table.is_text("route") && !table.has("request") { "route" } else { "request" };
    let Some(given) = table.string(key, problems) else { return ways.first().map(|(_, way)| (*way, key)) };
    if let Some((_, way)) = ways.iter().find(|(name, _)| *name == given) {
        return Some((*way, key));
    }
    problems.push(
        Problem::new(Code::SettingsDoNotFit, table.source(), table.span_of(key), format!("unknown {key} `{given}`"))
            .maybe_hint(suggestion(&given, ways.iter().map(|(name, _)| *name))),
    );
    None
}

/// A list of what to ask for: one entry at least.
pub fn not_empty(table: &TableReader<'_>, key: &str, list: Option<&[String]>, problems: &mut Vec<Problem>) {
    if list.is_some_and(|list| list.iter().all(|entry| entry.trim().is_empty())) {
        problems.push(
            Problem::new(
                Code::SettingsDoNotFit,
                table.source(),
                table.span_of(key),
                format!("`{key}` is empty: there would be nothing to ask for"),
            )
            .hint("name one at least, or remove the data set"),
        );
    }
}

/// A span of years in order.
pub fn in_order(table: &TableReader<'_>, key: &str, first: Option<i64>, last: Option<i64>, problems: &mut Vec<Problem>) {
    if let (Some(first), Some(last)) = (first, last)
        && first > last
    {
        problems.push(Problem::new(
            Code::SettingsDoNotFit,
            table.source(),
            table.span_of(key),
            format!("the years end ({last}) before they begin ({first})"),
        ));
    }
}

/// The years `start` and `end` of a selection.
pub fn years(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> (Option<i64>, Option<i64>) {
    let (start, end) = (table.integer("start", problems), table.integer("end", problems));
    in_order(table, "start", start, end, problems);
    (start, end)
}

/// Names become folders and columns: lower case letters, digits and underscores.
pub fn name_rule(reader: &TableReader<'_>, key: &str, name: &str, problems: &mut Vec<Problem>) {
    let good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !name.is_empty() && !good {
        problems.push(
            Problem::new(Code::BadName, reader.source(), reader.span_of(key), format!("`{name}` is not a name"))
                .hint("use lower case letters, digits and underscores, beginning with a letter"),
        );
    }
}

/// A cron line.
pub fn cron_rule(reader: &TableReader<'_>, schedule: Option<&str>, problems: &mut Vec<Problem>) {
    if let Some(schedule) = schedule
        && let Err(error) = schedule.parse::<Cron>()
    {
        problems.push(
            Problem::new(Code::NotASchedule, reader.source(), reader.span_of("schedule"), format!("not a schedule: {error}"))
                .hint("five fields as in crontab, in UTC: minute hour day month weekday, such as \"30 2 * * *\""),
        );
    }
}
