use crate::phone::{Phone, Sheet};
use maillage_shared::wire::Frame;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// What stopping may take, in the worst case.
const STOPPING_TIME: Duration = Duration::from_secs(10);

fn maillage() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maillage"));
    command.env_remove("RUST_LOG").kill_on_drop(true);
    command
}

/// A relay of its own process, and the address it printed.
async fn serve(data: &Path) -> (Child, SocketAddr) {
    let mut relay = maillage()
        .args(["serve", "--open", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(relay.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    let address = first.strip_prefix("http://").unwrap().parse().unwrap();
    (relay, address)
}

/// Asks the relay to stop, and expects it to end well and in time.
async fn terminate(relay: &mut Child) {
    let id = relay.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .arg(id)
            .status()
            .await
            .unwrap()
            .success()
    );
    let status = timeout(STOPPING_TIME, relay.wait())
        .await
        .expect("the relay does not stop")
        .unwrap();
    assert!(status.success(), "{status}");
}

async fn run(arguments: &[&str], data: &Path) -> Output {
    maillage()
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .await
        .unwrap()
}

/// The program failed and said why in one line.
fn assert_refuses(output: &Output, why: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert_eq!(error.trim_end().lines().count(), 1, "{error}");
    assert!(
        error.starts_with("maillage: ") && error.contains(why),
        "{error}"
    );
    assert_eq!(output.stdout, b"");
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn a_relay_asked_to_stop_says_goodbye_and_ends_well() {
    let data = folder();
    let (mut relay, address) = serve(data.path()).await;
    let mut phone = Phone::join(address, "phone").await;
    Sheet::born(1)
        .until(&mut phone, Sheet::is_acknowledged)
        .await;
    terminate(&mut relay).await;
    assert!(matches!(phone.next().await, Some(Frame::Leave { .. })));
    phone.closed().await;
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_relay_that_is_killed() {
    let data = folder();
    let mut sheet = Sheet::born(1);
    let mut expected = String::new();
    for round in 0..3 {
        let (mut relay, address) = serve(data.path()).await;
        let mut reader = Phone::join(address, "reader").await;
        if round > 0 {
            let mut copy = Sheet::wanted(1);
            copy.until(&mut reader, |copy| copy.text().starts_with(&expected))
                .await;
        }
        let mut phone = Phone::join(address, "writer").await;
        sheet.reconnect();
        for word in ["un ", "deux ", "trois "] {
            sheet.write(word);
            sheet.until(&mut phone, Sheet::is_acknowledged).await;
        }
        expected = sheet.text();
        // Written, and not acknowledged: it may be lost or kept.
        sheet.write("peut-être ");
        sheet.push(&mut phone).await;
        relay.kill().await.unwrap();
    }
}

#[tokio::test]
async fn a_folder_in_use_is_refused_in_one_sentence() {
    let data = folder();
    let (mut relay, _) = serve(data.path()).await;
    assert_refuses(
        &run(&["serve", "--listen", "127.0.0.1:0"], data.path()).await,
        "in use by another process",
    );
    assert_refuses(
        &run(&["demo"], data.path()).await,
        "in use by another process",
    );
    terminate(&mut relay).await;
}

#[tokio::test]
async fn a_folder_of_a_newer_version_is_refused_in_one_sentence() {
    let data = folder();
    fs::write(data.path().join("format"), "maillage 99\n").unwrap();
    assert_refuses(
        &run(&["serve", "--listen", "127.0.0.1:0"], data.path()).await,
        "newer version (format 99",
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_read_is_refused_in_one_sentence() {
    let data = folder();
    let file = data.path().join("file");
    fs::write(&file, "").unwrap();
    assert_refuses(
        &run(&["serve", "--listen", "127.0.0.1:0"], &file).await,
        "cannot be used",
    );
    assert_refuses(&run(&["demo"], &file.join("below")).await, "cannot be used");
}

#[tokio::test]
async fn a_damaged_store_is_refused_in_one_sentence() {
    let data = folder();
    let (mut relay, address) = serve(data.path()).await;
    let mut phone = Phone::join(address, "phone").await;
    Sheet::born(1)
        .until(&mut phone, Sheet::is_acknowledged)
        .await;
    terminate(&mut relay).await;
    // Whatever else is there, nothing can be read of it any more.
    let keys = data.path().join("keys");
    let length = fs::read(&keys).unwrap().len();
    fs::write(&keys, vec![0; length]).unwrap();
    assert_refuses(
        &run(&["serve", "--listen", "127.0.0.1:0"], data.path()).await,
        "damaged",
    );
}

#[tokio::test]
async fn an_address_that_is_taken_is_refused_in_one_sentence() {
    let (first, second) = (folder(), folder());
    let (mut relay, address) = serve(first.path()).await;
    let output = run(&["serve", "--listen", &address.to_string()], second.path()).await;
    assert_refuses(&output, "cannot be listened on");
    terminate(&mut relay).await;
}

#[tokio::test]
async fn the_demonstration_is_written_once_and_served() {
    let data = folder();
    let first = run(&["demo"], data.path()).await;
    assert!(first.status.success());
    let link = String::from_utf8(first.stdout).unwrap();
    assert!(link.starts_with("/#/rejoindre/"), "{link}");
    let documents = |output: &[u8]| String::from_utf8_lossy(output).contains("Wrote");
    assert!(documents(&first.stderr));
    let second = run(&["demo"], data.path()).await;
    assert!(!documents(&second.stderr));
    let territory = maillage_server::demo::territory_id();

    let (mut relay, address) = serve(data.path()).await;
    let mut phone = Phone::join(address, "phone").await;
    let mut copy = Sheet::named(territory);
    copy.until(&mut phone, Sheet::is_acknowledged).await;
    assert!(!copy.is_empty());
    terminate(&mut relay).await;
}
