//! TLS, with a certificate and its key from files that are read again when they change.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, InconsistentKeys, ServerConfig};
use tokio_rustls::server::TlsStream;

/// How HTTP/2 is called in the handshake (RFC 9113, section 3.2).
pub(super) const HTTP_2: &[u8] = b"h2";

const HTTP_1: &[u8] = b"http/1.1";

/// What an authority speaks that only wants to see a proof (RFC 8737): nothing comes after the handshake.
pub(super) const ACME: &[u8] = b"acme-tls/1";

/// How long a handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// How often the files are looked at.
const LOOKING_INTERVAL: Duration = Duration::from_secs(5);

/// Why a certificate is not used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is missing or cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    /// The file of the certificate holds something else.
    #[error("{0} holds no certificate in PEM form")]
    NoCertificate(PathBuf),
    /// The file of the key holds something else.
    #[error("{0} holds no private key in PEM form")]
    NoKey(PathBuf),
    /// The key is not that of the first certificate.
    #[error("the key in {key} does not belong to the certificate in {certificate}")]
    Mismatched {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// A kind of key or certificate that is not understood.
    #[error("the certificate in {0} cannot be used: {1}")]
    Unusable(PathBuf, rustls::Error),
}

/// What connections are encrypted with.
#[derive(Debug)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    /// When the files had changed last before they were read at the start.
    changed: Changed,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
}

impl Tls {
    /// Reads a certificate, followed by those that vouch for it, and its key. Both files are in PEM form.
    pub fn read(certificate: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let found = read(&certificate, &key, &ring::default_provider())?;
        Self::with(certificate, key, Some(found), &[HTTP_2, HTTP_1])
    }

    /// The same with a file that holds both and that an authority fills: until it is there, there is no certificate. The relay can
    /// prove to the authority that it answers under a name.
    pub(super) fn expect(file: PathBuf) -> Result<Self, TlsError> {
        let found = match read(&file, &file, &ring::default_provider()) {
            Err(TlsError::Unreadable(_, error)) if error.kind() == io::ErrorKind::NotFound => None,
            read => Some(read?),
        };
        Self::with(file.clone(), file, found, &[HTTP_2, HTTP_1, ACME])
    }

    fn with(
        certificate: PathBuf,
        key: PathBuf,
        shown: Option<CertifiedKey>,
        protocols: &[&[u8]],
    ) -> Result<Self, TlsError> {
        let current = Arc::new(Current {
            shown: RwLock::new(shown.map(Arc::new)),
            challenges: RwLock::default(),
        });
        let resolver: Arc<dyn ResolvesServerCert> = current.clone();
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Unusable(certificate.clone(), error))?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(Self {
            changed: changed(&certificate, &key),
            certificate,
            key,
            current,
            config: Arc::new(config),
        })
    }

    /// Answers the authority's handshakes for a name with a certificate that holds the proof.
    pub(super) fn challenge(
        &self,
        name: String,
        certificate: CertificateDer<'static>,
        key: Vec<u8>,
    ) -> Result<(), TlsError> {
        let provider = self.config.crypto_provider().key_provider;
        let key = provider
            .load_private_key(PrivatePkcs8KeyDer::from(key).into())
            .map_err(|error| TlsError::Unusable(self.certificate.clone(), error))?;
        // Not checked: the proof is an extension that only authorities understand.
        let proof = CertifiedKey::new(vec![certificate], key);
        write(&self.current.challenges).insert(name, Arc::new(proof));
        Ok(())
    }

    /// Forgets all proofs for the authority.
    pub(super) fn end_challenges(&self) {
        write(&self.current.challenges).clear();
    }

    /// Takes what the files hold now for connections from now on. When it cannot be used, what was read before stays.
    pub fn read_again(&self) -> Result<(), TlsError> {
        let read = read(&self.certificate, &self.key, self.config.crypto_provider())?;
        *write(&self.current.shown) = Some(Arc::new(read));
        Ok(())
    }

    /// Reads the files again when they change or `asked` says so, until it is dropped.
    pub async fn keep_fresh(&self, asked: &Notify) {
        let mut looks = interval(LOOKING_INTERVAL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut known = self.changed;
        loop {
            let is_asked = tokio::select! {
                _ = looks.tick() => false,
                () = asked.notified() => true,
            };
            let now = changed(&self.certificate, &self.key);
            if now == known && !is_asked {
                continue;
            }
            // Also after a failure: the files change again once they are whole.
            known = now;
            match self.read_again() {
                Ok(()) => tracing::info!("the certificate was read again"),
                Err(error) => tracing::warn!(%error, "the certificate that was read before stays"),
            }
        }
    }

    /// The handshake of a connection.
    pub(super) async fn greet(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.config));
        timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await?
    }
}

/// What is shown to connections from now on.
#[derive(Debug)]
struct Current {
    shown: RwLock<Option<Arc<CertifiedKey>>>,
    /// What is shown to an authority instead, by name.
    challenges: RwLock<HashMap<String, Arc<CertifiedKey>>>,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let is_authority = hello
            .alpn()
            .is_some_and(|mut names| names.any(|name| name == ACME));
        if is_authority {
            read_locked(&self.challenges)
                .get(hello.server_name()?)
                .cloned()
        } else {
            read_locked(&self.shown).clone()
        }
    }
}

fn read_locked<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// When the two files changed last, as far as that is known.
type Changed = [Option<SystemTime>; 2];

fn changed(certificate: &Path, key: &Path) -> Changed {
    [certificate, key].map(|path| fs::metadata(path).ok()?.modified().ok())
}

fn read(
    certificate: &Path,
    key: &Path,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let text = contents(certificate)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, pem::Error>>()
        .map_err(|_| TlsError::NoCertificate(certificate.to_path_buf()))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.to_path_buf()));
    }
    let secret = PrivateKeyDer::from_pem_slice(&contents(key)?)
        .map_err(|_| TlsError::NoKey(key.to_path_buf()))?;
    CertifiedKey::from_der(chain, secret, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::Mismatched {
            certificate: certificate.to_path_buf(),
            key: key.to_path_buf(),
        },
        error => TlsError::Unusable(certificate.to_path_buf(), error),
    })
}

fn contents(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::Unreadable(path.to_path_buf(), error))
}
