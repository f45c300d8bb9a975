//! What people write is signed by their phones, and comes in with anyone who has the signature, against the built relay.

use anyhow::{Context, Result, bail, ensure};
use maillage_shared::ActorId;
use maillage_shared::change::ChangeRecord;
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Authorship, PersonKey, Role};
use maillage_shared::quarantine;
use maillage_shared::roster::{Answer, Denied, Request};
use maillage_shared::sync::client::Rejection;
use maillage_shared::wire::Frame;
use maillage_tests::device::{Device, random};

use maillage_tests::house::{House, lines};
use maillage_tests::raw::RawSocket;
use maillage_tests::sheet::{self, entitle, entitled};
use maillage_tests::until::{eventually, told, when};

fn changes(device: &Device, id: DocumentId) -> Vec<ChangeRecord> {
    device.read(id, Document::changes).unwrap_or_default()
}

/// Waits until a phone has a signature over the last change of each actor of a document.
async fn has_signatures(device: &Device, id: DocumentId) -> Result<Vec<Authorship>> {
    eventually("all changes are signed", async || {
        let (signed, changes) = (device.signatures(id), changes(device, id));
        let is_covered = |change: &ChangeRecord| {
            let mut later = changes
                .iter()
                .filter(|other| other.actor == change.actor && other.seq >= change.seq);
            later.any(|later| signed.iter().any(|word| word.is_of(later)))
        };
        match changes.iter().all(is_covered) {
            true => Ok(signed),
            false => Err(format!("{} signatures", signed.len())),
        }
    })
    .await
}

/// Waits until a phone has so many changes of a document, which it asks the relay for.
async fn reaches(device: &Device, id: DocumentId, count: usize) -> Result<()> {
    device.want(id);
    eventually("the words arrive", async || {
        let found = changes(device, id).len();
        let troubles = device.troubles();
        when(found == count, format!("{found} of {count}, {troubles:?}"))
    })
    .await
}

/// Waits until the relay does not take what somebody brings, because it is not theirs.
async fn is_not_taken(device: &Device) -> Result<()> {
    eventually("the relay does not take it", async || {
        let status = device.status();
        let refused = status.refused == Some(Rejection::Author);
        when(refused, format!("{status:?}"))
    })
    .await
}

/// A change on top of what a phone has, under the actor of somebody else.
fn forged(device: &Device, id: DocumentId, actor: ActorId) -> Result<ChangeRecord> {
    let bytes = device.read(id, Document::save)?;
    let mut document = Document::load(&bytes, actor)?;
    let forged = entitled(&mut document, "Écrit par Amina ?")?;
    forged.into_iter().next().context("nothing was written")
}

/// Two members with a sheet of the first, which both have.
async fn two_with_a_sheet(house: &House, second: Role) -> Result<(Device, Device, DocumentId)> {
    let amina = house.with(Role::Volunteer, "Amina").await?;
    let luc = house.with(second, "Luc").await?;
    let id = sheet::create(&amina, house.space, "Vélos", "Réparer")?;
    amina.all_sent().await?;
    luc.find(id).await?;
    Ok((amina, luc, id))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_author_signs_and_the_relay_passes_that_on_also_after_a_kill() -> Result<()> {
    let house = House::open().await?;
    let (amina, luc, id) = two_with_a_sheet(&house, Role::Volunteer).await?;
    entitle(&luc, id, "Vélos réparés")?;
    luc.all_sent().await?;
    for device in [&amina, &luc] {
        has_signatures(device, id).await?;
    }
    // Who comes later has them from the relay, which has kept them.
    drop((amina, luc));
    let house = house.after_a_kill().await?;
    let basile = house.with(Role::Guest, "Basile").await?;
    basile.find(id).await?;
    let signed = has_signatures(&basile, id).await?;
    ensure!(signed.len() == 2 && signed.iter().all(|word| word.holds(id)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_without_network_comes_in_with_a_neighbour_who_carries_it() -> Result<()> {
    let house = House::open().await?;
    // He may only read, and carries all the same.
    let (amina, luc, id) = two_with_a_sheet(&house, Role::Guest).await?;
    amina.go_offline();
    entitle(&amina, id, "Vélos réparés")?;
    let new = sheet::create(&amina, house.space, "Potager", "Cultiver")?;
    for id in [id, new] {
        let signed = has_signatures(&amina, id).await?;
        luc.bring(id, changes(&amina, id), signed)?;
    }
    luc.all_sent().await?;
    for id in [id, new] {
        reaches(&house.host, id, changes(&amina, id).len()).await?;
    }
    // Signatures come along, so that the host could carry all of it further.
    has_signatures(&house.host, new).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_former_member_has_signed_comes_in_with_nobody() -> Result<()> {
    let house = House::open().await?;
    let (amina, luc, id) = two_with_a_sheet(&house, Role::Volunteer).await?;
    amina.go_offline();
    entitle(&amina, id, "Vélos volés")?;
    let signed = has_signatures(&amina, id).await?;
    let table = lines(house.data(), &["members"]).await?;
    let line = table.iter().find(|line| line.ends_with("Amina"));
    let number = line.and_then(|line| line.split('\t').next());
    let number = number.context("she is not in the table")?;
    lines(house.data(), &["revoke", "--number", number]).await?;
    luc.bring(id, changes(&amina, id), signed)?;
    is_not_taken(&luc).await?;
    reaches(&house.host, id, changes(&amina, id).len() - 1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_for_another() -> Result<()> {
    let house = House::open().await?;
    let (amina, luc, id) = two_with_a_sheet(&house, Role::Volunteer).await?;
    let count = changes(&luc, id).len();
    let forged = forged(&luc, id, amina.actor())?;
    // A key of his own: the signature holds, and is not of the actor who is said to have written.
    let other = PersonKey::from_seed(&random()?);
    let stolen = Authorship::sign(id, forged.hash, &other);
    luc.bring(id, vec![forged.clone()], vec![stolen])?;
    is_not_taken(&luc).await?;
    ensure!(
        !luc.signatures(id).contains(&stolen),
        "his own phone keeps it"
    );
    let says = async |word: Authorship| -> Result<Option<String>> {
        let (mut socket, _) = RawSocket::challenged(&house.relay.sync_url()).await?;
        let frame = Frame::Signatures {
            document: id,
            digest: Vec::new(),
            data: Authorship::encode_all([&word]),
        };
        socket.say(frame.encode()).await?;
        if word.holds(id) {
            socket.still_answers().await?;
            return Ok(None);
        }
        Ok(socket.farewell().await?.error)
    };
    assert_eq!(says(stolen).await?, None);
    // One that does not hold, made for another document, ends the connection.
    let elsewhere = Authorship::sign(house.space, forged.hash, &other);
    let error = says(elsewhere).await?;
    assert_eq!(error.as_deref(), Some("a proof does not hold"));
    reaches(&house.host, id, count).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_vouches_for_waits_for_the_team_and_goes_to_nobody_before() -> Result<()> {
    let house = House::open().await?;
    let (amina, luc, id) = two_with_a_sheet(&house, Role::Volunteer).await?;
    let count = changes(&luc, id).len();
    amina.go_offline();
    entitle(&amina, id, "Vélos réparés")?;
    // Her phone died before it signed.
    luc.bring(id, changes(&amina, id), Vec::new())?;
    is_not_taken(&luc).await?;
    let space = house.space;
    let waiting = eventually("it waits for the team", async || {
        let answer = house.host.ask(&Request::Quarantine { space }).await;
        match answer.map_err(told)? {
            Answer::Quarantine(packed) => {
                let waiting = packed.open().unwrap_or_default();
                match waiting.is_empty() {
                    true => Err("nothing waits".to_owned()),
                    false => Ok(waiting),
                }
            }
            other => Err(format!("{other:?}")),
        }
    })
    .await?;
    let by = luc.person();
    assert_eq!(
        (waiting.len(), waiting[0].document, waiting[0].by),
        (1, id, by)
    );
    reaches(&house.host, id, count).await?;
    // Nobody but the team sees it or decides; and the team sees the words first.
    let settle = |admit, digest| Request::Settle {
        space,
        document: id,
        by,
        admit,
        digest,
    };
    let examine = Request::Examine {
        space,
        document: id,
        by,
    };
    let nothing = [0; 32];
    for request in [
        Request::Quarantine { space },
        examine.clone(),
        settle(true, nothing),
    ] {
        assert_eq!(luc.ask(&request).await?, Answer::Denied(Denied::NotAllowed));
    }
    let Answer::Chunks(chunks) = house.host.ask(&examine).await? else {
        bail!("nothing to be examined");
    };
    let written = changes(&amina, id);
    ensure!(*chunks == *written[count].bytes, "other words than hers");
    // What was not read is not let in, whoever has put it there meanwhile.
    let changed = Answer::Denied(Denied::Changed);
    for admit in [true, false] {
        assert_eq!(house.host.ask(&settle(admit, nothing)).await?, changed);
    }
    let read = quarantine::digest(&chunks);
    assert_eq!(house.host.ask(&settle(true, read)).await?, Answer::Done);
    reaches(&house.host, id, count + 1).await?;
    luc.all_sent().await?;
    let unknown = Answer::Denied(Denied::Unknown);
    assert_eq!(house.host.ask(&settle(true, read)).await?, unknown);
    // What is thrown away stays away, as long as nobody brings it again.
    entitle(&amina, id, "Vélos perdus")?;
    luc.bring(id, changes(&amina, id), Vec::new())?;
    eventually("it waits for the team", async || {
        let answer = house.host.ask(&examine).await.map_err(told)?;
        let Answer::Chunks(chunks) = answer else {
            return Err(format!("{answer:?}"));
        };
        let read = quarantine::digest(&chunks);
        let answer = house.host.ask(&settle(false, read)).await;
        let answer = answer.map_err(told)?;
        when(answer == Answer::Done, format!("{answer:?}"))
    })
    .await?;
    reaches(&house.host, id, count + 1).await
}
