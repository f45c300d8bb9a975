//! The one connection to the relay: dialling, greeting, waiting longer after each failure.

use super::ClientEffect;
use crate::id::PeerId;
use crate::time::UnixMillis;
use crate::wire::{EXTENDED_VERSION, Frame, JoinMessage, Metadata, PROTOCOL_VERSION};

/// First wait after a lost connection, in milliseconds; doubled at each failure.
const FIRST_WAIT: i64 = 500;
/// Longest wait between two attempts, in milliseconds.
const LONGEST_WAIT: i64 = 30_000;
/// How long an attempt or a greeting may take, in milliseconds.
const PATIENCE: i64 = 15_000;
/// A connection that lasted this long, in milliseconds, was worth having however it ended.
const WORTH_AFTER: i64 = 60_000;

/// The connection, as the person may want to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkState {
    /// Never connected since the start, first attempt under way or to come.
    #[default]
    Starting,
    /// Connected to the relay.
    Online,
    /// Not connected since then; attempts go on.
    Offline {
        /// When the connection was lost or the first attempt failed.
        since: UnixMillis,
    },
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Idle,
    /// Waiting for the next attempt.
    Waiting {
        until: UnixMillis,
    },
    Dialling {
        since: UnixMillis,
    },
    Greeting {
        me: PeerId,
        since: UnixMillis,
    },
    Up {
        me: PeerId,
        relay: PeerId,
        since: UnixMillis,
        /// The relay has said something about a document.
        answered: bool,
        /// Last frame heard, or first word said after a silence.
        alive: UnixMillis,
    },
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The network lost it, or one side fell silent.
    Lost,
    /// One side did not accept what the other sent: the next connection may well end in the same way.
    Refused,
}

#[derive(Debug, Default)]
pub(super) struct Link {
    phase: Phase,
    /// Connections in a row that were not worth having, attempts included.
    failures: u32,
    state: LinkState,
    /// The last randomness the shell gave, for ends that come without any.
    entropy: u32,
}

impl Link {
    pub(super) fn state(&self) -> LinkState {
        self.state
    }

    /// Our name and the relay's, while connected.
    pub(super) fn peers(&self) -> Option<(&PeerId, &PeerId)> {
        match &self.phase {
            Phase::Up { me, relay, .. } => Some((me, relay)),
            _ => None,
        }
    }

    pub(super) fn dial(&mut self, now: UnixMillis, effects: &mut Vec<ClientEffect>) {
        if matches!(self.phase, Phase::Idle | Phase::Waiting { .. }) {
            self.phase = Phase::Dialling { since: now };
            effects.push(ClientEffect::Dial);
        }
    }

    pub(super) fn offline(&mut self, now: UnixMillis, effects: &mut Vec<ClientEffect>) {
        self.hang_up(now, End::Lost, effects);
        self.phase = Phase::Idle;
    }

    /// Ends the connection and tries no other: another client of this phone speaks with the relay.
    pub(super) fn rest(&mut self, now: UnixMillis, effects: &mut Vec<ClientEffect>) {
        if !matches!(self.phase, Phase::Idle) {
            self.offline(now, effects);
        }
    }

    /// Another client of this phone speaks with the relay, and says this of its connection.
    pub(super) fn believe(&mut self, state: LinkState) {
        self.state = state;
    }

    /// That other client has gone, and its connection with it: the one to come is hoped for from now on.
    pub(super) fn take_over(&mut self, now: UnixMillis) {
        self.failures = 0;
        if self.state == LinkState::Online {
            self.down(now);
        }
    }

    pub(super) fn greet(
        &mut self,
        now: UnixMillis,
        entropy: [u8; 16],
        effects: &mut Vec<ClientEffect>,
    ) {
        if !matches!(self.phase, Phase::Dialling { .. }) {
            return;
        }
        let me = PeerId::from_entropy(entropy);
        let [a, b, c, d, ..] = entropy;
        self.entropy = u32::from_le_bytes([a, b, c, d]);
        let join = Frame::Join(JoinMessage {
            sender: me.clone(),
            versions: [EXTENDED_VERSION, PROTOCOL_VERSION]
                .map(str::to_owned)
                .to_vec(),
            metadata: Metadata {
                storage: None,
                ephemeral: false,
            },
        });
        effects.push(ClientEffect::Send(join.encode()));
        self.phase = Phase::Greeting { me, since: now };
    }

    pub(super) fn welcomed(&mut self, now: UnixMillis, relay: PeerId) {
        if let Phase::Greeting { me, .. } = &self.phase {
            self.phase = Phase::Up {
                me: me.clone(),
                relay,
                since: now,
                answered: false,
                alive: now,
            };
            self.state = LinkState::Online;
        }
    }

    pub(super) fn heard(&mut self, now: UnixMillis) {
        if let Phase::Up { alive, .. } = &mut self.phase {
            *alive = now;
        }
    }

    /// The relay has said something about a document.
    pub(super) fn answered(&mut self) {
        if let Phase::Up { answered, .. } = &mut self.phase {
            *answered = true;
        }
    }

    /// Gives the relay time to answer what is said after a silence.
    pub(super) fn spoke(&mut self, now: UnixMillis) {
        if let Phase::Up { alive, .. } = &mut self.phase {
            *alive = now.max(*alive);
        }
    }

    /// The socket closed or could not be opened.
    pub(super) fn closed(
        &mut self,
        now: UnixMillis,
        entropy: u32,
        effects: &mut Vec<ClientEffect>,
    ) {
        self.entropy = entropy;
        self.ended(now, End::Lost, effects);
    }

    /// Closes the socket from this side; the next attempt follows as after any loss.
    pub(super) fn hang_up(&mut self, now: UnixMillis, end: End, effects: &mut Vec<ClientEffect>) {
        if matches!(self.phase, Phase::Idle | Phase::Waiting { .. }) {
            self.down(now);
            return;
        }
        effects.push(ClientEffect::HangUp);
        self.ended(now, end, effects);
    }

    fn ended(&mut self, now: UnixMillis, end: End, effects: &mut Vec<ClientEffect>) {
        if matches!(self.phase, Phase::Idle | Phase::Waiting { .. }) {
            return;
        }
        if self.was_worth_it(now, end) {
            self.failures = 0;
        }
        self.down(now);
        let wait = (FIRST_WAIT << self.failures.min(6)).min(LONGEST_WAIT);
        // Half of the wait is fixed and half drawn, so that a room of phones does not come back in one instant.
        let jitter = i64::from(self.entropy) * (wait / 2) / i64::from(u32::MAX);
        self.failures = self.failures.saturating_add(1);
        self.phase = Phase::Waiting {
            until: now.plus(wait / 2 + jitter),
        };
        effects.push(ClientEffect::StatusChanged);
    }

    /// Whether the connection that ends now gives hope for the next one: a greeting alone does not, nor an answer before a refusal.
    fn was_worth_it(&self, now: UnixMillis, end: End) -> bool {
        match &self.phase {
            Phase::Up {
                since, answered, ..
            } => since.plus(WORTH_AFTER) <= now || (*answered && end == End::Lost),
            _ => false,
        }
    }

    pub(super) fn wake(&mut self, now: UnixMillis, busy: bool, effects: &mut Vec<ClientEffect>) {
        let due = self.next_wake(busy).is_some_and(|at| at <= now);
        match &self.phase {
            Phase::Waiting { .. } if due => self.dial(now, effects),
            Phase::Dialling { .. } | Phase::Greeting { .. } | Phase::Up { .. } if due => {
                self.hang_up(now, End::Lost, effects)
            }
            _ => {}
        }
    }

    /// When patience ends; `busy` while an answer is awaited.
    pub(super) fn next_wake(&self, busy: bool) -> Option<UnixMillis> {
        match &self.phase {
            Phase::Idle => None,
            Phase::Waiting { until } => Some(*until),
            Phase::Dialling { since } | Phase::Greeting { since, .. } => Some(since.plus(PATIENCE)),
            Phase::Up { alive, .. } => busy.then(|| alive.plus(PATIENCE)),
        }
    }

    fn down(&mut self, now: UnixMillis) {
        if !matches!(self.state, LinkState::Offline { .. }) {
            self.state = LinkState::Offline { since: now };
        }
    }
}
