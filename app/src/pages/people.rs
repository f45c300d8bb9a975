//! How people look: from what this phone knows of them to what the screen draws.

use crate::model::{Me, Model, Person, Present, User};
use crate::platform::calendar;
use crate::text::text;
use crate::ui::{Avatar, AvatarSize, Hue, Icon, avatar_with_number};
use leptos::prelude::AnyView;
use maillage_shared::identity::PersonId;
use maillage_shared::records::Owner;
use maillage_shared::time::UnixMillis;

/// The eight pictures, in the order in which they are offered.
pub(crate) const PICTURES: [Icon; 8] = [
    Icon::Bird,
    Icon::Bike,
    Icon::Sun,
    Icon::Tree,
    Icon::Cat,
    Icon::Key,
    Icon::Fish,
    Icon::Ship,
];

/// The person of this phone: how they look, and what a screen reader says of them.
pub(crate) fn mine(me: &Me) -> (Avatar, String) {
    let face = (text().join.face)(me.picture, me.colour);
    (
        avatar(me.picture, me.colour),
        (text().home.me)(&me.name, &face),
    )
}

/// The name of someone, or their picture in words, if this phone has met them.
pub(crate) fn known_name(model: Model, person: PersonId) -> Option<String> {
    let person = model.person(person)?;
    Some(name_or_face(&person.name, person.picture, person.colour))
}

/// The same for sentences that need someone: "someone" when this phone has never met them.
pub(crate) fn name(model: Model, person: PersonId) -> String {
    known_name(model, person).unwrap_or_else(|| text().domain.someone.to_owned())
}

/// How someone looks, if this phone has met them.
pub(crate) fn avatar_of(model: Model, person: PersonId) -> Option<Avatar> {
    model
        .person(person)
        .map(|person| avatar(person.picture, person.colour))
}

/// The name of someone, or their picture in words.
pub(crate) fn name_of(person: &Person) -> String {
    name_or_face(&person.name, person.picture, person.colour)
}

/// How someone looks, with the number that nobody else has.
pub(crate) fn numbered(person: &Person, number: u32) -> AnyView {
    avatar_with_number(avatar(person.picture, person.colour), number)
}

/// How someone who uses this phone looks, with their number once it is known.
pub(crate) fn of_user(user: &User) -> AnyView {
    match user.number {
        Some(number) => numbered(&user.person, number),
        None => crate::ui::avatar(
            avatar(user.person.picture, user.person.colour),
            AvatarSize::Medium,
        ),
    }
}

/// The name of someone who is here.
pub(crate) fn name_of_present(present: &Present) -> String {
    name_or_face(&present.name, present.picture, present.colour)
}

/// How someone who is here looks.
pub(crate) fn avatar_of_present(present: &Present) -> Avatar {
    avatar(present.picture, present.colour)
}

/// Who takes care of something.
pub(crate) fn owner(model: Model, owner: &Owner) -> String {
    match owner {
        Owner::Person(person) => name(model, *person),
        Owner::Words(words) => words.clone(),
    }
}

/// When something happened, as people say it.
pub(crate) fn when(at: UnixMillis) -> String {
    (text().domain.day)(calendar::local_day(at), calendar::today())
}

/// How someone looks.
pub(crate) fn face_of(person: &Person) -> Avatar {
    avatar(person.picture, person.colour)
}

fn name_or_face(name: &str, picture: usize, colour: usize) -> String {
    match name {
        "" => (text().join.face)(picture, colour),
        name => name.to_owned(),
    }
}

fn avatar(picture: usize, colour: usize) -> Avatar {
    Avatar {
        picture: PICTURES[picture % PICTURES.len()],
        hue: Hue::ALL[colour % Hue::ALL.len()],
    }
}
