mod interleavings;

use super::*;

const EMOJI: &str = "👩‍🔧";

fn now(millis: i64) -> UnixMillis {
    UnixMillis(1_000_000 + millis)
}

fn insert(at: usize, words: &str) -> Splice {
    Splice {
        at,
        delete: 0,
        insert: words.to_owned(),
    }
}

fn apply(text: &mut Vec<u16>, splices: &[Splice]) {
    for splice in splices {
        let end = splice.at + splice.delete;
        assert_eq!(
            pair_start(text, splice.at),
            splice.at,
            "a position splits a pair"
        );
        assert_eq!(pair_end(text, end), end, "a deletion splits a pair");
        text.splice(splice.at..end, splice.insert.encode_utf16());
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_repeated_letter_lands_where_it_was_typed() {
    let mut field = TextField::new("aaa");
    assert_eq!(field.input("aaaa", 2, now(0)), [insert(1, "a")]);
    let mut field = TextField::new("aaa");
    assert_eq!(field.input("aaaa", 4, now(0)), [insert(3, "a")]);
    let mut field = TextField::new("aaa");
    let removed = Splice {
        at: 1,
        delete: 1,
        insert: String::new(),
    };
    assert_eq!(field.input("aa", 1, now(0)), [removed]);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn emoji_that_share_half_a_pair_are_replaced_whole() {
    // U+1F6B2 and U+1F6B4 share their first half; U+1F6B2 and U+1F4B2 share their second.
    for (old, new) in [
        ("🚲", "🚴"),
        ("\u{1F6B2}", "\u{1F4B2}"),
        ("a🚲🚲b", "a🚲b"),
        ("🚲", "🚲🚲"),
    ] {
        for caret in 0..=new.encode_utf16().count() {
            let mut field = TextField::new(old);
            let mut document: Vec<u16> = old.encode_utf16().collect();
            apply(&mut document, &field.input(new, caret, now(0)));
            assert_eq!(String::from_utf16(&document).unwrap(), new, "caret {caret}");
        }
    }
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_composition_is_not_disturbed_and_its_letters_land_beside_what_came_meanwhile() {
    let mut field = TextField::new("Les vélos");
    field.composition_start(now(0));
    assert_eq!(field.input("Les vélose", 10, now(100)), [insert(9, "e")]);
    assert_eq!(
        field.remote(&[insert(0, "Tous ")], Selection::caret(10), now(200)),
        None
    );
    assert_eq!(field.shown(), "Les vélose");
    assert_eq!(field.document(), "Tous Les vélose");
    // The input method replaces its own letter.
    let replaced = Splice {
        at: 14,
        delete: 1,
        insert: "é".to_owned(),
    };
    assert_eq!(field.input("Les vélosé", 10, now(300)), [replaced]);
    let (edits, update) = field.composition_end("Les vélosé", Selection::caret(10), now(400));
    assert!(edits.is_empty());
    let update = update.unwrap();
    assert_eq!(update.text, "Tous Les vélosé");
    assert_eq!(update.selection, Selection::caret(15));
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn what_waits_is_shown_two_seconds_after_the_last_input() {
    let mut field = TextField::new("ab");
    field.composition_start(now(0));
    field.input("abc", 3, now(500));
    assert_eq!(field.deadline(), None);
    assert_eq!(
        field.remote(&[insert(0, EMOJI)], Selection::caret(3), now(600)),
        None
    );
    assert_eq!(field.deadline(), Some(now(2_500)));
    assert_eq!(field.tick(Selection::caret(3), now(2_499)), None);
    let update = field.tick(Selection::caret(3), now(2_500)).unwrap();
    assert_eq!(update.text, format!("{EMOJI}abc"));
    assert_eq!(update.selection, Selection::caret(8));
    assert_eq!(field.deadline(), None);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_last_letter_of_a_composition_counts_even_when_no_input_told_of_it() {
    let mut field = TextField::new("caf");
    field.composition_start(now(0));
    field.remote(&[insert(3, "!")], Selection::caret(3), now(10));
    let (edits, update) = field.composition_end("café", Selection::caret(4), now(20));
    assert_eq!(edits, [insert(3, "é")]);
    let update = update.unwrap();
    assert_eq!(
        (update.text.as_str(), update.selection),
        ("café!", Selection::caret(4))
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_caret_and_a_selection_keep_their_letters() {
    let mut field = TextField::new("un banc");
    let selection = Selection { start: 3, end: 7 };
    let update = field
        .remote(
            &[insert(3, "beau "), insert(12, " vert")],
            selection,
            now(0),
        )
        .unwrap();
    assert_eq!(update.text, "un beau banc vert");
    assert_eq!(update.selection, Selection { start: 8, end: 12 });
    let gone = Splice {
        at: 0,
        delete: 12,
        insert: String::new(),
    };
    let update = field.remote(&[gone], Selection::caret(10), now(0)).unwrap();
    assert_eq!(
        (update.text.as_str(), update.selection),
        (" vert", Selection::caret(0))
    );
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_local_deletion_spares_what_came_meanwhile_in_its_middle() {
    let mut field = TextField::new("abcdef");
    field.composition_start(now(0));
    field.remote(&[insert(3, "X")], Selection::caret(6), now(1));
    let mut document: Vec<u16> = "abcXdef".encode_utf16().collect();
    apply(&mut document, &field.input("af", 1, now(2)));
    assert_eq!(String::from_utf16(&document).unwrap(), "aXf");
    assert_eq!(field.document(), "aXf");
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn a_text_that_changed_behind_the_field_is_taken_anew() {
    let mut field = TextField::new("refusé");
    field.input("refusé !", 8, now(0));
    let update = field
        .reconcile("refusé", Selection::caret(8), now(1))
        .unwrap();
    assert_eq!(
        (update.text.as_str(), update.selection),
        ("refusé", Selection::caret(6))
    );
    assert_eq!(field.reconcile("refusé", Selection::caret(6), now(2)), None);
}

#[test]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn an_edit_far_outside_the_text_does_no_harm() {
    let mut field = TextField::new("ab");
    let wild = Splice {
        at: 90,
        delete: usize::MAX - 90,
        insert: "c".to_owned(),
    };
    let update = field.remote(&[wild], Selection::caret(99), now(0)).unwrap();
    assert_eq!(update.text, "abc");
    assert!(update.selection.end <= 3);
}
