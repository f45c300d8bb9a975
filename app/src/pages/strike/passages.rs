//! Where the words stand that are to be struck out.

use crate::text::late_text;
use leptos::prelude::*;
use maillage_shared::records::Section;
use maillage_shared::strike::Passage;

/// Letters shown on each side of the words.
const AROUND: usize = 40;

/// What people call a place in a sheet, by the keys that lead there.
pub(crate) fn place_name(path: &[String]) -> &'static str {
    let words = late_text();
    match path {
        [sections, code] if sections == Section::Need.path()[0] => {
            let section = Section::from_code(code);
            section.map_or(words.erasing.in_facts, words.glossary.section)
        }
        [title] if title == TITLE => words.erasing.in_title,
        _ => words.erasing.in_facts,
    }
}

const TITLE: &str = "title";

/// Whether this is the title, which the territory's index notes too.
pub(super) fn is_title(passage: &Passage) -> bool {
    matches!(passage.path.as_slice(), [title] if title == TITLE)
}

/// Every place, with the words marked.
pub(super) fn list(passages: &[Passage]) -> AnyView {
    if passages.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = passages.iter().flat_map(rows).collect();
    view! { <ul class="plain stack-s">{rows}</ul> }.into_any()
}

fn rows(passage: &Passage) -> Vec<AnyView> {
    let name = place_name(&passage.path);
    let places = passage.places.iter().map(|place| {
        let before = last(&passage.text[..place.start]);
        let words = passage.text[place.clone()].to_owned();
        let after = first(&passage.text[place.end..]);
        view! {
            <li>
                <span class="small soft">{name}</span>
                <br />
                <span dir="auto">{before}<mark>{words}</mark>{after}</span>
            </li>
        }
        .into_any()
    });
    places.collect()
}

fn last(text: &str) -> String {
    let start = text.char_indices().rev().nth(AROUND);
    match start {
        Some((at, _)) => format!("… {}", text[at..].trim_start_matches(char::is_alphanumeric)),
        None => text.to_owned(),
    }
}

fn first(text: &str) -> String {
    let end = text.char_indices().nth(AROUND);
    match end {
        Some((at, _)) => format!("{} …", text[..at].trim_end_matches(char::is_alphanumeric)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_words_on_both_sides() {
        let long = "un deux trois quatre cinq six sept huit neuf dix onze douze";
        let (before, after) = (last(long), first(long));
        assert!(
            before.starts_with("… ") && before.ends_with("onze douze"),
            "{before}"
        );
        assert!(
            after.starts_with("un deux") && after.ends_with(" …"),
            "{after}"
        );
        assert!(
            !before.contains("… inq") && !after.contains("neu …"),
            "{before} {after}"
        );
        assert_eq!(
            (last("été "), first(" été")),
            ("été ".to_owned(), " été".to_owned())
        );
    }
}
