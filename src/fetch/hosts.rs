//! Where a redirect, or a name, may lead: never into a private network, unless the pipelines file names the host.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The hosts that a pipelines file names.
#[derive(Debug, Clone, Default)]
pub(super) struct Hosts(Arc<Named>);

#[derive(Debug, Default)]
struct Named {
    /// Host and port of each address.
    addresses: Vec<(String, Option<u16>)>,
    /// Hosts that redirects may lead to, by any port.
    allowed: Vec<String>,
}

/// A host of a private network that no pipelines file names.
#[derive(Debug)]
pub(super) struct Private(String);

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is of a private network; if that is meant, add it to allow_hosts under [http]", self.0)
    }
}

impl std::error::Error for Private {}

impl Hosts {
    pub(super) fn new(addresses: &[String], allowed: &[String]) -> Self {
        let parsed = addresses.iter().filter_map(|address| Url::parse(address).ok());
        let addresses = parsed.filter_map(|url| Some((url.host_str()?.to_owned(), url.port_or_known_default()))).collect();
        Self(Arc::new(Named { addresses, allowed: allowed.iter().map(|host| host.trim().to_ascii_lowercase()).collect() }))
    }

    /// Why a redirect may not lead there. Names are looked up later, by [`Resolve`].
    pub(super) fn refuse(&self, url: &Url) -> Option<Private> {
        let host = url.host_str().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = bare.trim_end_matches('.');
        let private = match bare.parse::<IpAddr>() {
            Ok(address) => is_private(address),
            Err(_) => name == "localhost" || name.ends_with(".localhost"),
        };
        let named = self.0.allowed.iter().any(|allowed| allowed == host || allowed == bare)
            || self.0.addresses.contains(&(host.to_owned(), url.port_or_known_default()));
        (private && !named).then(|| Private(host.to_owned()))
    }
}

/// Looks names up; one that the file does not name must not lead into a private network.
impl Resolve for Hosts {
    fn resolve(&self, name: Name) -> Resolving {
        let named = Arc::clone(&self.0);
        Box::pin(async move {
            let host = name.as_str();
            let mut found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            if !named.allowed.iter().any(|allowed| allowed == host) && !named.addresses.iter().any(|(address, _)| address == host) {
                found.retain(|address| !is_private(address.ip()));
                if found.is_empty() {
                    return Err(Private(host.to_owned()).into());
                }
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// Loopback, private, link-local (where clouds keep credentials), shared, unspecified, multicast and reserved addresses, and
/// those that a gateway makes such ones of.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (18..20).contains(&b))
                || (a, b, c) == (192, 0, 0)
        }
        IpAddr::V6(v6) => {
            let inside = v6.to_ipv4_mapped().or_else(|| translated(v6));
            inside.is_some_and(|v4| is_private(IpAddr::V4(v4)))
                || v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                // Site-local: as private as those above, and older.
                || v6.segments()[0] & 0xffc0 == 0xfec0
                // NAT64 within one network.
                || v6.segments()[..3] == [0x64, 0xff9b, 1]
        }
    }
}

/// The IPv4 address that an IPv6 address leads to: of NAT64, of 6to4, of the old compatible ones, and the server and (turned
/// over) the client of Teredo, of which the client counts.
fn translated(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0, 0, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(of(high, low)),
        [0x2001, 0, .., high, low] => Some(of(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_into_no_private_network() {
        let hosts = Hosts::new(&["http://127.0.0.1:81/v2".into(), "https://data.example".into()], &["mirror.local".into(), "::1".into()]);
        let refused = |url: &str| hosts.refuse(&Url::parse(url).unwrap()).is_some();
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/x",
            "http://localhost/",
            "http://a.localhost./",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://[::]/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[64:ff9b:1::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001:0:5db8:d822::80ff:fffe]/",
            "http://[fec0::1]/",
            "http://198.18.0.1/",
            "http://192.0.0.8/",
            "http://240.0.0.1/",
            "http://255.255.255.255/",
        ] {
            assert!(refused(url), "{url}");
        }
        for url in [
            "http://127.0.0.1:81/y",
            "https://data.example/",
            "https://93.184.216.34/",
            "http://[::1]:8080/",
            "http://[2606:4700::1]/",
            "http://[64:ff9b::5db8:d822]/",
            "http://[2002:5db8:d822::]/",
            "http://198.20.0.1/",
        ] {
            assert!(!refused(url), "{url}");
        }
    }
}
