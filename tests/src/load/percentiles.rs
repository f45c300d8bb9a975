//! What a set of latencies comes to.

/// Latencies in microseconds: the middle, the tail, the worst. All are 0 when there was nothing to measure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// Half of the latencies are at most this.
    pub p50: u32,
    /// 95 in 100 are at most this.
    pub p95: u32,
    /// 99 in 100 are at most this.
    pub p99: u32,
    /// The longest.
    pub max: u32,
}

impl Percentiles {
    /// Reads them from latencies in any order, which are sorted.
    pub fn of(latencies: &mut [u32]) -> Self {
        latencies.sort_unstable();
        let rank = |percent: usize| {
            let rank = (latencies.len() * percent).div_ceil(100);
            latencies.get(rank.saturating_sub(1)).copied().unwrap_or(0)
        };
        Self {
            p50: rank(50),
            p95: rank(95),
            p99: rank(99),
            max: rank(100),
        }
    }
}

/// The median of some figures: the middle one, or the mean of the two in the middle; 0 when there are none.
pub fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    let upper = figures.len() / 2;
    let lower = figures.len().saturating_sub(1) / 2;
    match (figures.get(lower), figures.get(upper)) {
        (Some(lower), Some(upper)) => (lower + upper) / 2.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_latencies_that_occurred() {
        let mut latencies: Vec<u32> = (1..=200).rev().collect();
        let found = Percentiles::of(&mut latencies);
        let expected = Percentiles {
            p50: 100,
            p95: 190,
            p99: 198,
            max: 200,
        };
        assert_eq!(found, expected);
        assert_eq!(Percentiles::of(&mut [7]).p50, 7);
        assert_eq!(Percentiles::of(&mut []), Percentiles::default());
    }

    #[test]
    fn a_median_lies_in_the_middle() {
        assert_eq!(median([9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([9.0, 1.0, 2.0, 4.0]), 3.0);
        assert_eq!(median([]), 0.0);
    }
}
