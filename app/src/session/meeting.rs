//! Being in a document together: telling where one is, and hearing where the others are.

use super::company::{Place, Tell};
use super::state::{Moment, State, draw};
use super::tabs::{self, Word};
use super::task::{Notice, Task};
use maillage_shared::id::DocumentId;
use maillage_shared::presence::Presence;

impl State {
    /// One has opened this document. It is asked for if it is not here: a link may lead to what no index lists.
    pub(crate) fn enter(&mut self, moment: Moment, document: DocumentId) -> Vec<Task> {
        self.company.enter(moment.now, document);
        let mut tasks = self.told(moment);
        if let Some(actor) = self.me.as_ref().map(|me| me.actor.clone()) {
            let effects = self.client.want(document, actor);
            self.absorb(moment, effects, &mut tasks);
        }
        tasks
    }

    /// One has moved within a document that one has opened.
    pub(crate) fn place(
        &mut self,
        moment: Moment,
        document: DocumentId,
        place: Place,
    ) -> Vec<Task> {
        self.company.place(moment.now, document, place);
        self.told(moment)
    }

    fn told(&mut self, moment: Moment) -> Vec<Task> {
        let mut tasks = Vec::new();
        self.tell(moment, &mut tasks);
        tasks
    }

    /// One has left this document.
    pub(crate) fn leave(&mut self, moment: Moment, document: DocumentId) -> Vec<Task> {
        let mut tasks = Vec::new();
        if let Some(tell) = self.company.leave(document) {
            self.say(moment, tell, &mut tasks);
        }
        tasks
    }

    /// Says what is due about oneself, and forgets who has gone.
    pub(super) fn tell(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        let (due, gone) = self.company.wake(moment.now);
        for tell in due {
            self.say(moment, tell, tasks);
        }
        tasks.extend(
            gone.into_iter()
                .map(|document| Task::Tell(Notice::Company(document))),
        );
    }

    /// Tells everyone that one leaves the page, which may yet come back.
    pub(super) fn say_goodbye(&mut self, moment: Moment, tasks: &mut Vec<Task>) {
        for document in self.company.places() {
            let place = Place::default();
            let leaving = true;
            self.say(
                moment,
                Tell {
                    document,
                    place,
                    leaving,
                },
                tasks,
            );
        }
    }

    fn say(&mut self, moment: Moment, tell: Tell, tasks: &mut Vec<Task>) {
        if let Some(me) = &self.me {
            let presence = Presence {
                person: me.person,
                face: me.face.clone(),
                section: tell.place.section,
                caret: tell.place.caret,
                leaving: tell.leaving,
            };
            if !self.leading {
                tasks.push(tabs::tell(&Word::Say(tell.document, presence.encode())));
                return;
            }
            let effects = self.client.say(tell.document, presence.encode());
            self.absorb(moment, effects, tasks);
        }
    }

    pub(super) fn hear(
        &mut self,
        moment: Moment,
        document: DocumentId,
        data: &[u8],
        tasks: &mut Vec<Task>,
    ) {
        // Another make of client may say other things; that is no trouble.
        let Ok(presence) = Presence::decode(data) else {
            return;
        };
        let person = presence.person;
        // One's own other tab.
        if self.me.as_ref().is_some_and(|me| me.person == person) {
            return;
        }
        if let Some(bytes) = self.people.meet(moment.now, person, &presence.face) {
            tasks.push(Task::KeepPerson(person, bytes));
            tasks.push(Task::Tell(Notice::People));
        }
        if self
            .company
            .hear(moment.now, document, presence, draw(moment))
        {
            tasks.push(Task::Tell(Notice::Company(document)));
        }
    }
}
