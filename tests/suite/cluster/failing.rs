//! A worker that dies or freezes in the middle of a statement: the statement is computed again, by those that are left or
//! by the run alone, and the release has the same bytes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Worker, compute, files, released};
use crate::nightly::different;
use crate::support::Workspace;

/// More than is sent to say who asks, less than the plan of a statement has.
const IN_THE_MIDDLE: usize = 6_000;

/// Seconds; a busy machine must answer a ping in half of them.
const PATIENCE: &str = "6";

fn watchful(workspace: &Workspace) -> Worker {
    Worker::start(workspace, &["--listen", "127.0.0.1:0", "--worker-seconds", PATIENCE])
}

/// A way to a worker on which it is sent a signal once so many bytes have gone there: its first statement is then under way.
fn signalled_on_the_way(worker: &Worker, signal: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (there, process) = (worker.address.trim_start_matches("http://").to_owned(), worker.child.id());
    let sent = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect(&there) else { continue };
            let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from_server, &mut to_client));
            let sent = sent.clone();
            std::thread::spawn(move || pass(client, server, &sent, process, signal));
        }
    });
    address
}

fn pass(mut from: TcpStream, mut to: TcpStream, sent: &AtomicUsize, process: u32, signal: &str) {
    let mut bytes = [0; 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let before = sent.fetch_add(count, Ordering::SeqCst);
        if before < IN_THE_MIDDLE && before + count >= IN_THE_MIDDLE {
            Worker::signal(process, signal);
        }
        if to.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}

#[test]
fn a_worker_that_dies_or_freezes_does_not_change_the_bytes() {
    let workspace = released();
    let alone = files(&workspace);
    for signal in ["KILL", "STOP"] {
        let (lost, left) = (watchful(&workspace), watchful(&workspace));
        let did = compute(&workspace, &[&signalled_on_the_way(&lost, signal), &left.address], &["--worker-seconds", PATIENCE]);
        let case = format!("{signal}: {did}");
        assert_eq!(different(&alone, &files(&workspace)), Vec::<String>::new(), "{case}");
        assert!(did["workers"] == 1 && did["notes"].to_string().contains("E6006"), "{case}");
        assert!(did["repeated"].as_u64() > Some(0) && did["statements"].as_u64() > Some(3), "{case}");
    }
}

#[test]
fn a_run_whose_only_worker_is_lost_goes_on_alone() {
    let workspace = released();
    let alone = files(&workspace);
    for signal in ["KILL", "STOP"] {
        let lost = watchful(&workspace);
        let did = compute(&workspace, &[&signalled_on_the_way(&lost, signal)], &["--worker-seconds", PATIENCE]);
        let case = format!("{signal}: {did}");
        assert_eq!(different(&alone, &files(&workspace)), Vec::<String>::new(), "{case}");
        assert!(did["workers"] == 0 && did["alone"].as_u64() > Some(0), "{case}");
        assert!(did["notes"].to_string().contains("computed by the coordinator alone"), "{case}");
    }
    let recorded = workspace.read("data/runs/20261124T023000Z-4/run.json");
    assert!(recorded.contains("computed by the coordinator alone"), "the record says so: {recorded}");
}

/// One that was never there is left out from the beginning.
#[test]
fn a_worker_that_cannot_be_reached_is_left_out() {
    let workspace = released();
    let alone = files(&workspace);
    let there = Worker::of(&workspace);
    let did = compute(&workspace, &["http://127.0.0.1:1", &there.address], &[]);
    assert!(did["workers"] == 1 && did["alone"] == 0 && did["notes"].to_string().contains("E6006"), "{did}");
    assert_eq!(different(&alone, &files(&workspace)), Vec::<String>::new());
}
