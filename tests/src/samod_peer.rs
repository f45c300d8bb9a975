//! A stock `samod` client, in this process, over a socket of ours.

use anyhow::{Context, Result};
use futures_util::future::BoxFuture;
use futures_util::{SinkExt, StreamExt, future};
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use samod::{BackoffConfig, DialError, Dialer, DocHandle, Repo, Transport, Url};
use std::sync::Arc;
use std::time::Duration;
use tokio_tungstenite::tungstenite::{Error, Message};

/// A `samod` peer, connected to one relay.
pub struct SamodPeer {
    repo: Repo,
}

/// A document of this peer.
pub struct SamodDocument(DocHandle);

impl SamodPeer {
    /// Starts the peer and waits until it has been greeted.
    pub async fn start(sync_url: &str) -> Result<Self> {
        let repo = Repo::build_tokio().load().await;
        let patience = BackoffConfig {
            initial_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(1),
            max_retries: None,
        };
        let socket = Socket(Url::parse(sync_url)?);
        let dialing = repo
            .dial(patience, Arc::new(socket))
            .ok()
            .context("the repo has stopped")?;
        dialing
            .established()
            .await
            .ok()
            .context("samod cannot connect")?;
        Ok(Self { repo })
    }

    /// Creates a document out of a new automerge document.
    pub async fn create(
        &self,
        document: automerge::Automerge,
    ) -> Result<(DocumentId, SamodDocument)> {
        let handle = self
            .repo
            .create(document)
            .await
            .ok()
            .context("the repo has stopped")?;
        let id = handle.document_id().to_string().parse()?;
        Ok((id, SamodDocument(handle)))
    }

    /// Asks the relay for a document; `None` when it has none.
    pub async fn find(&self, id: DocumentId) -> Result<Option<SamodDocument>> {
        let id = id
            .to_string()
            .parse()
            .ok()
            .context("samod reads every id we write")?;
        let found = self
            .repo
            .find(id)
            .await
            .ok()
            .context("the repo has stopped")?;
        Ok(found.map(SamodDocument))
    }
}

impl SamodDocument {
    /// Reads or writes in the document.
    pub fn with<T>(&self, act: impl FnOnce(&mut automerge::Automerge) -> T) -> T {
        self.0.with_document(act)
    }

    /// The heads of the document, sorted.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.with(|document| document.get_heads())
    }
}

struct Socket(Url);

impl Dialer for Socket {
    type Error = std::convert::Infallible;

    fn url(&self) -> Url {
        self.0.clone()
    }

    fn connect(&self) -> BoxFuture<'static, Result<Transport, DialError<Self::Error>>> {
        let url = self.0.to_string();
        Box::pin(async move {
            let (socket, _) = tokio_tungstenite::connect_async(url)
                .await
                .map_err(DialError::transient)?;
            let (sink, stream) = socket.split();
            let frames = stream.filter_map(|message| {
                future::ready(match message {
                    Ok(Message::Binary(bytes)) => Some(Ok(bytes.to_vec())),
                    Ok(_) => None,
                    Err(error) => Some(Err(error)),
                })
            });
            let sink = sink.with(|frame: Vec<u8>| future::ok::<_, Error>(Message::binary(frame)));
            Ok(Transport::new(Box::pin(frames), Box::pin(sink)))
        })
    }
}
