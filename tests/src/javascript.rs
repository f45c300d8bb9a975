//! A stock `@automerge/automerge-repo` client in Node.

use crate::script::Script;
use anyhow::{Context, Result};
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use serde_json::{Value, json};

/// A JavaScript peer, connected to one relay.
#[derive(Debug)]
pub struct JavascriptPeer(Script);

impl JavascriptPeer {
    /// Starts the peer; it connects by itself.
    pub async fn start(sync_url: &str) -> Result<Self> {
        Ok(Self(Script::start("peer.mjs", &[sync_url]).await?))
    }

    /// Creates a document from a plain value, in one change.
    pub async fn create(&self, value: Value) -> Result<DocumentId> {
        let id = self.0.ask("create", json!({ "value": value })).await?;
        Ok(id.as_str().context("an id is a string")?.parse()?)
    }

    /// Asks the relay for a document; an error when it has none.
    pub async fn find(&self, id: DocumentId) -> Result<()> {
        self.0
            .ask("find", json!({ "document": id.to_string() }))
            .await?;
        Ok(())
    }

    /// Edits a text, in UTF-16 units.
    pub async fn splice(
        &self,
        id: DocumentId,
        path: &[&str],
        at: usize,
        delete: usize,
        insert: &str,
    ) -> Result<()> {
        let details = json!({ "document": id.to_string(), "path": path, "at": at, "delete": delete, "insert": insert });
        self.0.ask("splice", details).await?;
        Ok(())
    }

    /// Sets a value under a key of the root.
    pub async fn put(&self, id: DocumentId, key: &str, value: Value) -> Result<()> {
        let details = json!({ "document": id.to_string(), "key": key, "value": value });
        self.0.ask("put", details).await?;
        Ok(())
    }

    /// The document as a plain value.
    pub async fn value(&self, id: DocumentId) -> Result<Value> {
        Ok(self.read(id).await?["value"].clone())
    }

    /// The heads of the document, sorted.
    pub async fn heads(&self, id: DocumentId) -> Result<Vec<ChangeHash>> {
        let read = self.read(id).await?;
        let heads = read["heads"].as_array().context("heads are a list")?;
        let hash = |head: &Value| -> Result<ChangeHash> {
            Ok(head.as_str().context("a head is a string")?.parse()?)
        };
        heads.iter().map(hash).collect()
    }

    /// Says something that nobody keeps.
    pub async fn say(&self, id: DocumentId, message: Value) -> Result<()> {
        self.0
            .ask(
                "say",
                json!({ "document": id.to_string(), "message": message }),
            )
            .await?;
        Ok(())
    }

    /// What others said about a document so far.
    pub async fn heard(&self, id: DocumentId) -> Result<Vec<Value>> {
        let heard = self
            .0
            .ask("heard", json!({ "document": id.to_string() }))
            .await?;
        Ok(heard
            .as_array()
            .context("what was heard is a list")?
            .clone())
    }

    async fn read(&self, id: DocumentId) -> Result<Value> {
        self.0
            .ask("read", json!({ "document": id.to_string() }))
            .await
    }
}
