//! Names of columns that run over several rows: a word above stands for all columns up to the next word beside it.

/// One name a column: what stands above, then what stands in the last row. Where that is empty, as below a cell that is
/// merged downwards, only what stands right above it counts. A word that is repeated is said once.
pub fn joined(above: &[Vec<String>], last: &[String]) -> Vec<String> {
    let mut carried = vec![""; above.len()];
    let width = above.iter().map(Vec::len).chain([last.len()]).max().unwrap_or(0);
    let mut names = Vec::with_capacity(width);
    for column in 0..width {
        let name = last.get(column).map_or("", String::as_str);
        let own = above.iter().map(|row| row.get(column).map_or("", String::as_str));
        for (word, own) in carried.iter_mut().zip(own.clone()) {
            *word = if own.is_empty() { word } else { own };
        }
        let words: Vec<&str> = if name.is_empty() { own.collect() } else { carried.iter().copied().chain([name]).collect() };
        let mut words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        words.dedup();
        names.push(words.join(" "));
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

    /// `Area` stands above both rows of names; as merged cells give it, or with an empty cell below.
    #[test]
    fn a_name_over_both_rows() {
        let row = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        for last in [",Men,Women,", "Area,Men,Women"] {
            let names = joined(&[row("Area,2022,,Note")], &row(last));
            assert_eq!(names.join(","), "Area,2022 Men,2022 Women,Note", "{last}");
        }
    }
}
