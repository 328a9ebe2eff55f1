//! Who may compute for whom: the same version of the program with the same functions. Functions travel by their names,
//! and a worker with another function of that name would give another result without a word.

use datafusion::DATAFUSION_VERSION;
use datafusion::execution::session_state::SessionState;

use crate::engine::exact_sum::ExactSum;
use crate::engine::sized;

/// The version of the program and of its engine, and a hash of the list of functions.
pub fn description(state: &SessionState) -> String {
    let mut names: Vec<String> = Vec::new();
    names.extend(state.scalar_functions().iter().map(|(name, function)| entry("scalar", name, sized::is_ours(function))));
    names.extend(state.aggregate_functions().iter().map(|(name, function)| entry("aggregate", name, function.inner().is::<ExactSum>())));
    names.extend(state.window_functions().keys().map(|name| entry("window", name, false)));
    names.sort();
    let hash = blake3::hash(names.concat().as_bytes()).to_hex();
    format!("yardstick {} DataFusion {DATAFUSION_VERSION} functions {}", env!("CARGO_PKG_VERSION"), &hash[..16])
}

fn entry(kind: &str, name: &str, ours: bool) -> String {
    format!("{kind} {name} {}\n", if ours { "yardstick" } else { "DataFusion" })
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::SessionContext;

    use super::description;
    use crate::engine::{Engine, Limits};

    #[test]
    fn an_engine_with_another_sum_is_another_program() {
        let ours = description(&Engine::new(Limits::default()).unwrap().context().state());
        assert_eq!(ours, description(&Engine::new(Limits::default()).unwrap().context().state()));
        let theirs = description(&SessionContext::new().state());
        assert_ne!(ours, theirs);
        let (versions, _) = theirs.rsplit_once(' ').unwrap();
        assert!(ours.starts_with(versions), "{ours} / {theirs}");
    }
}
