//! Another build of the app, in a folder that a relay serves: what a relay looks like to phones when it is upgraded.

use crate::http;
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use tempfile::TempDir;

/// The app in a folder of its own.
#[derive(Debug)]
pub struct Published(TempDir);

impl Published {
    /// The files that a relay serves now, as phones keep them.
    pub async fn copy_of(relay: SocketAddr) -> Result<Self> {
        let folder = TempDir::new()?;
        let worker = http::get(relay, "/sw.js", &[]).await?.text()?;
        for (path, _) in listed(&worker) {
            let answer = http::get(relay, path, &[]).await?;
            if answer.status != 200 {
                bail!("{path} answers {}", answer.status);
            }
            let file = folder.path().join(file_of(path));
            fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
            fs::write(file, answer.unpacked()?)?;
        }
        fs::write(folder.path().join("sw.js"), worker)?;
        Ok(Self(folder))
    }

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Publishes a newer version: the same, but for a page that bears this name in its head.
    pub fn renew(&self, name: &str) -> Result<()> {
        let page = self.folder().join("index.html");
        let mark = format!("<meta name=\"version\" content=\"{name}\"></head>");
        let html = fs::read_to_string(&page)?.replace("</head>", &mark);
        fs::write(&page, &html)?;
        let worker = self.folder().join("sw.js");
        let script = fs::read_to_string(&worker)?;
        let (_, before) = listed(&script)
            .find(|(path, _)| *path == "/")
            .context("the page is not listed")?;
        let digest = Sha256::digest(&html);
        let revision: String = digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let script = script.replace(before, &revision);
        let version = format!("self.__PRECACHE_VERSION = \"{name}");
        let script = script.replace("self.__PRECACHE_VERSION = \"", &version);
        fs::write(&worker, script)?;
        Ok(())
    }
}

/// The addresses and revisions that a service worker keeps.
fn listed(worker: &str) -> impl Iterator<Item = (&str, &str)> {
    worker.lines().filter_map(|line| {
        let entry = line.trim().strip_prefix("[\"")?.strip_suffix("\"],")?;
        entry.split_once("\", \"")
    })
}

fn file_of(path: &str) -> &str {
    match path.trim_start_matches('/') {
        "" => "index.html",
        file => file,
    }
}
