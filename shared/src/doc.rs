//! The only place that creates, loads and changes automerge documents.
//!
//! Every document counts text in UTF-16 code units, as browsers do; a native default would differ and shift every position.

mod words;

use crate::change::ChangeRecord;
use crate::id::DocumentId;
use crate::identity::PersonId;
use crate::records::helped;
use crate::store::StoredChange;
use crate::time::UnixMillis;
use automerge::patches::PatchLog;
use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{
    ActorId, Automerge, Change, ChangeHash, LoadOptions, ObjId, Patch, PatchAction, Prop, ROOT,
    ReadDoc, ScalarValue, TextEncoding, Value,
};
use std::fmt;
use std::str::FromStr;

/// What a document is about; fixed at its birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The shared space: name, neighbourhoods, goals, partners, index of its documents.
    Territory,
    /// The needs of one territory and their echoes.
    Needs,
    /// One job sheet.
    JobSheet,
    /// What people state about one job sheet, each signed.
    Statements,
}

impl Kind {
    /// Every kind this version knows.
    pub const ALL: [Self; 4] = [
        Self::Territory,
        Self::Needs,
        Self::JobSheet,
        Self::Statements,
    ];

    /// The word under which the kind stands in a genesis change.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Territory => "territory",
            Self::Needs => "needs",
            Self::JobSheet => "job_sheet",
            Self::Statements => "statements",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = BadGenesis;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| BadGenesis::UnknownKind(text.chars().take(40).collect()))
    }
}

/// What the genesis change, the only one without dependencies, says of its document. Later writes to these keys mean nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Genesis {
    /// What the document is about.
    pub kind: Kind,
    /// The schema version its containers were created with, from 1.
    pub schema: u32,
    /// The territory it belongs to: the id of the territory document, which names itself.
    pub space: DocumentId,
}

/// A genesis change that does not say what it must.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadGenesis {
    /// No change without dependencies.
    #[error("the document has no genesis change")]
    Missing,
    /// More than one change without dependencies.
    #[error("the document has several genesis changes")]
    Several,
    /// `kind`, `schema` or `space` is absent or of the wrong type.
    #[error("the genesis change has no valid `{0}`")]
    Field(&'static str),
    /// A kind that this version does not know.
    #[error("unknown kind of document: {0:?}")]
    UnknownKind(String),
}

/// Why foreign changes could not be taken into a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these changes cannot be applied: {0}")]
pub struct ImportError(pub String);

/// One edit to one text, in UTF-16 code units, as it happened to the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSplice {
    /// The keys that lead from the root of the document to the text.
    pub path: Vec<String>,
    /// Where, in UTF-16 code units.
    pub at: usize,
    /// How many UTF-16 code units disappear there.
    pub delete: usize,
    /// What appears there instead.
    pub insert: String,
}

/// What importing foreign changes did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Edits to texts, in the order in which to replay them on a shown copy.
    pub splices: Vec<TextSplice>,
    /// Whether anything visible changed at all.
    pub changed: bool,
}

/// What a transaction left behind.
#[derive(Debug, Clone)]
pub struct Committed<T> {
    /// What the closure returned.
    pub value: T,
    /// The change it made; `None` when it wrote nothing.
    pub change: Option<ChangeRecord>,
}

/// One automerge document.
#[derive(Debug, Clone)]
pub struct Document {
    automerge: Automerge,
    /// Who helps whoever writes here from now on.
    helper: Option<PersonId>,
}

impl Document {
    /// A document without any change, into which changes from elsewhere are imported.
    pub fn empty(actor: ActorId) -> Self {
        Self {
            automerge: Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(actor),
            helper: None,
        }
    }

    /// Writes the genesis change: `kind`, `schema` and `space`, then every container that `containers` creates.
    pub fn birth(
        genesis: Genesis,
        actor: ActorId,
        now: UnixMillis,
        containers: impl FnOnce(&mut Transaction<'_>) -> Result<(), automerge::AutomergeError>,
    ) -> Result<(Self, ChangeRecord), automerge::AutomergeError> {
        let mut document = Self::empty(actor);
        let committed = document.transact(now, |transaction| {
            transaction.put(ROOT, "kind", genesis.kind.as_str())?;
            transaction.put(ROOT, "schema", i64::from(genesis.schema))?;
            transaction.put(ROOT, "space", genesis.space.to_string())?;
            containers(transaction)
        })?;
        match committed.change {
            Some(change) => Ok((document, change)),
            // Three puts were just made, so automerge made a change.
            None => Err(automerge::AutomergeError::Fail),
        }
    }

    /// Loads a saved document. The bytes come from this peer's own disk or have passed the guard.
    pub fn load(bytes: &[u8], actor: ActorId) -> Result<Self, ImportError> {
        let options = LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit);
        let automerge = Automerge::load_with_options(bytes, options)
            .map_err(|error| ImportError(error.to_string()))?;
        Ok(Self {
            automerge: automerge.with_actor(actor),
            helper: None,
        })
    }

    /// Rebuilds a document from its changes, in causal order.
    pub fn from_changes<'a>(
        changes: impl IntoIterator<Item = &'a ChangeRecord>,
        actor: ActorId,
    ) -> Result<Self, ImportError> {
        let mut document = Self::empty(actor);
        document.import(changes)?;
        Ok(document)
    }

    /// The whole document in automerge's own format.
    pub fn save(&self) -> Vec<u8> {
        self.automerge.save()
    }

    /// The changes nobody has built upon yet, sorted.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.automerge.get_heads()
    }

    /// The document as it was with these heads, to be read; `None` when not all that leads to them is here.
    pub fn at(&self, heads: &[ChangeHash]) -> Option<Self> {
        let is_here = |head: &ChangeHash| self.automerge.get_change_meta_by_hash(head).is_some();
        if !heads.iter().all(is_here) {
            return None;
        }
        let automerge = self.automerge.fork_at(heads).ok()?;
        Some(Self {
            automerge,
            helper: None,
        })
    }

    /// Every change, in causal order.
    pub fn changes(&self) -> Vec<ChangeRecord> {
        self.automerge
            .get_changes(&[])
            .iter()
            .map(ChangeRecord::from)
            .collect()
    }

    /// Read access for the records of this crate.
    pub fn reader(&self) -> &Automerge {
        &self.automerge
    }

    /// What the genesis change says, read from that change alone.
    pub fn genesis(&self) -> Result<Genesis, BadGenesis> {
        let changes = self.automerge.get_changes(&[]);
        let mut roots = changes.iter().filter(|change| change.deps().is_empty());
        let genesis = roots.next().ok_or(BadGenesis::Missing)?;
        if roots.next().is_some() {
            return Err(BadGenesis::Several);
        }
        read_genesis(genesis)
    }

    /// Runs `write` as one change stamped with `now`; an error leaves the document as it was.
    pub fn transact<T, E>(
        &mut self,
        now: UnixMillis,
        write: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<Committed<T>, E> {
        let mut transaction = self.automerge.transaction();
        match write(&mut transaction) {
            Ok(value) => {
                let mut options = CommitOptions::default().with_time(now.seconds());
                if let Some(helper) = self.helper {
                    options.set_message(helped::by(helper));
                }
                let (hash, _) = transaction.commit_with(options);
                let change = hash
                    .and_then(|hash| self.automerge.get_change_by_hash(&hash))
                    .map(|change| ChangeRecord::from(&change));
                Ok(Committed { value, change })
            }
            Err(error) => {
                transaction.rollback();
                Err(error)
            }
        }
    }

    /// Applies changes that the guard has accepted; those already known do nothing.
    pub fn import<'a>(
        &mut self,
        changes: impl IntoIterator<Item = &'a ChangeRecord>,
    ) -> Result<Imported, ImportError> {
        let mut parsed = Vec::new();
        for record in changes {
            parsed.push(
                Change::from_bytes(record.bytes.to_vec())
                    .map_err(|error| ImportError(error.to_string()))?,
            );
        }
        let mut log = PatchLog::active();
        self.automerge
            .apply_changes_log_patches(parsed, &mut log)
            .map_err(|error| ImportError(error.to_string()))?;
        let patches = self.automerge.make_patches(&mut log);
        Ok(Imported {
            changed: !patches.is_empty(),
            splices: patches.iter().filter_map(text_splice).collect(),
        })
    }

    /// Who writes here.
    pub fn actor(&self) -> &ActorId {
        self.automerge.get_actor()
    }

    /// Applies changes, and returns the words that come in with them: for each text or field, by the keys that lead there, in the order in
    /// which they come; a line each where they do not stand side by side.
    pub fn words_of<'a>(
        &mut self,
        changes: impl IntoIterator<Item = &'a ChangeRecord>,
    ) -> Result<Vec<(Vec<String>, String)>, ImportError> {
        let failed = |error: String| ImportError(error);
        let parsed = changes
            .into_iter()
            .map(|record| Change::from_bytes(record.bytes.to_vec()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| failed(error.to_string()))?;
        let mut log = PatchLog::active();
        self.automerge
            .apply_changes_log_patches(parsed, &mut log)
            .map_err(|error| failed(error.to_string()))?;
        Ok(words::of(&self.automerge.make_patches(&mut log)))
    }

    /// Writes under another actor from now on: a new tab, a new start, another person on the same phone.
    pub fn set_actor(&mut self, actor: ActorId) {
        self.automerge.set_actor(actor);
    }

    /// What is written from now on says that this person has helped to write it; nobody's help is said of a genesis.
    pub fn set_helper(&mut self, helper: Option<PersonId>) {
        self.helper = helper;
    }
}

/// The space that a stored document was born in, read from its genesis change alone; `None` when that is not there or not intact.
pub fn space_of(stored: &[StoredChange]) -> Option<DocumentId> {
    let genesis = stored
        .iter()
        .find(|change| change.dependencies().is_empty())?;
    let genesis = Change::from_bytes(genesis.bytes.to_vec()).ok()?;
    Some(read_genesis(&genesis).ok()?.space)
}

/// Reads `kind`, `schema` and `space` from a genesis change, whoever wrote it: JavaScript peers write strings as texts.
pub fn read_genesis(change: &Change) -> Result<Genesis, BadGenesis> {
    let mut alone = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
    alone
        .apply_changes([change.clone()])
        .map_err(|_| BadGenesis::Missing)?;
    let kind = string_at(&alone, &ROOT, "kind")
        .ok_or(BadGenesis::Field("kind"))?
        .parse()?;
    let schema = match alone.get(ROOT, "schema") {
        Ok(Some((Value::Scalar(scalar), _))) => match scalar.as_ref() {
            ScalarValue::Int(number) => u32::try_from(*number).ok(),
            ScalarValue::Uint(number) => u32::try_from(*number).ok(),
            // JavaScript has one number type: a whole one may arrive as a float.
            ScalarValue::F64(number) if number.fract() == 0.0 && (1.0..=1e6).contains(number) => {
                Some(*number as u32)
            }
            _ => None,
        },
        _ => None,
    };
    let schema = schema
        .filter(|schema| *schema >= 1)
        .ok_or(BadGenesis::Field("schema"))?;
    let space = string_at(&alone, &ROOT, "space")
        .and_then(|text| text.parse().ok())
        .ok_or(BadGenesis::Field("space"))?;
    Ok(Genesis {
        kind,
        schema,
        space,
    })
}

/// The string under a key, written as a scalar or as a text.
pub fn string_at(reader: &impl ReadDoc, object: &ObjId, key: &str) -> Option<String> {
    match reader.get(object, key) {
        Ok(Some((Value::Scalar(scalar), _))) => scalar.as_str().map(str::to_owned),
        Ok(Some((Value::Object(automerge::ObjType::Text), text))) => reader.text(&text).ok(),
        _ => None,
    }
}

/// The splice a patch describes, when it is about a text.
fn text_splice(patch: &Patch) -> Option<TextSplice> {
    let path = patch
        .path
        .iter()
        .map(|(_, prop)| match prop {
            Prop::Map(key) => key.clone(),
            Prop::Seq(index) => index.to_string(),
        })
        .collect();
    match &patch.action {
        PatchAction::SpliceText { index, value, .. } => Some(TextSplice {
            path,
            at: *index,
            delete: 0,
            insert: value.make_string(),
        }),
        PatchAction::DeleteSeq { index, length } => Some(TextSplice {
            path,
            at: *index,
            delete: *length,
            insert: String::new(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space() -> DocumentId {
        DocumentId::from_entropy([1; 16])
    }

    fn sheet(actor: u8) -> Document {
        let genesis = Genesis {
            kind: Kind::JobSheet,
            schema: 1,
            space: space(),
        };
        let (document, _) = Document::birth(
            genesis,
            ActorId::from(vec![actor; 20]),
            UnixMillis(1_000),
            |transaction| {
                transaction.put_object(ROOT, "tasks", automerge::ObjType::Text)?;
                Ok(())
            },
        )
        .unwrap();
        document
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_genesis_is_read_from_its_change_alone() {
        let mut document = sheet(1);
        document
            .transact(UnixMillis(2_000), |transaction| {
                transaction.put(ROOT, "kind", "needs")
            })
            .unwrap();
        assert_eq!(document.genesis().unwrap().kind, Kind::JobSheet);
        assert_eq!(document.genesis().unwrap().space, space());
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn text_positions_count_utf16_units() {
        let mut document = sheet(1);
        let (_, text) = document.reader().get(ROOT, "tasks").unwrap().unwrap();
        document
            .transact(UnixMillis(2_000), |transaction| {
                transaction.splice_text(&text, 0, 0, "👩‍🔧 vélo")
            })
            .unwrap();
        let mut other =
            Document::from_changes(&document.changes(), ActorId::from(vec![2; 20])).unwrap();
        let committed = other
            .transact(UnixMillis(3_000), |transaction| {
                transaction.splice_text(&text, 6, 4, "bois")
            })
            .unwrap();
        let imported = document
            .import(&committed.change.into_iter().collect::<Vec<_>>())
            .unwrap();
        assert_eq!(document.reader().text(&text).unwrap(), "👩‍🔧 bois");
        assert!(
            imported
                .splices
                .iter()
                .all(|splice| splice.path == ["tasks"] && splice.at >= 6)
        );
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn an_error_inside_a_transaction_leaves_the_document_untouched() {
        let mut document = sheet(1);
        let before = document.heads();
        let outcome: Result<Committed<()>, &str> =
            document.transact(UnixMillis(2_000), |transaction| {
                transaction
                    .put(ROOT, "title", "lost")
                    .map_err(|_| "automerge")?;
                Err("a rule says no")
            });
        assert!(outcome.is_err());
        assert_eq!(document.heads(), before);
        assert_eq!(string_at(document.reader(), &ROOT, "title"), None);
    }
}
