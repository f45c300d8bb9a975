//! The keys of what was done about who may do what.

use maillage_shared::identity::Role;

/// The record of a territory.
pub(crate) struct Journal {
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    pub(crate) open: &'static str,
    pub(crate) needs_network: &'static str,
    pub(crate) needs_network_body: &'static str,
    pub(crate) loading: &'static str,
    pub(crate) of: &'static str,
    pub(crate) everyone: &'static str,
    pub(crate) more: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) count: fn(usize) -> String,
    pub(crate) save: &'static str,
    /// The first line of the file: when, who, what.
    pub(crate) columns: [&'static str; 3],
    /// A day, then the hour and the minute.
    pub(crate) when: fn(day: &str, hour: u32, minute: u32) -> String,
    /// Someone, with the number that nobody else has.
    pub(crate) called: fn(name: &str, number: u32) -> String,
    pub(crate) erased: &'static str,
    pub(crate) server: &'static str,
    pub(crate) unknown_phone: &'static str,
    /// What was done, after the name of who did it. Whom it was done to is a name, where it was somebody else.
    pub(crate) deeds: Deeds,
}

/// Words that somebody has brought and nobody vouches for.
pub(crate) struct Waiting {
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    pub(crate) open: &'static str,
    pub(crate) needs_network: &'static str,
    pub(crate) needs_network_body: &'static str,
    pub(crate) loading: &'static str,
    pub(crate) none: &'static str,
    pub(crate) none_body: &'static str,
    /// In a job sheet of this title.
    pub(crate) in_sheet: fn(title: &str) -> String,
    pub(crate) elsewhere: &'static str,
    pub(crate) brought_by: fn(who: &str, when: &str) -> String,
    pub(crate) read: &'static str,
    pub(crate) no_words: &'static str,
    pub(crate) unreadable: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) refuse: &'static str,
}

/// What someone did.
pub(crate) struct Deeds {
    pub(crate) invited: fn(&Invited<'_>) -> String,
    pub(crate) stopped_invitation: fn(number: u32) -> String,
    pub(crate) stopped_ticket: fn(number: u32) -> String,
    pub(crate) called_off: &'static str,
    pub(crate) joined: fn(invitation: u32, role: Option<Role>) -> String,
    pub(crate) faced: fn(name: &str) -> String,
    pub(crate) became: fn(whom: Option<&str>, roles: &[Role]) -> String,
    pub(crate) removed: fn(whom: Option<&str>) -> String,
    pub(crate) erased: fn(whom: Option<&str>) -> String,
    pub(crate) ticketed: fn(number: u32, label: &str, roles: &[Role]) -> String,
    pub(crate) made_card: &'static str,
    pub(crate) awaited_phone: &'static str,
    pub(crate) brought: fn(whom: Option<&str>, alone: bool) -> String,
    /// A document was erased, or written anew without some words.
    pub(crate) dropped: &'static str,
    pub(crate) struck: &'static str,
    /// The relay came back from a backup.
    pub(crate) set_back: &'static str,
    /// Words that somebody had brought and nobody vouched for.
    pub(crate) let_in: fn(who: &str) -> String,
    pub(crate) thrown_away: fn(who: &str) -> String,
    pub(crate) lost: fn(whom: Option<&str>) -> String,
    pub(crate) called_back: fn(whom: &str) -> String,
    pub(crate) knocked: fn(whom: &str, letters: &str) -> String,
    pub(crate) confirmed: fn(whom: &str, letters: &str) -> String,
}

/// An invitation that was made.
pub(crate) struct Invited<'a> {
    pub(crate) number: u32,
    pub(crate) role: Option<Role>,
    pub(crate) uses: u32,
    /// The meeting it is for.
    pub(crate) meeting: Option<&'a str>,
}
