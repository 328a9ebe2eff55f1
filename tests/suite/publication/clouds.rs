//! Object stores that answer badly, and the ways in which each is told who asks: what is wrong is said, and no secret is.

use std::process::Command;

use super::store::{self, EXCHANGED, Fault, Kind, SECRET, TOKEN};
use super::upload::{complete, current, held, released, run, to_store};
use crate::support::{Run, Workspace};

/// A key that anybody can read: that of RFC 7515, appendix A.2.
const KEY: &str = include_str!("rfc7515_a2.pem");

/// Ends with this status, and tells these words but no secret.
fn told(run: &Run, code: i32, words: &[&str]) {
    assert_eq!(run.code, code, "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "`{word}` in:\n{}", run.stderr);
    }
    let key = KEY.lines().nth(2).unwrap();
    for secret in [SECRET, EXCHANGED, "c2VjcmV0IHRva2Vu", "X-Amz", "Bearer", "SharedKey", "refreshing", key] {
        assert!(!run.stderr.contains(secret) && !run.stdout.contains(secret), "`{secret}` in:\n{}{}", run.stdout, run.stderr);
    }
}

fn publish(workspace: &Workspace, to: &str, environment: &[(&str, &str)]) -> Run {
    let mut command: Command = workspace.command(&["publish", "--to", to]);
    command.envs(environment.iter().copied());
    run(command)
}

#[test]
fn a_store_that_answers_badly_is_told() {
    let workspace = released();
    for kind in Kind::ALL {
        let (address, bucket) = store::start(kind);
        let again = || run(to_store(&workspace, kind, &address, &[]));
        let rights = match kind {
            Kind::S3 => "AWS_ACCESS_KEY_ID",
            Kind::Google => "GOOGLE_APPLICATION_CREDENTIALS",
            Kind::Azure => "AZURE_STORAGE_SAS_TOKEN",
        };
        for status in ["403 Forbidden", "401 Unauthorized"] {
            bucket.lock().unwrap().refused = Some(("PUT", "", status));
            told(&again(), 1, &["E5007", status, "(AuthenticationFailed)", rights]);
        }
        bucket.lock().unwrap().refused = Some(("GET", "current.json", "403 Forbidden"));
        told(&again(), 1, &["current.json: the store answers 403 Forbidden", rights]);
        // Not asked again: a store that has no conditions will not have them in a second.
        bucket.lock().unwrap().refused = Some(("PUT", "current.json", "501 Not Implemented"));
        told(&again(), 1, &["the store has no conditional writes"]);
        let mut asked = std::mem::take(&mut bucket.lock().unwrap().asked);
        asked.retain(|(method, name)| method == "PUT" && name.ends_with("current.json"));
        assert_eq!(asked.len(), 1, "{kind:?}");
        bucket.lock().unwrap().refused = Some(("PUT", "current.json", "429 Too Many Requests"));
        told(&again(), 1, &["current.json: the store answers 429", "publish again"]);
        bucket.lock().unwrap().refused = None;
        assert_eq!(complete(&held(&bucket.lock().unwrap())), None, "{kind:?}");

        // A store whose bytes are damaged on the way refuses them, one that forgets the hash does not hold the file.
        bucket.lock().unwrap().objects.clear();
        bucket.lock().unwrap().fault = Some(Fault::Damages);
        told(&again(), 1, &["the store answers 400 Bad Request"]);
        assert!(bucket.lock().unwrap().objects.is_empty(), "{kind:?}");
        bucket.lock().unwrap().fault = Some(Fault::Forgets);
        told(&again(), 1, &["the store does not hold what was sent"]);
        bucket.lock().unwrap().fault = None;

        // Busy for a moment: nobody needs to know.
        bucket.lock().unwrap().busy = 2;
        told(&again(), 0, &[]);
        let bucket = bucket.lock().unwrap();
        assert_eq!(complete(&held(&bucket)), Some(current(&workspace)));
        for (name, object) in &bucket.objects {
            let pointer = name.ends_with("current.json");
            assert_eq!(object.cache.as_deref(), pointer.then_some("no-cache"), "{name}");
        }
    }
}

#[test]
fn the_key_of_an_account_of_google_is_exchanged_once() {
    let workspace = released();
    let (address, bucket) = store::start(Kind::Google);
    let path = workspace.path("google key.json");
    let write = |more: &str| {
        let key = serde_json::to_string(KEY).unwrap();
        let text = format!("{{\"type\":\"service_account\",\"client_email\":\"joe@example.com\",\"private_key\":{key},{more}");
        workspace.write("google key.json", text);
    };
    let file = path.to_string_lossy().into_owned();
    // Without its scheme, as some clients have it.
    let environment = [("GOOGLE_APPLICATION_CREDENTIALS", file.as_str()), ("STORAGE_EMULATOR_HOST", &address["http://".len()..])];
    write(&format!("\"token_uri\":\"{address}/token\"}}"));
    told(&publish(&workspace, "gs://bucket/ict/", &environment), 0, &[]);
    {
        let bucket = bucket.lock().unwrap();
        assert_eq!(complete(&held(&bucket)), Some(current(&workspace)));
        assert_eq!(bucket.exchanges.len(), 1);
        assert!(bucket.exchanges[0].starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey"));
    }
    bucket.lock().unwrap().fault = Some(Fault::GivesNoToken);
    told(&publish(&workspace, "gs://bucket/ict", &environment), 1, &["E5007", "127.0.0.1 gives no token", "(invalid_grant)", "clock"]);
    bucket.lock().unwrap().fault = None;
    // What `gcloud auth application-default login` writes.
    let person = format!(
        "{{\"type\":\"authorized_user\",\"client_id\":\"a\",\"client_secret\":\"b\",\"refresh_token\":\"refreshing\",\"token_uri\":\"{address}/token\"}}"
    );
    workspace.write("google key.json", person);
    told(&publish(&workspace, "gs://bucket/ict", &environment), 0, &[]);
    assert!(bucket.lock().unwrap().exchanges.last().unwrap().ends_with("&refresh_token=refreshing"));
    // Files that are no such.
    let broken = format!("{{\"private_key\":\"{SECRET}\"");
    for (content, words) in [
        (broken.as_str(), "is no JSON"),
        ("{}", "is neither the key of a service account"),
        ("{\"type\":\"external_account\"}", "GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)"),
    ] {
        workspace.write("google key.json", content);
        told(&publish(&workspace, "gs://bucket/ict", &environment), 2, &["GOOGLE_APPLICATION_CREDENTIALS", words]);
    }
    std::fs::remove_file(&path).unwrap();
    told(&publish(&workspace, "gs://bucket/ict", &environment), 2, &["GOOGLE_APPLICATION_CREDENTIALS", "google key.json"]);
}

#[test]
fn azure_is_told_who_asks_by_a_token_or_in_one_text() {
    let workspace = released();
    let (address, bucket) = store::start(Kind::Azure);
    let endpoint = format!("{address}/account");
    let token = format!("?{TOKEN}");
    let account = ("AZURE_STORAGE_ACCOUNT", "account");
    let there = ("AZURE_STORAGE_SERVICE_ENDPOINT", endpoint.as_str());
    told(&publish(&workspace, "az://bucket/ict", &[account, there, ("AZURE_STORAGE_SAS_TOKEN", &token)]), 0, &[]);
    let objects = std::mem::take(&mut bucket.lock().unwrap().objects);
    // The text goes before the variables.
    let text = format!("DefaultEndpointsProtocol=http;AccountName=account;AccountKey={SECRET};BlobEndpoint={endpoint};");
    let variables =
        [("AZURE_STORAGE_ACCOUNT_NAME", "other"), ("AZURE_STORAGE_KEY", "b3RoZXI="), ("AZURE_STORAGE_CONNECTION_STRING", text.as_str())];
    told(&publish(&workspace, "az://bucket/ict", &variables), 0, &[]);
    assert!(objects.keys().eq(bucket.lock().unwrap().objects.keys()));
    bucket.lock().unwrap().left = Some(3);
    bucket.lock().unwrap().objects.clear();
    told(&publish(&workspace, "az://bucket/ict", &[account, there, ("AZURE_STORAGE_SAS_TOKEN", &token)]), 1, &["E5007"]);
}

/// Variables of the environment with their values.
type Environment<'a> = [(&'a str, &'a str)];

#[test]
fn what_an_address_or_the_environment_lacks_is_said() {
    let workspace = released();
    let s3 = [("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let google = [("GOOGLE_OAUTH_ACCESS_TOKEN", SECRET)];
    let azure = [("AZURE_STORAGE_ACCOUNT_NAME", "account"), ("AZURE_STORAGE_KEY", SECRET)];
    let secret_address = format!("https://account.blob.core.windows.net/bucket?{TOKEN}");
    let cases: [(&str, &Environment<'_>, &str); 16] = [
        ("ftp://host/x", &[], "nothing is published to `ftp://`"),
        ("https://example.com/bucket", &azure, "nothing is published to `https://`"),
        ("s3://bucket", &[], "AWS_ACCESS_KEY_ID is not set"),
        ("s3://", &s3, "s3:// names no bucket"),
        ("s3:///prefix", &s3, "names no bucket"),
        ("gs://bucket", &[], "neither GOOGLE_APPLICATION_CREDENTIALS nor GOOGLE_OAUTH_ACCESS_TOKEN is set"),
        ("gs:///prefix", &google, "gs:///prefix names no bucket"),
        ("gs://bucket", &[google[0], ("STORAGE_EMULATOR_HOST", "http://")], "STORAGE_EMULATOR_HOST is no address"),
        ("az://container", &[], "AZURE_STORAGE_ACCOUNT_NAME is not set"),
        ("az://container", &azure[..1], "neither AZURE_STORAGE_KEY nor AZURE_STORAGE_SAS_TOKEN is set"),
        ("az:///prefix", &azure, "az:///prefix names no container"),
        ("az://container", &[azure[0], ("AZURE_STORAGE_KEY", "no key!")], "AZURE_STORAGE_KEY is no key of an account"),
        ("az://container", &[azure[0], azure[1], ("AZURE_STORAGE_SERVICE_ENDPOINT", TOKEN)], "is no address"),
        ("https://account.blob.core.windows.net/", &azure[1..], "names no container"),
        ("https://account.blob.core.windows.net/bucket", &[], "neither AZURE_STORAGE_KEY"),
        (&secret_address, &[], "give it as AZURE_STORAGE_SAS_TOKEN"),
    ];
    for (to, environment, words) in cases {
        told(&publish(&workspace, to, environment), 2, &[words]);
    }
    let line = "a token\nof two lines";
    let run = publish(&workspace, "gs://bucket", &[("GOOGLE_OAUTH_ACCESS_TOKEN", line), ("STORAGE_EMULATOR_HOST", "127.0.0.1:1")]);
    told(&run, 2, &["`authorization` cannot be sent"]);
    assert!(!run.stderr.contains("two lines"), "{}", run.stderr);
}
