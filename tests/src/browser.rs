//! A real Chromium with several phones in it. Things are found as people find them: by role and visible name.

pub mod phone;
mod target;

pub use phone::Phone;
pub use target::Target;

use crate::built;
use crate::script::Script;
use anyhow::{Context, Result};
use serde_json::json;
use std::sync::Arc;

/// A browser. It ends when the value and all its phones are dropped.
#[derive(Debug)]
pub struct Browser(Arc<Script>);

/// What a phone looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// CSS pixels.
    pub width: u32,
    /// CSS pixels.
    pub height: u32,
    /// Whether the phone asks for dark pages.
    pub dark: bool,
    /// Whether it is touched with a finger, or has a mouse.
    pub touch: bool,
}

impl Form {
    /// A small phone in daylight.
    pub const PHONE: Self = Self {
        width: 360,
        height: 640,
        dark: false,
        touch: true,
    };

    /// A computer in daylight.
    pub const DESK: Self = Self {
        width: 1280,
        height: 800,
        dark: false,
        touch: false,
    };

    /// The same in the dark.
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }
}

impl Browser {
    /// Starts Chromium.
    pub async fn start() -> Result<Self> {
        let chromium = built::chromium()?;
        let chromium = chromium
            .to_str()
            .context("the path of Chromium is not Unicode")?;
        Ok(Self(Arc::new(
            Script::start("browser.mjs", &[chromium]).await?,
        )))
    }

    /// A phone that nobody has used yet: nothing stored, nothing cached.
    pub async fn phone(&self, name: &str, form: Form) -> Result<Phone> {
        let details = json!({
            "phone": name,
            "width": form.width,
            "height": form.height,
            "dark": form.dark,
            "touch": form.touch,
        });
        self.0.ask("open", details).await?;
        Ok(Phone::new(Arc::clone(&self.0), name))
    }
}
