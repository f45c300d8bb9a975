//! One text without some of its edits.

use crate::doc::TextSplice;
use crate::records::Splice;
use crate::text_field::delta::Delta;
use crate::text_field::difference;

/// What becomes of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TextPlan {
    /// What is written again, each edit relative to the result of the one before.
    pub(super) splices: Vec<Splice>,
    /// What was there before, and what was written there in the end, at each place that a refused change has touched.
    pub(super) passages: Vec<(String, String)>,
}

/// Carries what leads from `base` to `last` over to `good`, as if what leads from `good` to `base` had never been written.
///
/// What was written in the middle of refused words stays with them.
pub(super) fn plan(
    [good, base, last]: [&[u16]; 3],
    refused: &[TextSplice],
    later: &[TextSplice],
) -> TextPlan {
    let refused = exact(good, base, refused);
    let later = exact(base, last, later);
    let mut inside = Vec::new();
    let mut passages = Vec::new();
    for passage in refused.passages(good) {
        let start = later.moved(passage.start, true);
        let end = later.moved(passage.end, false);
        let written = last.get(start..end).unwrap_or_default();
        passages.push((
            String::from_utf16_lossy(&passage.removed),
            String::from_utf16_lossy(written),
        ));
        inside.push((passage.start, passage.end));
    }
    let outside = later.without_additions_inside(&inside);
    TextPlan {
        splices: outside.rebased(&refused.inverse(good), true).splices(),
        passages,
    }
}

/// The edits that were noted, as one, or the plain difference should they not lead where they must.
fn exact(from: &[u16], to: &[u16], splices: &[TextSplice]) -> Delta {
    let noted = splices.iter().fold(Delta::default(), |delta, splice| {
        delta.then(&Delta::of_splice(&Splice {
            at: splice.at,
            delete: splice.delete,
            insert: splice.insert.clone(),
        }))
    });
    if noted.apply(from) == to {
        noted
    } else {
        difference(from, to, to.len())
    }
}
