//! What can be said without trying anything.

use std::path::Path;

use rustix::process::{Resource, getrlimit};
use rustix::system::uname;

use super::Fact;

/// Variables that change how the suite, a client or a toolchain behaves.
const VARIABLES: [&str; 16] = [
    "HUM_THRUM_SOCK",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
    "TMPDIR",
    "CI",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "NO_COLOR",
    "CLICOLOR_FORCE",
    "CARGO_TARGET_DIR",
    "PYTHONPATH",
    "PYTHONUNBUFFERED",
    "NODE_OPTIONS",
    "GOFLAGS",
    "RUST_BACKTRACE",
    "LD_PRELOAD",
];

/// The program itself.
pub(super) fn program(vectors: &str, wire: &str) -> Vec<Fact> {
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let path =
        std::env::current_exe().map_or_else(|error| error.to_string(), |path| path.display().to_string());
    vec![
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("vectors", vectors.to_owned()),
        ("wire", wire.to_owned()),
        ("built", format!("{profile}, for {arch} {os}")),
        ("path", path),
    ]
}

/// The machine.
pub(super) fn system() -> Vec<Fact> {
    let kernel = uname();
    let text = |part: &std::ffi::CStr| part.to_string_lossy().into_owned();
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let pretty = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let os = pretty.map_or_else(|| std::env::consts::OS.to_owned(), |name| name.trim_matches('"').to_owned());
    let cores =
        std::thread::available_parallelism().map_or_else(|error| error.to_string(), |n| n.to_string());
    vec![
        ("system", os),
        (
            "kernel",
            format!("{} {} {}", text(kernel.sysname()), text(kernel.release()), text(kernel.machine())),
        ),
        ("cores", cores),
        ("memory", memory().unwrap_or_else(|| "unknown".to_owned())),
        ("open files", open_files()),
        ("socket paths", format!("up to {} bytes", socket_path_max())),
        ("temporary folder", temporary()),
    ]
}

/// Whether each variable is set.
pub(super) fn variables() -> Vec<(&'static str, bool)> {
    VARIABLES.map(|name| (name, std::env::var_os(name).is_some())).to_vec()
}

/// From what Linux says of it.
fn memory() -> Option<String> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let mib = |name: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib >> 10)
    };
    Some(format!("{} MiB, {} MiB available", mib("MemTotal:")?, mib("MemAvailable:")?))
}

fn open_files() -> String {
    let limit = getrlimit(Resource::Nofile);
    let said = |limit: Option<u64>| limit.map_or_else(|| "no limit".to_owned(), |limit| limit.to_string());
    format!("{} (at most {})", said(limit.current), said(limit.maximum))
}

/// The bytes of `sun_path`, without the NUL.
fn socket_path_max() -> usize {
    if cfg!(target_os = "linux") { 107 } else { 103 }
}

fn temporary() -> String {
    let dir = std::env::temp_dir();
    let in_memory = Path::new("/dev/shm").is_dir() && std::env::var_os("TMPDIR").is_none();
    let beside = if in_memory { "; runs use /dev/shm" } else { "" };
    format!("{} ({} bytes){beside}", dir.display(), dir.as_os_str().len())
}
