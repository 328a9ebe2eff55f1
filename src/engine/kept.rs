//! Statements that were made ready, for engines with tables of the same names and columns.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::TableReference;
use datafusion::error::Result;

use crate::engine::planned::Plans;
use crate::engine::prepared::{Known, Prepared, in_one_piece};
use crate::engine::slots::Tables;
use crate::engine::views::Key;

/// Statements that were made ready, by key.
#[derive(Default)]
pub(super) struct Kept(Mutex<HashMap<Key, Arc<Statement>>>);

struct Statement {
    prepared: Prepared,
    /// The tables of its slots.
    names: Vec<TableReference>,
    schemas: Vec<SchemaRef>,
    plans: Arc<[Plans]>,
}

impl Statement {
    /// With tables in the slots. None where one is missing or has other columns.
    fn over(&self, tables: &dyn Tables) -> Option<Prepared> {
        let found = self.names.iter().zip(&self.schemas).map(|(name, schema)| {
            let table = tables.find(name)?;
            (in_one_piece(&table).is_some() && table.schema() == *schema).then_some(table)
        });
        let known = Known { tables: found.collect::<Option<_>>()?, plans: Arc::clone(&self.plans) };
        Some(self.prepared.clone().over(known))
    }
}

/// More statements than a release has; whoever asks for others without end is served all the same.
const MOST: usize = 1000;

impl Kept {
    /// The statement of this key over these tables.
    pub(super) fn find(&self, key: &Key, tables: &dyn Tables) -> Option<Prepared> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        known?.over(tables)
    }

    /// Keeps a statement, and gives it as it is kept. One of an engine whose tables have other columns takes the place of
    /// the last.
    pub(super) fn keep(&self, key: Key, prepared: Prepared, tables: &dyn Tables) -> Result<Prepared> {
        let Some((slotted, names)) = prepared.slotted(tables)? else { return Ok(prepared) };
        let schemas = names.iter().filter_map(|name| tables.find(name)).map(|table| table.schema()).collect();
        let plans = (0..slotted.plans()).map(|_| Plans::default()).collect();
        let statement = Arc::new(Statement { prepared: slotted, names, schemas, plans });
        let over = statement.over(tables).unwrap_or(prepared);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST || kept.contains_key(&key) {
            kept.insert(key, statement);
        }
        Ok(over)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{AsArray, Int32Array, RecordBatch, StringArray};
    use datafusion::arrow::compute::cast;
    use datafusion::arrow::datatypes::{DataType, Int64Type};

    use crate::engine::{Engine, Limits};

    use super::*;

    fn numbers(engine: &Engine, name: &str, last: i32) {
        let rows = RecordBatch::try_from_iter([("n", Arc::new(Int32Array::from_iter_values(0..last)) as _)]).unwrap();
        engine.register_batches(name, rows.schema(), vec![rows]).unwrap();
    }

    fn engine() -> Engine {
        let engine = Engine::new(Limits::default()).unwrap();
        numbers(&engine, "numbers", 9);
        engine
    }

    /// The rows of a statement of one column.
    async fn rows(engine: &Engine, sql: &str) -> Vec<i64> {
        let (_, batches) = engine.run(sql, "a statement").await.unwrap();
        let column = |batch: &RecordBatch| cast(batch.column(0), &DataType::Int64).unwrap();
        batches.iter().flat_map(|batch| column(batch).as_primitive::<Int64Type>().values().to_vec()).collect()
    }

    #[tokio::test]
    async fn a_statement_that_is_known_reads_the_tables_of_its_engine() {
        let first = engine();
        let sql = "WITH a AS (SELECT max(n) AS n FROM numbers) SELECT CAST(x.n AS BIGINT) + CAST(y.n AS BIGINT) FROM a x CROSS JOIN a y";
        assert_eq!(rows(&first, sql).await, [16]);
        let second = first.sibling().unwrap();
        numbers(&second, "numbers", 4);
        assert_eq!((rows(&second, sql).await, rows(&first, sql).await), (vec![6], vec![16]));
        // Of other columns, and of other types.
        let texts = RecordBatch::try_from_iter([("n", Arc::new(StringArray::from(vec!["3", "20"])) as _)]).unwrap();
        second.register_batches("numbers", texts.schema(), vec![texts]).unwrap();
        assert_eq!(rows(&second, "SELECT length(max(n)) FROM numbers").await, [1]);
        assert_eq!(rows(&second, sql).await, [6]);
    }

    #[tokio::test]
    async fn a_view_is_a_part_of_the_statements_that_read_it() {
        let first = engine();
        let sql = "SELECT count(*) FROM some";
        first.register_view("some", "SELECT n FROM numbers WHERE n > 2", "some.sql").await.unwrap();
        assert_eq!(rows(&first, sql).await, [6]);
        // Another view of this name, a table of this name, and a view that holds on to a table which is no longer there.
        let second = first.sibling().unwrap();
        second.register_view("some", "SELECT n FROM numbers WHERE n > 5", "some.sql").await.unwrap();
        let third = first.sibling().unwrap();
        numbers(&third, "some", 2);
        let fourth = first.sibling().unwrap();
        numbers(&fourth, "numbers", 100);
        let all = [rows(&second, sql).await, rows(&third, sql).await, rows(&fourth, sql).await, rows(&first, sql).await];
        assert_eq!(all, [[3], [2], [6], [6]]);
    }

    /// Sums of pairs, a count without a filter, the largest of a part, values in order, and a query in the place of a value.
    const STATEMENTS: [&str; 5] = [
        "SELECT sum(a.n * 100 + b.n) FROM numbers a JOIN others b ON b.n = a.n",
        "SELECT count(*) FROM others",
        "WITH a AS (SELECT n % 3 AS rest, max(n) AS n FROM numbers GROUP BY n % 3) SELECT max(x.n + y.n) FROM a x CROSS JOIN a y",
        "SELECT n FROM others WHERE n NOT IN (SELECT n FROM numbers) ORDER BY n DESC LIMIT 3",
        "SELECT n FROM (SELECT n FROM numbers WHERE n = (SELECT max(n) FROM others) - 1 UNION ALL SELECT -n FROM numbers WHERE n < 2) ORDER BY n",
    ];

    #[tokio::test]
    async fn plans_of_before_give_what_new_ones_would() {
        let first = engine();
        numbers(&first, "others", 4);
        for (few, many) in [(9, 4), (9, 4), (0, 7), (300, 7), (7, 300), (0, 0), (7, 7), (20_000, 3)] {
            let (known, new) = (first.sibling().unwrap(), Engine::new(Limits::default()).unwrap());
            for engine in [&known, &new] {
                numbers(engine, "numbers", few);
                numbers(engine, "others", many);
            }
            for sql in STATEMENTS {
                assert_eq!(rows(&known, sql).await, rows(&new, sql).await, "{few} and {many}: {sql}");
            }
        }
    }

    /// How many plans a statement has after it has run over tables of each of these sizes.
    async fn plans(sql: &str, sizes: &[(i32, i32)]) -> Vec<usize> {
        let engine = engine();
        let mut plans = Vec::new();
        for (few, many) in sizes {
            numbers(&engine, "numbers", *few);
            numbers(&engine, "others", *many);
            rows(&engine, sql).await;
            let key = engine.views.key(sql, &engine).unwrap();
            let kept = engine.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
            plans.push(kept[&key].plans.last().unwrap().count());
        }
        plans
    }

    #[tokio::test]
    async fn a_plan_serves_tables_of_which_the_same_side_is_held() {
        let sizes = [(9, 4), (4, 9), (30_000, 40_000), (40_000, 30_000), (50_000, 30_000), (30_000, 30_000)];
        assert_eq!(plans(STATEMENTS[0], &sizes).await, [1, 1, 2, 2, 2, 2]);
    }

    #[tokio::test]
    async fn few_rows_meet_whatever_there_is_by_one_plan() {
        let sql = "SELECT count(*) FROM numbers CROSS JOIN others";
        assert_eq!(plans(sql, &[(1, 0), (1, 500), (2, 1), (8, 7), (9, 4)]).await, [1, 1, 1, 1, 2]);
    }
}
