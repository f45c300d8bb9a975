//! Calendar days without time of day, as people write them on a sheet: "avant le 8 décembre".

use std::fmt;
use std::str::FromStr;

/// One day of the Gregorian calendar, from 1900 to 2199. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

/// A text or numbers that are not a day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day: expected YYYY-MM-DD between 1900 and 2199")]
pub struct BadDay;

impl Day {
    /// Checks that the day exists.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, BadDay> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let length = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return Err(BadDay),
        };
        if (1900..2200).contains(&year) && (1..=length).contains(&day) {
            Ok(Self { year, month, day })
        } else {
            Err(BadDay)
        }
    }

    /// The year, such as 2026.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1 to 31.
    pub fn day(self) -> u8 {
        self.day
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Day {
    type Err = BadDay;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(index, byte)| match index {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(BadDay);
        }
        let number = |range: std::ops::Range<usize>| text[range].parse::<u16>().map_err(|_| BadDay);
        let month = u8::try_from(number(5..7)?).map_err(|_| BadDay)?;
        let day = u8::try_from(number(8..10)?).map_err(|_| BadDay)?;
        Self::new(number(0..4)?, month, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn a_day_survives_its_text_form() {
        for text in ["2024-02-29", "2026-12-08", "1900-01-01", "2199-12-31"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
    }

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "2026-4-3",
            "8 décembre",
            "2026-12-0é",
            "1899-12-31",
            "2200-01-01",
            "+026-12-08",
            "",
        ] {
            assert_eq!(text.parse::<Day>(), Err(BadDay), "{text}");
        }
    }

    #[test]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn days_are_ordered_by_time() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert!(day("2026-11-30") < day("2026-12-01"));
        assert!(day("2026-12-31") < day("2027-01-01"));
    }
}
