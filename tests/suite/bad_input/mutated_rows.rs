//! Bodies and cells with random damage, through their parser alone: an error of the provider or rows that add up, never a
//! panic. Without a store and without files a case takes microseconds, so that `tests/fuzz.py` tries many millions.

use std::io::Cursor;
use std::sync::LazyLock;

use proptest::prelude::*;
use yardstick::error::Error;
use yardstick::pipelines::Route;
use yardstick::reference::areas::AreaHit;
use yardstick::rows::collector::{Collector, Value, parse_number, parse_year};
use yardstick::rows::reading::{self, Answers};
use yardstick::sources;

use super::mutated::{PROJECT, damaged, short, try_damaged};
use super::unzipped;
use crate::support::project;

/// Data set, route, name and bytes of a body, one of each layout that is read.
type Body = (&'static str, &'static str, &'static str, Vec<u8>);

static BODIES: LazyLock<Vec<Body>> = LazyLock::new(|| {
    let shipped = |path: &str| std::fs::read(project().join("fixtures").join(path)).unwrap();
    let commons = br#"{"byVariable":{"undata/sdg/IT_MOB_OWN.SEX--F":{"byEntity":{"country/ALB":{"orderedFacets":[{"facetId":"1","observations":[{"date":"2022","value":91.5}]}]}}}},"facets":{}}"#;
    let own = |source: &'static str, dataset: &'static str, name: &'static str, bytes| {
        let path: &str = Box::leak(format!("{source}/{dataset}").into_boxed_str());
        (path, dataset, name, bytes)
    };
    let mut bodies = vec![
        own("data360", "itu_gci", "a.csv", short(&unzipped(&shipped("data360/itu_gci/ITU_GCI_GCI_OVRL_SCRE.zip")))),
        own("data360", "itu_gci", "a.zip", shipped("data360/itu_gci/ITU_GCI_GCI_OVRL_SCRE.zip")),
        own("eurostat", "government_online", "a.csv", short(&shipped("eurostat/government_online/isoc_ciegi_ac.csv"))),
        own("worldbank", "internet_use_by_sex", "a.csv", short(&shipped("worldbank/internet_use_by_sex/wdi_internet_use_by_sex.csv"))),
        own(
            "unsd_gender",
            "internet_by_sex",
            "a.tsv",
            short(&shipped("unsd_gender/internet_by_sex/unsd_minset_I17_internet_by_sex_2021.tsv")),
        ),
        own(
            "itu",
            "internet_use_sex_location_2018",
            "a.xls",
            shipped("itu/internet_use_sex_location_2018/ITU_by_gender_urban_rural_2021.xls"),
        ),
        ("unsd/sdg_global", "un_data_commons", "a.json", commons.to_vec()),
    ];
    bodies.extend(PROJECT.bodies.iter().map(|(source, dataset, name, bytes)| own(source, dataset, name, bytes.clone())));
    bodies
});

fn route(dataset: &str, route: &str) -> &'static Route {
    let (source, dataset) = dataset.split_once('/').unwrap();
    let source = PROJECT.sources.iter().find(|s| s.name == source).unwrap();
    source.dataset(dataset).unwrap().route(route).unwrap().1
}

/// The rows of a body: how many came in, and how many became observations.
fn read((dataset, by, name, _): &Body, bytes: Vec<u8>) -> Result<(u64, usize), Error> {
    let mut collector = Collector::new(&PROJECT.reference.areas, 2026)?;
    collector.begin_body("0");
    sources::parse(&*route(dataset, by).format, name, &mut Cursor::new(bytes), &PROJECT.reference, &mut collector)?;
    collector.limits()?;
    Ok((collector.rows_in(), collector.accepted()))
}

#[test]
fn the_bodies_have_rows_before_they_are_damaged() {
    for body in BODIES.iter() {
        let (rows, accepted) = read(body, body.3.clone()).unwrap_or_else(|error| panic!("{body:?}: {error}"));
        assert!(rows > 0 && accepted > 0, "{} {}", body.0, body.2);
    }
}

/// Damages the bodies whose name ends so.
fn rows_of(endings: &[&str], cases: u32) {
    let wanted = |body: &usize| endings.iter().any(|ending| BODIES[*body].2.ends_with(ending));
    let bodies = (0..BODIES.len()).filter(wanted).collect();
    try_damaged(&format!("rows of {endings:?}"), cases, bodies, |body, damages| {
        match read(&BODIES[body], damaged(BODIES[body].3.clone(), damages)) {
            Ok((rows, accepted)) => prop_assert!(accepted as u64 <= rows),
            Err(Error::Provider { code, .. }) => prop_assert!(code.text().starts_with("E2"), "{code}"),
            Err(other) => prop_assert!(false, "{}: {other:?}", BODIES[body].0),
        }
        Ok(())
    });
}

#[test]
fn damaged_rows_of_texts() {
    rows_of(&[".csv", ".tsv"], 300);
}

#[test]
fn damaged_rows_of_json() {
    rows_of(&[".json"], 300);
}

#[test]
fn damaged_rows_of_packed_files() {
    rows_of(&[".zip", ".gz", ".7z"], 100);
}

#[test]
fn damaged_rows_of_workbooks() {
    rows_of(&[".xls", ".xlsx"], 30);
}

#[test]
fn damaged_cells() {
    let cells = [
        "4.47",
        "2.9E-4",
        "2.5e+006",
        "1,234.5",
        "<5",
        "> 95",
        "2018",
        "2018.0",
        "12.3*",
        "n/a",
        "..",
        ": u",
        "inf",
        "1.#QNAN",
        "-0",
        "9007199254740993",
        "нет данных",
        "Yes",
        "",
        " 7 ",
        "1.234,5",
    ];
    let good = cells.iter().map(|cell| cell.as_bytes().to_vec()).collect();
    try_damaged("cells of values", 2000, good, |cell, damages| {
        let cell = damaged(cell, damages);
        for answers in [Answers::Never, Answers::Words, Answers::Always] {
            let read = reading::read(&cell, answers);
            if let Some(number) = read.value.number() {
                prop_assert!(number.is_finite() && matches!(read.value, Value::Text(_)) && !read.text);
                prop_assert_eq!(parse_number(cell.trim_ascii()), Some(number));
            }
        }
        prop_assert!(parse_year(&cell).is_none_or(|year| (0..=9999).contains(&year)));
        Ok(())
    });
}

#[test]
fn damaged_areas() {
    let good = ["AFG", "004", "4", "France", "Côte d'Ivoire", "WLD", "0001", "EU27_2020", "country/ALB", "ROM", "40"];
    let good = good.iter().map(|code| code.as_bytes().to_vec()).collect();
    let areas = &PROJECT.reference.areas;
    try_damaged("codes of areas", 2000, good, |code, damages| {
        let code = String::from_utf8_lossy(&damaged(code, damages)).into_owned();
        for scheme in ["itu", "uis", "unctad", "unsd", "m49", "eurostat", "worldbank", "name"] {
            if let AreaHit::Known(index) = areas.resolve(scheme, &code) {
                prop_assert!((index as usize) < areas.len());
            }
        }
        Ok(())
    });
}
