//! Addresses of the screens, after the `#`: what the browser keeps to itself, so that a joining link never reaches a server log.

use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::identity::Invitation;
use std::fmt;

/// A screen and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// The territory's home.
    Home,
    /// Where one types a code.
    Door,
    /// A joining link, or a code that was typed.
    Join(Invitation),
    /// The second step of joining: what to know before entering.
    Notice(Invitation),
    /// Where one types the eight words of a recovery card.
    CardWords,
    /// Where one scans a square code with the camera.
    Scan,
    /// A joining link that was cut or mistyped.
    BrokenLink,
    /// Who belongs to the territory.
    Members,
    /// Letting others in.
    Invite,
    /// What was done about who may do what.
    Journal,
    /// What waits for the team to decide on.
    Waiting,
    /// The needs of the territory.
    Needs,
    /// The job sheets of the territory.
    Sheets,
    /// A new job sheet.
    NewSheet,
    /// A new job sheet that answers a need.
    NewSheetFrom(RecordId),
    /// One job sheet.
    Sheet(DocumentId),
    /// Striking words out of a job sheet, or erasing it.
    Strike(DocumentId),
    /// What partners say of a sheet.
    Opinions(DocumentId),
    /// Saying so for one's own organisation.
    MyOpinion(DocumentId),
    /// The decision about a sheet.
    Decision(DocumentId),
    /// What is on this phone.
    Phone,
    /// Who uses it.
    Users,
    /// Bringing another phone of the same person.
    AddPhone,
    /// One's recovery card.
    Card,
    /// What the group did not get.
    Drafts,
    /// An address that leads nowhere.
    Unknown,
}

const JOIN: &str = "rejoindre";
const NOTICE: &str = "avant";
const MEMBERS: &str = "membres";
const INVITE: &str = "inviter";
const NEEDS: &str = "besoins";
const SHEETS: &str = "fiches";
const PHONE: &str = "telephone";
const USERS: &str = "personnes";
const ADD: &str = "ajouter";
const CARD: &str = "carte";
const CAMERA: &str = "camera";
const JOURNAL: &str = "journal";
const WAITING: &str = "en-attente";
const STRIKE: &str = "rayer";
const DRAFTS: &str = "pas-envoye";
const NEW: &str = "nouvelle";
const OPINIONS: &str = "avis";
const MINE: &str = "mon-avis";
const DECISION: &str = "decision";

impl Route {
    /// Reads the part of an address after the `#`. Every text is some route, if only [`Route::Unknown`].
    pub(crate) fn parse(fragment: &str) -> Self {
        let path = fragment.trim_start_matches('#').trim_matches('/');
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            [""] => Self::Home,
            [JOIN] => Self::Door,
            [JOIN, CARD] => Self::CardWords,
            [JOIN, CAMERA] => Self::Scan,
            [JOIN, with] => with.parse().map_or(Self::BrokenLink, Self::Join),
            [JOIN, with, NOTICE] => with.parse().map_or(Self::BrokenLink, Self::Notice),
            [JOIN, ..] => Self::BrokenLink,
            [MEMBERS] => Self::Members,
            [MEMBERS, INVITE] => Self::Invite,
            [MEMBERS, JOURNAL] => Self::Journal,
            [MEMBERS, WAITING] => Self::Waiting,
            [NEEDS] => Self::Needs,
            [PHONE] => Self::Phone,
            [PHONE, USERS] => Self::Users,
            [PHONE, ADD] => Self::AddPhone,
            [PHONE, CARD] => Self::Card,
            [DRAFTS] => Self::Drafts,
            [SHEETS] => Self::Sheets,
            [SHEETS, NEW] => Self::NewSheet,
            [SHEETS, NEW, need] => read(need).map_or(Self::Unknown, Self::NewSheetFrom),
            [SHEETS, id, STRIKE] => id.parse().map_or(Self::Unknown, Self::Strike),
            [SHEETS, id] => id.parse().map_or(Self::Unknown, Self::Sheet),
            [SHEETS, id, OPINIONS] => id.parse().map_or(Self::Unknown, Self::Opinions),
            [SHEETS, id, MINE] => id.parse().map_or(Self::Unknown, Self::MyOpinion),
            [SHEETS, id, DECISION] => id.parse().map_or(Self::Unknown, Self::Decision),
            _ => Self::Unknown,
        }
    }

    /// The address to put in a link.
    pub(crate) fn href(self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home | Self::Unknown => write!(f, "#/"),
            Self::Door => write!(f, "#/{JOIN}"),
            Self::Join(with) => write!(f, "#/{JOIN}/{with}"),
            Self::Notice(with) => write!(f, "#/{JOIN}/{with}/{NOTICE}"),
            Self::CardWords => write!(f, "#/{JOIN}/{CARD}"),
            Self::Scan => write!(f, "#/{JOIN}/{CAMERA}"),
            Self::BrokenLink => write!(f, "#/{JOIN}/-"),
            Self::Members => write!(f, "#/{MEMBERS}"),
            Self::Invite => write!(f, "#/{MEMBERS}/{INVITE}"),
            Self::Journal => write!(f, "#/{MEMBERS}/{JOURNAL}"),
            Self::Waiting => write!(f, "#/{MEMBERS}/{WAITING}"),
            Self::Phone => write!(f, "#/{PHONE}"),
            Self::Users => write!(f, "#/{PHONE}/{USERS}"),
            Self::AddPhone => write!(f, "#/{PHONE}/{ADD}"),
            Self::Card => write!(f, "#/{PHONE}/{CARD}"),
            Self::Drafts => write!(f, "#/{DRAFTS}"),
            Self::Needs => write!(f, "#/{NEEDS}"),
            Self::Sheets => write!(f, "#/{SHEETS}"),
            Self::NewSheet => write!(f, "#/{SHEETS}/{NEW}"),
            Self::NewSheetFrom(need) => write!(f, "#/{SHEETS}/{NEW}/{}", written(need)),
            Self::Sheet(id) => write!(f, "#/{SHEETS}/{id}"),
            Self::Strike(id) => write!(f, "#/{SHEETS}/{id}/{STRIKE}"),
            Self::Opinions(id) => write!(f, "#/{SHEETS}/{id}/{OPINIONS}"),
            Self::MyOpinion(id) => write!(f, "#/{SHEETS}/{id}/{MINE}"),
            Self::Decision(id) => write!(f, "#/{SHEETS}/{id}/{DECISION}"),
        }
    }
}

/// A record as a part of an address. Our own ids stay as they are; other makes of client may use any characters.
fn written(record: &RecordId) -> String {
    let mut address = String::new();
    for byte in record.as_str().bytes() {
        if byte.is_ascii_alphanumeric() {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

/// What [`written`] wrote.
fn read(address: &str) -> Option<RecordId> {
    let mut parts = address.split('%');
    let mut key = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (byte, rest) = part.split_at_checked(2)?;
        key.push(u8::from_str_radix(byte, 16).ok()?);
        key.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(key).ok().map(RecordId::from_key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::identity::{Code, Secret};

    fn link() -> Invitation {
        Invitation::Link(Secret::from_entropy([7; 16]))
    }

    #[test]
    fn every_route_survives_its_address() {
        let id = DocumentId::from_entropy([7; 16]);
        for route in [
            Route::Home,
            Route::Door,
            Route::Join(link()),
            Route::Join(Invitation::Code(Code::from_entropy([7; 16]))),
            Route::Notice(link()),
            Route::CardWords,
            Route::Scan,
            Route::BrokenLink,
            Route::Members,
            Route::Invite,
            Route::Journal,
            Route::Waiting,
            Route::Phone,
            Route::Users,
            Route::AddPhone,
            Route::Card,
            Route::Needs,
            Route::Sheets,
            Route::Phone,
            Route::Drafts,
            Route::NewSheet,
            Route::NewSheetFrom(RecordId::from_entropy([7; 8])),
            Route::NewSheetFrom(RecordId::from_key("un/vélo: 100 %")),
            Route::Sheet(id),
            Route::Strike(id),
            Route::Opinions(id),
            Route::MyOpinion(id),
            Route::Decision(id),
        ] {
            assert_eq!(Route::parse(&route.clone().href()), route);
        }
    }

    #[test]
    fn a_cut_joining_link_is_told_apart_from_a_wrong_address() {
        let link = Route::Join(link()).href();
        assert_eq!(Route::parse(&link[..link.len() - 2]), Route::BrokenLink);
        assert_eq!(Route::parse("#/fiches/abc"), Route::Unknown);
        assert_eq!(Route::parse("#/ailleurs"), Route::Unknown);
        assert_eq!(Route::parse("#/fiches/nouvelle/%é"), Route::Unknown);
        assert_eq!(Route::parse("#/fiches/nouvelle/%ff"), Route::Unknown);
    }

    #[test]
    fn slashes_at_the_ends_do_not_matter() {
        assert_eq!(Route::parse(""), Route::Home);
        assert_eq!(Route::parse("#"), Route::Home);
        assert_eq!(Route::parse("#/besoins/"), Route::Needs);
    }
}
