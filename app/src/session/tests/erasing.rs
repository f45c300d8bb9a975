//! Documents that were erased leave the phone, in every tab, also after a restart.

use super::super::erasing::{Erased, Fate};
use super::super::file::Taken;
use super::super::tabs::Word;
use super::*;
use litemap::LiteMap;
use maillage_shared::identity::Role;
use maillage_shared::records::Splice;
use maillage_shared::roster::{By, Deed, Entry, Heads, Members, Roster, Tombstone};
use maillage_shared::strike::Strike;

fn space_key(seed: u8) -> PersonKey {
    PersonKey::from_seed(&[seed; 32])
}

fn frame_of(tombstone: Tombstone, key: &PersonKey) -> Event {
    let frame = Frame::Gone {
        space: space(),
        data: Tombstone::seal(space(), &[tombstone], key),
    };
    Event::Frame(frame.encode())
}

fn gone(document: DocumentId, replaced_by: Option<DocumentId>, heads: Heads) -> Tombstone {
    Tombstone {
        document,
        replaced_by,
        heads,
    }
}

/// Whoever uses the phone is of the team, as the key of the space says.
fn team() -> Event {
    let mut roster = Roster::new(space());
    let deeds = [
        Deed::Invited {
            number: 1,
            link: [0; 32],
            code: None,
            role: Role::Team.code().to_owned(),
            partner: None,
            meeting: None,
            uses: 10,
            until: START.plus(1_000_000),
        },
        Deed::Joined {
            key: PersonKey::from_seed(&[1; 32]).public(),
            face: Face::default(),
            number: 2,
            invitation: 1,
        },
    ];
    for deed in deeds {
        let by = By::Operator;
        roster.apply(&Entry {
            at: START,
            by,
            deed,
        });
    }
    let frame = Frame::Members {
        space: space(),
        data: Members::of(&roster, None).seal(&space_key(9)),
    };
    Event::Frame(frame.encode())
}

/// A phone of the team with a sheet that is kept.
fn with_sheet() -> (State, DocumentId) {
    let mut state = phone();
    connect(&mut state, 1);
    state.handle(at(2), team());
    let (sheet, tasks) = create(&mut state, "Vélos");
    keep(&mut state, tasks);
    (state, sheet)
}

/// Keeps all that these tasks ask to keep, and returns the tasks that this led to, these among them.
fn keep(state: &mut State, tasks: Vec<Task>) -> Vec<Task> {
    let mut done = Vec::new();
    let mut waiting = tasks;
    while !waiting.is_empty() {
        let mut next = Vec::new();
        for task in waiting {
            if let Task::Keep(document, changes) = &task {
                let kept = Event::Kept(*document, hashes(changes));
                next.extend(state.handle(at(5), kept));
            }
            done.push(task);
        }
        waiting = next;
    }
    done
}

fn type_in(state: &mut State, sheet: DocumentId, words: &str) -> Vec<Task> {
    let command = JobSheetCommand::EditSection {
        section: Section::Tasks,
        splices: vec![Splice {
            at: 0,
            delete: 0,
            insert: words.to_owned(),
        }],
    };
    let (_, tasks) = state.command(at(6), sheet, &command).unwrap();
    tasks
}

/// What is asked to be noted and taken away.
fn buried(tasks: &[Task]) -> (Vec<DocumentId>, LiteMap<String, Vec<u8>>) {
    let mut all = (Vec::new(), LiteMap::new());
    for task in tasks {
        if let Task::Bury(documents, entries) = task {
            all.0.extend(documents);
            all.1.extend(entries.iter().cloned());
        }
    }
    all
}

#[test]
fn what_the_key_of_the_territory_says_is_gone_leaves_the_phone_and_its_tabs() {
    let (mut state, sheet) = with_sheet();
    let tombstone = || gone(sheet, None, Heads::default());
    let forged = state.handle(at(7), frame_of(tombstone(), &space_key(8)));
    assert_eq!(buried(&forged).0, []);
    assert!(state.document(sheet).is_some() && state.fate(sheet).is_none());
    let tasks = state.handle(at(8), frame_of(tombstone(), &space_key(9)));
    let (documents, entries) = buried(&tasks);
    assert_eq!((documents, entries.len()), (vec![sheet], 1));
    assert!(state.document(sheet).is_none());
    assert_eq!(state.fate(sheet), Some(Fate::Erased { unsaid: true }));
    let tasks = keep(&mut state, tasks);
    assert_eq!(listed(&state), [""; 0]);
    // Told twice, it is done once.
    let again = state.handle(at(9), frame_of(tombstone(), &space_key(9)));
    assert_eq!(buried(&again).0, []);
    let words = tasks.iter().filter_map(|task| match task {
        Task::TellTabs(word) => Word::decode(word),
        _ => None,
    });
    let word = words
        .into_iter()
        .find(|word| matches!(word, Word::Erased(..)));
    let (mut other, _) = with_sheet();
    let tasks = other.handle(at(9), Event::Tab(word.unwrap().encode()));
    assert_eq!(buried(&tasks).0, [sheet]);
    assert!(other.document(sheet).is_none());
}

#[test]
fn a_phone_that_stopped_on_the_way_forgets_at_its_next_start() {
    let (mut state, sheet) = with_sheet();
    let left = state.client.kept(sheet).to_vec();
    let tasks = state.handle(
        at(8),
        frame_of(gone(sheet, None, Heads::default()), &space_key(9)),
    );
    let (_, entries) = buried(&tasks);
    let actor = me().actor;
    let document = maillage_shared::doc::Document::from_changes(&left, actor).unwrap();
    let mut after = State::default();
    let tasks = after.open(
        at(20),
        Start {
            me: Some(me()),
            documents: vec![
                territory_of_another(),
                Opened {
                    id: sheet,
                    document,
                    acknowledged: Acknowledged::default(),
                    signatures: Vec::new(),
                },
            ],
            erased: Erased::read(&entries),
            ..Start::default()
        },
    );
    assert_eq!(buried(&tasks).0, [sheet]);
    assert!(after.document(sheet).is_none());
    assert_eq!(after.fate(sheet), Some(Fate::Erased { unsaid: true }));
    assert!(!after.names_of_erased().is_empty());
}

#[test]
fn a_file_does_not_bring_back_what_was_erased() {
    let (mut state, sheet) = with_sheet();
    let file = state.write_file().unwrap();
    state.handle(
        at(8),
        frame_of(gone(sheet, None, Heads::default()), &space_key(9)),
    );
    let (taken, _) = state.take_file(at(9), &file).unwrap();
    let erased = 1;
    assert_eq!(
        taken,
        Taken {
            erased,
            ..Taken::default()
        }
    );
    assert!(state.document(sheet).is_none());
}

#[test]
fn words_that_the_new_document_lacks_are_kept_until_the_person_is_done_with_them() {
    let (mut state, sheet) = with_sheet();
    let heads = Heads(state.document(sheet).unwrap().heads());
    let tasks = type_in(&mut state, sheet, "Sans réseau.");
    keep(&mut state, tasks);
    let now = DocumentId::from_entropy([5; 16]);
    let tasks = state.handle(
        at(8),
        frame_of(gone(sheet, Some(now), heads), &space_key(9)),
    );
    assert_eq!(state.fate(sheet), Some(Fate::Replaced(now)));
    let path = vec!["sections".to_owned(), "tasks".to_owned()];
    let words = vec![(path, "Sans réseau.".to_owned())];
    assert_eq!(state.kept_words(), [(sheet, now, words)]);
    // After a restart too.
    let (_, mut entries) = buried(&tasks);
    let mut after = State::default();
    let start = Start {
        me: Some(me()),
        erased: Erased::read(&entries),
        ..Start::default()
    };
    after.open(at(20), start);
    assert_eq!(after.kept_words(), state.kept_words());
    entries.extend(buried(&after.drop_words(sheet)).1);
    assert!(after.kept_words().is_empty());
    let mut last = State::default();
    let erased = Erased::read(&entries);
    let start = Start {
        me: Some(me()),
        erased,
        ..Start::default()
    };
    last.open(at(30), start);
    assert!(last.kept_words().is_empty());
    assert_eq!(last.fate(sheet), Some(Fate::Replaced(now)));
}

#[test]
fn a_sheet_written_anew_is_listed_once_it_stands_for_the_old_one() {
    let (mut state, sheet) = with_sheet();
    let tasks = type_in(&mut state, sheet, "Demandé par Amina.");
    keep(&mut state, tasks);
    let strike = Strike::new("Amina", "[rayé]").unwrap();
    let ((new, heads), tasks) = state.write_anew(at(7), sheet, &strike).unwrap();
    keep(&mut state, tasks);
    assert_eq!(listed(&state), ["Vélos"]);
    assert!(state.index_names(sheet) && !state.index_names(new));
    let tasks = state.handle(
        at(8),
        frame_of(gone(sheet, Some(new), heads), &space_key(9)),
    );
    keep(&mut state, tasks);
    assert_eq!(listed(&state), ["Vélos"]);
    assert!(!state.index_names(sheet) && state.index_names(new));
    assert!(state.kept_words().is_empty());
    let text = JobSheetSnapshot::read(state.document(new).unwrap());
    assert_eq!(text.sections.text(Section::Tasks), "Demandé par [rayé].");
}

impl State {
    /// Whether the territory's index lists a document.
    fn index_names(&self, id: DocumentId) -> bool {
        let territory = TerritorySnapshot::read(self.document(space()).unwrap());
        territory.index.iter().any(|entry| entry.id == id)
    }
}
