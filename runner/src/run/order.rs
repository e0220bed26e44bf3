//! In which order jobs are played, and how often.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::plan::Job;

/// How to go through the jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Each time in an order of its own, which this number makes; in the order of the suite where it is `None`.
    pub seed: Option<u64>,
    /// How often to play each job; at least 1.
    pub times: usize,
}

impl Default for Order {
    fn default() -> Self {
        Self { seed: None, times: 1 }
    }
}

impl Order {
    /// Every job as often as asked for, with its place in the plan.
    pub(super) fn queue<'a>(self, jobs: &[Job<'a>]) -> VecDeque<(usize, Job<'a>)> {
        let mut random = self.seed.map(fastrand::Rng::with_seed);
        let mut queue = VecDeque::with_capacity(jobs.len() * self.times);
        for _ in 0..self.times {
            let mut places: Vec<usize> = (0..jobs.len()).collect();
            if let Some(random) = &mut random {
                random.shuffle(&mut places);
            }
            queue.extend(places.into_iter().map(|place| (place, jobs[place].clone())));
        }
        queue
    }
}
