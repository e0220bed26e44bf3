//! Recording: what crosses a running daemon, as a script that plays it again.

use mock_humd::script::Recorded;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::signal::unix::{SignalKind, signal};

use super::client::{REPLY_MAX, no_members, talk};
use super::place::Place;
use crate::cli::RecordArgs;
use crate::exit::Stop;
use crate::service::Beside;

/// Records until it is interrupted, the daemon ends, or enough tones have crossed; then the file is written.
pub fn record(args: &RecordArgs) -> Result<(), Stop> {
    let name = args.script.display();
    let in_file = |error: std::io::Error| Stop::Input(format!("{name}: {error}"));
    let broken = |error: std::io::Error| Stop::Broken(error.to_string());
    let beside = Beside::new(&args.at.path());
    let (_, lines) = talk(&beside, "tail", no_members(), Some(REPLY_MAX))?;
    // the place is tried before anything is waited for
    let place = Place::find(&args.script).map_err(in_file)?;
    let takes_its_name = matches!(place, Place::Named(_));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)?;
    let recorded = runtime
        .block_on(async {
            let mut ends = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
            let [interrupt, terminate] = &mut ends;
            crate::say(&format!("recording; Ctrl-C ends it and writes {name}"));
            let begun = lines.buffer().to_vec();
            let stream = lines.into_inner();
            stream.set_nonblocking(true)?;
            let stream = std::io::Cursor::new(begun).chain(UnixStream::from_std(stream)?);
            let mut lines = BufReader::new(stream).lines();
            let mut recorded = Recorded::default();
            while recorded.tones() < args.tones.unwrap_or(u64::MAX) {
                let line = tokio::select! {
                    line = lines.next_line() => line?,
                    _ = interrupt.recv() => None,
                    _ = terminate.recv() => None,
                };
                let Some(line) = line else { break };
                recorded.line(&serde_json::from_str(&line).map_err(std::io::Error::other)?);
            }
            Ok(recorded)
        })
        .map_err(broken)?;
    for conn in recorded.before() {
        crate::say(&format!(
            "connection #{conn} was there before and is left out (hint: `mock-humd drop` lets its bee \
             come again)"
        ));
    }
    let Some(script) = recorded.script() else {
        return Err(Stop::Unmet(format!(
            "{name}: no bee has come, so there is nothing to play (hint: start the bee after \
                                        `record`)"
        )));
    };
    place.write(script.as_bytes()).map_err(in_file)?;
    if recorded.skipped() > 0 {
        return Err(Stop::Unmet(format!(
            "{name}: {} lines came too fast and are missing",
            recorded.skipped()
        )));
    }
    let tones = recorded.tones();
    let said = format!("{name}: {tones} tone{}", if tones == 1 { "" } else { "s" });
    // a script that goes to stdout stays alone there
    if takes_its_name {
        crate::print(&format!("{said}\n"));
    } else {
        crate::say(&said);
    }
    Ok(())
}
