//! The writer: whole lines, one after the other, from a queue that belongs to one connection.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;

use super::Inner;
use crate::reference::fault::{faulty, is_sound};
use crate::reference::odd::{self, Odd, Written};

/// Writes until the queue is closed and empty, or until a write fails.
pub async fn write_lines(
    inner: Arc<Inner>,
    mut write: OwnedWriteHalf,
    mut lines: UnboundedReceiver<Vec<u8>>,
    (broken, progress): (Arc<Notify>, Written),
) {
    let _end = progress.end();
    while let Some(mut line) = lines.recv().await {
        let mut count = 1;
        if odd::is(Odd::Coalesce) {
            sleep(Duration::from_millis(1)).await;
            while let Ok(next) = lines.try_recv() {
                line.extend(next);
                count += 1;
            }
        }
        let busy = if faulty!("write-holds-dispatch") { Some(inner.writing.lock().await) } else { None };
        let written = write_line(&mut write, &line).await;
        drop(busy);
        if written.is_err() {
            broken.notify_one();
            return;
        }
        progress.write(count);
        if !is_sound() {
            inner.scars.memories().unsent.pop_front();
        }
    }
}

async fn write_line(write: &mut OwnedWriteHalf, line: &[u8]) -> std::io::Result<()> {
    // shorter ones are never torn
    if line.len() > 4096 && faulty!("short-write-loses-the-rest") {
        return write.write(line).await.map(drop);
    }
    if !odd::is(Odd::OneByte) {
        return write.write_all(line).await;
    }
    // A long line would take longer than any deadline: only its ends are written byte by byte.
    let head = line.len().min(256);
    let tail = line.len().saturating_sub(32).max(head);
    for byte in &line[..head] {
        write.write_all(std::slice::from_ref(byte)).await?;
    }
    write.write_all(&line[head..tail]).await?;
    for byte in &line[tail..] {
        write.write_all(std::slice::from_ref(byte)).await?;
    }
    Ok(())
}
