//! Checks of a statement beyond what the engine says, over its syntax tree and its plan.

mod division;
mod expressions;
pub mod groups;
mod output;
mod rolled;
mod series;
mod statement;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::logical_expr::LogicalPlan;

use crate::engine::Engine;
use crate::engine::problem::problem_of;
use crate::engine::syntax::Syntax;
use crate::error::{Problem, SourceText};
use crate::indicator::engine_faults;

pub use self::division::integer_divisions;
pub use self::expressions::check_expressions;
pub use self::groups::check_groups;
pub use self::output::{check_output, output_place};
pub use self::rolled::{check_needs, check_rolled_up};
pub use self::series::check_series;
pub use self::statement::refused;

/// A statement that can run.
pub struct Planned {
    /// The plan in the types that all branches need, as the engine computes it.
    pub logical: LogicalPlan,
    /// The columns that it really gives.
    pub output: SchemaRef,
}

impl Planned {
    pub fn names(&self) -> Vec<&str> {
        self.output.fields().iter().map(|field| field.name().as_str()).collect()
    }
}

/// Plans a statement over the tables of `engine`; gives the plan and every problem.
pub async fn plan(text: &SourceText, engine: &Engine, problems: &mut Vec<Problem>) -> Option<Planned> {
    if let Some(problem) = refused(text, &["select", "with"]) {
        problems.push(problem);
        return None;
    }
    let planned = match engine.plan(&text.text).await {
        Ok(plan) => engine.in_needed_types(plan),
        Err(error) => Err(error),
    };
    let logical = match planned {
        Ok(logical) => logical,
        Err(error) => {
            problems.push(problem_of(text, &error, engine));
            return None;
        }
    };
    let faults = engine_faults::found(&Syntax::of(text), &logical, engine_faults::Partitions::Any);
    let known = !faults.is_empty();
    problems.extend(faults);
    // Some type errors appear only in the optimiser and the physical planner.
    match engine.columns_of_plan(logical.clone()).await {
        Ok(output) => Some(Planned { logical, output }),
        // What the engine says of its own fault would only repeat it.
        Err(_) if known => None,
        Err(error) => {
            problems.push(problem_of(text, &error, engine));
            None
        }
    }
}
