//! From when to when a certificate counts (RFC 5280, section 4.1.2.5).

use std::time::{Duration, SystemTime};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The time in which a certificate counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    from: SystemTime,
    until: SystemTime,
}

impl Validity {
    /// That of the first certificate in a text in PEM form.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let certificate = CertificateDer::from_pem_slice(text).ok()?;
        let (signed, _) = take(&certificate, SEQUENCE)?;
        let (mut fields, _) = take(signed, SEQUENCE)?;
        if fields.first() == Some(&VERSION) {
            fields = skip(fields)?;
        }
        // Serial number, algorithm of the signature, issuer.
        for _ in 0..3 {
            fields = skip(fields)?;
        }
        let (times, _) = take(fields, SEQUENCE)?;
        let (from, rest) = time(times)?;
        let (until, _) = time(rest)?;
        Some(Self { from, until })
    }

    /// Whether it is in the first two thirds of its time.
    pub(super) fn is_fresh(&self, now: SystemTime) -> bool {
        let whole = self.until.duration_since(self.from).unwrap_or_default();
        now < self.from + whole * 2 / 3
    }
}

/// Splits DER into the content of its first value, of whatever kind, and what follows.
fn split(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn take(der: &[u8], expected: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = split(der)?;
    (tag == expected).then_some((content, rest))
}

fn skip(der: &[u8]) -> Option<&[u8]> {
    split(der).map(|(_, _, rest)| rest)
}

fn time(der: &[u8]) -> Option<(SystemTime, &[u8])> {
    let (tag, content, rest) = split(der)?;
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let (year, text) = match tag {
        UTC_TIME => {
            let year: u64 = text.get(..2)?.parse().ok()?;
            (
                if year < 50 { 2000 + year } else { 1900 + year },
                text.get(2..)?,
            )
        }
        GENERALIZED_TIME => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let number = |at: usize| text.get(at..at + 2)?.parse::<u64>().ok();
    let days = days(year, number(0)?, number(2)?)?;
    let seconds = ((days * 24 + number(4)?) * 60 + number(6)?) * 60 + number(8)?;
    Some((SystemTime::UNIX_EPOCH + Duration::from_secs(seconds), rest))
}

/// Days from 1970-01-01 to a date in the Gregorian calendar.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    const BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let before = BEFORE.get(usize::try_from(month.checked_sub(1)?).ok()?)?;
    // Leap days before the first of January, and this year's if it is past.
    let years = if month > 2 {
        year
    } else {
        year.checked_sub(1)?
    };
    let leap_days = |years: u64| years / 4 - years / 100 + years / 400;
    let days = (365 * year + leap_days(years) + before + day).checked_sub(1)?;
    days.checked_sub(365 * 1970 + leap_days(1969))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(time: SystemTime) -> u64 {
        time.duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs()
    }

    fn made(from: (i32, u8, u8), until: (i32, u8, u8)) -> Validity {
        let mut params = rcgen::CertificateParams::new(["maillage.test".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(from.0, from.1, from.2);
        params.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
        let key = rcgen::KeyPair::generate().unwrap();
        let text = params.self_signed(&key).unwrap().pem();
        Validity::of(text.as_bytes()).unwrap()
    }

    #[test]
    fn dates_of_both_forms_are_read() {
        let validity = made((2024, 2, 29), (2051, 3, 1));
        assert_eq!(seconds(validity.from), 1_709_164_800);
        assert_eq!(seconds(validity.until), 2_561_241_600);
        assert_eq!(days(1970, 1, 1), Some(0));
        assert_eq!(days(2000, 3, 1), Some(11_017));
    }

    #[test]
    fn the_last_third_is_not_fresh() {
        let validity = made((2026, 1, 1), (2026, 3, 31));
        let after = |days: u64| validity.from + Duration::from_secs(days * 86_400);
        assert!(validity.is_fresh(after(59)));
        assert!(!validity.is_fresh(after(60)));
    }

    #[test]
    fn what_is_no_certificate_has_no_validity() {
        assert_eq!(Validity::of(b"words"), None);
        let cut = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        assert_eq!(Validity::of(cut), None);
    }
}
