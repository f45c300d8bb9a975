//! The relay that `samod` and axum make, with files in the folder that is the only argument: what the benchmark compares ours with.

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use samod::storage::TokioFilesystemStorage;
use samod::{AcceptorHandle, Repo, Url};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("name a folder")?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let repo = Repo::build_tokio()
        .with_storage(TokioFilesystemStorage::new(folder))
        .load()
        .await;
    let url = Url::parse(&format!("ws://{address}/sync"))?;
    let acceptor = repo
        .make_acceptor(url)
        .ok()
        .context("the repo has stopped")?;
    let router = Router::new().route("/sync", any(sync)).with_state(acceptor);
    println!("http://{address}");
    Ok(axum::serve(listener, router).await?)
}

async fn sync(State(acceptor): State<AcceptorHandle>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| {
        if acceptor.accept_axum(socket, None).is_err() {
            eprintln!("the repo has stopped");
        }
    })
}
