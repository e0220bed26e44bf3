//! What waits to be written to one bee: whole tones in order, a bounded number of them.

use std::collections::VecDeque;
use std::time::Instant;

use crate::script::Split;

/// What is lost when the queue is full (WIRE.md, BP-01, and what live daemons do, point 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overflow {
    /// The oldest tone of which nothing has been written.
    #[default]
    DropOldest,
    /// The tone that comes.
    DropNewest,
}

/// How much may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Tones.
    pub tones_max: usize,
    /// Bytes; one tone alone may be longer.
    pub bytes_max: usize,
    /// What is lost beyond.
    pub overflow: Overflow,
}

/// The queue of one connection.
#[derive(Debug, Default)]
pub struct Outbound {
    bytes: Vec<u8>,
    /// Up to here they are written.
    start: usize,
    /// The length of each tone that is not written to its end.
    lengths: VecDeque<usize>,
    /// How much of the first of them is written.
    sent: usize,
    /// When each of them may go, where tones are held back.
    due: VecDeque<Instant>,
    /// Where the bytes that wait are cut: how many bytes each piece has, and whether it is to be a read of its own.
    pieces: VecDeque<(usize, bool)>,
}

/// Beyond this, room that is not in use is given back.
const SPARE_BYTES_MAX: usize = 64 << 10;

impl Outbound {
    /// Adds a tone, its line given in parts; gives how many tones were lost for it. Not even one tone alone may be
    /// longer than `bytes_left`.
    pub fn push(&mut self, parts: &[&[u8]], due: Option<Instant>, bound: &Bound, bytes_left: usize) -> u64 {
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        if length > bytes_left {
            // no tone is lost for one that does not come
            return 1;
        }
        let mut lost = 0;
        while !self.has_room(length, bound, bytes_left) {
            if bound.overflow == Overflow::DropNewest || !self.drop_oldest() {
                return lost + 1;
            }
            lost += 1;
        }
        self.make_room(length);
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.lengths.push_back(length);
        if let Some(due) = due {
            // a tone never overtakes another
            let due = self.due.back().map_or(due, |last| due.max(*last));
            self.due.resize(self.lengths.len() - 1, due);
            self.due.push_back(due);
        } else if let Some(&last) = self.due.back() {
            self.due.push_back(last);
        }
        lost
    }

    /// Adds exact bytes, in pieces that are each a read of its own.
    pub fn push_exact(&mut self, bytes: &[u8], split: &Split) {
        if bytes.is_empty() {
            return;
        }
        if *split != Split::Whole || !self.pieces.is_empty() {
            let cut: usize = self.pieces.iter().map(|(length, _)| length).sum();
            let before = self.waiting() - cut;
            self.pieces.extend((before > 0).then_some((before, false)));
        }
        let ends: Vec<_> = match split {
            Split::Whole => Vec::new(),
            Split::EveryByte => (1..=bytes.len()).collect(),
            Split::At(offsets) => offsets.iter().copied().chain([bytes.len()]).collect(),
        };
        let mut start = 0;
        for end in ends {
            self.pieces.push_back((end - start, true));
            start = end;
        }
        self.make_room(bytes.len());
        self.bytes.extend_from_slice(bytes);
        self.lengths.push_back(bytes.len());
    }

    fn has_room(&self, length: usize, bound: &Bound, bytes_left: usize) -> bool {
        let waiting = self.waiting();
        let fits = waiting == 0 || waiting.saturating_add(length) <= bound.bytes_max.min(bytes_left);
        fits && self.lengths.len() < bound.tones_max.max(1)
    }

    /// Makes room for so many bytes. A long queue grows by a quarter, not to twice its length, and not at all while
    /// what is written takes as much.
    fn make_room(&mut self, length: usize) {
        let wanted = self.bytes.len() + length;
        if wanted <= self.bytes.capacity() || wanted <= SPARE_BYTES_MAX {
            return;
        }
        let waiting = self.waiting();
        if self.start > waiting / 4 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        if self.bytes.len() + length > self.bytes.capacity() {
            self.bytes.reserve_exact(length.max(waiting / 4));
        }
    }

    /// Loses the oldest tone of which nothing is written; false where there is none.
    fn drop_oldest(&mut self) -> bool {
        // what is cut into pieces stays as it is
        if !self.pieces.is_empty() {
            return false;
        }
        let victim = usize::from(self.sent > 0);
        let Some(length) = self.lengths.remove(victim) else { return false };
        self.due.remove(victim);
        if victim == 1 {
            // what stands before the gap or what stands behind it moves, whichever is less
            let gap = self.start + self.lengths[0] - self.sent;
            if gap - self.start > self.bytes.len() - gap - length {
                self.bytes.drain(gap..gap + length);
                return true;
            }
            self.bytes.copy_within(self.start..gap, self.start + length);
        }
        self.start += length;
        self.compact();
        true
    }

    /// How many bytes of memory it takes that something waits; room that is kept while nothing does is not counted.
    pub fn bytes(&self) -> usize {
        if self.is_empty() { 0 } else { self.bytes.capacity() }
    }

    fn waiting(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// How many tones wait.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Whether the next bytes are to be a read of its own for the bee.
    pub fn is_piece(&self) -> bool {
        self.pieces.front().is_some_and(|(_, is_piece)| *is_piece)
    }

    /// The bytes that may be written now; empty where nothing waits, or not yet.
    pub fn ready(&self, now: impl FnOnce() -> Instant) -> &[u8] {
        let waiting = &self.bytes[self.start..];
        if let Some((length, _)) = self.pieces.front() {
            return &waiting[..*length];
        }
        if self.due.is_empty() || waiting.is_empty() {
            return waiting;
        }
        let now = now();
        let due = self.due.iter().take_while(|&&due| due <= now).count();
        let length: usize = self.lengths.iter().take(due).sum();
        &waiting[..length.saturating_sub(self.sent)]
    }

    /// When the first tone that waits may go, where it is held back.
    pub fn next_due(&self) -> Option<Instant> {
        self.due.front().copied()
    }

    /// Takes so many bytes as written; gives how many tones are thereby written to their end.
    pub fn written(&mut self, bytes: usize) -> u64 {
        self.start += bytes;
        self.sent += bytes;
        if let Some((length, _)) = self.pieces.front_mut() {
            *length -= bytes;
            if *length == 0 {
                self.pieces.pop_front();
            }
        }
        let mut tones = 0;
        while let Some(&length) = self.lengths.front().filter(|&&length| length <= self.sent) {
            self.sent -= length;
            self.lengths.pop_front();
            self.due.pop_front();
            tones += 1;
        }
        self.compact();
        tones
    }

    fn compact(&mut self) {
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
            if self.bytes.capacity() > SPARE_BYTES_MAX {
                self.bytes = Vec::new();
            }
            if self.lengths.capacity() > 1024 {
                self.lengths = VecDeque::new();
            }
        } else if self.bytes.capacity() > SPARE_BYTES_MAX && self.waiting() < self.bytes.capacity() / 4 {
            self.bytes = self.bytes[self.start..].to_vec();
            self.start = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn bound(tones_max: usize, overflow: Overflow) -> Bound {
        Bound { tones_max, bytes_max: 100, overflow }
    }

    fn push(queue: &mut Outbound, tone: &str, bound: &Bound) -> u64 {
        queue.push(&[tone.as_bytes(), b"\n"], None, bound, usize::MAX)
    }

    fn waiting(queue: &Outbound) -> String {
        String::from_utf8(queue.ready(Instant::now).to_vec()).unwrap()
    }

    #[test]
    fn the_oldest_unsent_tone_is_lost_and_the_one_under_way_is_not() {
        let bound = bound(3, Overflow::DropOldest);
        let mut queue = Outbound::default();
        for tone in ["one", "two", "three"] {
            assert_eq!(push(&mut queue, tone, &bound), 0);
        }
        assert_eq!(queue.written(2), 0);
        assert_eq!(push(&mut queue, "four", &bound), 1);
        assert_eq!(push(&mut queue, "five", &bound), 1);
        assert_eq!(waiting(&queue), "e\nfour\nfive\n");
        assert_eq!(queue.written(2), 1);
        assert_eq!(push(&mut queue, "six", &bound), 0);
        assert_eq!(push(&mut queue, "seven", &bound), 1);
        assert_eq!(waiting(&queue), "five\nsix\nseven\n");
        assert_eq!(queue.written(15), 3);
        assert!(queue.is_empty());
    }

    #[test]
    fn a_long_tone_under_way_stays_whole() {
        let bound = Bound { bytes_max: 10_000, ..bound(3, Overflow::DropOldest) };
        let long = "x".repeat(1000);
        let mut queue = Outbound::default();
        push(&mut queue, &long, &bound);
        queue.written(1);
        for (tone, lost) in [("one", 0), ("two", 0), ("three", 1), ("four", 1)] {
            assert_eq!(push(&mut queue, tone, &bound), lost);
        }
        assert_eq!(waiting(&queue), format!("{}\nthree\nfour\n", &long[1..]));
        assert_eq!((queue.written(1000), queue.waiting()), (1, 11));
    }

    #[test]
    fn the_newest_is_lost_where_the_queue_says_so() {
        let bound = bound(2, Overflow::DropNewest);
        let mut queue = Outbound::default();
        let lost: Vec<_> = ["one", "two", "three"].map(|tone| push(&mut queue, tone, &bound)).to_vec();
        assert_eq!((lost, &*waiting(&queue)), (vec![0, 0, 1], "one\ntwo\n"));
    }

    #[test]
    fn bytes_are_bounded_too_but_one_tone_alone_passes() {
        let bound = bound(9, Overflow::DropOldest);
        let long = "x".repeat(200);
        let mut queue = Outbound::default();
        assert_eq!(push(&mut queue, &long, &bound), 0);
        assert_eq!(push(&mut queue, "next", &bound), 1);
        assert_eq!(waiting(&queue), "next\n");
        assert_eq!(queue.written(1), 0);
        assert_eq!(push(&mut queue, &long, &bound), 1, "the tone under way cannot be lost");
    }

    #[test]
    fn not_even_one_tone_alone_is_longer_than_what_is_left() {
        let bound = bound(9, Overflow::DropOldest);
        let mut queue = Outbound::default();
        push(&mut queue, "one", &bound);
        assert_eq!(queue.push(&[&[b'x'; 51]], None, &bound, 50), 1);
        assert_eq!(waiting(&queue), "one\n", "nothing is lost for a tone that does not come");
        assert_eq!(queue.push(&[&[b'x'; 48]], None, &bound, 50), 1);
        assert_eq!(queue.push(&[b"yy"], None, &bound, 50), 0);
        assert_eq!(queue.waiting(), 50);
    }

    /// Tones of many lengths come, are lost and are written: the memory is never much more than what waits.
    #[test]
    fn memory_is_in_proportion_to_what_waits() {
        const MOST: usize = 1 << 20;
        let bound = Bound { bytes_max: MOST, ..bound(500, Overflow::DropOldest) };
        let mut queue = Outbound::default();
        for round in 0..4000 {
            let tone = vec![b'x'; 1 + round * 7919 % 30_000];
            queue.push(&[&tone], None, &bound, usize::MAX);
            assert!(queue.bytes() <= MOST * 8 / 5, "{} in round {round}", queue.bytes());
            if round % 1000 > 700 {
                queue.written(queue.ready(Instant::now).len().min(40_000));
            }
            let least = queue.waiting().max(SPARE_BYTES_MAX / 4);
            assert!(queue.bytes() <= 4 * least, "{} for {} in round {round}", queue.bytes(), queue.waiting());
        }
        queue.written(queue.waiting());
        assert!(queue.bytes() == 0 && queue.bytes.capacity() <= SPARE_BYTES_MAX);
    }

    #[test]
    fn exact_bytes_are_cut_where_they_say() {
        let mut queue = Outbound::default();
        push(&mut queue, "one", &bound(9, Overflow::DropOldest));
        queue.push_exact(b"abcd", &Split::At(vec![1, 3]));
        queue.push_exact(b"xy", &Split::Whole);
        queue.push_exact(b"z\n", &Split::EveryByte);
        push(&mut queue, "two", &bound(9, Overflow::DropOldest));
        let mut seen = Vec::new();
        while !queue.is_empty() {
            let bytes = waiting(&queue);
            seen.push((bytes.clone(), queue.is_piece()));
            queue.written(bytes.len());
        }
        let wanted = [
            ("one\n", false),
            ("a", true),
            ("bc", true),
            ("d", true),
            ("xy", false),
            ("z", true),
            ("\n", true),
            ("two\n", false),
        ];
        assert_eq!(seen, wanted.map(|(bytes, is_piece)| (bytes.to_owned(), is_piece)));
    }

    #[test]
    fn tones_that_are_held_back_keep_their_order() {
        let bound = bound(9, Overflow::DropOldest);
        let start = Instant::now();
        let at = |ms| Some(start + Duration::from_millis(ms));
        let mut queue = Outbound::default();
        queue.push(&[b"a\n"], at(20), &bound, 100);
        queue.push(&[b"b\n"], at(10), &bound, 100);
        queue.push(&[b"c\n"], at(30), &bound, 100);
        assert_eq!(queue.ready(|| start), b"");
        assert_eq!(queue.next_due(), at(20));
        assert_eq!(queue.ready(|| start + Duration::from_millis(20)), b"a\nb\n");
        queue.written(4);
        assert_eq!(queue.next_due(), at(30));
    }
}
