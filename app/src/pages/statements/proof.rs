//! Whether a statement is what it claims to be, in a sign and words.

use crate::model::Model;
use crate::pages::people;
use crate::text::late_text;
use crate::ui::{Icon, icon, icon_small};
use leptos::prelude::*;
use maillage_shared::identity::PersonId;
use maillage_shared::statement::{Stated, Statement, Verdict};

/// What someone is called who signed something: members by their names, whoever has left and was erased as one who was there.
pub(super) fn signer(model: Model, person: PersonId) -> String {
    people::known_name(model, person).unwrap_or_else(|| late_text().statements.former.to_owned())
}

/// "Vérifié", who signed and when, for something that counts.
pub(super) fn verified(model: Model, stated: &[Stated], statement: &Statement) -> AnyView {
    let words = &late_text().statements;
    let verdict = stated
        .iter()
        .find(|stated| stated.statement.as_ref() == Some(statement) && stated.verdict.counts())
        .map(|stated| stated.verdict);
    let word = match verdict {
        Some(Verdict::Former(_)) => words.verified_former,
        _ => words.verified,
    };
    let person = verdict.and_then(Verdict::person);
    let by =
        person.map(|person| (words.signed_by)(&signer(model, person), &people::when(statement.at)));
    view! {
        <p class="small proof">
            <span class="line-tight proof-true">{icon_small(Icon::CircleCheck)} {word}</span>
            " "
            <span class="soft">{by}</span>
        </p>
    }
    .into_any()
}

/// What does not count, with the reason; nothing when all does.
pub(super) fn doubtful(model: Model, stated: &[Stated]) -> Option<AnyView> {
    let words = &late_text().statements;
    let rows: Vec<AnyView> = stated
        .iter()
        .filter(|stated| !stated.verdict.counts())
        .map(|stated| doubtful_row(model, stated))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let view = view! {
        <section class="stack-s" aria-labelledby="t-doutes">
            <h2 id="t-doutes">{(words.doubtful)(rows.len())}</h2>
            <ul class="card tight">{rows}</ul>
        </section>
    };
    Some(view.into_any())
}

fn doubtful_row(model: Model, stated: &Stated) -> AnyView {
    let words = &late_text().statements;
    let named = |person| signer(model, person);
    let why = match stated.verdict {
        Verdict::Altered(person) => (words.altered)(&named(person)),
        Verdict::Elsewhere(person) => (words.elsewhere)(&named(person)),
        Verdict::NotAllowed(person) => (words.not_allowed)(&named(person)),
        Verdict::Unknown => words.unknown_key.to_owned(),
        Verdict::Unreadable | Verdict::Verified(_) | Verdict::Former(_) => {
            words.unreadable.to_owned()
        }
    };
    let is_true = matches!(stated.verdict, Verdict::NotAllowed(_));
    let warning = (!is_true).then_some(words.do_not_believe);
    let carrier = stated
        .carrier
        .map(|carrier| (words.brought_by)(&people::name(model, carrier)));
    view! {
        <li class="check check-stop">
            {icon(Icon::CircleAlert)}
            <span>
                {warning.map(|warning| view! { <strong class="check-word">{warning}</strong><br /> })}
                <span>{why}</span>
                {carrier.map(|carrier| view! { <br /><span class="small soft">{carrier}</span> })}
            </span>
        </li>
    }
    .into_any()
}
