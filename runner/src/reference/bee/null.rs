//! Bees that are none: the suite must find that they hold nothing.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use super::super::Variant;
use super::super::helper;
use super::about;
use mock_humd::wire::chi::THRUM_VERSION;

/// A bee that observes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Null {
    ExitsAtOnce,
    NeverConnects,
    SaysNothing,
    SaysGarbage,
    HangsAfterHello,
}

const ALL: [(Null, Variant); 5] = [
    (Null::ExitsAtOnce, about("exits-at-once", "ends before it has connected")),
    (Null::NeverConnects, about("never-connects", "runs, and connects to nothing")),
    (Null::SaysNothing, about("says-nothing", "connects, and neither writes nor reads")),
    (Null::SaysGarbage, about("says-garbage", "writes lines that are no tones")),
    (Null::HangsAfterHello, about("hangs-after-hello", "says the least hello there is, and no more")),
];

/// The null bees.
pub fn nulls() -> impl Iterator<Item = Variant> {
    ALL.iter().map(|(_, variant)| *variant)
}

/// The null bee of that name.
pub fn find(name: &str) -> Option<Null> {
    ALL.iter().find(|(_, variant)| variant.name == name).map(|(null, _)| *null)
}

impl Null {
    /// Runs until it is killed, or has had enough.
    pub fn run(self) -> ExitCode {
        if self == Self::ExitsAtOnce {
            eprintln!("ending as asked");
            return ExitCode::from(70);
        }
        if self == Self::NeverConnects {
            wait();
        }
        let Ok(mut stream) = UnixStream::connect(helper::socket_of(None)) else { return ExitCode::FAILURE };
        let said = match self {
            Self::SaysGarbage => "#### no tone #### {{{\n[1]\n".repeat(10),
            Self::HangsAfterHello => {
                format!("{{\"chi\":\"hello\",\"rid\":\"h-1\",\"protoVersion\":\"{THRUM_VERSION}\"}}\n")
            }
            _ => String::new(),
        };
        // whoever does not listen any more ends this bee soon
        let _ = stream.write_all(said.as_bytes());
        if self == Self::SaysGarbage {
            let _ = stream.read_to_end(&mut Vec::new());
        }
        wait()
    }
}

fn wait() -> ! {
    loop {
        std::thread::park();
    }
}
