//! How fast one connection may send.

use super::closing::Closing;
use super::options::Options;
use tokio::time::Instant;

/// Messages that may still be sent: as many as fit at first, then so many more each second.
#[derive(Debug)]
pub(super) struct Pace {
    at_once: f64,
    per_second: u32,
    left: f64,
    /// When `left` was last brought up to date.
    at: Instant,
}

impl Pace {
    pub(super) fn new(options: &Options, now: Instant) -> Self {
        let at_once = f64::from(options.messages_at_once);
        Self {
            at_once,
            per_second: options.messages_per_second,
            left: at_once,
            at: now,
        }
    }

    /// One message more, or that it is one too many.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Closing> {
        if self.left < 1.0 {
            let new = (now - self.at).as_secs_f64() * f64::from(self.per_second);
            self.left = (self.left + new).min(self.at_once);
            self.at = now;
        }
        if self.left < 1.0 {
            return Err(Closing::TooManyMessages(self.per_second));
        }
        self.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_was_not_sent_may_be_sent_later_but_never_more_than_fits() {
        let options = Options {
            messages_at_once: 4,
            messages_per_second: 2,
            ..Options::default()
        };
        let start = Instant::now();
        let mut pace = Pace::new(&options, start);
        for _ in 0..4 {
            assert_eq!(pace.take(start), Ok(()));
        }
        assert_eq!(pace.take(start), Err(Closing::TooManyMessages(2)));
        let later = start + Duration::from_secs(1);
        assert_eq!(pace.take(later), Ok(()));
        assert_eq!(pace.take(later), Ok(()));
        assert!(pace.take(later).is_err());
        let much_later = later + Duration::from_secs(3_600);
        for _ in 0..4 {
            assert_eq!(pace.take(much_later), Ok(()));
        }
        assert!(pace.take(much_later).is_err());
    }
}
