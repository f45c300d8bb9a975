//! `maillage`: the relay's command line.

use anyhow::{Context, Result, anyhow, bail};
use clap::{Parser, Subcommand};
use maillage_server::access::Registry;
use maillage_server::http::{self, Acme, Tls};
use maillage_server::relay::{Options, Relay};
use maillage_server::stewardship::{Deed, Order};
use maillage_server::store::SledStore;
#[cfg(unix)]
use maillage_server::upkeep::Control;
use maillage_server::upkeep::{self, Report, Task, UpkeepError};
use maillage_server::{demo, panics};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::Role;
use maillage_shared::store::{Store, StoreError};
use std::future::Future;
use std::io::{IsTerminal, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tracing_subscriber::EnvFilter;

/// Maillage: people of a neighbourhood write useful jobs together, also without network.
#[derive(Debug, Parser)]
#[command(name = "maillage", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the app and relays what phones write, until SIGTERM or Ctrl+C. The first line on standard output is the address.
    Serve {
        /// Address and port to listen on. This machine only unless told otherwise; with port 0, a free port.
        #[arg(long, env = "MAILLAGE_LISTEN", default_value = "127.0.0.1:8080")]
        listen: String,
        /// Addresses of proxies in front of the relay, whose X-Forwarded-For header is believed; several with commas between them.
        #[arg(long, env = "MAILLAGE_TRUSTED_PROXIES", value_delimiter = ',')]
        trusted_proxy: Vec<IpAddr>,
        /// Documents of one territory that are kept; whoever brings one more is told that there is no room.
        #[arg(long, env = "MAILLAGE_DOCUMENTS_PER_SPACE", default_value_t = Options::default().documents_per_space)]
        documents_per_space: usize,
        /// Asks nobody who they are: whoever knows a document's id may read and change it. For measurements and trials only.
        #[arg(long)]
        open: bool,
        /// Folder with another build of the app, served in place of the one inside the program.
        #[arg(long, env = "MAILLAGE_APP", value_name = "FOLDER")]
        app: Option<PathBuf>,
        #[command(flatten)]
        encryption: Encryption,
        #[command(flatten)]
        data: Data,
    },
    /// Writes all documents into one file, which whoever has it can read, also while a relay runs on the folder.
    Backup {
        #[command(flatten)]
        data: Data,
        /// The file; one that is there is replaced once the new one is whole.
        #[arg(long = "to", value_name = "FILE")]
        file: PathBuf,
    },
    /// Makes a store of a backup.
    Restore {
        /// Folder for the documents; must be empty, is made if it is missing.
        #[command(flatten)]
        data: Data,
        /// The backup.
        #[arg(long = "from", value_name = "FILE")]
        file: PathBuf,
        /// The folder that this one takes the place of, or its `access` folder alone in another one: what was erased and who was removed
        /// since the backup stays so.
        #[arg(long, value_name = "FOLDER")]
        replacing: Option<PathBuf>,
    },
    /// Reads and verifies every document, prints a table, and fails if one is damaged. Works while a relay runs on the folder.
    Check {
        #[command(flatten)]
        data: Data,
    },
    /// Gives back room on the disk. A relay does so by itself from time to time.
    Compact {
        #[command(flatten)]
        data: Data,
    },
    /// Makes an invitation; the last line on standard output is the path of its link. The first one begins a territory.
    Invite {
        /// What whoever follows the link becomes: guest, volunteer, partner, facilitator, team, committee, mentor or observer.
        #[arg(long, default_value = "team")]
        role: String,
        /// How many people may use it.
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// For how many days.
        #[arg(long, default_value_t = 7)]
        days: u32,
        /// Makes a code of six letters too, good for twelve hours, written on a line before.
        #[arg(long)]
        code: bool,
        /// The name of the territory that this invitation begins.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Prints everyone of a territory: number, id, roles, name.
    Members {
        #[command(flatten)]
        place: Place,
    },
    /// Takes all roles from someone, at once and on every connection.
    Revoke {
        /// Their number, as `maillage members` prints it.
        #[arg(long)]
        number: u32,
        /// Leaves nothing of them but the keys that verify what they signed.
        #[arg(long)]
        erase: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Erases a whole document: its key, its words, and its copies on every phone as soon as they connect. There is no way back.
    Erase {
        /// Which one, as the address of its page ends.
        #[arg(long)]
        document: DocumentId,
        #[command(flatten)]
        place: Place,
    },
    /// Makes a ticket with which another program may connect, and prints the address's path.
    Ticket {
        /// What the program may do.
        #[arg(long)]
        role: String,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
        /// For how many days.
        #[arg(long, default_value_t = 30)]
        days: u32,
        #[command(flatten)]
        place: Place,
    },
    /// Ends an invitation or a ticket.
    Withdraw {
        /// Its number.
        #[arg(long)]
        number: u32,
        #[command(flatten)]
        place: Place,
    },
    /// Writes the demonstration territory if it is not there yet. The last line on standard output is the path of its joining link.
    Demo {
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Debug, clap::Args)]
struct Place {
    /// The territory; not needed where the relay has only one.
    #[arg(long)]
    space: Option<DocumentId>,
    #[command(flatten)]
    data: Data,
}

impl Place {
    fn order(self, deed: Deed) -> Result<()> {
        let space = self.space;
        let order = Order { space, deed };
        self.data
            .report(order.perform(&self.data.path, &mut std::io::stdout()))
    }
}

#[derive(Debug, clap::Args)]
struct Encryption {
    /// File with the certificate for https and those that vouch for it, in PEM form; read again when it changes, or upon SIGHUP.
    #[arg(
        long,
        env = "MAILLAGE_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    tls_cert: Option<PathBuf>,
    /// File with the key of that certificate, in PEM form.
    #[arg(
        long,
        env = "MAILLAGE_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    tls_key: Option<PathBuf>,
    /// Name under which the relay is reached on port 443, for a certificate from an authority; several with commas between them.
    #[arg(
        long,
        env = "MAILLAGE_ACME_DOMAIN",
        value_delimiter = ',',
        conflicts_with = "tls_cert"
    )]
    acme_domain: Vec<String>,
    /// E-mail address to which the authority may write.
    #[arg(
        long,
        env = "MAILLAGE_ACME_CONTACT",
        value_name = "ADDRESS",
        requires = "acme_domain"
    )]
    acme_contact: Option<String>,
    /// Directory of the authority (ACME).
    #[arg(long, env = "MAILLAGE_ACME_DIRECTORY", value_name = "URL", default_value = LETS_ENCRYPT)]
    acme_directory: String,
}

/// The authority that is asked when no other one is named.
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

impl Encryption {
    /// Whom to ask for a certificate, if anyone.
    fn authority(&self, data: &Data) -> Option<Acme> {
        let contact = self.acme_contact.as_ref();
        (!self.acme_domain.is_empty()).then(|| Acme {
            folder: data.path.join("acme"),
            domains: self.acme_domain.clone(),
            contact: contact.map(|address| format!("mailto:{address}")),
            directory: self.acme_directory.clone(),
        })
    }

    /// What the files hold; nothing for plain http.
    fn read(self, authority: Option<&Acme>) -> Result<Option<Arc<Tls>>> {
        let files = self.tls_cert.zip(self.tls_key);
        let tls = match authority {
            Some(authority) => Some(authority.tls()),
            None => files.map(|(certificate, key)| Tls::read(certificate, key)),
        };
        Ok(tls.transpose()?.map(Arc::new))
    }
}

#[derive(Debug, clap::Args)]
struct Data {
    /// Folder that holds the documents; made if it is missing.
    #[arg(long = "data", env = "MAILLAGE_DATA", default_value = "maillage-data")]
    path: PathBuf,
}

impl Data {
    fn open(&self) -> Result<SledStore> {
        SledStore::open(&self.path).map_err(|error| self.explain(error))
    }

    /// Says which folder an error is about, and what can be done.
    fn explain(&self, error: StoreError) -> anyhow::Error {
        let cannot = format!("the folder {} cannot be used", self.path.display());
        match error {
            StoreError::Damaged(_) => anyhow!(
                "{cannot}: {error}; `maillage restore` makes a new folder of a backup, and phones bring what they hold to any new one"
            ),
            error => anyhow::Error::new(error).context(cannot),
        }
    }

    /// Says how looking after the store ended.
    fn report(&self, result: Result<Report, UpkeepError>) -> Result<()> {
        let report = result.map_err(|error| match error {
            UpkeepError::Store(error) => self.explain(error),
            error => error.into(),
        })?;
        if !report.is_well {
            bail!(report.sentence);
        }
        eprintln!("{}", report.sentence);
        Ok(())
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log();
    let result = match arguments.command {
        Command::Serve {
            listen,
            trusted_proxy,
            documents_per_space,
            open,
            app,
            encryption,
            data,
        } => {
            let authority = encryption.authority(&data);
            encryption.read(authority.as_ref()).and_then(|tls| {
                let settings = http::Settings {
                    proxies: trusted_proxy,
                    tls,
                    app: app.map(Into::into),
                };
                let options = Options {
                    documents_per_space,
                    ..Options::default()
                };
                serve(&listen, settings, options, open, authority, &data)
            })
        }
        Command::Backup { data, file } => data.report(upkeep::back_up(&data.path, &file)),
        Command::Restore {
            data,
            file,
            replacing,
        } => data.report(upkeep::restore(&data.path, &file, replacing.as_deref())),
        Command::Check { data } => data.report(upkeep::perform(
            &data.path,
            Task::Check,
            &mut std::io::stdout(),
        )),
        Command::Compact { data } => data.report(upkeep::perform(
            &data.path,
            Task::Compact,
            &mut std::io::sink(),
        )),
        Command::Demo { data } => write_demo(&data),
        Command::Invite {
            role,
            uses,
            days,
            code,
            name,
            place,
        } => place.order(Deed::Invite {
            role,
            uses,
            days,
            code,
            name,
        }),
        Command::Members { place } => place.order(Deed::Members),
        Command::Erase { document, place } => place.order(Deed::Erase { document }),
        Command::Revoke {
            number,
            erase,
            place,
        } => place.order(Deed::Revoke { number, erase }),
        Command::Ticket {
            role,
            label,
            days,
            place,
        } => place.order(Deed::Ticket { role, label, days }),
        Command::Withdraw { number, place } => place.order(Deed::Withdraw { number }),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("maillage: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What is logged when `RUST_LOG` does not say. automerge calls changes that the guard tries out and refuses errors of the program.
const LOGGED: &str = "info,automerge=off";

/// Standard output belongs to answers, standard error to the log. `RUST_LOG` chooses what is logged.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOGGED));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    panics::log();
}

fn serve(
    listen: &str,
    settings: http::Settings,
    options: Options,
    open: bool,
    authority: Option<Acme>,
    data: &Data,
) -> Result<()> {
    // One thread for all sockets and rooms: handing a frame from thread to thread costs more than the frame. Proofs, large frames and
    // the disk have threads of their own.
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the relay cannot start")?;
    let result = runtime.block_on(async {
        // The signals first: one that comes during the start must not kill a store that is being opened.
        let stop = stop_signal()?;
        let store = Arc::new(data.open()?);
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("{listen} cannot be listened on"))?;
        let address = listener.local_addr().context("the relay has no address")?;
        let name = store.relay().clone();
        let documents: Arc<dyn Store> = store.clone();
        let registry = Registry::open(&data.path).map_err(|error| data.explain(error))?;
        let registry = Arc::new(registry);
        let asked = (!open).then(|| Arc::clone(&registry));
        if open {
            tracing::info!(
                "nobody is asked who they are: whoever knows a document's id may read and change it"
            );
        }
        let relay =
            Relay::start(documents, name, options, asked).context("the relay cannot start")?;
        let mut upkeep = look_after(&store, &registry, &data.path);
        let scheme = match settings.tls.clone() {
            Some(tls) => {
                let asked = hangups(&mut upkeep)?;
                if let Some(authority) = authority {
                    let tls = Arc::clone(&tls);
                    upkeep.spawn(async move { authority.keep(&tls).await });
                }
                upkeep.spawn(async move { tls.keep_fresh(&asked).await });
                "https"
            }
            None => "http",
        };
        announce(&format!("{scheme}://{address}"))?;
        tracing::info!(%address, data = %data.path.display(), "serving");
        http::serve(listener, relay, settings, stop).await;
        tracing::info!("stopped");
        Ok(())
    });
    // A thread that hangs in a proof must not keep the program from ending.
    runtime.shutdown_timeout(Duration::from_millis(500));
    result
}

/// Looks after the store and lets others ask for it, until the value is dropped.
fn look_after(store: &Arc<SledStore>, registry: &Arc<Registry>, data: &Path) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(upkeep::look_after(Arc::clone(store), Arc::clone(registry)));
    #[cfg(unix)]
    match Control::listen(data) {
        Ok(control) => {
            tasks.spawn(control.serve(Arc::clone(store), Arc::clone(registry)));
        }
        Err(error) => {
            tracing::warn!(%error, "there is no control socket: the store can be backed up only while the relay does not run");
        }
    }
    tasks
}

fn write_demo(data: &Data) -> Result<()> {
    let store = data.open()?;
    let report = demo::write(&store).context("the demonstration cannot be written")?;
    let registry = Registry::open(&data.path).map_err(|error| data.explain(error))?;
    if report.written == 0 {
        eprintln!("The demonstration is there already; what was written in it since stays.");
    } else {
        eprintln!("Wrote the demonstration: {} documents.", report.written);
    }
    // Whoever tries it out may try everything.
    let order = Order {
        space: Some(report.territory),
        deed: Deed::Invite {
            role: Role::Team.code().to_owned(),
            uses: 1_000,
            days: 30,
            code: false,
            name: None,
        },
    };
    data.report(order.carry_out(&registry, &store, &mut std::io::stdout()))
}

/// The first or last line that others read.
fn announce(line: &str) -> Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}")
        .and_then(|()| output.flush())
        .context("standard output cannot be written")
}

/// Ready when the system or a person asks the relay to stop.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("signals cannot be received")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals cannot be received")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}

/// Tells of each hang-up signal, by which services are asked to read their files again.
#[cfg(unix)]
fn hangups(tasks: &mut JoinSet<()>) -> Result<Arc<Notify>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup()).context("signals cannot be received")?;
    let asked = Arc::new(Notify::new());
    let tell = Arc::clone(&asked);
    tasks.spawn(async move {
        while hangup.recv().await.is_some() {
            tell.notify_one();
        }
    });
    Ok(asked)
}

#[cfg(not(unix))]
fn hangups(_: &mut JoinSet<()>) -> Result<Arc<Notify>> {
    Ok(Arc::default())
}

#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            tracing::info!("stopping");
        }
    })
}
