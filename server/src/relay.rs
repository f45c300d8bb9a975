//! The relay: connections on one side, the store on the other, one room for each open document in between.
//!
//! Everything here is a shell. What a frame means, what is accepted and who is told what is decided by the machines of
//! `maillage_shared::sync`; this module gives them sockets, threads and time.

mod admission;
mod closing;
mod connection;
mod connections;
mod entrance;
mod erasing;
mod line;
mod options;
mod outbound;
mod pace;
mod peers;
mod present;
mod proving;
mod room;
mod rooms;
mod spaces;
mod writer;

pub use admission::Admission;
pub use connection::Visitor;
pub use entrance::Ticket;
pub use options::Options;

use crate::access::Registry;
use crate::metrics::{self, Metrics};
use admission::Door;
use closing::Closing;
use connections::Connections;
use erasing::Erasing;
use maillage_shared::id::{DocumentId, PeerId};
use maillage_shared::identity::{Challenge, Secret};
use maillage_shared::limits;
use maillage_shared::store::Store;
use maillage_shared::sync::room::ConnectionId;
use peers::Peers;
use present::Present;
use proving::Proving;
use rooms::{Context, Rooms};
use sha2::{Digest, Sha256};
use spaces::Spaces;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use writer::Writer;

/// What a socket keeps ready for reading and for writing. The default of 128 KiB would cost ten times the memory of an idle phone.
const SOCKET_BUFFER_BYTES: usize = 4 * 1024;

/// How long stopping may wait for each thing it waits for.
const STOPPING_TIME: Duration = Duration::from_secs(3);

/// A running relay.
pub struct Relay {
    shared: Arc<Shared>,
    door: Door,
    connections: TaskTracker,
    /// Pings everyone, tells everyone who is who, and carries out erasures, as long as the relay is there.
    _tasks: [AbortOnDropHandle<()>; 3],
    last_connection: AtomicU64,
}

/// What connections share.
struct Shared {
    relay: PeerId,
    options: Options,
    rooms: Arc<Rooms>,
    peers: Peers,
    metrics: Arc<Metrics>,
    /// The relay's room in memory for what is received and not dealt with yet.
    inbound: Arc<Semaphore>,
    connections: Connections,
    /// Who may come in; without it, anyone.
    registry: Option<Arc<Registry>>,
    present: Present,
    erasing: Erasing,
    challenges: Challenges,
}

impl Relay {
    /// Starts a relay of this name on a store; must be called inside a tokio runtime. Without a registry, whoever knows a document's id may
    /// read and write it.
    pub fn start(
        store: Arc<dyn Store>,
        relay: PeerId,
        options: Options,
        registry: Option<Arc<Registry>>,
    ) -> io::Result<Self> {
        let metrics = Arc::new(Metrics::new());
        if let Some(registry) = &registry {
            registry.look_into(Arc::clone(&store));
        }
        let writer = Writer::start(Arc::clone(&store), Arc::clone(&metrics))?;
        let proving = Proving::new(options.clone());
        let rooms = Rooms::new(Context {
            relay: relay.clone(),
            spaces: Spaces::new(Arc::clone(&store), options.documents_per_space),
            store,
            writer,
            proving,
            metrics: Arc::clone(&metrics),
            options: options.clone(),
            registry: registry.clone(),
        });
        let shared = Arc::new(Shared {
            relay,
            rooms: Arc::new(rooms),
            peers: Peers::default(),
            metrics,
            inbound: Arc::new(Semaphore::new(options.relay_inbound_bytes)),
            connections: Connections::new(),
            options,
            present: Present::default(),
            erasing: Erasing::default(),
            challenges: Challenges::new()?,
            registry,
        });
        let telling = Arc::clone(&shared);
        if let Some(registry) = &shared.registry {
            let (listening, changing) = (Arc::downgrade(&shared), Arc::downgrade(registry));
            registry.observe(move |change| {
                if let Some((shared, registry)) = listening.upgrade().zip(changing.upgrade()) {
                    shared.present.hear(&registry, change);
                    shared.erasing.hear(&change.erased);
                }
            });
        }
        let tell = tokio::spawn(async move {
            if let Some(registry) = &telling.registry {
                telling.present.tell(registry).await;
            }
        });
        let erasing = Arc::clone(&shared);
        let erase = tokio::spawn(async move { erasing::run(&erasing).await });
        let beating = Arc::clone(&shared);
        let beat = tokio::spawn(async move {
            let options = &beating.options;
            let connections = &beating.connections;
            connections.beat(options.ping_every, options.silence).await;
        });
        Ok(Self {
            door: Door::new(shared.options.connections_per_address),
            shared,
            connections: TaskTracker::new(),
            _tasks: [beat, tell, erase].map(AbortOnDropHandle::new),
            last_connection: AtomicU64::new(0),
        })
    }

    /// A place for one connection more from this address; `None` when it has too many.
    pub fn admit(&self, address: IpAddr) -> Option<Admission> {
        self.door.admit(address)
    }

    /// The ticket of this secret; `None` when it is not good.
    pub fn ticket(&self, secret: &str) -> Option<Ticket> {
        let secret: Secret = secret.parse().ok()?;
        let (space, number, warrant) = self.shared.registry.as_ref()?.ticket(&secret)?;
        Some(Ticket {
            space,
            number,
            warrant,
        })
    }

    /// What the relay counts, as text in the OpenMetrics format.
    pub fn metrics(&self) -> String {
        let shared = &self.shared;
        let (connections, waiting_to_be_sent) = shared.connections.present();
        shared.metrics.text(metrics::Present {
            connections,
            documents: shared.rooms.count(),
            waiting_to_be_sent,
            waiting_to_be_written: shared
                .options
                .relay_inbound_bytes
                .saturating_sub(shared.inbound.available_permits()),
        })
    }

    /// Serves a connection on a task of its own, once the WebSocket handshake has made a stream of it.
    pub fn accept<F, S, E>(&self, admission: Admission, visitor: Visitor, upgrading: F)
    where
        F: Future<Output = Result<S, E>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        E: fmt::Display + Send,
    {
        let shared = Arc::clone(&self.shared);
        let id = ConnectionId(self.last_connection.fetch_add(1, Ordering::Relaxed) + 1);
        self.connections.spawn(async move {
            let stream = match upgrading.await {
                Ok(stream) => stream,
                Err(error) => {
                    tracing::debug!(%error, "a connection ended during the handshake");
                    return;
                }
            };
            let config = WebSocketConfig::default()
                .read_buffer_size(SOCKET_BUFFER_BYTES)
                .write_buffer_size(SOCKET_BUFFER_BYTES)
                .max_message_size(Some(limits::FRAME_BYTES))
                .max_frame_size(Some(limits::FRAME_BYTES));
            let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
            connection::run(shared, id, visitor, socket).await;
            drop(admission);
        });
    }

    /// Whether the store answers and takes what it is given.
    pub async fn works(&self) -> bool {
        // Nothing is read or written under this name.
        let any = DocumentId::from_entropy([0; 16]);
        self.shared.rooms.context().writer.works(any).await
    }

    /// Stops: takes nothing more in, writes and answers what was received, says goodbye to everyone.
    pub async fn stop(&self) {
        self.shared.connections.pause();
        if timeout(STOPPING_TIME, self.shared.rooms.finish())
            .await
            .is_err()
        {
            tracing::warn!(
                "some changes were neither written nor acknowledged before the end; their phones keep them"
            );
        }
        self.shared.connections.close(&Closing::Stopping);
        self.connections.close();
        if timeout(STOPPING_TIME, self.connections.wait())
            .await
            .is_err()
        {
            tracing::warn!("some connections did not close in time");
        }
        if timeout(STOPPING_TIME, self.shared.rooms.close())
            .await
            .is_err()
        {
            tracing::warn!("some documents did not close in time");
        }
    }
}

/// Draws a fresh challenge for each connection: from a secret seed and a counter, so that no connection waits for the system's randomness.
struct Challenges {
    seed: [u8; 32],
    drawn: AtomicU64,
}

impl Challenges {
    fn new() -> io::Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(io::Error::other)?;
        Ok(Self {
            seed,
            drawn: AtomicU64::new(0),
        })
    }

    fn draw(&self) -> Challenge {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        let digest = Sha256::new()
            .chain_update(b"maillage challenge")
            .chain_update(self.seed)
            .chain_update(number.to_be_bytes())
            .finalize();
        Challenge(digest.into())
    }
}
