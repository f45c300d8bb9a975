//! Who gets in, who reads and writes what, and attempts to do more than that, against the built relay.

use anyhow::{Context, Result, bail, ensure};
use automerge::ROOT;
use automerge::transaction::Transactable;
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Code, PersonKey, Proof, Role, Roles, Secret, write_proofs};
use maillage_shared::presence::{Face, Presence};
use maillage_shared::roster::{Answer, Denied, Members, Request};
use maillage_shared::sync::client::Rejection;
use maillage_shared::wire::{EphemeralMessage, Frame};
use maillage_tests::device::{Device, now, random};
use maillage_tests::house::{House, invite, lines};
use maillage_tests::javascript::JavascriptPeer;
use maillage_tests::raw::RawSocket;
use maillage_tests::relay::{self, Relay};
use maillage_tests::sheet::{self, entitle};
use maillage_tests::until::{eventually, told, when};

/// Waits until a phone has been told that the relay has no such document.
async fn is_told_nothing_is_there(device: &Device, id: DocumentId) -> Result<()> {
    eventually("the relay says that there is nothing", async || {
        let unavailable = device.unavailable();
        when(unavailable.contains(&id), format!("{unavailable:?}"))
    })
    .await?;
    ensure!(device.heads(id).is_empty(), "something came all the same");
    Ok(())
}

/// Waits until the relay has refused something of a phone for want of a right.
async fn is_refused(device: &Device) -> Result<()> {
    eventually("the relay refuses what was written", async || {
        let status = device.status();
        // What is refused for good has become a draft.
        let refused = !device.drafts().is_empty()
            || matches!(
                status.refused,
                Some(Rejection::NotAllowed | Rejection::Author)
            );
        when(refused, format!("{status:?} {:?}", device.troubles()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_in_by_link_and_code_and_know_each_other() -> Result<()> {
    let house = House::open().await?;
    let invited = house.invite(Role::Volunteer, 2).await?;
    let amina = Device::start(&house.relay.sync_url())?;
    let luc = Device::start(&house.relay.sync_url())?;
    assert_eq!(amina.join(&invited.link, "Amina").await?, house.space);
    assert_eq!(luc.join(&invited.code, "Luc").await?, house.space);
    let sheet = sheet::create(&amina, house.space, "Vélos", "Réparer")?;
    amina.all_sent().await?;
    luc.find(sheet).await?;
    entitle(&luc, sheet, "Vélos réparés")?;
    luc.all_sent().await?;
    eventually("everyone knows everyone", async || {
        for device in [&amina, &luc, &house.host] {
            let members = device.members(house.space).ok_or("nothing was told")?;
            for (person, name) in [(amina.person(), "Amina"), (luc.person(), "Luc")] {
                let card = members.card_of(person);
                let face = card.and_then(|card| card.face.as_ref());
                when(
                    face.is_some_and(|face| face.name == name),
                    format!("{members:?}"),
                )?;
            }
        }
        Ok::<_, String>(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_knows_every_name_gets_nothing() -> Result<()> {
    let house = House::open().await?;
    let sheet = sheet::create(&house.host, house.space, "Vélos", "Réparer")?;
    house.host.all_sent().await?;
    let stranger = Device::start(&house.relay.sync_url())?;
    for id in [house.space, sheet] {
        stranger.want(id);
        is_told_nothing_is_there(&stranger, id).await?;
    }
    // A stock client is asked nothing and gets as much.
    let javascript = JavascriptPeer::start(&house.relay.sync_url()).await?;
    ensure!(
        javascript.find(sheet).await.is_err(),
        "a stock client reads it"
    );
    // Nor can they bring anything, or learn more from what they hear.
    sheet::create(&stranger, house.space, "À moi", "")?;
    let answer = stranger.try_to_join("BADOMI", "Mallory").await?;
    assert_eq!(answer, Answer::Denied(Denied::NoInvitation));
    ensure!(
        stranger.members(house.space).is_none(),
        "they know who is who"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_territory_on_the_same_relay_stays_closed() -> Result<()> {
    let house = House::open().await?;
    let sheet = sheet::create(&house.host, house.space, "Vélos", "Réparer")?;
    house.host.all_sent().await?;
    let link = invite(house.data(), &["--name", "Sclessin"]).await?;
    let neighbour = Device::start(&house.relay.sync_url())?;
    let elsewhere = neighbour.join(&link, "Mallory").await?;
    ensure!(elsewhere != house.space, "one territory for both");
    neighbour.find(elsewhere).await?;
    neighbour.want(sheet);
    is_told_nothing_is_there(&neighbour, sheet).await?;
    // Nor do they begin a sheet there, or under its name.
    let mine = sheet::create(&neighbour, house.space, "Chez vous", "")?;
    is_refused(&neighbour).await?;
    house.host.want(mine);
    is_told_nothing_is_there(&house.host, mine).await?;
    // And their team is no team here.
    let request = Request::Record { space: house.space };
    let answer = neighbour.ask(&request).await?;
    assert_eq!(answer, Answer::Denied(Denied::NotAllowed));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_reads_sheets_and_writes_none() -> Result<()> {
    let house = House::open().await?;
    let sheet = sheet::create(&house.host, house.space, "Vélos", "Réparer")?;
    house.host.all_sent().await?;
    let before = house.host.heads(sheet);
    let guest = house.with(Role::Guest, "Amina").await?;
    guest.find(sheet).await?;
    entitle(&guest, sheet, "À moi")?;
    is_refused(&guest).await?;
    let reader = house.with(Role::Guest, "Luc").await?;
    reader.find(sheet).await?;
    assert_eq!(reader.heads(sheet), before);
    // What they wrote stays on their phone, beside the sheet as everyone has it.
    let drafts = guest.drafts();
    let words = drafts.iter().flat_map(|(_, draft)| &draft.parts);
    let mut words = words.filter_map(|part| part.after.as_deref());
    ensure!(words.any(|words| words == "À moi"), "their words are gone");
    assert_eq!(guest.heads(sheet), before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pays_or_controls_sees_neither_sheets_nor_people() -> Result<()> {
    let house = House::open().await?;
    let sheet = sheet::create(&house.host, house.space, "Vélos", "Réparer")?;
    house.host.all_sent().await?;
    let observer = house.with(Role::Observer, "Forem").await?;
    // The territory lists the titles of sheets, and who wrote there.
    for id in [house.space, sheet] {
        observer.want(id);
        is_told_nothing_is_there(&observer, id).await?;
    }
    let members = eventually("they are told of themselves", async || {
        observer.members(house.space).ok_or("nothing yet")
    })
    .await?;
    let people: Vec<_> = members.people.iter().map(|card| card.person).collect();
    assert_eq!(people, [observer.person()]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_is_sent_away_at_once_and_an_old_phone_brings_nothing_in() -> Result<()> {
    let house = House::open().await?;
    let amina = house.with(Role::Volunteer, "Amina").await?;
    let sheet = sheet::create(&amina, house.space, "Vélos", "Réparer")?;
    amina.all_sent().await?;
    house.host.find(sheet).await?;
    house.make(&amina, Roles::NONE).await?;
    is_told_nothing_is_there(&amina_asks_again(&amina, &house).await?, sheet).await?;
    entitle(&amina, sheet, "Encore moi")?;
    entitle(&house.host, sheet, "Sans elle")?;
    house.host.all_sent().await?;
    let reader = house.with(Role::Guest, "Luc").await?;
    reader.find(sheet).await?;
    assert_eq!(reader.heads(sheet), house.host.heads(sheet));
    ensure!(amina.heads(sheet) != house.host.heads(sheet), "she got it");
    // What is on her phone stays readable there, and the others still see who wrote it.
    eventually(
        "the others know that she is gone, and who she was",
        async || {
            let members = house.host.members(house.space).ok_or("nobody is known")?;
            let card = members.card_of(amina.person()).ok_or("she is unknown")?;
            let is_known = card.face.is_some() && card.keys[0].person() == amina.person();
            when(is_known && card.roles.is_empty(), format!("{card:?}"))
        },
    )
    .await
}

/// The same person on an old phone: nothing on it but her key.
async fn amina_asks_again(amina: &Device, house: &House) -> Result<Device> {
    let old = amina.twin(&house.relay.sync_url())?;
    for id in amina.documents() {
        old.want(id);
    }
    Ok(old)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_or_speaks_in_the_name_of_another() -> Result<()> {
    let house = House::open().await?;
    let amina = house.with(Role::Volunteer, "Amina").await?;
    let mallory = house.with(Role::Volunteer, "Mallory").await?;
    let sheet = sheet::create(&amina, house.space, "Vélos", "Réparer")?;
    amina.all_sent().await?;
    mallory.find(sheet).await?;
    // Under Amina's actor.
    let as_amina = amina.actor();
    mallory.edit(sheet, |document: &mut Document| {
        document.set_actor(amina.person().actor([9; 8]));
        document
            .transact(now(), |transaction| {
                transaction.put(ROOT, "title", "Amina l’a dit")
            })
            .map(|committed| committed.change.into_iter().collect())
    })?;
    is_refused(&mallory).await?;
    ensure!(as_amina == amina.actor());
    // As Amina, in passing: nobody hears it.
    house.host.find(sheet).await?;
    let presence = |device: &Device, name: &str| Presence {
        person: device.person(),
        face: Face {
            name: name.to_owned(),
            ..Face::default()
        },
        section: None,
        caret: None,
        leaving: false,
    };
    let liar = house.with(Role::Volunteer, "Basile").await?;
    liar.find(sheet).await?;
    liar.say(sheet, presence(&amina, "Amina").encode());
    let honest = presence(&liar, "Basile").encode();
    liar.say(sheet, honest.clone());
    let heard = eventually("the honest word arrives", async || {
        let heard = house.host.heard(sheet);
        when(heard.contains(&honest), format!("{heard:?}"))?;
        Ok::<_, String>(heard)
    })
    .await?;
    assert_eq!(heard, [honest]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_on_the_envelope_that_is_not_the_senders_is_not_passed_on() -> Result<()> {
    let house = House::open().await?;
    let amina = house.with(Role::Volunteer, "Amina").await?;
    let sheet = sheet::create(&amina, house.space, "Vélos", "Réparer")?;
    amina.all_sent().await?;
    let seed = random()?;
    let mallory = Device::start_of(&house.relay.sync_url(), seed)?;
    let invited = house.invite(Role::Volunteer, 1).await?;
    mallory.join(&invited.link, "Mallory").await?;
    let key = PersonKey::from_seed(&seed);
    let (mut socket, challenge) = RawSocket::challenged(&house.relay.sync_url()).await?;
    let proof = Proof {
        key: key.public(),
        signature: key.sign(&socket.to_be_signed(challenge)?),
    };
    socket
        .say(Frame::Proof(write_proofs(&[proof])).encode())
        .await?;
    let empty = automerge::sync::Message {
        heads: Vec::new(),
        need: Vec::new(),
        have: vec![automerge::sync::Have::default()],
        changes: Vec::<Vec<u8>>::new().into(),
        flags: None,
        version: automerge::sync::MessageVersion::V1,
    };
    socket.sync(sheet, empty.encode()).await?;
    let word = |sender: &str, count: u64| -> Result<Frame> {
        Ok(Frame::Ephemeral(EphemeralMessage {
            sender: maillage_shared::id::PeerId::new(sender)?,
            target: socket.relay()?.clone(),
            document: sheet,
            count,
            session: "s".to_owned(),
            data: vec![count as u8],
        }))
    };
    let (forged, own) = (word("somebody else", 1)?, word(socket.name().as_str(), 2)?);
    socket.say(forged.encode()).await?;
    socket.say(own.encode()).await?;
    let heard = eventually("the honest word arrives", async || {
        let heard = amina.heard(sheet);
        when(!heard.is_empty(), "nothing yet")?;
        Ok::<_, String>(heard)
    })
    .await?;
    assert_eq!(heard, [[2]]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_was_overheard_serves_nobody() -> Result<()> {
    let house = House::open().await?;
    let key = PersonKey::from_seed(&random()?);
    let sync = house.relay.sync_url();
    let (mut honest, challenge) = RawSocket::challenged(&sync).await?;
    let signature = key.sign(&honest.to_be_signed(challenge)?);
    let proof = Frame::Proof(write_proofs(&[Proof {
        key: key.public(),
        signature,
    }]));
    let own_proof = proof.encode();
    honest.say(own_proof.clone()).await?;
    honest.still_answers().await?;
    // The same words on another connection, and a proof of somebody's key by another key.
    let (mut thief, challenge) = RawSocket::challenged(&sync).await?;
    thief.say(proof.encode()).await?;
    let farewell = thief.farewell().await?;
    assert_eq!(farewell.error.as_deref(), Some("a proof does not hold"));
    let (mut forger, again) = RawSocket::challenged(&sync).await?;
    ensure!(challenge != again, "a challenge is used twice");
    let own = PersonKey::from_seed(&random()?);
    let proof = Frame::Proof(write_proofs(&[Proof {
        key: key.public(),
        signature: own.sign(&forger.to_be_signed(again)?),
    }]));
    forger.say(proof.encode()).await?;
    let farewell = forger.farewell().await?;
    assert_eq!(farewell.error.as_deref(), Some("a proof does not hold"));
    // Nobody becomes another on a connection that is open already.
    honest.say(own_proof).await?;
    let error = honest.farewell().await?.error.unwrap_or_default();
    ensure!(error.contains("maillage-proof"), "{error}");
    // Who is who is told by the relay, and to nobody else.
    let (mut liar, _) = RawSocket::challenged(&sync).await?;
    let members = Members {
        space: house.space,
        epoch: 1_000,
        people: Vec::new(),
        waiting: Vec::new(),
        generation: 0,
    };
    let frame = Frame::Members {
        space: house.space,
        data: members.seal(&own),
    };
    liar.say(frame.encode()).await?;
    let farewell = liar.farewell().await?;
    let error = farewell.error.unwrap_or_default();
    ensure!(error.contains("maillage-members"), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_single_place_one_of_many_who_race_for_it_gets_it() -> Result<()> {
    let house = House::open().await?;
    let invited = house.invite(Role::Volunteer, 1).await?;
    let racers: Vec<Device> = (0..6)
        .map(|_| Device::start(&house.relay.sync_url()))
        .collect::<Result<_>>()?;
    let joining = racers
        .iter()
        .map(|device| device.try_to_join(&invited.link, "Moi"));
    let answers = futures_util::future::try_join_all(joining).await?;
    let space = house.space;
    let (won, lost): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| *answer == Answer::Joined { space });
    assert_eq!(won.len(), 1);
    ensure!(
        lost.iter()
            .all(|answer| *answer == Answer::Denied(Denied::UsedUp))
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_used_up_and_foreign_invitations_let_nobody_in() -> Result<()> {
    let house = House::open().await?;
    let device = Device::start(&house.relay.sync_url())?;
    let invited = house.invite(Role::Volunteer, 5).await?;
    let withdraw = Request::Withdraw {
        space: house.space,
        number: invited.number,
    };
    assert_eq!(house.host.ask(&withdraw).await?, Answer::Done);
    let none = Answer::Denied(Denied::NoInvitation);
    assert_eq!(device.try_to_join(&invited.link, "Amina").await?, none);
    assert_eq!(device.try_to_join(&invited.code, "Amina").await?, none);
    // An invitation of another relay.
    let other = House::open().await?;
    let foreign = other.invite(Role::Volunteer, 5).await?;
    assert_eq!(device.try_to_join(&foreign.link, "Amina").await?, none);
    // A ticket is no invitation.
    let ticket = lines(house.data(), &["ticket", "--role", "volunteer"]).await?;
    let secret = ticket[0].rsplit('=').next().context("no secret")?;
    assert_eq!(device.try_to_join(secret, "Amina").await?, none);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_stops_after_twenty_and_says_nothing() -> Result<()> {
    let house = House::open().await?;
    let invited = house.invite(Role::Guest, 5).await?;
    let mallory = Device::start(&house.relay.sync_url())?;
    let mut answers = Vec::new();
    while answers.len() < 25 {
        let code = Code::from_entropy(random()?).to_string();
        if code != invited.code {
            answers.push(mallory.try_to_join(&code, "Mallory").await?);
        }
    }
    let (wrong, stopped) = answers.split_at(20);
    ensure!(
        wrong
            .iter()
            .all(|answer| *answer == Answer::Denied(Denied::NoInvitation))
    );
    ensure!(
        stopped
            .iter()
            .all(|answer| *answer == Answer::Denied(Denied::TooOften))
    );
    // Even the right one is not told from a wrong one any more, and links still work.
    let answer = mallory.try_to_join(&invited.code, "Mallory").await?;
    assert_eq!(answer, Answer::Denied(Denied::TooOften));
    let amina = Device::start(&house.relay.sync_url())?;
    assert_eq!(amina.join(&invited.link, "Amina").await?, house.space);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_client_with_a_ticket_works_until_it_is_withdrawn() -> Result<()> {
    let house = House::open().await?;
    let sheet = sheet::create(&house.host, house.space, "Vélos", "Réparer")?;
    house.host.all_sent().await?;
    let printed = lines(house.data(), &["ticket", "--role", "volunteer"]).await?;
    let address = house.relay.sync_url().replace("/sync", &printed[0]);
    // Good for several connections at once.
    let one = JavascriptPeer::start(&address).await?;
    let other = JavascriptPeer::start(&address).await?;
    one.find(sheet).await?;
    other.find(sheet).await?;
    let title = serde_json::json!("Écrit par un programme");
    one.put(sheet, "title", title.clone()).await?;
    eventually("everyone reads what the program wrote", async || {
        let heads = house.host.heads(sheet);
        let read = other.value(sheet).await.map_err(told)?;
        when(
            read["title"] == title && heads.len() == 1,
            format!("{read:?}"),
        )
    })
    .await?;
    // Nothing of the ticket is in the log.
    let secret = printed[0].rsplit('=').next().context("no secret")?;
    assert_eq!(house.relay.logged(secret), 0);
    let wrong = house.relay.sync_url() + "?ticket=nonsense";
    ensure!(RawSocket::open(&wrong).await.is_err(), "any ticket is good");
    let socket = RawSocket::greeted(&address).await?;
    // The first ticket follows the two invitations.
    let answer = withdraw_last_ticket(&house).await?;
    assert_eq!(answer, Answer::Done);
    socket.farewell().await?;
    ensure!(
        RawSocket::open(&address).await.is_err(),
        "a withdrawn ticket is good"
    );
    Ok(())
}

async fn withdraw_last_ticket(house: &House) -> Result<Answer> {
    let record = Request::Record { space: house.space };
    let Answer::Record(packed) = house.host.ask(&record).await? else {
        bail!("the team may not read what was done");
    };
    let entries = packed.open().context("the record cannot be read")?;
    let number = entries.iter().rev().find_map(|entry| match entry.deed {
        maillage_shared::roster::Deed::Ticketed { number, .. } => Some(number),
        _ => None,
    });
    let withdraw = Request::Withdraw {
        space: house.space,
        number: number.context("no ticket was made")?,
    };
    house.host.ask(&withdraw).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_does_while_the_relay_runs_counts_at_once() -> Result<()> {
    let house = House::open().await?;
    let printed = lines(house.data(), &["invite", "--role", "guest", "--code"]).await?;
    let [code, _] = &printed[..] else {
        bail!("{printed:?} is no code and link");
    };
    let amina = Device::start(&house.relay.sync_url())?;
    amina.join(code, "Amina").await?;
    let number = number_of(&house, "guest\tAmina").await?;
    amina.find(house.space).await?;
    lines(house.data(), &["revoke", "--number", &number, "--erase"]).await?;
    eventually("she is told that she is nobody here", async || {
        let members = house.host.members(house.space).ok_or("nobody is known")?;
        let card = members.card_of(amina.person()).ok_or("no card")?;
        when(
            card.face.is_none() && card.roles.is_empty(),
            format!("{card:?}"),
        )
    })
    .await?;
    let again = amina.twin(&house.relay.sync_url())?;
    again.want(house.space);
    is_told_nothing_is_there(&again, house.space).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restored_relay_lacks_comes_back_with_anyone_who_has_its_word() -> Result<()> {
    let house = House::open().await?;
    let luc = house.with(Role::Guest, "Luc").await?;
    let amina = house.with(Role::Volunteer, "Amina").await?;
    let old = sheet::create(&amina, house.space, "Vélos", "Réparer")?;
    amina.all_sent().await?;
    let place = tempfile::tempdir()?;
    let (backup, restored) = (place.path().join("backup"), place.path().join("data"));
    let path = |path: &std::path::Path| path.to_str().map(str::to_owned);
    let backup = path(&backup).context("not Unicode")?;
    lines(house.data(), &["backup", "--to", &backup]).await?;
    // After the backup: a sheet that changes, one that is born, and a member who goes.
    entitle(&amina, old, "Vélos réparés")?;
    let new = sheet::create(&amina, house.space, "Potager", "Cultiver")?;
    amina.all_sent().await?;
    for id in [old, new] {
        luc.find(id).await?;
        luc.is_vouched_for(id).await?;
    }
    let heads = [old, new].map(|id| luc.heads(id));
    drop(amina);
    let House { relay, .. } = &house;
    let address = relay.address();
    let number = number_of(&house, "Amina").await?;
    let (relay, host) = house.into_relay_and_host();
    drop(host);
    relay.kill().await?;
    let data = path(&restored).context("not Unicode")?;
    relay::run(&["restore", "--from", &backup, "--data", &data]).await?;
    lines(&restored, &["revoke", "--number", &number]).await?;
    let relay = Relay::start_as(&restored, address, &[], &[]).await?;
    let link = invite(&restored, &["--role", "guest"]).await?;
    let reader = Device::start(&relay.sync_url())?;
    reader.join(&link, "Basile").await?;
    for (id, heads) in [old, new].into_iter().zip(heads) {
        reader.want(id);
        eventually("what was lost is there again", async || {
            let found = reader.heads(id);
            when(found == heads, format!("{found:?} {:?}", luc.troubles()))
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_card_brings_everything_back_and_shuts_the_lost_phone_out() -> Result<()> {
    let house = House::open().await?;
    let amina = house.with(Role::Volunteer, "Amina").await?;
    let sheet = sheet::create(&amina, house.space, "Vélos", "Réparer")?;
    amina.all_sent().await?;
    let secret = Secret::from_entropy(random()?);
    let card = Request::Await {
        space: house.space,
        digest: secret.digest(),
        is_card: true,
    };
    assert_eq!(amina.ask(&card).await?, Answer::Done);
    // Nobody else's phone comes in with a card that is mistyped.
    let new = Device::start(&house.relay.sync_url())?;
    let wrong = Secret::from_entropy(random()?).to_string();
    let none = Answer::Denied(Denied::NoInvitation);
    assert_eq!(new.ask(&new.brings(&wrong, true)).await?, none);
    let space = house.space;
    let there = new.ask(&new.brings(&secret.to_string(), true)).await?;
    assert_eq!(there, Answer::Joined { space });
    new.find(sheet).await?;
    entitle(&new, sheet, "Vélos réparés")?;
    new.all_sent().await?;
    let thief = amina.twin(&house.relay.sync_url())?;
    thief.want(sheet);
    is_told_nothing_is_there(&thief, sheet).await?;
    // For the others she is who she was.
    eventually("the new phone is hers", async || {
        let members = house.host.members(space).ok_or("nobody is known")?;
        let card = members
            .card_of(new.person())
            .ok_or("the phone is nobody's")?;
        let is_hers = card.person == amina.person();
        when(
            is_hers && card.roles.contains(Role::Volunteer),
            format!("{card:?}"),
        )
    })
    .await?;
    // The card served once.
    let another = Device::start(&house.relay.sync_url())?;
    let again = another.brings(&secret.to_string(), true);
    assert_eq!(another.ask(&again).await?, none);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_phone_and_card_comes_back_when_two_of_the_team_say_so() -> Result<()> {
    let house = House::open().await?;
    let space = house.space;
    let amina = house.with(Role::Volunteer, "Amina").await?;
    let luc = house.with(Role::Team, "Luc").await?;
    let host = house.with(Role::Facilitator, "Omar").await?;
    let sheet = sheet::create(&amina, space, "Vélos", "Réparer")?;
    amina.all_sent().await?;
    let secret = Secret::from_entropy(random()?);
    let call = |person| Request::CallBack {
        space,
        person,
        digest: secret.digest(),
    };
    let denied = Answer::Denied(Denied::NotAllowed);
    let guest = house.with(Role::Guest, "Léa").await?;
    assert_eq!(guest.ask(&call(amina.person())).await?, denied);
    assert_eq!(host.ask(&call(amina.person())).await?, Answer::Done);
    let new = Device::start(&house.relay.sync_url())?;
    let bring = new.brings(&secret.to_string(), true);
    let not_yet = Answer::Denied(Denied::NotConfirmed);
    assert_eq!(new.ask(&bring).await?, not_yet);
    // The team sees that a phone waits, and which.
    let waiting = eventually("the team sees the phone", async || {
        let members = house.host.members(space).ok_or("nobody is known")?;
        let waiting = members.waiting.first().cloned();
        waiting.ok_or_else(|| format!("{members:?}"))
    })
    .await?;
    assert_eq!(waiting.person, amina.person());
    assert_eq!(waiting.key.person(), new.person());
    let confirm = Request::Confirm {
        space,
        number: waiting.number,
        key: waiting.key,
    };
    // Neither who is not of the team nor one alone brings her back.
    assert_eq!(host.ask(&confirm).await?, denied);
    assert_eq!(new.ask(&confirm).await?, denied);
    assert_eq!(house.host.ask(&confirm).await?, Answer::Done);
    assert_eq!(house.host.ask(&confirm).await?, Answer::Done);
    assert_eq!(new.ask(&bring).await?, not_yet);
    new.want(sheet);
    is_told_nothing_is_there(&new, sheet).await?;
    // What was confirmed outlives the relay.
    drop(new);
    assert_eq!(luc.ask(&confirm).await?, Answer::Done);
    let thief = amina.twin(&house.relay.sync_url())?;
    thief.want(sheet);
    is_told_nothing_is_there(&thief, sheet).await
}

async fn number_of(house: &House, name: &str) -> Result<String> {
    let table = lines(house.data(), &["members"]).await?;
    let line = table.iter().find(|line| line.ends_with(name));
    let number = line.and_then(|line| line.split('\t').next());
    Ok(number.with_context(|| format!("{table:?}"))?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_invitations_survive_a_relay_that_is_killed() -> Result<()> {
    let house = House::open().await?;
    let invited = house.invite(Role::Volunteer, 1).await?;
    let house = house.after_a_kill().await?;
    let amina = Device::start(&house.relay.sync_url())?;
    assert_eq!(amina.join(&invited.link, "Amina").await?, house.space);
    amina.find(house.space).await?;
    let answer = amina.try_to_join(&invited.link, "Amina").await?;
    let space = house.space;
    assert_eq!(answer, Answer::Joined { space }, "who is in stays in");
    house.invite(Role::Guest, 1).await?;
    Ok(())
}
