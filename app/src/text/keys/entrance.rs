//! The keys of coming in.

use maillage_shared::roster::Denied;

/// The door: a code to type, and what leads nowhere.
pub(crate) struct Door {
    pub(crate) title: &'static str,
    pub(crate) with_link: &'static str,
    pub(crate) code: &'static str,
    pub(crate) code_hint: &'static str,
    pub(crate) not_a_code: &'static str,
    pub(crate) go_on: &'static str,
    pub(crate) no_link: &'static str,
    pub(crate) no_link_next: &'static str,
    pub(crate) no_code: &'static str,
    pub(crate) no_code_next: &'static str,
    /// On a phone of several people on which nobody acts.
    pub(crate) who: &'static str,
    /// Opens the camera.
    pub(crate) scan: &'static str,
    /// Leads to where one types the words of a recovery card.
    pub(crate) card: &'static str,
}

/// Waiting to be let in.
pub(crate) struct Entering {
    pub(crate) title: &'static str,
    pub(crate) soon: &'static str,
    pub(crate) offline: &'static str,
    /// Nothing has to be done again.
    pub(crate) kept: &'static str,
    pub(crate) stop: &'static str,
    /// Tries another code or link.
    pub(crate) other_way: &'static str,
    pub(crate) refusal: fn(Denied) -> Refusal,
    /// Before the six letters by which the team knows this phone.
    pub(crate) letters: &'static str,
}

/// Why one is not let in, and the next step.
pub(crate) struct Refusal {
    pub(crate) title: &'static str,
    pub(crate) next: &'static str,
}
