//! Turns of one connection beside others, and how it ends.

use super::*;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

use crate::engine::Engine;
use crate::nest::{Config, Crossing, Tap};
use crate::script::ListenState;

/// Writes down what crosses, and takes its time over each tone of a bee.
struct Slow {
    seen: Arc<Mutex<Vec<String>>>,
    each: Duration,
}

impl Tap for Slow {
    fn crossed(&mut self, crossing: &Crossing<'_>) -> bool {
        let name = match crossing.what {
            Crossed::FromBee(_) => "from",
            Crossed::ToBee(_) => "to",
            Crossed::Opened => "opened",
            Crossed::Eof => "eof",
            Crossed::Reset => "reset",
            Crossed::Closed => "closed",
            _ => "else",
        };
        self.seen.lock().unwrap().push(format!("{name} {}", crossing.conn));
        let since = Instant::now();
        while matches!(crossing.what, Crossed::FromBee(_)) && since.elapsed() < self.each {
            std::hint::spin_loop();
        }
        true
    }
}

struct Stage {
    engine: Engine,
    seen: Arc<Mutex<Vec<String>>>,
    _dir: tempfile::TempDir,
}

impl Stage {
    fn new(each: Duration) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut engine = Engine::new(Config::default(), dir.path().join("t.sock"));
        engine.listen(ListenState::Open).unwrap();
        let seen = Arc::default();
        engine.handle().attach(Box::new(Slow { seen: Arc::clone(&seen), each }));
        Self { engine, seen, _dir: dir }
    }

    fn bee(&self) -> UnixStream {
        UnixStream::connect(self.engine.path()).unwrap()
    }

    /// Lets the daemon work until this has been seen, and gives what was seen up to then.
    async fn until(&self, wanted: &str) -> Vec<String> {
        let seen = || self.seen.lock().unwrap().clone();
        let come = async {
            while !seen().iter().any(|seen| seen == wanted) {
                tokio::task::yield_now().await;
            }
        };
        let come = tokio::time::timeout(Duration::from_secs(30), come).await;
        assert!(come.is_ok(), "no `{wanted}` in {:?}", seen());
        let mut seen = seen();
        seen.truncate(1 + seen.iter().position(|seen| seen == wanted).unwrap());
        seen
    }
}

#[tokio::test]
async fn a_bee_whose_tones_take_long_lets_the_others_have_their_turn() {
    let stage = Stage::new(TURN_MAX);
    let (mut loud, mut other) = (stage.bee(), stage.bee());
    stage.until("opened 1").await;
    loud.write_all(&b"{\"chi\":\"log\"}\n".repeat(200)).unwrap();
    other.write_all(b"{\"chi\":\"log\"}\n").unwrap();
    let before = stage.until("from 1").await;
    let before = before.iter().filter(|seen| *seen == "from 0").count();
    assert!(before < 10, "{before} tones of the other come first");
}

#[tokio::test]
async fn a_bee_that_goes_away_unread_has_one_end() {
    let stage = Stage::new(Duration::ZERO);
    let mut bee = stage.bee();
    bee.write_all(b"{\"chi\":\"curate\",\"rid\":\"r\",\"sid\":\"s\"}\n").unwrap();
    drop(bee);
    let seen = stage.until("closed 0").await;
    assert_eq!(seen, ["opened 0", "from 0", "to 0", "eof 0", "closed 0"]);
}

#[tokio::test]
async fn a_bee_that_is_to_go_and_does_not_read_goes_all_the_same() {
    let stage = Stage::new(Duration::ZERO);
    let mut deaf = stage.bee();
    stage.until("opened 0").await;
    // more than a socket holds
    let long = vec![b'x'; 4 << 20];
    let handle = stage.engine.handle();
    assert_eq!((handle.send("#0", &long), handle.kick("#0", Ending::Flushed)), (1, 1));
    let seen = stage.until("closed 0").await;
    assert_eq!(seen, ["opened 0", "to 0", "else 0", "closed 0"]);
    let mut read = Vec::new();
    deaf.read_to_end(&mut read).unwrap();
    assert!((1..long.len()).contains(&read.len()), "{}", read.len());
}

#[tokio::test]
async fn a_bee_that_has_ended_its_writes_is_waited_for() {
    let stage = Stage::new(Duration::ZERO);
    let (mut half, deaf) = (stage.bee(), stage.bee());
    stage.until("opened 1").await;
    let long = vec![b'x'; 4 << 20];
    let handle = stage.engine.handle();
    assert_eq!((handle.send("#0", &long), handle.send("#1", &long)), (1, 1));
    half.shutdown(Shutdown::Write).unwrap();
    stage.until("eof 0").await;
    // as long as a bee is waited for that has not
    handle.kick("#1", Ending::Flushed);
    stage.until("closed 1").await;
    drop(deaf);
    let reading = std::thread::spawn(move || {
        let mut read = Vec::new();
        half.read_to_end(&mut read).map(|_| read)
    });
    stage.until("closed 0").await;
    assert_eq!(reading.join().unwrap().unwrap().len(), long.len() + 1);
}
