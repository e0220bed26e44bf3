//! Where the socket is, and of what kind.

use crate::reference::fault::Helper::SocketPath;
use crate::reference::fault::{Environment, Mutant, code, helper};
use crate::reference::helper::resolve;

pub(super) const MUTANTS: &[Mutant] = &[
    code(
        "sock-datagram",
        &["SOCK-01", "SOCK-03", "SOCK-07", "SOCK-09", "BP-03"],
        "the socket is of type datagram",
    ),
    code("sock-env-over-argument", &["SOCK-07"], "the environment wins over the argument"),
    code("sock-long-path-hangs", &["SOCK-09"], "a path that cannot be is tried for ever"),
    code("sock-long-path-dies", &["SOCK-09"], "a path that is too long overruns its buffer"),
    code("sock-long-path-swallowed", &["SOCK-09"], "the error of bind and connect is not looked at"),
    helper(
        "sock-thrum-sock-ignored",
        &["SOCK-02", "SOCK-05"],
        "HUM_THRUM_SOCK is unknown",
        SocketPath(|env| below(set(env, "XDG_RUNTIME_DIR").unwrap_or_else(user))),
    ),
    helper(
        "sock-runtime-dir-first",
        &["SOCK-02"],
        "XDG_RUNTIME_DIR is asked first",
        SocketPath(|env| match set(env, "XDG_RUNTIME_DIR") {
            Some(runtime) => below(runtime),
            None => resolve(env),
        }),
    ),
    helper(
        "sock-thrum-sock-trimmed",
        &["SOCK-02", "SOCK-03"],
        "the path is trimmed",
        SocketPath(|env| resolve(env).trim().to_owned()),
    ),
    helper(
        "sock-thrum-sock-expanded",
        &["SOCK-02", "SOCK-03"],
        "~ and $HOME are expanded",
        SocketPath(|env| resolve(env).replace('~', "/home/hum").replace("$HOME", "/home/hum")),
    ),
    helper(
        "sock-thrum-sock-as-directory",
        &["SOCK-02"],
        "the path is taken for a directory",
        SocketPath(|env| {
            let path = resolve(env);
            if path.contains("dir.d") { format!("{path}/thrum.sock") } else { path }
        }),
    ),
    helper(
        "sock-runtime-dir-ignored",
        &["SOCK-03", "SOCK-05", "SOCK-06"],
        "XDG_RUNTIME_DIR is unknown",
        SocketPath(|env| set(env, "HUM_THRUM_SOCK").unwrap_or_else(|| below(user()))),
    ),
    helper(
        "sock-runtime-dir-without-hum",
        &["SOCK-03", "SOCK-05", "SOCK-06"],
        "the folder hum is left out",
        SocketPath(|env| match (set(env, "HUM_THRUM_SOCK"), set(env, "XDG_RUNTIME_DIR")) {
            (None, Some(runtime)) => format!("{runtime}/thrum.sock"),
            _ => resolve(env),
        }),
    ),
    helper(
        "sock-user-name-for-uid",
        &["SOCK-04", "SOCK-05", "SOCK-06"],
        "the user's name stands for the uid",
        SocketPath(|env| {
            let name = env("USER").or_else(|| env("LOGNAME")).unwrap_or_else(|| "root".into());
            resolve(env).replace(&user(), &format!("/run/user/{name}"))
        }),
    ),
    helper(
        "sock-fallback-tmp",
        &["SOCK-04", "SOCK-05", "SOCK-06"],
        "the last resort is /tmp",
        SocketPath(|env| resolve(env).replace(&user(), "/tmp")),
    ),
    helper(
        "sock-legacy-hum-socket",
        &["SOCK-05"],
        "HUM_SOCKET is still asked",
        SocketPath(|env| instead(env, "HUM_SOCKET").unwrap_or_else(|| resolve(env))),
    ),
    helper(
        "sock-legacy-thrum-path",
        &["SOCK-05"],
        "HUM_THRUM_PATH is still asked",
        SocketPath(|env| instead(env, "HUM_THRUM_PATH").unwrap_or_else(|| resolve(env))),
    ),
    helper(
        "sock-uid-from-env",
        &["SOCK-05"],
        "the uid is taken from a variable",
        SocketPath(|env| match set(env, "UID") {
            Some(uid) => resolve(env).replace(&user(), &format!("/run/user/{uid}")),
            None => resolve(env),
        }),
    ),
    helper(
        "sock-tmpdir",
        &["SOCK-05"],
        "TMPDIR is asked before the last resort",
        SocketPath(|env| match set(env, "TMPDIR") {
            Some(dir) => resolve(env).replace(&user(), &dir),
            None => resolve(env),
        }),
    ),
    helper(
        "sock-empty-thrum-sock-taken",
        &["SOCK-06"],
        "an empty variable counts as set",
        SocketPath(|env| env("HUM_THRUM_SOCK").unwrap_or_else(|| resolve(env))),
    ),
    helper(
        "sock-empty-runtime-dir-taken",
        &["SOCK-06"],
        "an empty variable counts as set",
        SocketPath(|env| match (set(env, "HUM_THRUM_SOCK"), env("XDG_RUNTIME_DIR")) {
            (None, Some(runtime)) => below(runtime),
            _ => resolve(env),
        }),
    ),
];

fn set(env: Environment<'_>, name: &str) -> Option<String> {
    env(name).filter(|value| !value.is_empty())
}

fn instead(env: Environment<'_>, name: &str) -> Option<String> {
    set(env, name).filter(|_| set(env, "HUM_THRUM_SOCK").is_none())
}

fn user() -> String {
    format!("/run/user/{}", rustix::process::getuid().as_raw())
}

fn below(runtime: impl Into<String>) -> String {
    format!("{}/hum/thrum.sock", runtime.into())
}
