//! What is written together: keys that get a value and keys that go.

/// Steps of which all are written, or none. What comes later counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Batch(Vec<Step>);

/// A key and its new value; without one, the key goes.
pub(super) type Step = (Vec<u8>, Option<Vec<u8>>);

const REMOVED: u32 = u32::MAX;

impl Batch {
    /// The key gets this value.
    pub(super) fn insert(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.0.push((key, Some(value)));
    }

    /// The key goes.
    pub(super) fn remove(&mut self, key: Vec<u8>) {
        self.0.push((key, None));
    }

    /// The steps, one after the other.
    pub(super) fn each(self) -> impl Iterator<Item = Step> {
        self.0.into_iter()
    }

    /// Each step as the lengths of key and value, 4 bytes each, big-endian, then both; the length of a value that goes is [`REMOVED`].
    pub(super) fn encode(&self) -> Vec<u8> {
        let length = |bytes: &[u8]| (bytes.len() as u32).to_be_bytes();
        let mut encoded = Vec::new();
        for (key, value) in &self.0 {
            encoded.extend_from_slice(&length(key));
            match value {
                Some(value) => encoded.extend_from_slice(&length(value)),
                None => encoded.extend_from_slice(&REMOVED.to_be_bytes()),
            }
            encoded.extend_from_slice(key);
            encoded.extend_from_slice(value.as_deref().unwrap_or_default());
        }
        encoded
    }

    /// Reads what was encoded; `None` for anything else.
    pub(super) fn decode(mut encoded: &[u8]) -> Option<Self> {
        let mut steps = Vec::new();
        while !encoded.is_empty() {
            let (key, rest) = encoded.split_first_chunk::<4>()?;
            let (value, rest) = rest.split_first_chunk::<4>()?;
            let (key, rest) = rest.split_at_checked(u32::from_be_bytes(*key) as usize)?;
            let (value, rest) = match u32::from_be_bytes(*value) {
                REMOVED => (None, rest),
                length => {
                    let (value, rest) = rest.split_at_checked(length as usize)?;
                    (Some(value.to_vec()), rest)
                }
            };
            steps.push((key.to_vec(), value));
            encoded = rest;
        }
        Some(Self(steps))
    }
}

impl From<Batch> for sled::Batch {
    fn from(batch: Batch) -> Self {
        let mut steps = Self::default();
        for (key, value) in batch.0 {
            match value {
                Some(value) => steps.insert(key, value),
                None => steps.remove(key),
            }
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_batch_is_read_as_it_was_written(steps in prop::collection::vec(any::<Step>(), 0..6)) {
            let batch = Batch(steps);
            prop_assert_eq!(Batch::decode(&batch.encode()), Some(batch));
        }

        #[test]
        fn any_bytes_are_a_batch_or_none(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some(batch) = Batch::decode(&bytes) {
                prop_assert_eq!(batch.encode(), bytes);
            }
        }
    }
}
