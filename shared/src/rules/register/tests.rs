use super::*;
use crate::command::{NewPartner, TerritoryCommand};
use crate::id::DocumentId;
use crate::identity::PersonKey;
use crate::records::sample::{add, apply, read_territory, territory};
use crate::statement::{Condition, Opinion, Verdict};
use crate::time::UnixMillis;
use automerge::ChangeHash;

fn day(day: u8) -> Day {
    Day::new(2026, 12, day).unwrap()
}

fn id(number: u8) -> StatementId {
    StatementId::from_entropy([number; 8])
}

fn lambert() -> RecordId {
    RecordId::from_key("lambert")
}

fn says(number: u8, content: Content) -> Stated {
    Stated {
        verdict: Verdict::Verified(PersonKey::from_seed(&[1; 32]).person()),
        statement: Some(Statement {
            id: id(number),
            space: DocumentId::from_entropy([1; 16]),
            sheet: DocumentId::from_entropy([2; 16]),
            heads: vec![ChangeHash([1; 32])],
            at: UnixMillis(0),
            content,
        }),
        carrier: None,
    }
}

fn asked(number: u8, reply_by: Option<Day>) -> Stated {
    let (partner, channel) = (lambert(), Channel::Aloud);
    let asked = Content::Asked {
        partner,
        channel,
        reply_by,
    };
    says(number, asked)
}

fn answers(number: u8, answer: Answer) -> Stated {
    let opinion = Opinion {
        partner: lambert(),
        answer,
        channel: Channel::Themselves,
    };
    says(number, Content::Opinion(opinion))
}

fn only<'s>(stated: &'s [Stated], today: u8) -> Row<'s> {
    let mut rows = register(stated, &[(lambert(), Why::SameWork)], Some(day(today)));
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn silence_is_silence_once_the_day_has_passed() {
    assert_eq!(only(&[], 1).standing, Standing::ToAsk);
    let stated = [asked(1, Some(day(8)))];
    assert_eq!(only(&stated, 8).standing, Standing::Waiting);
    assert_eq!(only(&stated, 9).standing, Standing::Silent);
    let reminded = [asked(1, Some(day(8))), asked(2, Some(day(15)))];
    let row = only(&reminded, 9);
    assert_eq!((row.standing, row.asked.len()), (Standing::Waiting, 2));
    assert_eq!(row.reply_by(), Some(day(15)));
    let answered = [asked(1, Some(day(8))), answers(2, Answer::None)];
    assert_eq!(only(&answered, 20).standing, Standing::Answered);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn the_last_answer_stands_and_its_condition_is_followed() {
    let owner = Owner::Words("Le comité".to_owned());
    let follow = |number, opinion, is_met| {
        let owner = Some(owner.clone());
        let condition = Condition {
            opinion,
            owner,
            is_met,
        };
        says(number, Content::Condition(condition))
    };
    let stated = [
        answers(1, Answer::FineIf("pas de neufs".to_owned())),
        answers(2, Answer::FineIf("pas d’électriques".to_owned())),
        follow(3, id(1), true),
        follow(4, id(2), false),
    ];
    let row = only(&stated, 1);
    let answer = row.answer.unwrap();
    assert_eq!((answer.statement.id, row.earlier), (id(2), 1));
    let followed = answer.condition.unwrap();
    assert_eq!((followed.owner, followed.is_met), (Some(&owner), false));
    let objection = [answers(1, Answer::Objection("Déjà fait.".to_owned()))];
    assert_eq!(only(&objection, 1).answer.unwrap().condition, None);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn who_does_something_close_around_here_is_proposed_and_the_unions() {
    let mut document = territory();
    apply(
        &mut document,
        TerritoryCommand::AddNeighbourhood("Rue du Fil".to_owned()),
    );
    apply(
        &mut document,
        TerritoryCommand::AddNeighbourhood("Droixhe".to_owned()),
    );
    let mut partner = |name: &str, kind, zone: &str, sector: &str| {
        let new = NewPartner {
            name: name.to_owned(),
            kind,
            zone: zone.to_owned(),
            sector: sector.to_owned(),
            public: String::new(),
            contact: String::new(),
        };
        add(&mut document, TerritoryCommand::AddPartner(new))
    };
    let lambert = partner(
        "Cycles Lambert",
        PartnerKind::Firm,
        "Droixhe",
        "Vente de vélos",
    );
    let everywhere = partner("Repar’tout", PartnerKind::Asbl, "", "");
    partner("Vélo Namur", PartnerKind::Firm, "Namur", "Vélos");
    partner(
        "Le four à pain",
        PartnerKind::Firm,
        "Droixhe",
        "Boulangerie",
    );
    let union = partner("Syndicat", PartnerKind::Union, "Wallonie", "");
    let territory = read_territory(&document);
    let mut found = proposed(&territory, &["Réparation de vélos", "Réparer pour tous"]);
    found.sort_by_key(|(partner, _)| partner.clone());
    let mut expected = vec![
        (lambert, Why::SameWork),
        (everywhere, Why::SameWork),
        (union, Why::Union),
    ];
    expected.sort_by_key(|(partner, _)| partner.clone());
    assert_eq!(found, expected);
    assert_eq!(proposed(&territory, &["Soins aux animaux"]).len(), 1);
}
