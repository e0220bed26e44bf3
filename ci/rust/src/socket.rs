//! Where the daemon listens, worked out from the environment.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The path of the socket by the environment of this process (SOCK-02 to SOCK-06).
pub fn default_socket_path() -> PathBuf {
    socket_path_from(|name| env::var_os(name))
}

/// The path by any other environment: `var` looks up a variable. An empty one counts as unset.
pub fn socket_path_from(var: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let set = |name| var(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("HUM_THRUM_SOCK").unwrap_or_else(|| {
        let uid = rustix::process::getuid().as_raw();
        let runtime = set("XDG_RUNTIME_DIR").unwrap_or_else(|| format!("/run/user/{uid}").into());
        runtime.join("hum/thrum.sock")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_first_variable_that_says_something() {
        let fallback = format!("/run/user/{}/hum/thrum.sock", rustix::process::getuid().as_raw());
        for (sock, runtime, path) in [
            (Some("/tmp/t.sock"), Some("/run/user/1000"), "/tmp/t.sock"),
            (None, Some("/tmp/xdg"), "/tmp/xdg/hum/thrum.sock"),
            (Some(""), Some("/tmp/xdg"), "/tmp/xdg/hum/thrum.sock"),
            (None, None, &fallback),
            (None, Some(""), &fallback),
        ] {
            let found = socket_path_from(|name| match name {
                "HUM_THRUM_SOCK" => sock.map(OsString::from),
                "XDG_RUNTIME_DIR" => runtime.map(OsString::from),
                other => panic!("{other} takes part"),
            });
            assert_eq!(found, PathBuf::from(path));
        }
    }
}
