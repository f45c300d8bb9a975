//! Who may do what: the one table that the app shows by and the relay enforces.
//!
//! It knows roles and kinds of documents and nothing finer. What depends on the state of a document (a sheet that is decided, say) is told
//! on the screen and never refused: a late edit made without network is accepted.

#[cfg(test)]
mod tests;

use crate::doc::Kind;
use crate::identity::{Role, Roles};

/// What one may do with documents of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// See it, and who else is there.
    Read,
    /// Change it.
    Write,
    /// Begin a new one.
    Create,
}

/// What each role may do: `r`ead, `w`rite, `c`reate.
const DOCUMENTS: [(Role, [&str; 4]); 8] = [
    //                  territory  needs  job sheets  statements
    (Role::Guest, ["r", "rw", "r", "rwc"]),
    (Role::Volunteer, ["rw", "rw", "rwc", "rwc"]),
    (Role::Partner, ["rw", "rw", "rwc", "rwc"]),
    (Role::Facilitator, ["rw", "rw", "rwc", "rwc"]),
    (Role::Team, ["rwc", "rwc", "rwc", "rwc"]),
    (Role::Committee, ["rw", "rw", "rwc", "rwc"]),
    (Role::Mentor, ["r", "r", "r", "r"]),
    // Whoever pays or controls is to see numbers and what is published, and nobody's hand: there is no document of that kind yet.
    (Role::Observer, ["", "", "", ""]),
];

/// Whether someone with these roles may do this with documents of this kind.
pub fn may(roles: Roles, kind: Kind, right: Right) -> bool {
    let column = match kind {
        Kind::Territory => 0,
        Kind::Needs => 1,
        Kind::JobSheet => 2,
        // Which statements someone may make, their signature tells: `statement::judge`.
        Kind::Statements => 3,
    };
    let letter = match right {
        Right::Read => 'r',
        Right::Write => 'w',
        Right::Create => 'c',
    };
    DOCUMENTS
        .iter()
        .any(|(role, columns)| roles.contains(*role) && columns[column].contains(letter))
}

/// Whether documents of a kind belong to whoever began them, and go when that person is erased.
pub fn is_personal(kind: Kind) -> bool {
    match kind {
        Kind::Territory | Kind::Needs | Kind::JobSheet | Kind::Statements => false,
    }
}

/// What one may do beside documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// See who the others are.
    SeeMembers,
    /// Let someone in with this role, see and withdraw such invitations.
    Invite(Role),
    /// Give and take roles, remove people, erase documents and strike words out of them, make tickets for other programs, read what was
    /// done.
    Steward,
}

/// Whether someone with these roles may do this.
pub fn may_act(roles: Roles, act: Act) -> bool {
    let team = roles.contains(Role::Team);
    match act {
        Act::SeeMembers => roles.iter().any(|role| role != Role::Observer),
        Act::Invite(Role::Guest | Role::Volunteer) => team || roles.contains(Role::Facilitator),
        Act::Invite(_) | Act::Steward => team,
    }
}
