//! The keys of what the group did not get.

use maillage_shared::sync::client::Rejection;

/// Words that were refused, kept on this phone.
pub(crate) struct Drafts {
    pub(crate) title: &'static str,
    pub(crate) body: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) nothing_body: &'static str,
    pub(crate) why: fn(Rejection) -> &'static str,
    /// A job sheet that is on this phone no longer.
    pub(crate) gone: &'static str,
    pub(crate) field: &'static str,
    pub(crate) sheet_title: &'static str,
    pub(crate) need: &'static str,
    pub(crate) choices: fn(count: usize) -> String,
    /// Before what was to be replaced.
    pub(crate) instead_of: &'static str,
    /// Before what was to be taken away.
    pub(crate) taken_away: &'static str,
    pub(crate) put_back: &'static str,
    pub(crate) is_back: &'static str,
    pub(crate) no_room: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) not_copied: &'static str,
    /// Leads to the sheet.
    pub(crate) open: &'static str,
    pub(crate) erase: &'static str,
    pub(crate) erase_question: &'static str,
    pub(crate) erase_consequence: &'static str,
    pub(crate) spare: &'static str,
    pub(crate) erase_now: &'static str,
    /// Something waits for another phone, or for a right.
    pub(crate) waits: &'static str,
    pub(crate) waits_body: &'static str,
    pub(crate) go_on: &'static str,
}
