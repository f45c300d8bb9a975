//! The territory's home: where one can go, and the honest counts.

use super::people;
use super::rewritten::rewritten;
use super::rights::where_one_may;
use super::route::Route;
use super::screen::{Place, Screen, window_title};
use super::states;
use super::unreadable::unreadable;
use super::version;
use crate::model::{Member, Model, SheetSummary};
use crate::text::text;
use crate::ui::{Corner, Icon, Seen, cloth, icon, live, live_option, live_text, picto};
use leptos::prelude::*;
use maillage_shared::doc::Kind;
use maillage_shared::records::SheetState;
use maillage_shared::rules::access::Right;
use maillage_shared::rules::counts::HonestCounts;
use maillage_shared::snapshot::PartnerSnapshot;

/// The home of the territory this phone has joined.
#[component]
pub(crate) fn Home() -> AnyView {
    let model = expect_context::<Model>();
    let words = &text().home;
    window_title(|| text().places.home.to_owned());
    let hello = move || (words.hello)(&model.me.get().map(|me| me.name).unwrap_or_default());
    let example = Seen::new(move || {
        model.territory.with(|territory| {
            territory
                .as_ref()
                .is_some_and(|territory| territory.example)
        })
    });
    let example = live_option(move || {
        example.get().then(|| {
            view! { <p class="line"><span class="tag tag-maybe">{words.example}</span> <span>{words.example_body}</span></p> }
                .into_any()
        })
    });
    let helper = Seen::new(move || {
        model
            .helper()
            .and_then(|helper| people::known_name(model, helper))
    });
    let helper = live_option(move || {
        let name = helper.get()?;
        Some(view! { <p>{(words.helps)(&name)}</p> }.into_any())
    });
    let counts = Seen::new(move || {
        model
            .territory
            .with(|territory| territory.as_ref().map(HonestCounts::of))
    });
    let partners = Seen::new(move || {
        model.territory.with(|territory| {
            territory
                .as_ref()
                .map(|territory| territory.partners.clone())
        })
    });
    view! {
        <Screen corner=Corner::Brand place=Place::Home status=model.status weave=true class="home">
            {states::trouble()}
            {states::drafts(None)}
            {version::offer()}
            {unreadable()}
            {rewritten()}
            <div class="stack-s">
                <h1 tabindex="-1">{live_text(hello)}</h1>
                {helper}
                {example}
            </div>
            {tiles(model)}
            <div class="split">
                {live(move || match counts.get() {
                    Some(counts) => cloth_card(counts),
                    None => states::territory_on_its_way(),
                })}
                {live_option(move || partners.with(|partners| partners.as_deref().map(partner_list)))}
            </div>
            <a class="button button-quiet" href=Route::Phone.href()>{text().home.phone}</a>
        </Screen>
    }
    .into_any()
}

fn tiles(model: Model) -> AnyView {
    let words = &text().home;
    let needs = move || {
        model.needs.with(|needs| {
            needs
                .as_ref()
                .map(|needs| (words.needs_count)(needs.needs.len()))
                .unwrap_or_default()
        })
    };
    let sheets = move || {
        let arrived = model.territory.with(Option::is_some);
        model
            .sheets
            .with(|sheets| open_sheets(arrived, sheets))
            .map(words.sheets_count)
            .unwrap_or_default()
    };
    let members = move || {
        let present = |members: &Vec<Member>| {
            let is_there = |member: &&Member| !member.roles.is_empty();
            members.iter().filter(is_there).count()
        };
        let count = model.members.with(|members| members.as_ref().map(present));
        count.map(words.members_count).unwrap_or_default()
    };
    view! {
        <nav class="tiles" aria-label=words.tiles>
            {tile(Kind::Needs, Route::Needs, Icon::PictoNeed, words.needs, needs)}
            {tile(Kind::JobSheet, Route::Sheets, Icon::PictoSheet, words.sheets, sheets)}
            {tile(Kind::Territory, Route::Members, Icon::Users, words.members, members)}
        </nav>
    }
    .into_any()
}

/// A tile for those who may read what it leads to; what is said under its name may not be known yet.
fn tile(
    kind: Kind,
    route: Route,
    symbol: Icon,
    name: &'static str,
    count: impl Fn() -> String + Clone + Send + 'static,
) -> AnyView {
    let href = route.href();
    where_one_may(kind, Right::Read, move || {
        view! {
            <a class="tile" href=href.clone()>
                {picto(symbol)}
                <span><strong>{name}</strong>{live_text(count.clone())}</span>
            </a>
        }
        .into_any()
    })
}

/// How many sheets are not stopped; unknown before the territory has arrived and said which there are.
fn open_sheets(territory_arrived: bool, sheets: &[SheetSummary]) -> Option<usize> {
    let open = |sheet: &&SheetSummary| sheet.state != Some(SheetState::Stopped);
    territory_arrived.then(|| sheets.iter().filter(open).count())
}

/// Three figures that are never divided: people in a path, jobs aimed at, and hires apart.
fn cloth_card(counts: HonestCounts) -> AnyView {
    let words = &text().home;
    let figures: Vec<String> = [
        counts.people_in_path.map(words.people),
        counts.jobs_aimed.map(words.jobs),
    ]
    .into_iter()
    .flatten()
    .collect();
    let people = counts.people_in_path.unwrap_or_default() as usize;
    let jobs = counts.jobs_aimed.unwrap_or_default();
    let woven = counts.hires as usize;
    let open = (jobs as usize).saturating_sub(woven);
    view! {
        <section class="cloth-card" aria-labelledby="tissu">
            <h2 id="tissu" class="big">{(words.figures)(&figures)}</h2>
            {cloth(people, woven, open, (words.cloth)(jobs, counts.hires))}
            <p>
                <strong>{(words.hires)(counts.hires)}</strong>
                {words.so_far}
                " "
                <span class="soft">{words.stitch}</span>
            </p>
        </section>
    }
    .into_any()
}

fn partner_list(partners: &[PartnerSnapshot]) -> AnyView {
    let words = &text().home;
    let rows: Vec<AnyView> = partners.iter().map(partner_row).collect();
    let list = (!rows.is_empty()).then(|| view! { <ul class="card tight">{rows}</ul> });
    view! {
        <section class="stack-s" aria-labelledby="partenaires">
            <h2 id="partenaires">{words.partners}</h2>
            <p class="soft">{(words.partners_count)(partners.len())}</p>
            {list}
        </section>
    }
    .into_any()
}

fn partner_row(partner: &PartnerSnapshot) -> AnyView {
    let name = partner.name.words().to_owned();
    // "CPAS" is enough; "CPAS, CPAS" is not more.
    let kind = partner
        .kind
        .value()
        .map(|kind| (text().domain.partner)(*kind))
        .filter(|kind| *kind != name);
    let zone = partner.zone.words();
    let about = match (kind, zone) {
        (Some(kind), "") => kind.to_owned(),
        (Some(kind), zone) => format!("{kind} · {zone}"),
        (None, zone) => zone.to_owned(),
    };
    view! {
        <li class="check">
            {icon(Icon::Handshake)}
            <span><strong>{name}</strong><br /><span class="check-word">{about}</span></span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::id::DocumentId;

    fn sheet(state: SheetState) -> SheetSummary {
        SheetSummary {
            id: DocumentId::from_entropy([1; 16]),
            title: String::new(),
            trade: None,
            state: Some(state),
        }
    }

    #[test]
    fn sheets_are_counted_once_the_territory_has_said_which_there_are() {
        let sheets = [sheet(SheetState::Idea), sheet(SheetState::Stopped)];
        assert_eq!(open_sheets(false, &[]), None);
        assert_eq!(open_sheets(false, &sheets), None);
        assert_eq!(open_sheets(true, &[]), Some(0));
        assert_eq!(open_sheets(true, &sheets), Some(1));
    }
}
