//! The needs: what is missing here, who misses it too, and a new one.

use super::people;
use super::rights::where_one_may;
use super::route::Route;
use super::screen::{Place, Screen, window_title};
use super::states;
use crate::model::Model;
use crate::text::text;
use crate::ui::{
    Chip, Chips, Corner, Dialog, Icon, ListenTo, Seen, TextArea, TextField, empty, icon, live,
    live_list, live_option, live_text, picto_small,
};
use leptos::prelude::*;
use maillage_shared::command::{NeedsCommand, NewNeed};
use maillage_shared::doc::Kind;
use maillage_shared::id::RecordId;
use maillage_shared::rules::access::Right;
use maillage_shared::snapshot::NeedSnapshot;

/// The needs of the territory, the most echoed first.
#[component]
pub(crate) fn Needs() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().needs;
    window_title(|| text().needs.title.to_owned());
    let saying = RwSignal::new(false);
    let added = RwSignal::new(false);
    let toast = live_option(move || {
        added.get().then(|| {
            view! { <span class="toast">{icon(Icon::Check)}{words.added}</span> }.into_any()
        })
    });
    let ids = Seen::new(move || {
        model.needs.with(|needs| {
            needs.as_ref().map(|needs| {
                needs
                    .needs
                    .iter()
                    .map(|need| need.id.to_string())
                    .collect::<Vec<_>>()
            })
        })
    });
    let keys = Seen::new(move || ids.get().unwrap_or_default());
    let filled = Seen::new(move || ids.with(|ids| ids.as_ref().map(|ids| !ids.is_empty())));
    let list = live(move || match filled.get() {
        None => states::territory_on_its_way(),
        Some(false) => empty(words.none, words.none_body, None),
        Some(true) => view! {
            <ul class="rows rows-wide">
                {live_list(keys, |key| need_row(RecordId::from_key(key)))}
            </ul>
        }
        .into_any(),
    });
    let say = where_one_may(Kind::Needs, Right::Write, move || {
        let say = move |_| {
            added.set(false);
            saying.set(true);
        };
        view! {
            <button class="button button-primary button-wide" type="button" on:click=say>{icon(Icon::Plus)} {words.say}</button>
        }
        .into_any()
    });
    view! {
        <Screen corner=Corner::Brand place=Place::Needs status=model.status>
            <div class="stack-s">
                <h1 tabindex="-1">{words.title}</h1>
                <p>{words.question}</p>
            </div>
            <div class="stack-s">
                {say}
                <div role="status">{toast}</div>
            </div>
            {list}
        </Screen>
        <Dialog id="dire" title=words.say.to_owned() close=text().close open=saying on_close=move |()| saying.set(false)>
            <SayNeed on_added=Callback::new(move |()| {
                saying.set(false);
                added.set(true);
            }) />
        </Dialog>
    }
    .into_any()
}

fn need_row(id: RecordId) -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().needs;
    let wanted = id.clone();
    let need = Seen::new(move || {
        model.needs.with(|needs| {
            needs
                .as_ref()
                .and_then(|needs| needs.need(&wanted).cloned())
        })
    });
    let heading = move || {
        need.with(|need| {
            need.as_ref()
                .map(|need| need.text.words().to_owned())
                .unwrap_or_default()
        })
    };
    let about = move || {
        need.with(|need| {
            need.as_ref()
                .map(|need| about(model, need))
                .unwrap_or_default()
        })
    };
    let covered = live_option(move || {
        need.with(|need| need.as_ref().is_some_and(|need| !need.covered_by.is_empty())).then(|| {
            view! { <br /><span class="tag tag-accent">{picto_small(Icon::PictoSheet)}{words.covered}</span> }.into_any()
        })
    });
    let echoes = Seen::new(move || need.with(|need| need.as_ref().map_or(0, NeedSnapshot::echoes)));
    let mine = Seen::new(move || {
        let phones = model.me.get().map(|me| me.phones).unwrap_or_default();
        need.with(|need| {
            need.as_ref()
                .is_some_and(|need| phones.iter().any(|phone| need.is_echoed_by(phone)))
        })
    });
    let of_need = move || (text().of_part)(&heading());
    let sheet = Seen::new(move || {
        need.with(|need| {
            need.as_ref()
                .and_then(|need| need.covered_by.first().copied())
        })
    });
    let origin = id.clone();
    let may_create = Seen::new(move || model.may(Kind::JobSheet, Right::Create));
    let may_read = Seen::new(move || model.may(Kind::JobSheet, Right::Read));
    let way = live_option(move || {
        let (route, word) = match sheet.get() {
            Some(sheet) => may_read
                .get()
                .then_some((Route::Sheet(sheet), words.see_sheet))?,
            None => {
                let new = Route::NewSheetFrom(origin.clone());
                may_create.get().then_some((new, words.make_sheet))?
            }
        };
        let way = view! {
            <a class="button button-quiet start" href=route.href()>
                {word}
                <span class="visually-hidden">{live_text(of_need)}</span>
            </a>
        };
        Some(way.into_any())
    });
    let may_echo = Seen::new(move || model.may(Kind::Needs, Right::Write));
    let toggle = move |_| {
        let command = if mine.with_untracked(|mine| *mine) {
            let me = model.me.get_untracked();
            NeedsCommand::WithdrawEcho {
                need: id.clone(),
                phones: me.map(|me| me.phones).unwrap_or_default(),
            }
        } else {
            NeedsCommand::Echo(id.clone())
        };
        model.change_needs(command);
    };
    view! {
        <li class="row need">
            <span class="medal">{picto_small(Icon::PictoNeed)}</span>
            <span>
                <strong>{live_text(heading)}</strong>
                <br />
                <span class="small soft">{live_text(about)}</span>
                {covered}
            </span>
            <span class="row-full between">
                <button
                    class="button button-secondary echo"
                    type="button"
                    aria-pressed=move || mine.get().to_string()
                    disabled=move || !may_echo.get()
                    on:click=toggle
                >
                    {live(move || icon(if mine.get() { Icon::Check } else { Icon::MeToo }))}
                    {live_text(move || (words.me_too)(echoes.get()))}
                    <span class="visually-hidden">{live_text(of_need)}</span>
                </button>
                {way}
                <ListenTo words=Seen::new(heading) />
            </span>
        </li>
    }
    .into_any()
}

/// Where, and who said it: in words when someone else typed it.
fn about(model: Model, need: &NeedSnapshot) -> String {
    let place = match need.neighbourhood.words() {
        "" => text().needs.everywhere,
        place => place,
    };
    let said = match (need.expressed_by.words(), need.by) {
        ("", person) => person.and_then(|person| people::known_name(model, person)),
        (words, _) => Some(words.to_owned()),
    };
    let helper = need.helper.and_then(|id| people::known_name(model, id));
    let said = said.map(|said| (text().needs.said_by)(&said));
    let helped = helper.map(|helper| (text().domain.helped_by)(&helper));
    let parts = [Some(place.to_owned()), said, helped];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The form that adds a need.
#[component]
fn SayNeed(
    /// Called when the need has been added.
    on_added: Callback<()>,
) -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().needs;
    let what = RwSignal::new(String::new());
    let place = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let neighbourhoods: Vec<String> = model.territory.with_untracked(|territory| {
        territory.as_ref().map_or_else(Vec::new, |territory| {
            let names = territory
                .neighbourhoods
                .iter()
                .map(|part| part.name.words().to_owned());
            names.filter(|name| !name.is_empty()).collect()
        })
    });
    let chips: Vec<Chip> = neighbourhoods
        .iter()
        .map(|name| Chip {
            label: name.clone(),
            icon: None,
        })
        .collect();
    let chosen = {
        let neighbourhoods = neighbourhoods.clone();
        Seen::new(move || place.with(|place| neighbourhoods.iter().position(|name| name == place)))
    };
    let choose = Callback::new(move |index: usize| {
        if let Some(name) = neighbourhoods.get(index) {
            place.set(name.clone());
        }
    });
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text_written = what.get_untracked().trim().to_owned();
        if text_written.is_empty() {
            problem.set(Some(words.missing_text));
            return;
        }
        let added = model.change_needs(NeedsCommand::Add(NewNeed {
            text: text_written,
            neighbourhood: place.get_untracked().trim().to_owned(),
            expressed_by: String::new(),
        }));
        if added {
            on_added.run(());
        } else {
            problem.set(Some(text().missing.failed));
        }
    };
    let with_chips = !chips.is_empty();
    view! {
        <form class="stack" on:submit=add>
            <TextArea id="besoin-texte" label=words.text value=what on_input=move |written| what.set(written) />
            {with_chips.then(|| view! { <Chips legend=words.place name="quartier" chips=chips chosen=chosen on_choose=choose /> })}
            <TextField id="besoin-lieu" label=words.exactly value=place on_input=move |written| place.set(written) max_length=80 />
            {super::problem_line(problem)}
            <button class="button button-primary button-wide" type="submit">{words.add}</button>
            <p class="small">{words.who_sees}</p>
        </form>
    }
    .into_any()
}
