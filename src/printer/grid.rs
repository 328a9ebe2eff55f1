//! Tables for people. Where one is wider than the terminal, columns in which nothing stands are left out, then long
//! cells are folded; where even that is too wide, each row is a paragraph.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

use super::folded_at;

/// Words up to this length are not broken.
const WORD: usize = 32;

/// A table as lines, `width` wide at most where that is given.
pub(super) fn drawn(header: &[&str], rows: &[Vec<String>], width: Option<usize>) -> String {
    let whole = grid(header, rows, None);
    let Some(width) = width.filter(|width| !fits(&whole, *width)) else { return whole };
    let says = |column: &usize| rows.iter().filter_map(|row| row.get(*column)).any(|cell| !is_empty(cell));
    let kept: Vec<usize> = (0..header.len()).filter(says).collect();
    let header: Vec<&str> = kept.iter().map(|column| header[*column]).collect();
    let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| kept.iter().map(|column| cell(row, *column)).collect()).collect();
    let shorter = grid(&header, &rows, None);
    if fits(&shorter, width) {
        return shorter;
    }
    let narrow = grid(&header, &rows, Some(width));
    if fits(&narrow, width) { narrow } else { rows.iter().map(|row| paragraph(&header, row, width)).collect::<Vec<_>>().join("\n") }
}

fn is_empty(cell: &str) -> bool {
    matches!(cell.trim(), "" | "-")
}

fn fits(text: &str, width: usize) -> bool {
    text.lines().all(|line| line.chars().count() <= width)
}

fn grid(header: &[&str], rows: &[Vec<String>], width: Option<usize>) -> String {
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    table.add_rows(rows);
    for (index, name) in header.iter().enumerate() {
        let cells = || rows.iter().filter_map(|row| row.get(index));
        let numeric = cells().filter(|cell| !cell.is_empty()).all(|cell| cell.parse::<f64>().is_ok() || *cell == "-");
        let Some(column) = table.column_mut(index) else { continue };
        if numeric {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if width.is_some() {
            let words = cells().map(String::as_str).chain([*name]).flat_map(str::split_whitespace).map(|word| word.chars().count());
            let longest = words.max().unwrap_or(0).clamp(1, WORD);
            column
                .set_padding((0, 0))
                .set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(u16::try_from(longest).unwrap_or(u16::MAX))));
        }
    }
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::try_from(width).unwrap_or(u16::MAX));
    }
    table.trim_fmt()
}

/// A row in words: its first cell, then what stands in the others.
fn paragraph(header: &[&str], row: &[String], width: usize) -> String {
    let told = header.iter().zip(row).skip(1).filter(|(_, cell)| !is_empty(cell));
    let told: Vec<String> = told.map(|(name, cell)| if name.is_empty() { cell.clone() } else { format!("{name} {cell}") }).collect();
    let first = row.first().map_or("", String::as_str);
    let text = folded_at(width, "  ", &format!("{first}: {}", told.join(", ")));
    text.trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(note: &str) -> Vec<Vec<String>> {
        [["KEN", "2023", "-", note], ["UGA", "2024", "-", ""]].map(|row| row.map(str::to_owned).to_vec()).to_vec()
    }

    const HEADER: [&str; 4] = ["area", "year", "vintage", "note"];

    #[test]
    fn a_wide_table_is_made_to_fit() {
        let note = "one two three four five six seven eight nine ten eleven twelve thirteen";
        let whole = drawn(&HEADER, &rows(note), None);
        assert!(whole.contains("vintage") && whole.contains(note), "{whole}");
        assert_eq!(drawn(&HEADER, &rows(note), Some(200)), whole);
        let without = drawn(&HEADER, &rows(note), Some(whole.lines().next().unwrap().chars().count() - 1));
        assert!(!without.contains("vintage") && without.contains(note), "{without}");
        let folded = drawn(&HEADER, &rows(note), Some(40));
        assert!(fits(&folded, 40) && note.split(' ').all(|word| folded.contains(word)) && folded.contains('┆'), "{folded}");
    }

    #[test]
    fn what_no_table_holds_is_told_in_words() {
        let long = "a-word-of-24-characters. another-word-of-that-len";
        let told = drawn(&HEADER, &rows(long), Some(30));
        assert_eq!(told, "KEN: year 2023, note\n  a-word-of-24-characters.\n  another-word-of-that-len\nUGA: year 2024");
    }
}
