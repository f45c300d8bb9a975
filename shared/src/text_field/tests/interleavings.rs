//! Random interleavings.

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
