mod erasing;

use super::phones::{CALL_LIFE, PHONE_LIFE};
use super::*;
use crate::identity::{PersonKey, Secret};
use crate::properties;
use proptest::prelude::*;

const START: UnixMillis = UnixMillis(1_790_000_000_000);
const DAY: i64 = 86_400_000;

fn space() -> DocumentId {
    DocumentId::from_entropy([1; 16])
}

fn key(seed: u8) -> PersonKey {
    PersonKey::from_seed(&[seed; 32])
}

fn face(name: &str) -> Face {
    Face {
        name: name.to_owned(),
        picture: 1,
        colour: 2,
    }
}

/// A record under test: decides, and takes what was decided.
struct Book {
    roster: Roster,
    entries: Vec<Entry>,
    now: UnixMillis,
    drawn: u8,
}

impl Book {
    fn new() -> Self {
        Self {
            roster: Roster::new(space()),
            entries: Vec::new(),
            now: START,
            drawn: 0,
        }
    }

    fn ask(&mut self, by: By, request: &Request) -> Result<Answer, Denied> {
        self.drawn += 1;
        let decision = self
            .roster
            .decide(self.now, by, request, [self.drawn; 32])?;
        for deed in decision.deeds {
            let entry = Entry {
                at: self.now,
                by,
                deed,
            };
            self.roster.apply(&entry);
            self.entries.push(entry);
        }
        Ok(decision.answer)
    }

    fn invite(&mut self, by: By, role: Role, uses: u32) -> Result<(u32, String, String), Denied> {
        let request = Request::Invite {
            space: space(),
            role: role.code().to_owned(),
            uses,
            minutes: 7 * 24 * 60,
            partner: None,
            code: true,
            meeting: None,
        };
        match self.ask(by, &request)? {
            Answer::Invited { number, link, code } => Ok((number, link, code.unwrap())),
            other => panic!("an invitation, not {other:?}"),
        }
    }

    fn join(&mut self, seed: u8, name: &str, invitation: &str) -> Result<Answer, Denied> {
        let request = Request::Join {
            invitation: invitation.to_owned(),
            key: key(seed).public(),
            face: face(name),
        };
        self.ask(By::Member(key(seed).person()), &request)
    }

    /// Someone who came in by an invitation of the operator's.
    fn with(&mut self, seed: u8, name: &str, role: Role) -> By {
        let (_, link, _) = self.invite(By::Operator, role, 1).unwrap();
        self.join(seed, name, &link).unwrap();
        By::Member(key(seed).person())
    }

    fn become_(&mut self, by: By, seed: u8, roles: Roles) -> Result<Answer, Denied> {
        let request = Request::Become {
            space: space(),
            person: key(seed).person(),
            roles,
            partner: None,
        };
        self.ask(by, &request)
    }

    fn roles(&self, seed: u8) -> Roles {
        self.roster.roles(key(seed).person())
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_link_and_a_code_let_the_same_people_in() {
    let mut book = Book::new();
    let (_, link, code) = book.invite(By::Operator, Role::Volunteer, 2).unwrap();
    assert_eq!(
        book.join(1, "Amina", &link),
        Ok(Answer::Joined { space: space() })
    );
    let spoken = code.to_lowercase();
    assert_eq!(
        book.join(2, "Luc", &spoken),
        Ok(Answer::Joined { space: space() })
    );
    assert_eq!(book.roles(1), Role::Volunteer.into());
    assert_eq!(book.join(3, "Nadia", &link), Err(Denied::UsedUp));
    assert_eq!(book.roles(3), Roles::NONE);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn whoever_lost_the_answer_asks_again_and_uses_nothing_up() {
    let mut book = Book::new();
    let (_, link, _) = book.invite(By::Operator, Role::Volunteer, 1).unwrap();
    book.join(1, "Amina", &link).unwrap();
    let entries = book.entries.len();
    assert!(book.join(1, "Amina", &link).is_ok());
    assert_eq!(book.entries.len(), entries);
    assert!(book.join(1, "Aminata", &link).is_ok());
    let (_, member) = book.roster.member_of(key(1).person()).unwrap();
    assert_eq!(member.face, face("Aminata"));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_code_ends_the_same_day_and_its_link_later() {
    let mut book = Book::new();
    let (_, link, code) = book.invite(By::Operator, Role::Guest, 9).unwrap();
    book.now = START.plus(CODE_LIFE);
    assert_eq!(book.join(1, "Amina", &code), Err(Denied::NoInvitation));
    assert!(book.join(1, "Amina", &link).is_ok());
    book.now = START.plus(7 * DAY);
    assert_eq!(book.join(2, "Luc", &link), Err(Denied::NoInvitation));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_withdrawn_unknown_or_mistyped_answers_the_same() {
    let mut book = Book::new();
    let (number, link, code) = book.invite(By::Operator, Role::Guest, 9).unwrap();
    let withdraw = Request::Withdraw {
        space: space(),
        number,
    };
    book.ask(By::Operator, &withdraw).unwrap();
    let unknown = Secret::from_entropy([9; 16]).to_string();
    for invitation in [link, code, unknown, "BADOMI".to_owned(), "?".to_owned()] {
        assert_eq!(
            book.join(1, "Amina", &invitation),
            Err(Denied::NoInvitation)
        );
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn nobody_gives_more_than_they_may() {
    let mut book = Book::new();
    let guest = book.with(1, "Amina", Role::Guest);
    let facilitator = book.with(2, "Luc", Role::Facilitator);
    let stranger = By::Member(key(9).person());
    assert_eq!(book.invite(guest, Role::Guest, 1), Err(Denied::NotAllowed));
    assert_eq!(
        book.invite(stranger, Role::Guest, 1),
        Err(Denied::NotAllowed)
    );
    assert!(book.invite(facilitator, Role::Volunteer, 30).is_ok());
    assert_eq!(
        book.invite(facilitator, Role::Team, 1),
        Err(Denied::NotAllowed)
    );
    assert_eq!(
        book.become_(facilitator, 2, Role::Team.into()),
        Err(Denied::NotAllowed)
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_guest_becomes_a_member_and_keeps_their_number() {
    let mut book = Book::new();
    book.with(1, "Amina", Role::Guest);
    let number = |book: &Book| {
        let (_, member) = book.roster.member_of(key(1).person()).unwrap();
        member.number
    };
    let before = number(&book);
    book.with(1, "Amina", Role::Volunteer);
    assert_eq!(book.roles(1), Role::Volunteer.into());
    assert_eq!(number(&book), before);
    // A member who scans the code of a meeting does not become a guest.
    book.with(1, "Amina", Role::Guest);
    assert_eq!(book.roles(1), Role::Volunteer.into());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn the_last_of_the_team_cannot_leave_it_unless_the_operator_says_so() {
    let mut book = Book::new();
    let team = book.with(1, "Amina", Role::Team);
    let leave = Request::Erase {
        space: space(),
        person: key(1).person(),
    };
    assert_eq!(book.ask(team, &leave), Err(Denied::LastOfTeam));
    assert_eq!(
        book.become_(team, 1, Role::Guest.into()),
        Err(Denied::LastOfTeam)
    );
    book.with(2, "Luc", Role::Team);
    assert!(book.become_(team, 1, Role::Guest.into()).is_ok());
    assert!(book.become_(By::Operator, 2, Roles::NONE).is_ok());
    assert_eq!(book.roles(2), Roles::NONE);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn whom_the_team_removed_comes_back_through_no_link_and_who_left_may() {
    let mut book = Book::new();
    book.with(1, "Amina", Role::Volunteer);
    let luc = book.with(2, "Luc", Role::Volunteer);
    book.become_(By::Operator, 1, Roles::NONE).unwrap();
    let leave = Request::Erase {
        space: space(),
        person: key(2).person(),
    };
    book.ask(luc, &leave).unwrap();
    let (_, link, _) = book.invite(By::Operator, Role::Guest, 9).unwrap();
    assert_eq!(book.join(1, "Amina", &link), Err(Denied::NotAllowed));
    assert!(book.join(2, "Luc", &link).is_ok());
    book.become_(By::Operator, 1, Role::Guest.into()).unwrap();
    assert!(book.join(1, "Amina", &link).is_ok());
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn of_who_is_erased_only_keys_are_left() {
    let mut book = Book::new();
    let amina = book.with(1, "Amina", Role::Volunteer);
    book.with(2, "Luc", Role::Volunteer);
    let erase = |seed| Request::Erase {
        space: space(),
        person: key(seed).person(),
    };
    assert_eq!(book.ask(amina, &erase(2)), Err(Denied::NotAllowed));
    assert!(book.ask(amina, &erase(1)).is_ok());
    assert_eq!(book.roles(1), Roles::NONE);
    let members = Members::of(&book.roster, None);
    let card = members.card_of(key(1).person()).unwrap();
    assert_eq!(
        (card.face.clone(), &card.keys[..]),
        (None, &[key(1).public()][..])
    );
    // What is kept of the record afterwards makes the same roster, and names nobody.
    let erased = |person| person == key(1).person();
    let kept: Vec<Entry> = book
        .entries
        .iter()
        .map(|entry| Entry {
            deed: entry.deed.clone().without(erased),
            ..entry.clone()
        })
        .collect();
    assert!(!format!("{kept:?}").contains("Amina") && format!("{kept:?}").contains("Luc"));
    let mut again = Roster::new(space());
    kept.iter().for_each(|entry| again.apply(entry));
    assert_eq!(again, book.roster);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn guests_are_forgotten_thirty_days_after_their_last_meeting() {
    let mut book = Book::new();
    book.with(1, "Amina", Role::Guest);
    book.with(2, "Luc", Role::Volunteer);
    book.now = START.plus(20 * DAY);
    book.with(1, "Amina", Role::Guest);
    assert_eq!(book.roster.guests_to_erase(START.plus(GUEST_LIFE)), []);
    let due = book
        .roster
        .guests_to_erase(START.plus(20 * DAY + GUEST_LIFE));
    assert_eq!(due, [key(1).person()]);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_ticket_is_good_for_its_role_until_it_ends_or_is_withdrawn() {
    let mut book = Book::new();
    let team = book.with(1, "Amina", Role::Team);
    let request = Request::Ticket {
        space: space(),
        role: "observer".to_owned(),
        label: "statistics".to_owned(),
        days: 3,
    };
    let Ok(Answer::Invited { number, link, .. }) = book.ask(team, &request) else {
        panic!("no ticket");
    };
    let digest = link.parse::<Secret>().unwrap().digest();
    let observer = Some((number, Role::Observer.into()));
    assert_eq!(book.roster.ticket(&digest, START), observer);
    assert_eq!(book.roster.ticket(&digest, START.plus(3 * DAY)), None);
    // It is no invitation.
    assert_eq!(book.join(5, "Luc", &link), Err(Denied::NoInvitation));
    let withdraw = Request::Withdraw {
        space: space(),
        number,
    };
    book.ask(team, &withdraw).unwrap();
    assert_eq!(book.roster.ticket(&digest, START), None);
}

impl Book {
    fn await_phone(&mut self, by: By, secret: Secret, is_card: bool) -> Result<Answer, Denied> {
        let request = Request::Await {
            space: space(),
            digest: secret.digest(),
            is_card,
        };
        self.ask(by, &request)
    }

    fn bring(&mut self, seed: u8, secret: Secret, alone: bool) -> Result<Answer, Denied> {
        let request = Request::Bring {
            secret: secret.to_string(),
            key: key(seed).public(),
            alone,
        };
        self.ask(By::Member(key(seed).person()), &request)
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn another_phone_is_the_same_person() {
    let mut book = Book::new();
    let amina = book.with(1, "Amina", Role::Volunteer);
    let secret = Secret::from_entropy([5; 16]);
    book.await_phone(amina, secret, false).unwrap();
    let look = Request::Look {
        invitation: secret.to_string(),
    };
    let returning = Answer::Returning {
        space: space(),
        face: face("Amina"),
        by: Way::Phone,
    };
    assert_eq!(book.ask(By::Operator, &look), Ok(returning));
    assert_eq!(
        book.bring(2, secret, false),
        Ok(Answer::Joined { space: space() })
    );
    assert_eq!(
        (book.roles(1), book.roles(2)),
        (Role::Volunteer.into(), Role::Volunteer.into())
    );
    let (person, _) = book.roster.member_of(key(2).person()).unwrap();
    assert_eq!(person, key(1).person());
    // The secret serves one phone, which may ask again, and for a quarter of an hour.
    assert!(book.bring(2, secret, false).is_ok());
    assert_eq!(book.bring(3, secret, false), Err(Denied::NoInvitation));
    let late = Secret::from_entropy([6; 16]);
    book.await_phone(amina, late, false).unwrap();
    book.now = book.now.plus(PHONE_LIFE);
    assert_eq!(book.bring(3, late, false), Err(Denied::NoInvitation));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_recovery_card_brings_a_new_phone_and_ends_the_card_before_and_the_old_phone() {
    let mut book = Book::new();
    let amina = book.with(1, "Amina", Role::Volunteer);
    let (first, second) = (Secret::from_entropy([5; 16]), Secret::from_entropy([6; 16]));
    book.await_phone(amina, first, true).unwrap();
    book.await_phone(amina, second, true).unwrap();
    book.now = book.now.plus(400 * DAY);
    assert_eq!(book.bring(2, first, true), Err(Denied::NoInvitation));
    assert!(book.bring(2, second, true).is_ok());
    assert_eq!(
        (book.roles(1), book.roles(2)),
        (Roles::NONE, Role::Volunteer.into())
    );
    // What the old phone signed can still be verified.
    let members = Members::of(&book.roster, None);
    let card = members.card_of(key(1).person()).unwrap();
    assert_eq!(card.keys, [key(1).public(), key(2).public()]);
    assert_eq!(book.bring(3, second, true), Err(Denied::NoInvitation));
}

impl Book {
    fn call_back(&mut self, by: By, seed: u8, secret: Secret) -> Result<u32, Denied> {
        let request = Request::CallBack {
            space: space(),
            person: key(seed).person(),
            digest: secret.digest(),
        };
        self.ask(by, &request).map(|_| self.roster.last_number)
    }

    fn confirm(&mut self, by: By, number: u32, seed: u8) -> Result<Answer, Denied> {
        let request = Request::Confirm {
            space: space(),
            number,
            key: key(seed).public(),
        };
        self.ask(by, &request)
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn whoever_lost_phone_and_card_comes_back_once_two_of_the_team_have_confirmed_it() {
    let mut book = Book::new();
    let amina = book.with(1, "Amina", Role::Volunteer);
    let nadia = book.with(2, "Nadia", Role::Team);
    let luc = book.with(3, "Luc", Role::Team);
    let host = book.with(4, "Omar", Role::Facilitator);
    let card = Secret::from_entropy([4; 16]);
    book.await_phone(amina, card, true).unwrap();
    let secret = Secret::from_entropy([5; 16]);
    let number = book.call_back(host, 1, secret).unwrap();
    // Nothing is to be confirmed before a phone is there, and then that phone only.
    assert_eq!(book.confirm(nadia, number, 9), Err(Denied::Unknown));
    let not_yet = Answer::Denied(Denied::NotConfirmed);
    assert_eq!(book.bring(9, secret, false), Ok(not_yet));
    assert_eq!(book.bring(8, secret, false), Err(Denied::NoInvitation));
    assert_eq!(book.confirm(nadia, number, 8), Err(Denied::Unknown));
    let members = Members::of(&book.roster, None);
    assert_eq!(members.waiting[0].key, key(9).public());
    // One confirmation, even twice, is not enough, nor is that of somebody else.
    assert_eq!(book.confirm(host, number, 9), Err(Denied::NotAllowed));
    assert_eq!(book.confirm(nadia, number, 9), Ok(Answer::Done));
    assert_eq!(book.confirm(nadia, number, 9), Ok(Answer::Done));
    assert_eq!(book.bring(9, secret, false), Err(Denied::NotConfirmed));
    assert_eq!(book.roles(9), Roles::NONE);
    assert_eq!(book.confirm(luc, number, 9), Ok(Answer::Done));
    assert_eq!(
        book.bring(9, secret, false),
        Ok(Answer::Joined { space: space() })
    );
    assert_eq!(
        (book.roles(1), book.roles(9)),
        (Roles::NONE, Role::Volunteer.into())
    );
    let members = Members::of(&book.roster, None);
    let amina = members.card_of(key(9).person()).unwrap();
    assert_eq!(amina.person, key(1).person());
    assert!(amina.has_lost(key(1).person()) && !amina.has_lost(key(9).person()));
    assert!(members.waiting.is_empty());
    // Whoever finds the card opens nothing with it.
    assert_eq!(book.bring(7, card, true), Err(Denied::NoInvitation));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn nobody_confirms_themselves_nor_counts_after_leaving_the_team() {
    let mut book = Book::new();
    let nadia = book.with(1, "Nadia", Role::Team);
    let luc = book.with(2, "Luc", Role::Team);
    let omar = book.with(3, "Omar", Role::Team);
    let secret = Secret::from_entropy([5; 16]);
    assert_eq!(book.call_back(nadia, 1, secret), Err(Denied::NotAllowed));
    let number = book.call_back(luc, 1, secret).unwrap();
    book.bring(9, secret, true).unwrap();
    assert_eq!(book.confirm(nadia, number, 9), Err(Denied::NotAllowed));
    assert_eq!(
        book.confirm(By::Operator, number, 9),
        Err(Denied::NotAllowed)
    );
    book.confirm(luc, number, 9).unwrap();
    book.become_(nadia, 2, Role::Volunteer.into()).unwrap();
    book.confirm(omar, number, 9).unwrap();
    assert_eq!(book.roles(9), Roles::NONE);
    book.become_(nadia, 2, Role::Team.into()).unwrap();
    // It can be called off, and ends by itself.
    let withdraw = Request::Withdraw {
        space: space(),
        number,
    };
    assert_eq!(book.ask(omar, &withdraw), Ok(Answer::Done));
    assert_eq!(book.bring(9, secret, true), Err(Denied::NoInvitation));
    let late = Secret::from_entropy([6; 16]);
    let number = book.call_back(luc, 1, late).unwrap();
    book.bring(9, late, true).unwrap();
    book.now = book.now.plus(CALL_LIFE);
    assert_eq!(book.confirm(luc, number, 9), Err(Denied::Unknown));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_a_lost_phone_has_shown_serves_nobody() {
    let mut book = Book::new();
    let amina = book.with(1, "Amina", Role::Volunteer);
    let (card, shown) = (Secret::from_entropy([5; 16]), Secret::from_entropy([6; 16]));
    book.await_phone(amina, card, true).unwrap();
    // Whoever found the phone prepares another.
    book.await_phone(amina, shown, false).unwrap();
    assert!(book.bring(2, card, true).is_ok());
    assert_eq!(book.bring(3, shown, false), Err(Denied::NoInvitation));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_phone_is_one_persons_for_ever_and_only_its_person_or_the_team_gives_it_up() {
    let mut book = Book::new();
    let amina = book.with(1, "Amina", Role::Volunteer);
    let luc = book.with(2, "Luc", Role::Volunteer);
    let secret = Secret::from_entropy([5; 16]);
    book.await_phone(amina, secret, false).unwrap();
    assert_eq!(book.bring(2, secret, false), Err(Denied::NotAllowed));
    let lose = Request::Lose {
        space: space(),
        key: key(1).public(),
    };
    assert_eq!(book.ask(luc, &lose), Err(Denied::NotAllowed));
    assert_eq!(book.ask(amina, &lose), Ok(Answer::Done));
    assert_eq!(book.roles(1), Roles::NONE);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_snapshot_is_believed_from_its_space_only_and_is_small() {
    let mut book = Book::new();
    let (_, link, _) = book.invite(By::Operator, Role::Volunteer, 100).unwrap();
    for seed in 0..100 {
        book.join(seed, "Jean-Baptiste", &link).unwrap();
    }
    let members = Members::of(&book.roster, None);
    let (ours, theirs) = (key(200), key(201));
    let sealed = members.seal(&ours);
    assert!(sealed.len() <= 100 * 100, "{} bytes", sealed.len());
    assert_eq!(
        Members::open(&sealed, None),
        Ok((members.clone(), ours.public()))
    );
    assert!(Members::open(&sealed, Some(ours.public())).is_ok());
    assert_eq!(
        Members::open(&members.seal(&theirs), Some(ours.public())),
        Err(BadMembers)
    );
    for at in [0, 40, 110, sealed.len() - 1] {
        let mut forged = sealed.clone();
        forged[at] ^= 1;
        assert_eq!(
            Members::open(&forged, Some(ours.public())),
            Err(BadMembers),
            "byte {at}"
        );
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_warrant_holds_what_its_keys_are_and_nothing_elsewhere() {
    use crate::doc::Kind;
    use crate::rules::access::Right;
    let mut book = Book::new();
    book.with(1, "Amina", Role::Guest);
    let elsewhere = DocumentId::from_entropy([2; 16]);
    let warrant = Warrant::of_people([key(1).person()], [&book.roster]);
    assert!(warrant.allows(space(), Kind::Needs, Right::Write));
    assert!(!warrant.allows(space(), Kind::JobSheet, Right::Write));
    assert!(!warrant.allows(elsewhere, Kind::Needs, Right::Read));
    let write = |warrant: &Warrant, seed: u8, kind| {
        let actor = key(seed).person().actor([0; 8]);
        warrant.allows_as(&actor, space(), kind, Right::Write)
    };
    assert_eq!(write(&warrant, 1, Kind::Needs), Some(true));
    assert_eq!(write(&warrant, 1, Kind::JobSheet), Some(false));
    assert_eq!(write(&warrant, 2, Kind::Needs), None);
    assert!(Warrant::of_people([key(2).person()], [&book.roster]).is_empty());
    // On a phone that several people use, each writes with their own rights.
    book.with(3, "Nadia", Role::Team);
    let both = Warrant::of_people([key(1).person(), key(3).person()], [&book.roster]);
    assert_eq!(write(&both, 1, Kind::JobSheet), Some(false));
    assert_eq!(write(&both, 3, Kind::JobSheet), Some(true));
    let program = Warrant::of_program(space(), Role::Volunteer.into());
    let own = automerge::ActorId::from(vec![7; 16]);
    let own = program.allows_as(&own, space(), Kind::JobSheet, Right::Write);
    assert_eq!(own, Some(true));
    assert_eq!(write(&program, 1, Kind::Needs), None);
}

proptest! {
    #![proptest_config(properties::cases(256))]

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn no_bytes_make_a_request_or_a_snapshot_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Request::read(&bytes);
        let _ = Members::open(&bytes, None);
        let _ = minicbor::decode::<Answer>(&bytes);
        let _ = minicbor::decode::<Entry>(&bytes);
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn the_record_reaches_phones_as_it_was_written() {
    let mut book = Book::new();
    let nadia = book.with(1, "Nadia", Role::Team);
    book.with(2, "Luc", Role::Team);
    let secret = Secret::from_entropy([5; 16]);
    let number = book.call_back(nadia, 2, secret).unwrap();
    book.bring(9, secret, true).unwrap();
    book.confirm(nadia, number, 9).unwrap();
    book.become_(nadia, 2, Roles::NONE).unwrap();
    let answer = Answer::Record(Packed::new(&book.entries));
    let bytes = minicbor::to_vec(&answer).unwrap();
    assert_eq!(minicbor::decode::<Answer>(&bytes).unwrap(), answer);
}
