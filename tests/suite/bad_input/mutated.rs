//! Bodies with random damage, through the library: an error or rows that add up, never a panic.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use yardstick::error::{Code, Error, Problem};
use yardstick::fetch::{Body, Pull, Store};
use yardstick::observe::normalise::{self, NormaliseContext};
use yardstick::pipelines::{self, Source};
use yardstick::reference::{MembershipMode, Reference};
use yardstick::workspace::Workspace;

use super::{fixture, unzipped, zipped};
use crate::support::project;

pub(super) struct Project {
    pub(super) sources: Vec<Source>,
    pub(super) reference: Reference,
    /// Source, data set, name and bytes of small bodies, one of each layout that is read.
    pub(super) bodies: Vec<(&'static str, &'static str, &'static str, Vec<u8>)>,
}

pub(super) static PROJECT: LazyLock<Project> = LazyLock::new(|| {
    let mut problems: Vec<Problem> = Vec::new();
    let reference = Reference::load(&project(), MembershipMode::Current, jiff::civil::date(2026, 11, 24), &BTreeMap::new(), &mut problems);
    let mut sources = pipelines::load(&project(), &mut problems);
    // In so small a body one damaged row is a large share; what is set aside shall be read to the end.
    sources.iter_mut().flat_map(|source| &mut source.datasets).for_each(|dataset| dataset.maximum_share_set_aside = 1.0);
    let v2 = short(&unzipped(&fixture("itu/internet_use/individuals-using-the-internet.zip")));
    let bulk = b"INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\nSCHBSP.1.WINTERN,BRA,2018,50.5,,UIS_EST\nICTSKILLCOPI.F,DEU,2019,0,NA,\nSCHBSP.1.WINTERN,FRA,2018,2.9E-4,NIL,\n".to_vec();
    let archive =
        zipped(&[("SDG_LABEL.csv", b"INDICATOR_ID,INDICATOR_LABEL_EN\nSCHBSP.1.WINTERN,Schools (%)\n"), ("SDG_DATA_NATIONAL.csv", &bulk)]);
    let bodies = vec![
        ("itu", "internet_use", "a.csv", v2),
        ("itu", "mobile_ownership", "a.csv", short(&fixture("itu/mobile_ownership/individuals-who-own-a-mobile-phone.csv"))),
        ("itu", "internet_use_regions", "a.json", fixture("itu/internet_use_regions/11624_1_AFR.json")),
        ("itu", "internet_use_country", "a.json", fixture("itu/internet_use_country/11624_BRA.json")),
        ("itu", "regulatory_tracker", "a.json", br#"[{"year":2022,"country":"France","overallScore":90.5,"regulatoryAuthority":[{"area":"Accountability","value":2,"description":"x"}],"regulatoryMandate":[],"regulatoryRegime":[{"area":"Plan","value":"Yes"}],"competitionFramework":[{"area":"Entry","value":null}]}]"#.to_vec()),
        ("itu", "price_baskets_datahub", "a.zip", fixture("itu/price_baskets_datahub/34593.zip")),
        ("itu", "price_baskets", "a.xlsx", fixture("itu/price_baskets/ITU_ICTPriceBaskets_2008-2025.xlsx")),
        ("itu", "facts_and_figures", "a.csv", short(&fixture("itu/facts_and_figures/facts_and_figures.csv"))),
        ("unesco", "sdg_bulk", "a.csv", bulk),
        ("unesco", "sdg_bulk", "SDG.zip", archive),
        ("unesco", "data_api", "a.json", br#"{"hints":[],"records":[{"indicatorId":"SCHBSP.1.WCOMPUT","geoUnit":"BRA","year":2017,"value":53.5,"magnitude":null,"qualifier":"UIS_EST","footnotes":[{"value":"x"}]}]}"#.to_vec()),
        ("unctad", "ict_use_by_size", "a.7z", fixture("unctad/ict_use_by_size/US_IctUseEnterprSize.csv.7z")),
        ("unctad", "ict_use_by_size_api", "a.csv.gz", fixture("unctad/ict_use_by_size_api/US.IctUseEnterprSize_2018-2023.csv.gz")),
        ("unctad", "ict_use_by_size", "a.csv", b"Economy,Economy Label,UseOfIct,UseOfIct Label,EnterpriseSize,EnterpriseSize Label,Year,Percentage,Percentage Footnote,Percentage Missing value\n076,Brazil,B3,x,0,All (persons employed),2018,50.5,,\n0001,x,B3,x,1,10-49,2018,,,Not applicable\n".to_vec()),
        ("unsd", "sdg_global", "a.csv", short(&fixture("unsd/sdg_global/SE_ADT_ACTS.csv"))),
    ];
    assert!(problems.is_empty(), "{problems:?}");
    Project { sources, reference, bodies }
});

/// The first lines of a body.
pub(super) fn short(bytes: &[u8]) -> Vec<u8> {
    let few = &bytes[..bytes.len().min(2500)];
    few[..few.iter().rposition(|b| *b == b'\n').map_or(0, |line| line + 1)].to_vec()
}

/// What damage is made of besides single bytes.
const TOKENS: [&[u8]; 22] = [
    b"\"",
    b"\"\"",
    b",",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"1e999",
    b"-0",
    b"NaN",
    b"<5",
    b"99999999999999999999",
    b"{",
    b"]",
    b"null",
    b"PK\x03\x04",
    b"2018",
    b";",
    b"../",
    b"\xe2\x80\xae",
];

#[derive(Debug, Clone)]
pub(super) enum Damage {
    Byte(prop::sample::Index, u8),
    Insert(prop::sample::Index, usize),
    Cut(prop::sample::Index),
    Double(prop::sample::Index, u8),
    Remove(prop::sample::Index, u8),
}

pub(super) fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        6 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        4 => (at(), 0..TOKENS.len()).prop_map(|(at, token)| Damage::Insert(at, token)),
        1 => at().prop_map(Damage::Cut),
        2 => (at(), any::<u8>()).prop_map(|(at, length)| Damage::Double(at, length)),
        2 => (at(), any::<u8>()).prop_map(|(at, length)| Damage::Remove(at, length)),
    ]
}

pub(super) fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let at = |index: &prop::sample::Index| index.index(bytes.len() + 1);
        match damage {
            Damage::Byte(index, byte) => {
                let at = at(index);
                if at < bytes.len() {
                    bytes[at] = *byte;
                }
            }
            Damage::Insert(index, token) => {
                let at = at(index);
                bytes.splice(at..at, TOKENS[*token].iter().copied());
            }
            Damage::Cut(index) => bytes.truncate(at(index)),
            Damage::Double(index, length) => {
                let at = at(index);
                let part = bytes[at..bytes.len().min(at + usize::from(*length))].to_vec();
                bytes.splice(at..at, part);
            }
            Damage::Remove(index, length) => {
                let at = at(index);
                bytes.drain(at..bytes.len().min(at + usize::from(*length)));
            }
        }
    }
    // Where the process itself ends, nothing else tells which input it was.
    if let Some(last) = std::env::var_os("YARDSTICK_FUZZ_LAST") {
        std::fs::write(last, &bytes).unwrap();
    }
    bytes
}

/// Parses, arranges and writes one body as a pull of its own.
fn normalised(source: &str, dataset: &str, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let data = tempfile::tempdir().unwrap();
    let workspace = Workspace { root: project(), data: data.path().to_path_buf() };
    let store = Store::new(&workspace.data);
    let (hash, length) = store.put(std::io::Cursor::new(bytes), 1 << 30)?;
    let moment = "2026-11-24T02:30:00Z".to_owned();
    let body = Body {
        name: name.into(),
        hash,
        bytes: length,
        url: String::new(),
        fetched_at: moment.clone(),
        status: 0,
        etag: None,
        last_modified: None,
        route: dataset.into(),
    };
    let pull = Pull {
        source: source.into(),
        dataset: dataset.into(),
        bodies: vec![body],
        fetched_at: moment.clone(),
        checked_at: moment,
        routes: BTreeMap::new(),
        vintage: None,
        change_token: None,
        origin: "folder".into(),
    };
    let context = NormaliseContext {
        workspace: &workspace,
        store: &store,
        reference: &PROJECT.reference,
        corrections: &[],
        accepted: &std::collections::BTreeSet::new(),
        current_year: 2026,
        threads: 1,
        memory: yardstick::memory::Memory::of(None),
    };
    let source = PROJECT.sources.iter().find(|s| s.name == source).unwrap();
    let (report, _) = normalise::normalise(&context, source, source.dataset(dataset).unwrap(), &pull)?;
    let counts = report.counts;
    assert_eq!(counts.rows_in, counts.observations + counts.quarantined + counts.headings);
    assert_eq!(report.quarantine_reasons.values().sum::<u64>(), counts.quarantined);
    Ok(())
}

#[test]
fn the_bodies_are_good_before_they_are_damaged() {
    for (source, dataset, name, bytes) in &PROJECT.bodies {
        // Those cut short end in a torn record, which is no error of the body.
        normalised(source, dataset, name, bytes).unwrap_or_else(|e| panic!("{source}/{dataset}/{name}: {e}"));
    }
}

/// Tries damaged inputs of one target: as many as the test is worth in `cargo test`, or as many as `tests/fuzz.py` asks for.
pub(super) fn try_damaged<T: Clone + std::fmt::Debug + 'static>(
    target: &str,
    cases: u32,
    good: Vec<T>,
    test: impl Fn(T, &[Damage]) -> Result<(), TestCaseError>,
) {
    let asked = std::env::var("YARDSTICK_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = ProptestConfig { cases: asked.unwrap_or(cases), failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (prop::sample::select(good), prop::collection::vec(damage(), 1..12));
    TestRunner::new(config).run(&strategy, |(good, damages)| test(good, &damages)).unwrap_or_else(|failure| panic!("{target}: {failure}"));
}

/// The bodies of one source.
fn bodies_of(source: &'static str, cases: u32) {
    let bodies = (0..PROJECT.bodies.len()).filter(|body| PROJECT.bodies[*body].0 == source).collect();
    try_damaged(&format!("bodies of {source}"), cases, bodies, |body, damages| {
        let (source, dataset, name, bytes) = &PROJECT.bodies[body];
        match normalised(source, dataset, name, &damaged(bytes.clone(), damages)) {
            Ok(()) => {}
            Err(Error::Provider { code, message, .. }) => {
                prop_assert!(code.text().starts_with("E2"), "{code}");
                let place = format!("{source}/{dataset}");
                prop_assert!(
                    message.contains(&place) || matches!(code, Code::NoObservation | Code::MostlyDefective | Code::MuchFewerRows),
                    "{code}: no place in: {message}"
                );
            }
            Err(other) => prop_assert!(false, "{source}/{dataset}/{name}: {other:?}"),
        }
        Ok(())
    });
}

#[test]
fn damaged_bodies_of_itu() {
    bodies_of("itu", 200);
}

#[test]
fn damaged_bodies_of_unesco() {
    bodies_of("unesco", 70);
}

#[test]
fn damaged_bodies_of_unctad() {
    bodies_of("unctad", 70);
}

#[test]
fn damaged_bodies_of_unsd() {
    bodies_of("unsd", 60);
}
