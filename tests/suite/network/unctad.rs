//! UNCTAD: archives, and the interface with credentials, which must stay secret.

use super::*;

const REPORT: &str = "/api/reportMetadata/US.IctUseEnterprSize";

fn unctad(asked: &Asked, version: u64) -> Reply {
    match asked.path().strip_prefix(REPORT) {
        Some("/en") => Reply::json(&json!({"version": version, "lastUpdated": "2025-12-08T09:44:00", "name": "US.IctUseEnterprSize"})),
        Some("/bulkfiles/en") => Reply::json(&json!([{"fileId": 4711, "fileBlobName": "US_IctUseEnterprSize", "fileSize": 201_344}])),
        Some("/bulkfile/4711/en") => Reply::ok(fixture("unctad/ict_use_by_size/US_IctUseEnterprSize.csv.7z")),
        _ => not_found(),
    }
}

#[test]
fn unctad_archives_are_asked_for_once_per_version() {
    let server = Server::start(|asked, _| unctad(asked, 2063));
    let pipeline = Pipeline::new("unctad", &server, &["ict_use_by_size"]);
    let workspace = same_both_ways(&pipeline, &small_bodies(), &["unctad/ict_use_by_size"], &[], &[]);
    assert_eq!(pull_record(&workspace, "unctad/ict_use_by_size")["vintage"], "2025-12-08T09:44:00");
    let lists = [format!("GET {REPORT}/en"), format!("GET {REPORT}/bulkfiles/en")];
    let archive = format!("GET {REPORT}/bulkfile/4711/en");
    assert_eq!(server.targets(), [&lists[..], std::slice::from_ref(&archive)].concat());

    server.forget();
    assert!(run(&workspace, 0, &["run", "--now", LATER]).stdout.contains("nothing to do"));
    assert_eq!(server.targets(), lists);

    // Another version; and a mark before the JSON changes nothing.
    server.behave(|asked, _| {
        let reply = unctad(asked, 2064);
        let mark: &[u8] = if asked.path().ends_with("/4711/en") { b"" } else { b"\xef\xbb\xbf" };
        Reply { body: [mark, &reply.body[..]].concat(), ..reply }
    });
    run(&workspace, 0, &["run", "--now", LATER]);
    assert!(server.targets().contains(&archive));

    // Without the report's version the archive is asked for each time.
    server.behave(|asked, _| if asked.path().ends_with("US.IctUseEnterprSize/en") { not_found() } else { unctad(asked, 2064) });
    run(&workspace, 0, &["run", "--now", LATER]);
    assert_eq!(server.asked().len(), 3);

    server.behave(|asked, _| if asked.path().ends_with("/bulkfiles/en") { Reply::ok("[]") } else { unctad(asked, 2065) });
    says(&run(&workspace, 3, &["run", "--now", LATER]), &["E1009", "no bulk file", "case-sensitive"]);
    server.behave(|asked, _| if asked.path().ends_with("/bulkfiles/en") { Reply::ok("[{\"fileId\": }]") } else { unctad(asked, 2065) });
    says(&run(&workspace, 3, &["run", "--now", LATER]), &["E1016"]);
}

const CLIENT: [(&str, &str); 2] = [("YARDSTICK_UNCTAD_CLIENT_ID", "id-7f3e21c0aa"), ("YARDSTICK_UNCTAD_CLIENT_SECRET", "hush-94b1d6e8f2")];

/// The keyed interface: one year of the figures, as a gzip file.
fn unctad_user(asked: &Asked) -> Reply {
    if (asked.header("clientid"), asked.header("clientsecret")) != (Some(CLIENT[0].1), Some(CLIENT[1].1)) {
        return Reply::new(401, "no such client");
    }
    let field = |name| asked.field(name).unwrap_or_else(|| panic!("{name} in {}", String::from_utf8_lossy(&asked.body)));
    if asked.method != "POST"
        || asked.target != "/US.IctUseEnterprSize/cur/Facts?culture=en"
        || field("$format") != "csv"
        || field("compress") != "gz"
    {
        return not_found();
    }
    let filter = field("$filter");
    let year = filter.trim_start_matches("Year in (").trim_end_matches(')');
    let all = gunzip(&fixture("unctad/ict_use_by_size_api/US.IctUseEnterprSize_2018-2023.csv.gz"));
    let rows =
        all.lines().enumerate().filter(|(i, line)| *i == 0 || line.split(',').nth(3) == Some(year)).map(|(_, line)| format!("{line}\n"));
    Reply::ok(gzip(rows.collect::<String>().as_bytes())).header("Content-Type", "application/gzip")
}

fn keyed(server: &Server) -> Pipeline {
    Pipeline::new("unctad", server, &["ict_use_by_size_api"]).set("ict_use_by_size_api", "years", vec![2018, 2023]).set(
        "ict_use_by_size_api",
        "base_url",
        server.url(),
    )
}

/// No credential in what was printed, nor in any file of the workspace.
#[track_caller]
fn no_secret(run: &Run, workspace: &Workspace) {
    for (_, secret) in CLIENT {
        assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{secret} in\n{}{}", run.stdout, run.stderr);
        for file in files(workspace.root.path()) {
            let bytes = std::fs::read(&file).unwrap_or_default();
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret} in {}", file.display());
        }
    }
}

#[test]
fn unctad_user_interface_with_credentials() {
    let server = Server::start(|asked, _| unctad_user(asked));
    let workspace = same_both_ways(&keyed(&server), &small_bodies(), &["unctad/ict_use_by_size_api"], &["snapshot", "record"], &CLIENT);
    assert_eq!(server.asked().len(), 6);
    assert_eq!(journal(&workspace)[0]["name"], "US.IctUseEnterprSize_2018.csv");
    let body = &pull_record(&workspace, "unctad/ict_use_by_size_api")["bodies"][0];
    let stored = workspace.path(format!(
        "data/snapshots/{}/{}",
        &body["hash"].as_str().expect("a hash")[..2],
        body["hash"].as_str().expect("a hash")
    ));
    assert!(std::fs::read(stored).expect("the snapshot").starts_with(b"Economy_Code,"), "the content of the gzip file is stored");

    let loud = [&CLIENT[..], &[("YARDSTICK_LOG", "trace")]].concat();
    let again = run_with(&workspace, &["run", "-vv", "--now", LATER], &loud);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stderr.contains("TRACE"), "the log is loud");
    no_secret(&again, &workspace);
}

#[test]
fn unctad_refusals_show_no_credential() {
    // The provider repeats what it was given, in each kind of refusal.
    for (status, code, attempts) in [(401, "E1003", 1), (400, "E1003", 1), (500, "E1003", 3)] {
        let server = Server::start(move |_, _| Reply::new(status, format!("bad client {} with key {}", CLIENT[0].1, CLIENT[1].1)));
        let workspace = keyed(&server).set("ict_use_by_size_api", "years", vec![2018, 2018]).workspace();
        let failed = run_with(&workspace, &["run", "-vv"], &[&CLIENT[..], &[("YARDSTICK_LOG", "trace")]].concat());
        assert_eq!(failed.code, 1, "{}", failed.stderr);
        says(&failed, &[code, "bad client"]);
        assert_eq!(server.asked().len(), attempts);
        no_secret(&failed, &workspace);
    }
    let server =
        Server::start(|_, _| Reply::new(400, "The request exceed the maximal size. Maximal size : 62500. Estimated size : 70000."));
    says(&run_with(&keyed(&server).workspace(), &["run"], &CLIENT), &["E1014", "unctad_bulk"]);
}

#[test]
fn an_answer_that_repeats_a_credential_is_not_kept() {
    // Wherever it stands: also where one piece of a long body ends and the next begins.
    for length in [10, (64 << 10) - 5, 200_000] {
        let body = format!("Economy_Code,x\n{}{}\n", "1".repeat(length), CLIENT[1].1);
        let server = Server::start(move |_, _| Reply::ok(gzip(body.as_bytes())).header("ETag", CLIENT[1].1));
        let workspace = keyed(&server).workspace();
        let failed = run_with(&workspace, &["run", "-vv"], &[&CLIENT[..], &[("YARDSTICK_LOG", "trace")]].concat());
        assert_eq!(failed.code, 1, "{}", failed.stderr);
        says(&failed, &["E1019", "repeats a credential of ours in its answer, which is not kept"]);
        assert_eq!(journal(&workspace)[0]["etag"], "(ClientSecret)");
        no_secret(&failed, &workspace);
    }
}

#[test]
fn credentials_do_not_follow_a_redirect() {
    let elsewhere = Server::start(|_, _| Reply::ok("a,b\n1,2\n"));
    let url = elsewhere.url();
    let server = Server::start(move |_, _| Reply::new(302, "").header("Location", &url));
    let workspace = keyed(&server).workspace();
    let failed = run_with(&workspace, &["run"], &CLIENT);
    assert_eq!(failed.code, 1);
    says(&failed, &["E1010"]);
    assert!(elsewhere.asked().is_empty());
    assert_eq!(server.asked().len(), 1);
    no_secret(&failed, &workspace);
}

#[test]
fn missing_credentials_are_named() {
    let server = Server::start(|asked, _| unctad_user(asked));
    let workspace = keyed(&server).workspace();
    let failed = run_with(&workspace, &["run"], &CLIENT[..1]);
    assert_eq!(failed.code, 1);
    says(&failed, &["E1008", "needs YARDSTICK_UNCTAD_CLIENT_SECRET in the environment", "unctad_bulk"]);
    no_secret(&failed, &workspace);
    let failed = run_with(&workspace, &["run"], &[CLIENT[0], (CLIENT[1].0, "line\nbreak")]);
    says(&failed, &["E1008", "ClientSecret"]);
    assert!(server.asked().is_empty());
}

#[test]
fn a_gzip_file_has_a_limit_for_what_is_in_it() {
    let bomb = gzip(&vec![b'x'; 3 << 20]);
    assert!(bomb.len() < 100_000);
    let server = Server::start(move |_, _| Reply::ok(bomb.clone()));
    let workspace = keyed(&server).http("max_bytes", 1 << 20).workspace();
    says(&run_with(&workspace, &["run"], &CLIENT), &["E1004", "max_bytes"]);
    let whole = gzip(b"a,b\n1,2\n");
    server.behave(move |_, _| Reply::ok(&whole[..whole.len() - 6]));
    says(&run_with(&workspace, &["run"], &CLIENT), &["E1006", "gzip"]);
    assert_eq!(server.asked().len(), 3);
}
