//! Lines that do not end, and more lines at once than anybody reads.

use std::io::Read;
use std::net::Shutdown;
use std::time::Duration;

use mock_humd::engine::Engine;
use mock_humd::nest::{Config, Limits};
use mock_humd::script::ListenState;

use crate::daemon::Daemon;
use crate::{MEMORY_MAX, echoed, numbered};

const LINE_MAX: usize = 64 << 20;

#[test]
fn a_line_that_never_ends_is_refused_at_64_mib_with_a_word() {
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let mut endless = daemon.connect().unwrap();
    let chunk = vec![b'x'; 64 << 10];
    let (mut taken, mut most) = (0, 0);
    while endless.write(&chunk).is_ok() {
        taken += chunk.len();
        assert!(taken < 2 * LINE_MAX, "it goes on");
        if taken % (1 << 20) == 0 {
            bystander.round_trip().unwrap();
            most = most.max(daemon.memory().unwrap());
        }
    }
    assert!(taken >= LINE_MAX - chunk.len(), "refused after {taken} bytes");
    assert!(most < 2 * LINE_MAX as u64, "{most} bytes");
    let said = endless.line().unwrap().unwrap();
    assert!(said.starts_with("{\"chi\":\"log\",") && said.contains("\"level\":\"error\""), "{said}");
    assert!(said.contains("a line is longer than 67108864 bytes: the connection is closed"), "{said}");
    assert_eq!(endless.line().unwrap(), None);
    bystander.round_trip().unwrap();
    assert!(daemon.memory().unwrap() < MEMORY_MAX, "{} bytes stay", daemon.memory().unwrap());
}

/// A long line leaves no room behind, though the next one has begun.
#[test]
fn the_room_of_long_lines_is_given_back() {
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let long = format!("{{\"chi\":\"load\",\"rid\":\"0\",\"text\":\"{}\"}}\n{{", "x".repeat(8 << 20));
    let bees: Vec<_> = (0..16)
        .map(|_| {
            let mut bee = daemon.connect().unwrap();
            bee.write(long.as_bytes()).unwrap();
            assert!(bee.line().unwrap().is_some());
            bystander.round_trip().unwrap();
            bee
        })
        .collect();
    assert!(daemon.memory().unwrap() < MEMORY_MAX, "{} bytes stay", daemon.memory().unwrap());
    drop(bees);
}

#[test]
fn a_hundred_thousand_tones_in_one_write_are_all_answered_or_counted_as_lost() {
    const TONES: usize = 100_000;
    let dir = tempfile::tempdir().unwrap();
    let transcript = dir.path().join("transcript.ndjson");
    let daemon = Daemon::start(&["--transcript", transcript.to_str().unwrap()]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let mut bee = daemon.connect().unwrap();
    let mut writer = bee.stream.get_ref().try_clone().unwrap();
    let tones: String = (0..TONES).map(numbered).collect();
    let lines = std::thread::scope(|scope| {
        scope.spawn(move || {
            std::io::Write::write_all(&mut writer, tones.as_bytes()).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        let reads = scope.spawn(|| {
            let mut text = String::new();
            bee.stream.read_to_string(&mut text).unwrap();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        });
        while !reads.is_finished() {
            bystander.round_trip().unwrap();
        }
        reads.join().unwrap()
    });
    let echoes = echoed(&lines);
    assert!(echoes.is_sorted_by(|one, next| one < next));
    assert_eq!(echoes.last(), Some(&(TONES - 1)));
    daemon.end().unwrap();
    let written = std::fs::read_to_string(&transcript).unwrap();
    let lost = written.lines().filter(|line| line.contains("\"event\":\"lost\"")).count();
    assert_eq!(echoes.len() + lost, TONES);
    assert!(!written.contains("\"event\":\"skipped\""), "the transcript has gaps");
}

/// A short value takes a hundred times its length once it is decoded: what goes beyond the bound is not.
#[test]
fn tones_of_millions_of_values_cost_no_more_than_their_lines() {
    const VALUES: usize = 4 << 20;
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("script.yaml");
    let text = "format: 1\nwhen: [{ tone: { chi: curate, x: 1 }, send: [] }]
steps:
  - { tone: { chi: curate }, from: client }
  - { tone: { chi: log, rid: l }, from: daemon }
  - { accept: { as: bystander } }
  - { tone: { chi: never }, from: client }";
    std::fs::write(&script, text).unwrap();
    for args in [&["--quiet"][..], &["--quiet", "--script", script.to_str().unwrap()]] {
        let daemon = Daemon::start(args).unwrap();
        let mut rich = daemon.connect().unwrap();
        let mut said = Vec::new();
        for chi in ["hello", "prompt", "curate", "tool-result", "finish", "pulse"] {
            rich.write(format!("{{\"chi\":\"{chi}\",\"rid\":\"r\",\"sid\":\"s\",\"x\":[").as_bytes())
                .unwrap();
            rich.write(&b"0,".repeat(VALUES)).unwrap();
            rich.write(b"0]}\n").unwrap();
        }
        rich.write(b"{\"chi\":\"curate\",\"rid\":\"last\",\"sid\":\"s\"}\n").unwrap();
        while !said.last().is_some_and(|line: &String| line.contains("last") || line.contains("\"log\"")) {
            said.push(rich.line().unwrap().unwrap());
        }
        // each is acknowledged all the same, and a prompt is told; a script takes nothing but what it looks into
        if args.len() == 1 {
            assert_eq!(said.iter().filter(|line| line.contains("\"echo\"")).count(), 6, "{said:?}");
            assert!(said.iter().any(|line| line.contains("too many values")), "{said:?}");
        }
        let peak = daemon.memory_as("VmHWM:").unwrap();
        assert!(peak < 12 * VALUES as u64, "{peak} bytes");
        // who comes next is greeted
        daemon.bee().unwrap();
    }
}

/// A rule that quotes a long tone many times has one of its answers in hand at a time.
#[test]
fn answers_of_a_rule_are_made_one_after_the_other() {
    const BYTES: usize = 1 << 20;
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("script.yaml");
    let answers = "      - { chi: log, rid: l, level: info, message: { $ref: text } }\n".repeat(100);
    let text =
        format!("format: 1\nwhen:\n  - tone: {{ chi: load, text: {{ $bind: text }} }}\n    send:\n{answers}");
    std::fs::write(&script, text).unwrap();
    // of two tones the older one is lost
    let daemon = Daemon::start(&["--quiet", "--queue", "1", "--script", script.to_str().unwrap()]).unwrap();
    let mut bee = daemon.bee().unwrap();
    bee.write(format!("{{\"chi\":\"load\",\"rid\":\"0\",\"text\":\"{}\"}}\n", "x".repeat(BYTES)).as_bytes())
        .unwrap();
    assert!(bee.line().unwrap().unwrap().len() > BYTES);
    let peak = daemon.memory_as("VmHWM:").unwrap();
    assert!(peak < MEMORY_MAX, "{peak} bytes");
}

/// Each of its signs could begin a wish, and none of them does.
#[test]
fn a_prompt_of_a_million_signs_is_answered() {
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bee = daemon.connect().unwrap();
    let text = "@".repeat(1 << 20);
    bee.write(format!("{{\"chi\":\"prompt\",\"sid\":\"s\",\"text\":\"{text}\"}}\n").as_bytes()).unwrap();
    let finish = std::iter::from_fn(|| bee.line().unwrap()).find(|line| line.contains("\"finish\"")).unwrap();
    assert!(finish.contains(&format!("You said: {text}.")));
    daemon.bee().unwrap();
}

/// Many long lines that have only begun: the bee whose line goes beyond the bound of all is sent away, the others stay.
#[tokio::test]
async fn begun_lines_of_all_bees_together_are_bounded() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::UnixStream;

    let dir = tempfile::tempdir().unwrap();
    let limits = Limits { rest_bytes_max: 4 << 20, ..Limits::default() };
    let mut engine = Engine::new(Config { limits, ..Config::default() }, dir.path().join("thrum.sock"));
    engine.listen(ListenState::Open).unwrap();
    let mut bees = Vec::new();
    let begun = vec![b'x'; 1 << 20];
    let said = loop {
        assert!(bees.len() < 8, "all of them stay");
        let mut bee = UnixStream::connect(engine.path()).await.unwrap();
        if bee.write_all(&begun).await.is_err() || bees.len() > 3 {
            let mut said = String::new();
            let read = tokio::time::timeout(Duration::from_secs(30), bee.read_to_string(&mut said));
            read.await.unwrap().unwrap();
            break said;
        }
        bees.push(bee);
    };
    assert!(said.contains("begun lines take too much memory: the connection is closed"), "{said}");
    for bee in &mut bees {
        bee.write_all(b"\n{\"chi\":\"load\",\"rid\":\"0\"}\n").await.unwrap();
        let mut byte = [0];
        let read = tokio::time::timeout(Duration::from_secs(30), bee.read_exact(&mut byte));
        read.await.unwrap().unwrap();
    }
}
