//! A relay whose clock leaps by years, forward and back, while it runs and while it does not: nothing in it depends on the time of day.

use anyhow::{Result, ensure};
use maillage_shared::sync::client::LinkState;
use maillage_tests::clock::{Clock, borrowed};
use maillage_tests::device::Device;
use maillage_tests::http;
use maillage_tests::meeting::Meeting;
use maillage_tests::relay::{OPEN, Relay};
use maillage_tests::until::{eventually, when};

/// Leaps, each from the true time.
const LEAPS: [&str; 5] = ["+5y", "-5y", "+60y", "-30y", "+0"];

/// Waits until the relay has lived through a leap, and people go on as if nothing had happened.
async fn assert_nobody_minds(relay: &Relay, meeting: &Meeting) -> Result<()> {
    let before = meeting.promised().count();
    meeting.has_been_promised(before + 30).await?;
    for phone in meeting.phones() {
        ensure!(
            phone.status().link == LinkState::Online,
            "a phone was cut off"
        );
    }
    ensure!(
        relay.logged("closed a connection") == 0,
        "a connection was closed"
    );
    ensure!(relay.warnings() == 0, "the relay found something wrong");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_that_the_clock_of_the_relay_leaps() -> Result<()> {
    let Some(clock) = Clock::start()? else {
        return Ok(());
    };
    let data = tempfile::tempdir()?;
    let variables = clock.environment();
    let listen = ([127, 0, 0, 1], 0).into();
    let mut relay = Relay::start_as(data.path(), listen, &[OPEN], &borrowed(&variables)).await?;
    let mut meeting = Meeting::begin(relay.address()).await?;
    let connections = relay.figure("maillage_connections").await?;
    meeting.start_writing();
    for leap in LEAPS {
        clock.leap(leap)?;
        assert_nobody_minds(&relay, &meeting).await?;
        let date = http::get(relay.address(), "/", &[]).await?;
        // The relay's web server does not name an earlier date than it did before.
        ensure!(
            !["+5y", "+60y"].contains(&leap) || !date.header("date").contains(&this_year()),
            "the clock did not leap: answers have the true date"
        );
        // Someone new is let in, too.
        let reader = Device::start(&relay.sync_url())?;
        reader.find(meeting.common_sheet()).await?;
        drop(reader);
        eventually("only those are there who were there", async || {
            let now = relay
                .figure("maillage_connections")
                .await
                .unwrap_or_default();
            when(now == connections, now)
        })
        .await?;
    }
    for leap in LEAPS {
        let address = relay.address();
        relay.kill().await?;
        let promised = meeting.promised();
        clock.leap(leap)?;
        relay = Relay::start_as(data.path(), address, &[OPEN], &borrowed(&variables)).await?;
        promised.is_kept_by(&relay).await?;
        meeting.has_been_promised(promised.count() + 30).await?;
        ensure!(relay.warnings() == 0, "the relay found something wrong");
        ensure!(
            leap == "+0" || relay.logged(&format!("{}-", this_year())) == 0,
            "the clock did not leap: the log has the true date"
        );
    }
    meeting.stop_writing().await?;
    let reader = Device::start(&relay.sync_url())?;
    meeting.converges_with(&reader).await
}

/// The true year.
fn this_year() -> String {
    let days = maillage_tests::device::now().0 / 86_400_000;
    // Exact but for a day around new year, when the test may not notice that the clock stood still.
    (1970 + (days as f64 / 365.2425) as i64).to_string()
}
