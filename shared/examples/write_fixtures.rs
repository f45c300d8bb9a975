//! Writes the documents of the newest schema that later versions of this crate must still read, into `fixtures/`:
//!
//! ```text
//! cargo run --package maillage-shared --example write_fixtures
//! ```
//!
//! Run it once, when a schema version is introduced, and keep the files. A file that exists is never written again: it is what
//! phones of that version have on their disks. Every byte is the same at each run.

use maillage_shared::ActorId;
use maillage_shared::command::{
    Command, Context, GuardRailValue, JobSheetCommand, MoveRequest, NeedsCommand, NewHire, NewNeed,
    NewPartner, SheetValue, TerritoryCommand,
};
use maillage_shared::date::Day;
use maillage_shared::doc::{Document, Kind};
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::migrate;
use maillage_shared::records::{
    ContractType, NewJobSheet, Owner, PartnerKind, Phase, Section, SheetState, Splice, Trade,
    TrialPointValue, job_sheet, needs, territory,
};
use maillage_shared::records::{GuardRailState, GuardRailTopic};
use maillage_shared::snapshot::{IndexEntry, JobSheetSnapshot, Known};
use maillage_shared::time::UnixMillis;
use std::error::Error;
use std::path::Path;

const START: UnixMillis = UnixMillis(1_794_211_200_000);

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let sheet = sheet()?;
    keep(Kind::JobSheet, &sheet)?;
    keep(Kind::Needs, &written_needs()?)?;
    keep(Kind::Territory, &written_territory(&sheet)?)
}

fn keep(kind: Kind, document: &Document) -> Outcome<()> {
    let name = format!("{kind}-{}.automerge", migrate::schema(kind));
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(&name);
    if path.exists() {
        let same = std::fs::read(&path)? == document.save();
        println!(
            "{name} stays as it is; this program would write {} bytes",
            if same { "the same" } else { "other" }
        );
        return Ok(());
    }
    std::fs::write(&path, document.save())?;
    println!("{name} written");
    Ok(())
}

fn space() -> DocumentId {
    DocumentId::from_entropy([1; 16])
}

fn sheet_id() -> DocumentId {
    DocumentId::from_entropy([2; 16])
}

fn actor(person: u8) -> ActorId {
    ActorId::from(vec![person; 20])
}

/// Applies commands one second apart, each with an entropy of its own.
fn play(
    document: &mut Document,
    commands: impl IntoIterator<Item = impl Into<Command>>,
) -> Outcome<Option<RecordId>> {
    let mut created = None;
    for command in commands {
        let played = document.changes().len();
        let mut entropy = [0; 16];
        entropy[..8].copy_from_slice(&u64::try_from(played)?.to_be_bytes());
        let context = Context {
            now: START.plus(i64::try_from(played)? * 1_000),
            entropy,
        };
        created = command.into().apply(document, &context)?.created;
    }
    Ok(created)
}

fn written_territory(sheet: &Document) -> Outcome<Document> {
    let (mut document, _) = territory::birth(space(), "Les Tisserands", actor(1), START)?;
    let partner = NewPartner {
        name: "Atelier vélo".to_owned(),
        kind: PartnerKind::Asbl,
        zone: "Rue du Fil".to_owned(),
        sector: "Vélos".to_owned(),
        public: "Familles".to_owned(),
        contact: "Le mardi à l’atelier".to_owned(),
    };
    let hire = NewHire {
        date: Day::new(2026, 11, 2)?,
        minutes_per_week: 1_140,
        contract: ContractType::Permanent,
        sheet: Some(sheet_id()),
    };
    let entry = IndexEntry::of_job_sheet(sheet_id(), &JobSheetSnapshot::read(sheet));
    let mut commands = vec![
        TerritoryCommand::MarkAsExample,
        TerritoryCommand::SetPopulation(Some(14_200)),
        TerritoryCommand::SetPeopleInPath(5),
        TerritoryCommand::SetJobsAimed(40),
        TerritoryCommand::AddNeighbourhood("Rue du Fil".to_owned()),
        TerritoryCommand::AddNeighbourhood("Quai des Laines".to_owned()),
        TerritoryCommand::AddPartner(partner),
        TerritoryCommand::AddHire(hire),
        TerritoryCommand::PutIndexEntry(entry),
    ];
    commands.extend(Phase::new(4).map(TerritoryCommand::SetPhase));
    play(&mut document, commands)?;
    Ok(document)
}

fn written_needs() -> Outcome<Document> {
    let (mut document, _) = needs::birth(space(), actor(1), START)?;
    let say = |text: &str| {
        NeedsCommand::Add(NewNeed {
            text: text.to_owned(),
            neighbourhood: "Rue du Fil".to_owned(),
            expressed_by: "Une habitante".to_owned(),
        })
    };
    play(&mut document, [say("Un banc près de l’arrêt de bus")])?;
    let need = play(&mut document, [say("Réparer les vélos 🚲")])?.ok_or("no need was added")?;
    for person in [1, 2] {
        document.set_actor(actor(person));
        play(&mut document, [NeedsCommand::Echo(need.clone())])?;
    }
    let sheet = sheet_id();
    play(&mut document, [NeedsCommand::Cover { need, sheet }])?;
    Ok(document)
}

fn sheet() -> Outcome<Document> {
    let new = NewJobSheet {
        title: "Réparation de vélos".to_owned(),
        trade: Some(Trade::BikeRepair),
        need: String::new(),
        needs: vec![RecordId::from_entropy([3; 8])],
    };
    let (mut document, _) = job_sheet::birth(space(), &new, actor(1), START)?;
    let edits = Section::ALL.map(|section| JobSheetCommand::EditSection {
        section,
        splices: vec![Splice {
            at: 0,
            delete: 0,
            insert: format!("{} é 👩‍🔧", section.code()),
        }],
    });
    play(&mut document, edits)?;
    let safety = |value| JobSheetCommand::SetGuardRail {
        guard_rail: RecordId::from_key(GuardRailTopic::Safety.code()),
        value,
    };
    let request = MoveRequest {
        to: SheetState::Draft,
        reason: "On s’y met.".to_owned(),
        owner: None,
    };
    let commands = [
        JobSheetCommand::LinkPartner(RecordId::from_entropy([4; 8])),
        JobSheetCommand::Set(SheetValue::Income(Known::NotYet)),
        JobSheetCommand::Set(SheetValue::People(Known::Known(2))),
        safety(GuardRailValue::State(GuardRailState::Waiting)),
        safety(GuardRailValue::Owner(Some(Owner::Words(
            "Le comité".to_owned(),
        )))),
        safety(GuardRailValue::Due(Some(Day::new(2026, 12, 8)?))),
        JobSheetCommand::RecordTrialPoint(TrialPointValue::Employer("Une asbl".to_owned())),
        JobSheetCommand::Move(request),
    ];
    play(&mut document, commands)?;
    // Two people write different prices at the same time.
    let price =
        |words: &str| JobSheetCommand::Set(SheetValue::Price(Known::Known(words.to_owned())));
    let mut elsewhere = document.clone();
    elsewhere.set_actor(actor(2));
    play(&mut elsewhere, [price("12 €")])?;
    play(&mut document, [price("15 €")])?;
    document.import(&elsewhere.changes())?;
    Ok(document)
}
