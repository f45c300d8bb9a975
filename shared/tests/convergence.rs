//! Rooms of phones on bad networks, from many seeds: everyone ends with the same document, and nothing that was acknowledged is
//! lost.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what went wrong by stopping there, in its helpers too"
)]

use automerge::transaction::Transactable;
use automerge::{AutomergeError, ROOT};
use maillage_shared::command::{Command, Context, JobSheetCommand, SheetValue};
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{PersonId, Role};
use maillage_shared::limits::FRAME_BYTES;
use maillage_shared::records::{NewJobSheet, Section, Splice, job_sheet};
use maillage_shared::roster::Warrant;
use maillage_shared::snapshot::JobSheetSnapshot;
use maillage_shared::store::{Store, StoreError};
use maillage_shared::testing::network::{Simulation, Weather};
use rand::{Rng, RngExt};

/// What phones really type: accents, combining characters, emoji of several code points, right-to-left letters.
const PIECES: [&str; 8] = [
    "vélo ",
    "e\u{301}tabli ",
    "👩‍🔧",
    "🧰 ",
    "a",
    "\n",
    "عمل ",
    "n\u{303}",
];

fn space() -> DocumentId {
    DocumentId::from_entropy([9; 16])
}

fn sheet() -> DocumentId {
    DocumentId::from_entropy([7; 16])
}

/// Gives birth to the sheet on the first phone; the others ask for it.
fn share_a_sheet(simulation: &mut Simulation, phones: usize) {
    let new = NewJobSheet {
        title: "Réparation de vélos".into(),
        ..NewJobSheet::default()
    };
    let (document, genesis) =
        job_sheet::birth(space(), &new, simulation.actor(0), simulation.now()).unwrap();
    simulation.create(0, sheet(), document, genesis);
    for phone in 1..phones {
        simulation.want(phone, sheet());
    }
}

/// One random intent on one phone, if it has the sheet.
fn write_something(simulation: &mut Simulation, phone: usize) {
    let mut entropy = [0; 16];
    simulation.random().fill_bytes(&mut entropy);
    let context = Context {
        now: simulation.now(),
        entropy,
    };
    let command = match simulation.random().random_range(0..6u32) {
        0 => {
            let title = format!("Vélos {}", simulation.random().random_range(0..9u32));
            JobSheetCommand::Set(SheetValue::Title(title))
        }
        _ => {
            let sections = [Section::Need, Section::Tasks];
            let section = sections[simulation.random().random_range(0..sections.len())];
            let piece = PIECES[simulation.random().random_range(0..PIECES.len())];
            let splice = Splice {
                at: simulation.random().random_range(0..40usize),
                delete: simulation.random().random_range(0..4usize),
                insert: piece.to_owned(),
            };
            JobSheetCommand::EditSection {
                section,
                splices: vec![splice],
            }
        }
    };
    simulation.edit(phone, sheet(), |document| {
        Command::JobSheet(command)
            .apply(document, &context)
            .map(|applied| applied.changes)
    });
}

fn assert_converged(simulation: &Simulation, phones: usize, seed: u64) {
    let first: &Document = simulation.client(0).document(sheet()).unwrap();
    let snapshot = JobSheetSnapshot::read(first);
    for phone in 1..phones {
        let document = simulation.client(phone).document(sheet()).unwrap();
        assert_eq!(
            document.heads(),
            first.heads(),
            "seed {seed}, phone {phone}"
        );
        assert_eq!(
            JobSheetSnapshot::read(document),
            snapshot,
            "seed {seed}, phone {phone}"
        );
    }
    assert_eq!(simulation.refusals(), [], "seed {seed}");
    simulation.assert_acknowledged_is_durable();
}

/// One afternoon: everybody writes, connections break, phones and the relay restart.
fn afternoon(seed: u64, phones: usize, weather: Weather) -> Simulation {
    let mut simulation = Simulation::new(seed, phones, weather);
    share_a_sheet(&mut simulation, phones);
    for _ in 0..60 {
        let phone = simulation.random().random_range(0..phones);
        match simulation.random().random_range(0..40u32) {
            0 => simulation.cut(phone),
            1 => simulation.go_offline(phone),
            2 | 3 => simulation.go_online(phone),
            4 if weather.cut > 0.0 => simulation.restart_phone(phone),
            5 if weather.cut > 0.0 => simulation.restart_relay(),
            _ => write_something(&mut simulation, phone),
        }
        let pause = simulation.random().random_range(0..400u32);
        simulation.run_for(i64::from(pause));
        simulation.assert_acknowledged_is_durable();
    }
    simulation.set_weather(Weather::CALM);
    for phone in 0..phones {
        simulation.go_online(phone);
    }
    simulation.run_until_settled();
    simulation
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn phones_on_a_calm_network_converge() {
    for seed in 0..12 {
        let simulation = afternoon(seed, 4, Weather::CALM);
        assert_converged(&simulation, 4, seed);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn phones_in_a_storm_of_cuts_duplicates_and_restarts_converge() {
    for seed in 100..130 {
        let simulation = afternoon(seed, 4, Weather::STORM);
        assert_converged(&simulation, 4, seed);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_history_larger_than_a_frame_reaches_the_relay_and_every_phone() {
    let phones = 3;
    let mut simulation = Simulation::new(50, phones, Weather::CALM);
    share_a_sheet(&mut simulation, 1);
    simulation.run_until_settled();
    simulation.go_offline(0);
    // Nothing compresses it, and each change replaces the one before, so that the document itself stays small to prove.
    let now = simulation.now();
    for _ in 0..9 {
        let mut bytes = vec![0; 500_000];
        simulation.random().fill_bytes(&mut bytes);
        simulation.edit(0, sheet(), |document| {
            let committed =
                document.transact(now, |transaction| transaction.put(ROOT, "x", bytes))?;
            Ok::<_, AutomergeError>(committed.change.into_iter().collect())
        });
    }
    simulation.go_online(0);
    for phone in 1..phones {
        simulation.want(phone, sheet());
    }
    simulation.run_until_settled();
    let sent = simulation.client(0).document(sheet()).unwrap().changes();
    let bytes: usize = sent.iter().map(|change| change.bytes.len()).sum();
    assert!(bytes > FRAME_BYTES, "{bytes}");
    assert_converged(&simulation, phones, 50);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_full_disk_acknowledges_nothing_and_everything_flows_again() {
    let mut simulation = Simulation::new(1, 2, Weather::CALM);
    share_a_sheet(&mut simulation, 2);
    simulation.run_until_settled();
    simulation.store().set_failure(Some(StoreError::Full));
    for _ in 0..5 {
        write_something(&mut simulation, 0);
        simulation.run_for(500);
    }
    let status = simulation.client(0).status_of(sheet());
    assert_eq!(status.unkept, 0, "the phone keeps what it writes");
    assert!(
        status.unsent > 0,
        "nothing is acknowledged that is not on the disk"
    );
    simulation.store().set_failure(None);
    simulation.run_until_settled();
    assert_converged(&simulation, 2, 1);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn twenty_minutes_without_the_relay_lose_nothing() {
    let phones = 6;
    let mut simulation = Simulation::new(5, phones, Weather::CALM);
    share_a_sheet(&mut simulation, phones);
    simulation.run_until_settled();
    for phone in 0..phones {
        simulation.go_offline(phone);
    }
    for minute in 0..20 {
        for phone in 0..phones {
            write_something(&mut simulation, phone);
        }
        simulation.run_for(60_000);
        if minute % 7 == 0 {
            simulation.restart_phone(minute % phones);
        }
    }
    for phone in 0..phones {
        simulation.go_online(phone);
    }
    simulation.run_until_settled();
    assert_converged(&simulation, phones, 5);
}

/// Writes for a while on phones that come and go; everyone has everything at the end.
fn write_for_a_while(simulation: &mut Simulation, phones: usize, times: usize) {
    for _ in 0..times {
        let phone = simulation.random().random_range(0..phones);
        match simulation.random().random_range(0..12u32) {
            0 => simulation.cut(phone),
            1 => simulation.restart_phone(phone),
            _ => write_something(simulation, phone),
        }
        let pause = simulation.random().random_range(0..400u32);
        simulation.run_for(i64::from(pause));
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_relay_restored_from_an_older_backup_gets_back_all_that_phones_hold() {
    let phones = 4;
    for seed in 300..330 {
        let mut simulation = Simulation::new(seed, phones, Weather::CALM);
        share_a_sheet(&mut simulation, phones);
        simulation.run_until_settled();
        write_for_a_while(&mut simulation, phones, 20);
        simulation.run_until_settled();
        let backup = simulation.store().backup();
        write_for_a_while(&mut simulation, phones, 20);
        simulation.run_until_settled();
        let before = simulation.client(0).document(sheet()).unwrap().heads();
        let stored = |simulation: &Simulation| {
            let stored = simulation.store().load(sheet()).unwrap();
            stored.map_or(0, |changes| changes.len())
        };
        let all = stored(&simulation);
        // One phone is away and starts anew with what it remembers of the relay; others write on what the relay has lost.
        simulation.go_offline(0);
        simulation.restore_relay(backup);
        assert!(stored(&simulation) < all, "seed {seed}");
        simulation.restart_phone(1);
        write_for_a_while(&mut simulation, phones, 10);
        simulation.go_online(0);
        simulation.run_until_settled();
        assert!(stored(&simulation) >= all, "seed {seed}");
        let document = simulation.client(1).document(sheet()).unwrap();
        let has = document.changes();
        assert!(
            before
                .iter()
                .all(|head| has.iter().any(|change| change.hash == *head)),
            "seed {seed}: nothing is lost"
        );
        assert_converged(&simulation, phones, seed);
    }
}

/// What the person of a phone may do at the relay from now on.
fn becomes(simulation: &mut Simulation, phone: usize, role: Role) {
    let person = PersonId::of_actor(&simulation.actor(phone)).unwrap();
    simulation.entitle(phone, Warrant::of_key(person, space(), role.into()));
}

/// Writes a word before all others in a section.
fn say(simulation: &mut Simulation, phone: usize, word: &str) {
    let context = Context {
        now: simulation.now(),
        entropy: [0; 16],
    };
    let splice = Splice {
        at: 0,
        delete: 0,
        insert: word.to_owned(),
    };
    let command = Command::JobSheet(JobSheetCommand::EditSection {
        section: Section::Tasks,
        splices: vec![splice],
    });
    simulation.edit(phone, sheet(), |document| {
        let applied = command.apply(document, &context);
        applied.map(|applied| applied.changes)
    });
}

/// Everything that is in the drafts of a phone.
fn drafted(simulation: &Simulation, phone: usize) -> String {
    let parts = simulation
        .drafts(phone)
        .iter()
        .flat_map(|draft| &draft.parts);
    parts.filter_map(|part| part.after.as_deref()).collect()
}

fn tasks(simulation: &Simulation, phone: usize) -> String {
    let document = simulation.client(phone).document(sheet()).unwrap();
    let snapshot = JobSheetSnapshot::read(document);
    snapshot.sections.text(Section::Tasks).to_owned()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn who_loses_the_right_to_write_hears_the_others_and_writes_again_once_it_is_back() {
    let phones = 3;
    for seed in 500..530 {
        let weather = if seed % 2 == 0 {
            Weather::CALM
        } else {
            Weather::STORM
        };
        let mut simulation = Simulation::new(seed, phones, weather);
        for phone in 0..phones {
            becomes(&mut simulation, phone, Role::Volunteer);
        }
        share_a_sheet(&mut simulation, phones);
        simulation.run_until_settled();
        write_for_a_while(&mut simulation, phones, 10);

        // In the middle of writing, without network.
        simulation.go_offline(1);
        for number in 0..5 {
            say(&mut simulation, 1, &format!("hors-ligne-{number} "));
            write_something(&mut simulation, 0);
            simulation.run_for(300);
        }
        if seed % 3 == 0 {
            simulation.restart_phone(1);
        }
        let unsent = tasks(&simulation, 1);
        becomes(&mut simulation, 1, Role::Guest);
        simulation.go_online(1);
        simulation.run_for(200);
        if seed % 5 == 0 {
            simulation.restart_phone(1);
        }
        simulation.run_until_settled();
        assert_converged(&simulation, phones, seed);
        assert_eq!(simulation.client(1).status().refused, None, "seed {seed}");
        for number in 0..5 {
            let word = format!("hors-ligne-{number} ");
            let is_there = unsent.contains(&word);
            let words = drafted(&simulation, 1);
            assert_eq!(words.contains(&word), is_there, "seed {seed}: {words}");
            assert!(!tasks(&simulation, 0).contains(&word), "seed {seed}");
        }

        // The others are heard at once.
        simulation.set_weather(Weather::CALM);
        simulation.run_until_settled();
        say(&mut simulation, 0, "encore ");
        simulation.run_for(1_000);
        assert!(tasks(&simulation, 1).contains("encore "), "seed {seed}");

        // What is written all the same is a draft as well, and what is written with the right arrives.
        say(&mut simulation, 1, "malgré-tout ");
        simulation.run_until_settled();
        assert!(
            drafted(&simulation, 1).contains("malgré-tout "),
            "seed {seed}"
        );
        becomes(&mut simulation, 1, Role::Volunteer);
        say(&mut simulation, 1, "de-nouveau ");
        simulation.run_until_settled();
        assert!(tasks(&simulation, 2).contains("de-nouveau "), "seed {seed}");
        assert_converged(&simulation, phones, seed);
    }
}
