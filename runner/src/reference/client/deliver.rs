//! Handing tones to the application: by session, in order, and shielded from what its handlers do.

use std::collections::HashMap;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, mpsc};

use serde_json::Value;
use tokio::runtime::Handle;

use super::{Inner, Tone, turn};
use crate::reference::fault::{faulty, routed};
use crate::reference::odd::{self, Odd};

const POOL_SIZE: usize = 4;

/// A tone on its way to a handler.
pub struct Delivery {
    /// The number of the connection that brought it.
    pub conn: u64,
    /// The session whose handler gets it; None for the catch-all.
    pub to: Option<String>,
    pub tone: Arc<Tone>,
}

/// How a turn ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Finished,
    Failed,
}

/// What a handler leaves behind.
pub enum Handled {
    Done,
    /// Work that goes on in a task of its own.
    Later(Pin<Box<dyn Future<Output = ()> + Send>>),
}

/// The application's code for a session; it may panic without harm to the client.
pub type Handler = Arc<dyn Fn(&Delivery) -> Handled + Send + Sync>;

type Job = Box<dyn FnOnce() + Send>;

/// The registered handlers, and the lanes on which they run.
pub struct Deliverer {
    routes: Mutex<Routes>,
    lanes: Lanes,
    runtime: Handle,
}

#[derive(Default)]
struct Routes {
    /// In the order of registration.
    by_sid: Vec<(String, Handler)>,
    any: Option<Handler>,
}

/// Where handlers run. Each lane keeps its order; different sessions may be on different ones.
enum Lanes {
    /// In the read loop.
    Loop,
    /// A task for each route.
    Tasks(Mutex<HashMap<Option<String>, tokio::sync::mpsc::UnboundedSender<Job>>>),
    /// A few threads.
    Threads(Vec<mpsc::Sender<Job>>),
}

impl Deliverer {
    pub fn new() -> Self {
        Self { routes: Mutex::default(), lanes: Lanes::new(), runtime: Handle::current() }
    }

    pub fn on(&self, sid: &str, handler: Handler) {
        self.off(sid);
        self.routes().by_sid.push((sid.to_owned(), handler));
    }

    pub fn off(&self, sid: &str) {
        self.routes().by_sid.retain(|(own, _)| own != sid);
    }

    pub fn on_any(&self, handler: Handler) {
        self.routes().any = Some(handler);
    }

    /// The sessions that have a handler.
    pub fn sids(&self) -> Vec<String> {
        self.routes().by_sid.iter().map(|(sid, _)| sid.clone()).collect()
    }

    /// Whether no session has a handler.
    pub fn is_idle(&self) -> bool {
        self.routes().by_sid.is_empty()
    }

    fn routes(&self) -> MutexGuard<'_, Routes> {
        self.routes.lock().expect("no holder of this lock panics")
    }

    /// The handler for a session, or the catch-all.
    fn handler(&self, to: Option<&str>) -> Option<Handler> {
        let routes = self.routes();
        match to {
            Some(sid) => routes.by_sid.iter().find(|(own, _)| own == sid).map(|(_, handler)| handler.clone()),
            None => routes.any.clone(),
        }
    }

    /// Hands over what a fault has kept for a handler.
    pub fn hand_over_late(&self, sid: &str, tone: Tone) {
        if let Some(handler) = self.handler(Some(sid)) {
            handler(&Delivery { conn: 1, to: Some(sid.to_owned()), tone: Arc::new(tone) });
        }
    }

    /// The session of a tone, if it has a handler.
    fn route(&self, tone: &Tone) -> Option<String> {
        let sid = tone.get("sid").and_then(Value::as_str)?;
        self.routes().by_sid.iter().find(|(own, _)| own == sid).map(|(own, _)| own.clone())
    }
}

/// Hands a tone, as the application is to see it, to whoever is registered for it, and tells of a turn that it
/// ends.
pub fn deliver(inner: &Arc<Inner>, conn: u64, tone: &Arc<Tone>, shown: &Arc<Tone>) {
    let deliverer = &inner.deliverer;
    let usual = inner.unless_muted(deliverer.route(tone), tone);
    let targets = routed(&deliverer.sids(), tone, usual.as_ref()).unwrap_or_else(|| vec![usual]);
    for to in targets {
        let handler = deliverer.handler(to.as_deref());
        let delivery = Delivery { conn, to: to.clone(), tone: shown.clone() };
        let inner = inner.clone();
        let job = move || {
            if let Some(handler) = handler {
                shielded(&inner, &handler, &delivery);
            }
        };
        deliverer.lanes.run(to, Box::new(job));
    }
    tell(inner, tone);
}

/// Tells of a turn that a tone ends, after what has been handed over for its session.
pub fn tell(inner: &Arc<Inner>, tone: &Arc<Tone>) {
    let (lane, inner, tone) = (inner.deliverer.route(tone), inner.clone(), tone.clone());
    inner.clone().deliverer.lanes.run(lane, Box::new(move || turn::tell(&inner, &tone)));
}

/// Runs a handler. What it throws has been printed by the runtime, and concerns nobody else.
fn shielded(inner: &Arc<Inner>, handler: &Handler, delivery: &Delivery) {
    let runtime = &inner.deliverer.runtime;
    match catch_unwind(AssertUnwindSafe(|| handler(delivery))) {
        Ok(Handled::Later(work)) => {
            let work = runtime.spawn(work);
            if faulty!("async-throw-ends-process") || faulty!("async-throw-ends-loop") {
                runtime.spawn(inner.clone().suffer(work));
            }
        }
        Ok(Handled::Done) => {}
        Err(thrown) => inner.thrown(delivery, thrown),
    }
}

impl Lanes {
    fn new() -> Self {
        if odd::is(Odd::TaskPerSid) || odd::is(Odd::HandsOverLate) {
            return Self::Tasks(Mutex::default());
        }
        if odd::is(Odd::ThreadPool) {
            return Self::Threads((0..POOL_SIZE).map(|_| thread()).collect());
        }
        Self::Loop
    }

    fn run(&self, lane: Option<String>, job: Job) {
        match self {
            Self::Loop => job(),
            Self::Tasks(tasks) => {
                let mut tasks = tasks.lock().expect("no holder of this lock panics");
                // A lane lives as long as its client, so the queue is never closed.
                let number = tasks.len();
                let _ = tasks.entry(lane).or_insert_with(|| task(number)).send(job);
            }
            Self::Threads(threads) => {
                let mut hasher = DefaultHasher::new();
                lane.hash(&mut hasher);
                let index = usize::try_from(hasher.finish() % POOL_SIZE as u64).unwrap_or(0);
                let _ = threads[index].send(job);
            }
        }
    }
}

fn task(number: usize) -> tokio::sync::mpsc::UnboundedSender<Job> {
    let (queue, mut jobs) = tokio::sync::mpsc::unbounded_channel::<Job>();
    tokio::spawn(async move {
        while let Some(job) = jobs.recv().await {
            if odd::is(Odd::HandsOverLate) {
                odd::dawdle(number).await;
            }
            job();
            while let Ok(job) = jobs.try_recv() {
                job();
            }
        }
    });
    queue
}

fn thread() -> mpsc::Sender<Job> {
    let (queue, jobs) = mpsc::channel::<Job>();
    std::thread::spawn(move || jobs.into_iter().for_each(|job| job()));
    queue
}
