//! A chart on a page: what it shows, in a sentence and as a table, and where its data are.

use serde::Serialize;

use crate::publish::chart::Caption;
use crate::publish::chart::bars::{self, Bar};
use crate::publish::chart::dumbbell::{self, Dumbbell, Pair};
use crate::publish::labels::{CLASSES, STANDINGS};
use crate::publish::markup::slug;
use crate::publish::view::View;

#[derive(Serialize)]
pub(crate) struct Figure {
    pub id: String,
    pub title: String,
    pub description: String,
    pub svg: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// The indicator whose files hold the data.
    pub data: Option<String>,
    /// Whether all columns but the first are numbers.
    pub numbers: bool,
    /// Where on the page the numbers stand instead.
    pub table: Option<&'static str>,
    /// Whether it shows more economies than a page can list.
    pub many: bool,
    /// Whether the files have this chart as an SVG of its own.
    pub own_file: bool,
}

impl Figure {
    pub(crate) fn caption(&self) -> Caption {
        Caption { id: self.id.clone(), title: self.title.clone(), description: self.description.clone() }
    }
}

#[derive(Serialize, Default)]
pub(crate) struct Cell {
    pub text: String,
    pub href: Option<String>,
    pub number: bool,
    /// Text of a provider: whatever its direction of writing, it does not turn what is around it.
    pub foreign: bool,
    /// Set where other cells lead to this one.
    pub id: Option<String>,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(crate) fn foreign(text: impl Into<String>) -> Self {
        Self { text: text.into(), foreign: true, ..Self::default() }
    }

    pub(crate) fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), number: true, ..Self::default() }
    }

    pub(crate) fn linked(mut self, href: Option<String>) -> Self {
        self.href = href;
        self
    }
}

/// How many rows are of each class.
pub(super) fn classes<'p>(
    name: &dyn Fn(&str) -> String,
    id: &str,
    title: &str,
    what: &str,
    classes: impl Iterator<Item = &'p str>,
) -> Figure {
    let mut bars: Vec<Bar> = STANDINGS.iter().map(|class| Bar { class, name: name(class), count: 0 }).collect();
    let mut all = 0;
    for class in classes {
        all += 1;
        if let Some(bar) = bars.iter_mut().find(|bar| bar.class == class) {
            bar.count += 1;
        }
    }
    // Until a target year is over there is no outcome to show.
    bars.retain(|bar| bar.count > 0 || CLASSES.contains(&bar.class));
    let said: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.count, bar.name.to_lowercase())).collect();
    let caption = Caption { id: id.to_owned(), title: title.to_owned(), description: format!("Of {all} {what}: {}.", said.join(", ")) };
    Figure {
        id: id.to_owned(),
        svg: bars::draw(&caption, &bars),
        head: vec!["Class".into(), "Number".into()],
        rows: bars.iter().map(|bar| vec![Cell::text(&*bar.name), Cell::number(bar.count.to_string())]).collect(),
        title: caption.title,
        description: caption.description,
        data: None,
        numbers: true,
        table: None,
        own_file: false,
        many: false,
    }
}

/// Values of percentages cannot lie beyond 0 and 100.
pub(super) fn limits(unit: &str) -> (Option<f64>, Option<f64>) {
    if unit == "PT" { (Some(0.0), Some(100.0)) } else { (None, None) }
}

/// The newest values of two parts of the population of an area, an indicator a row. None when there are none.
pub(super) fn gaps(view: &View<'_>, area: &str, dimension: usize, codes: [&str; 2], id: &str, title: &str) -> Option<Figure> {
    let list = crate::tables::schema::DIMENSIONS[dimension];
    let names = codes.map(|code| view.labels.code(list, code));
    let values = &view.values;
    let (mut pairs, mut rows) = (Vec::new(), Vec::new());
    let mut told = Vec::new();
    for indicator in view.made.catalogue.indicators.iter().filter(|indicator| indicator.unit == "PT") {
        let mut found: [Option<(i32, f64, usize)>; 2] = [None; 2];
        // Years rise within an area: of those with both sides the last is the newest.
        let (mut both, mut stands) = (Vec::new(), i32::MAX);
        for row in values.of_area(&indicator.name, area).filter(|row| values.preferred(*row) && values.unit.value(*row) == indicator.unit) {
            let dimensions = values.dimensions(row);
            let only = dimensions.iter().enumerate().all(|(at, code)| at == dimension || *code == "_T");
            let (Some(side), Some(value)) = (codes.iter().position(|code| dimensions[dimension] == *code), values.value(row)) else {
                continue;
            };
            if only {
                if values.newest(row) == Some(true) {
                    stands = stands.min(values.year.value(row));
                }
                found[side] = Some((values.year.value(row), value, row));
                if let [Some(first), Some(second)] = found
                    && first.0 == second.0
                {
                    both.push((first.0, first, second));
                }
            }
        }
        // No newer year than stands for now on either side, where there is one: what is newer is mostly carried.
        let newest = both.iter().rfind(|(year, ..)| *year <= stands).or(both.last());
        let Some((year, first, second)) = newest.copied() else { continue };
        let gap = view.labels.difference((first.1 - second.1).abs(), &indicator.unit);
        told.push(format!("{}: {gap} in {year}", indicator.title));
        let cell = |value: f64| {
            Cell::number(view.labels.show(value, &indicator.unit)).linked(Some(format!("#{}", gap_anchor(id, &indicator.name))))
        };
        rows.push(vec![
            Cell::text(&*indicator.title),
            Cell::number(year.to_string()),
            cell(first.1),
            cell(second.1),
            Cell::number(gap.clone()),
            Cell { id: Some(gap_anchor(id, &indicator.name)), ..Cell::foreign(source(view, first.2, second.2)) },
        ]);
        pairs.push(Pair { label: indicator.title.clone(), first: first.1, second: second.1, gap: gap.replace("\u{a0}points", "") });
    }
    if pairs.is_empty() {
        return None;
    }
    let caption = Caption { id: id.to_owned(), title: title.to_owned(), description: format!("Gap by indicator: {}.", told.join("; ")) };
    let svg = dumbbell::draw(&Dumbbell { caption: &caption, unit: "%".into(), limits: limits("PT"), names, pairs: &pairs });
    Some(Figure {
        id: id.to_owned(),
        svg,
        head: vec!["Indicator".into(), "Year".into(), names[0].into(), names[1].into(), "Gap".into(), "Estimate, coverage, source".into()],
        rows,
        title: caption.title,
        description: caption.description,
        data: None,
        numbers: false,
        table: None,
        own_file: false,
        many: false,
    })
}

fn gap_anchor(figure: &str, indicator: &str) -> String {
    format!("{figure}--{}", slug(indicator))
}

/// What two values rest on, in few words.
fn source(view: &View<'_>, first: usize, second: usize) -> String {
    let values = &view.values;
    let of = |row: usize| {
        let mut said = vec![values.estimate.value(row).to_owned()];
        said.extend(values.coverage(row).map(crate::publish::labels::percent));
        if let (Some(observed), Some(total)) = values.members(row) {
            said.push(format!("{observed} of {total} members"));
        }
        said.extend(values.source(row).map(str::to_owned));
        said.extend(values.note(row).map(str::to_owned));
        said.join(", ")
    };
    let (one, other) = (of(first), of(second));
    if one == other { one } else { format!("{one}; {other}") }
}
