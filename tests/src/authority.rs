//! An authority of our own that gives certificates: pebble, which Let's Encrypt makes for tests, and a name server for it.

use crate::device::random;
use crate::encrypted::{Certificate, connect};
use crate::relay::echo;
use crate::skipped::skipped;
use crate::until::eventually;
use anyhow::{Context, Result};
use serde_json::json;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

const DIRECTORY_PORT: u16 = 14_000;
const MANAGEMENT_PORT: u16 = 15_000;
const NAMES_PORT: u16 = 8053;
const RELAY_PORT: u16 = 5001;

/// A running authority, for which every name means one address of this machine that nobody else uses. It ends with the value.
#[derive(Debug)]
pub struct Authority {
    address: Ipv4Addr,
    /// What its own pages are encrypted with.
    own: Certificate,
    _processes: [Child; 2],
    _folder: TempDir,
}

impl Authority {
    /// Starts one; nothing, after a word to whoever runs the tests, when it is not installed.
    pub async fn start() -> Result<Option<Self>> {
        let [a, b, c] = random::<3>()?.map(|byte| byte.clamp(1, 254));
        let address = Ipv4Addr::new(127, a, b, c);
        let folder = tempfile::tempdir()?;
        let own = Certificate::make_at(folder.path(), "certificate", "key", address)?;
        let config = json!({ "pebble": {
            "listenAddress": format!("{address}:{DIRECTORY_PORT}"),
            "managementListenAddress": format!("{address}:{MANAGEMENT_PORT}"),
            "certificate": own.certificate,
            "privateKey": own.key,
            "httpPort": 5002,
            "tlsPort": RELAY_PORT,
        }});
        let config_file = folder.path().join("config");
        fs::write(&config_file, config.to_string())?;

        let names = format!("{address}:{NAMES_PORT}");
        let mut resolver = Command::new("pebble-challtestsrv");
        resolver.args(["-defaultIPv4", &address.to_string(), "-defaultIPv6", ""]);
        resolver.args(["-dns01", &names, "-management", &format!("{address}:8055")]);
        resolver.args(["-http01", "", "-https01", "", "-tlsalpn01", ""]);
        let mut pebble = Command::new("pebble");
        pebble
            .args(["-dnsserver", &names, "-config"])
            .arg(config_file);
        pebble.env("PEBBLE_VA_NOSLEEP", "1");
        let (Ok(resolver), Ok(pebble)) = (launch(resolver), launch(pebble)) else {
            return skipped("pebble is not installed");
        };
        for port in [NAMES_PORT, DIRECTORY_PORT, MANAGEMENT_PORT] {
            eventually("the authority answers", async || {
                TcpStream::connect((address, port)).await
            })
            .await?;
        }
        Ok(Some(Self {
            address,
            own,
            _processes: [resolver, pebble],
            _folder: folder,
        }))
    }

    /// Where it looks for the relay.
    pub fn relay_address(&self) -> SocketAddr {
        SocketAddr::from((self.address, RELAY_PORT))
    }

    /// The address of its directory.
    pub fn directory(&self) -> String {
        format!("https://{}:{DIRECTORY_PORT}/dir", self.address)
    }

    /// What the relay has to trust to speak with it.
    pub fn own(&self) -> &Certificate {
        &self.own
    }

    /// What vouches for the certificates it gives.
    pub async fn root(&self) -> Result<CertificateDer<'static>> {
        let address = SocketAddr::from((self.address, MANAGEMENT_PORT));
        let mut stream = self.own.connect(address, "http/1.1").await?;
        stream.write_all(b"GET /roots/0 HTTP/1.0\r\n\r\n").await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        CertificateDer::from_pem_slice(&answer).context("the authority shows no root")
    }

    /// Opens an encrypted connection to the relay, which must show a certificate from here.
    pub async fn visit(&self, protocol: &str) -> Result<()> {
        let root = self.root().await?;
        connect(&root, self.relay_address(), protocol).await?;
        Ok(())
    }
}

fn launch(mut command: Command) -> Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut process = command.stderr(Stdio::null()).kill_on_drop(true).spawn()?;
    let output = process.stdout.take().context("no standard output")?;
    echo("authority", output);
    Ok(process)
}
