//! Which statement of an indicator is the last to read each of its steps: behind it the step is let go, so that what is
//! held at one time are a few steps, not all of them.

use crate::engine::tokens::occurs;
use crate::error::SourceText;
use crate::indicator::methods::{ROLLED, Step};

/// For each of the steps, and for the last one behind them, the steps that nothing later reads. `rollup` is what runs
/// before `rolled`; `after` are statements that are run at the end, the roll-up once more among them.
pub fn last_read<'a>(steps: &'a [Step], last: &Step, rollup: Option<&SourceText>, after: &[&SourceText]) -> Vec<Vec<&'a str>> {
    let of = |texts: &[&SourceText]| -> Vec<bool> { steps.iter().map(|step| texts.iter().any(|text| occurs(&step.name, text))).collect() };
    let texts = |step: &'a Step| -> Vec<&SourceText> { [&step.text].into_iter().chain(rollup.filter(|_| step.name == ROLLED)).collect() };
    let mut read: Vec<Vec<bool>> = steps.iter().map(|step| of(&texts(step))).collect();
    read.push(of(&[&last.text]));
    let mut at_the_end = of(after);
    if !after.is_empty() {
        let again = of(&rollup.into_iter().collect::<Vec<_>>());
        for (place, step) in steps.iter().enumerate() {
            at_the_end[place] |= again[place] || step.name == ROLLED;
        }
    }
    // A view reads where it is read.
    for (place, _) in steps.iter().enumerate().rev().filter(|(_, step)| step.view) {
        let reads = read[place].clone();
        for reader in read.iter_mut().skip(place + 1).chain([&mut at_the_end]).filter(|reader| reader[place]) {
            reader.iter_mut().zip(&reads).for_each(|(one, other)| *one |= other);
        }
    }
    let mut free = vec![Vec::new(); read.len()];
    for (made, step) in steps.iter().enumerate().filter(|(made, _)| !at_the_end[*made]) {
        let last = (made..read.len()).rev().find(|place| read[*place][made]).unwrap_or(made);
        free[last].push(step.name.as_str());
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let [rollup, derived] = ["SELECT 1 FROM members", "SELECT 1 FROM CELLS"].map(|text| SourceText::new("sql/one.sql", text));
        let free = last_read(&steps, &last, Some(&rollup), &[]);
        let none: Vec<&str> = Vec::new();
        assert_eq!(free[..4], [none.clone(), vec!["Cells"], none.clone(), vec!["members"]]);
        assert_eq!(free[4..], [vec!["values"], vec!["nobody"], vec!["rolled", "coverage"]]);
        // What follows reads the members again: with the roll-up, and so the values behind the view.
        let free = last_read(&steps, &last, Some(&rollup), &[&derived]);
        assert_eq!(free, [none.clone(), none.clone(), none.clone(), none.clone(), none, vec!["nobody"], vec!["coverage"]]);
    }
}
