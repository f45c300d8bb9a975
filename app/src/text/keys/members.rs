//! The keys of who belongs to the territory, and of letting others in.

use maillage_shared::identity::Role;
use maillage_shared::roster::Denied;

/// Everyone, their roles, and my own card.
pub(crate) struct Members {
    pub(crate) title: &'static str,
    pub(crate) count: fn(usize) -> String,
    pub(crate) on_their_way: &'static str,
    pub(crate) invite: &'static str,
    /// Beside my own name.
    pub(crate) me: &'static str,
    /// Beside the name of someone who was removed.
    pub(crate) gone: &'static str,
    pub(crate) roles_of: fn(name: &str) -> String,
    pub(crate) about_role: fn(Role) -> &'static str,
    pub(crate) keep_roles: &'static str,
    pub(crate) no_role: &'static str,
    pub(crate) will_see: fn(name: &str) -> String,
    pub(crate) remove: fn(name: &str) -> String,
    pub(crate) remove_question: fn(name: &str) -> String,
    pub(crate) remove_consequences: [&'static str; 3],
    /// Does not remove them.
    pub(crate) spare: fn(name: &str) -> String,
    pub(crate) my_card: &'static str,
    pub(crate) keep: &'static str,
    pub(crate) leave: &'static str,
    pub(crate) leave_question: &'static str,
    pub(crate) leave_consequences: [&'static str; 4],
    pub(crate) stay: &'static str,
    pub(crate) leave_now: &'static str,
    /// While the relay has not answered.
    pub(crate) wait: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) denied: fn(Denied) -> &'static str,
}

/// What is said to those who may not do something.
pub(crate) struct Rights {
    /// To someone who was removed.
    pub(crate) removed: &'static str,
    pub(crate) removed_body: &'static str,
    /// To someone who uses a phone that is lost.
    pub(crate) lost: &'static str,
    pub(crate) lost_body: &'static str,
    /// To someone who may not do what a screen is for.
    pub(crate) not_yours: &'static str,
    pub(crate) not_yours_body: &'static str,
}

/// Letting others in.
pub(crate) struct Invite {
    pub(crate) title: &'static str,
    pub(crate) role: &'static str,
    pub(crate) how_many: &'static str,
    pub(crate) people: fn(u32) -> String,
    pub(crate) how_long: &'static str,
    /// Two hours, half a day, a week, a month.
    pub(crate) times: [&'static str; 4],
    pub(crate) prepare: &'static str,
    pub(crate) needs_network: &'static str,
    pub(crate) needs_network_body: &'static str,
    pub(crate) code: &'static str,
    /// The square code, for screen readers.
    pub(crate) qr: &'static str,
    pub(crate) or_type: &'static str,
    pub(crate) send: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) not_copied: &'static str,
    pub(crate) print: &'static str,
    pub(crate) lasts: &'static str,
    pub(crate) another: &'static str,
    pub(crate) open: &'static str,
    pub(crate) none_open: &'static str,
    /// How many places are left, and until which day.
    pub(crate) places: fn(u32, day: &str) -> String,
    pub(crate) stop: &'static str,
    pub(crate) organisation: &'static str,
    pub(crate) no_organisation: &'static str,
    pub(crate) meeting: Meeting,
    pub(crate) close_meeting: &'static str,
    pub(crate) meeting_closed: &'static str,
    /// On a large screen.
    pub(crate) project: &'static str,
    /// On paper, above the code.
    pub(crate) poster: &'static str,
    pub(crate) poster_how: &'static str,
}

/// An invitation to a meeting.
pub(crate) struct Meeting {
    pub(crate) question: &'static str,
    /// No, yes.
    pub(crate) choices: [&'static str; 2],
    pub(crate) name: &'static str,
    pub(crate) end: &'static str,
    pub(crate) no_name: &'static str,
    pub(crate) no_end: &'static str,
    /// Until which hour and minute the code holds.
    pub(crate) lasts: &'static str,
}
