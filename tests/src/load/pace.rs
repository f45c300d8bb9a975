//! When writers write: each at a steady rhythm, all of them spread evenly over time.

use std::time::Duration;

/// The rhythm of one writer among several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    every: Duration,
    first: Duration,
}

impl Pace {
    /// The rhythm of writer number `index` of `writers`, who writes `per_second` changes a second.
    ///
    /// Writers with neighbouring numbers write one after the other, at equal distances within each period.
    pub fn new(per_second: f64, index: usize, writers: usize) -> Self {
        let every = Duration::from_secs_f64(1.0 / per_second);
        let first = every.mul_f64(index as f64 / writers.max(1) as f64);
        Self { every, first }
    }

    /// When the change of this number, from 0, is due, counted from the start of writing.
    pub fn due(&self, number: u32) -> Duration {
        self.first + self.every * number
    }

    /// The number of the first change that is due at this time or later.
    pub fn next(&self, elapsed: Duration) -> u32 {
        let periods = elapsed
            .saturating_sub(self.first)
            .div_duration_f64(self.every);
        periods.ceil() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_are_spread_evenly_over_each_period() {
        let milliseconds = |index, number| {
            let pace = Pace::new(2.0, index, 5);
            pace.due(number).as_millis()
        };
        assert_eq!(
            [0, 1, 2, 3, 4].map(|index| milliseconds(index, 0)),
            [0, 100, 200, 300, 400]
        );
        assert_eq!(milliseconds(4, 3), 1_900);
    }

    #[test]
    fn who_comes_late_goes_on_with_the_next_change() {
        let pace = Pace::new(2.0, 1, 5);
        let next = [0, 100, 101, 600, 601].map(|elapsed| pace.next(Duration::from_millis(elapsed)));
        assert_eq!(next, [0, 0, 1, 1, 2]);
    }
}
