//! A night in which nothing has changed reads nothing that it need not.

use yardstick::release::Manifest;

use super::{small_bodies, small_released};

/// Reading hundreds of megabytes of a release was most of the work of such a night. A file that was touched is read; one
/// that a disk lost by itself, on its day of the month.
#[test]
fn files_that_nobody_touched_are_read_once_a_month() {
    let workspace = small_released();
    let release = workspace.path("data/current");
    workspace.write("data/current/values.parquet", "PAR1");
    let day = |day: i64| jiff::Timestamp::from_second(1_795_000_000 + day * 86_400).unwrap();
    let finds = |now| {
        let mut told = String::new();
        let sound = Manifest::if_sound(&release, now, |error| told = error.to_string()).unwrap();
        assert_eq!(sound.is_none(), told.contains("values.parquet is damaged"), "{told}");
        sound.is_none()
    };
    assert!((0..30).all(|number| finds(day(number))));
    // As if it had been so when the manifest was written.
    let manifest = workspace.read("data/current/manifest.json");
    std::thread::sleep(std::time::Duration::from_millis(20));
    workspace.write("data/current/manifest.json", manifest);
    assert_eq!((0..30).filter(|number| finds(day(*number))).count(), 1);
}

/// Population is read when something is computed; a file of other bytes than the current release was made of, at once.
#[test]
fn a_wrong_population_is_told_though_it_is_read_late() {
    let workspace = small_released();
    let count = ["sql", "--output", "csv", "SELECT count(*) AS n FROM population"];
    let rows = workspace.expect(0, &count).stdout;
    assert!(rows.lines().nth(1).unwrap().parse::<u64>().unwrap() > 1000, "{rows}");
    let file = "pipelines/reference/population.csv";
    let text = workspace.read(file);
    let last = text.lines().last().and_then(|line| line.split_once(',')).unwrap().1;
    workspace.write(file, format!("{text}XXX,{last}\n"));
    let run = workspace.expect(2, &["run", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    assert!(run.stderr.contains("`XXX` is not in areas.csv"), "{}", run.stderr);
    // So it is where another file has changed that it refers to.
    workspace.write(file, text);
    let areas = workspace.read("pipelines/reference/areas.csv");
    let without: String = areas.lines().filter(|line| !line.starts_with("KEN,")).map(|line| format!("{line}\n")).collect();
    workspace.write("pipelines/reference/areas.csv", without);
    let run = workspace.expect(2, &["run", "--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"]);
    assert!(run.stderr.contains("`KEN` is not in areas.csv"), "{}", run.stderr);
}

/// A title or the licence of a data set that was corrected was published by nothing: no input had changed, it was said,
/// although the catalogue has them.
#[test]
fn what_is_said_of_a_source_is_published_when_it_changes() {
    let workspace = small_released();
    let first = super::current(&workspace);
    let file = "pipelines/itu.toml";
    let name = "name = \"network_coverage\"\n";
    workspace.write(file, workspace.read(file).replacen(name, &format!("{name}licence = \"CC BY 4.0\"\n"), 1));
    let next = ["--from", &small_bodies(), "--now", "2026-11-25T02:30:00Z"];
    let plan = workspace.json(0, &[&["plan"][..], &next].concat())["data"].take();
    let release = plan["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(release["why"], serde_json::json!(["what is said of the source itu changed"]));
    workspace.expect(0, &[&["run"][..], &next].concat());
    let second = super::current(&workspace);
    assert_ne!(second, first);
    let json = |file: &str| -> serde_json::Value { serde_json::from_str(&workspace.read(&format!("data/releases/{file}"))).unwrap() };
    let sources = json(&format!("{second}/catalog.json"))["sources"].take();
    let itu = sources.as_array().unwrap().iter().find(|source| source["source"] == "itu").unwrap();
    assert_eq!(itu["datasets"]["network_coverage"]["licence"], "CC BY 4.0");
    // No value depends on it.
    assert_eq!(json(&format!("{first}/manifest.json"))["indicators"], json(&format!("{second}/manifest.json"))["indicators"]);
}
