//! Coming back with another phone: whom it becomes, what becomes of the others, and yes or no.

use crate::model::{Entrance, Model, Person};
use crate::pages::people;
use crate::pages::route::Route;
use crate::platform::page;
use crate::text::late_text;
use crate::ui::{AvatarSize, Chip, Chips, Icon, Seen, avatar, icon, live};
use leptos::prelude::*;
use maillage_shared::id::DocumentId;
use maillage_shared::identity::Invitation;
use maillage_shared::roster::Way;

/// Whom an invitation brings back.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Whom {
    space: DocumentId,
    person: Person,
    by: Way,
}

impl Whom {
    fn of(entrance: &Entrance, invitation: Invitation) -> Option<Self> {
        let (about, found) = entrance.found.as_ref()?;
        let found = found.as_ref().ok().filter(|_| *about == invitation)?;
        let (face, by) = found.returning.as_ref()?;
        Some(Self {
            space: found.space,
            person: face.into(),
            by: *by,
        })
    }
}

/// The screen on the other phone.
pub(crate) fn coming_back(invitation: Invitation) -> AnyView {
    let model = expect_context::<Model>();
    let whom = Seen::new(move || {
        model
            .entrance
            .with(|entrance| Whom::of(entrance, invitation))
    });
    live(move || match whom.get() {
        // A key is one person's in a territory for ever.
        Some(whom) if model.space() == Some(whom.space) => taken(model, invitation),
        Some(whom) => ask(model, invitation, &whom),
        None => ().into_any(),
    })
}

fn ask(model: Model, invitation: Invitation, whom: &Whom) -> AnyView {
    let words = &late_text().phones.back;
    // Whoever comes with a card has most often lost what they had.
    let choice = RwSignal::new(usize::from(whom.by == Way::Card));
    let chips = words.old_choices.map(|label| Chip {
        label: label.to_owned(),
        icon: None,
    });
    let old = match whom.by {
        Way::Team => view! { <p>{words.team}</p> }.into_any(),
        Way::Phone | Way::Card => view! {
            <Chips
                legend=words.old
                name="anciens"
                chips=chips.to_vec()
                chosen=Seen::new(move || Some(choice.get()))
                on_choose=Callback::new(move |place| choice.set(place))
            />
            <p class="hint">{words.old_hint}</p>
        }
        .into_any(),
    };
    let (person, by) = (whom.person.clone(), whom.by);
    let enter = move |_| {
        let alone = by == Way::Team || choice.get_untracked() == 1;
        model.come_back(invitation, &person, alone);
        // A card that has served is followed by another.
        let next = if by == Way::Card {
            Route::Card
        } else {
            Route::Home
        };
        page::replace_with(&next.href());
    };
    let name = people::name_of(&whom.person);
    view! {
        <p class="mine">
            {avatar(people::face_of(&whom.person), AvatarSize::Large)}
            <strong>{name.clone()}</strong>
        </p>
        <h1 tabindex="-1">{(words.is_it_you)(&name)}</h1>
        <p>{words.keeps}</p>
        {old}
        <button class="button button-primary button-wide" type="button" on:click=enter>{icon(Icon::Check)} {words.yes}</button>
        <a class="button button-quiet start" href=Route::Door.href()>{words.no}</a>
    }
    .into_any()
}

/// On a phone that is somebody's there already.
fn taken(model: Model, invitation: Invitation) -> AnyView {
    let words = &late_text().phones.back;
    let emptying = RwSignal::new(false);
    let name = model.me.get().map(|me| me.name).unwrap_or_default();
    let empty = move |_| {
        model.forget(move || {
            page::replace_with(&Route::Join(invitation).href());
            page::reload();
        });
    };
    let ask = view! {
        <h1 tabindex="-1">{(words.taken)(&name)}</h1>
        <p>{words.taken_next}</p>
    };
    view! {
        {ask}
        {live(move || if emptying.get() {
            view! {
                <p><strong>{words.empty_question}</strong></p>
                <ul class="plain stack-s">{words.empty_consequences.map(|line| view! { <li>{line}</li> })}</ul>
                <button class="button button-primary button-wide" type="button" on:click=move |_| emptying.set(false)>
                    {words.empty_keep}
                </button>
                <button class="button button-secondary button-wide" type="button" on:click=empty>{words.empty}</button>
            }.into_any()
        } else {
            view! {
                <a class="button button-primary button-wide" href=Route::Home.href()>{words.home}</a>
                <button class="button button-secondary button-wide" type="button" on:click=move |_| emptying.set(true)>
                    {words.empty}
                </button>
            }.into_any()
        })}
    }
    .into_any()
}
