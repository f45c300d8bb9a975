//! Noting that a partner was asked, and what they answered by word of mouth or on paper.

use super::mine::{answers, read, words_field};
use super::opinions::partner_title;
use crate::model::Model;
use crate::pages::problem_line;
use crate::text::{late_text, text};
use crate::ui::{Chip, Chips, DayField, Dialog, Seen};
use leptos::prelude::*;
use maillage_shared::id::{DocumentId, RecordId};
use maillage_shared::statement::{Channel, Content, Opinion};

/// How others are asked, and how they answer when someone else notes it.
pub(super) const CHANNELS: [Channel; 3] = [Channel::Aloud, Channel::Link, Channel::Paper];

/// The dialog that notes that a partner was asked. It is open while `partner` names one.
#[component]
pub(super) fn AskDialog(
    /// About which sheet.
    id: DocumentId,
    /// Whom.
    partner: RwSignal<Option<RecordId>>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().opinions;
    let open = Seen::new(move || partner.with(Option::is_some));
    view! {
        <Dialog
            id="demander"
            title=partner_title(model, partner, words.ask_title)
            close=text().close
            open=open
            on_close=move |()| partner.set(None)
        >
            {ask_form(id, partner)}
        </Dialog>
    }
    .into_any()
}

fn ask_form(id: DocumentId, partner: RwSignal<Option<RecordId>>) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().opinions;
    let channel = RwSignal::new(Some(0));
    let until = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let version = model.version_of(id);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let chosen = channel
            .get_untracked()
            .and_then(|index| CHANNELS.get(index));
        let Some((partner_id, channel)) = partner.get_untracked().zip(chosen.copied()) else {
            return;
        };
        let asked = Content::Asked {
            partner: partner_id,
            channel,
            reply_by: until.get_untracked().parse().ok(),
        };
        model.state(id, version.clone(), asked, move |is_there| {
            if is_there {
                partner.set(None);
            } else {
                problem.set(Some(late_text().statements.not_signed));
            }
        });
    };
    view! {
        <form class="stack" on:submit=save>
            {channels(words.how, "demande", channel)}
            <DayField id="demande-jour" label=words.until value=until on_input=move |day| until.set(day) />
            {problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{words.note_asked}</button>
        </form>
    }
    .into_any()
}

/// The dialog that notes what a partner answered. It is open while `partner` names one.
#[component]
pub(super) fn AnswerDialog(
    /// About which sheet.
    id: DocumentId,
    /// Who answered.
    partner: RwSignal<Option<RecordId>>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().opinions;
    let open = Seen::new(move || partner.with(Option::is_some));
    view! {
        <Dialog
            id="reponse"
            title=partner_title(model, partner, words.answer_title)
            close=text().close
            open=open
            on_close=move |()| partner.set(None)
        >
            {answer_form(id, partner)}
        </Dialog>
    }
    .into_any()
}

fn answer_form(id: DocumentId, partner: RwSignal<Option<RecordId>>) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().opinions;
    let chosen = RwSignal::new(None::<usize>);
    let channel = RwSignal::new(Some(0));
    let said = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let version = model.version_of(id);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let answer = match read(chosen.get_untracked(), &said.get_untracked()) {
            Ok(answer) => answer,
            Err(missing) => return problem.set(Some(missing)),
        };
        let how = channel
            .get_untracked()
            .and_then(|index| CHANNELS.get(index));
        let Some((partner_id, channel)) = partner.get_untracked().zip(how.copied()) else {
            return;
        };
        let opinion = Content::Opinion(Opinion {
            partner: partner_id,
            answer,
            channel,
        });
        model.state(id, version.clone(), opinion, move |is_there| {
            if is_there {
                partner.set(None);
            } else {
                problem.set(Some(late_text().statements.not_signed));
            }
        });
    };
    view! {
        <form class="stack" on:submit=save>
            {answers(words.their_answer, chosen)}
            {words_field("reponse-mots", chosen, said)}
            {channels(words.how_answered, "reponse-canal", channel)}
            {problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{words.save}</button>
        </form>
    }
    .into_any()
}

/// The question how something came. `name` is a name no other group on the page has.
pub(super) fn channels(
    legend: &'static str,
    name: &'static str,
    chosen: RwSignal<Option<usize>>,
) -> AnyView {
    let chips = CHANNELS
        .iter()
        .map(|channel| Chip {
            label: (late_text().statements.channel)(*channel).to_owned(),
            icon: None,
        })
        .collect();
    view! {
        <Chips legend=legend name=name chips=chips chosen=chosen on_choose=Callback::new(move |index| chosen.set(Some(index))) />
    }
    .into_any()
}
