//! The keys of a phone that several people use.

/// Who uses this phone, and who takes it now.
pub(crate) struct Users {
    pub(crate) title: &'static str,
    pub(crate) body: &'static str,
    /// Beside the name of whoever acts.
    pub(crate) me: &'static str,
    /// Beside the name of whoever helps them.
    pub(crate) helps: &'static str,
    /// Beside the name of someone who types a code.
    pub(crate) locked: &'static str,
    pub(crate) hand_over: &'static str,
    pub(crate) hand_over_body: &'static str,
    /// The phone keeps nothing, or no one more.
    pub(crate) forgets: &'static str,
    pub(crate) full: &'static str,
    pub(crate) add: &'static str,
    pub(crate) add_body: &'static str,
    pub(crate) add_as_guest: &'static str,
    pub(crate) add_as_volunteer: &'static str,
    pub(crate) add_by_link: &'static str,
    pub(crate) code: &'static str,
    pub(crate) code_body: &'static str,
    pub(crate) code_field: &'static str,
    pub(crate) code_hint: &'static str,
    pub(crate) set_code: &'static str,
    pub(crate) code_set: &'static str,
    pub(crate) drop_code: &'static str,
    pub(crate) code_dropped: &'static str,
    pub(crate) not_four: &'static str,
    pub(crate) no_codes: &'static str,
    /// Nobody acts yet.
    pub(crate) is_helping: fn(name: &str) -> String,
    pub(crate) code_of: fn(name: &str) -> String,
    pub(crate) enter: &'static str,
    pub(crate) someone_else: &'static str,
    pub(crate) wrong: &'static str,
    /// How many minutes one has to wait.
    pub(crate) wait: fn(minutes: i64) -> String,
    pub(crate) forgotten: &'static str,
    pub(crate) forgotten_body: [&'static str; 3],
    pub(crate) remove: fn(name: &str) -> String,
}
