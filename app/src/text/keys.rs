//! The keys of the catalogue: one structure a screen, one field a sentence.

mod drafts;
mod entrance;
mod erasing;
mod journal;
mod members;
mod phones;
mod scan;
mod sheet;
mod statements;
mod users;

pub(crate) use drafts::Drafts;
pub(crate) use entrance::{Door, Entering, Refusal};
pub(crate) use erasing::{Erasing, Rewritten};
pub(crate) use journal::{Deeds, Invited, Journal, Waiting};
pub(crate) use members::{Invite, Meeting, Members, Rights};
pub(crate) use phones::{Adding, Back, Call, Phones, Rescue, Typing};
pub(crate) use scan::Scan;
pub(crate) use sheet::{Facts, Moves, Points, Sheet, Versions};
pub(crate) use statements::{Decision, Opinions, Statements};
pub(crate) use users::Users;

use maillage_shared::identity::Role;
use maillage_shared::records::{
    ContractType, GuardRailState, GuardRailTopic, LegalFrame, PartnerKind, Section, SheetState,
    Trade, TrialPoint,
};

/// A whole language.
pub(crate) struct Text {
    /// The language's tag, as HTML and voices name it.
    pub(crate) lang: &'static str,
    /// The title of the window on a page: its name, then the program's.
    pub(crate) window: fn(page: &str) -> String,
    /// The program's name.
    pub(crate) brand: &'static str,
    /// Jumps past the bar.
    pub(crate) skip: &'static str,
    /// Goes one page up.
    pub(crate) back: &'static str,
    /// Closes a dialog.
    pub(crate) close: &'static str,
    /// The name of the menu.
    pub(crate) menu: &'static str,
    /// While what the phone keeps is being read.
    pub(crate) wait: &'static str,
    /// Another tab, of an older version, must be closed first.
    pub(crate) wait_blocked: &'static str,
    /// Stops writing in a part.
    pub(crate) done: &'static str,
    pub(crate) listen: Listen,
    pub(crate) standing: Standing,
    pub(crate) places: Places,
    pub(crate) door: Door,
    pub(crate) join: Join,
    pub(crate) entering: Entering,
    pub(crate) home: Home,
    pub(crate) rights: Rights,
    pub(crate) rewritten: Rewritten,
    pub(crate) needs: Needs,
    pub(crate) sheets: Sheets,
    /// What a screen reader adds to a button that stands beside several parts: the part.
    pub(crate) of_part: fn(part: &str) -> String,
    pub(crate) late: Late,
    pub(crate) missing: Missing,
    pub(crate) version: Version,
    pub(crate) forgotten: Forgotten,
    pub(crate) domain: Domain,
}

/// What only late screens say, in a whole language: it is loaded with them.
pub(crate) struct LateText {
    pub(crate) members: Members,
    pub(crate) invite: Invite,
    pub(crate) journal: Journal,
    pub(crate) waiting: Waiting,
    pub(crate) phone: Phone,
    pub(crate) users: Users,
    pub(crate) phones: Phones,
    pub(crate) scan: Scan,
    pub(crate) erasing: Erasing,
    pub(crate) drafts: Drafts,
    pub(crate) sheet: Sheet,
    pub(crate) statements: Statements,
    pub(crate) opinions: Opinions,
    pub(crate) decision: Decision,
    pub(crate) glossary: Glossary,
}

/// A screen whose program could not be loaded.
pub(crate) struct Late {
    pub(crate) title: &'static str,
    pub(crate) body: &'static str,
    pub(crate) again: &'static str,
}

/// The listening corner.
pub(crate) struct Listen {
    pub(crate) listen: &'static str,
    /// Reads one thing only.
    pub(crate) listen_to: fn(&str) -> String,
    pub(crate) stop: &'static str,
    pub(crate) ask: &'static str,
    pub(crate) no_voice: &'static str,
    pub(crate) please: &'static str,
    pub(crate) back: &'static str,
}

/// Why something does not reach the group, and what to do.
pub(crate) struct Refused {
    pub(crate) title: &'static str,
    pub(crate) body: &'static str,
}

/// Where the person's writing is, in the bar.
pub(crate) struct Standing {
    pub(crate) keeping: &'static str,
    pub(crate) kept: &'static str,
    /// The phone cannot keep what is written.
    pub(crate) unkept: &'static str,
    /// Said by screen readers after `unkept`.
    pub(crate) unkept_spoken: &'static str,
    pub(crate) unkept_title: &'static str,
    pub(crate) unkept_body: &'static str,
    pub(crate) sent: &'static str,
    /// The group does not accept what was written; it is kept on this phone.
    pub(crate) refused: &'static str,
    /// Said by screen readers after `refused`.
    pub(crate) refused_spoken: &'static str,
    pub(crate) not_accepted: Refused,
    /// A text or a whole document.
    pub(crate) too_large: Refused,
    /// The person may no longer write there.
    pub(crate) not_allowed: Refused,
    /// Others wrote part of it, and their phones have not sent that yet.
    pub(crate) awaits_author: Refused,
    /// The territory has as many documents as it may.
    pub(crate) space_full: Refused,
    pub(crate) offline: &'static str,
    /// Said by screen readers after `offline`.
    pub(crate) offline_spoken: &'static str,
    pub(crate) offline_title: &'static str,
    /// How many changes wait on this phone.
    pub(crate) offline_kept: fn(changes: usize) -> String,
    /// Since when, in hours and minutes of today; nothing when that was before today.
    pub(crate) offline_since: fn(Option<(u32, u32)>) -> String,
    pub(crate) nearly_full: Refused,
    /// Words that the group did not get are kept here.
    pub(crate) drafts: Refused,
    /// Leads to them.
    pub(crate) see: &'static str,
}

/// The places of the menu.
pub(crate) struct Places {
    pub(crate) home: &'static str,
    pub(crate) needs: &'static str,
    pub(crate) sheets: &'static str,
}

/// Joining: who I am, then what I should know before entering.
pub(crate) struct Join {
    pub(crate) title: &'static str,
    pub(crate) link_read: &'static str,
    pub(crate) name: &'static str,
    pub(crate) picture: &'static str,
    pub(crate) colour: &'static str,
    /// The eight pictures, in the order they show.
    pub(crate) pictures: [&'static str; 8],
    /// The six colours, in the order they show.
    pub(crate) colours: [&'static str; 6],
    /// A person in words, by the positions of their picture and colour.
    pub(crate) face: fn(picture: usize, colour: usize) -> String,
    pub(crate) seen_so: &'static str,
    pub(crate) go_on: &'static str,
    pub(crate) picture_enough: &'static str,
    pub(crate) before: &'static str,
    pub(crate) notices: [Notice; 4],
    pub(crate) enter: &'static str,
    /// Under the button that enters.
    pub(crate) may_leave: &'static str,
    pub(crate) no_account: &'static str,
    /// Where the link leads cannot be found out now.
    pub(crate) read_later: &'static str,
    /// What whoever comes in becomes.
    pub(crate) enter_as: fn(Role) -> &'static str,
    /// The invitation is used up, and who may use it all the same.
    pub(crate) over: &'static str,
    pub(crate) over_next: &'static str,
    /// Too many codes were tried.
    pub(crate) too_often: &'static str,
    pub(crate) too_often_next: &'static str,
    pub(crate) broken_title: &'static str,
    pub(crate) broken: &'static str,
    pub(crate) broken_next: &'static str,
}

/// A question of the privacy notice, with its answer.
pub(crate) struct Notice {
    pub(crate) question: &'static str,
    pub(crate) answer: &'static str,
}

/// The territory's home.
pub(crate) struct Home {
    /// A greeting; the name may be empty.
    pub(crate) hello: fn(name: &str) -> String,
    /// The person of the bar, for screen readers: name (may be empty) and face in words.
    pub(crate) me: fn(name: &str, face: &str) -> String,
    pub(crate) tiles: &'static str,
    pub(crate) needs: &'static str,
    pub(crate) needs_count: fn(usize) -> String,
    pub(crate) sheets: &'static str,
    pub(crate) sheets_count: fn(usize) -> String,
    pub(crate) members: &'static str,
    pub(crate) members_count: fn(usize) -> String,
    /// What is on this phone.
    pub(crate) phone: &'static str,
    /// Who helps to write.
    pub(crate) helps: fn(name: &str) -> String,
    /// The counts that open the cloth, one after the other; none when the territory has not said them.
    pub(crate) figures: fn(&[String]) -> String,
    pub(crate) people: fn(u32) -> String,
    pub(crate) jobs: fn(u32) -> String,
    /// The cloth in words: jobs aimed at, hires.
    pub(crate) cloth: fn(jobs: u32, hires: u32) -> String,
    pub(crate) hires: fn(u32) -> String,
    /// What follows the count of hires.
    pub(crate) so_far: &'static str,
    pub(crate) stitch: &'static str,
    pub(crate) example: &'static str,
    pub(crate) example_body: &'static str,
    pub(crate) partners: &'static str,
    pub(crate) partners_count: fn(usize) -> String,
    pub(crate) loading: &'static str,
    pub(crate) loading_offline: &'static str,
}

/// The needs.
pub(crate) struct Needs {
    pub(crate) title: &'static str,
    pub(crate) question: &'static str,
    pub(crate) say: &'static str,
    pub(crate) text: &'static str,
    pub(crate) place: &'static str,
    pub(crate) exactly: &'static str,
    pub(crate) everywhere: &'static str,
    pub(crate) add: &'static str,
    pub(crate) added: &'static str,
    pub(crate) missing_text: &'static str,
    pub(crate) who_sees: &'static str,
    pub(crate) me_too: fn(usize) -> String,
    pub(crate) said_by: fn(name: &str) -> String,
    pub(crate) covered: &'static str,
    /// Begins a sheet from a need.
    pub(crate) make_sheet: &'static str,
    /// Goes to the sheet that answers a need.
    pub(crate) see_sheet: &'static str,
    /// On a sheet: the need it comes from, in its own words.
    pub(crate) origin: fn(need: &str) -> String,
    /// How many people said "me too"; at least one.
    pub(crate) echoed: fn(usize) -> String,
    pub(crate) none: &'static str,
    pub(crate) none_body: &'static str,
}

/// The list of job sheets, and a new one.
pub(crate) struct Sheets {
    pub(crate) title: &'static str,
    pub(crate) write: &'static str,
    pub(crate) none: &'static str,
    pub(crate) none_body: &'static str,
    pub(crate) see_needs: &'static str,
    pub(crate) new: &'static str,
    pub(crate) new_question: &'static str,
    pub(crate) new_title: &'static str,
    pub(crate) trade: &'static str,
    pub(crate) create: &'static str,
    pub(crate) missing_title: &'static str,
    pub(crate) untitled: &'static str,
    /// The need that a new sheet starts from has a sheet, or is no longer there.
    pub(crate) need_covered: &'static str,
    pub(crate) need_gone: &'static str,
}

/// What cannot be shown.
pub(crate) struct Missing {
    pub(crate) page: &'static str,
    pub(crate) page_body: &'static str,
    pub(crate) home: &'static str,
    pub(crate) not_here: &'static str,
    pub(crate) not_here_body: &'static str,
    pub(crate) not_here_offline: &'static str,
    /// How many texts this phone keeps and cannot open; at least one.
    pub(crate) unreadable: fn(usize) -> String,
    pub(crate) unreadable_body: &'static str,
    pub(crate) failed: &'static str,
}

/// What is on this phone, and all of it in a file.
pub(crate) struct Phone {
    pub(crate) title: &'static str,
    /// The browser will clear nothing; may clear it; does not say.
    pub(crate) promised: &'static str,
    pub(crate) not_promised: &'static str,
    pub(crate) promise_unknown: &'static str,
    pub(crate) take_away: &'static str,
    pub(crate) take_away_body: &'static str,
    pub(crate) save: &'static str,
    pub(crate) who_reads: &'static str,
    pub(crate) take_in: &'static str,
    pub(crate) take_in_body: &'static str,
    pub(crate) choose: &'static str,
    /// How many texts have got something new, and how many were left out.
    pub(crate) taken: fn(new: usize, left_out: usize) -> String,
    /// How many texts were left out because the team has erased them.
    pub(crate) taken_erased: fn(usize) -> String,
    pub(crate) foreign: &'static str,
    pub(crate) newer: &'static str,
    pub(crate) damaged: &'static str,
    pub(crate) elsewhere: &'static str,
}

/// The browser has cleared what this phone kept.
pub(crate) struct Forgotten {
    pub(crate) title: &'static str,
    pub(crate) why: &'static str,
    pub(crate) how: &'static str,
}

/// A newer version of the program.
pub(crate) struct Version {
    pub(crate) title: &'static str,
    pub(crate) body: &'static str,
    pub(crate) take_over: &'static str,
    pub(crate) later: &'static str,
    /// Something was written with a newer version.
    pub(crate) newer_title: &'static str,
    pub(crate) newer_body: &'static str,
    /// The running version is too old to go on.
    pub(crate) old_title: &'static str,
    pub(crate) old_body: &'static str,
    pub(crate) nothing_lost: &'static str,
    /// How many changes wait on this phone, or nothing when some may not be kept.
    pub(crate) waiting: fn(Option<usize>) -> String,
    pub(crate) weight: &'static str,
    pub(crate) read_on: &'static str,
}

/// The words of the glossary.
pub(crate) struct Domain {
    pub(crate) state: fn(SheetState) -> &'static str,
    pub(crate) trade: fn(&Trade) -> String,
    pub(crate) partner: fn(PartnerKind) -> &'static str,
    pub(crate) role: fn(Role) -> &'static str,
    /// A day near today, as people say it: "aujourd’hui", "hier", "le 18 novembre".
    pub(crate) day: fn(day: LocalDay, today: LocalDay) -> String,
    /// Someone whose name this phone does not know.
    pub(crate) someone: &'static str,
    /// Who helped to write something.
    pub(crate) helped_by: fn(name: &str) -> String,
}

/// The words of the glossary that only late screens say.
pub(crate) struct Glossary {
    pub(crate) section: fn(Section) -> &'static str,
    pub(crate) topic: fn(GuardRailTopic) -> &'static str,
    pub(crate) guard_rail_state: fn(GuardRailState) -> &'static str,
    pub(crate) trial_point: fn(TrialPoint) -> &'static str,
    pub(crate) legal_frame: fn(LegalFrame) -> &'static str,
    pub(crate) contract: fn(&ContractType) -> String,
    /// Someone this phone does not know, as a choice beside oneself.
    pub(crate) someone_else: &'static str,
}

/// A day of the calendar where the phone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LocalDay {
    pub(crate) year: i32,
    /// From 1 to 12.
    pub(crate) month: u32,
    /// From 1 to 31.
    pub(crate) day: u32,
    /// Days since 1970-01-01, to tell yesterday from today.
    pub(crate) number: i64,
}
