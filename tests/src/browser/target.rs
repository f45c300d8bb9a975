//! What one looks for on a page.

use serde_json::{Value, json};

/// Something on a page, by its role and its name as a screen reader says it.
#[derive(Debug, Clone)]
pub struct Target(Value);

impl Target {
    /// A role with any name.
    pub fn any(role: &str) -> Self {
        Self(json!({ "role": role }))
    }

    /// A role with a name that contains these words.
    pub fn named(role: &str, name: &str) -> Self {
        Self(json!({ "role": role, "name": name }))
    }

    /// A role with exactly this name.
    pub fn exactly(role: &str, name: &str) -> Self {
        Self(json!({ "role": role, "name": name, "exact": true }))
    }

    /// A button whose name contains these words.
    pub fn button(name: &str) -> Self {
        Self::named("button", name)
    }

    /// A link whose name contains these words.
    pub fn link(name: &str) -> Self {
        Self::named("link", name)
    }

    /// A field to write in whose name contains these words.
    pub fn field(name: &str) -> Self {
        Self::named("textbox", name)
    }

    /// A heading whose name contains these words.
    pub fn heading(name: &str) -> Self {
        Self::named("heading", name)
    }

    /// Only where these words stand in it.
    pub fn with_words(mut self, words: &str) -> Self {
        self.0["words"] = json!(words);
        self
    }

    /// Only inside something else.
    pub fn within(mut self, outer: Self) -> Self {
        self.0["within"] = outer.0;
        self
    }

    /// The n-th of several, from 0.
    pub fn nth(mut self, position: usize) -> Self {
        self.0["nth"] = json!(position);
        self
    }

    pub(super) fn into_json(self) -> Value {
        self.0
    }
}
