//! Opinions, positions and decisions that someone forges, alters, replays or says in the name of another, brought through the built relay:
//! every other phone sees by itself what they are.

use anyhow::{Result, ensure};
use automerge::transaction::Transactable;
use automerge::{ROOT, ReadDoc, ScalarValue};
use maillage_shared::doc::{Document, Genesis, Kind};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{PersonKey, Role};
use maillage_shared::records::statements::beside;
use maillage_shared::roster::{Answer as Told, Request};
use maillage_shared::statement::{Answer, Stated, Verdict};
use maillage_shared::sync::client::Rejection;
use maillage_tests::device::{Device, now, random};
use maillage_tests::house::House;
use maillage_tests::sheet;
use maillage_tests::statements::{
    begin, judged, opinion, pretend, put, sign, speaks_for, statement,
};
use maillage_tests::until::{eventually, told, when};

const LAMBERT: &str = "lambert";

/// A sheet, somebody who speaks for an organisation, and a member who means ill.
struct Scene {
    house: House,
    sheet: DocumentId,
    luc: Device,
    luc_key: PersonKey,
    mallory: Device,
    mallory_key: PersonKey,
}

impl Scene {
    async fn open() -> Result<Self> {
        let house = House::open().await?;
        let sheet = sheet::create(&house.host, house.space, "Vélos", "Réparer")?;
        house.host.all_sent().await?;
        let (luc_seed, mallory_seed) = (random()?, random()?);
        let luc = someone(&house, luc_seed, Role::Partner, "Luc").await?;
        let mallory = someone(&house, mallory_seed, Role::Volunteer, "Mallory").await?;
        speaks_for(&house, &luc, LAMBERT).await?;
        for device in [&luc, &mallory] {
            device.find(sheet).await?;
        }
        let scene = Self {
            house,
            sheet,
            luc,
            luc_key: PersonKey::from_seed(&luc_seed),
            mallory,
            mallory_key: PersonKey::from_seed(&mallory_seed),
        };
        for device in [&scene.luc, &scene.mallory, &scene.house.host] {
            scene.knows_for_whom_luc_speaks(device).await?;
        }
        Ok(scene)
    }

    async fn knows_for_whom_luc_speaks(&self, device: &Device) -> Result<()> {
        eventually("everyone knows for whom Luc speaks", async || {
            let members = device.members(self.house.space).ok_or("nothing was told")?;
            let card = members.card_of(self.luc.person());
            let partner = card.and_then(|card| card.partner.as_deref());
            when(partner == Some(LAMBERT), format!("{card:?}"))
        })
        .await
    }

    fn heads(&self) -> Vec<automerge::ChangeHash> {
        self.luc.heads(self.sheet)
    }

    /// Waits until this phone sees so many things beside the sheet, and returns what it makes of them.
    async fn sees(&self, device: &Device, count: usize) -> Result<Vec<Stated>> {
        device.want(beside(self.sheet));
        eventually("what was stated arrives", async || {
            let stated = judged(device, self.house.space, self.sheet).map_err(told)?;
            when(stated.len() == count, format!("{stated:?}"))?;
            Ok::<_, String>(stated)
        })
        .await
    }
}

async fn someone(house: &House, seed: [u8; 32], role: Role, name: &str) -> Result<Device> {
    let device = Device::start_of(&house.relay.sync_url(), seed)?;
    let invited = house.invite(role, 1).await?;
    device.join(&invited.link, name).await?;
    Ok(device)
}

fn verdicts(stated: &[Stated]) -> Vec<Verdict> {
    stated.iter().map(|stated| stated.verdict).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_people_state_at_once_without_network_is_one_list_and_verified_by_all()
-> Result<()> {
    let scene = Scene::open().await?;
    let (space, sheet) = (scene.house.space, scene.sheet);
    // Both are the first.
    begin(&scene.luc, space, sheet)?;
    begin(&scene.mallory, space, sheet)?;
    let answer = opinion(LAMBERT, Answer::FineIf("pas de vélos neufs".to_owned()));
    let said = statement(space, sheet, scene.heads(), answer.clone())?;
    put(&scene.luc, sheet, sign(said, &scene.luc_key)?)?;
    // A volunteer answers for an organisation that is not theirs.
    let wrong = statement(space, sheet, scene.heads(), answer)?;
    put(&scene.mallory, sheet, sign(wrong, &scene.mallory_key)?)?;
    scene.luc.all_sent().await?;
    scene.mallory.all_sent().await?;
    let mut expected = vec![
        Verdict::Verified(scene.luc.person()),
        Verdict::NotAllowed(scene.mallory.person()),
    ];
    let seen = scene.sees(&scene.house.host, 2).await?;
    for device in [&scene.luc, &scene.mallory] {
        ensure!(
            scene.sees(device, 2).await? == seen,
            "phones see different things"
        );
    }
    let mut found = verdicts(&seen);
    let key = |verdict: &Verdict| format!("{verdict:?}");
    found.sort_by_key(key);
    expected.sort_by_key(key);
    assert_eq!(found, expected);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_forges_alters_and_replays_is_seen_for_what_it_is() -> Result<()> {
    let scene = Scene::open().await?;
    let Scene {
        house,
        sheet,
        luc,
        luc_key,
        mallory,
        mallory_key,
    } = &scene;
    let (space, sheet) = (house.space, *sheet);
    let other = sheet::create(&house.host, space, "Jardin", "")?;
    house.host.all_sent().await?;
    luc.find(other).await?;
    begin(luc, space, sheet)?;
    let said = statement(space, sheet, scene.heads(), opinion(LAMBERT, Answer::None))?;
    let honest = sign(said.clone(), luc_key)?;
    put(luc, sheet, honest.clone())?;
    luc.all_sent().await?;
    scene.sees(mallory, 1).await?;

    // Altered: what Luc signed, with other words.
    let signature = luc_key.sign(&said.clone().draft()?.message());
    let mut altered = said.clone();
    altered.content = opinion(LAMBERT, Answer::Objection("Je suis contre.".to_owned()));
    put(mallory, sheet, pretend(altered, luc_key, signature)?)?;
    // Moved to another version of the sheet.
    let mut moved = said;
    moved.heads = vec![automerge::ChangeHash([1; 32])];
    put(mallory, sheet, pretend(moved, luc_key, signature)?)?;
    // Made up: in Luc's name, by another hand.
    let new = || statement(space, sheet, scene.heads(), opinion(LAMBERT, Answer::None));
    let made_up = new()?;
    let hand = mallory_key.sign(&made_up.clone().draft()?.message());
    put(mallory, sheet, pretend(made_up, luc_key, hand)?)?;
    // By nobody.
    put(
        mallory,
        sheet,
        sign(new()?, &PersonKey::from_seed(&random()?))?,
    )?;
    // Replayed: what Luc has said of another sheet, and in another territory.
    let about = luc.heads(other);
    let elsewhere = statement(space, other, about, opinion(LAMBERT, Answer::None))?;
    put(mallory, sheet, sign(elsewhere, luc_key)?)?;
    let abroad = DocumentId::from_entropy(random()?);
    let abroad = statement(abroad, sheet, scene.heads(), opinion(LAMBERT, Answer::None))?;
    put(mallory, sheet, sign(abroad, luc_key)?)?;
    // No statement at all; and Luc's own is said again, overwritten and taken out.
    let own_place = honest.statement.id.to_string();
    mallory.edit(beside(sheet), |document| {
        document
            .transact(now(), |transaction| {
                let (_, map) = transaction
                    .get(ROOT, "statements")?
                    .ok_or(automerge::AutomergeError::Fail)?;
                transaction.put(&map, "copy", ScalarValue::Bytes(honest.encode()))?;
                transaction.put(&map, own_place.as_str(), ScalarValue::Bytes(b"no".to_vec()))?;
                transaction.delete(&map, own_place.as_str())
            })
            .map(|committed| committed.change.into_iter().collect())
    })?;
    mallory.all_sent().await?;

    let by = luc.person();
    for device in [luc, &house.host] {
        let seen = scene.sees(device, 8).await?;
        let expected = [
            Verdict::Verified(by),
            Verdict::Altered(by),
            Verdict::Altered(by),
            Verdict::Altered(by),
            Verdict::Unknown,
            Verdict::Elsewhere(by),
            Verdict::Elsewhere(by),
            Verdict::Unreadable,
        ];
        assert_eq!(verdicts(&seen), expected);
        // Whoever has put it there is known as well.
        ensure!(
            seen[1..]
                .iter()
                .all(|stated| stated.carrier == Some(mallory.person())),
            "{seen:?}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_among_the_statements_in_the_name_of_another() -> Result<()> {
    let scene = Scene::open().await?;
    let (space, sheet) = (scene.house.space, scene.sheet);
    begin(&scene.luc, space, sheet)?;
    let said = statement(space, sheet, scene.heads(), opinion(LAMBERT, Answer::None))?;
    put(&scene.luc, sheet, sign(said.clone(), &scene.luc_key)?)?;
    scene.luc.all_sent().await?;
    scene.sees(&scene.mallory, 1).await?;
    // Mallory even has something that Luc signed and never put there.
    let mut kept_back = said;
    kept_back.content = opinion(LAMBERT, Answer::Objection("Un brouillon.".to_owned()));
    let signed = sign(kept_back, &scene.luc_key)?;
    let as_luc = scene.luc.person().actor(random()?);
    scene
        .mallory
        .edit(beside(sheet), |document: &mut Document| {
            document.set_actor(as_luc.clone());
            document
                .transact(now(), |transaction| {
                    let (_, map) = transaction
                        .get(ROOT, "statements")?
                        .ok_or(automerge::AutomergeError::Fail)?;
                    transaction.put(&map, "draft", ScalarValue::Bytes(signed.encode()))
                })
                .map(|committed| committed.change.into_iter().collect())
        })?;
    is_refused(&scene.mallory).await?;
    ensure!(
        scene.sees(&scene.house.host, 1).await?.len() == 1,
        "it came through"
    );
    Ok(())
}

async fn is_refused(device: &Device) -> Result<()> {
    eventually("the relay refuses what was written", async || {
        let status = device.status();
        // What is refused for good may be a draft already.
        let troubles = device.troubles();
        let refused = matches!(
            status.refused,
            Some(Rejection::NotAllowed | Rejection::Author | Rejection::NotAccepted)
        ) || troubles.iter().any(|what| what.contains("is refused"));
        when(refused, format!("{status:?} {troubles:?}"))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_the_place_beside_a_sheet_with_a_document_of_their_own() -> Result<()> {
    let scene = Scene::open().await?;
    let (space, sheet) = (scene.house.space, scene.sheet);
    let genesis = Genesis {
        kind: Kind::Statements,
        schema: 1,
        space,
    };
    let actor = scene.mallory.actor();
    let (document, born) = Document::birth(genesis, actor, now(), |transaction| {
        transaction.put(ROOT, "sheet", sheet.to_string())
    })?;
    scene.mallory.create_as(beside(sheet), document, born);
    is_refused(&scene.mallory).await?;
    // It is free for whoever comes first with the one that belongs there.
    begin(&scene.luc, space, sheet)?;
    let said = statement(space, sheet, scene.heads(), opinion(LAMBERT, Answer::None))?;
    put(&scene.luc, sheet, sign(said, &scene.luc_key)?)?;
    scene.luc.all_sent().await?;
    let seen = scene.sees(&scene.house.host, 1).await?;
    assert_eq!(verdicts(&seen), [Verdict::Verified(scene.luc.person())]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_stays_verified_when_its_author_is_erased() -> Result<()> {
    let scene = Scene::open().await?;
    let (space, sheet) = (scene.house.space, scene.sheet);
    begin(&scene.luc, space, sheet)?;
    let said = statement(space, sheet, scene.heads(), opinion(LAMBERT, Answer::None))?;
    put(&scene.luc, sheet, sign(said, &scene.luc_key)?)?;
    scene.luc.all_sent().await?;
    scene.sees(&scene.house.host, 1).await?;
    let person = scene.luc.person();
    let answer = scene
        .house
        .host
        .ask(&Request::Erase { space, person })
        .await?;
    assert_eq!(answer, Told::Done);
    eventually(
        "what an erased member said is a former member's",
        async || {
            let stated = judged(&scene.house.host, space, sheet).map_err(told)?;
            let expected = [Verdict::Former(person)];
            when(verdicts(&stated) == expected, format!("{stated:?}"))
        },
    )
    .await?;
    // What someone else brings as theirs afterwards is not.
    scene.mallory.find(beside(sheet)).await?;
    let late = statement(space, sheet, scene.heads(), opinion(LAMBERT, Answer::None))?;
    put(&scene.mallory, sheet, sign(late, &scene.luc_key)?)?;
    scene.mallory.all_sent().await?;
    let stated = scene.sees(&scene.house.host, 2).await?;
    let expected = [Verdict::Former(person), Verdict::NotAllowed(person)];
    assert_eq!(verdicts(&stated), expected);
    Ok(())
}
