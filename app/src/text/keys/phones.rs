//! The keys of a person's phones: adding one, the recovery card, coming back.

/// My phones, and what to do when one is lost.
pub(crate) struct Phones {
    pub(crate) mine: &'static str,
    /// How a phone is called, by its place among mine.
    pub(crate) phone: fn(place: usize) -> String,
    pub(crate) this_one: &'static str,
    pub(crate) lost: &'static str,
    /// Says that a phone is lost.
    pub(crate) is_lost: &'static str,
    pub(crate) lost_question: &'static str,
    pub(crate) lost_consequences: [&'static str; 2],
    pub(crate) lost_keep: &'static str,
    pub(crate) lost_now: &'static str,
    pub(crate) add: &'static str,
    pub(crate) card: &'static str,
    pub(crate) adding: Adding,
    pub(crate) rescue: Rescue,
    pub(crate) typing: Typing,
    pub(crate) back: Back,
    pub(crate) call: Call,
}

/// Another phone of mine, from this one.
pub(crate) struct Adding {
    pub(crate) title: &'static str,
    pub(crate) how: [&'static str; 3],
    pub(crate) show: &'static str,
    pub(crate) code: &'static str,
    /// The square code, for screen readers.
    pub(crate) qr: &'static str,
    /// Until which hour and minute it holds.
    pub(crate) until: fn(hour: u32, minute: u32) -> String,
    pub(crate) nobody_else: &'static str,
    pub(crate) again: &'static str,
    pub(crate) done: &'static str,
    pub(crate) done_body: &'static str,
}

/// The recovery card.
pub(crate) struct Rescue {
    pub(crate) title: &'static str,
    pub(crate) why: &'static str,
    pub(crate) prepare: &'static str,
    pub(crate) replaces: &'static str,
    pub(crate) name: &'static str,
    /// Whose card, of which territory.
    pub(crate) whose: fn(name: &str, territory: &str) -> String,
    pub(crate) qr: &'static str,
    pub(crate) words: &'static str,
    pub(crate) how: &'static str,
    pub(crate) print: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) once: &'static str,
    pub(crate) another: &'static str,
}

/// The eight words of a card, typed.
pub(crate) struct Typing {
    pub(crate) title: &'static str,
    pub(crate) or_scan: &'static str,
    /// Which word, by its place from one.
    pub(crate) word: fn(place: usize) -> String,
    pub(crate) hint: &'static str,
    pub(crate) next: &'static str,
    pub(crate) unknown: &'static str,
    pub(crate) meant: &'static str,
    pub(crate) so_far: &'static str,
    /// Takes back a word.
    pub(crate) change: fn(word: &str) -> String,
    pub(crate) look: &'static str,
    pub(crate) looking: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) wrong: &'static str,
    pub(crate) wrong_next: &'static str,
    pub(crate) start_again: &'static str,
}

/// Coming back with another phone.
pub(crate) struct Back {
    pub(crate) is_it_you: fn(name: &str) -> String,
    pub(crate) keeps: &'static str,
    pub(crate) old: &'static str,
    pub(crate) old_choices: [&'static str; 2],
    pub(crate) old_hint: &'static str,
    pub(crate) team: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    /// This phone is somebody's there already.
    pub(crate) taken: fn(name: &str) -> String,
    pub(crate) taken_next: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) empty_question: &'static str,
    pub(crate) empty_consequences: [&'static str; 2],
    pub(crate) empty_keep: &'static str,
    pub(crate) home: &'static str,
}

/// Someone who has lost both phone and card.
pub(crate) struct Call {
    /// Of whom a dialog is.
    pub(crate) about: fn(name: &str) -> String,
    pub(crate) begin: &'static str,
    pub(crate) question: fn(name: &str) -> String,
    pub(crate) steps: [&'static str; 3],
    pub(crate) prepare: &'static str,
    pub(crate) show: fn(name: &str) -> String,
    pub(crate) qr: &'static str,
    pub(crate) waits: fn(name: &str) -> String,
    pub(crate) letters: &'static str,
    /// How many of the two have confirmed.
    pub(crate) confirmed: fn(usize) -> String,
    pub(crate) meet: &'static str,
    pub(crate) yes: fn(name: &str) -> String,
    pub(crate) no: &'static str,
    pub(crate) yours_is_there: &'static str,
}
