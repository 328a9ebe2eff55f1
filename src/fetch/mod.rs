//! Gets bytes from providers: requests, retries, validators and the snapshot store. Knows no indicator and no format.
//!
//! | code | meaning | asked again |
//! |---|---|---|
//! | E1001 | no connection: name, route, TLS or proxy | yes |
//! | E1002 | time-out while connecting, waiting or reading | yes |
//! | E1003 | the provider refused with a status (408, 425, 429, 500 to 504 and 520 to 524 are asked again) | some |
//! | E1004 | the body is larger than `max_bytes` | no |
//! | E1005 | a web page (HTML) where data was asked for | yes |
//! | E1006 | the body is cut off or broken on the way | yes |
//! | E1007 | the body is not what the route gives: ZIP, 7z, CSV, JSON | yes |
//! | E1008 | credentials are missing in the environment | no |
//! | E1009 | the answer is an empty list: an unknown code, or no data | no |
//! | E1010 | a redirect was refused: more than 5, from https to http, to a private address, or any with credentials | no |
//! | E1011 | the data set's settings do not add up to a request | no |
//! | E1012 | the provider says that a code does not exist (UIS hints 001 and 003) | no |
//! | E1013 | a code in the settings is not in the provider's list | no |
//! | E1014 | too much data for one request, and it can't be split further | no |
//! | E1015 | the data set has no address: it is only downloaded by hand | no |
//! | E1016 | a list or version answer can't be read | no |
//! | E1017 | a stored snapshot or pull record is missing or damaged | no |
//! | E1018 | not asked further in this run: the provider asks for a long pause, or refuses one data set after the other | no |
//! | E1019 | the answer repeats a credential: it is not kept | no |

mod client;
mod context;
mod failure;
mod hosts;
pub mod http;
mod journal;
mod network;
mod packed;
mod record;
mod request;
mod store;
mod text_end;

pub use client::{Client, Content, Fetched};
pub use context::Context;
pub use http::Http;
pub use journal::{Attempt, Journal};
pub use network::Network;
pub use record::{Body, Pull, stamp};
pub use request::{Expect, Method, Request};
pub use store::{Store, StoreWriter};
