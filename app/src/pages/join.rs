//! Joining by a link or a code: who I am, then what I should know before entering.
//!
//! What is begun stays with the tab, so that a reload or a look at the notice loses nothing.

use super::late::late_at_the_door;
use super::people::PICTURES;
use super::route::Route;
use crate::model::{Me, Model, Person, Status};
use crate::platform::page;
use crate::text::text;
use crate::ui::{
    Avatar, AvatarSize, Hue, Icon, Seen, TextField, avatar, banner, follow, icon, icon_small,
    icon_with, live,
};
use leptos::prelude::*;
use maillage_shared::identity::{Invitation, Role};
use maillage_shared::roster::Denied;

const NAME: &str = "maillage-nom";
const PICTURE: &str = "maillage-image";
const COLOUR: &str = "maillage-couleur";

/// What someone has answered so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answers {
    /// A first name or another name; may be empty.
    pub(crate) name: String,
    /// The position of the picture among the eight.
    pub(crate) picture: usize,
    /// The position of the colour among the six.
    pub(crate) colour: usize,
}

impl Answers {
    /// What the tab remembers, or who the person was before. Else a picture and colour drawn at random, so that a whole room does
    /// not start as the same bird.
    pub(crate) fn begun(before: Option<Me>) -> Self {
        let (name, picture, colour) = match before {
            Some(me) => (me.name, Some(me.picture), Some(me.colour)),
            None => (String::new(), None, None),
        };
        let answers = Self {
            name: page::kept_for_tab(NAME).unwrap_or(name),
            picture: position(PICTURE, PICTURES.len(), picture),
            colour: position(COLOUR, Hue::ALL.len(), colour),
        };
        answers.keep();
        answers
    }

    fn keep(&self) {
        page::keep_for_tab(NAME, &self.name);
        page::keep_for_tab(PICTURE, &self.picture.to_string());
        page::keep_for_tab(COLOUR, &self.colour.to_string());
    }

    /// As the others will see them.
    pub(crate) fn person(&self) -> Person {
        Person {
            name: self.name.clone(),
            picture: self.picture,
            colour: self.colour,
        }
    }

    fn avatar(&self) -> Avatar {
        Avatar {
            picture: PICTURES[self.picture],
            hue: Hue::ALL[self.colour],
        }
    }
}

fn position(key: &str, count: usize, before: Option<usize>) -> usize {
    page::kept_for_tab(key)
        .and_then(|kept| kept.parse().ok())
        .or(before)
        .filter(|position| *position < count)
        .unwrap_or_else(|| page::draw_below(count))
}

/// What is known of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Nothing yet.
    NotYet,
    /// Nothing, and there is no network to find out.
    Offline,
    /// It gives this role.
    Leads(Option<Role>),
    /// It brings another phone of someone who is in already.
    Returns,
    /// Only those may use it who did before.
    Over,
    /// It leads nowhere.
    Nowhere,
    /// Too many codes were tried: nobody is told.
    TooOften,
}

impl Known {
    fn of(model: Model, invitation: Invitation) -> Self {
        let found = model.entrance.with(|entrance| entrance.found.clone());
        match found.filter(|(about, _)| *about == invitation) {
            Some((_, Ok(found))) if found.is_over => Self::Over,
            Some((_, Ok(found))) if found.returning.is_some() => Self::Returns,
            Some((_, Ok(found))) => Self::Leads(found.role),
            Some((_, Err(Denied::TooOften))) => Self::TooOften,
            Some((_, Err(_))) => Self::Nowhere,
            None if matches!(model.status.get(), Status::Offline { .. }) => Self::Offline,
            None => Self::NotYet,
        }
    }
}

/// What is said of an invitation that may lead somewhere.
fn lead(known: Known) -> AnyView {
    let words = &text().join;
    let read = |said: Option<String>| {
        view! {
            <p class="line">
                <span class="tag tag-yes">{icon_small(Icon::Check)} {words.link_read}</span>
                " "
                <span>{said}</span>
            </p>
        }
        .into_any()
    };
    let warn = |title: &'static str, body: &'static str| {
        banner(
            "banner",
            Icon::CircleAlert,
            title.into_any(),
            Some(body.into_any()),
        )
    };
    match known {
        Known::NotYet | Known::Nowhere | Known::Returns => read(None),
        Known::Offline => read(Some(words.read_later.to_owned())),
        Known::Leads(role) => read(role.map(|role| (words.enter_as)(role).to_owned())),
        Known::Over => warn(words.over, words.over_next),
        Known::TooOften => warn(words.too_often, words.too_often_next),
    }
}

/// The first step: name, picture, colour.
pub(crate) fn join(invitation: Invitation) -> AnyView {
    let model = expect_context::<Model>();
    model.look(invitation);
    let known = Seen::new(move || Known::of(model, invitation));
    // Whether it leads nowhere, or brings somebody back.
    let other = Seen::new(move || {
        let known = known.get();
        matches!(known, Known::Nowhere | Known::Returns).then_some(known)
    });
    live(move || match other.get() {
        Some(Known::Returns) => late_at_the_door(move |screens| (screens.coming_back)(invitation)),
        Some(_) => super::door::leads_nowhere(matches!(invitation, Invitation::Code(_))),
        None => who(invitation, known),
    })
}

fn who(invitation: Invitation, known: Seen<Known>) -> AnyView {
    let words = &text().join;
    let begun = Answers::begun(expect_context::<Model>().me.get_untracked());
    let name = RwSignal::new(begun.name);
    let picture = RwSignal::new(begun.picture);
    let colour = RwSignal::new(begun.colour);
    let answers = Seen::new(move || Answers {
        name: name.get().trim().to_owned(),
        picture: picture.get(),
        colour: colour.get(),
    });
    follow(move || answers.with(Answers::keep));

    let preview = live(move || {
        let answers = answers.get();
        view! {
            {avatar(answers.avatar(), AvatarSize::Large)}
            <span>
                <strong>{(words.face)(answers.picture, answers.colour)} "."</strong>
                <br />
                {words.seen_so}
            </span>
        }
        .into_any()
    });
    view! {
        <form
            class="stack"
            on:submit=move |event| {
                event.prevent_default();
                page::go_to(&Route::Notice(invitation).href());
            }
        >
            <div role="status">{live(move || lead(known.get()))}</div>
            <h1 tabindex="-1">{words.title}</h1>
            <TextField id="prenom" label=words.name autocomplete="given-name" value=name on_input=move |written| name.set(written) max_length=40 />
            <fieldset class="field">
                <legend>{words.picture}</legend>
                <div class="picks">{pictures(picture, colour)}</div>
            </fieldset>
            <fieldset class="field">
                <legend>{words.colour}</legend>
                <div class="hues">{colours(colour)}</div>
            </fieldset>
            <p class="mine">{preview}</p>
            <button class="button button-primary button-wide" type="submit">{words.go_on}</button>
            <p class="soft">{words.picture_enough} " " {words.no_account}</p>
        </form>
    }
    .into_any()
}

/// The eight pictures to choose from, in the colour chosen.
pub(crate) fn pictures(chosen: RwSignal<usize>, colour: RwSignal<usize>) -> Vec<AnyView> {
    PICTURES
        .into_iter()
        .enumerate()
        .map(|(index, symbol)| {
            view! {
                <label class=move || format!("pick {}", Hue::ALL[colour.get()].class())>
                    <input
                        type="radio"
                        name="image"
                        prop:checked=move || chosen.get() == index
                        on:change=move |_| chosen.set(index)
                    />
                    {icon(symbol)}
                    {icon_with("icon tick", Icon::Check)}
                    <span class="visually-hidden">{text().join.pictures[index]}</span>
                </label>
            }
            .into_any()
        })
        .collect()
}

/// The six colours to choose from.
pub(crate) fn colours(chosen: RwSignal<usize>) -> Vec<AnyView> {
    Hue::ALL
        .into_iter()
        .enumerate()
        .map(|(index, hue)| {
            view! {
                <label class=format!("pick {}", hue.class())>
                    <input
                        type="radio"
                        name="couleur"
                        prop:checked=move || chosen.get() == index
                        on:change=move |_| chosen.set(index)
                    />
                    {icon_with("icon tick", Icon::Check)}
                    <span class="visually-hidden">{text().join.colours[index]}</span>
                </label>
            }
            .into_any()
        })
        .collect()
}

/// The second step: the privacy notice, then entering with what was answered.
#[component]
pub(crate) fn BeforeEntering(
    /// What was followed, or typed.
    invitation: Invitation,
    /// Called with the answers when the person enters.
    on_enter: Callback<Answers>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().join;
    let notices: Vec<AnyView> = [Icon::Building, Icon::Eye, Icon::Calendar, Icon::Question]
        .into_iter()
        .zip(&words.notices)
        .map(|(symbol, notice)| {
            view! {
                <li>
                    {icon(symbol)}
                    <span><strong>{notice.question}</strong><br />{notice.answer}</span>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <h1 tabindex="-1">{words.before}</h1>
        <ul class="notice">{notices}</ul>
        <button
            class="button button-primary button-wide"
            type="button"
            on:click=move |_| on_enter.run(Answers::begun(model.me.get_untracked()))
        >
            {words.enter}
        </button>
        <a class="button button-quiet start" href=Route::Join(invitation).href()>{text().back}</a>
        <p class="soft">{words.may_leave}</p>
    }
    .into_any()
}
