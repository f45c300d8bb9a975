//! Random commands on several phones that meet now and then.

use super::*;
use crate::guard::Ledger;
use crate::id::DocumentId;
use crate::limits::Limits;
use crate::properties;
use crate::records::{GuardRailState, Section, SheetState, Splice, Trade};
use crate::snapshot::Known;
use crate::store::StoredChange;
use proptest::prelude::*;

fn sheet_command() -> impl Strategy<Value = JobSheetCommand> {
    let words = "[a-zé🚲\u{301} ]{0,6}";
    let known = prop_oneof![Just(Known::NotYet), words.prop_map(Known::Known)];
    let splices = proptest::collection::vec((0..30usize, 0..6usize, words), 0..3);
    prop_oneof![
        words.prop_map(|title| JobSheetCommand::Set(SheetValue::Title(title))),
        known.prop_map(|price| JobSheetCommand::Set(SheetValue::Price(price))),
        words.prop_map(|trade| JobSheetCommand::Set(SheetValue::Trade(Trade::Other(trade)))),
        Just(JobSheetCommand::Clear(SheetField::Price)),
        (proptest::sample::select(&Section::ALL[..]), splices).prop_map(|(section, splices)| {
            let splice = |(at, delete, insert)| Splice { at, delete, insert };
            JobSheetCommand::EditSection {
                section,
                splices: splices.into_iter().map(splice).collect(),
            }
        }),
        proptest::sample::select(&GuardRailState::ALL[..]).prop_map(|state| {
            JobSheetCommand::SetGuardRail {
                guard_rail: RecordId::from_key("safety"),
                value: GuardRailValue::State(state),
            }
        }),
        (proptest::sample::select(&SheetState::ALL[..]), words).prop_map(|(to, reason)| {
            JobSheetCommand::Move(MoveRequest {
                to,
                reason,
                owner: None,
            })
        }),
        Just(JobSheetCommand::LinkNeed(RecordId::from_key("a need"))),
        Just(JobSheetCommand::UnlinkNeed(RecordId::from_key("a need"))),
    ]
}

proptest! {
    #![proptest_config(properties::cases(60))]

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn phones_that_have_met_show_the_same_sheet_and_a_relay_accepts_it(
        turns in proptest::collection::vec((0..3usize, sheet_command(), any::<bool>()), 1..30),
    ) {
        let born = sheet();
        let mut phones: Vec<Document> = (1..=3).map(|someone| on_phone_of(&born, someone)).collect();
        for (phone, command, meets) in turns {
            let before = phones[phone].heads();
            if try_apply(&mut phones[phone], command).is_err() {
                prop_assert_eq!(phones[phone].heads(), before, "a refused command leaves no trace");
            }
            if meets {
                let mut other = phones[(phone + 1) % 3].clone();
                meet(&mut phones[phone], &mut other);
                phones[(phone + 1) % 3] = other;
            }
        }
        let all: Vec<_> = phones.iter().flat_map(Document::changes).collect();
        for phone in &mut phones {
            phone.import(&all).unwrap();
        }
        for phone in &phones[1..] {
            prop_assert_eq!(phone.heads(), phones[0].heads());
            prop_assert_eq!(read_sheet(phone), read_sheet(&phones[0]));
        }
        let stored: Vec<_> = phones[0].changes().iter().map(StoredChange::from).collect();
        let id = DocumentId::from_entropy([2; 16]);
        prop_assert!(Ledger::open(id, &stored, Limits::DEFAULT).is_ok());
        let reloaded = Document::load(&phones[0].save(), actor(1)).unwrap();
        prop_assert_eq!(read_sheet(&reloaded), read_sheet(&phones[0]));
    }
}
