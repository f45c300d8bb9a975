//! The keys of the job sheet.

/// A job sheet.
pub(crate) struct Sheet {
    /// The kind of page, in the bar.
    pub(crate) kind: &'static str,
    /// Who is here: names, in a sentence for screen readers.
    pub(crate) here: fn(names: &str) -> String,
    /// Someone else writes in the same part.
    /// What was added did not go in.
    pub(crate) too_long: &'static str,
    pub(crate) writes_here: fn(name: &str) -> String,
    pub(crate) write: &'static str,
    pub(crate) change: &'static str,
    pub(crate) not_known: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) facts: Facts,
    pub(crate) versions: Versions,
    pub(crate) moves: Moves,
    pub(crate) points: Points,
}

/// The facts of a sheet and their questions.
pub(crate) struct Facts {
    pub(crate) sheet: &'static str,
    pub(crate) title: &'static str,
    pub(crate) trade: &'static str,
    pub(crate) price: &'static str,
    pub(crate) contract: &'static str,
    pub(crate) not_sure: &'static str,
    pub(crate) carrier: &'static str,
    pub(crate) employer: &'static str,
    pub(crate) contract_type: &'static str,
    pub(crate) committee: &'static str,
    pub(crate) people: &'static str,
    pub(crate) hours: &'static str,
    pub(crate) full_time: &'static str,
    pub(crate) money: &'static str,
    pub(crate) cost: &'static str,
    pub(crate) income: &'static str,
    /// People, euros a year, minutes a week, hundredths of full-time posts.
    pub(crate) people_count: fn(u32) -> String,
    pub(crate) euros: fn(u32) -> String,
    pub(crate) weekly: fn(minutes: u32) -> String,
    pub(crate) posts: fn(hundredths: u32) -> String,
    /// A number as it is typed back into its field.
    pub(crate) hours_typed: fn(minutes: u32) -> String,
    pub(crate) posts_typed: fn(hundredths: u32) -> String,
    pub(crate) number_unread: &'static str,
}

/// Two versions of one field.
pub(crate) struct Versions {
    pub(crate) exist: fn(count: usize) -> String,
    pub(crate) nothing_lost: &'static str,
    pub(crate) choose: fn(value: &str) -> String,
    pub(crate) by: fn(name: &str, when: &str) -> String,
}

/// States and moves between them.
pub(crate) struct Moves {
    pub(crate) states: &'static str,
    pub(crate) done: &'static str,
    pub(crate) section: &'static str,
    /// "État : brouillon."
    pub(crate) now: fn(state: &str) -> String,
    pub(crate) unmet: fn(usize) -> String,
    pub(crate) change: &'static str,
    pub(crate) to: &'static str,
    pub(crate) unmet_title: fn(usize) -> String,
    pub(crate) unmet_body: &'static str,
    pub(crate) open_title: fn(usize) -> String,
    pub(crate) open_body: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) go: fn(state: &str) -> String,
    pub(crate) no_state: &'static str,
    pub(crate) no_reason: &'static str,
    pub(crate) no_owner: &'static str,
    pub(crate) elsewhere: &'static str,
    pub(crate) history: &'static str,
    pub(crate) no_history: &'static str,
    pub(crate) step: fn(from: &str, to: &str) -> String,
    pub(crate) step_by: fn(name: &str, when: &str) -> String,
    pub(crate) step_reason: fn(&str) -> String,
}

/// The points to check, and those before a trial.
pub(crate) struct Points {
    pub(crate) title: &'static str,
    pub(crate) body: &'static str,
    pub(crate) cares: fn(name: &str) -> String,
    pub(crate) cares_before: fn(name: &str, day: &str) -> String,
    pub(crate) before: fn(day: &str) -> String,
    pub(crate) me: &'static str,
    pub(crate) state: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) owner_words: &'static str,
    pub(crate) owner_hint: &'static str,
    pub(crate) evidence: &'static str,
    pub(crate) due: &'static str,
    pub(crate) add: &'static str,
    pub(crate) label: &'static str,
    pub(crate) save: &'static str,
    pub(crate) no_label: &'static str,
    pub(crate) trial: &'static str,
    pub(crate) trial_body: &'static str,
    pub(crate) waits: fn(usize) -> String,
    pub(crate) ready: &'static str,
    pub(crate) note: &'static str,
    pub(crate) why: &'static str,
    pub(crate) noted_by: fn(name: &str, when: &str) -> String,
    pub(crate) noted_unnamed: &'static str,
    pub(crate) employer: &'static str,
    pub(crate) frame: &'static str,
    pub(crate) frame_hint: &'static str,
    pub(crate) insurance: &'static str,
    pub(crate) insurance_hint: &'static str,
    pub(crate) allowance: &'static str,
    pub(crate) allowance_hint: &'static str,
    pub(crate) in_my_name: fn(name: &str) -> String,
}
