//! A part of a statement that is read more than once is computed once.
//!
//! DataFusion puts a copy of a `WITH` query, or of a view, at each place that reads it: where such parts read one
//! another, the work doubles with each level. Here the parts that occur several times are found in the plan, and a slot
//! stands in their place. A part that only reads, renames or filters a table stays where it is, since a filter around it
//! may spare most of the reading.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::common::TableReference;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};

use crate::engine::slots::Slot;

/// Takes the repeated parts out of a plan whose types are settled (see `Engine::in_needed_types`). Gives them, each after
/// those that it reads, and the plan; each reads the parts before it by their slots.
pub(super) fn taken_out(mut plan: LogicalPlan) -> Result<(Vec<LogicalPlan>, LogicalPlan)> {
    let (mut parts, mut taken) = (repeated(&plan)?, Vec::new());
    parts.reverse();
    while let Some(part) = parts.pop() {
        // Where a part that it reads has become a slot, it may only read now.
        if !works(&part)? {
            continue;
        }
        let LogicalPlan::SubqueryAlias(alias) = &part else { continue };
        let slot = Arc::new(Slot::Part(taken.len(), Arc::clone(part.schema().inner())));
        let slot = LogicalPlanBuilder::scan(alias.alias.clone(), slot, None)?.build()?;
        for reader in parts.iter_mut().chain([&mut plan]) {
            *reader = reading(std::mem::take(reader), &part, &slot)?;
        }
        taken.push(part);
    }
    Ok((taken, plan))
}

/// The named parts that are read at several places, each after those that it reads itself.
fn repeated(plan: &LogicalPlan) -> Result<Vec<LogicalPlan>> {
    let mut found = Found::default();
    found.visit(plan)?;
    Ok(found.in_order.into_iter().filter_map(|(part, times)| (times > 1).then_some(part)).collect())
}

/// How often each named part is read. What stands in a part that was seen before is not counted again.
#[derive(Default)]
struct Found {
    in_order: Vec<(LogicalPlan, usize)>,
    /// The parts of each name by their places, so that only these are compared.
    places: HashMap<TableReference, Vec<usize>>,
}

impl Found {
    fn visit(&mut self, plan: &LogicalPlan) -> Result<()> {
        plan.apply_with_subqueries(|node| {
            let LogicalPlan::SubqueryAlias(alias) = node else { return Ok(TreeNodeRecursion::Continue) };
            let places = self.places.get(&alias.alias).into_iter().flatten();
            if let Some(place) = places.copied().find(|place| self.in_order[*place].0 == *node) {
                self.in_order[place].1 += 1;
            } else {
                self.visit(&alias.input)?;
                self.places.entry(alias.alias.clone()).or_default().push(self.in_order.len());
                self.in_order.push((node.clone(), 1));
            }
            Ok(TreeNodeRecursion::Jump)
        })?;
        Ok(())
    }
}

/// Whether a part does more than read, and can be computed by itself: without a value of the row around it.
fn works(part: &LogicalPlan) -> Result<bool> {
    let (mut works, mut alone) = (false, true);
    part.apply_with_subqueries(|node| {
        works |= !matches!(
            node,
            LogicalPlan::SubqueryAlias(_)
                | LogicalPlan::TableScan(_)
                | LogicalPlan::Projection(_)
                | LogicalPlan::Filter(_)
                | LogicalPlan::Values(_)
                | LogicalPlan::EmptyRelation(_)
        );
        alone &= node.all_out_ref_exprs().is_empty();
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(works && alone)
}

/// A plan with a slot in place of a part.
fn reading(plan: LogicalPlan, part: &LogicalPlan, slot: &LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_down_with_subqueries(|node| {
        Ok(if node == *part { Transformed::new(slot.clone(), true, TreeNodeRecursion::Jump) } else { Transformed::no(node) })
    })
    .data()
}
