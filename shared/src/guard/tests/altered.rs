//! Whatever is done to the fields of honest changes: nothing crashes, what is accepted makes equal documents on every peer, in
//! whatever order it arrives, and people write on honestly on top of it.

use super::draft::{Draft, Id, Row, RowKey, encode};
use super::histories::{REPLICAS, Step, Writers, foreign_genesis, steps};
use super::mutated::check_not_crashed;
use super::peers::check_agreement;
use super::{chunks, empty_prover, for_all};
use crate::change::ChangeRecord;
use crate::guard::{Ledger, ScannedChunk, scan_chunk};
use crate::limits::Limits;
use automerge::{ActorId, Change, ChangeHash, ScalarValue};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::cell::Cell;

/// One alteration; the numbers choose among what there is.
type Alteration = (u8, [u16; 4]);

/// Honest steps, and after some of them a forged change: by which author, on whose document, and how it is altered.
#[derive(Debug, Clone)]
struct Turn {
    step: Step,
    forged: Option<(u8, Vec<Alteration>)>,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let alterations = proptest::collection::vec(any::<Alteration>(), 0..4);
    let forged = proptest::option::weighted(0.4, (any::<u8>(), alterations));
    let step = steps(1..2).prop_map(|steps| steps[0].clone());
    let turn = (step, forged).prop_map(|(step, forged)| Turn { step, forged });
    proptest::collection::vec(turn, 1..18)
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn altered_changes_are_refused_or_harmless_everywhere() {
    let tally = Tally::default();
    for_all(250, &turns(), |turns| {
        let mut writers = Writers::new(&foreign_genesis());
        let mut guard = Guard::default();
        guard.learn(&writers)?;
        for turn in &turns {
            writers.perform(&turn.step);
            guard.learn(&writers)?;
            if let Some((author, alterations)) = &turn.forged {
                guard.forge(&mut writers, &turn.step, *author, alterations, &tally)?;
            }
        }
        guard.learn(&writers)?;
        let choices: Vec<u16> = turns.iter().flat_map(|turn| turn.step.numbers).collect();
        check_agreement(&guard.accepted, &choices)
    });
    // Neither all nor none of them get through, or nothing was tried.
    let Tally { tried, passed } = &tally;
    println!(
        "{} of {} altered changes were accepted",
        passed.get(),
        tried.get()
    );
    assert!(passed.get() > tried.get() / 20 && passed.get() < tried.get() / 2);
}

/// How many changes were altered, and how many of those were accepted.
#[derive(Default)]
struct Tally {
    tried: Cell<u32>,
    passed: Cell<u32>,
}

/// The ledger, what it has accepted, and what a forger can see of that.
struct Guard {
    ledger: Ledger,
    accepted: Vec<ChangeRecord>,
    scene: Scene,
    heads: [Vec<ChangeHash>; REPLICAS],
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            ledger: empty_prover(),
            accepted: Vec::new(),
            scene: Scene::default(),
            heads: Default::default(),
        }
    }
}

impl Guard {
    /// What honest people write on top of what was accepted is accepted as well.
    fn learn(&mut self, writers: &Writers) -> Result<(), TestCaseError> {
        for (document, heads) in writers.replicas.iter().zip(&mut self.heads) {
            let known = std::mem::replace(heads, document.get_heads());
            if known == *heads {
                continue;
            }
            let changes = document.get_changes(&known);
            let records: Vec<_> = changes.iter().map(ChangeRecord::from).collect();
            match self.ledger.prove(&chunks(&records)) {
                Ok(new) => {
                    for change in &changes {
                        self.scene.add(change);
                    }
                    self.accepted.extend(new);
                }
                Err(refusal) => prop_assert!(false, "honest changes are refused: {}", refusal),
            }
        }
        Ok(())
    }

    /// Somebody makes the same step on a copy, alters what it wrote, and everyone gets it if the guard lets it through.
    fn forge(
        &mut self,
        writers: &mut Writers,
        step: &Step,
        author: u8,
        alterations: &[Alteration],
        tally: &Tally,
    ) -> Result<(), TestCaseError> {
        // Actors that sort before, between and after the honest ones, others for each replica.
        let author = [2, 20, 21, 200][usize::from(author) % 4];
        let author = ActorId::from(vec![author; 21 + step.replica]);
        let mut copy = writers.clone();
        let document = &mut copy.replicas[step.replica];
        *document = document.clone().with_actor(author.clone());
        copy.perform(&Step {
            action: step.action.max(4),
            ..step.clone()
        });
        let Some(written) = copy.replicas[step.replica]
            .get_last_local_change()
            .filter(|change| !self.scene.hashes.contains(&change.hash()))
        else {
            return Ok(());
        };
        let mut draft = Draft::of(&written);
        prop_assert_eq!(draft.forge().chunk(), written.raw_bytes());
        for (kind, numbers) in alterations {
            self.scene.alter(&mut draft, *kind, *numbers);
        }
        // Whoever writes under another's name writes another history; that is not what this is about.
        if writers
            .replicas
            .iter()
            .any(|replica| replica.get_actor().to_bytes() == draft.actor)
        {
            return Ok(());
        }
        let chunk = draft.forge().chunk();
        let altered = u32::from(chunk != written.raw_bytes());
        tally.tried.set(tally.tried.get() + altered);
        let scanned = scan_chunk(&chunk, &Limits::DEFAULT);
        check_not_crashed(&scanned)?;
        let Ok(ScannedChunk::Change(record)) = scanned else {
            return Ok(());
        };
        let outcome = self.ledger.prove(&chunks([&record]));
        check_not_crashed(&outcome)?;
        for record in outcome.unwrap_or_default() {
            tally.passed.set(tally.passed.get() + altered);
            let change = Change::from_bytes(record.bytes.to_vec()).unwrap();
            self.scene.add(&change);
            self.accepted.push(record);
            // Whoever has its causes applies it now, the others with the next merge.
            writers.replicas[step.replica]
                .apply_changes([change])
                .unwrap();
        }
        Ok(())
    }
}

/// What a forger can name.
#[derive(Default)]
struct Scene {
    /// Every operation of every change, the latest last, and its row.
    ids: Vec<Id>,
    rows: Vec<Row>,
    hashes: Vec<ChangeHash>,
}

impl Scene {
    fn add(&mut self, change: &Change) {
        if !self.hashes.contains(&change.hash()) {
            self.hashes.push(change.hash());
            let draft = Draft::of(change);
            self.ids
                .extend((0..draft.rows.len()).map(|row| draft.id(row)));
            self.rows.extend(draft.rows);
        }
    }

    /// Half of the time one of the latest operations.
    fn id(&self, number: u16) -> Id {
        let count = self.ids.len();
        let place = usize::from(number / 2);
        match number % 2 {
            0 => self.ids[count - 1 - place % count.min(12)].clone(),
            _ => self.ids[place % count].clone(),
        }
    }

    fn row(&self, number: u16) -> Row {
        self.rows[usize::from(number) % self.rows.len()].clone()
    }

    fn hash(&self, number: u16) -> ChangeHash {
        self.hashes[usize::from(number) % self.hashes.len()]
    }

    /// Changes one thing, as somebody would who looks for what hurts.
    fn alter(&self, draft: &mut Draft, kind: u8, numbers: [u16; 4]) {
        let [which, first, second, third] = numbers;
        if kind.is_multiple_of(5) {
            self.alter_header(draft, first, second, third);
            return;
        }
        let length = draft.rows.len();
        if length == 0 || kind % 5 == 1 {
            self.alter_rows(draft, which, first, second);
            return;
        }
        let own = draft.id(usize::from(third) % length);
        let id = if first % 5 == 0 { own } else { self.id(second) };
        let row = &mut draft.rows[usize::from(which) % length];
        match kind / 5 % 16 {
            0 => row.object = (second % 4 != 0).then_some(id),
            1 => row.key = [element(id), head()][usize::from(second) % 2].clone(),
            2 => row.key = self.row(second).key,
            3 => row.insert = !row.insert,
            4 => row.action = u64::from(first % 9),
            5 => {
                row.kind = u64::from(first % 16);
                row.value = vec![(third % 0x7f) as u8; usize::from(second % 10)];
            }
            6 | 7 => (row.kind, row.value) = encode(&value(first, second)),
            8 => row.predecessors.push(id),
            9 => row.predecessors.insert(0, id),
            10 => {
                row.predecessors.pop();
            }
            11 => row.predecessors = self.row(second).predecessors,
            12 => row.expand = !row.expand,
            13 => {
                row.mark =
                    (first % 2 == 0).then(|| ["bold", "", "é"][usize::from(second) % 3].into())
            }
            14 => {
                row.key.text =
                    [None, Some("a".into()), Some(String::new())][usize::from(second) % 3].clone()
            }
            _ => {
                let far = [0, -1, i64::from(u32::MAX), 1 << 53, i64::MAX][usize::from(second) % 5];
                let named = [&mut row.object, &mut row.key.element];
                let mut named = named.into_iter().flatten().chain(&mut row.predecessors);
                if let Some(id) = named.nth(usize::from(first) % 3) {
                    id.counter = far;
                }
            }
        }
    }

    /// Adds, removes and moves whole operations.
    fn alter_rows(&self, draft: &mut Draft, which: u16, first: u16, second: u16) {
        let place = usize::from(which) % (draft.rows.len() + 1);
        let inside = place.min(draft.rows.len().saturating_sub(1));
        match first % 8 {
            0 if !draft.rows.is_empty() => {
                draft.rows.remove(inside);
            }
            1 if !draft.rows.is_empty() => {
                let other = usize::from(second) % draft.rows.len();
                draft.rows.swap(inside, other);
            }
            2 if !draft.rows.is_empty() => {
                let copy = draft.rows[inside].clone();
                draft.rows.insert(place, copy);
            }
            3 => {
                // A mark, or half of one.
                let text = self
                    .rows
                    .iter()
                    .rev()
                    .filter(|row| row.action == 7 || row.action == 1 && row.insert);
                let mut text = text.cycle().skip(usize::from(second) % 7);
                for name in [Some("bold".to_owned()), None]
                    .into_iter()
                    .take(1 + usize::from(!second.is_multiple_of(8)))
                {
                    if let Some(near) = text.nth(usize::from(second) % 5) {
                        let row = Row {
                            action: 7,
                            mark: name,
                            insert: true,
                            predecessors: Vec::new(),
                            ..near.clone()
                        };
                        draft.rows.insert(place, row);
                    }
                }
            }
            4 => {
                // Deletes, replaces or counts up what is there.
                let id = self.id(second);
                if let Some(at) = self.ids.iter().position(|known| *known == id) {
                    let mut row = self.rows[at].clone();
                    if row.insert {
                        row.key = element(id.clone());
                    }
                    row.insert = false;
                    row.action = [1, 3, 5][usize::from(first / 8) % 3];
                    (row.kind, row.value) = if row.action == 3 {
                        (0, Vec::new())
                    } else {
                        encode(&ScalarValue::Int(i64::from(second)))
                    };
                    row.predecessors = vec![id];
                    draft.rows.insert(place, row);
                }
            }
            _ => draft.rows.insert(place, self.row(second)),
        }
    }

    fn alter_header(&self, draft: &mut Draft, first: u16, second: u16, third: u16) {
        let large = [1 << 31, u64::from(u32::MAX), 1 << 53, u64::MAX][usize::from(third) % 4];
        match first % 16 {
            0 | 1 => draft.start_op = draft.start_op.saturating_add(u64::from(second % 4)),
            2 => draft.start_op = draft.start_op.saturating_sub(u64::from(second % 9)),
            3 => draft.start_op = large.saturating_sub(u64::from(second % 3)),
            4 => draft.seq = draft.seq.saturating_add_signed(i64::from(second % 3) - 1),
            5 => draft.seq = large,
            6 => {
                draft.time =
                    [i64::MIN, -1, 1 << 53, (1 << 53) + 1, i64::MAX][usize::from(second) % 5]
            }
            7 => {
                draft.message =
                    ["m", "é", "\0"][usize::from(second) % 3].repeat(usize::from(third % 300))
            }
            8 => draft.extra = vec![second as u8; usize::from(third % 70)],
            9 => draft.actor = vec![second as u8; [1, 16, 20, 64, 65][usize::from(third) % 5]],
            10 => draft.actor = self.id(second).actor,
            11 => {
                draft.deps.push(self.hash(second));
                draft.deps.sort_unstable();
                draft.deps.dedup();
            }
            12 => draft.deps = vec![self.hash(second)],
            13 => draft.deps.truncate(usize::from(second % 2)),
            14 => draft.strangers.push(self.id(second).actor),
            _ => draft.deps.reverse(),
        }
    }
}

fn element(id: Id) -> RowKey {
    RowKey {
        element: Some(id),
        ..RowKey::default()
    }
}

fn head() -> RowKey {
    RowKey {
        head: true,
        ..RowKey::default()
    }
}

fn value(first: u16, second: u16) -> ScalarValue {
    let number =
        [0, 1, -1, i64::MAX, i64::MIN, 1 << 53, i64::from(second)][usize::from(second) % 7];
    match first % 9 {
        0 => ScalarValue::Null,
        1 => ScalarValue::Boolean(second.is_multiple_of(2)),
        2 => ScalarValue::Int(number),
        3 => ScalarValue::Uint(number as u64),
        // No NaN, which is not equal to itself.
        4 => ScalarValue::F64(number as f64),
        5 => ScalarValue::counter(number),
        6 => ScalarValue::Timestamp(number),
        7 => ScalarValue::Bytes(vec![0; usize::from(second % 40)]),
        _ => ScalarValue::Str("é👩‍🔧".repeat(usize::from(second % 4)).into()),
    }
}
