//! A service manager: a socket that is handed over, and word of what the daemon does.

use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::process::{Command, Stdio};
use std::time::Duration;

use assert_cmd::cargo::cargo_bin;
use rustix::process::{Pid, Signal, kill_process};

use crate::stage::{Follower, Stage};

/// The program as a manager starts it, with the socket as descriptor 3.
fn activated(stage: &Stage, socket: &UnixListener) -> Command {
    let mut command = Command::new("sh");
    let script = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\" 3<&0 0</dev/null";
    command
        .args(["-c", script])
        .arg(cargo_bin("mock-humd"))
        .args(["run", "-q"])
        .current_dir(stage.dir.path())
        .env("HUM_THRUM_SOCK", stage.path("another.sock"))
        .env("XDG_CONFIG_HOME", stage.path("config"))
        .stdin(OwnedFd::from(socket.try_clone().unwrap()));
    command
}

#[test]
fn a_socket_that_is_handed_over_is_served_and_left_where_it_is() {
    let stage = Stage::new();
    let manager = UnixDatagram::bind(stage.path("notify")).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let hear = || {
        let mut bytes = [0; 64];
        let count = manager.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..count].to_vec()).unwrap()
    };
    let socket = UnixListener::bind(stage.socket()).unwrap();
    // one that comes before the daemon is served too
    let mut early = stage.connect();
    early.say(&serde_json::json!({ "chi": "hello", "rid": "h", "bee": "early", "protoVersion": "0.7.0" }));
    let daemon = Follower::spawn(activated(&stage, &socket).env("NOTIFY_SOCKET", stage.path("notify")));
    assert_eq!(hear(), "READY=1");
    assert_eq!(early.hear()["chi"], "breath");
    assert_eq!(stage.status()["socket"], stage.socket().display().to_string());
    kill_process(Pid::from_child(&daemon.child), Signal::TERM).unwrap();
    assert_eq!(hear(), "STOPPING=1");
    assert_eq!(daemon.ends().0, Some(0));
    assert_eq!(stage.files(), ["notify", "t.sock"]);
    // it still listens, for the next one
    stage.connect();
}

#[test]
fn a_socket_that_is_handed_over_survives_a_restart_by_fault() {
    let stage = Stage::new();
    let socket = UnixListener::bind(stage.socket()).unwrap();
    let daemon = Follower::spawn(activated(&stage, &socket).args(["--restart-after", "1"]));
    for _ in 0..2 {
        let mut bee = stage.connect();
        bee.say(&serde_json::json!({ "chi": "hello", "rid": "h", "bee": "b", "protoVersion": "0.7.0" }));
        bee.hear_out();
    }
    kill_process(Pid::from_child(&daemon.child), Signal::TERM).unwrap();
    assert_eq!(daemon.ends().0, Some(0));
}

#[test]
fn what_is_handed_over_and_is_no_listener_is_refused() {
    let stage = Stage::new();
    let socket = UnixListener::bind(stage.socket()).unwrap();
    let mut command = activated(&stage, &socket);
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("fd 3 is not a socket"), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_manager_may_have_an_abstract_name() {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::SocketAddr;

    let stage = Stage::new();
    let name = format!("mock-humd-{}", std::process::id());
    let manager = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut command = stage.command(&["start"]);
    assert!(command.env("NOTIFY_SOCKET", format!("@{name}")).output().unwrap().status.success());
    let mut bytes = [0; 64];
    assert_eq!(manager.recv(&mut bytes).unwrap(), "READY=1".len());
}
