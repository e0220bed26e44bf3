//! One operation of a script, performed on a connection.

use std::io;
use std::path::PathBuf;

use super::{Daemon, Missed};
use crate::pattern::{Carrier, Scope, Template};
use crate::script::{How, ListenState, Op, Split, bytes_of};
use crate::wire::codec;
use crate::wire::frame::terminate;

/// What an operation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// The lines that it consumed, as indexes into the transcript, in the order of the patterns.
    pub taken: Vec<usize>,
    /// False only for an expectation that took a tone which does not match.
    pub met: bool,
}

impl Daemon {
    /// Performs an operation on the k-th connection, waiting for that connection and its greeting where the
    /// operation needs them. The scope's times are the caller's to set.
    pub async fn play(&mut self, op: &Op, k: usize, scope: &mut Scope) -> Result<Played, Missed> {
        match op {
            Op::Listen { state, at } => self.play_listen(*state, at.as_deref(), scope)?,
            Op::Accept => self.present(k).await?,
            Op::Send { tones } => {
                self.greeted(k).await?;
                let frames = frames(tones, scope)?;
                let frames: Vec<_> = frames.iter().map(Vec::as_slice).collect();
                self.send_frames(k, &frames, &Split::Whole).await?;
            }
            Op::Raw { parts, split } => {
                self.greeted(k).await?;
                self.send(k, &bytes_of(parts, scope)?, split).await?;
            }
            Op::Expect { patterns, any_order } => {
                let expected = self.expect(k, patterns, *any_order, scope).await;
                return match expected.missed {
                    Some(missed) => Err(missed),
                    None => Ok(Played { taken: expected.taken, met: expected.met }),
                };
            }
            Op::Hold => {
                self.present(k).await?;
                self.hold(k);
            }
            Op::Resume => {
                self.present(k).await?;
                self.resume(k);
            }
            Op::Close { how } => self.play_close(k, *how).await?,
            Op::AwaitEnd => self.ended(k).await?,
        }
        Ok(Played { taken: Vec::new(), met: true })
    }

    fn play_listen(&mut self, state: ListenState, at: Option<&str>, scope: &Scope) -> Result<(), Missed> {
        let named = at.map(|at| PathBuf::from(scope.expand(at)));
        let path = named.or_else(|| self.own_path.clone());
        let path = path.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no path to listen at"))?;
        self.listen(&path, state)
            .map_err(|error| Missed::Io { kind: error.kind(), message: error.to_string() })
    }

    async fn play_close(&mut self, k: usize, how: How) -> Result<(), Missed> {
        self.present(k).await?;
        if how == How::Full {
            self.resume(k);
        }
        if how != How::Reset {
            // a client that never says hello, or has gone already, can be closed all the same
            match self.greeted(k).await {
                Ok(()) | Err(Missed::NotHello { .. } | Missed::Ended) => {}
                Err(missed) => return Err(missed),
            }
        }
        self.close(k, how).await
    }

    /// Waits for the connection, unless a limit keeps it from coming.
    async fn present(&self, k: usize) -> Result<(), Missed> {
        self.shared.until_connection(k, |_| Some(Ok(()))).await
    }
}

fn frames(tones: &[Template], scope: &Scope) -> Result<Vec<Vec<u8>>, Missed> {
    let frame = |tone: &Template| Ok(terminate(codec::encode(&tone.fill(scope, Carrier::Wire)?)));
    tones.iter().map(frame).collect()
}
