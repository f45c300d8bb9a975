//! Who helped to write something: a note in the change itself, beside its time, so that its hash and its author's signature cover it.

use crate::identity::PersonId;
use automerge::{Automerge, ObjId};

/// What comes before the helper's id in a change's message.
const HELPED_BY: &str = "helped by ";

/// The message of a change that this person has helped to write.
pub(crate) fn by(helper: PersonId) -> String {
    format!("{HELPED_BY}{helper}")
}

/// Who helped to write an operation, in the words of whoever wrote it.
pub(crate) fn helper_of(reader: &Automerge, id: &ObjId) -> Option<PersonId> {
    let hash = reader.hash_for_opid(id)?;
    let change = reader.get_change_meta_by_hash(&hash)?;
    PersonId::parse(change.message.as_deref()?.strip_prefix(HELPED_BY)?)
}

#[cfg(test)]
mod tests {
    use crate::command::{NeedsCommand, NewNeed};
    use crate::guard::Ledger;
    use crate::id::DocumentId;
    use crate::limits::Limits;
    use crate::records::sample::{apply, needs, on_phone_of, person, read_needs};
    use crate::store::StoredChange;

    fn say(text: &str) -> NeedsCommand {
        NeedsCommand::Add(NewNeed {
            text: text.to_owned(),
            neighbourhood: String::new(),
            expressed_by: String::new(),
        })
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn every_phone_reads_who_helped_and_the_guard_accepts_it() {
        let mut document = needs();
        apply(&mut document, say("Un banc"));
        document.set_helper(Some(person(2)));
        apply(&mut document, say("Une rampe"));
        document.set_helper(None);
        apply(&mut document, say("Un arbre"));
        let stored: Vec<_> = document.changes().iter().map(StoredChange::from).collect();
        Ledger::open(DocumentId::from_entropy([2; 16]), &stored, Limits::DEFAULT).unwrap();
        let needs = read_needs(&on_phone_of(&document, 3)).needs;
        let helped: Vec<_> = needs.iter().map(|need| (need.by, need.helper)).collect();
        let by = Some(person(1));
        assert_eq!(helped, [(by, None), (by, Some(person(2))), (by, None)]);
    }
}
