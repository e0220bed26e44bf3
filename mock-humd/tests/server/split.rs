//! Writing in pieces, and to clients that do not read.

use mock_humd::script::Split;
use mock_humd::server::Missed;
use mock_humd::transcript::Crossed;
use tokio::io::AsyncReadExt;

use crate::bench::{bench, pends, soon};

/// Sends bytes while the client reads; gives what each read took.
async fn reads(split: &Split, bytes: &[u8]) -> Vec<Vec<u8>> {
    let bench = bench(&[false]);
    let mut client = bench.client().await;
    let total = bytes.len();
    let reader = tokio::spawn(async move {
        let (mut reads, mut buffer, mut count) = (Vec::new(), vec![0; 1 << 16], 0);
        while count < total {
            let got = client.read(&mut buffer).await.unwrap();
            count += got;
            reads.push(buffer[..got].to_vec());
        }
        reads
    });
    assert_eq!(soon(bench.daemon.send(0, bytes, split)).await, Ok(()));
    soon(reader).await.unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn split_bytes_arrive_one_read_a_piece() {
    let bytes = "{\"a\":\"é🐝\"}\n".repeat(100);
    let every_byte = reads(&Split::EveryByte, bytes.as_bytes()).await;
    assert!(every_byte.iter().all(|read| read.len() == 1));
    assert_eq!(every_byte.concat(), bytes.as_bytes());
    assert_eq!(
        reads(&Split::At(vec![1, 4]), b"abcdef").await,
        [b"a".to_vec(), b"bcd".to_vec(), b"ef".to_vec()]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_blocking_reader_in_a_thread_gets_one_read_a_piece() {
    use std::io::Read;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let bench = bench(&[false]);
        let path = bench.path.clone();
        let reader = std::thread::spawn(move || {
            let mut client = std::os::unix::net::UnixStream::connect(path).unwrap();
            let (mut reads, mut count, mut buffer) = (0, 0, [0; 64]);
            while count < 2000 {
                count += client.read(&mut buffer).unwrap();
                reads += 1;
            }
            reads
        });
        assert_eq!(soon(bench.daemon.send(0, &[b'x'; 2000], &Split::EveryByte)).await, Ok(()));
        assert_eq!(reader.join().unwrap(), 2000);
    });
}

#[tokio::test]
async fn a_split_send_to_a_client_that_is_gone_ends() {
    let bench = bench(&[false]);
    let client = bench.client().await;
    let (sent, ()) =
        tokio::join!(soon(bench.daemon.send(0, b"abc", &Split::EveryByte)), async { drop(client) });
    assert_eq!(sent, Err(Missed::Ended));
}

#[tokio::test]
async fn the_transcript_keeps_what_a_client_that_stopped_reading_took() {
    let bench = bench(&[false]);
    let _client = bench.client().await;
    assert!(pends(bench.daemon.send(0, &vec![b'x'; 8 << 20], &Split::Whole)).await);
    let entries = bench.daemon.transcript().entries;
    let Crossed::FromDaemon(bytes) = &entries[1].what else { panic!("{entries:?}") };
    assert!((1..8 << 20).contains(&bytes.len()), "{}", bytes.len());
}
