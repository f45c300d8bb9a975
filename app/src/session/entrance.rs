//! Coming in: what an invitation leads to, and asking to be let in until the relay has answered.
//!
//! Who I am and what I want to join are kept before anything is asked, so that a reload or a lost network repeats no step.

use super::myself::{Coming, Myself, Wish};
use super::state::{Moment, State, first_half};
use super::task::{Notice, Task};
use litemap::LiteMap;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{Invitation, PublicKey, Role};
use maillage_shared::presence::Face;
use maillage_shared::roster::{Answer, Denied, Request, Way};
use maillage_shared::sync::client::ClientEvent;
use maillage_shared::time::UnixMillis;

/// How long the relay may take for an answer before the line is taken for dead, in milliseconds.
const PATIENCE: i64 = 15_000;
/// Time before asking again where too many attempts were made, in milliseconds.
const TOO_OFTEN_WAIT: i64 = 60_000;
/// Time before asking again whether the team has confirmed whose phone it is, in milliseconds.
const NOT_CONFIRMED_WAIT: i64 = 5_000;
/// Time before asking again a relay that could not write it down, in milliseconds.
const NOT_KEPT_WAIT: i64 = 10_000;

/// How far coming in has got.
#[derive(Debug, Default)]
pub(crate) struct Entrance {
    looking: Option<Looking>,
    /// What someone wants for whom a key is being made.
    newcomer: Option<Wish>,
    asking: Asking,
    /// Questions without an answer so far, and since when.
    asked: LiteMap<u64, UnixMillis>,
    /// Who I am is being written this many times.
    writing: u32,
    /// The client knows that somebody uses this phone.
    identified: bool,
}

#[derive(Debug)]
struct Looking {
    invitation: Invitation,
    asked: Option<u64>,
    found: Option<Result<Found, Denied>>,
}

/// Where an invitation leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// To which territory.
    pub(crate) space: DocumentId,
    /// What whoever comes in becomes, as far as this version knows it.
    pub(crate) role: Option<Role>,
    /// Only those may come in who did before.
    pub(crate) is_over: bool,
    /// It brings another phone of someone who is in already: who that is, and what lets the phone in.
    pub(crate) returning: Option<(Face, Way)>,
}

/// What has become of asking to be let in.
#[derive(Debug, Default, PartialEq, Eq)]
enum Asking {
    /// It is asked as soon as there is a connection.
    #[default]
    Due,
    /// Under this number.
    Asked(u64),
    /// The answer was to come back later.
    Later(UnixMillis, Denied),
    /// The answer was no.
    Denied(Denied),
}

impl State {
    /// Finds out where an invitation leads, as soon as there is a connection.
    pub(crate) fn look(&mut self, moment: Moment, invitation: Invitation) -> Vec<Task> {
        let mut tasks = Vec::new();
        let is_known = self.entrance.looking.as_ref().is_some_and(|looking| {
            looking.invitation == invitation && !matches!(looking.found, Some(Err(_)))
        });
        if !is_known {
            self.entrance.looking = Some(Looking {
                invitation,
                asked: None,
                found: None,
            });
            tasks.push(Task::Tell(Notice::Entrance));
            self.knock(moment, &mut tasks);
        }
        tasks
    }

    /// What is known of where an invitation leads.
    pub(crate) fn found(&self) -> Option<(Invitation, Result<Found, Denied>)> {
        let looking = self.entrance.looking.as_ref()?;
        Some((looking.invitation, looking.found.clone()?))
    }

    /// Asks to be let in, once there is a key.
    pub(crate) fn come_in(
        &mut self,
        face: Face,
        invitation: Invitation,
        coming: Coming,
    ) -> Vec<Task> {
        let mut tasks = Vec::new();
        let wish = Wish {
            invitation,
            face,
            coming,
        };
        self.entrance.asking = Asking::Due;
        if let Some(me) = &mut self.me {
            me.entering = Some(wish);
            self.keep_myself(&mut tasks);
        } else if self.entrance.newcomer.replace(wish).is_none() {
            tasks.push(Task::MakeKey);
        }
        tasks.push(Task::Tell(Notice::Entrance));
        tasks
    }

    /// There is a key for whoever comes in. Another tab may have been faster.
    pub(super) fn key_made(&mut self, moment: Moment, key: PublicKey, tasks: &mut Vec<Task>) {
        let Some(wish) = self.entrance.newcomer.take() else {
            return;
        };
        let me = self
            .me
            .get_or_insert_with(|| Myself::new(key, first_half(moment.entropy), wish.face.clone()));
        me.entering = Some(wish);
        self.keep_myself(tasks);
        tasks.push(Task::Tell(Notice::Entrance));
    }

    /// From now on I look so: the relay has been told.
    pub(crate) fn look_like(&mut self, face: Face) -> Vec<Task> {
        let mut tasks = Vec::new();
        if let Some(me) = &mut self.me {
            me.face = face;
            self.keep_myself(&mut tasks);
            tasks.push(Task::Tell(Notice::Myself));
        }
        tasks
    }

    /// No longer asks to be let in.
    pub(crate) fn give_up(&mut self) -> Vec<Task> {
        let mut tasks = vec![Task::Tell(Notice::Entrance)];
        self.entrance.newcomer = None;
        self.entrance.asking = Asking::Due;
        if let Some(me) = &mut self.me {
            me.entering = None;
            self.keep_myself(&mut tasks);
        }
        tasks
    }

    /// What one waits to be let in with, and why that takes long or does not come to be.
    pub(crate) fn entering(&self) -> Option<(Invitation, Option<Denied>)> {
        let kept = self.me.as_ref().and_then(|me| me.entering.as_ref());
        let wish = kept.or(self.entrance.newcomer.as_ref())?;
        let denied = match &self.entrance.asking {
            Asking::Due | Asking::Asked(_) => None,
            Asking::Later(_, denied) | Asking::Denied(denied) => Some(*denied),
        };
        Some((wish.invitation, denied))
    }

    /// When [`State::wait_at_the_door`] has something to do.
    pub(super) fn next_knock(&self) -> Option<UnixMillis> {
        let again = match self.entrance.asking {
            Asking::Later(at, _) => Some(at),
            _ => None,
        };
        [again, self.out_of_patience()].into_iter().flatten().min()
    }

    fn out_of_patience(&self) -> Option<UnixMillis> {
        let oldest = self.entrance.asked.values().min()?;
        Some(oldest.plus(PATIENCE))
    }

    /// Asks again what is due, on another connection where the present one brings no answer.
    pub(super) fn wait_at_the_door(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        if self.out_of_patience().is_some_and(|at| at <= moment.now) {
            self.client(moment, ClientEvent::Offline, tasks);
            self.client(moment, ClientEvent::Online, tasks);
        }
        if self.next_knock().is_some_and(|at| at <= moment.now) {
            self.knock(moment, tasks);
        }
    }

    pub(super) fn keep_myself(&mut self, tasks: &mut Vec<Task>) {
        self.note_myself();
        if let Some(me) = &self.me {
            self.entrance.writing += 1;
            tasks.push(Task::KeepMyself(me.entries()));
        }
    }

    /// Who I am was written, or could not be.
    pub(super) fn kept_myself(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        self.entrance.writing = self.entrance.writing.saturating_sub(1);
        self.knock(moment, tasks);
    }

    /// The relay is told that somebody uses this phone.
    pub(super) fn identify(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        if self.me.is_some() && !std::mem::replace(&mut self.entrance.identified, true) {
            let effects = self.client.identify(moment.now);
            self.absorb(moment, effects, tasks);
        }
    }

    /// Asks what is to be asked, if it can be now.
    pub(super) fn knock(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        if self.is_myself_kept() {
            self.identify(moment, tasks);
        }
        if let Some(looking) = &self.entrance.looking
            && looking.asked.is_none()
            && looking.found.is_none()
        {
            let invitation = looking.invitation.to_string();
            let asked = self.put(moment, &Request::Look { invitation }, tasks);
            if let Some(looking) = &mut self.entrance.looking {
                looking.asked = asked;
            }
        }
        let is_due = match self.entrance.asking {
            Asking::Due => true,
            Asking::Later(at, _) => at <= moment.now,
            Asking::Asked(_) | Asking::Denied(_) => false,
        };
        if is_due
            && self.is_myself_kept()
            && let Some(request) = self.wish()
        {
            match self.put(moment, &request, tasks) {
                Some(number) => self.entrance.asking = Asking::Asked(number),
                // Once there is a connection, at once.
                None => self.entrance.asking = Asking::Due,
            }
        }
    }

    fn is_myself_kept(&self) -> bool {
        self.entrance.writing == 0 && self.myself_again_at.is_none()
    }

    fn wish(&self) -> Option<Request> {
        let me = self.me.as_ref()?;
        let wish = me.entering.as_ref()?;
        let (key, invitation) = (me.public, wish.invitation.to_string());
        Some(match wish.coming {
            Coming::In => Request::Join {
                invitation,
                key,
                face: wish.face.clone(),
            },
            Coming::Back { alone } => Request::Bring {
                secret: invitation,
                key,
                alone,
            },
        })
    }

    /// Whether the relay knows who uses this phone, and can be asked by this tab.
    pub(crate) fn is_introduced(&self) -> bool {
        self.client.is_introduced()
    }

    /// Asks the relay something for a screen, which hears of the answer by its number. `None` without a connection.
    pub(crate) fn ask(&mut self, moment: Moment, request: &Request) -> (Option<u64>, Vec<Task>) {
        let mut tasks = Vec::new();
        let number = self.put(moment, request, &mut tasks);
        (number, tasks)
    }

    fn put(&mut self, moment: Moment, request: &Request, tasks: &mut Vec<Task>) -> Option<u64> {
        let (number, effects) = self.client.ask(request)?;
        self.entrance.asked.insert(number, moment.now);
        self.absorb(moment, effects, tasks);
        Some(number)
    }

    /// The relay has answered, or the connection was lost before.
    pub(super) fn answered(
        &mut self,
        moment: Moment,
        number: u64,
        answer: Option<Answer>,
        tasks: &mut Vec<Task>,
    ) {
        self.entrance.asked.remove(&number);
        if self.entrance.asking == Asking::Asked(number) {
            self.let_in(moment, answer, tasks);
            tasks.push(Task::Tell(Notice::Entrance));
        } else if let Some(looking) = &mut self.entrance.looking
            && looking.asked == Some(number)
        {
            looking.asked = None;
            looking.found = match answer {
                Some(Answer::Looked {
                    space,
                    role,
                    is_over,
                }) => Some(Ok(Found {
                    space,
                    role: Role::from_code(&role),
                    is_over,
                    returning: None,
                })),
                Some(Answer::Returning { space, face, by }) => Some(Ok(Found {
                    space,
                    role: None,
                    is_over: false,
                    returning: Some((face, by)),
                })),
                Some(Answer::Denied(denied)) => Some(Err(denied)),
                _ => None,
            };
            tasks.push(Task::Tell(Notice::Entrance));
        } else {
            tasks.push(Task::Tell(Notice::Answered(number, answer)));
        }
    }

    fn let_in(&mut self, moment: Moment, answer: Option<Answer>, tasks: &mut Vec<Task>) {
        self.entrance.asking = match answer {
            Some(Answer::Joined { space }) => {
                self.joined(moment, space, tasks);
                Asking::Due
            }
            Some(Answer::Denied(Denied::TooOften)) => {
                Asking::Later(moment.now.plus(TOO_OFTEN_WAIT), Denied::TooOften)
            }
            Some(Answer::Denied(Denied::NotConfirmed)) => {
                Asking::Later(moment.now.plus(NOT_CONFIRMED_WAIT), Denied::NotConfirmed)
            }
            Some(Answer::Denied(Denied::NotKept)) => {
                Asking::Later(moment.now.plus(NOT_KEPT_WAIT), Denied::NotKept)
            }
            Some(Answer::Denied(denied)) => Asking::Denied(denied),
            // A relay of another make or version.
            Some(_) => Asking::Denied(Denied::Unknown),
            None => Asking::Due,
        };
    }

    fn joined(&mut self, moment: Moment, space: DocumentId, tasks: &mut Vec<Task>) {
        let Some(me) = &mut self.me else {
            return;
        };
        if let Some(wish) = me.entering.take() {
            me.face = wish.face;
        }
        me.territory = Some(space);
        self.entrance.looking = None;
        self.keep_myself(tasks);
        // What was asked for in vain on this connection is asked for again on another.
        let was_here = self.documents().any(|id| id == space);
        if let Some(known) = self.members.get_mut(&space) {
            known.is_old = true;
        }
        self.company.connected(moment.now);
        tasks.push(Task::Tell(Notice::Myself));
        self.tend(moment, tasks);
        if self.users.len() > 1 {
            // Others use this phone: it may hold what they wrote here and have not sent.
            tasks.push(Task::ReadAgain);
        }
        if was_here {
            let effects = self.client.identify(moment.now);
            self.absorb(moment, effects, tasks);
        }
    }
}
