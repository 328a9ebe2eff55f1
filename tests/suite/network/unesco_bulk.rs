//! UNESCO's bulk file.

use super::*;

#[test]
fn unesco_bulk_file_is_asked_for_on_condition() {
    let server = Server::start(|asked, _| {
        if asked.path() == "/bdds/202602/SDG.zip" { conditional(asked, fixture("unesco/sdg_bulk/SDG.zip")) } else { not_found() }
    });
    let pipeline = Pipeline::new("unesco", &server, &["sdg_bulk"]).set("sdg_bulk", "url", format!("{}/bdds/202602/SDG.zip", server.url()));
    let workspace = same_both_ways(&pipeline, &small_bodies(), &["unesco/sdg_bulk"], &[], &[]);
    assert_eq!(server.asked()[0].header("if-none-match"), None);

    server.forget();
    let before = (current(&workspace), std::fs::read(workspace.path("data/current/manifest.json")).expect("a manifest"));
    let again = run(&workspace, 0, &["run", "--now", LATER]);
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    assert_eq!(before, (current(&workspace), std::fs::read(workspace.path("data/current/manifest.json")).expect("a manifest")));
    let asked = server.asked();
    assert_eq!((asked[0].header("if-none-match"), asked[0].header("if-modified-since")), (Some(ETAG), Some(MODIFIED)));

    let rows = journal(&workspace);
    assert_eq!(rows.len(), 2);
    let url = format!("{}/bdds/202602/SDG.zip", server.url());
    let body = fixture("unesco/sdg_bulk/SDG.zip");
    assert_eq!(
        rows[0],
        json!({"time": NOW, "source": "unesco", "dataset": "sdg_bulk", "route": "sdg_bulk", "name": "SDG.zip", "method": "GET", "url": url, "attempt": 1,
            "outcome": "stored", "status": 200, "etag": ETAG, "last_modified": MODIFIED, "bytes": body.len(), "hash": blake3::hash(&body).to_hex().to_string()})
    );
    assert_eq!((&rows[1]["outcome"], &rows[1]["status"], &rows[1]["time"]), (&json!("unchanged"), &json!(304), &json!(LATER)));
    let record = pull_record(&workspace, "unesco/sdg_bulk");
    assert_eq!((&record["bodies"][0]["etag"], &record["fetched_at"], &record["checked_at"]), (&json!(ETAG), &json!(NOW), &json!(LATER)));

    // Without the snapshot there is nothing that a 304 could confirm: no condition is sent, and the body comes back.
    for file in files(&workspace.path("data/snapshots")) {
        std::fs::remove_file(file).expect("a removed snapshot");
    }
    server.forget();
    run(&workspace, 0, &["run", "--now", LATER]);
    assert_eq!(server.asked()[0].header("if-none-match"), None);
    assert_eq!(files(&workspace.path("data/snapshots")).len(), 1);
}
