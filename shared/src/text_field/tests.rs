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

/// Random interleavings.
mod interleavings {
    use super::*;
    use crate::command::{Command, Context, JobSheetCommand};
    use crate::doc::Document;
    use crate::id::DocumentId;
    use crate::properties;
    use crate::records::Section;
    use crate::records::job_sheet::{self, NewJobSheet};
    use crate::snapshot::JobSheetSnapshot;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[derive(Debug, Clone)]
    enum Event {
        /// Somebody types here: place and length of what is replaced, and how many new characters.
        Local(usize, usize, usize),
        /// Somebody types elsewhere.
        Remote(usize, usize, usize),
        CompositionStart,
        CompositionEnd,
        /// So many milliseconds pass.
        Wait(i64),
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            4 => (0..40usize, 0..4usize, 0..4usize).prop_map(|(at, delete, insert)| Event::Local(at, delete, insert)),
            4 => (0..40usize, 0..4usize, 0..4usize).prop_map(|(at, delete, insert)| Event::Remote(at, delete, insert)),
            1 => Just(Event::CompositionStart),
            1 => Just(Event::CompositionEnd),
            1 => (0..3_000i64).prop_map(Event::Wait),
        ]
    }

    /// Draws characters that never repeat, one in two of them a surrogate pair.
    #[derive(Default)]
    struct Alphabet(u32);

    impl Alphabet {
        fn draw(&mut self, count: usize) -> String {
            (0..count)
                .map(|_| {
                    self.0 += 1;
                    let plane = if self.0.is_multiple_of(2) {
                        0xE000
                    } else {
                        0x1_0000
                    };
                    char::from_u32(plane + self.0).unwrap()
                })
                .collect()
        }
    }

    /// The splice that replaces some whole characters of a text.
    fn replace(text: &str, at: usize, delete: usize, insert: String) -> (Splice, String) {
        let characters: Vec<char> = text.chars().collect();
        let at = at.min(characters.len());
        let end = (at + delete).min(characters.len());
        let units = |characters: &[char]| characters.iter().map(|c| c.len_utf16()).sum();
        let splice = Splice {
            at: units(&characters[..at]),
            delete: units(&characters[at..end]),
            insert,
        };
        (splice, characters[at..end].iter().collect())
    }

    proptest! {
        #![proptest_config(properties::cases(256))]

        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        #[test]
        fn shown_and_document_converge_and_no_character_is_doubled_or_dropped(
            events in proptest::collection::vec(event(), 1..60),
        ) {
            let mut alphabet = Alphabet::default();
            let start = alphabet.draw(8);
            let mut expected: BTreeSet<char> = start.chars().collect();
            let mut removed: BTreeSet<char> = BTreeSet::new();
            let mut document: Vec<u16> = start.encode_utf16().collect();
            let mut field = TextField::new(&start);
            let mut area = start;
            let mut caret = 0;
            let mut clock = now(0);
            for event in events {
                let update = match event {
                    Event::Local(at, delete, count) => {
                        let insert = alphabet.draw(count);
                        expected.extend(insert.chars());
                        let (splice, gone) = replace(&area, at, delete, insert);
                        removed.extend(gone.chars());
                        let mut units: Vec<u16> = area.encode_utf16().collect();
                        apply(&mut units, std::slice::from_ref(&splice));
                        area = String::from_utf16(&units).unwrap();
                        caret = splice.at + splice.insert.encode_utf16().count();
                        apply(&mut document, &field.input(&area, caret, clock));
                        None
                    }
                    Event::Remote(at, delete, count) => {
                        let insert = alphabet.draw(count);
                        expected.extend(insert.chars());
                        let text = String::from_utf16(&document).unwrap();
                        let (splice, gone) = replace(&text, at, delete, insert);
                        removed.extend(gone.chars());
                        apply(&mut document, std::slice::from_ref(&splice));
                        field.remote(&[splice], Selection::caret(caret), clock)
                    }
                    Event::CompositionStart => {
                        field.composition_start(clock);
                        None
                    }
                    Event::CompositionEnd => {
                        let (edits, update) = field.composition_end(&area, Selection::caret(caret), clock);
                        prop_assert!(edits.is_empty());
                        update
                    }
                    Event::Wait(millis) => {
                        clock = clock.plus(millis);
                        field.tick(Selection::caret(caret), clock)
                    }
                };
                if let Some(update) = update {
                    area = update.text;
                    caret = update.selection.end;
                }
                prop_assert_eq!(field.shown(), area.clone());
                prop_assert_eq!(field.document().encode_utf16().collect::<Vec<_>>(), document.clone());
                let units: Vec<u16> = area.encode_utf16().collect();
                prop_assert!(caret <= units.len());
                prop_assert_eq!(pair_start(&units, caret), caret);
            }
            let clock = clock.plus(HOLD_MILLIS);
            if let Some(update) = field.tick(Selection::caret(caret), clock) {
                area = update.text;
            }
            prop_assert_eq!(area.encode_utf16().collect::<Vec<_>>(), document);
            let kept: Vec<char> = area.chars().collect();
            let wanted: BTreeSet<char> = expected.difference(&removed).copied().collect();
            prop_assert_eq!(kept.len(), wanted.len());
            prop_assert_eq!(kept.into_iter().collect::<BTreeSet<_>>(), wanted);
        }

        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        #[test]
        fn the_smallest_edit_leads_from_any_text_to_any_other(
            old in "[ab🚲🚴\u{1F4B2}\u{301}]{0,8}", new in "[ab🚲🚴\u{1F4B2}\u{301}]{0,8}", caret in 0..20usize,
        ) {
            let mut field = TextField::new(&old);
            let mut document: Vec<u16> = old.encode_utf16().collect();
            apply(&mut document, &field.input(&new, caret, now(0)));
            prop_assert_eq!(String::from_utf16(&document).unwrap(), new.clone());
            prop_assert_eq!(field.shown(), new);
        }
    }

    proptest! {
        #![proptest_config(properties::cases(40))]

        /// Two phones type in one section of real documents; the network delivers late and in bursts.
        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        #[test]
        fn two_phones_in_one_section_end_with_the_same_text(
            turns in proptest::collection::vec((any::<bool>(), event(), any::<bool>()), 1..40),
        ) {
            let new = NewJobSheet { title: "Vélos".to_owned(), need: format!("On répare. {EMOJI} e\u{301}"), ..NewJobSheet::default() };
            let actor = |byte: u8| automerge::ActorId::from(vec![byte; 20]);
            let (sheet, _) = job_sheet::birth(DocumentId::from_entropy([1; 16]), &new, actor(1), now(0)).unwrap();
            let mut phones: Vec<_> = [1, 2]
                .map(|byte| Phone::new(Document::from_changes(&sheet.changes(), actor(byte)).unwrap()))
                .into_iter()
                .collect();
            let mut alphabet = Alphabet::default();
            let mut clock = now(0);
            for (first, event, deliver) in turns {
                let phone = &mut phones[usize::from(first)];
                match event {
                    Event::Local(at, delete, count) | Event::Remote(at, delete, count) => {
                        phone.type_in(at, delete, alphabet.draw(count), clock);
                    }
                    Event::CompositionStart => phone.field.composition_start(clock),
                    Event::CompositionEnd => {
                        let (_, update) = phone.field.composition_end(&phone.area.clone(), Selection::caret(phone.caret), clock);
                        phone.show(update);
                    }
                    Event::Wait(millis) => clock = clock.plus(millis),
                }
                if deliver {
                    deliver_all(&mut phones, clock);
                }
            }
            deliver_all(&mut phones, clock);
            let clock = clock.plus(HOLD_MILLIS);
            for phone in &mut phones {
                let update = phone.field.tick(Selection::caret(phone.caret), clock);
                phone.show(update);
                prop_assert_eq!(phone.area.clone(), phone.section());
            }
            prop_assert_eq!(&phones[0].area, &phones[1].area);
            prop_assert_eq!(phones[0].document.heads(), phones[1].document.heads());
        }
    }

    struct Phone {
        document: Document,
        field: TextField,
        area: String,
        caret: usize,
    }

    impl Phone {
        fn new(document: Document) -> Self {
            let area = JobSheetSnapshot::read(&document)
                .sections
                .text(Section::Need)
                .to_owned();
            Self {
                field: TextField::new(&area),
                document,
                area,
                caret: 0,
            }
        }

        fn section(&self) -> String {
            JobSheetSnapshot::read(&self.document)
                .sections
                .text(Section::Need)
                .to_owned()
        }

        fn type_in(&mut self, at: usize, delete: usize, insert: String, clock: UnixMillis) {
            let (splice, _) = replace(&self.area, at, delete, insert);
            let mut units: Vec<u16> = self.area.encode_utf16().collect();
            apply(&mut units, std::slice::from_ref(&splice));
            self.area = String::from_utf16(&units).unwrap();
            self.caret = splice.at + splice.insert.encode_utf16().count();
            let splices = self.field.input(&self.area, self.caret, clock);
            let command = Command::from(JobSheetCommand::EditSection {
                section: Section::Need,
                splices,
            });
            let context = Context {
                now: clock,
                entropy: [0; 16],
            };
            command.apply(&mut self.document, &context).unwrap();
            assert_eq!(self.field.document(), self.section());
        }

        fn show(&mut self, update: Option<Update>) {
            if let Some(update) = update {
                self.area = update.text;
                self.caret = update.selection.end;
            }
        }

        fn receive(&mut self, other: &Document, clock: UnixMillis) {
            let imported = self.document.import(&other.changes()).unwrap();
            let update = self.field.remote(
                &Section::Need.splices(&imported),
                Selection::caret(self.caret),
                clock,
            );
            self.show(update);
            assert_eq!(self.field.document(), self.section());
        }
    }

    fn deliver_all(phones: &mut [Phone], clock: UnixMillis) {
        let others: Vec<Document> = phones.iter().map(|phone| phone.document.clone()).collect();
        phones[0].receive(&others[1], clock);
        phones[1].receive(&others[0], clock);
    }
}
