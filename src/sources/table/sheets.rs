//! Which sheets of a workbook a table data set reads: one that is named or the only one that fits, or several by pattern.

use crate::error::{Code, Error, Result, suggestion};
use crate::rows::collector::Collector;
use crate::sources::body::heading_rows;
use crate::sources::body::workbook::Book;
use crate::sources::table::columns;
use crate::sources::table::map::{Sheets, TableMap};

/// The sheets to read, in the order of the workbook. `fits` says whether a header has the columns of the data set.
/// A sheet that is not read although none was named is told.
pub(super) fn chosen(
    book: &mut Book<'_>,
    map: &TableMap,
    collector: &mut Collector<'_>,
    fits: &dyn Fn(&[String]) -> Result<()>,
) -> Result<Vec<String>> {
    let all = book.sheets();
    let wanted: Vec<String> = match &map.sheets {
        Sheets::Named(name) => {
            let found = all.iter().find(|sheet| sheet.trim().eq_ignore_ascii_case(name.trim()));
            return found.map(|sheet| vec![sheet.clone()]).ok_or_else(|| Error::Provider {
                code: Code::MissingColumn,
                message: format!("the workbook has no sheet `{name}`"),
                hint: suggestion(name, all.iter().map(String::as_str)),
            });
        }
        Sheets::Matching(pattern) => all.iter().filter(|sheet| matches(pattern.trim(), sheet.trim())).cloned().collect(),
        Sheets::OnlyOne => all.clone(),
    };
    if wanted.is_empty() {
        let what = match &map.sheets {
            Sheets::Matching(pattern) => format!("no sheet has a name like `{pattern}`; the workbook has: {}", listed(&all)),
            _ => "the workbook has no sheet".into(),
        };
        return Err(Error::provider_hint(Code::MissingColumn, what, "correct `sheets` of the data set"));
    }
    let (mut fitting, mut others, mut misfit) = (Vec::new(), Vec::new(), None);
    for sheet in &wanted {
        match fits(&names(book, map, sheet)?) {
            Ok(()) => fitting.push(sheet.clone()),
            Err(error @ Error::Provider { code: Code::MissingColumn, .. }) => {
                others.push(sheet.clone());
                misfit.get_or_insert(error);
            }
            Err(error) => return Err(in_sheet(error, sheet)),
        }
    }
    let hidden = book.hidden();
    let is_hidden = |sheet: &String| hidden.contains(sheet);
    // What nobody sees is most often an old state of the table. It counts where there is nothing else, or by its name.
    if fitting.iter().all(is_hidden) {
        collector.warnings.extend((!fitting.is_empty()).then(|| format!("read, although the workbook hides it: {}", listed(&fitting))));
    } else {
        let (unseen, seen): (Vec<String>, Vec<String>) = fitting.into_iter().partition(is_hidden);
        fitting = seen;
        collector.warnings.extend(
            (!unseen.is_empty())
                .then(|| format!("not read, since the workbook hides it: {}; show it, or name it with `sheet`", listed(&unseen))),
        );
    }
    match misfit {
        Some(error) if fitting.is_empty() => {
            let mut has_names = |row: &usize| book.header(&others[0], *row).is_ok_and(|names| fits(&names).is_ok());
            let below = (map.header_row() + 1..=map.header_row() + columns::LOOKED_AT).find(|row| has_names(row));
            return Err(in_sheet(columns::names_stand_in(error, map, below.map(|row| row as u64)), &others[0]));
        }
        Some(error) => collector.warnings.push(format!("not read: {}, since {error}", listed(&others))),
        None => {}
    }
    if map.sheets == Sheets::OnlyOne && fitting.len() > 1 {
        return Err(Error::provider_hint(
            Code::SheetNotNamed,
            format!("several sheets have the columns of the data set: {}", listed(&fitting)),
            format!("say which with sheet = \"{}\", or read them with sheets = \"all\" or a pattern such as sheets = \"20*\"", fitting[0]),
        ));
    }
    Ok(fitting)
}

/// The names of the columns of a sheet, which may run over several rows.
pub(super) fn names(book: &mut Book<'_>, map: &TableMap, sheet: &str) -> Result<Vec<String>> {
    let mut above = Vec::new();
    for row in map.header_rows.iter().rev().skip(1).rev() {
        above.push(book.header(sheet, *row)?);
    }
    let last = book.header(sheet, map.header_row())?;
    Ok(if above.is_empty() { last } else { heading_rows::joined(&above, &last) })
}

fn listed(sheets: &[String]) -> String {
    sheets.iter().map(|sheet| format!("`{sheet}`")).collect::<Vec<_>>().join(", ")
}

fn in_sheet(error: Error, sheet: &str) -> Error {
    match error {
        Error::Provider { code, message, hint } => Error::Provider { code, message: format!("sheet `{sheet}`, {message}"), hint },
        other => other,
    }
}

/// Whether a name is as the pattern says: `*` is any text, `?` any character; without case.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.to_lowercase().chars().collect(), name.to_lowercase().chars().collect());
    // Which beginnings of the pattern fit the name so far.
    let mut fits = vec![false; pattern.len() + 1];
    fits[0] = true;
    for at in 0..pattern.len() {
        fits[at + 1] = fits[at] && pattern[at] == '*';
    }
    for letter in name {
        let mut next = vec![false; pattern.len() + 1];
        for at in 0..pattern.len() {
            next[at + 1] = match pattern[at] {
                '*' => fits[at + 1] || next[at],
                sign => fits[at] && (sign == '?' || sign == letter),
            };
        }
        fits = next;
    }
    fits[pattern.len()]
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_by_pattern() {
        for (pattern, name) in
            [("*", ""), ("20*", "2021"), ("*table*", "My Table 1"), ("20??", "2021"), ("data", "Data"), ("a*b*c", "aXbYbc")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("20*", "1999"), ("20??", "20211"), ("", "a"), ("a*b", "abc"), ("?", "")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
