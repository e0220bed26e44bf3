//! Where the socket is (WIRE.md, Socket).

use std::path::PathBuf;

use crate::reference::fault::{Environment, Helper, faulty, replaced};

/// The socket of a client: the path that the application gave, or the one that the environment leads to.
pub fn socket_of(given: Option<PathBuf>) -> PathBuf {
    if std::env::var_os("HUM_THRUM_SOCK").is_some() && faulty!("sock-env-over-argument") {
        return default_socket_path();
    }
    given.unwrap_or_else(default_socket_path)
}

/// The path that this process's own environment leads to.
pub fn default_socket_path() -> PathBuf {
    socket_path(&|name| std::env::var(name).ok()).into()
}

/// The path that an environment leads to.
pub fn socket_path(variable: Environment<'_>) -> String {
    let faulty = replaced(|with| if let Helper::SocketPath(faulty) = with { Some(faulty) } else { None });
    faulty.map_or_else(|| resolve(variable), |faulty| faulty(variable))
}

/// The rules of the resolution; a variable that is empty counts as unset.
pub fn resolve(variable: Environment<'_>) -> String {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    if let Some(path) = set("HUM_THRUM_SOCK") {
        return path;
    }
    let runtime =
        set("XDG_RUNTIME_DIR").unwrap_or_else(|| format!("/run/user/{}", rustix::process::getuid().as_raw()));
    format!("{runtime}/hum/thrum.sock")
}
