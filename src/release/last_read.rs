//! Which statement of an indicator is the last to read each of its steps: behind it the step is let go, so that what is
//! held at one time are a few steps, not all of them.

use std::collections::BTreeSet;

use crate::indicator::methods::{ROLLED, Step};

/// For each of the steps, and for the last one behind them, the steps that nothing later reads. `rollup` is what runs
/// before `rolled`; `after` are statements that are run at the end, the roll-up once more among them.
pub fn last_read<'a>(steps: &'a [Step], last: &Step, rollup: &str, after: &[&str]) -> Vec<Vec<&'a str>> {
    let mut read: Vec<BTreeSet<String>> = steps.iter().chain([last]).map(|step| words(&step.text.text)).collect();
    if let Some(place) = steps.iter().position(|step| step.name == ROLLED) {
        read[place].extend(words(rollup));
    }
    let mut at_the_end: BTreeSet<String> = after.iter().flat_map(|text| words(text)).collect();
    if !after.is_empty() {
        at_the_end.extend(words(rollup));
        at_the_end.insert(ROLLED.to_owned());
    }
    // A view reads where it is read.
    for (place, step) in steps.iter().enumerate().rev().filter(|(_, step)| step.view) {
        let reads = read[place].clone();
        let name = step.name.to_lowercase();
        for readers in read.iter_mut().skip(place + 1).chain([&mut at_the_end]).filter(|readers| readers.contains(&name)) {
            readers.extend(reads.iter().cloned());
        }
    }
    let mut free = vec![Vec::new(); read.len()];
    for (made, step) in steps.iter().enumerate() {
        let name = step.name.to_lowercase();
        if at_the_end.contains(&name) {
            continue;
        }
        let last = (made..read.len()).rev().find(|place| read[*place].contains(&name)).unwrap_or(made);
        free[last].push(step.name.as_str());
    }
    free
}

/// Every word of a text, also those of its comments: a table that is only spoken of is kept, none is let go too early.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::SourceText;

    fn step(name: &str, view: bool, text: &str) -> Step {
        Step { name: name.into(), view, text: SourceText::new(format!("sql/steps/{name}.sql"), text) }
    }

    #[test]
    fn a_step_goes_behind_its_last_reader() {
        let steps = [
            step("Cells", false, "SELECT 1 FROM country_values"),
            step("values", false, "SELECT 1 FROM \"Cells\""),
            step("members", true, "SELECT 1 FROM values"),
            step("rolled", false, "SELECT 1 FROM rollup"),
            step("coverage", false, "SELECT 1 FROM values"),
            step("nobody", false, "SELECT 1"),
        ];
        let last = step("assemble", false, "SELECT 1 FROM coverage JOIN rolled");
        let rollup = "SELECT 1 FROM members";
        let free = last_read(&steps, &last, rollup, &[]);
        let none: Vec<&str> = Vec::new();
        assert_eq!(free[..4], [none.clone(), vec!["Cells"], none.clone(), vec!["members"]]);
        assert_eq!(free[4..], [vec!["values"], vec!["nobody"], vec!["rolled", "coverage"]]);
        // What follows reads the members again: with the roll-up, and so the values behind the view.
        let free = last_read(&steps, &last, rollup, &["SELECT 1 FROM CELLS"]);
        assert_eq!(free, [none.clone(), none.clone(), none.clone(), none.clone(), none, vec!["nobody"], vec!["coverage"]]);
    }
}
