//! One tone at a time: how long it takes until its answer is there.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::flood;
use crate::table::median;

/// Makes `count` round trips on one connection; gives the median of their times.
pub fn trips(socket: &Path, count: usize) -> io::Result<Duration> {
    let mut stream = BufReader::new(UnixStream::connect(socket)?);
    let tone = flood::block()[..flood::TONE_BYTES].to_vec();
    let mut answer = Vec::new();
    let mut trip = || {
        let begin = Instant::now();
        answer.clear();
        stream.get_mut().write_all(&tone)?;
        match stream.read_until(b'\n', &mut answer)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(begin.elapsed()),
        }
    };
    (0..count).map(|_| trip()).collect::<io::Result<Vec<_>>>().map(median)
}
