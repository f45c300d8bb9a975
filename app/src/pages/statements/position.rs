//! Taking a position on what is put to the decision, for oneself or, noted, for someone else.

use super::ask::{CHANNELS, channels};
use super::choice::{Choice, choices};
use super::decision::stance_word;
use crate::model::Model;
use crate::pages::{people, problem_line};
use crate::text::{late_text, text};
use crate::ui::{
    Chip, Chips, Dialog, Icon, Seen, TextArea, icon_turn, live, live_option, live_text,
};
use leptos::prelude::*;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::PersonId;
use maillage_shared::rules::consent::consents;
use maillage_shared::statement::{Channel, Content, Position, Stance, Stated, StatementId};

/// The part of the screen in which one takes one's own position.
pub(super) fn mine(
    id: DocumentId,
    decision: StatementId,
    stated: Seen<Option<Vec<Stated>>>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().decision;
    let changing = RwSignal::new(false);
    let me = model.me.get_untracked().map(|me| me.id);
    let taken = Seen::new(move || {
        stated.with(|stated| {
            let all = consents(stated.as_deref().unwrap_or_default());
            let consent = all.iter().find(|consent| consent.opened.id == decision)?;
            Some(stance_word(consent.position_of(me?)?.stance))
        })
    });
    let may = Seen::new(move || {
        model.may_state(&Content::Position(Position {
            decision,
            stance: Stance::Agrees,
            channel: Channel::Themselves,
            of: None,
        }))
    });
    live_option(move || {
        if !may.get() {
            return None;
        }
        let shown = match taken.get().filter(|_| !changing.get()) {
            Some(stance) => view! {
                <p role="status"><strong>{(words.my_position)(stance)}</strong></p>
                <button class="button button-quiet start" type="button" on:click=move |_| changing.set(true)>
                    {words.change}
                </button>
            }
            .into_any(),
            None => own_form(id, decision, stated, changing),
        };
        let view =
            view! { <section class="stack-s no-print" aria-label=words.mine>{shown}</section> };
        Some(view.into_any())
    })
}

fn own_form(
    id: DocumentId,
    decision: StatementId,
    stated: Seen<Option<Vec<Stated>>>,
    changing: RwSignal<bool>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().decision;
    let chosen = RwSignal::new(None::<usize>);
    let said = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let stance = match read(chosen.get_untracked(), &said.get_untracked()) {
            Ok(stance) => stance,
            Err(missing) => return problem.set(Some(missing)),
        };
        let position = Content::Position(Position {
            decision,
            stance,
            channel: Channel::Themselves,
            of: None,
        });
        let version = version_of(stated, decision);
        model.state(id, version, position, move |is_there| {
            if is_there {
                changing.set(false);
            } else {
                problem.set(Some(late_text().statements.not_signed));
            }
        });
    };
    view! {
        <form class="stack" on:submit=send>
            {stances(words.mine, "position", chosen)}
            {words_field("position-mots", chosen, said)}
            {problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{icon_turn(Icon::Send)} {words.send}</button>
            <p class="small soft">{words.who_sees}</p>
        </form>
    }
    .into_any()
}

/// The five positions.
fn stances(legend: &'static str, name: &'static str, chosen: RwSignal<Option<usize>>) -> AnyView {
    let words = &late_text().decision;
    let stance = |class, shape, word| Choice {
        class,
        shape,
        word,
        more: "",
    };
    let all = vec![
        stance("choice choice-yes", Icon::PictoYes, words.agree),
        stance("choice choice-maybe", Icon::PictoIf, words.agree_if),
        stance("choice choice-stop", Icon::PictoObjection, words.object),
        stance("choice choice-quiet", Icon::PictoPass, words.pass),
        stance(
            "choice choice-quiet",
            Icon::PictoQuestion,
            words.not_understood,
        ),
    ];
    choices(legend, name, all, chosen)
}

fn words_field(
    id: &'static str,
    chosen: RwSignal<Option<usize>>,
    said: RwSignal<String>,
) -> AnyView {
    let words = &late_text().opinions;
    live_option(move || {
        let label = match chosen.get() {
            Some(1) => words.condition,
            Some(2) => words.why,
            _ => return None,
        };
        let field = view! {
            <TextArea id=id label=label short=true value=said on_input=move |written| said.set(written) />
        };
        Some(field.into_any())
    })
}

/// The position, or what is missing of it: an objection needs an argument.
fn read(chosen: Option<usize>, said: &str) -> Result<Stance, &'static str> {
    let said = said.trim();
    match chosen {
        Some(0) => Ok(Stance::Agrees),
        Some(1 | 2) if said.is_empty() => Err(late_text().opinions.no_words),
        Some(1) => Ok(Stance::AgreesIf(said.to_owned())),
        Some(2) => Ok(Stance::Objects(said.to_owned())),
        Some(3) => Ok(Stance::Passes),
        Some(4) => Ok(Stance::NotUnderstood),
        _ => Err(late_text().decision.no_stance),
    }
}

/// The version that a decision is about.
pub(super) fn version_of(
    stated: Seen<Option<Vec<Stated>>>,
    decision: StatementId,
) -> Vec<ChangeHash> {
    stated.with_untracked(|stated| {
        let all = consents(stated.as_deref().unwrap_or_default());
        let consent = all.iter().find(|consent| consent.opened.id == decision);
        consent
            .map(|consent| consent.opened.heads.clone())
            .unwrap_or_default()
    })
}

/// The dialog in which the position of someone else is noted. It is open while `decision` names one.
#[component]
pub(super) fn NoteDialog(
    /// About which sheet.
    id: DocumentId,
    /// All that was stated about it.
    stated: Seen<Option<Vec<Stated>>>,
    /// The decision.
    decision: RwSignal<Option<StatementId>>,
) -> AnyView {
    let open = Seen::new(move || decision.with(Option::is_some));
    view! {
        <Dialog
            id="noter-position"
            title=late_text().decision.note.to_owned()
            close=text().close
            open=open
            on_close=move |()| decision.set(None)
        >
            {note_form(id, stated, decision)}
        </Dialog>
    }
    .into_any()
}

fn note_form(
    id: DocumentId,
    stated: Seen<Option<Vec<Stated>>>,
    decision: RwSignal<Option<StatementId>>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().decision;
    let people: Vec<(PersonId, String)> = model.members.with_untracked(|members| {
        let members = members.iter().flatten();
        members
            .filter(|member| !member.roles.is_empty())
            .map(|member| (member.id, people::name_of(&member.person)))
            .collect()
    });
    let chips = people
        .iter()
        .map(|(_, name)| Chip {
            label: name.clone(),
            icon: None,
        })
        .collect();
    let ids: Vec<PersonId> = people.into_iter().map(|(person, _)| person).collect();
    let who = RwSignal::new(None::<usize>);
    let chosen = RwSignal::new(None::<usize>);
    let channel = RwSignal::new(Some(0));
    let said = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let known = ids.clone();
    // Someone who has answered already: entering it once more is possible, and marked.
    let doubled = live(move || {
        let person = who.get().and_then(|index| known.get(index).copied());
        let name = stated.with(|stated| {
            let all = consents(stated.as_deref().unwrap_or_default());
            let consent = all.last()?;
            let held = consent.position_of(person?)?;
            Some(super::proof::signer(model, held.person))
        });
        let warning = name.map(|name| (late_text().decision.doubled)(&name));
        view! { <p class="said" role="status">{live_text(move || warning.clone().unwrap_or_default())}</p> }
            .into_any()
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(person) = who.get_untracked().and_then(|index| ids.get(index)) else {
            return problem.set(Some(words.no_person));
        };
        let stance = match read(chosen.get_untracked(), &said.get_untracked()) {
            Ok(stance) => stance,
            Err(missing) => return problem.set(Some(missing)),
        };
        let how = channel
            .get_untracked()
            .and_then(|index| CHANNELS.get(index));
        let Some((about, channel)) = decision.get_untracked().zip(how.copied()) else {
            return;
        };
        let position = Content::Position(Position {
            decision: about,
            stance,
            channel,
            of: Some(*person),
        });
        model.state(id, version_of(stated, about), position, move |is_there| {
            if is_there {
                decision.set(None);
            } else {
                problem.set(Some(late_text().statements.not_signed));
            }
        });
    };
    view! {
        <form class="stack" on:submit=save>
            <Chips legend=words.note_who name="position-qui" chips=chips chosen=who on_choose=Callback::new(move |index| who.set(Some(index))) />
            {doubled}
            {stances(words.theirs, "position-notee", chosen)}
            {words_field("position-notee-mots", chosen, said)}
            {channels(late_text().opinions.how_answered, "position-canal", channel)}
            {problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{late_text().opinions.save}</button>
        </form>
    }
    .into_any()
}
