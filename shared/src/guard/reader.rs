//! A cursor over untrusted bytes: every read is checked against what is left, every number against its type.

use super::Refusal;

/// Reads numbers, byte strings and counts from the front of a slice.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`, naming them `what` in refusals.
    pub(super) fn new(what: &'static str, bytes: &'a [u8]) -> Self {
        Self { rest: bytes, what }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes have not been read yet.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn malformed(&self, why: impl Into<String>) -> Refusal {
        malformed(self.what, why)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Refusal> {
        let (first, rest) = self
            .rest
            .split_first()
            .ok_or_else(|| self.malformed("it ends too early"))?;
        self.rest = rest;
        Ok(*first)
    }

    /// The next `length` bytes. The length is a claim from the wire, hence 64 bits wide even where memory is not.
    pub(super) fn take(&mut self, length: u64) -> Result<&'a [u8], Refusal> {
        match usize::try_from(length) {
            Ok(length) if length <= self.rest.len() => {
                let (taken, rest) = self.rest.split_at(length);
                self.rest = rest;
                Ok(taken)
            }
            _ => Err(self.malformed("it ends too early")),
        }
    }

    /// Everything that is left.
    pub(super) fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    /// A byte string after its length.
    pub(super) fn prefixed(&mut self) -> Result<&'a [u8], Refusal> {
        let length = self.unsigned()?;
        self.take(length)
    }

    /// An unsigned LEB128 number in its shortest form, as automerge writes it.
    pub(super) fn unsigned(&mut self) -> Result<u64, Refusal> {
        let mut value = 0u64;
        for position in 0..10 {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << (7 * position);
            if byte & 0x80 == 0 {
                if position == 9 && byte > 1 {
                    break;
                }
                if position > 0 && byte == 0 {
                    return Err(self.malformed("a number is not in its shortest form"));
                }
                return Ok(value);
            }
        }
        Err(self.malformed("a number does not fit 64 bits"))
    }

    /// A signed LEB128 number in its shortest form.
    pub(super) fn signed(&mut self) -> Result<i64, Refusal> {
        let mut value = 0i64;
        let mut previous = 0;
        for position in 0..10 {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f) << (7 * position);
            if byte & 0x80 == 0 {
                let sign = byte & 0x40 != 0;
                if position == 9 && byte != 0 && byte != 0x7f {
                    break;
                }
                if position > 0
                    && ((byte == 0 && previous & 0x40 == 0)
                        || (byte == 0x7f && previous & 0x40 != 0))
                {
                    return Err(self.malformed("a number is not in its shortest form"));
                }
                if sign && position < 9 {
                    value |= -1 << (7 * (position + 1));
                }
                return Ok(value);
            }
            previous = byte;
        }
        Err(self.malformed("a number does not fit 64 bits"))
    }

    /// A number of items that each take at least `each` bytes: more cannot follow than the bytes left allow.
    pub(super) fn count(
        &mut self,
        items: &'static str,
        each: usize,
        limit: usize,
    ) -> Result<usize, Refusal> {
        let count = self.unsigned()?;
        let room = self.rest.len() / each.max(1);
        if count > limit as u64 {
            return Err(too_large(items, count, limit as u64));
        }
        match usize::try_from(count) {
            Ok(count) if count <= room => Ok(count),
            _ => Err(self.malformed(format!(
                "it claims {count} {items} in {} bytes",
                self.rest.len()
            ))),
        }
    }
}

pub(super) fn malformed(what: &'static str, why: impl Into<String>) -> Refusal {
    Refusal::Malformed {
        what,
        why: why.into(),
    }
}

pub(super) fn too_large(what: &'static str, found: u64, limit: u64) -> Refusal {
    Refusal::TooLarge { what, found, limit }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsigned(bytes: &[u8]) -> Option<u64> {
        let mut reader = Reader::new("test", bytes);
        reader.unsigned().ok().filter(|_| reader.is_empty())
    }

    fn signed(bytes: &[u8]) -> Option<i64> {
        let mut reader = Reader::new("test", bytes);
        reader.signed().ok().filter(|_| reader.is_empty())
    }

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn numbers_are_read_in_their_shortest_form_only() {
        assert_eq!(unsigned(&[0]), Some(0));
        assert_eq!(unsigned(&[0x80, 0x01]), Some(128));
        assert_eq!(
            unsigned(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
            Some(u64::MAX)
        );
        assert_eq!(
            unsigned(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]),
            None
        );
        assert_eq!(unsigned(&[0x81, 0]), None);
        assert_eq!(unsigned(&[0x81]), None);
        assert_eq!(unsigned(&[0x81; 12]), None);
    }

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn signed_numbers_keep_their_sign_at_both_ends() {
        assert_eq!(signed(&[0x7f]), Some(-1));
        assert_eq!(signed(&[0x40]), Some(-64));
        assert_eq!(signed(&[0x3f]), Some(63));
        assert_eq!(signed(&[0x80, 0x40]), Some(-8192));
        assert_eq!(
            signed(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]),
            Some(i64::MAX)
        );
        assert_eq!(
            signed(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]),
            Some(i64::MIN)
        );
        assert_eq!(
            signed(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
            None
        );
        assert_eq!(signed(&[0x81, 0xff, 0x7f]), None);
        assert_eq!(signed(&[0xbf, 0]), None);
    }

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn a_count_is_refused_before_anything_is_allocated_for_it() {
        let claim = [0xff, 0xff, 0xff, 0x7f, 1, 2, 3];
        let limited = Reader::new("test", &claim).count("hashes", 32, 10);
        assert_eq!(limited, Err(too_large("hashes", 0x0fff_ffff, 10)));
        let unlimited = Reader::new("test", &claim).count("hashes", 32, usize::MAX);
        assert_eq!(unlimited.unwrap_err().code(), "malformed");
    }
}
