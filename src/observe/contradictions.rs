//! Bodies of one pull that give the same figures: an older download beside a newer one, or two that contradict each
//! other.

use crate::error::{Code, Error, Result, count};
use crate::fetch::{Body, Pull};
use crate::observe::arranged::Arranged;

/// Figures that contradict each other cannot stand, and the revised ones of a provider are just those. So files
/// brought by hand are refused, since a person can take the older one away; answers of a provider are told of.
/// `vintages`: of each body, what it says itself of when it was made.
pub(super) fn between_bodies(arranged: &Arranged, pull: &Pull, vintages: &[Option<String>]) -> Result<Vec<String>> {
    let mut warnings = Vec::new();
    for (&(first, second), shared) in &arranged.shared {
        let (Some(a), Some(b)) = (pull.bodies.get(first), pull.bodies.get(second)) else { continue };
        if a.hash == b.hash {
            continue;
        }
        let what = format!("`{}` and `{}`", a.name, b.name);
        let newer = newer(arranged, vintages, (first, a), (second, b));
        if shared.contradicting > 0 {
            let what = format!("{what} contradict each other in {}, such as {}", count(shared.contradicting, "figure"), shared.example);
            if pull.origin != "folder" {
                warnings.push(format!("{what}; none of the two stands"));
                continue;
            }
            let (which, name) = match newer {
                Some((name, why)) => (format!("`{name}` is newer: {why}"), format!("`{name}`")),
                None => ("which is newer cannot be told".into(), "the newer file".into()),
            };
            return Err(Error::provider_hint(
                Code::ContradictingFiles,
                format!("{what}; {which}"),
                format!("leave {name} alone in the folder, or correct the other; the last good data stay in use"),
            ));
        }
        let rows = |body: usize| arranged.of_body(body).0;
        if shared.equal as u64 * 2 > rows(first).min(rows(second)) {
            let older = newer.map_or_else(String::new, |(name, why)| format!(", of which `{name}` is newer ({why})"));
            let leave = if pull.origin == "folder" { "; leave one of them in the folder" } else { "" };
            let figures = count(shared.equal, "figure");
            warnings.push(format!("{what} give the same {figures}{older}: what only the older file has stays too{leave}"));
        }
    }
    Ok(warnings)
}

/// The newer of two bodies, and by what: what it says itself, when it was first seen, the last year in it, or the date of
/// its file, which a copy may have lost.
fn newer<'b>(arranged: &Arranged, vintages: &[Option<String>], a: (usize, &'b Body), b: (usize, &'b Body)) -> Option<(&'b str, String)> {
    let name = |second: bool| if second { b.1.name.as_str() } else { a.1.name.as_str() };
    let vintage = |body: usize| vintages.get(body).and_then(Option::as_deref);
    if let (Some(vintage_a), Some(vintage_b)) = (vintage(a.0), vintage(b.0))
        && vintage_a != vintage_b
    {
        let (new, old) = (vintage_a.max(vintage_b), vintage_a.min(vintage_b));
        return Some((name(vintage_b > vintage_a), format!("it says {new}, the other {old}")));
    }
    let day = |stamp: &str| stamp.get(..10).unwrap_or(stamp).to_owned();
    let (seen_a, seen_b) = (&a.1.fetched_at, &b.1.fetched_at);
    if seen_a != seen_b {
        let second = seen_b > seen_a;
        let (new, old) = if second { (seen_b, seen_a) } else { (seen_a, seen_b) };
        return Some((name(second), format!("first seen on {}, the other on {}", day(new), day(old))));
    }
    let (last_a, last_b) = (arranged.of_body(a.0).1, arranged.of_body(b.0).1);
    if let (Some(year_a), Some(year_b)) = (last_a, last_b)
        && year_a != year_b
    {
        let second = year_b > year_a;
        return Some((name(second), format!("it reaches {}, the other {}", year_a.max(year_b), year_a.min(year_b))));
    }
    if let (Some(dated_a), Some(dated_b)) = (&a.1.last_modified, &b.1.last_modified)
        && dated_a != dated_b
    {
        let second = dated_b > dated_a;
        let (new, old) = if second { (dated_b, dated_a) } else { (dated_a, dated_b) };
        return Some((name(second), format!("its file is of {new}, the other of {old}")));
    }
    None
}
