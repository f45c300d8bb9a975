//! Certificates of our own make, and the client's side of TLS.

use crate::until::PATIENCE;
use anyhow::{Context, Result};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The name that our certificates are for.
pub const NAME: &str = "maillage.test";

/// A certificate that vouches for itself, and where it lies with its key.
#[derive(Debug)]
pub struct Certificate {
    /// The file with the certificate.
    pub certificate: PathBuf,
    /// The file with its key.
    pub key: PathBuf,
    der: CertificateDer<'static>,
}

impl Certificate {
    /// Makes one in a folder; what was there by these names is replaced.
    pub fn make(folder: &Path, certificate: &str, key: &str) -> Result<Self> {
        Self::make_at(folder, certificate, key, Ipv4Addr::LOCALHOST)
    }

    /// The same for a program that is also called by its address.
    pub fn make_at(folder: &Path, certificate: &str, key: &str, address: Ipv4Addr) -> Result<Self> {
        let names = [NAME.to_owned(), address.to_string()];
        let made = rcgen::generate_simple_self_signed(names)?;
        let (certificate, key) = (folder.join(certificate), folder.join(key));
        fs::write(&certificate, made.cert.pem())?;
        fs::write(&key, made.signing_key.serialize_pem())?;
        let der = made.cert.der().clone();
        Ok(Self {
            certificate,
            key,
            der,
        })
    }

    /// The same with other files, which may hold anything.
    pub fn renamed(&self, certificate: PathBuf, key: PathBuf) -> Self {
        let der = self.der.clone();
        Self {
            certificate,
            key,
            der,
        }
    }

    /// What the relay is told about it.
    pub fn arguments(&self) -> Result<[&str; 4]> {
        let unicode = "a folder's name is not Unicode";
        let certificate = self.certificate.to_str().context(unicode)?;
        let key = self.key.to_str().context(unicode)?;
        Ok(["--tls-cert", certificate, "--tls-key", key])
    }

    /// Opens an encrypted connection, offering one protocol to speak on it, to a relay that must show this certificate.
    pub async fn connect(
        &self,
        address: SocketAddr,
        protocol: &str,
    ) -> Result<TlsStream<TcpStream>> {
        connect(&self.der, address, protocol).await
    }
}

/// Opens an encrypted connection, offering one protocol to speak on it, to a program that must show a certificate for [`NAME`] that
/// this one vouches for.
pub async fn connect(
    trusted: &CertificateDer<'static>,
    address: SocketAddr,
    protocol: &str,
) -> Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone())?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(NAME)?;
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
    Ok(timeout(PATIENCE, connecting).await??)
}
