//! The words that changes bring into a document.

use automerge::{Patch, PatchAction, Prop, ScalarValue, Value};

/// A text or a field, by the keys that lead there, and the words that came in.
type Words = (Vec<String>, String);

/// For each text or field, what came in.
pub(super) fn of(patches: &[Patch]) -> Vec<Words> {
    let mut found: Vec<Words> = Vec::new();
    // Where the last insertion ended, while nothing came in between.
    let mut end = None;
    for patch in patches {
        let mut path: Vec<String> = patch.path.iter().map(|(_, prop)| key_of(prop)).collect();
        let (words, at) = match &patch.action {
            PatchAction::SpliceText { index, value, .. } => (value.make_string(), Some(*index)),
            PatchAction::PutMap { key, value, .. } => {
                let Value::Scalar(scalar) = &value.0 else {
                    continue;
                };
                let ScalarValue::Str(words) = scalar.as_ref() else {
                    continue;
                };
                path.push(key.clone());
                (words.to_string(), None)
            }
            _ => {
                end = None;
                continue;
            }
        };
        let length = words.encode_utf16().count();
        match found.iter_mut().find(|(other, _)| *other == path) {
            Some((_, before)) => {
                let goes_on = at.is_some() && end.as_ref() == Some(&(path.clone(), at));
                if !goes_on {
                    before.push('\n');
                }
                before.push_str(&words);
            }
            None => found.push((path.clone(), words)),
        }
        end = Some((path, at.map(|at| at + length)));
    }
    found.retain(|(_, words)| !words.trim().is_empty());
    found
}

fn key_of(prop: &Prop) -> String {
    match prop {
        Prop::Map(key) => key.clone(),
        Prop::Seq(index) => index.to_string(),
    }
}
