//! Where the socket is, resolved as a client resolves it (WIRE.md, Socket), and whether it is free.

use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// The longest path of a socket, in bytes; the system's limit counts a NUL besides.
const PATH_MAX: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// What the name of the admin socket has behind that of the socket.
pub const ADMIN_ENDING: &str = ".admin";

/// The path that a client without an explicit one would connect to.
pub fn default_path() -> PathBuf {
    resolve(|name| std::env::var_os(name))
}

/// An empty variable counts as unset.
fn resolve(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("HUM_THRUM_SOCK").unwrap_or_else(|| {
        let user = || format!("/run/user/{}", rustix::process::getuid().as_raw()).into();
        set("XDG_RUNTIME_DIR").unwrap_or_else(user).join("hum/thrum.sock")
    })
}

/// Makes the directory of a socket, for this user alone.
pub fn make_dir(path: &Path) -> io::Result<()> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        None => Ok(()),
        Some(parent) => {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(parent);
            made.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", parent.display())))
        }
    }
}

/// Removes a socket file that no daemon listens on any more; an error where one does.
pub fn claim(path: &Path) -> io::Result<()> {
    clear(path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// The same, without the path in its errors.
pub fn clear(path: &Path) -> io::Result<()> {
    if is_stale(path)? { std::fs::remove_file(path) } else { Ok(()) }
}

/// An error for a path that is too long for a socket.
pub fn fits(path: &Path) -> io::Result<()> {
    let beyond = path.as_os_str().len().saturating_sub(PATH_MAX);
    if beyond > 0 {
        let room = PATH_MAX - ADMIN_ENDING.len();
        let what = format!(
            "{beyond} byte{} too long for a socket's path (hint: a --socket of at most {room} bytes leaves room for its \
             admin socket)",
            if beyond == 1 { "" } else { "s" }
        );
        return Err(io::Error::new(ErrorKind::InvalidInput, what));
    }
    Ok(())
}

/// Whether a socket file is there that nobody listens on; an error where there is no place for a socket.
pub fn is_stale(path: &Path) -> io::Result<bool> {
    fits(path)?;
    let file = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    let taken = |what| {
        let what = format!("{what} (hint: --socket names another path)");
        Err(io::Error::new(ErrorKind::AddrInUse, what))
    };
    if !file.file_type().is_socket() {
        return taken("there is a file, and it is no socket");
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
        Ok(_) => taken("another daemon listens here"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_read_as_the_wire_says() {
        let user = format!("/run/user/{}/hum/thrum.sock", rustix::process::getuid().as_raw());
        for (sock, runtime, wanted) in [
            (Some("/a.sock"), Some("/run"), "/a.sock"),
            (None, Some("/run"), "/run/hum/thrum.sock"),
            (Some(""), Some("/run"), "/run/hum/thrum.sock"),
            (None, Some(""), &*user),
            (None, None, &*user),
        ] {
            let variable = |name: &str| match name {
                "HUM_THRUM_SOCK" => sock.map(OsString::from),
                "XDG_RUNTIME_DIR" => runtime.map(OsString::from),
                other => panic!("{other} takes no part"),
            };
            assert_eq!(resolve(variable), PathBuf::from(wanted));
        }
    }

    #[test]
    fn only_a_stale_socket_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/thrum.sock");
        make_dir(&path).unwrap();
        claim(&path).unwrap();
        let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert_eq!(claim(&path).unwrap_err().kind(), ErrorKind::AddrInUse);
        drop(listener);
        claim(&path).unwrap();
        assert!(!path.exists());
        std::fs::write(&path, "mine").unwrap();
        assert!(claim(&path).unwrap_err().to_string().contains("there is a file, and it is no socket"));
        assert!(path.exists());
    }
}
