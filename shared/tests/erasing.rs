//! A sheet is erased, or written anew, while a room of phones writes in it on a bad network, from many seeds: nobody keeps it, and of what
//! somebody wrote nothing is lost in silence.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what went wrong by stopping there, in its helpers too"
)]

use automerge::transaction::Transactable;
use automerge::{ActorId, AutomergeError, ChangeHash, ROOT, ReadDoc};
use maillage_shared::birth::Birth;
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{PersonId, PersonKey};
use maillage_shared::records::{NewJobSheet, Section, job_sheet};
use maillage_shared::roster::{Heads, Tombstone};
use maillage_shared::snapshot::JobSheetSnapshot;
use maillage_shared::store::Store;
use maillage_shared::strike::Strike;
use maillage_shared::testing::network::{Simulation, Weather};
use maillage_shared::wire::Frame;
use rand::RngExt;
use std::collections::HashSet;

const PHONES: usize = 4;
const NAME: &str = "Zulmira";

fn id(number: u8) -> DocumentId {
    DocumentId::from_entropy([number; 16])
}

fn space() -> DocumentId {
    id(9)
}

fn old() -> DocumentId {
    id(7)
}

fn new() -> DocumentId {
    id(8)
}

fn gone(replaced_by: Option<DocumentId>, heads: Vec<ChangeHash>) -> Vec<u8> {
    let tombstone = Tombstone {
        document: old(),
        replaced_by,
        heads: Heads(heads),
    };
    let space = space();
    let data = Tombstone::seal(space, &[tombstone], &PersonKey::from_seed(&[1; 32]));
    Frame::Gone { space, data }.encode()
}

/// Adds a word at the end of a text.
fn write(simulation: &mut Simulation, phone: usize, word: &str) -> bool {
    let now = simulation.now();
    simulation.edit(phone, old(), |document| -> Result<_, AutomergeError> {
        let [sections, tasks] = Section::Tasks.path();
        let (_, sections) = document.reader().get(ROOT, sections)?.unwrap();
        let (_, text) = document.reader().get(&sections, tasks)?.unwrap();
        let end = document.reader().length(&text);
        let committed = document.transact(now, |transaction| {
            transaction.splice_text(&text, end, 0, word)
        })?;
        Ok(committed.change.into_iter().collect())
    })
}

fn with_sheet(seed: u64) -> Simulation {
    let mut simulation = Simulation::new(seed, PHONES, Weather::STORM);
    let new = NewJobSheet {
        title: "Vélos".into(),
        need: format!("Demandé par {NAME}."),
        ..NewJobSheet::default()
    };
    let (document, genesis) =
        job_sheet::birth(space(), &new, simulation.actor(0), simulation.now()).unwrap();
    simulation.create(0, old(), document, genesis);
    for phone in 1..PHONES {
        simulation.want(phone, old());
    }
    simulation.run_until_settled();
    simulation
}

/// Everybody writes; connections break, phones and the relay restart.
fn afternoon(simulation: &mut Simulation, rounds: u32) {
    for round in 0..rounds {
        let phone = simulation.random().random_range(0..PHONES);
        match simulation.random().random_range(0..8u32) {
            0 => simulation.cut(phone),
            1 => simulation.restart_phone(phone),
            2 if round % 3 == 0 => simulation.restart_relay(),
            _ => {
                write(simulation, phone, &format!("m{phone}x{round} "));
            }
        }
        let pause = simulation.random().random_range(1..700i64);
        simulation.run_for(pause);
    }
}

/// What the relay compares with the heads that it is told.
fn stored_heads(simulation: &Simulation) -> Vec<ChangeHash> {
    let stored = simulation.store().load(old()).unwrap().unwrap();
    Birth::read(&stored).unwrap().heads
}

fn settle(simulation: &mut Simulation) {
    for phone in 0..PHONES {
        simulation.go_online(phone);
    }
    simulation.set_weather(Weather::CALM);
    simulation.run_until_settled();
}

fn assert_gone(simulation: &Simulation, seed: u64) {
    for phone in 0..PHONES {
        assert!(
            simulation.client(phone).is_gone(old()),
            "seed {seed}, phone {phone}"
        );
        assert!(
            !simulation.holds(phone, old()),
            "seed {seed}, phone {phone}"
        );
    }
    assert_eq!(simulation.store().load(old()), Ok(None), "seed {seed}");
    assert_eq!(simulation.refusals(), [], "seed {seed}");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_sheet_erased_in_a_storm_stays_on_no_phone_and_does_not_come_back() {
    for seed in 0..20 {
        let mut simulation = with_sheet(seed);
        let away = simulation.random().random_range(1..PHONES);
        simulation.go_offline(away);
        afternoon(&mut simulation, 10);
        simulation.erase(old(), gone(None, Vec::new()));
        afternoon(&mut simulation, 20);
        settle(&mut simulation);
        assert_gone(&simulation, seed);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn of_a_sheet_written_anew_in_a_storm_no_word_is_lost_in_silence() {
    for seed in 100..120 {
        let mut simulation = with_sheet(seed);
        let away = simulation.random().random_range(1..PHONES);
        simulation.go_offline(away);
        afternoon(&mut simulation, 12);
        // The first phone writes it anew once it has all that the relay has; the others may be ahead of both.
        while simulation.client(0).document(old()).unwrap().heads() != stored_heads(&simulation) {
            simulation.run_for(500);
        }
        let strike = Strike::new(NAME, "[rayé]").unwrap();
        let document = simulation.client(0).document(old()).unwrap();
        let base: HashSet<ChangeHash> = document
            .changes()
            .iter()
            .map(|change| change.hash)
            .collect();
        let (heads, actor, now) = (document.heads(), simulation.actor(0), simulation.now());
        let (anew, genesis) = strike.rewrite(old(), document, actor, now).unwrap();
        for phone in 0..PHONES {
            write(&mut simulation, phone, &format!("n{phone} "));
        }
        simulation.erase(old(), gone(Some(new()), heads));
        simulation.create(0, new(), anew, genesis);
        afternoon(&mut simulation, 12);
        for phone in 1..PHONES {
            simulation.want(phone, new());
        }
        settle(&mut simulation);
        assert_gone(&simulation, seed);
        for phone in 0..PHONES {
            assert_eq!(simulation.client(phone).stands_for(old()), Some(new()));
            let sheet: &Document = simulation.client(phone).document(new()).unwrap();
            let need = JobSheetSnapshot::read(sheet)
                .sections
                .text(Section::Need)
                .to_owned();
            assert_eq!(need, "Demandé par [rayé].", "seed {seed}, phone {phone}");
            assert_own_words_are_handed_back(&simulation, phone, &base, seed);
        }
    }
}

/// Whatever a phone wrote and the new sheet lacks, it is given back, and nothing that was there before.
fn assert_own_words_are_handed_back(
    simulation: &Simulation,
    phone: usize,
    base: &HashSet<ChangeHash>,
    seed: u64,
) {
    let me = PersonId::of_actor(&simulation.actor(phone));
    let is_mine = |actor: &ActorId| PersonId::of_actor(actor) == me;
    for buried in simulation.buried(phone) {
        let words = format!("{:?}", buried.words(is_mine));
        assert!(!words.contains(NAME), "seed {seed}, phone {phone}: {words}");
        let mine = buried.document.changes();
        let mine = mine.iter().filter(|change| is_mine(&change.actor));
        for change in mine.filter(|change| !base.contains(&change.hash)) {
            assert!(
                buried.lost.contains(&change.hash),
                "seed {seed}, phone {phone}: {} is neither kept nor handed back",
                change.hash
            );
        }
        let is_nothing_mine = buried.lost.is_disjoint(
            &buried
                .document
                .changes()
                .iter()
                .filter(|change| is_mine(&change.actor))
                .map(|change| change.hash)
                .collect(),
        );
        assert_eq!(
            words == "[]",
            is_nothing_mine,
            "seed {seed}, phone {phone}: {words}"
        );
    }
}
