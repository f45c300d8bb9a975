mod erasing;

use super::*;
use maillage_shared::identity::{Role, Roles};
use maillage_shared::presence::Face;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;

fn space() -> DocumentId {
    DocumentId::from_entropy([1; 16])
}

fn key(seed: u8) -> PersonKey {
    PersonKey::from_seed(&[seed; 32])
}

fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

fn address() -> IpAddr {
    IpAddr::from([127, 0, 0, 1])
}

fn founded(data: &Path) -> Registry {
    let registry = Registry::open(data).unwrap();
    registry.found(space()).unwrap();
    registry
}

fn invite(registry: &Registry, role: Role, uses: u32) -> (String, String) {
    let request = Request::Invite {
        space: space(),
        role: role.code().to_owned(),
        uses,
        minutes: 60,
        partner: None,
        code: true,
        meeting: None,
    };
    match registry.operate(&request, entropy()) {
        Ok(Answer::Invited { link, code, .. }) => (link, code.unwrap()),
        other => panic!("{other:?}"),
    }
}

fn join(registry: &Registry, seed: u8, invitation: &str) -> Answer {
    let key = key(seed).public();
    let request = Request::Join {
        invitation: invitation.to_owned(),
        key,
        face: Face {
            name: format!("Person {seed}"),
            ..Face::default()
        },
    };
    let asker = Asker {
        keys: &[key],
        address: address(),
    };
    let (answer, change) = registry.ask(asker, &request, entropy());
    change.iter().for_each(|change| registry.tell(change));
    answer
}

fn erase(seed: u8) -> Request {
    Request::Erase {
        space: space(),
        person: key(seed).person(),
    }
}

fn file(data: &Path) -> PathBuf {
    data.join(FOLDER).join(format!("{}.record", space()))
}

#[test]
fn what_was_answered_is_there_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let registry = founded(data.path());
    let (link, _) = invite(&registry, Role::Volunteer, 1);
    assert_eq!(join(&registry, 1, &link), Answer::Joined { space: space() });
    let members = registry.members(space());
    drop(registry);
    let registry = Registry::open(data.path()).unwrap();
    assert_eq!(registry.members(space()), members);
    assert!(!registry.warrant(&[key(1).public()]).is_empty());
    assert_eq!(join(&registry, 2, &link), Answer::Denied(Denied::UsedUp));
}

#[test]
fn of_many_who_race_for_one_place_one_gets_it() {
    let data = tempfile::tempdir().unwrap();
    let registry = Arc::new(founded(data.path()));
    let (link, _) = invite(&registry, Role::Volunteer, 1);
    let racers: Vec<_> = (1..=8)
        .map(|seed| {
            let (registry, link) = (Arc::clone(&registry), link.clone());
            thread::spawn(move || join(&registry, seed, &link))
        })
        .collect();
    let answers = racers.into_iter().map(|racer| racer.join().unwrap());
    let joined = answers.filter(|answer| matches!(answer, Answer::Joined { .. }));
    assert_eq!(joined.count(), 1);
}

#[test]
fn nobody_joins_with_the_key_of_another() {
    let data = tempfile::tempdir().unwrap();
    let registry = founded(data.path());
    let (link, _) = invite(&registry, Role::Volunteer, 5);
    let request = Request::Join {
        invitation: link,
        key: key(1).public(),
        face: Face::default(),
    };
    let asker = Asker {
        keys: &[key(2).public()],
        address: address(),
    };
    let (answer, _) = registry.ask(asker, &request, entropy());
    assert_eq!(answer, Answer::Denied(Denied::NotAllowed));
}

#[test]
fn a_machine_that_guesses_codes_is_stopped_and_links_still_work() {
    let data = tempfile::tempdir().unwrap();
    let registry = founded(data.path());
    let (link, code) = invite(&registry, Role::Guest, 5);
    let mut answers = Vec::new();
    for number in 0..30u8 {
        let wrong = maillage_shared::identity::Code::from_entropy([number; 16]).to_string();
        if wrong != code {
            answers.push(join(&registry, 1, &wrong));
        }
    }
    let stopped = Answer::Denied(Denied::TooOften);
    let tried = answers.iter().filter(|answer| **answer != stopped).count();
    assert_eq!(tried, 20);
    assert_eq!(join(&registry, 1, &code), stopped);
    assert_eq!(join(&registry, 1, &link), Answer::Joined { space: space() });
}

#[test]
fn the_name_of_who_was_erased_is_in_no_file() {
    let data = tempfile::tempdir().unwrap();
    let registry = founded(data.path());
    let (link, _) = invite(&registry, Role::Volunteer, 5);
    join(&registry, 1, &link);
    join(&registry, 2, &link);
    let holds = |name: &str| {
        let bytes = fs::read(file(data.path())).unwrap();
        bytes
            .windows(name.len())
            .any(|part| part == name.as_bytes())
    };
    assert!(holds("Person 1"));
    assert_eq!(registry.operate(&erase(1), entropy()), Ok(Answer::Done));
    assert!(!holds("Person 1") && holds("Person 2"));
    drop(registry);
    let registry = Registry::open(data.path()).unwrap();
    assert!(registry.warrant(&[key(1).public()]).is_empty());
    assert!(!registry.warrant(&[key(2).public()]).is_empty());
}

#[test]
fn whoever_looks_on_hears_of_those_who_may_do_less() {
    let data = tempfile::tempdir().unwrap();
    let registry = founded(data.path());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    registry.observe(move |change| listener.lock().unwrap().push(change.people.clone()));
    let (link, _) = invite(&registry, Role::Volunteer, 5);
    join(&registry, 1, &link);
    registry.operate(&erase(1), entropy()).unwrap();
    let heard = heard.lock().unwrap();
    assert_eq!(*heard, [vec![], vec![], vec![key(1).person()]]);
}

#[test]
fn who_may_come_in_is_in_the_backup() {
    let place = tempfile::tempdir().unwrap();
    let (data, file) = (place.path().join("data"), place.path().join("backup"));
    drop(crate::store::SledStore::open(&data).unwrap());
    let registry = founded(&data);
    let (link, _) = invite(&registry, Role::Volunteer, 5);
    join(&registry, 1, &link);
    let members = registry.look(space()).unwrap();
    let key = registry.key(space()).public();
    assert!(crate::upkeep::back_up(&data, &file).unwrap().is_well);
    let restored = place.path().join("restored");
    crate::upkeep::restore(&restored, &file, None).unwrap();
    let registry = Registry::open(&restored).unwrap();
    // With the same key, so that phones believe it.
    let sealed = registry.members(space()).unwrap();
    let (restored, _) = Members::open(&sealed, Some(key)).unwrap();
    assert_eq!(restored.people, members.people);
    assert!(restored.generation > members.generation);
    assert_eq!(join(&registry, 2, &link), Answer::Joined { space: space() });
}

#[test]
fn whoever_was_removed_hears_that_and_nothing_of_the_others() {
    let data = tempfile::tempdir().unwrap();
    let registry = founded(data.path());
    let (link, _) = invite(&registry, Role::Volunteer, 5);
    join(&registry, 1, &link);
    join(&registry, 2, &link);
    let person = key(1).person();
    let removal = Request::Become {
        space: space(),
        person,
        roles: Roles::NONE,
        partner: None,
    };
    registry.operate(&removal, entropy()).unwrap();
    assert_eq!(registry.places(&[person]), [space()]);
    let Sight::Only(data) = registry.sight(space(), &[person]) else {
        panic!("another sight");
    };
    let (members, _) = Members::open(&data, None).unwrap();
    assert_eq!(members.people.len(), 1);
    assert!(members.card_of(person).unwrap().roles.is_empty());
    assert_eq!(registry.sight(space(), &[key(3).person()]), Sight::Nothing);
}

#[test]
fn an_entry_that_was_cut_short_was_never_made_and_damage_is_told() {
    let data = tempfile::tempdir().unwrap();
    let registry = founded(data.path());
    let (link, _) = invite(&registry, Role::Volunteer, 5);
    let before = fs::read(file(data.path())).unwrap().len();
    join(&registry, 1, &link);
    drop(registry);
    let whole = fs::read(file(data.path())).unwrap();
    for length in before..whole.len() {
        fs::write(file(data.path()), &whole[..length]).unwrap();
        let registry = Registry::open(data.path()).unwrap();
        assert!(registry.warrant(&[key(1).public()]).is_empty());
        // It goes on from there.
        assert_eq!(join(&registry, 2, &link), Answer::Joined { space: space() });
        drop(registry);
        let registry = Registry::open(data.path()).unwrap();
        assert!(!registry.warrant(&[key(2).public()]).is_empty());
    }
    let mut damaged = whole.clone();
    damaged[HEAD_LENGTH + 20] ^= 1;
    fs::write(file(data.path()), &damaged).unwrap();
    assert!(matches!(
        Registry::open(data.path()),
        Err(StoreError::Damaged(_))
    ));
}

/// The first line of a record.
const HEAD_LENGTH: usize = "maillage record 1\n".len();
