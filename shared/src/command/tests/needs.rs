use super::*;
use crate::id::DocumentId;

fn need(text: &str) -> NeedsCommand {
    NeedsCommand::Add(NewNeed {
        text: text.to_owned(),
        neighbourhood: "Rue du Fil".to_owned(),
        expressed_by: "Une habitante".to_owned(),
    })
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_need_says_what_is_missing_where_and_who_wrote_it_down() {
    let mut document = needs_document();
    let id = add(&mut document, need("Réparer les vélos"));
    let snapshot = read_needs(&document);
    let read = snapshot.need(&id).unwrap();
    assert_eq!(read.text.words(), "Réparer les vélos");
    assert_eq!(read.neighbourhood.words(), "Rue du Fil");
    assert_eq!(read.expressed_by.words(), "Une habitante");
    assert_eq!(read.by, Some(person(1)));
    assert!(read.at.is_some());
    for value in [
        NeedValue::Text("Réparer les vélos des enfants".to_owned()),
        NeedValue::Neighbourhood(String::new()),
    ] {
        let need = id.clone();
        apply(&mut document, NeedsCommand::Set { need, value });
    }
    let read = read_needs(&document).needs.remove(0);
    assert_eq!(read.text.words(), "Réparer les vélos des enfants");
    assert_eq!(read.neighbourhood.words(), "");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn moi_aussi_counts_each_person_once_and_can_be_taken_back() {
    let mut document = needs_document();
    let quiet = add(&mut document, need("Un banc"));
    let loud = add(&mut document, need("Des courses"));
    for someone in [1, 2, 2] {
        document.set_actor(actor(someone));
        apply(&mut document, NeedsCommand::Echo(loud.clone()));
    }
    let snapshot = read_needs(&document);
    assert_eq!(
        snapshot
            .needs
            .iter()
            .map(|need| &need.id)
            .collect::<Vec<_>>(),
        [&loud, &quiet]
    );
    assert_eq!(snapshot.needs[0].echoes(), 2);
    assert!(
        snapshot.needs[0].is_echoed_by(&person(2)) && !snapshot.needs[0].is_echoed_by(&person(3))
    );
    let phones = Vec::new();
    let need = loud.clone();
    apply(&mut document, NeedsCommand::WithdrawEcho { need, phones });
    assert_eq!(
        read_needs(&document).need(&loud).unwrap().echoed_by,
        [person(1)]
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn echoes_said_without_network_add_up() {
    let mut one = needs_document();
    let id = add(&mut one, need("Un banc"));
    let mut two = on_phone_of(&one, 2);
    apply(&mut one, NeedsCommand::Echo(id.clone()));
    apply(&mut two, NeedsCommand::Echo(id.clone()));
    meet(&mut one, &mut two);
    assert_eq!(read_needs(&one).need(&id).unwrap().echoes(), 2);
    assert_eq!(read_needs(&one), read_needs(&two));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_need_knows_the_sheets_that_answer_it() {
    let mut document = needs_document();
    let need = add(&mut document, need("Un banc"));
    let sheet = DocumentId::from_entropy([5; 16]);
    let cover = NeedsCommand::Cover {
        need: need.clone(),
        sheet,
    };
    apply(&mut document, cover);
    assert_eq!(read_needs(&document).needs[0].covered_by, [sheet]);
    apply(&mut document, NeedsCommand::Uncover { need, sheet });
    assert!(read_needs(&document).needs[0].covered_by.is_empty());
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_removed_need_takes_its_echoes_along() {
    let mut document = needs_document();
    let id = add(&mut document, need("Un banc"));
    apply(&mut document, NeedsCommand::Echo(id.clone()));
    apply(&mut document, NeedsCommand::Remove(id.clone()));
    assert!(read_needs(&document).needs.is_empty());
    let refused = try_apply(&mut document, NeedsCommand::Echo(id.clone()));
    assert_eq!(refused, Err(CommandError::NoSuchRecord(id)));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn two_wordings_of_a_need_wait_to_be_chosen() {
    let mut one = needs_document();
    let need = add(&mut one, need("Un banc"));
    let mut two = on_phone_of(&one, 2);
    for (phone, words) in [(&mut one, "Un banc bleu"), (&mut two, "Un banc vert")] {
        let value = NeedValue::Text(words.to_owned());
        let need = need.clone();
        apply(phone, NeedsCommand::Set { need, value });
    }
    meet(&mut one, &mut two);
    let version = read_needs(&one).needs[0].text.others[0].clone();
    let choose = NeedsCommand::Choose {
        need,
        field: NeedField::Text,
        version: version.id,
    };
    apply(&mut one, choose);
    meet(&mut one, &mut two);
    assert_eq!(read_needs(&two).needs[0].text.words(), version.value);
    assert!(!read_needs(&two).needs[0].text.is_contested());
}
