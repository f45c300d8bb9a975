//! The text of a section cut into pieces: where others write, and where nobody else does.

use crate::ui::{Hue, Piece};

/// Cuts a text at the sentences in which others have their caret. Carets are in UTF-16 units, as the browser counts.
///
/// Two people in one sentence show as one: the first of them in the list.
pub(crate) fn pieces(text: &str, carets: &[(Hue, usize)]) -> Vec<Piece> {
    let mut ordered: Vec<(Hue, usize)> = Vec::with_capacity(carets.len());
    for (hue, at) in carets {
        let at = byte_at(text, *at);
        let place = ordered.partition_point(|(_, earlier)| *earlier <= at);
        ordered.insert(place, (*hue, at));
    }
    let mut pieces = Vec::new();
    let mut end = 0;
    for (hue, at) in ordered {
        let (start, stop) = sentence(text, at);
        if start < end || start == stop {
            continue;
        }
        pieces.push(Piece::Plain(text[end..start].to_owned()));
        pieces.push(Piece::Theirs(
            hue,
            text[start..at].to_owned(),
            text[at..stop].to_owned(),
        ));
        end = stop;
    }
    pieces.push(Piece::Plain(text[end..].to_owned()));
    pieces
}

/// The byte at which a UTF-16 position falls; the end of the text when it is beyond.
fn byte_at(text: &str, utf16: usize) -> usize {
    let mut units = 0;
    for (byte, character) in text.char_indices() {
        if units >= utf16 {
            return byte;
        }
        units += character.len_utf16();
    }
    text.len()
}

/// The sentence of the last character before a byte, spaces apart: from after the end of the one before to its own full stop or line break.
fn sentence(text: &str, at: usize) -> (usize, usize) {
    let ends = |character: char| matches!(character, '.' | '!' | '?' | '…' | '\n');
    let last = text[..at]
        .trim_end_matches(' ')
        .char_indices()
        .next_back()
        .map_or(0, |(index, _)| index);
    let after = |from: usize, index: usize| {
        let end = from + index;
        end + text[end..].chars().next().map_or(0, char::len_utf8)
    };
    let start = text[..last].rfind(ends).map_or(0, |index| after(0, index));
    let stop = text[last..]
        .find(ends)
        .map_or(text.len(), |index| after(last, index));
    let blank = text[start..].len() - text[start..].trim_start().len();
    ((start + blank).min(at), stop.max(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hue() -> Hue {
        Hue::ALL[3]
    }

    fn theirs(before: &str, after: &str) -> Piece {
        Piece::Theirs(hue(), before.to_owned(), after.to_owned())
    }

    fn plain(text: &str) -> Piece {
        Piece::Plain(text.to_owned())
    }

    #[test]
    fn the_sentence_around_a_caret_is_theirs() {
        assert_eq!(
            pieces("Un. Deux mots. Trois.", &[(hue(), 8)]),
            [plain("Un. "), theirs("Deux", " mots."), plain(" Trois.")]
        );
    }

    #[test]
    fn a_caret_behind_the_full_stop_is_still_in_its_sentence() {
        assert_eq!(
            pieces("Un. Deux.", &[(hue(), 9)]),
            [plain("Un. "), theirs("Deux.", ""), plain("")]
        );
    }

    #[test]
    fn a_caret_behind_the_space_after_a_sentence_has_not_begun_the_next() {
        assert_eq!(
            pieces("Un. Deux.", &[(hue(), 4)]),
            [plain(""), theirs("Un. ", ""), plain("Deux.")]
        );
    }

    #[test]
    fn no_word_is_lost_wherever_the_caret_stands() {
        let text = "Été 🚲 cassé ! Où ?\n\nLà… 👩‍🔧 répare. fin";
        for at in 0..=60 {
            let together: String = pieces(text, &[(hue(), at), (hue(), at / 2)])
                .into_iter()
                .map(|piece| match piece {
                    Piece::Plain(text) => text,
                    Piece::Theirs(_, before, after) => before + &after,
                })
                .collect();
            assert_eq!(together, text, "caret at {at}");
        }
    }
}
