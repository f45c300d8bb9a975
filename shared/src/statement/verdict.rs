//! Whether a statement is what it claims to be, by what every phone knows of who is who. It takes no network, and gives the same answer on
//! every phone.

use super::{Channel, Content, Opinion, Position, Signed};
use crate::id::DocumentId;
use crate::identity::{PersonId, Role, Roles};
use crate::roster::{Card, Members};

/// Where a statement was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The territory of the document it stands in.
    pub space: DocumentId,
    /// The sheet that document stands beside.
    pub sheet: DocumentId,
}

/// What can be said of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// This member has signed it, about this sheet, and may state it.
    Verified(PersonId),
    /// As [`Verdict::Verified`], by someone who was a member then and is none any longer.
    Former(PersonId),
    /// This member has signed it, but may not state it: not in this role, not for this organisation, or no longer.
    NotAllowed(PersonId),
    /// This member has signed it about another sheet or in another territory: someone has put it here.
    Elsewhere(PersonId),
    /// It bears the key of this member, who has not signed what it says: it was altered, or made up.
    Altered(PersonId),
    /// It bears a key that nobody of the territory has ever had.
    Unknown,
    /// It is no statement.
    Unreadable,
}

impl Verdict {
    /// Whether it counts.
    pub fn counts(self) -> bool {
        matches!(self, Self::Verified(_) | Self::Former(_))
    }

    /// Who has signed it, or is said to have.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Verified(person)
            | Self::Former(person)
            | Self::NotAllowed(person)
            | Self::Elsewhere(person)
            | Self::Altered(person) => Some(person),
            Self::Unknown | Self::Unreadable => None,
        }
    }
}

/// Judges a statement that was found somewhere. `is_true` is what [`Signed::is_true`] has said of it, which takes long enough to be
/// remembered; `carrier` is whose phone has put it there.
pub fn judge(
    signed: &Signed,
    is_true: bool,
    place: Place,
    carrier: Option<PersonId>,
    members: &Members,
) -> Verdict {
    let Some(card) = members.card_of(signed.key.person()) else {
        return Verdict::Unknown;
    };
    let person = card.person;
    let statement = &signed.statement;
    if !is_true {
        Verdict::Altered(person)
    } else if statement.space != place.space
        || statement.sheet != place.sheet
        || members.space != place.space
    {
        Verdict::Elsewhere(person)
    } else if card.roles.is_empty() {
        // The relay took it from their own phone, hence when they were a member. What others bring in their name may be of any date.
        if carrier == Some(signed.key.person()) && might_state(card, &statement.content) {
            Verdict::Former(person)
        } else {
            Verdict::NotAllowed(person)
        }
    } else if may_state(card.roles, card.partner.as_deref(), &statement.content) {
        Verdict::Verified(person)
    } else {
        Verdict::NotAllowed(person)
    }
}

/// Whether someone who left might state this as what they were.
fn might_state(card: &Card, content: &Content) -> bool {
    // Everyone who comes in takes positions.
    let is_own_position = matches!(content, Content::Position(Position { of: None, .. }));
    is_own_position || may_state(card.was, card.was_partner.as_deref(), content)
}

/// Whether someone with these roles, who speaks for this partner, may state this.
pub fn may_state(roles: Roles, partner: Option<&str>, content: &Content) -> bool {
    let has = |wanted: &[Role]| wanted.iter().any(|role| roles.contains(*role));
    // Those who note what others say, and look after the register.
    let may_note = has(&[Role::Facilitator, Role::Team]);
    match content {
        Content::Opinion(Opinion {
            channel: Channel::Themselves,
            partner: of,
            ..
        }) => has(&[Role::Partner]) && partner == Some(of.as_str()),
        Content::Opinion(_) | Content::Asked { .. } | Content::Condition(_) => may_note,
        Content::Opened | Content::Round { .. } | Content::Decision { .. } => {
            may_note || has(&[Role::Committee])
        }
        Content::Position(Position { of: None, .. }) => has(&[
            Role::Guest,
            Role::Volunteer,
            Role::Partner,
            Role::Facilitator,
            Role::Team,
            Role::Committee,
        ]),
        Content::Position(_) => may_note,
    }
}
