//! Which indicator reads which, and the order that follows.

use std::cmp::Reverse;

use std::collections::BTreeSet;

use super::header::Indicator;
use super::methods::{Catalogue, reference_span};
use crate::engine::tokens;
use crate::error::{Code, Problem};

impl Catalogue {
    /// Indices of the indicators that one reads directly.
    pub fn dependencies(&self, indicator: &Indicator) -> Vec<usize> {
        tokens::indicator_references(&indicator.text)
            .iter()
            .filter_map(|name| self.indicators.iter().position(|other| other.name == *name))
            .collect()
    }

    /// The indicators that some file of `sql/` reads by name.
    pub fn read_indicators(&self) -> BTreeSet<String> {
        let methods = [&self.checks, &self.derived, &self.shared].into_iter().flat_map(|files| files.values());
        let steps = self.steps.iter().map(|step| &step.text);
        let all = self.indicators.iter().map(|indicator| &indicator.text).chain(methods).chain(steps);
        all.flat_map(tokens::indicator_references).cloned().collect()
    }

    /// Waves of indicators: each wave reads only earlier ones. Cycles are problems.
    pub fn order(&self, problems: &mut Vec<Problem>) -> Vec<Vec<usize>> {
        let needs: Vec<Vec<usize>> = self.indicators.iter().map(|i| self.dependencies(i)).collect();
        let mut done = vec![false; needs.len()];
        let mut waves = Vec::new();
        loop {
            let wave: Vec<usize> = (0..needs.len()).filter(|i| !done[*i] && needs[*i].iter().all(|n| done[*n])).collect();
            if wave.is_empty() {
                break;
            }
            for &index in &wave {
                done[index] = true;
            }
            waves.push(wave);
        }
        let stuck: Vec<usize> = (0..needs.len()).filter(|i| !done[*i]).collect();
        for &index in &stuck {
            let in_cycle = reaches(&needs, index, index);
            if in_cycle {
                let indicator = &self.indicators[index];
                let names: Vec<&str> = stuck
                    .iter()
                    .filter(|i| reaches(&needs, index, **i) && reaches(&needs, **i, index))
                    .map(|i| self.indicators[*i].name.as_str())
                    .collect();
                problems.push(
                    Problem::new(
                        Code::ReadInACircle,
                        &indicator.text,
                        reference_span(indicator, &names),
                        format!("indicators read each other in a circle: {}", names.join(" -> ")),
                    )
                    .hint("move what they share into an indicator of its own"),
                );
            }
        }
        waves
    }

    /// Those that are in no circle, the ones first that the longest chain of others waits for. Of those that nothing waits
    /// for, the ones at the end of a chain come first, since they could not begin before.
    pub fn longest_chain_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = self.order(&mut Vec::new()).into_iter().rev().flatten().collect();
        let mut behind = vec![0; self.indicators.len()];
        for &index in &order {
            for other in self.dependencies(&self.indicators[index]) {
                behind[other] = behind[other].max(behind[index] + 1);
            }
        }
        order.sort_by_key(|index| Reverse(behind[*index]));
        order
    }
}

fn reaches(needs: &[Vec<usize>], from: usize, to: usize) -> bool {
    let (mut stack, mut seen) = (needs[from].clone(), vec![false; needs.len()]);
    while let Some(next) = stack.pop() {
        if next == to {
            return true;
        }
        if !std::mem::replace(&mut seen[next], true) {
            stack.extend(&needs[next]);
        }
    }
    false
}
