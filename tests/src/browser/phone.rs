//! One phone: a page with its own storage, and what a person does and sees there.

use super::Target;
use crate::script::Script;
use crate::until::{eventually, told, when};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A phone in a person's hand.
#[derive(Debug)]
pub struct Phone {
    script: Arc<Script>,
    name: String,
}

impl Phone {
    pub(super) fn new(script: Arc<Script>, name: &str) -> Self {
        Self {
            script,
            name: name.to_owned(),
        }
    }

    /// Another tab of this phone: what is kept is the same.
    pub async fn beside(&self, tab: &str) -> Result<Self> {
        self.does("beside", json!({ "tab": tab })).await?;
        Ok(Self::new(Arc::clone(&self.script), tab))
    }

    /// Closes this tab; the phone's others stay.
    pub async fn shut(self) -> Result<()> {
        self.does("shut", json!({})).await
    }

    /// Puts this tab out of sight, or back in sight.
    pub async fn hide(&self, hidden: bool) -> Result<()> {
        self.does("hide", json!({ "hidden": hidden })).await
    }

    /// Runs a script in every page from the next one on, before the page's own scripts.
    pub async fn prepare(&self, script: &str) -> Result<()> {
        self.does("prepare", json!({ "script": script })).await
    }

    /// Lets requests for paths that end so wait until [`Phone::release`].
    pub async fn hold(&self, ending: &str) -> Result<()> {
        self.does("hold", json!({ "ending": ending })).await
    }

    /// Lets go what [`Phone::hold`] holds.
    pub async fn release(&self) -> Result<()> {
        self.does("release", json!({})).await
    }

    /// Opens an address.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.does("goto", json!({ "url": url })).await
    }

    /// Reloads the page.
    pub async fn reload(&self) -> Result<()> {
        self.does("reload", json!({})).await
    }

    /// Closes the page and keeps an empty one: the end of a visit.
    pub async fn leave(&self) -> Result<()> {
        self.does("leave", json!({})).await
    }

    /// The present address.
    pub async fn url(&self) -> Result<String> {
        self.tells("url", json!({})).await
    }

    /// Taps something.
    pub async fn tap(&self, target: Target) -> Result<()> {
        self.does("tap", json!({ "target": target.into_json() }))
            .await
    }

    /// Taps something that offers a file, and returns where the file was saved: until the phone is gone.
    pub async fn saves(&self, target: Target) -> Result<PathBuf> {
        let path = self.tells("save", json!({ "target": target.into_json() }));
        Ok(path.await?.into())
    }

    /// Chooses a file where one is asked for, by the words that ask.
    pub async fn chooses(&self, label: &str, file: &Path) -> Result<()> {
        self.does("choose", json!({ "label": label, "path": file }))
            .await
    }

    /// Replaces what a field holds.
    pub async fn fill(&self, target: Target, text: &str) -> Result<()> {
        self.does(
            "fill",
            json!({ "target": target.into_json(), "text": text }),
        )
        .await
    }

    /// Puts the caret into a field, at the end or at a position in UTF-16 units.
    pub async fn caret(&self, target: Target, at: Option<usize>) -> Result<()> {
        self.does("caret", json!({ "target": target.into_json(), "at": at }))
            .await
    }

    /// Types where the caret is, with this many milliseconds from key to key.
    pub async fn types(&self, text: &str, milliseconds: u32) -> Result<()> {
        self.does("type", json!({ "text": text, "delay": milliseconds }))
            .await
    }

    /// Presses a key.
    pub async fn presses(&self, key: &str) -> Result<()> {
        self.does("press", json!({ "key": key })).await
    }

    /// What a field holds now.
    pub async fn value(&self, target: Target) -> Result<String> {
        self.tells("value", json!({ "target": target.into_json() }))
            .await
    }

    /// The visible words of something.
    pub async fn text(&self, target: Target) -> Result<String> {
        self.tells("text", json!({ "target": target.into_json() }))
            .await
    }

    /// Waits until something is visible.
    pub async fn sees(&self, target: Target) -> Result<()> {
        self.does("see", json!({ "target": target.into_json() }))
            .await
    }

    /// How many such things are visible now.
    pub async fn count(&self, target: Target) -> Result<u64> {
        let count = self
            .ask("count", json!({ "target": target.into_json() }))
            .await?;
        count.as_u64().context("a count is a number")
    }

    /// Waits until the status in the bar says this.
    pub async fn status_says(&self, words: &str) -> Result<()> {
        let what = format!("{}: the status says {words:?}", self.name);
        eventually(&what, async || {
            let status = self.standing().await.map_err(told)?;
            when(status.starts_with(words), format!("{status:?}"))
        })
        .await
    }

    /// The status in the bar.
    pub async fn standing(&self) -> Result<String> {
        let status = Target::any("status").within(Target::any("banner"));
        Ok(self.text(status).await?.trim().to_owned())
    }

    /// Tells the browser that there is no network, or that it is back.
    pub async fn offline(&self, offline: bool) -> Result<()> {
        self.does("offline", json!({ "offline": offline })).await
    }

    /// Sends one command of the DevTools protocol.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Result<Value> {
        self.ask(
            "devtools",
            json!({ "method": method, "parameters": parameters }),
        )
        .await
    }

    /// Evaluates a JavaScript expression in the page.
    pub async fn evaluate(&self, expression: &str) -> Result<Value> {
        self.ask("evaluate", json!({ "expression": expression }))
            .await
    }

    /// Changes the size of the page.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.does("resize", json!({ "width": width, "height": height }))
            .await
    }

    /// Asks for dark pages, or light ones.
    pub async fn dark(&self, dark: bool) -> Result<()> {
        self.does("dark", json!({ "dark": dark })).await
    }

    /// Writes a picture of what shows, or of the whole page.
    pub async fn screenshot(&self, path: &Path, whole: bool) -> Result<()> {
        self.does("screenshot", json!({ "path": path, "whole": whole }))
            .await
    }

    /// Everything axe-core finds wrong on the page.
    pub async fn accessibility_faults(&self) -> Result<Vec<String>> {
        self.lines("axe", json!({})).await
    }

    /// Errors and warnings of the page since the last time this was asked.
    pub async fn problems(&self) -> Result<Vec<String>> {
        self.lines("problems", json!({})).await
    }

    /// What makes the page wider than the screen; nothing when it fits.
    pub async fn sideways(&self) -> Result<Vec<String>> {
        self.lines("sideways", json!({})).await
    }

    /// Everything to press or write in that is smaller than this many CSS pixels in one direction.
    pub async fn controls_under(&self, least: u32) -> Result<Vec<String>> {
        self.lines("small", json!({ "least": least })).await
    }

    async fn lines(&self, what: &str, details: Value) -> Result<Vec<String>> {
        let lines = self.ask(what, details).await?;
        Ok(serde_json::from_value(lines)?)
    }

    async fn does(&self, what: &str, details: Value) -> Result<()> {
        self.ask(what, details).await.map(|_| ())
    }

    async fn tells(&self, what: &str, details: Value) -> Result<String> {
        match self.ask(what, details).await? {
            Value::String(words) => Ok(words),
            other => bail!("{} told {other} instead of words", self.name),
        }
    }

    async fn ask(&self, what: &str, mut details: Value) -> Result<Value> {
        details["phone"] = json!(self.name);
        self.script
            .ask(what, details)
            .await
            .with_context(|| format!("on the phone {:?}", self.name))
    }
}
