//! The life of a client's connections: how one is reached, served, and lost, and how the next one comes.

use std::io;

use tokio::net::UnixStream;
use tokio::time::sleep;

use crate::asks::Asks;
use crate::client::{Client, Phase};
use crate::connection::{dial, speak};
use crate::dusk::is_dusk;
use crate::error::Error;
use crate::handler::{call, tell};
use crate::lanes::Lane;
use crate::outbox::Outgoing;
use crate::routes::{Disconnect, Turn};
use crate::socket::default_socket_path;
use crate::tone::{Tone, decode};

impl Client {
    /// A socket to a daemon, after as many attempts as the options allow.
    pub(crate) async fn reach(&self) -> Result<UnixStream, Error> {
        let mut waits = self.shared.options.reconnect.waits();
        let attempts = async {
            loop {
                let path = self.shared.options.socket.clone().unwrap_or_else(default_socket_path);
                let error = match dial(&path).await {
                    Ok(socket) => return Ok(socket),
                    Err(error) => error,
                };
                // no amount of waiting shortens a path
                let wait = waits.next().filter(|_| error.kind() != io::ErrorKind::InvalidInput);
                match wait {
                    Some(wait) => sleep(wait).await,
                    None => return Err(Error::Connect { path, source: error }),
                }
            }
        };
        tokio::select! {
            reached = attempts => reached,
            () = self.closed() => Err(Error::Closed),
        }
    }

    /// A connection stands: the hello that it opens with, and what it has to write.
    pub(crate) fn begin(&self) -> Result<(String, Outgoing), Error> {
        let outgoing = self.outbox().begin()?;
        let hello = self.shared.hello.line();
        self.enter(Phase::Active);
        let notice = self.routes().connect.clone();
        tell(notice, self.clone());
        Ok((hello, outgoing))
    }

    /// Serves a connection, and those that come after it where the client reconnects by itself.
    pub(crate) async fn live(self, mut socket: UnixStream, mut begun: (String, Outgoing)) {
        loop {
            let (hello, Outgoing { lines, back }) = begun;
            let mut asks = Asks::new(self.clone(), back);
            let end = speak(socket, hello, lines, |line| self.take(line, &mut asks)).await;
            self.lost(end.err());
            let Some(next) = self.come_back().await else { break };
            (socket, begun) = next;
        }
        self.enter(Phase::Idle);
    }

    /// Tells of the end of the connection, once. The application's own close needs no telling.
    pub(crate) fn lost(&self, error: Option<io::Error>) {
        if self.outbox().end() {
            let notice = self.routes().disconnect.clone();
            tell(notice, Disconnect { error });
        }
    }

    /// Moves on, unless the client has been closed: that is final.
    pub(crate) fn enter(&self, phase: Phase) {
        self.shared.phase.send_if_modified(|now| {
            let moves = *now != Phase::Closed && *now != phase;
            if moves {
                *now = phase;
            }
            moves
        });
    }

    async fn come_back(&self) -> Option<(UnixStream, (String, Outgoing))> {
        let first = self.shared.options.reconnect.waits().next()?;
        tokio::select! {
            () = sleep(first) => {}
            () = self.closed() => return None,
        }
        let socket = self.reach().await.ok()?;
        Some((socket, self.begin().ok()?))
    }

    async fn closed(&self) {
        // an error would say that the sender is gone, and this handle holds it
        _ = self.shared.phase.subscribe().wait_for(|phase| *phase == Phase::Closed).await;
    }

    fn is_closed(&self) -> bool {
        *self.shared.phase.borrow() == Phase::Closed
    }

    /// A line has arrived. What is no tone, or has no chi (ENV-17), or comes too late (DUSK-06) is of use to nobody.
    fn take(&self, line: &[u8], asks: &mut Asks) {
        let Some(tone) = decode(line) else { return };
        if self.is_closed() || tone.text("chi").is_none_or(str::is_empty) || is_dusk(&tone) {
            return;
        }
        self.outbox().adopt(&tone);
        asks.take(&tone);
        let sid = tone.sid().map(str::to_owned);
        if self.shared.lanes.push(sid.as_deref(), tone) {
            tokio::spawn(self.clone().work(sid));
        }
    }

    /// Hands over what is in a lane, one after the other, until it is empty.
    async fn work(self, lane: Lane) {
        while let Some(tone) = self.shared.lanes.next(&lane) {
            if !self.is_closed() {
                self.hand_over(lane.as_deref(), tone).await;
            }
        }
    }

    async fn hand_over(&self, sid: Option<&str>, tone: Tone) {
        let (handler, on_turn) = {
            let routes = self.routes();
            (routes.for_sid(sid), routes.turn.clone())
        };
        let turn = Turn::ended_by(&tone);
        if let Some(handler) = handler {
            call(handler, tone).await;
        }
        if let Some(turn) = turn {
            tell(on_turn, turn);
        }
    }
}
