//! A pull: all bodies of one data set, from the network or from a folder, and what is remembered of the last one.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::client::{Client, Content, Context};
use super::folder;
use super::journal::{Attempt, Journal};
use super::request::Request;
use super::store::{self, Store};
use crate::error::{Error, Result};
use crate::pipelines::{Dataset, Source};
use crate::sources::requests::{self, Answer};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub name: String,
    /// BLAKE3, hexadecimal: the name of the snapshot.
    pub hash: String,
    pub bytes: u64,
    /// Where it came from; `file:<source>/<dataset>/<name>` for a file brought by hand.
    pub url: String,
    /// When this content was first seen, RFC 3339 in UTC.
    pub fetched_at: String,
    /// 200, or 0 for a file brought by hand.
    pub status: u16,
    pub etag: Option<String>,
    /// What the provider said, or the date of a file brought by hand.
    pub last_modified: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    pub source: String,
    pub dataset: String,
    /// Sorted by name.
    pub bodies: Vec<Body>,
    pub fetched_at: String,
    /// The last time it was confirmed unchanged.
    pub checked_at: String,
    pub vintage: Option<String>,
    pub change_token: Option<String>,
    /// `network` or `folder`.
    pub origin: String,
}

/// The caller saves either one: an unchanged pull has a new `checked_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    New(Pull),
    Unchanged(Pull),
}

impl Pull {
    /// `data/pulls/<source>/<dataset>.json`.
    pub fn path(data: &Path, source: &str, dataset: &str) -> PathBuf {
        data.join("pulls").join(source).join(format!("{dataset}.json"))
    }

    pub fn load(data: &Path, source: &str, dataset: &str) -> Result<Option<Self>> {
        let path = Self::path(data, source, dataset);
        let text = match fs_err::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| {
            Error::fetch_hint("E1017", format!("{} is damaged: {error}", path.display()), "remove the file and pull the data set again")
        })
    }

    /// Writes beside and renames: a crash leaves the old record or the new one.
    pub fn save(&self, data: &Path) -> Result<()> {
        let path = Self::path(data, &self.source, &self.dataset);
        let folder = path.parent().unwrap_or(data);
        fs_err::create_dir_all(folder)?;
        let mut file = store::temporary(folder)?;
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        file.write_all(&text)?;
        store::place(file, &path)
    }

    fn new(source: &Source, dataset: &Dataset, mut bodies: Vec<Body>, now: Timestamp, origin: &str) -> Self {
        bodies.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            source: source.name.clone(),
            dataset: dataset.name.clone(),
            bodies,
            fetched_at: stamp(now),
            checked_at: stamp(now),
            vintage: dataset.vintage.clone(),
            change_token: None,
            origin: origin.to_owned(),
        }
    }

    fn same_content(&self, other: &Self) -> bool {
        self.bodies.iter().map(|b| (&b.name, &b.hash)).eq(other.bodies.iter().map(|b| (&b.name, &b.hash)))
    }

    /// Content seen before keeps its date; a pull with nothing else is unchanged.
    fn against(mut self, previous: Option<&Self>) -> Outcome {
        let Some(previous) = previous else { return Outcome::New(self) };
        for body in &mut self.bodies {
            if let Some(old) = previous.bodies.iter().find(|old| old.name == body.name && old.hash == body.hash) {
                body.fetched_at.clone_from(&old.fetched_at);
            }
        }
        if !self.same_content(previous) {
            return Outcome::New(self);
        }
        self.fetched_at.clone_from(&previous.fetched_at);
        if self.origin == "folder" {
            // A copy by hand of what we have must not erase where we have it from.
            let vintage = self.vintage.or_else(|| previous.vintage.clone());
            self = Self { checked_at: self.checked_at, vintage, ..previous.clone() };
        }
        Outcome::Unchanged(self)
    }
}

/// RFC 3339 in UTC, whole seconds.
pub(super) fn stamp(now: Timestamp) -> String {
    Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

/// Takes the files of `folder` as the bodies of a pull. None when the folder does not exist or has no files.
pub fn from_folder(
    store: &Store,
    journal: &Journal,
    source: &Source,
    dataset: &Dataset,
    folder: &Path,
    previous: Option<&Pull>,
    now: Timestamp,
) -> Result<Option<Outcome>> {
    let mut bodies = Vec::new();
    for (name, path) in folder::look_into(folder)?.bodies {
        let file = fs_err::File::open(&path)?;
        let last_modified = file.metadata()?.modified().ok().and_then(|time| Timestamp::try_from(time).ok()).map(stamp);
        let (hash, bytes) = store.put(file, source.http.max_bytes).map_err(|error| at(error, &path))?;
        let url = format!("file:{}/{}/{name}", source.name, dataset.name);
        journal.record(&Attempt {
            name: name.clone(),
            method: "FOLDER".into(),
            url: url.clone(),
            attempt: 1,
            outcome: "stored".into(),
            bytes: Some(bytes),
            hash: Some(hash.clone()),
            ..Attempt::new(now, &source.name, &dataset.name)
        })?;
        bodies.push(Body { name, hash, bytes, url, fetched_at: stamp(now), status: 0, etag: None, last_modified });
    }
    let pull = (!bodies.is_empty()).then(|| Pull::new(source, dataset, bodies, now, "folder"));
    Ok(pull.map(|pull| pull.against(previous)))
}

fn at(error: Error, path: &Path) -> Error {
    match error {
        Error::Fetch { code, message, hint } => Error::Fetch { code, message: format!("{}: {message}", path.display()), hint },
        other => other,
    }
}

/// Asks the provider for what the data set's plan says, one request after the other.
#[expect(clippy::too_many_arguments, reason = "plain arguments, no context blob: see style.md")]
pub async fn from_network(
    client: &Client,
    store: &Store,
    journal: &Journal,
    source: &Source,
    dataset: &Dataset,
    previous: Option<&Pull>,
    now: Timestamp,
    environment: &(dyn Fn(&str) -> Option<String> + Sync),
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Outcome> {
    let context = Context { store, journal, source: &source.name, dataset: &dataset.name, now, progress };
    let mut trip = Trip { client, context, previous, bodies: Vec::new(), names: HashSet::new() };
    let mut plan = requests::plan(source, dataset, environment)?;
    let mut answers = Vec::new();
    loop {
        let requests = plan.next(&answers).or_else(|error| trip.judged(error))?;
        let token = plan.change_token().map(|token| format!("{token} {}", settings(source, dataset)));
        if let Some(previous) = previous
            && token.is_some()
            && token == previous.change_token
            && previous.bodies.iter().all(|body| store.contains(&body.hash))
        {
            return Ok(Outcome::Unchanged(Pull { checked_at: stamp(now), ..previous.clone() }));
        }
        if requests.is_empty() {
            let mut pull = Pull::new(source, dataset, trip.into_bodies()?, now, "network");
            pull.vintage = plan.vintage().or(pull.vintage);
            pull.change_token = token;
            return Ok(pull.against(previous));
        }
        answers.clear();
        for request in requests {
            answers.push(trip.fetch(request).await?);
        }
    }
}

/// What is asked for: another selection makes an equal change token meaningless.
fn settings(source: &Source, dataset: &Dataset) -> String {
    let text = format!("{} {:?}", source.http.base_url, dataset.format);
    blake3::hash(text.as_bytes()).to_hex().chars().take(12).collect()
}

struct Trip<'a> {
    client: &'a Client,
    context: Context<'a>,
    previous: Option<&'a Pull>,
    bodies: Vec<Body>,
    names: HashSet<String>,
}

impl Trip<'_> {
    async fn fetch(&mut self, request: Request) -> Result<Answer> {
        let url = request.shown_url();
        if request.keep && !self.names.insert(request.name.clone()) {
            return Err(Error::Internal(format!("two bodies of one pull are named {}", request.name)));
        }
        let known = self.known(&request, &url).cloned();
        let fetched = self.client.fetch(self.context, &request, known.as_ref()).await?;
        let bytes_for_plan = match fetched.content {
            Content::Memory(bytes) => bytes,
            Content::Stored { hash, bytes, head } => {
                self.bodies.push(Body {
                    name: request.name.clone(),
                    hash,
                    bytes,
                    url,
                    fetched_at: stamp(self.context.now),
                    status: fetched.status,
                    etag: fetched.etag,
                    last_modified: fetched.last_modified,
                });
                head
            }
            Content::Unchanged => {
                let known = known.ok_or_else(|| Error::Internal("304 without a known body".into()))?;
                let head = self.context.store.head(&known.hash)?;
                self.bodies.push(known);
                head
            }
        };
        Ok(Answer { request, status: fetched.status, bytes_for_plan })
    }

    /// The same body of the last pull, if we still have it.
    fn known(&self, request: &Request, url: &str) -> Option<&Body> {
        let bodies = &self.previous.filter(|_| request.keep)?.bodies;
        bodies.iter().find(|body| {
            body.name == request.name
                && body.url == url
                && (body.etag.is_some() || body.last_modified.is_some())
                && self.context.store.contains(&body.hash)
        })
    }

    /// The plan did not like the answers: that belongs in the journal too.
    fn judged(&self, error: Error) -> Result<Vec<Request>> {
        let attempt = Attempt::new(self.context.now, self.context.source, self.context.dataset);
        self.context.journal.record(&Attempt { error: Some(error.to_string()), ..attempt })?;
        Err(error)
    }

    fn into_bodies(self) -> Result<Vec<Body>> {
        if self.bodies.is_empty() {
            return Err(Error::fetch_hint(
                "E1011",
                format!("there is nothing to ask for {}/{}", self.context.source, self.context.dataset),
                "the data set's lists of codes, series or files in pipelines/ are empty",
            ));
        }
        Ok(self.bodies)
    }
}
