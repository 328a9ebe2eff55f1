//! Names of columns that run over several rows: a word above stands for all columns up to the next word beside it.

/// One name a column: what stands above, then what stands in the last row. A column without a word in the last row has
/// no name.
pub fn joined(above: &[Vec<String>], last: &[String]) -> Vec<String> {
    let mut carried = vec![""; above.len()];
    let mut names = Vec::with_capacity(last.len());
    for (column, name) in last.iter().enumerate() {
        for (word, row) in carried.iter_mut().zip(above) {
            *word = row.get(column).map(String::as_str).filter(|found| !found.is_empty()).unwrap_or(word);
        }
        let words = carried.iter().copied().chain([name.as_str()]).filter(|word| !word.is_empty());
        names.push(if name.is_empty() { String::new() } else { words.collect::<Vec<_>>().join(" ") });
    }
    names
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_word_stands_for_the_columns_beside_it() {
        let row = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let names = joined(&[row(",Latest,All,,Gender,,,Rural")], &row("Economy,year,Individuals,,Male,,Female,Total"));
        assert_eq!(names.join(","), "Economy,Latest year,All Individuals,,Gender Male,,Gender Female,Rural Total");
        assert_eq!(joined(&[], &row("a,,b")), row("a,,b"));
    }
}
