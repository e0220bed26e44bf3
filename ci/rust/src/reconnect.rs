//! Whether, and how patiently, a client comes back after it has lost its connection.

use std::time::Duration;

/// What a client does when a connection ends other than by its own close, and when there is no daemon yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reconnect {
    /// Nothing: the application connects again if it wants to, and a connect that fails is an error.
    #[default]
    Off,
    /// Tries until it is connected. The first wait is `first`; each further one is twice as long, up to `most`.
    Backoff {
        /// Before the first attempt after a loss.
        first: Duration,
        /// The longest wait.
        most: Duration,
    },
}

impl Reconnect {
    /// A back-off from 100 ms up to 10 s.
    pub const fn backoff() -> Self {
        Self::Backoff { first: Duration::from_millis(100), most: Duration::from_secs(10) }
    }

    /// The waits before one attempt and the next, without end; nothing if it is off.
    pub(crate) fn waits(self) -> impl Iterator<Item = Duration> + Send {
        let (mut next, most) = match self {
            Self::Off => (None, Duration::ZERO),
            Self::Backoff { first, most } => (Some(first), most),
        };
        std::iter::from_fn(move || {
            let wait = next?.min(most);
            next = Some(wait.saturating_mul(2));
            Some(wait)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_most() {
        let waits =
            Reconnect::Backoff { first: Duration::from_millis(30), most: Duration::from_millis(100) }.waits();
        let ms: Vec<_> = waits.take(4).map(|wait| wait.as_millis()).collect();
        assert_eq!(ms, [30, 60, 100, 100]);
        assert_eq!(Reconnect::Off.waits().count(), 0);
    }
}
