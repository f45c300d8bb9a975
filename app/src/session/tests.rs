mod births;
mod drafts;
mod entrance;
mod erasing;
mod file;
mod keeping;
mod meeting;
mod statements;
mod tabs;
mod users;

use super::myself::Myself;
use super::opening::{Opened, Start};
use super::state::{Moment, State};
use super::task::{Event, Notice, Task};
use super::{Place, Refused};
use crate::platform::network::Network;
use maillage_shared::ChangeHash;
use maillage_shared::command::{JobSheetCommand, NeedsCommand, NewNeed, SheetValue};
use maillage_shared::id::{DocumentId, PeerId, RecordId};
use maillage_shared::identity::PersonKey;
use maillage_shared::presence::{Face, Presence};
use maillage_shared::records::{NewJobSheet, Section, Trade, job_sheet, needs, territory};
use maillage_shared::snapshot::{JobSheetSnapshot, NeedsSnapshot, TerritorySnapshot};
use maillage_shared::store::StoredChange;
use maillage_shared::sync::client::Acknowledged;
use maillage_shared::time::UnixMillis;
use maillage_shared::wire::{EphemeralMessage, Frame, Metadata, PROTOCOL_VERSION, PeerMessage};

const START: UnixMillis = UnixMillis(1_000_000);
/// The name of the relay's store.
const STORE: &str = "disk";

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
    member([1; 32], [1; 8], space())
}

/// Someone who was let in there.
fn member(seed: [u8; 32], entropy: [u8; 8], territory: DocumentId) -> Myself {
    let public = PersonKey::from_seed(&seed).public();
    let mut me = Myself::new(public, entropy, Face::default());
    me.territory = Some(territory);
    me
}

/// The territory as someone else wrote it.
fn territory_of_another() -> Opened {
    let other = PersonKey::from_seed(&[2; 32]).person().actor([2; 8]);
    let (document, _) = territory::birth(space(), "Droixhe", other, START).unwrap();
    let acknowledged = Acknowledged {
        relay: Some(STORE.to_owned()),
        heads: document.heads(),
        receipt: None,
    };
    Opened {
        id: space(),
        document,
        acknowledged,
        signatures: Vec::new(),
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
    state.handle(at(0), Event::Leading);
    state
}

/// Takes the phone through the greeting of a relay that asks nobody who they are.
fn connect(state: &mut State, milliseconds: i64) -> Vec<Task> {
    greet(state, milliseconds, PROTOCOL_VERSION)
}

fn greet(state: &mut State, milliseconds: i64, version: &str) -> Vec<Task> {
    state.handle(at(milliseconds), Event::Opened);
    let peer = Frame::Peer(PeerMessage {
        sender: PeerId::new("relay").unwrap(),
        target: PeerId::new("phone").unwrap(),
        version: version.to_owned(),
        metadata: Metadata {
            storage: Some(STORE.to_owned()),
            ephemeral: false,
        },
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
fn nobody_writes_before_joining() {
    let mut state = State::default();
    state.open(at(0), Start::default());
    let born = state.create(at(1), |space, actor| {
        job_sheet::birth(space, &NewJobSheet::default(), actor, START)
    });
    assert_eq!(born.map(|(id, _)| id), Err(Refused::Nobody));
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
