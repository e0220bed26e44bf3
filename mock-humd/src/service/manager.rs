//! The service manager, where one has started the daemon: it may have bound the socket already, and wants to know when
//! the daemon is ready and when it ends. What it expects is described in `sd_listen_fds` and `sd_notify`.

use std::io;
use std::os::unix::net::{UnixDatagram, UnixListener};

use listenfd::ListenFd;

/// The socket that was handed over, if one was.
pub fn socket() -> io::Result<Option<UnixListener>> {
    let mut handed = ListenFd::from_env();
    if handed.len() > 1 {
        let what = format!("{} sockets were handed over (LISTEN_FDS), and one is wanted", handed.len());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    if handed.len() == 0 { Ok(None) } else { handed.take_unix_listener(0) }
}

/// Tells how the daemon is: `READY=1`, `STOPPING=1`. Without a manager, or where it does not listen, nobody is told.
pub fn tell(state: &str) {
    let Some(to) = std::env::var_os("NOTIFY_SOCKET").filter(|to| !to.is_empty()) else { return };
    if let Err(error) = send(&to, state) {
        crate::say(&format!("{}: {error} (NOTIFY_SOCKET)", to.display()));
    }
}

fn send(to: &std::ffi::OsStr, state: &str) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    // a manager that does not read must not keep the daemon
    socket.set_nonblocking(true)?;
    #[cfg(target_os = "linux")]
    if let Some(name) = to.to_str().and_then(|to| to.strip_prefix('@')) {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::SocketAddr;

        socket.send_to_addr(state.as_bytes(), &SocketAddr::from_abstract_name(name)?)?;
        return Ok(());
    }
    socket.send_to(state.as_bytes(), to)?;
    Ok(())
}
