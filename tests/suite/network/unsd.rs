//! The UN SDG database.

use super::*;

pub(super) fn unsd(asked: &Asked) -> Reply {
    let kind = asked.header("content-type").unwrap_or_default();
    if asked.method != "POST" || asked.target != "/Series/DataCSV" || !kind.starts_with("multipart/form-data") {
        return not_found();
    }
    assert_eq!(asked.field("timePeriodStart").as_deref(), Some("2000"));
    Reply::ok(fixture(&format!("unsd/sdg_global/{}.csv", asked.field("seriesCodes").expect("a series")))).manner(Manner::Chunked)
}

pub(super) fn series_at_hand() -> Vec<String> {
    let mut names: Vec<String> =
        files(&small_bodies().join("unsd/sdg_global")).iter().filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

#[test]
fn unsd_gives_what_the_files_by_hand_give() {
    let server = Server::start(|asked, _| unsd(asked));
    let pipeline = Pipeline::new("unsd", &server, &["sdg_global"]).set("sdg_global", "series", series_at_hand());
    let workspace = same_both_ways(&pipeline, &small_bodies(), &["unsd/sdg_global"], &[], &[]);
    assert_eq!(server.asked().len(), 15);
    let row = &journal(&workspace)[0];
    assert_eq!((&row["method"], &row["url"]), (&json!("POST"), &json!(format!("{}/Series/DataCSV", server.url()))));
    assert!(run(&workspace, 0, &["run", "--now", LATER]).stdout.contains("nothing to do"));
}
