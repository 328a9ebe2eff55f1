//! The reference tables of a session: in memory, but for a population that is too large for it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use super::Engine;
use super::table_files::{TableFile, TableFiles, Unfinished};
use crate::error::{Error, Result};
use crate::reference::{Population, Reference};
use crate::tables::schema;

/// Registers the reference tables under the names that SQL uses. A population that memory is not to hold becomes a file of
/// the data folder for each breakdown, so that a statement passes over what it does not ask for; without such a folder, or
/// where it may only be read, it is held all the same.
pub fn register(engine: &Engine, reference: &Reference, data: Option<&Path>) -> Result<()> {
    for (name, batch) in reference.tables() {
        engine.register_batches(name, batch.schema(), vec![batch.clone()])?;
    }
    if let Some((population, data)) = reference.large_population().zip(data) {
        match stored(population, &TableFiles::below(data)) {
            Ok(files) => {
                engine.register("population", TableFile::together(engine, &files, &schema::population())?)?;
                engine.hold(files);
                return Ok(());
            }
            Err(error) if may_only_be_read(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let population = reference.table("population")?;
    engine.register_batches("population", population.schema(), vec![population.clone()])
}

/// Whether nothing may be written where it was to be. A full disk is told.
fn may_only_be_read(error: &Error) -> bool {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    matches!(error, Error::Io(error) if matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem))
}

fn stored(population: &Population, folder: &TableFiles) -> Result<Vec<TableFile>> {
    let mut files: BTreeMap<u32, Unfinished> = BTreeMap::new();
    population.read_by_breakdown(&mut |number, batch| {
        let file = match files.entry(number) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(folder.create(&schema::population())?),
        };
        file.write(batch)
    })?;
    files.into_values().map(Unfinished::finish).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::engine::Limits;
    use crate::error::SourceText;

    /// Areas and years in any order, a total without parts, and a share that is carried on.
    #[tokio::test]
    async fn a_population_in_files_has_the_rows_of_one_in_memory() {
        let text = "ref_area,time_period,_T:_T:_T,_T:_T:U,F:_T:_T\nKEN,2001,200,,90\nFJI,2000,7,3,\nKEN,2000,100,25,50\n";
        let known: HashSet<String> = ["KEN", "FJI"].map(str::to_owned).into();
        let (population, mut problems) = (Population::new(SourceText::new("population.csv", text), known), Vec::new());
        let (folder, engine, mut held) = (tempfile::tempdir().unwrap(), Engine::new(Limits::default()).unwrap(), Vec::new());
        population
            .read(&mut problems, &mut |batch| {
                held.push(batch.clone());
                Ok(())
            })
            .unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        engine.register_batches("held", schema::population(), held).unwrap();
        let files = stored(&population, &TableFiles::below(folder.path())).unwrap();
        assert_eq!(files.len(), 3);
        engine.register("filed", TableFile::together(&engine, &files, &schema::population()).unwrap()).unwrap();
        engine.hold(files);
        let rows = |table: &str| format!("SELECT * FROM {table} ORDER BY ref_area, time_period, sex, age, urbanisation");
        let (held, read) = (engine.run(&rows("held"), "held").await.unwrap().1, engine.run(&rows("filed"), "filed").await.unwrap().1);
        let shown = |rows: &[_]| datafusion::arrow::util::pretty::pretty_format_batches(rows).unwrap().to_string();
        assert_eq!(shown(&held), shown(&read));
        assert!(shown(&held).contains("| KEN      | 2001        | _T  | _T  | U            | 50.0    | I"), "{}", shown(&held));
        assert_eq!(shown(&held).lines().count(), 4 + 8);
        drop(engine);
        assert!(fs_err::read_dir(folder.path().join("staging")).unwrap().next().is_none(), "files go with the engine");
    }

    #[test]
    fn only_where_nothing_may_be_written_is_it_held() {
        let told = |kind: std::io::ErrorKind| may_only_be_read(&std::io::Error::from(kind).into());
        assert!(told(std::io::ErrorKind::PermissionDenied) && told(std::io::ErrorKind::ReadOnlyFilesystem));
        assert!(!told(std::io::ErrorKind::StorageFull) && !told(std::io::ErrorKind::NotADirectory));
    }
}
