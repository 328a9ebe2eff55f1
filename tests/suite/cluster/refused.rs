//! Who may not compute for whom.

use datafusion::execution::context::SessionContext;
use datafusion_distributed::grpc::DefaultChannelResolver;
use datafusion_distributed::{ChannelResolver, GetWorkerInfoRequest};
use reqwest::Url;
use tonic::transport::server::TcpIncoming;
use yardstick::engine::cluster::same_program;

use super::{Worker, compute, files, forget, released};
use crate::nightly::different;
use crate::support::{Workspace, project};

/// What a run says that asks such a worker; nothing may be published.
fn refused(workspace: &Workspace, code: i32, url: &str, more: &[&str]) -> String {
    let mut arguments = vec!["compute", "--engine", "cluster", "--workers", url];
    arguments.extend(more);
    let before = std::fs::read_link(workspace.path("data/current")).unwrap();
    let run = workspace.expect(code, &arguments);
    assert_eq!(std::fs::read_link(workspace.path("data/current")).unwrap(), before);
    run.stderr
}

/// Another program that calls itself a worker, one request long.
fn other_program() -> (tokio::runtime::Runtime, String) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let theirs = same_program::description(&SessionContext::new().state());
    let worker = datafusion_distributed::Worker::default().with_version(theirs).into_worker_server();
    runtime.spawn(tonic::transport::Server::builder().add_service(worker).serve_with_incoming(TcpIncoming::from(listener)));
    (runtime, address)
}

#[test]
fn a_worker_with_other_functions_is_refused_by_the_run() {
    let workspace = released();
    let (_running, address) = other_program();
    let said = refused(&workspace, 1, &address, &[]);
    assert!(said.contains("E6002") && said.contains("install the same version on both"), "{said}");
}

#[test]
fn a_run_of_another_program_is_refused_by_the_worker() {
    let workspace = released();
    let worker = Worker::of(&workspace);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let asked = runtime.block_on(async {
        let url = Url::parse(&worker.address).unwrap();
        let mut client = DefaultChannelResolver::default().get_worker_client_for_url(&url).await.unwrap();
        client.get_worker_info(GetWorkerInfoRequest {}).await.err().map(|error| format!("{error:?}"))
    });
    assert!(asked.as_ref().is_some_and(|said| said.contains("FailedPrecondition")), "{asked:?}");
}

#[test]
fn the_token_must_be_the_same_and_is_never_shown() {
    let workspace = released();
    let alone = files(&workspace);
    let (right, wrong) = (workspace.write("right", "a-secret-of-both\n"), workspace.write("wrong", "a-secret-of-one"));
    let worker = Worker::start(&workspace, &["--listen", "127.0.0.1:0", "--token-file", &right.to_string_lossy()]);
    for more in [&["--token-file", &*wrong.to_string_lossy()][..], &[]] {
        let said = refused(&workspace, 1, &worker.address, more);
        assert!(said.contains("E6003") && !said.contains("a-secret"), "{said}");
    }
    let did = compute(&workspace, &[&worker.address], &["--token-file", &right.to_string_lossy()]);
    assert!(did["statements"].as_u64() > Some(3) && !did.to_string().contains("a-secret"), "{did}");
    assert_eq!(different(&alone, &files(&workspace)), Vec::<String>::new());
}

#[test]
fn outside_of_this_machine_a_worker_needs_a_token_and_a_certificate() {
    let workspace = Workspace::of_method();
    std::fs::create_dir(workspace.path("data")).unwrap();
    let pem = |name: &str| project().join("tests/suite/cluster").join(name).to_string_lossy().into_owned();
    let (certificate, key) = (pem("worker.pem"), pem("worker.key"));
    let token = workspace.write("token", "a-secret-of-both").to_string_lossy().into_owned();
    let open = ["worker", "--listen", "0.0.0.0:0"];
    let encrypted = [&open[..], &["--tls-cert", &certificate, "--tls-key", &key]].concat();
    let known = [&open[..], &["--token-file", &token]].concat();
    for (arguments, missing) in [(&open[..], "certificate"), (&known, "certificate"), (&encrypted, "token")] {
        let run = workspace.expect(2, arguments);
        assert!(run.stderr.contains("E6004") && run.stderr.contains(missing), "{}", run.stderr);
    }
    // Nor is anything sent to another machine that could be read on the way.
    let run = workspace.expect(2, &["compute", "--engine", "cluster", "--workers", "http://192.0.2.1:8470"]);
    assert!(run.stderr.contains("E6004"), "{}", run.stderr);
}

#[test]
fn encrypted_workers_on_all_addresses_give_the_same_bytes() {
    let workspace = released();
    let alone = files(&workspace);
    let pem = |name: &str| project().join("tests/suite/cluster").join(name).to_string_lossy().into_owned();
    let (certificate, key, authority) = (pem("worker.pem"), pem("worker.key"), pem("authority.pem"));
    let token = workspace.write("token", "a-secret-of-both").to_string_lossy().into_owned();
    let start = || {
        let tls = ["--tls-cert", &certificate, "--tls-key", &key, "--tls-ca", &authority];
        Worker::start(&workspace, &[&["--listen", "0.0.0.0:0", "--token-file", &token], &tls[..]].concat())
    };
    let workers = [start(), start()];
    let urls: Vec<String> = workers.iter().map(|worker| worker.address.replace("0.0.0.0", "127.0.0.1")).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let did = compute(&workspace, &urls, &["--token-file", &token, "--tls-ca", &authority]);
    assert!(did["statements"].as_u64() > Some(3) && did["alone"] == 0, "{did}");
    assert_eq!(different(&alone, &files(&workspace)), Vec::<String>::new());
    // Nobody vouches for them: they are left out, and the run goes on alone.
    let did = compute(&workspace, &urls, &["--token-file", &token]);
    assert!(did["workers"] == 0 && did["notes"].to_string().contains("E6006"), "{did}");
    assert_eq!(different(&alone, &files(&workspace)), Vec::<String>::new());
}

#[test]
fn workers_without_the_engine_are_a_wrong_call() {
    let workspace = released();
    let run = workspace.expect(2, &["compute", "--workers", "http://127.0.0.1:1"]);
    assert!(run.stderr.contains("--engine cluster"), "{}", run.stderr);
    workspace.expect(2, &["compute", "--engine", "cluster"]);
    forget(&workspace);
}
