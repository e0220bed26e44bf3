//! The walk through the steps of a wire case: one step after the other, until the end or until one of them
//! cannot be met.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::time::Instant;

use mock_humd::pattern::{Carrier, Scope};
use mock_humd::script::{ListenState, Op, Split};
use mock_humd::server::{Daemon, Limits as DaemonLimits, Missed};
use serde_json::Value;
use tokio::time::timeout;

use super::bee::Session;
use super::evidence::{Evidence, Mark, Saw, Stop, What, Why};
use super::hello::{BEE, default_hello};
use crate::limits::Limits;
use crate::plan::Job;
use crate::testee::{Asked, Gone, Reply, Request, Testee, now_ms};
use crate::trace::Ear;
use crate::vector::{Body, Client, Happening, Socket, Step, Verb};

/// The socket of a case, in the case's own directory.
pub(super) const SOCKET: &str = "s";

/// The state of a walk.
pub(super) struct Walk<'a> {
    pub(super) testee: &'a mut Testee,
    pub(super) daemon: Daemon,
    pub(super) limits: &'a Limits,
    pub(super) scope: Scope,
    /// The handles of the clients, in the order of the case.
    pub(super) handles: Vec<String>,
    /// Of each client, the sids that it has a handler for.
    pub(super) routes: Vec<BTreeSet<String>>,
    /// Of each connection, in order of arrival, the client that it belongs to.
    pub(super) owners: Vec<usize>,
    /// Which connections the mock greets by itself.
    pub(super) greets: &'a [bool],
    pub(super) listening: ListenState,
    /// Tones that the vector put into acts.
    pub(super) sent: Vec<Value>,
    pub(super) closes: bool,
    /// Rules that the client has refused to exercise, as it may.
    pub(super) skipped: BTreeSet<String>,
    /// Ids of acts whose end no step has seen yet.
    pub(super) background: VecDeque<u64>,
    /// Clients that were driven to close: they need not take another tone.
    pub(super) closed: BTreeSet<usize>,
    /// Events that a step has taken.
    pub(super) taken: BTreeSet<usize>,
    /// Events that were there when the current step began.
    pub(super) seen_events: usize,
    pub(super) markers: u64,
    /// Whether the clock was set.
    pub(super) clocked: bool,
    /// Of each connection of a whole bee, the session that it offers.
    pub(super) sessions: BTreeMap<usize, Session>,
    /// What the first of them gives to build on.
    pub(super) captured: BTreeMap<String, Value>,
    /// The client whose every route a barrier has passed since the last stimulus.
    pub(super) settled: Option<usize>,
    stimulus_ms: i64,
}

/// Opens the case's clients, walks its steps, and ends everything in a fixed order.
pub(super) async fn run(
    job: &Job<'_>,
    testee: &mut Testee,
    dir: &Path,
    limits: &Limits,
    (began, ear): (Instant, Option<&Ear>),
) -> Evidence {
    let Body::Wire { clients, steps, greets, .. } = &job.case.body else {
        return Evidence::new(BTreeMap::new());
    };
    let mut walk = Walk::new(testee, dir, limits, began, greets);
    walk.routes = vec![BTreeSet::new(); clients.len()];
    let mut evidence = Evidence::new(walk.scope.variables.clone());
    let tap = walk.daemon.tap();
    let work = async {
        match walk.open(job, clients, steps, &dir.join(SOCKET)).await {
            Ok(()) => walk.steps(steps, &mut evidence).await,
            Err(why) => evidence.stop = Some(Stop { step: 0, why }),
        }
        walk.finish(&mut evidence).await;
    };
    match ear {
        Some(ear) => ear.during(tap, work).await,
        None => work.await,
    }
    evidence.wire = walk.daemon.take_transcript();
    evidence.sent = walk.sent;
    evidence.closes = walk.closes;
    evidence
}

impl<'a> Walk<'a> {
    /// A walk in this directory, before its first step; nothing listens yet.
    pub(super) fn new(
        testee: &'a mut Testee,
        dir: &Path,
        limits: &'a Limits,
        began: Instant,
        greets: &'a [bool],
    ) -> Self {
        let daemon_limits = DaemonLimits { line_max: limits.line_bytes_max, ..DaemonLimits::default() };
        let mut daemon = Daemon::new(daemon_limits, began).at(dir.join(SOCKET));
        daemon.expect_connections(greets.to_vec());
        if testee.bee().is_some() {
            daemon.expect_by_chi();
        }
        Self {
            testee,
            daemon,
            limits,
            scope: Scope { variables: variables(dir), ..Scope::default() },
            handles: Vec::new(),
            routes: Vec::new(),
            owners: Vec::new(),
            greets,
            listening: ListenState::Open,
            sent: Vec::new(),
            closes: false,
            skipped: BTreeSet::new(),
            background: VecDeque::new(),
            closed: BTreeSet::new(),
            taken: BTreeSet::new(),
            seen_events: 0,
            markers: 0,
            clocked: false,
            sessions: BTreeMap::new(),
            captured: BTreeMap::new(),
            settled: None,
            stimulus_ms: now_ms(),
        }
    }
}

impl Walk<'_> {
    async fn open(
        &mut self,
        job: &Job<'_>,
        clients: &[Client],
        steps: &[Step],
        socket: &Path,
    ) -> Result<(), Why> {
        if !matches!(steps.first().map(|step| &step.verb), Some(Verb::Play(Op::Listen { .. }))) {
            self.daemon.listen(socket, ListenState::Open).map_err(|error| Why::Suite(error.to_string()))?;
        }
        for client in clients {
            let mut hello = default_hello(job.side);
            let extra = client
                .hello
                .fill(&self.scope, Carrier::Shim)
                .map_err(|error| Why::Suite(error.to_string()))?;
            if let Value::Object(extra) = extra {
                hello.extend(extra);
            }
            let request = Request::Open {
                case: job.case.id.clone(),
                side: job.side,
                socket: match &client.socket {
                    Socket::Mock => Some(socket.display().to_string()),
                    Socket::Resolve => None,
                    Socket::Path(path) => Some(self.expand(path)),
                },
                hello: Value::Object(hello),
                reconnect: client.reconnect,
            };
            match self.testee.ask(request).await? {
                Asked::Answer(reply) => self.handles.push(handle(reply.what)?),
                Asked::Late => return Err(Why::Silent),
            }
        }
        Ok(())
    }

    async fn steps(&mut self, steps: &[Step], evidence: &mut Evidence) {
        for (index, step) in steps.iter().enumerate() {
            let before = self.mark();
            self.seen_events = before.events;
            let left_out = step.cite.as_ref().is_some_and(|cite| self.skipped.contains(&cite.rule));
            let (what, stop) = if left_out { (What::Skipped, None) } else { self.step(step).await };
            let read_ms = now_ms();
            let saw = Saw { what, before, after: self.mark(), written_ms: self.stimulus_ms, read_ms };
            evidence.steps.push(saw);
            if let Some(why) = stop {
                evidence.stop = Some(Stop { step: index, why });
                return;
            }
        }
    }

    async fn step(&mut self, step: &Step) -> (What, Option<Why>) {
        self.touch_scope();
        let outcome = match &step.verb {
            Verb::Play(op) => return self.play(op, step).await,
            Verb::Probe => return self.probed(step.conn).await,
            Verb::Observe(_)
            | Verb::Never { what: Happening::Event(_), .. }
            | Verb::Record { what: Happening::Event(_), .. }
                if self.testee.bee().is_some() =>
            {
                return (What::Hidden, None);
            }
            Verb::Observe(event) => return self.observe(step.client, event, &step.checks).await,
            Verb::Call { function, args, returns } => {
                return self.call(function, args.fill(&self.scope, Carrier::Shim), returns.as_ref()).await;
            }
            Verb::Drive { .. } => self.drive(step).await,
            Verb::Record { what: Happening::Event(event), .. } => Ok(self.noted(step.client, event)),
            Verb::Never { what, .. } | Verb::Record { what, .. } => match what {
                Happening::Tone(_) => self.marker(step.conn).await.map(|()| What::Done),
                Happening::Event(_) | Happening::Eof | Happening::Connected => Ok(What::Done),
            },
            Verb::Barrier { sid } => self.barrier(step.conn, sid.as_deref()).await.map(|()| What::Done),
            Verb::Stalled => self.stalled(step.conn).await.map(|()| What::Done),
            Verb::Clock { now } => self.clock(*now).await.map(|()| What::Done),
        };
        match outcome {
            Ok(what) => (what, None),
            Err(why) => (What::Done, Some(why)),
        }
    }

    /// The mock's side of the wire.
    async fn play(&mut self, op: &Op, step: &Step) -> (What, Option<Why>) {
        let conn = step.conn;
        if self.testee.bee().is_some()
            && !matches!(op, Op::Listen { .. })
            && let Err(why) = self.connected(conn).await
        {
            let judged =
                matches!(op, Op::Accept) && step.cite.as_ref().is_some_and(|cite| cite.code.is_some());
            let absent = judged && matches!(why, Why::NoConnection(_));
            return (What::Done, Some(if absent { Why::Silent } else { why }));
        }
        match op {
            Op::Accept => return done(self.connected(conn).await),
            Op::Listen { state, .. } => self.listening = *state,
            Op::Expect { .. } | Op::AwaitEnd => {}
            Op::Send { .. } | Op::Raw { .. } | Op::Hold | Op::Resume | Op::Close { .. } => self.stimulus(),
        }
        let writes = matches!(op, Op::Send { .. } | Op::Raw { .. } | Op::Close { .. });
        match timeout(self.limits.reply, self.daemon.play(op, conn, &mut self.scope)).await {
            Ok(Ok(played)) => {
                for check in step.checks.iter().filter(|_| played.met) {
                    let tone = played.taken.first().and_then(|entry| self.daemon.tone(*entry));
                    let value = tone.as_ref().and_then(|tone| tone.pointer(&check.at));
                    check.is.check(value, &mut self.scope);
                }
                let what = if played.taken.is_empty() { What::Done } else { What::Tones(played.taken) };
                (what, (!played.met).then_some(Why::Mismatch))
            }
            Ok(Err(missed)) => (What::Done, Some(self.missed(missed).await)),
            Err(_) if writes => (What::Done, Some(self.silence(Why::StoppedReading).await)),
            Err(_) => (What::Done, Some(self.silence(Why::Silent).await)),
        }
    }

    /// Writes within the deadline.
    pub(super) async fn write(&mut self, conn: usize, bytes: &[u8], split: &Split) -> Result<(), Why> {
        match timeout(self.limits.reply, self.daemon.send(conn, bytes, split)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(missed)) => Err(self.missed(missed).await),
            Err(_) => Err(self.silence(Why::StoppedReading).await),
        }
    }

    /// The connection is there, and greeted where the mock greets it.
    pub(super) async fn connected(&mut self, conn: usize) -> Result<(), Why> {
        if self.testee.bee().is_some() {
            self.arrived(conn).await?;
        }
        let patience = if conn == 0 { self.limits.reply } else { self.limits.start };
        if timeout(patience, self.daemon.connected(conn)).await.is_err() {
            return Err(self.silence(Why::Silent).await);
        }
        if self.owners.len() <= conn {
            let owner = self.owners.last().copied().unwrap_or(0);
            self.owners.resize(conn + 1, owner);
        }
        if !self.greets.get(conn).copied().unwrap_or(true) {
            return Ok(());
        }
        match timeout(self.limits.reply, self.daemon.greeted(conn)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(missed)) => Err(self.missed(missed).await),
            Err(_) => Err(self.silence(Why::Silent).await),
        }
    }

    /// The mock drains and closes first, which frees a client blocked in a write; then the clients are ended.
    async fn finish(&mut self, evidence: &mut Evidence) {
        // bounded, and nothing depends on it: what a client wrote before its last act has arrived by then
        let _ = timeout(self.limits.reply, self.daemon.shut()).await;
        evidence.handles = std::mem::take(&mut self.handles);
        evidence.bound = std::mem::take(&mut self.captured);
        evidence.variables = std::mem::take(&mut self.scope.variables);
        if self.clocked && self.testee.gone().is_none() {
            // the next case finds the real time, also if it opens no client; a shim that no longer answers is
            // found out below
            let _ = self.testee.ask(Request::Clock(None)).await;
        }
        for client in evidence.handles.clone() {
            match self.testee.ask(Request::End { client }).await {
                Ok(Asked::Answer(_)) => {}
                // a client that cannot be ended must not meet the next case
                Ok(Asked::Late) => {
                    self.testee.give_up().await;
                    break;
                }
                Err(gone) => {
                    evidence.after = Some(gone);
                    break;
                }
            }
        }
    }

    /// A deadline has passed: the testee is asked whether it lives at all.
    pub(super) async fn silence(&mut self, why: Why) -> Why {
        match self.testee.ping().await {
            Ok(()) => why,
            Err(gone) => Why::Gone(gone),
        }
    }

    /// The client ended the connection, or its process ended.
    pub(super) async fn ended(&mut self) -> Why {
        if self.testee.bee().is_some() {
            self.settle().await;
        }
        self.silence(Why::Closed).await
    }

    pub(super) async fn missed(&mut self, missed: Missed) -> Why {
        match missed {
            Missed::Ended => self.ended().await,
            Missed::NotHello { .. } => Why::NotHello,
            other => Why::Suite(other.to_string()),
        }
    }

    /// Something is sent or driven now.
    pub(super) fn stimulus(&mut self) {
        self.settled = None;
        self.stimulus_ms = now_ms();
    }

    /// Patterns of this moment: times lie between the last stimulus and now.
    pub(super) fn touch_scope(&mut self) {
        self.scope.written_ms = self.stimulus_ms;
        self.scope.read_ms = now_ms();
    }

    fn mark(&self) -> Mark {
        Mark { wire: self.daemon.entries(), events: self.testee.look(|heard| heard.events.len()) }
    }

    fn expand(&self, path: &str) -> String {
        let with =
            |path: String, (name, value): (&String, &String)| path.replace(&format!("${{{name}}}"), value);
        self.scope.variables.iter().fold(path.to_owned(), with)
    }
}

/// What `${…}` stands for in a case that runs in this directory.
pub(super) fn variables(dir: &Path) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("dir".to_owned(), dir.display().to_string()),
        ("uid".to_owned(), rustix::process::getuid().as_raw().to_string()),
        ("bee".to_owned(), BEE.to_owned()),
    ])
}

fn handle(reply: Reply) -> Result<String, Why> {
    match reply {
        Reply::Ok(fields) => match fields.get("client").and_then(Value::as_str) {
            Some(handle) => Ok(handle.to_owned()),
            None => Err(Why::Gone(Gone::Broken("the reply to `open` has no `client`".to_owned()))),
        },
        Reply::Refused { code, message } => Err(Why::Refused(format!("{code}: {message}"))),
        Reply::Unsupported | Reply::Impossible { .. } => Err(Why::Unsupported),
    }
}

fn done(outcome: Result<(), Why>) -> (What, Option<Why>) {
    (What::Done, outcome.err())
}

impl From<Gone> for Why {
    fn from(gone: Gone) -> Self {
        Self::Gone(gone)
    }
}
