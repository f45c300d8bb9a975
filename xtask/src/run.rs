//! `cargo xtask run`: from a fresh checkout to an address and a joining link.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::build;
use crate::process;
use crate::project::Project;

/// The port one expects, if it is free.
const USUAL_PORT: u16 = 8080;

/// How many ports after the usual one are tried.
const PORTS_TRIED: u16 = 50;

/// Builds everything, writes the demonstration territory, says where to go and becomes the relay.
pub(crate) fn run(
    project: &Project,
    listen: Option<&str>,
    data: Option<PathBuf>,
) -> Result<ExitCode> {
    let relay = build::release(project)?;
    let data = data.unwrap_or_else(|| project.target().join("demonstration"));
    let address = choose_address(listen)?;

    let step = project.step("writing the demonstration territory, if it is not there yet");
    let mut demo = process::command(project, &relay);
    demo.arg("demo").arg("--data").arg(&data);
    let answer = process::output(&mut demo)?;
    let link = answer
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .context("`maillage demo` printed no joining link")?
        .trim()
        .to_owned();
    step.done("the demonstration territory is ready");

    println!("{}", directions(address, network_address(address), &link));
    let mut serve = process::command(project, &relay);
    serve.args(["serve", "--listen", &address.to_string(), "--data"]);
    serve.arg(&data);
    become_relay(&mut serve)
}

/// This process becomes the relay, so that Ctrl+C and signals reach it and nothing is left behind.
#[cfg(unix)]
fn become_relay(serve: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    let problem = serve.exec();
    bail!("the relay could not be started: {problem}")
}

#[cfg(not(unix))]
fn become_relay(serve: &mut Command) -> Result<ExitCode> {
    if process::status(serve)?.success() {
        Ok(ExitCode::SUCCESS)
    } else {
        bail!("the relay stopped; the reason is above")
    }
}

/// The address asked for with its port settled, or the usual port on all interfaces or the next free one.
fn choose_address(listen: Option<&str>) -> Result<SocketAddr> {
    if let Some(listen) = listen {
        let address: SocketAddr = listen.parse().with_context(|| {
            format!("`{listen}` is not an address to listen on; write one such as 127.0.0.1:8080")
        })?;
        let listener = TcpListener::bind(address).with_context(|| {
            format!("{address} cannot be listened on; choose another one with --listen")
        })?;
        return Ok(listener.local_addr()?);
    }
    let everywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    (USUAL_PORT..USUAL_PORT + PORTS_TRIED)
        .map(|port| SocketAddr::new(everywhere, port))
        .find(|address| TcpListener::bind(address).is_ok())
        .with_context(|| format!("no port from {USUAL_PORT} on is free; choose one with --listen"))
}

/// This machine's address for others on the network, when the relay listens beyond this machine.
fn network_address(address: SocketAddr) -> Option<IpAddr> {
    if !address.ip().is_unspecified() {
        return (!address.ip().is_loopback()).then_some(address.ip());
    }
    // Connecting a UDP socket sends nothing; it only makes the system choose the outgoing address. The destination is
    // reserved for documentation (RFC 5737).
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}

/// Where to go, and what to expect of phones there.
fn directions(address: SocketAddr, network: Option<IpAddr>, link: &str) -> String {
    let port = address.port();
    let mut text = String::from("\nMaillage is starting. Joining link:\n");
    if address.ip().is_unspecified() || address.ip().is_loopback() {
        text.push_str(&format!(
            "  on this computer       http://localhost:{port}{link}\n"
        ));
    }
    if let Some(ip) = network {
        let host = SocketAddr::new(ip, port);
        text.push_str(&format!("  on the same network    http://{host}{link}\n"));
        text.push_str(
            "
Phones on the same network can open that address, join, write together and keep what they write as long as the page
is open or their browser keeps its storage. Over plain http, browsers do not let them open the app without network,
install it, ask for storage that is never cleared, or use the browser's own keys: these need https, or localhost on
this computer. To try everything on a phone, put an https proxy in front of this port.
",
        );
    } else {
        text.push_str("\nOnly this computer can reach it: --listen 0.0.0.0:8080 opens it to phones on the same network.\n");
    }
    text.push_str("\nStop with Ctrl+C; the documents stay.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_told_what_plain_http_cannot_do() {
        let everywhere = "0.0.0.0:8080".parse().unwrap();
        let text = directions(everywhere, Some("192.168.1.5".parse().unwrap()), "/#/x");
        assert!(text.contains("http://localhost:8080/#/x"), "{text}");
        assert!(text.contains("http://192.168.1.5:8080/#/x"), "{text}");
        assert!(text.contains("need https"), "{text}");
    }

    #[test]
    fn an_address_of_this_computer_alone_says_so() {
        let here = "127.0.0.1:9000".parse().unwrap();
        let text = directions(here, network_address(here), "/#/x");
        assert!(text.contains("http://localhost:9000/#/x"), "{text}");
        assert!(text.contains("Only this computer"), "{text}");
    }

    #[test]
    fn a_taken_port_is_refused_by_name() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let problem = choose_address(Some(&address)).unwrap_err().to_string();
        assert!(problem.contains("cannot be listened on"), "{problem}");
    }

    #[test]
    fn port_zero_becomes_a_real_port() {
        assert_ne!(choose_address(Some("127.0.0.1:0")).unwrap().port(), 0);
    }

    #[test]
    fn what_is_no_address_is_refused_by_name() {
        let problem = choose_address(Some("nowhere")).unwrap_err().to_string();
        assert!(
            problem.starts_with("`nowhere` is not an address"),
            "{problem}"
        );
    }
}
