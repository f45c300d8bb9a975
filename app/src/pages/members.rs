//! Who belongs to the territory, and what each may do.

mod asking;
mod call;
mod erase;
mod invite;
mod mine;
mod organisation;
mod roles;

use super::people;
use super::rights::where_one_may_act;
use super::route::Route;
use super::screen::{Place, Screen, window_title};
use super::states;
use crate::model::{Member, Model};
use crate::text::{late_text, text};
use crate::ui::{
    Corner, Dialog, Icon, Seen, icon, icon_turn, live, live_list, live_option, live_text,
};
use leptos::prelude::*;
use maillage_shared::identity::{PersonId, Role};
use maillage_shared::rules::access::Act;

pub(super) use asking::Asking;
pub(crate) use invite::Invite;

/// Everyone of the territory.
#[component]
pub(crate) fn Members() -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().members;
    window_title(|| late_text().members.title.to_owned());
    let chosen = RwSignal::new(None::<PersonId>);
    let keys = Seen::new(move || {
        let ids =
            |members: &Vec<Member>| members.iter().map(|member| member.id.to_string()).collect();
        model
            .members
            .with(|members| members.as_ref().map(ids).unwrap_or_default())
    });
    let is_known = Seen::new(move || model.members.with(Option::is_some));
    let count = move || match is_known.get() {
        true => (words.count)(keys.with(Vec::len)),
        false => words.on_their_way.to_owned(),
    };
    let invite = where_one_may_act(Act::Invite(Role::Guest), move || {
        view! {
            <a class="button button-primary button-wide" href=Route::Invite.href()>{icon(Icon::UserPlus)} {words.invite}</a>
        }
        .into_any()
    });
    let journal = where_one_may_act(Act::Steward, move || {
        view! {
            <a class="button button-quiet start" href=Route::Journal.href()>{late_text().journal.open}</a>
            <a class="button button-quiet start" href=Route::Waiting.href()>{late_text().waiting.open}</a>
        }
        .into_any()
    });
    view! {
        <Screen corner=Corner::Back(Route::Home.href()) place=Place::Home status=model.status>
            {states::trouble()}
            <div class="stack-s">
                <h1 tabindex="-1">{words.title}</h1>
                <p role="status">{live_text(count)}</p>
            </div>
            {invite}
            {call::waiting()}
            <ul class="rows rows-wide">
                {live_list(keys, move |key| PersonId::parse(&key).map_or_else(|| ().into_any(), |id| row(id, chosen)))}
            </ul>
            {journal}
        </Screen>
        {card(chosen)}
    }
    .into_any()
}

fn find(model: Model, id: PersonId) -> Seen<Option<Member>> {
    Seen::new(move || {
        model.members.with(|members| {
            let members = members.as_deref().unwrap_or_default();
            members.iter().find(|member| member.id == id).cloned()
        })
    })
}

fn row(id: PersonId, chosen: RwSignal<Option<PersonId>>) -> AnyView {
    let model = expect_context::<Model>();
    let member = find(model, id);
    let is_mine = Seen::new(move || {
        model
            .me
            .with(|me| me.as_ref().is_some_and(|me| me.id == id))
    });
    // Whoever may let guests in helps someone who has lost their phone.
    let opens = Seen::new(move || is_mine.get() || model.may_act(Act::Invite(Role::Guest)));
    live_option(move || {
        let member = member.get()?;
        let face = face(model, &member, is_mine.get());
        let row = if opens.get() {
            view! {
                <button class="row" type="button" on:click=move |_| chosen.set(Some(id))>
                    {face}
                    {icon_turn(Icon::ChevronRight)}
                </button>
            }
            .into_any()
        } else {
            view! { <div class="row">{face}</div> }.into_any()
        };
        Some(view! { <li>{row}</li> }.into_any())
    })
}

fn face(model: Model, member: &Member, is_mine: bool) -> AnyView {
    let roles: Vec<AnyView> = member
        .roles
        .iter()
        .map(|role| view! { <span class="tag">{(text().domain.role)(role)}</span> }.into_any())
        .collect();
    let gone = roles.is_empty().then(|| {
        view! { <span class="tag">{late_text().members.gone}</span> }
    });
    let partner = member
        .partner
        .as_ref()
        .and_then(|partner| partner_name(model, partner));
    let partner = partner.map(|name| view! { <span class="small soft">{name}</span><br /> });
    let mine = is_mine.then(|| view! { <span class="soft">{late_text().members.me}</span> });
    view! {
        {people::numbered(&member.person, member.number)}
        <span>
            <strong>{people::name_of(&member.person)}</strong>
            {mine}
            <br />
            {partner}
            <span class="roles">{roles} {gone}</span>
        </span>
    }
    .into_any()
}

/// What an organisation is called, once the territory is here.
fn partner_name(model: Model, id: &str) -> Option<String> {
    model.territory.with(|territory| {
        let partners = territory
            .as_ref()
            .map(|territory| territory.partners.as_slice());
        let mut partners = partners.unwrap_or_default().iter();
        let partner = partners.find(|partner| partner.id.to_string() == id)?;
        Some(partner.name.words().to_owned())
    })
}

/// The dialog about one person: their roles, or my own card.
fn card(chosen: RwSignal<Option<PersonId>>) -> AnyView {
    let model = expect_context::<Model>();
    let words = &late_text().members;
    let is_me = move |id: PersonId| {
        model
            .me
            .with(|me| me.as_ref().is_some_and(|me| me.id == id))
    };
    let member = move || {
        let id = chosen.get()?;
        find(model, id).with_untracked(Option::clone)
    };
    let title = Seen::new(move || match member() {
        Some(member) if is_me(member.id) => words.my_card.to_owned(),
        Some(member) if model.may_act(Act::Steward) => {
            (words.roles_of)(&people::name_of(&member.person))
        }
        Some(member) => (late_text().phones.call.about)(&people::name_of(&member.person)),
        None => String::new(),
    });
    let open = Seen::new(move || chosen.with(Option::is_some));
    let done = Callback::new(move |()| chosen.set(None));
    view! {
        <Dialog id="personne" title=title close=text().close open=open on_close=move |()| chosen.set(None)>
            {live(move || match member() {
                Some(member) if is_me(member.id) => mine::mine(&member, done),
                Some(member) if model.may_act(Act::Steward) => roles::roles(member, done),
                Some(member) => call::call(&member),
                None => ().into_any(),
            })}
        </Dialog>
    }
    .into_any()
}
