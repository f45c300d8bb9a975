//! Where the person's writing is, as screens say it.

use crate::session::Standing;
use maillage_shared::sync::client::Rejection;
use maillage_shared::time::UnixMillis;

/// How long better news must last before it shows, in milliseconds: while someone types, the words do not flicker.
pub(crate) const BETTER_AFTER: i64 = 400;

/// Where the writing of one document, or of all, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Something cannot be kept on this phone, and the group does not have it either.
    StorageFails,
    /// The group's relay does not take something. It is kept on this phone, and will not leave by itself.
    Refused(Rejection),
    /// There is no connection. What is written is kept on this phone.
    Offline {
        /// Changes that wait for one.
        pending: usize,
        /// Since when, as far as this page knows.
        since: Option<UnixMillis>,
    },
    /// Being kept: a matter of milliseconds, or of as long as the person types.
    Keeping,
    /// Kept on this phone, not yet with the group.
    Kept,
    /// The relay has acknowledged everything as durable.
    Sent,
}

impl Status {
    /// What to say of a standing.
    pub(crate) fn of(standing: &Standing) -> Self {
        let pending = standing.unsent;
        // A forgetful phone may only say that the group has everything, never that it kept something itself.
        if standing.failing || (standing.forgetful && (standing.offline || pending > 0)) {
            Self::StorageFails
        } else if let Some(why) = standing.refused {
            // Between two attempts there is no connection, but it is not the network that is missing.
            Self::Refused(why)
        } else if standing.offline {
            Self::Offline {
                pending,
                since: standing.since,
            }
        } else if standing.unkept > 0 {
            Self::Keeping
        } else if pending > 0 {
            Self::Kept
        } else {
            Self::Sent
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::StorageFails => 0,
            Self::Refused(_) => 1,
            Self::Offline { .. } => 2,
            Self::Keeping => 3,
            Self::Kept => 4,
            Self::Sent => 5,
        }
    }
}

/// A status that shows bad news at once and good news when it lasts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steady {
    shown: Status,
    better_since: Option<UnixMillis>,
}

impl Steady {
    /// Starts with what is so now.
    pub(crate) fn new(status: Status) -> Self {
        Self {
            shown: status,
            better_since: None,
        }
    }

    /// What to show, given what is so now. Come back after [`BETTER_AFTER`] as long as [`Steady::is_waiting`].
    pub(crate) fn show(&mut self, now: UnixMillis, status: Status) -> Status {
        let not_better = status.rank() <= self.shown.rank();
        if not_better || self.better_since.get_or_insert(now).plus(BETTER_AFTER) <= now {
            self.better_since = None;
            self.shown = status;
        }
        self.shown
    }

    /// Whether better news waits to last.
    pub(crate) fn is_waiting(&self) -> bool {
        self.better_since.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: UnixMillis = UnixMillis(1_000_000);

    fn standing(unkept: usize, unsent: usize) -> Standing {
        Standing {
            unkept,
            unsent,
            ..Standing::default()
        }
    }

    #[test]
    fn sent_is_said_only_when_nothing_is_unkept_or_unsent() {
        assert_eq!(Status::of(&standing(0, 0)), Status::Sent);
        assert_eq!(Status::of(&standing(0, 1)), Status::Kept);
        assert_eq!(Status::of(&standing(1, 1)), Status::Keeping);
    }

    #[test]
    fn without_connection_the_waiting_changes_are_counted() {
        let since = Some(START);
        let offline = Standing {
            offline: true,
            since,
            ..standing(1, 3)
        };
        let pending = 3;
        assert_eq!(Status::of(&offline), Status::Offline { pending, since });
    }

    #[test]
    fn a_phone_that_keeps_nothing_never_says_that_it_kept_something() {
        for (unsent, offline) in [(1, false), (0, true), (1, true)] {
            let forgetful = Standing {
                forgetful: true,
                offline,
                ..standing(0, unsent)
            };
            assert_eq!(Status::of(&forgetful), Status::StorageFails);
        }
        let sent = Standing {
            forgetful: true,
            ..standing(0, 0)
        };
        assert_eq!(Status::of(&sent), Status::Sent);
    }

    #[test]
    fn what_the_group_did_not_accept_is_never_said_to_leave_by_itself() {
        for offline in [false, true] {
            let refused = Standing {
                refused: Some(Rejection::TooLarge),
                offline,
                ..standing(1, 2)
            };
            assert_eq!(Status::of(&refused), Status::Refused(Rejection::TooLarge));
            let unkept = Standing {
                failing: true,
                ..refused
            };
            assert_eq!(Status::of(&unkept), Status::StorageFails);
        }
    }

    #[test]
    fn bad_news_shows_at_once_and_good_news_when_it_lasts() {
        let mut steady = Steady::new(Status::Sent);
        assert_eq!(steady.show(START, Status::Keeping), Status::Keeping);
        assert_eq!(steady.show(START.plus(100), Status::Sent), Status::Keeping);
        assert_eq!(
            steady.show(START.plus(300), Status::Keeping),
            Status::Keeping
        );
        assert_eq!(steady.show(START.plus(400), Status::Kept), Status::Keeping);
        assert!(steady.is_waiting());
        assert_eq!(steady.show(START.plus(600), Status::Sent), Status::Keeping);
        assert_eq!(steady.show(START.plus(800), Status::Sent), Status::Sent);
        assert!(!steady.is_waiting());
        assert_eq!(
            steady.show(START.plus(801), Status::StorageFails),
            Status::StorageFails
        );
    }
}
