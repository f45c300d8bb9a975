//! Who a request comes from, also behind a proxy.

use axum::http::HeaderMap;
use std::net::IpAddr;

/// The header in which proxies name those they speak for, the nearest last.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The sender of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Client {
    /// Its address; a proxy's own when that proxy is not trusted.
    pub(super) address: IpAddr,
    /// Whether the request says that it came through a proxy.
    forwarded: bool,
}

impl Client {
    /// Reads the sender from the socket and, for `proxies` only, from what the proxy says.
    pub(super) fn of(socket: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> Self {
        let said: Vec<&str> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        let mut address = socket.to_canonical();
        // Each trusted proxy vouches for the name before its own; what an untrusted one says is anybody's word.
        for name in said.iter().rev() {
            if !proxies.contains(&address) {
                break;
            }
            match name.parse::<IpAddr>() {
                Ok(before) => address = before.to_canonical(),
                Err(_) => break,
            }
        }
        Self {
            address,
            forwarded: !said.is_empty(),
        }
    }

    /// Whether the request was made on this machine, by no proxy's order.
    pub(super) fn is_local(&self) -> bool {
        self.address.is_loopback() && !self.forwarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(socket: &str, said: &[&'static str], proxies: &[&str]) -> Client {
        let mut headers = HeaderMap::new();
        for said in said {
            headers.append(FORWARDED_FOR, said.parse().unwrap());
        }
        let proxies: Vec<IpAddr> = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        Client::of(socket.parse().unwrap(), &headers, &proxies)
    }

    fn address(client: Client) -> String {
        client.address.to_string()
    }

    #[test]
    fn without_a_trusted_proxy_the_socket_counts() {
        assert_eq!(address(of("192.0.2.1", &[], &[])), "192.0.2.1");
        assert_eq!(
            address(of("192.0.2.1", &["198.51.100.7"], &[])),
            "192.0.2.1"
        );
        assert_eq!(address(of("::ffff:192.0.2.1", &[], &[])), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_names_the_sender_and_a_sender_cannot_name_itself() {
        let proxies = ["127.0.0.1", "10.0.0.2"];
        assert_eq!(
            address(of("127.0.0.1", &["192.0.2.1"], &proxies)),
            "192.0.2.1"
        );
        assert_eq!(
            address(of("127.0.0.1", &["203.0.113.9, 192.0.2.1"], &proxies)),
            "192.0.2.1"
        );
        let twice = ["203.0.113.9, 192.0.2.1", "10.0.0.2"];
        assert_eq!(address(of("127.0.0.1", &twice, &proxies)), "192.0.2.1");
        assert_eq!(address(of("127.0.0.1", &["nobody"], &proxies)), "127.0.0.1");
    }

    #[test]
    fn what_a_proxy_passes_on_is_not_local() {
        assert!(of("127.0.0.1", &[], &[]).is_local());
        assert!(!of("127.0.0.1", &["127.0.0.1"], &["127.0.0.1"]).is_local());
        assert!(!of("192.0.2.1", &[], &[]).is_local());
    }
}
