//! The views of an engine: their definitions are a part of every statement that may read them.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::source_as_provider;
use datafusion::error::Result;
use datafusion::logical_expr::LogicalPlan;

use crate::engine::slots::{Tables, same};

/// What tells statements apart: their texts and those of the views that they may read.
pub(super) type Key = blake3::Hash;

#[derive(Default)]
pub(super) struct Views(RwLock<BTreeMap<String, View>>);

#[derive(Clone)]
struct View {
    definition: blake3::Hash,
    /// A view holds on to the tables that it was made over.
    reads: Vec<(TableReference, Arc<dyn TableProvider>)>,
}

impl Views {
    pub(super) fn copied(&self) -> Self {
        Self(RwLock::new(self.0.read().unwrap_or_else(PoisonError::into_inner).clone()))
    }

    /// Takes note of a table that is registered now, which may be a view, or take the place of one.
    pub(super) fn note(&self, name: &str, table: &dyn TableProvider) -> Result<()> {
        let view = table.get_logical_plan().map(|plan| View::of(&plan)).transpose()?;
        let mut views = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match view {
            Some(view) => drop(views.insert(name.to_owned(), view)),
            None => drop(views.remove(name)),
        }
        Ok(())
    }

    /// Takes note of a table that is no longer there.
    pub(super) fn forget(&self, name: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// The key of a statement. None where a view that it may name reads a table that another one has taken the place of.
    pub(super) fn key(&self, sql: &str, tables: &dyn Tables) -> Option<Key> {
        let (mut hasher, words) = (blake3::Hasher::new(), sql.to_lowercase());
        let named = |(name, _): &(&String, &View)| words.contains(&name.to_lowercase());
        for (name, view) in self.0.read().unwrap_or_else(PoisonError::into_inner).iter().filter(named) {
            let current = |(name, table): &(TableReference, _)| tables.find(name).is_some_and(|found| same(&found, table));
            if !view.reads.iter().all(current) {
                return None;
            }
            hasher.update(&name.len().to_le_bytes()).update(name.as_bytes()).update(view.definition.as_bytes());
        }
        Some(hasher.update(sql.as_bytes()).finalize())
    }
}

impl View {
    fn of(plan: &LogicalPlan) -> Result<Self> {
        let mut reads = Vec::new();
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node {
                reads.push((scan.table_name.clone(), source_as_provider(&scan.source)?));
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(Self { definition: blake3::hash(plan.display_indent_schema().to_string().as_bytes()), reads })
    }
}
