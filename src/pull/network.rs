//! A pull from the network by one route: what its plan says, one request after the other.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::{Freshness, against, made};
use crate::error::{Code, Error, Result};
use crate::fetch::{Attempt, Body, Client, Content, Context, Journal, Network, Pull, Request, Store, stamp};
use crate::pipelines::{Dataset, Route, Source};
use crate::sources::plan::{Answer, Asked, Plan};

/// Asks for what the plan of the route says, one request after the other. `previous` is what came by this route.
#[expect(clippy::too_many_arguments, reason = "plain arguments, no context blob: see style.md")]
pub async fn from_network(
    client: &Client,
    network: &Network,
    store: &Store,
    journal: &Journal,
    source: &Source,
    dataset: &Dataset,
    route: &Route,
    previous: Option<&Pull>,
    now: Timestamp,
    environment: &(dyn Fn(&str) -> Option<String> + Sync),
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Freshness> {
    let context = Context { store, journal, source: &source.name, dataset: &dataset.name, route: &route.name, network, now, progress };
    let mut trip = Trip { client, context, previous, bodies: Vec::new(), names: HashSet::new() };
    let mut plan = plan_of(source, dataset, route, environment)?;
    let mut answers = Vec::new();
    loop {
        let requests = plan.next(&answers).or_else(|error| trip.assessed(error))?;
        let token = plan.change_token().map(|token| format!("{token} {}", settings(source, route)));
        if let Some(previous) = previous
            && token.is_some()
            && token == previous.change_token
            && previous.bodies.iter().all(|body| store.contains(&body.hash))
        {
            let routes = BTreeMap::from([(route.name.clone(), stamp(now))]);
            return Ok(Freshness::Unchanged(Pull { checked_at: stamp(now), routes, ..previous.clone() }));
        }
        if requests.is_empty() {
            let mut pull = made(source, dataset, route, trip.into_bodies()?, now, "network");
            pull.vintage = plan.vintage().or(pull.vintage);
            pull.change_token = token;
            return Ok(against(pull, previous));
        }
        answers.clear();
        for request in requests {
            answers.push(trip.fetch(request).await?);
        }
    }
}

/// What is asked for: another selection makes an equal change token meaningless.
fn settings(source: &Source, route: &Route) -> String {
    let text = format!("{} {}", source.http_of(route).base_url, route.format.settings());
    blake3::hash(text.as_bytes()).to_hex().chars().take(12).collect()
}

/// The requests of the route at the source's address, or at its own.
fn plan_of(source: &Source, dataset: &Dataset, route: &Route, environment: &dyn Fn(&str) -> Option<String>) -> Result<Box<dyn Plan>> {
    route.format.plan(&Asked {
        source: &source.name,
        dataset: &dataset.name,
        base_url: &source.http_of(route).base_url,
        file: &dataset.text.path,
        how_to_get: &dataset.how_to_get,
        environment,
    })
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
                    route: self.context.route.to_owned(),
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
    fn assessed(&self, error: Error) -> Result<Vec<Request>> {
        let attempt = Attempt::new(self.context.now, self.context.source, self.context.dataset, self.context.route);
        self.context.journal.record(&Attempt { error: Some(error.to_string()), ..attempt })?;
        Err(error)
    }

    fn into_bodies(self) -> Result<Vec<Body>> {
        if self.bodies.is_empty() {
            return Err(Error::fetch_hint(
                Code::NoRequest,
                format!("there is nothing to ask for {}/{}", self.context.source, self.context.dataset),
                "the data set's lists of codes, series or files in pipelines/ are empty",
            ));
        }
        Ok(self.bodies)
    }
}
