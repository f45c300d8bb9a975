//! What the phone keeps: the changes of its documents, and the little it must know beside them, in IndexedDB.
//!
//! Every write is one transaction that asks the browser for strict durability, because browsers otherwise report success before
//! the bytes have left their memory. Written by hand over web-sys: the maintained wrappers bring an executor and a dozen crates
//! for the five calls needed here, and phones download what they weigh.

mod request;

use leptos::web_sys;
use litemap::LiteMap;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::StoredChange;
use request::{completed, succeeded};
use wasm_bindgen::{JsCast, JsValue};

const DATABASE: &str = "maillage";
/// Raised when a table is added; `onupgradeneeded` then creates what is missing.
const VERSION: u32 = 1;
/// Changes of documents, by `[document, hash]`.
const CHANGES: &str = "changes";

/// A table of small values by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    /// About each document beside its changes, by document id.
    Documents,
    /// About the person who uses this phone.
    Me,
    /// About the people met in documents, by person id.
    People,
}

/// Why something cannot be kept or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeepError {
    /// The browser has no IndexedDB, or forbids it here: a private window, most often.
    #[error("this browser keeps nothing")]
    Absent,
    /// The phone has no room left.
    #[error("the phone's storage is full")]
    Full,
    /// Anything else, in the browser's words.
    #[error("the phone's storage failed: {0}")]
    Failed(String),
}

/// Everything that was kept.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// The changes of each document, as bytes, in no particular order.
    pub(crate) changes: LiteMap<DocumentId, Vec<Vec<u8>>>,
    /// What [`Table::Documents`] holds.
    pub(crate) documents: LiteMap<String, Vec<u8>>,
    /// What [`Table::Me`] holds.
    pub(crate) me: Mine,
    /// What [`Table::People`] holds.
    pub(crate) people: LiteMap<String, Vec<u8>>,
}

/// What [`Table::Me`] holds: about the people who use this phone, and their keys.
#[derive(Debug, Default)]
pub(crate) struct Mine {
    /// What is bytes.
    pub(crate) entries: LiteMap<String, Vec<u8>>,
    /// What is something else, of the browser's own.
    pub(crate) keys: Vec<(String, JsValue)>,
}

/// The open database.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    database: web_sys::IdbDatabase,
}

impl Table {
    const ALL: [Self; 3] = [Self::Documents, Self::Me, Self::People];

    fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Me => "me",
            Self::People => "people",
        }
    }
}

impl Kept {
    /// Opens the database, creating it at the first visit. `blocked` is told when a tab that runs an older version must be closed first,
    /// and `closed` when a tab of a newer version needs the database: this one then keeps nothing more.
    pub(crate) async fn open(
        blocked: impl Fn() + 'static,
        closed: impl Fn() + 'static,
    ) -> Result<Self, KeepError> {
        // Firefox throws in some private windows where others hand out nothing.
        let factory = web_sys::window()
            .and_then(|window| window.indexed_db().ok().flatten())
            .ok_or(KeepError::Absent)?;
        let opening = factory
            .open_with_u32(DATABASE, VERSION)
            .map_err(|_| KeepError::Absent)?;
        let database: web_sys::IdbDatabase = request::opened(&opening, create_tables, blocked)
            .await?
            .unchecked_into();
        request::close_when_asked(&database, closed);
        Ok(Self { database })
    }

    /// Reads everything, in one transaction.
    pub(crate) async fn load(&self) -> Result<Loaded, KeepError> {
        let names: js_sys::Array = Table::ALL
            .iter()
            .map(|table| table.name())
            .chain([CHANGES])
            .map(JsValue::from_str)
            .collect();
        let reading = self.database.transaction_with_str_sequence(&names)?;
        let store = reading.object_store(CHANGES)?;
        let (keys, values) = (store.get_all_keys()?, store.get_all()?);
        let mut tables = Vec::new();
        for table in Table::ALL {
            let store = reading.object_store(table.name())?;
            tables.push((store.get_all_keys()?, store.get_all()?));
        }
        let mut loaded = Loaded::default();
        for (key, bytes) in pairs(&keys, &values).await? {
            let bytes = as_bytes(&bytes);
            let document = js_sys::Array::from(&key)
                .get(0)
                .as_string()
                .and_then(|id| id.parse().ok());
            if let Some((document, bytes)) = document.zip(bytes) {
                loaded.changes.entry(document).or_default().push(bytes);
            }
        }
        for (table, (keys, values)) in Table::ALL.into_iter().zip(tables) {
            match table {
                Table::Documents => loaded.documents = named(&keys, &values).await?.entries,
                Table::Me => loaded.me = named(&keys, &values).await?,
                Table::People => loaded.people = named(&keys, &values).await?.entries,
            }
        }
        Ok(loaded)
    }

    /// The changes for which `is_known` does not hold: other tabs have kept them since this one has read everything.
    pub(crate) async fn read_unknown(
        &self,
        is_known: impl Fn(DocumentId, &str) -> bool,
    ) -> Result<Vec<(DocumentId, Vec<Vec<u8>>)>, KeepError> {
        let keys = self.reading(CHANGES)?.get_all_keys()?;
        let keys = js_sys::Array::from(&succeeded(&keys).await?);
        let unknown: Vec<(DocumentId, JsValue)> = keys
            .iter()
            .filter_map(|key| {
                let parts = js_sys::Array::from(&key);
                let document = parts.get(0).as_string()?.parse().ok()?;
                let is_known = is_known(document, &parts.get(1).as_string()?);
                (!is_known).then_some((document, key))
            })
            .collect();
        if unknown.is_empty() {
            return Ok(Vec::new());
        }
        let store = self.reading(CHANGES)?;
        let asked: Vec<_> = unknown
            .into_iter()
            .map(|(document, key)| Ok((document, store.get(&key)?)))
            .collect::<Result<_, KeepError>>()?;
        let mut found: LiteMap<DocumentId, Vec<Vec<u8>>> = LiteMap::new();
        for (document, request) in asked {
            if let Ok(bytes) = succeeded(&request).await?.dyn_into::<js_sys::Uint8Array>() {
                found.entry(document).or_default().push(bytes.to_vec());
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Reads anew who uses this phone.
    pub(crate) async fn mine(&self) -> Result<Mine, KeepError> {
        let store = self.reading(Table::Me.name())?;
        named(&store.get_all_keys()?, &store.get_all()?).await
    }

    /// Reads one table anew.
    pub(crate) async fn read(&self, table: Table) -> Result<LiteMap<String, Vec<u8>>, KeepError> {
        let store = self.reading(table.name())?;
        let named = named(&store.get_all_keys()?, &store.get_all()?).await?;
        Ok(named.entries)
    }

    fn reading(&self, table: &str) -> Result<web_sys::IdbObjectStore, KeepError> {
        let reading = self.database.transaction_with_str(table)?;
        Ok(reading.object_store(table)?)
    }

    /// Adds changes to a document and returns once all of them are durable. After an error, none of them is promised to be.
    pub(crate) async fn append(
        &self,
        document: DocumentId,
        changes: &[StoredChange],
    ) -> Result<(), KeepError> {
        let writing = self.write(&[CHANGES])?;
        let store = writing.object_store(CHANGES)?;
        for change in changes {
            store.put_with_key(
                &js_sys::Uint8Array::from(&*change.bytes),
                &key(document, &change.hash),
            )?;
        }
        completed(&writing).await
    }

    /// Takes changes of a document away, adds others and keeps what remains of the former under these names in [`Table::Documents`], all
    /// or nothing, and returns once it is durable.
    pub(crate) async fn replace(
        &self,
        document: DocumentId,
        removed: &[ChangeHash],
        changes: &[StoredChange],
        drafts: &[(String, Vec<u8>)],
    ) -> Result<(), KeepError> {
        let table = Table::Documents.name();
        let writing = self.write(&[CHANGES, table])?;
        let store = writing.object_store(CHANGES)?;
        for hash in removed {
            store.delete(&key(document, hash))?;
        }
        for change in changes {
            store.put_with_key(
                &js_sys::Uint8Array::from(&*change.bytes),
                &key(document, &change.hash),
            )?;
        }
        let store = writing.object_store(table)?;
        for (name, bytes) in drafts {
            store.put_with_key(
                &js_sys::Uint8Array::from(&**bytes),
                &JsValue::from_str(name),
            )?;
        }
        completed(&writing).await
    }

    /// Takes a value out of a table.
    pub(crate) async fn remove(&self, table: Table, name: &str) -> Result<(), KeepError> {
        let writing = self.write(&[table.name()])?;
        let store = writing.object_store(table.name())?;
        store.delete(&JsValue::from_str(name))?;
        completed(&writing).await
    }

    /// Puts values into a table, all or none, and returns once they are durable.
    pub(crate) async fn put(
        &self,
        table: Table,
        entries: &[(&str, Vec<u8>)],
    ) -> Result<(), KeepError> {
        let writing = self.write(&[table.name()])?;
        let store = writing.object_store(table.name())?;
        for (key, bytes) in entries {
            store.put_with_key(&js_sys::Uint8Array::from(&**bytes), &JsValue::from_str(key))?;
        }
        completed(&writing).await
    }

    /// Puts keys and values about the people who use this phone and takes others away, all or nothing, and returns once that is durable.
    /// A key that the browser cannot keep is an error.
    pub(crate) async fn put_mine(
        &self,
        keys: &[(String, JsValue)],
        entries: &[(String, Vec<u8>)],
        gone: &[String],
    ) -> Result<(), KeepError> {
        let writing = self.write(&[Table::Me.name()])?;
        let store = writing.object_store(Table::Me.name())?;
        let put = || -> Result<(), KeepError> {
            for (name, key) in keys {
                store.put_with_key(key, &JsValue::from_str(name))?;
            }
            for (name, bytes) in entries {
                let bytes = js_sys::Uint8Array::from(&**bytes);
                store.put_with_key(&bytes, &JsValue::from_str(name))?;
            }
            for name in gone {
                store.delete(&JsValue::from_str(name))?;
            }
            Ok(())
        };
        if let Err(problem) = put() {
            // What was put before must not be completed. Refused only for a transaction that has ended.
            let _ = writing.abort();
            return Err(problem);
        }
        completed(&writing).await
    }

    /// Notes these entries about documents, then takes these documents and these names beside them away; what was noted stays when the rest
    /// fails.
    pub(crate) async fn bury(
        &self,
        documents: &[DocumentId],
        beside: &[String],
        entries: &[(String, Vec<u8>)],
    ) -> Result<(), KeepError> {
        let entries: Vec<(&str, Vec<u8>)> = entries
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.clone()))
            .collect();
        if !entries.is_empty() {
            self.put(Table::Documents, &entries).await?;
        }
        self.forget(documents, beside).await
    }

    /// Takes away these documents and these names among what is known about documents.
    pub(crate) async fn forget(
        &self,
        documents: &[DocumentId],
        names: &[String],
    ) -> Result<(), KeepError> {
        let writing = self.write(&[CHANGES])?;
        let store = writing.object_store(CHANGES)?;
        for document in documents {
            let document = JsValue::from_str(&document.to_string());
            // Arrays come after every text in IndexedDB's order of keys.
            let first = js_sys::Array::of1(&document);
            let behind = js_sys::Array::of2(&document, &js_sys::Array::new());
            let range = web_sys::IdbKeyRange::bound(&first, &behind)?;
            store.delete(&range)?;
        }
        completed(&writing).await?;
        let table = Table::Documents.name();
        let writing = self.write(&[table])?;
        let store = writing.object_store(table)?;
        for name in documents
            .iter()
            .map(ToString::to_string)
            .chain(names.iter().cloned())
        {
            store.delete(&JsValue::from_str(&name))?;
        }
        completed(&writing).await
    }

    /// Takes away all that is known about people: those who use this phone, and those met.
    pub(crate) async fn forget_people(&self) -> Result<(), KeepError> {
        for table in [Table::People, Table::Me] {
            let writing = self.write(&[table.name()])?;
            writing.object_store(table.name())?.clear()?;
            completed(&writing).await?;
        }
        Ok(())
    }

    /// Begins a transaction that completes only when the bytes are on the phone's disk.
    fn write(&self, tables: &[&str]) -> Result<web_sys::IdbTransaction, KeepError> {
        // web-sys has no stable form of this call. Browsers that do not know the third argument ignore it.
        let options = js_sys::Object::new();
        js_sys::Reflect::set(
            &options,
            &JsValue::from_str("durability"),
            &JsValue::from_str("strict"),
        )?;
        let tables: js_sys::Array = tables
            .iter()
            .map(|table| JsValue::from_str(table))
            .collect();
        let begin = js_sys::Reflect::get(&self.database, &JsValue::from_str("transaction"))?;
        let begin: &js_sys::Function = begin.unchecked_ref();
        let transaction = begin.call3(
            &self.database,
            &tables,
            &JsValue::from_str("readwrite"),
            &options,
        )?;
        Ok(transaction.unchecked_into())
    }
}

/// The key of a change.
fn key(document: DocumentId, change: &ChangeHash) -> js_sys::Array {
    js_sys::Array::of2(
        &JsValue::from_str(&document.to_string()),
        &JsValue::from_str(&change.to_string()),
    )
}

fn create_tables(database: &web_sys::IdbDatabase) {
    let there = database.object_store_names();
    for name in Table::ALL.iter().map(|table| table.name()).chain([CHANGES]) {
        if !there.contains(name) {
            // An error here aborts the opening, which reports it.
            let _ = database.create_object_store(name);
        }
    }
}

/// The keys and values of a table.
async fn pairs(
    keys: &web_sys::IdbRequest,
    values: &web_sys::IdbRequest,
) -> Result<Vec<(JsValue, JsValue)>, KeepError> {
    let keys = js_sys::Array::from(&succeeded(keys).await?);
    let values = js_sys::Array::from(&succeeded(values).await?);
    Ok(keys.iter().zip(values.iter()).collect())
}

/// The entries of a table of names.
async fn named(
    keys: &web_sys::IdbRequest,
    values: &web_sys::IdbRequest,
) -> Result<Mine, KeepError> {
    let mut named = Mine::default();
    for (name, value) in pairs(keys, values).await? {
        let Some(name) = name.as_string() else {
            continue;
        };
        match as_bytes(&value) {
            Some(bytes) => drop(named.entries.insert(name, bytes)),
            None => named.keys.push((name, value)),
        }
    }
    Ok(named)
}

fn as_bytes(value: &JsValue) -> Option<Vec<u8>> {
    Some(value.dyn_ref::<js_sys::Uint8Array>()?.to_vec())
}

impl From<JsValue> for KeepError {
    fn from(thrown: JsValue) -> Self {
        match thrown.dyn_into::<web_sys::DomException>() {
            Ok(error) => Self::from(error),
            Err(other) => Self::Failed(format!("{other:?}")),
        }
    }
}

impl From<web_sys::DomException> for KeepError {
    fn from(error: web_sys::DomException) -> Self {
        match error.name().as_str() {
            "QuotaExceededError" => Self::Full,
            name => Self::Failed(format!("{name}: {}", error.message())),
        }
    }
}
