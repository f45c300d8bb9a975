use super::myself::Myself;
use super::opening::{Opened, Start};
use super::state::{Moment, State};
use super::task::{Event, Notice, Task};
use super::{Place, Refused};
use crate::platform::network::Network;
use maillage_shared::ChangeHash;
use maillage_shared::command::{Command, JobSheetCommand, NeedsCommand, NewNeed, SheetValue};
use maillage_shared::id::{DocumentId, PeerId, RecordId};
use maillage_shared::identity::PersonKey;
use maillage_shared::presence::{Face, Presence};
use maillage_shared::records::{NewJobSheet, Section, Trade, job_sheet, needs, territory};
use maillage_shared::snapshot::{JobSheetSnapshot, NeedsSnapshot, TerritorySnapshot};
use maillage_shared::store::StoredChange;
use maillage_shared::time::UnixMillis;
use maillage_shared::wire::{EphemeralMessage, Frame, Metadata, PROTOCOL_VERSION, PeerMessage};

const START: UnixMillis = UnixMillis(1_000_000);

fn at(milliseconds: i64) -> Moment {
    let now = START.plus(milliseconds);
    let mut entropy = [7; 16];
    entropy[8..].copy_from_slice(&now.0.to_le_bytes());
    Moment { now, entropy }
}

fn space() -> DocumentId {
    DocumentId::from_entropy([9; 16])
}

fn me() -> Myself {
    Myself::new([1; 32], [1; 8], Face::default(), space())
}

/// The territory as someone else wrote it.
fn territory_of_another() -> Opened {
    let other = PersonKey::from_seed(&[2; 32]).person().actor([2; 8]);
    let (document, _) = territory::birth(space(), "Droixhe", other, START).unwrap();
    let relay_heads = document.heads();
    Opened {
        id: space(),
        document,
        relay_heads,
    }
}

/// A phone that has joined and has its territory.
fn phone() -> State {
    let mut state = State::default();
    state.open(
        at(0),
        Start {
            me: Some(me()),
            documents: vec![territory_of_another()],
            ..Start::default()
        },
    );
    state
}

/// Takes the phone through the greeting.
fn connect(state: &mut State, milliseconds: i64) -> Vec<Task> {
    state.handle(at(milliseconds), Event::Opened);
    let peer = Frame::Peer(PeerMessage {
        sender: PeerId::new("relay").unwrap(),
        target: PeerId::new("phone").unwrap(),
        version: PROTOCOL_VERSION.to_owned(),
        metadata: Metadata::default(),
    });
    state.handle(at(milliseconds), Event::Frame(peer.encode()))
}

fn create(state: &mut State, title: &str) -> (DocumentId, Vec<Task>) {
    let new = NewJobSheet {
        title: title.to_owned(),
        ..NewJobSheet::default()
    };
    state.create_sheet(at(1), &new).unwrap()
}

fn kept(tasks: &[Task], document: DocumentId) -> Vec<StoredChange> {
    let kept = tasks.iter().filter_map(|task| match task {
        Task::Keep(id, changes) if *id == document => Some(changes.clone()),
        _ => None,
    });
    kept.flatten().collect()
}

fn hashes(changes: &[StoredChange]) -> Vec<ChangeHash> {
    changes.iter().map(|change| change.hash).collect()
}

fn sent(tasks: &[Task]) -> Vec<Frame> {
    let sent = tasks.iter().filter_map(|task| match task {
        Task::Send(frame) => Some(Frame::decode(frame).unwrap()),
        _ => None,
    });
    sent.collect()
}

fn told(tasks: &[Task]) -> Vec<Presence> {
    let told = sent(tasks).into_iter().filter_map(|frame| match frame {
        Frame::Ephemeral(message) => Some(Presence::decode(&message.data).unwrap()),
        _ => None,
    });
    told.collect()
}

fn listed(state: &State) -> Vec<String> {
    let territory = TerritorySnapshot::read(state.document(space()).unwrap());
    territory
        .job_sheets()
        .map(|entry| entry.title.clone())
        .collect()
}

#[test]
fn a_change_is_sent_only_once_it_is_durable() {
    let mut state = phone();
    connect(&mut state, 0);
    let (sheet, tasks) = create(&mut state, "Vélos");
    let changes = kept(&tasks, sheet);
    assert_eq!(changes.len(), 1);
    assert!(sent(&tasks).is_empty());
    assert_eq!(state.standing(START, Some(sheet)).unkept, 1);
    let tasks = state.handle(at(5), Event::Kept(sheet, hashes(&changes)));
    assert!(
        sent(&tasks)
            .iter()
            .any(|frame| matches!(frame, Frame::Sync(sync) if sync.document == sheet))
    );
    let standing = state.standing(START, Some(sheet));
    assert_eq!((standing.unkept, standing.unsent), (0, 1));
}

#[test]
fn what_others_wrote_is_not_counted_as_mine_to_keep() {
    let mut state = phone();
    let (sheet, tasks) = create(&mut state, "Vélos");
    state.handle(at(5), Event::Kept(sheet, hashes(&kept(&tasks, sheet))));
    state.handle(at(6), Event::Kept(space(), vec![ChangeHash([0; 32])]));
    assert_eq!(
        state.standing(START, None).unkept,
        1,
        "the index entry is still being written"
    );
}

#[test]
fn a_sheet_born_here_is_listed_by_its_territory_and_so_is_its_new_title() {
    let mut state = phone();
    let (sheet, _) = create(&mut state, "Vélos");
    assert_eq!(listed(&state), ["Vélos"]);
    let rename = Command::from(JobSheetCommand::Set(SheetValue::Title(
        "Vélos du quartier".to_owned(),
    )));
    state.command(at(2), sheet, &rename).unwrap();
    assert_eq!(listed(&state), ["Vélos du quartier"]);
}

#[test]
fn a_sheet_that_a_crash_kept_from_the_index_is_listed_at_the_next_start() {
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        ..NewJobSheet::default()
    };
    let (document, _) = job_sheet::birth(space(), &new, me().actor, START).unwrap();
    let orphan = Opened {
        id: DocumentId::from_entropy([3; 16]),
        document,
        relay_heads: Vec::new(),
    };
    let mut state = State::default();
    state.open(
        at(0),
        Start {
            me: Some(me()),
            documents: vec![orphan, territory_of_another()],
            ..Start::default()
        },
    );
    assert_eq!(listed(&state), ["Vélos"]);
    assert_eq!(state.unlisted().count(), 0);
}

#[test]
fn a_sheet_born_before_the_territory_is_here_waits_to_be_listed() {
    let mut state = State::default();
    state.open(
        at(0),
        Start {
            me: Some(me()),
            ..Start::default()
        },
    );
    let (sheet, _) = create(&mut state, "Vélos");
    assert_eq!(state.unlisted().collect::<Vec<_>>(), [sheet]);
}

#[test]
fn nobody_writes_before_joining() {
    let mut state = State::default();
    state.open(at(0), Start::default());
    let born = state.create(at(1), |space, actor| {
        job_sheet::birth(space, &NewJobSheet::default(), actor, START)
    });
    assert_eq!(born.map(|(id, _)| id), Err(Refused::Nobody));
}

#[test]
fn joining_asks_for_the_territory_and_keeps_who_i_am() {
    let mut state = State::default();
    state.open(at(0), Start::default());
    connect(&mut state, 0);
    let tasks = state.join(at(1), [1; 32], Face::default(), space());
    assert!(tasks.iter().any(|task| matches!(task, Task::KeepMyself(_))));
    assert!(
        sent(&tasks)
            .iter()
            .any(|frame| matches!(frame, Frame::Request(sync) if sync.document == space()))
    );
}

#[test]
fn who_i_am_is_written_again_until_it_is_kept() {
    let mut state = phone();
    state.join(at(1), [1; 32], Face::default(), space());
    state.handle(at(2), Event::MyselfKept(false));
    assert!(state.standing(START, None).failing);
    assert!(state.next_wake().unwrap() <= START.plus(3_002));
    let tasks = state.handle(at(3_002), Event::Rang);
    assert!(tasks.iter().any(|task| matches!(task, Task::KeepMyself(_))));
    state.handle(at(3_003), Event::MyselfKept(true));
    assert!(!state.standing(START, None).failing);
}

#[test]
fn a_short_loss_of_the_connection_is_not_worth_a_word() {
    let mut state = phone();
    connect(&mut state, 0);
    state.handle(at(1_000), Event::Closed);
    assert!(!state.standing(START.plus(1_100), None).offline);
    assert!(
        state
            .next_wake()
            .is_some_and(|wake| wake <= START.plus(2_500))
    );
    let tasks = state.handle(at(2_500), Event::Rang);
    assert!(state.standing(START.plus(2_500), None).offline);
    assert!(
        tasks
            .iter()
            .any(|task| matches!(task, Task::Tell(Notice::Status)))
    );
}

#[test]
fn a_device_without_network_says_so_at_once() {
    let mut state = phone();
    connect(&mut state, 0);
    let tasks = state.handle(at(1_000), Event::Network(Network::Offline));
    assert!(tasks.iter().any(|task| matches!(task, Task::HangUp)));
    assert!(state.standing(START.plus(1_000), None).offline);
    let tasks = state.handle(at(2_000), Event::Network(Network::Online));
    assert!(tasks.iter().any(|task| matches!(task, Task::Dial)));
}

#[test]
fn a_page_long_out_of_sight_connects_anew() {
    let mut state = phone();
    connect(&mut state, 0);
    state.handle(at(1_000), Event::Network(Network::Hidden));
    let tasks = state.handle(at(5_000), Event::Network(Network::Visible));
    assert!(!tasks.iter().any(|task| matches!(task, Task::HangUp)));
    state.handle(at(6_000), Event::Network(Network::Hidden));
    let tasks = state.handle(at(70_000), Event::Network(Network::Visible));
    let calls: Vec<&Task> = tasks
        .iter()
        .filter(|task| matches!(task, Task::HangUp | Task::Dial))
        .collect();
    assert!(matches!(calls[..], [Task::HangUp, Task::Dial]));
}

#[test]
fn where_i_am_is_told_again_on_each_new_connection() {
    let mut state = phone();
    state.enter(at(0), space());
    let tasks = connect(&mut state, 10);
    assert_eq!(told(&tasks).len(), 1);
    state.handle(at(1_000), Event::Closed);
    state.handle(at(5_000), Event::Rang);
    let tasks = connect(&mut state, 5_010);
    assert_eq!(told(&tasks).len(), 1);
}

#[test]
fn what_one_opens_is_asked_for_though_no_index_lists_it() {
    let mut state = phone();
    let linked = DocumentId::from_entropy([77; 16]);
    assert!(state.documents().all(|id| id != linked));
    state.enter(at(0), linked);
    assert!(state.documents().any(|id| id == linked));
}

#[test]
fn others_are_met_heard_and_forgotten() {
    let mut state = phone();
    connect(&mut state, 0);
    let person = PersonKey::from_seed(&[2; 32]).person();
    let presence = Presence {
        person,
        face: Face {
            name: "Luc".to_owned(),
            ..Face::default()
        },
        section: Some(Section::Tasks),
        caret: Some(3),
        leaving: false,
    };
    let heard = Frame::Ephemeral(EphemeralMessage {
        sender: PeerId::new("other").unwrap(),
        target: PeerId::new("phone").unwrap(),
        document: space(),
        count: 1,
        session: "other".to_owned(),
        data: presence.encode(),
    });
    let tasks = state.handle(at(10), Event::Frame(heard.encode()));
    assert!(
        tasks
            .iter()
            .any(|task| matches!(task, Task::KeepPerson(met, _) if *met == person))
    );
    assert_eq!(state.company(space()).count(), 1);
    state.handle(at(30_000), Event::Rang);
    assert_eq!(state.company(space()).count(), 0);
    assert_eq!(
        state.face(person).map(|face| face.name.as_str()),
        Some("Luc")
    );
}

#[test]
fn moving_in_a_document_that_is_not_open_tells_nobody() {
    let mut state = phone();
    connect(&mut state, 0);
    let tasks = state.place(at(1), space(), Place::default());
    assert!(told(&tasks).is_empty());
}

#[test]
fn a_forgetful_phone_says_so_until_the_group_has_everything() {
    let mut state = State::default();
    state.open(
        at(0),
        Start {
            me: Some(me()),
            documents: vec![territory_of_another()],
            forgetful: true,
            ..Start::default()
        },
    );
    connect(&mut state, 0);
    let standing = state.standing(START, None);
    assert!(standing.forgetful && standing.unsent == 0);
    create(&mut state, "Vélos");
    assert!(state.standing(START, None).unsent > 0);
}

#[test]
fn all_is_kept_only_when_nothing_written_here_is_on_its_way_to_the_disk() {
    let mut state = phone();
    assert!(state.keeps_all());
    let (sheet, tasks) = create(&mut state, "Vélos");
    assert!(!state.keeps_all());
    let index = hashes(&kept(&tasks, space()));
    state.handle(at(2), Event::KeepFailed(sheet));
    state.handle(at(3), Event::Kept(space(), index));
    assert!(!state.keeps_all(), "the sheet could not be written");
    state.handle(at(4), Event::Kept(sheet, hashes(&kept(&tasks, sheet))));
    assert!(state.keeps_all());
}

#[test]
fn a_forgetful_phone_never_keeps_all() {
    let mut state = State::default();
    state.open(
        at(0),
        Start {
            me: Some(me()),
            forgetful: true,
            ..Start::default()
        },
    );
    assert!(!state.keeps_all());
}

#[test]
fn documents_that_cannot_be_opened_are_counted() {
    let mut state = State::default();
    let start = Start {
        me: Some(me()),
        unreadable: 2,
        ..Start::default()
    };
    state.open(at(0), start);
    assert_eq!(state.unreadable(), 2);
}

#[test]
fn a_sheet_born_from_a_need_is_one_change_that_carries_it_and_the_need_is_covered() {
    let mut state = phone();
    let (list, _) = state
        .create(at(1), |space, actor| needs::birth(space, actor, START))
        .unwrap();
    let say = NeedsCommand::Add(NewNeed {
        text: "Réparer les vélos".to_owned(),
        neighbourhood: String::new(),
        expressed_by: String::new(),
    });
    let (need, _) = state.command(at(2), list, &say.into()).unwrap();
    let need = need.unwrap();
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        trade: Some(Trade::BikeRepair),
        need: "Réparer les vélos".to_owned(),
        needs: vec![need.clone()],
    };
    let (sheet, tasks) = state.create_sheet(at(3), &new).unwrap();
    assert_eq!(kept(&tasks, sheet).len(), 1);
    let written = JobSheetSnapshot::read(state.document(sheet).unwrap());
    assert_eq!(written.trade.value(), Some(&Trade::BikeRepair));
    assert_eq!(written.sections.text(Section::Need), "Réparer les vélos");
    assert_eq!(written.needs, std::slice::from_ref(&need));
    let needs = NeedsSnapshot::read(state.document(list).unwrap());
    assert_eq!(needs.need(&need).unwrap().covered_by, [sheet]);
}

#[test]
fn a_sheet_is_born_also_when_its_need_is_gone() {
    let mut state = phone();
    let need = RecordId::from_key("gone");
    let new = NewJobSheet {
        title: "Vélos".to_owned(),
        needs: vec![need.clone()],
        ..NewJobSheet::default()
    };
    let (sheet, _) = state.create_sheet(at(1), &new).unwrap();
    let written = JobSheetSnapshot::read(state.document(sheet).unwrap());
    assert_eq!(written.needs, [need]);
}
