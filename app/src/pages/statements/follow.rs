//! Who takes care of a partner's condition, and whether it is met.

use crate::model::Model;
use crate::pages::problem_line;
use crate::pages::sheet::OwnerField;
use crate::text::{late_text, text};
use crate::ui::{Chip, Chips, Dialog, Seen};
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use maillage_shared::records::Owner;
use maillage_shared::rules::register::{Followed, register};
use maillage_shared::statement::{Condition, Content, Stated, StatementId};

/// The dialog about one condition. It is open while `opinion` names one.
#[component]
pub(super) fn FollowDialog(
    /// About which sheet.
    id: DocumentId,
    /// All that was stated about it.
    stated: Seen<Option<Vec<Stated>>>,
    /// The opinion that sets the condition.
    opinion: RwSignal<Option<StatementId>>,
) -> AnyView {
    let open = Seen::new(move || opinion.with(Option::is_some));
    view! {
        <Dialog
            id="condition"
            title=late_text().opinions.follow_title.to_owned()
            close=text().close
            open=open
            on_close=move |()| opinion.set(None)
        >
            {form(id, stated, opinion)}
        </Dialog>
    }
    .into_any()
}

fn form(
    id: DocumentId,
    stated: Seen<Option<Vec<Stated>>>,
    opinion: RwSignal<Option<StatementId>>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().opinions;
    let (before, was_met) = opinion
        .get_untracked()
        .map(|opinion| stated.with_untracked(|stated| found(stated.as_deref(), opinion)))
        .unwrap_or_default();
    let owner = RwSignal::new(before);
    let met = RwSignal::new(Some(usize::from(was_met)));
    let problem = RwSignal::new(None::<&'static str>);
    let version = model.version_of(id);
    let chips = [words.not_met, words.met]
        .map(|label| Chip {
            label: label.to_owned(),
            icon: None,
        })
        .to_vec();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(about) = opinion.get_untracked() else {
            return;
        };
        let condition = Content::Condition(Condition {
            opinion: about,
            owner: owner.get_untracked(),
            is_met: met.get_untracked() == Some(1),
        });
        model.state(id, version.clone(), condition, move |is_there| {
            if is_there {
                opinion.set(None);
            } else {
                problem.set(Some(late_text().statements.not_signed));
            }
        });
    };
    view! {
        <form class="stack" on:submit=save>
            <OwnerField id="condition-qui" owner=owner />
            <Chips legend=words.is_met name="condition-fait" chips=chips chosen=met on_choose=Callback::new(move |index| met.set(Some(index))) />
            {problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{words.save}</button>
        </form>
    }
    .into_any()
}

/// Who takes care of a condition until now, and whether it is met.
fn found(stated: Option<&[Stated]>, opinion: StatementId) -> (Option<Owner>, bool) {
    let rows = register(stated.unwrap_or_default(), &[], None);
    let mut replies = rows.iter().filter_map(|row| row.answer.as_ref());
    let reply = replies.find(|reply| reply.statement.id == opinion);
    let Followed { owner, is_met } = reply.and_then(|reply| reply.condition).unwrap_or_default();
    (owner.cloned(), is_met)
}
