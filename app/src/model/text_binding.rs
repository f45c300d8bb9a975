//! A text area bound to one text of a sheet.

use super::Model;
use crate::platform::log;
use crate::platform::text_area::{AreaEvent, TextArea};
use crate::platform::timer::WakeUp;
use crate::session::{Place, Refused, now};
use leptos::html;
use leptos::prelude::*;
use maillage_shared::command::{CommandError, JobSheetCommand};
use maillage_shared::doc::Imported;
use maillage_shared::id::DocumentId;
use maillage_shared::records::{Section, Splice};
use maillage_shared::text_field::{TextField, Update};
use send_wrapper::SendWrapper;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

/// What a screen needs of a bound text area.
#[derive(Clone, Copy)]
pub(crate) struct TextBinding {
    /// The text as the area shows it.
    pub(crate) shown: Signal<String>,
    /// Whether what was last added did not go in, because the text would have become too long.
    pub(crate) too_long: Signal<bool>,
}

/// The glue between one text area and one text.
pub(crate) struct Binding {
    model: Model,
    id: DocumentId,
    section: Section,
    field: RefCell<TextField>,
    /// Set once the text area is in the page.
    area: OnceCell<TextArea>,
    shown: RwSignal<String>,
    too_long: RwSignal<bool>,
    /// Whether the others were told that the caret is here.
    inside: Cell<bool>,
    /// Rings when edits of others have waited long enough for a composition.
    timer: WakeUp,
}

/// Binds a text area, from when it enters the page until the current owner ends.
pub(super) fn bind(
    model: Model,
    id: DocumentId,
    section: Section,
    node: NodeRef<html::Textarea>,
) -> TextBinding {
    let shown = RwSignal::new(String::new());
    let too_long = RwSignal::new(false);
    let binding = Rc::new_cyclic(|binding: &Weak<Binding>| {
        let ringing = binding.clone();
        Binding {
            model,
            id,
            section,
            field: RefCell::new(TextField::new("")),
            area: OnceCell::new(),
            shown,
            too_long,
            inside: Cell::new(false),
            timer: WakeUp::new(move || {
                if let Some(binding) = ringing.upgrade() {
                    binding.timer.rang();
                    binding.late();
                }
            }),
        }
    });
    binding.read();
    model.board().tell(&binding);
    let mounting = Rc::downgrade(&binding);
    node.on_load(move |element| {
        if let Some(binding) = mounting.upgrade() {
            Binding::mount(&binding, element);
        }
    });
    // The owner alone keeps the binding alive.
    let kept = SendWrapper::new(binding);
    on_cleanup(move || kept.end());
    TextBinding {
        shown: shown.into(),
        too_long: too_long.into(),
    }
}

impl Binding {
    /// Whether it shows a part of this document.
    pub(super) fn is_about(&self, id: DocumentId) -> bool {
        self.id == id
    }

    /// Takes what others wrote in the document.
    pub(super) fn remote(&self, imported: &Imported) {
        let Some(area) = self.area.get() else {
            self.read();
            return;
        };
        let path = self.section.path();
        let splices: Vec<Splice> = imported
            .splices
            .iter()
            .filter(|splice| splice.path == path)
            .map(|splice| Splice {
                at: splice.at,
                delete: splice.delete,
                insert: splice.insert.clone(),
            })
            .collect();
        let update = self
            .field
            .borrow_mut()
            .remote(&splices, area.selection(), now());
        self.show(area, update);
        // Not everything comes as splices: a text may also be put in place of another.
        self.reconcile(area);
    }

    fn mount(this: &Rc<Self>, element: leptos::web_sys::HtmlTextAreaElement) {
        let listening = Rc::downgrade(this);
        let area = TextArea::new(element, move |event| {
            if let Some(binding) = listening.upgrade() {
                binding.happened(event);
            }
        });
        let text = this.shown.get_untracked();
        area.show(&Update {
            text,
            selection: area.selection(),
        });
        // A text area enters the page once.
        let _ = this.area.set(area);
    }

    fn happened(&self, event: AreaEvent) {
        let Some(area) = self.area.get() else {
            return;
        };
        match event {
            AreaEvent::Input => {
                let value = area.value();
                let edits = self
                    .field
                    .borrow_mut()
                    .input(&value, area.selection().end, now());
                self.shown.set(value);
                self.write(area, edits);
            }
            AreaEvent::CompositionStart => self.field.borrow_mut().composition_start(now()),
            AreaEvent::CompositionEnd => {
                let value = area.value();
                let (edits, update) =
                    self.field
                        .borrow_mut()
                        .composition_end(&value, area.selection(), now());
                // The edits were made to what the area held before the update.
                self.shown.set(value);
                self.write(area, edits);
                self.show(area, update);
            }
            AreaEvent::Caret => {}
            AreaEvent::Focus | AreaEvent::Blur => self.reconcile(area),
        }
        self.place(area, event == AreaEvent::Blur);
        self.timer.set(self.field.borrow().deadline());
    }

    /// The time of the field's deadline has come.
    fn late(&self) {
        if let Some(area) = self.area.get() {
            let update = self.field.borrow_mut().tick(area.selection(), now());
            self.show(area, update);
        }
    }

    /// The text area leaves the page, perhaps with the focus in it: nobody is in this text any more.
    fn end(&self) {
        if self.inside.get() {
            self.model.board().place(self.id, Place::default());
        }
    }

    /// Writes into the document what was typed; what the document refuses disappears from the area.
    fn write(&self, area: &TextArea, splices: Vec<Splice>) {
        if splices.is_empty() {
            return;
        }
        let command = JobSheetCommand::EditSection {
            section: self.section,
            splices,
        };
        let outcome = self.model.dispatch(self.id, &command);
        self.too_long.set(matches!(
            outcome,
            Err(Refused::Command(CommandError::TooLong { .. }))
        ));
        if let Err(refused) = outcome {
            log::warn(&refused.to_string());
            self.reconcile(area);
        }
    }

    fn show(&self, area: &TextArea, update: Option<Update>) {
        if let Some(update) = update {
            area.show(&update);
            self.shown.set(update.text);
        }
        self.timer.set(self.field.borrow().deadline());
    }

    /// Compares with the document, in case something went around the field.
    fn reconcile(&self, area: &TextArea) {
        let document = self.document();
        let update = self
            .field
            .borrow_mut()
            .reconcile(&document, area.selection(), now());
        self.show(area, update);
    }

    /// Takes the text of the document before there is a text area.
    fn read(&self) {
        let text = self.document();
        *self.field.borrow_mut() = TextField::new(&text);
        self.shown.set(text);
    }

    fn document(&self) -> String {
        let board = self.model.board();
        board.session().read(|state| {
            state
                .document(self.id)
                .map(|document| self.section.text_in(document))
                .unwrap_or_default()
        })
    }

    fn place(&self, area: &TextArea, gone: bool) {
        let inside = !gone && area.is_focused();
        let caret = u32::try_from(area.selection().end).ok();
        if inside || self.inside.get() {
            self.inside.set(inside);
            self.model.board().place(
                self.id,
                Place {
                    section: inside.then_some(self.section),
                    caret: caret.filter(|_| inside),
                },
            );
        }
    }
}
