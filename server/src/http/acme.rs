//! Certificates that an authority gives by itself (ACME, RFC 8555), to whoever answers a handshake for the name (RFC 8737).

mod validity;

use super::tls::{Tls, TlsError};
use crate::store::files::write_durably;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, NewAccount,
    NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::time::sleep;
use validity::Validity;

/// The file of the certificate and its key: one file, so that both are always of one kind.
const CERTIFICATE: &str = "certificate.pem";

/// How often it is looked whether a certificate ends soon.
const LOOKING_INTERVAL: Duration = Duration::from_secs(3600);

/// A certificate that was just given is not asked for again before this, whatever the clock says: when it is wrong by years, none seems
/// fresh, and authorities give only a few a week.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(2 * 86_400);

/// The pause after an order that failed; authorities allow a few failures an hour.
const PAUSE: Duration = Duration::from_secs(900);

/// How long an authority may take to look at what it asked for, and then to write the certificate.
const AUTHORITY_TIME: Duration = Duration::from_secs(120);

/// Why an authority gave no certificate.
#[derive(Debug, thiserror::Error)]
enum AcmeError {
    #[error("the authority: {0}")]
    Authority(#[from] instant_acme::Error),
    #[error("the authority did not find this relay under the names asked for")]
    NotFound,
    #[error("the authority proves names only in ways this relay does not know")]
    NoChallenge,
    #[error("the answer to the authority cannot be signed: {0}")]
    Signing(#[from] rcgen::Error),
    #[error("{0} cannot be read or written: {1}")]
    File(PathBuf, io::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// What to ask which authority for.
#[derive(Debug, Clone)]
pub struct Acme {
    /// Folder of the account and of the certificate with its key.
    pub folder: PathBuf,
    /// The names that the certificate is for.
    pub domains: Vec<String>,
    /// Whom the authority may write to, as a URL such as `mailto:name@example.org`.
    pub contact: Option<String>,
    /// The address of the authority's directory.
    pub directory: String,
}

impl Acme {
    /// TLS with the certificate that was given last, or with none yet.
    pub fn tls(&self) -> Result<Tls, TlsError> {
        Tls::expect(self.file(CERTIFICATE))
    }

    /// Has a certificate ready and renews it in time, until it is dropped.
    pub async fn keep(&self, tls: &Tls) {
        loop {
            let (renewed, pause) = if self.is_fresh() {
                (Ok(()), LOOKING_INTERVAL)
            } else {
                (self.renew(tls).await, RENEWAL_INTERVAL)
            };
            match renewed {
                Ok(()) => sleep(pause).await,
                Err(error) => {
                    tracing::warn!(%error, "no certificate was given; it is asked for again later");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Whether there is a certificate for these names, in the first two thirds of its time.
    #[expect(
        clippy::disallowed_methods,
        reason = "certificates are valid from one date to another"
    )]
    fn is_fresh(&self) -> bool {
        let names = fs::read_to_string(self.file("names")).unwrap_or_default();
        let validity = fs::read(self.file(CERTIFICATE)).ok();
        let validity = validity.and_then(|text| Validity::of(&text));
        names == self.names() && validity.is_some_and(|of| of.is_fresh(SystemTime::now()))
    }

    async fn renew(&self, tls: &Tls) -> Result<(), AcmeError> {
        create_private(&self.folder)
            .map_err(|error| AcmeError::File(self.folder.clone(), error))?;
        let account = self.account().await?;
        let names: Vec<Identifier> = self.domains.iter().cloned().map(Identifier::Dns).collect();
        let mut order = account.new_order(&NewOrder::new(&names)).await?;
        let proven = prove(&mut order, tls).await;
        tls.end_challenges();
        proven?;
        let key = order.finalize().await?;
        let patience = RetryPolicy::default().timeout(AUTHORITY_TIME);
        let certificate = order.poll_certificate(&patience).await?;
        self.write(CERTIFICATE, &format!("{certificate}\n{key}"))?;
        self.write("names", &self.names())?;
        tls.read_again()?;
        tracing::info!(domains = ?self.domains, "a certificate was given");
        Ok(())
    }

    /// The account at this authority, made at the first time.
    async fn account(&self) -> Result<Account, AcmeError> {
        // Another authority does not know the account.
        let authority: String = self
            .directory
            .replace(|sign: char| !sign.is_alphanumeric(), "-");
        let name = format!("account-{authority}");
        let known = fs::read(self.file(&name)).ok();
        let known = known.and_then(|text| serde_json::from_slice::<AccountCredentials>(&text).ok());
        if let Some(credentials) = known {
            return Ok(Account::builder()?.from_credentials(credentials).await?);
        }
        let contact: Vec<&str> = self.contact.iter().map(String::as_str).collect();
        let new = NewAccount {
            contact: &contact,
            terms_of_service_agreed: true,
            only_return_existing: false,
        };
        let (account, credentials) = Account::builder()?
            .create(&new, self.directory.clone(), None)
            .await?;
        let text = serde_json::to_string(&credentials)
            .map_err(|error| AcmeError::File(self.file(&name), error.into()))?;
        self.write(&name, &text)?;
        Ok(account)
    }

    fn names(&self) -> String {
        self.domains.join("\n")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), AcmeError> {
        let path = self.file(name);
        write_durably(&path, text.as_bytes()).map_err(|error| AcmeError::File(path, error))
    }
}

/// Shows the authority that this relay answers under the names of an order.
async fn prove(order: &mut Order, tls: &Tls) -> Result<(), AcmeError> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let mut challenge = authorization
            .challenge(ChallengeType::TlsAlpn01)
            .ok_or(AcmeError::NoChallenge)?;
        let name = challenge.identifier().to_string();
        let mut params = CertificateParams::new([name.clone()])?;
        let proof = challenge.key_authorization();
        let proof = CustomExtension::new_acme_identifier(proof.digest().as_ref());
        params.custom_extensions.push(proof);
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        tls.challenge(name, certificate.der().clone(), key.serialize_der())?;
        challenge.set_ready().await?;
    }
    let patience = RetryPolicy::default().timeout(AUTHORITY_TIME);
    match order.poll_ready(&patience).await? {
        OrderStatus::Ready | OrderStatus::Valid => Ok(()),
        _ => Err(AcmeError::NotFound),
    }
}

/// Makes a folder that only its owner can open.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
