//! The testee of a run, whichever way it is reached: through its shim, or as a whole bee.

use super::bee::Bee;
use super::message::{Reply, Request};
use super::output::{Heard, Stamped};
use super::shim::{Asked, Gone, Shim};
use crate::trace::Ear;

/// What plays a case on the client's side. Both take the same requests; a bee knows but few of them.
#[derive(Debug)]
pub enum Testee {
    /// A client behind a shim.
    Shim(Shim),
    /// A program that connects by itself.
    Bee(Bee),
}

impl Testee {
    /// The bee, if it is one.
    pub fn bee(&self) -> Option<&Bee> {
        match self {
            Self::Shim(_) => None,
            Self::Bee(bee) => Some(bee),
        }
    }

    /// Sends a request and waits for its reply.
    pub async fn ask(&mut self, request: Request) -> Result<Asked<Stamped<Reply>>, Gone> {
        match self {
            Self::Shim(shim) => shim.ask(request).await,
            Self::Bee(bee) => bee.ask(&request).await.map(|reply| Asked::Answer(Stamped::now(reply))),
        }
    }

    /// As [`Testee::ask`]; gives the id of the request besides, which a later event may name.
    pub async fn ask_with_id(&mut self, request: Request) -> Result<(u64, Asked<Stamped<Reply>>), Gone> {
        match self {
            Self::Shim(shim) => {
                let id = shim.send(&request).await?;
                Ok((id, shim.reply(id).await?))
            }
            Self::Bee(_) => Ok((0, self.ask(request).await?)),
        }
    }

    /// Waits until `look` finds something among what was reported. A bee reports nothing.
    pub async fn until<T>(&mut self, look: impl FnMut(&mut Heard) -> Option<T>) -> Result<Asked<T>, Gone> {
        match self {
            Self::Shim(shim) => shim.until(look).await,
            Self::Bee(bee) => bee.ping().map(|()| Asked::Late),
        }
    }

    /// Asks whether it is alive.
    pub async fn ping(&mut self) -> Result<(), Gone> {
        match self {
            Self::Shim(shim) => shim.ping().await,
            Self::Bee(bee) => bee.ping(),
        }
    }

    /// Resolves when the process of a bee has ended. Of a shim, silence is asked for with a ping.
    pub async fn ended(&mut self) {
        match self {
            Self::Shim(_) => std::future::pending().await,
            Self::Bee(bee) => bee.ended().await,
        }
    }

    /// Tells of each message from now on, or of none. A bee has no messages.
    pub(crate) fn tell(&self, ear: Option<Ear>) {
        if let Self::Shim(shim) = self {
            shim.tell(ear);
        }
    }

    /// Looks at what was heard so far.
    pub fn look<T>(&self, look: impl FnOnce(&Heard) -> T) -> T {
        match self {
            Self::Shim(shim) => shim.look(look),
            Self::Bee(bee) => bee.look(look),
        }
    }

    /// Takes what was heard so far, so that the next case begins with nothing.
    pub fn take_heard(&self) -> Heard {
        match self {
            Self::Shim(shim) => shim.take_heard(),
            Self::Bee(bee) => bee.take_heard(),
        }
    }

    /// Whether the process is beyond use, and why.
    pub fn gone(&self) -> Option<&Gone> {
        match self {
            Self::Shim(shim) => shim.gone(),
            Self::Bee(bee) => bee.gone(),
        }
    }

    /// Ends a process that answers, but that no other case should meet.
    pub async fn give_up(&mut self) {
        match self {
            Self::Shim(shim) => shim.give_up().await,
            Self::Bee(bee) => bee.end().await,
        }
    }

    /// Ends the process. True if a shim left other processes behind; those of a bee are ended with it.
    pub async fn stop(self) -> bool {
        match self {
            Self::Shim(shim) => shim.stop().await,
            Self::Bee(mut bee) => {
                bee.end().await;
                false
            }
        }
    }
}
