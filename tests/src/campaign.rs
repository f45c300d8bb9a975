//! A fault that is tried again and again at moments that a seed draws.
//!
//! `FAULT_RUNS=100` says how often instead of a few times, `FAULT_SEED=7` draws other moments than usual.

use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::env;
use std::fmt::Display;
use std::str::FromStr;

/// How often a fault is tried when nobody says so.
const RUNS: u32 = 5;

/// What is drawn from when nobody says so.
const SEED: u64 = 1;

/// The runs of one story.
#[derive(Debug, Clone, Copy)]
pub struct Campaign {
    runs: u32,
    seed: u64,
}

/// One run, and all that it may leave to chance.
#[derive(Debug)]
pub struct Run {
    /// Which one, from 0.
    pub number: u32,
    /// What its faults are drawn from; the same for the same seed and number.
    pub dice: ChaCha8Rng,
    seed: u64,
}

impl Campaign {
    /// As many runs as the environment asks for.
    pub fn begin() -> Result<Self> {
        let campaign = Self {
            runs: asked("FAULT_RUNS")?.unwrap_or(RUNS),
            seed: asked("FAULT_SEED")?.unwrap_or(SEED),
        };
        ensure!(campaign.runs > 0, "FAULT_RUNS is 0: nothing would be tried");
        Ok(campaign)
    }

    /// The runs, one after the other.
    pub fn runs(self) -> impl Iterator<Item = Run> {
        let Self { runs, seed } = self;
        (0..runs).map(move |number| {
            let mut dice = ChaCha8Rng::seed_from_u64(seed);
            dice.set_stream(number.into());
            Run { number, dice, seed }
        })
    }
}

impl Run {
    /// Says of a failure which run it was, and how to see it again.
    pub fn tell<T>(&self, result: Result<T>) -> Result<T> {
        let (number, seed) = (self.number, self.seed);
        result.with_context(|| {
            let runs = number + 1;
            format!(
                "run {number} of seed {seed}; FAULT_SEED={seed} FAULT_RUNS={runs} draws it again"
            )
        })
    }
}

/// A number from the environment.
fn asked<N>(variable: &str) -> Result<Option<N>>
where
    N: FromStr,
    N::Err: Display,
{
    let Some(text) = env::var_os(variable) else {
        return Ok(None);
    };
    let number = text.to_str().and_then(|text| text.parse().ok());
    let number = number.with_context(|| format!("{variable} is no number: {text:?}"))?;
    Ok(Some(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn a_seed_draws_the_same_again_and_every_run_something_else() {
        let draw = |seed| {
            let campaign = Campaign { runs: 4, seed };
            let drawn = campaign.runs().map(|mut run| run.dice.random::<u64>());
            drawn.collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1)[0], draw(1)[1]);
    }
}
