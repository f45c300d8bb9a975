//! Which moves between states a job sheet may make, and what each needs.
//!
//! These rules live in commands and show on screen. They never refuse a change that has already been made elsewhere: a late
//! edit from a phone without network is accepted.

use crate::command::MoveRequest;
use crate::id::RecordId;
use crate::records::{SheetState, TrialPoint};
use crate::snapshot::{CompletedBy, JobSheetSnapshot};

/// The sense of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the next state.
    Forward,
    /// To an earlier state.
    Back,
    /// To the end, from anywhere.
    Stop,
}

/// What a move needs before it may happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveNeeds {
    /// The sense of the move.
    pub direction: Direction,
    /// Whether a reason must be given: going back, or entering the concertation with something unmet.
    pub reason: bool,
    /// Whether somebody must take care of what is unmet.
    pub owner: bool,
    /// The guard-rails that are not settled yet, which is why a reason and an owner are needed.
    pub unmet: Vec<RecordId>,
    /// The points before a trial that no named person has recorded. The move stays closed until there is none.
    pub open_points: Vec<TrialPoint>,
}

/// Why a sheet may not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoveRefusal {
    /// It is there already.
    #[error("the sheet is already there")]
    AlreadyThere,
    /// The move would jump over a state.
    #[error("a sheet does not go from {} to {} at once", from.code(), to.code())]
    Jump {
        /// Where the sheet stands.
        from: SheetState,
        /// Where it was to go.
        to: SheetState,
    },
    /// The move needs a reason.
    #[error("the move needs a reason")]
    NoReason,
    /// The move needs somebody who takes care of these guard-rails.
    #[error("the move needs an owner for {} points", unmet.len())]
    NoOwner {
        /// The guard-rails that are not settled yet.
        unmet: Vec<RecordId>,
    },
    /// The trial stays closed until a named person has recorded these points.
    #[error("the trial waits for {} points", points.len())]
    OpenPoints {
        /// The points.
        points: Vec<TrialPoint>,
    },
}

/// What a move would need, or that no such move exists.
pub fn needs(sheet: &JobSheetSnapshot, to: SheetState) -> Result<MoveNeeds, MoveRefusal> {
    let from = sheet.state();
    let direction = direction(sheet, from, to)?;
    let unmet = if to == SheetState::Concertation {
        unmet(sheet)
    } else {
        Vec::new()
    };
    Ok(MoveNeeds {
        direction,
        reason: direction == Direction::Back || !unmet.is_empty(),
        owner: !unmet.is_empty(),
        unmet,
        open_points: open_points(sheet, to),
    })
}

/// Every move the sheet could make from where it stands, with what it needs, in the order of the states.
pub fn possible(sheet: &JobSheetSnapshot) -> Vec<(SheetState, MoveNeeds)> {
    SheetState::ALL
        .into_iter()
        .filter_map(|to| needs(sheet, to).ok().map(|needs| (to, needs)))
        .collect()
}

/// Checks that a move has all it needs.
pub fn check(sheet: &JobSheetSnapshot, request: &MoveRequest) -> Result<(), MoveRefusal> {
    let needs = needs(sheet, request.to)?;
    if !needs.open_points.is_empty() {
        return Err(MoveRefusal::OpenPoints {
            points: needs.open_points,
        });
    }
    if needs.reason && request.reason.trim().is_empty() {
        return Err(MoveRefusal::NoReason);
    }
    if needs.owner && request.owner.is_none() {
        return Err(MoveRefusal::NoOwner { unmet: needs.unmet });
    }
    Ok(())
}

/// The guard-rails of a sheet that are not settled.
pub fn unmet(sheet: &JobSheetSnapshot) -> Vec<RecordId> {
    sheet
        .guard_rails
        .iter()
        .filter(|guard_rail| !guard_rail.state().is_settled())
        .map(|guard_rail| guard_rail.id.clone())
        .collect()
}

/// The points that keep a sheet out of a state: all four are needed wherever people work.
pub fn open_points(sheet: &JobSheetSnapshot, to: SheetState) -> Vec<TrialPoint> {
    if !matches!(to, SheetState::Trial | SheetState::Active) {
        return Vec::new();
    }
    TrialPoint::ALL
        .into_iter()
        .filter(|point| {
            !matches!(
                sheet.before_trial.completed_by(*point),
                CompletedBy::Person(_)
            )
        })
        .collect()
}

fn direction(
    sheet: &JobSheetSnapshot,
    from: SheetState,
    to: SheetState,
) -> Result<Direction, MoveRefusal> {
    if to == from {
        Err(MoveRefusal::AlreadyThere)
    } else if to == SheetState::Stopped {
        Ok(Direction::Stop)
    } else if from.next() == Some(to) {
        Ok(Direction::Forward)
    } else if to < reached(sheet, from)
        || (from == SheetState::Stopped && to == reached(sheet, from))
    {
        Ok(Direction::Back)
    } else {
        Err(MoveRefusal::Jump { from, to })
    }
}

/// How far the sheet has come: a stopped sheet comes back to where it stood, never further.
fn reached(sheet: &JobSheetSnapshot, from: SheetState) -> SheetState {
    if from != SheetState::Stopped {
        return from;
    }
    sheet
        .moves
        .iter()
        .rev()
        .find(|step| step.to == SheetState::Stopped)
        .map_or(SheetState::Idea, |step| step.from)
}

#[cfg(test)]
mod tests;
