//! How much the daemon keeps; mock-humd/README.md, Bounds, says what happens beyond.

/// What the daemon keeps at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one line, LF not counted; a longer one closes its connection.
    pub line_max: usize,
    /// Values of one tone that is looked into, at any depth; one with more is acknowledged and goes no further.
    pub values_max: usize,
    /// Bytes that the begun lines of all connections take together; the connection that goes beyond is closed.
    pub rest_bytes_max: usize,
    /// Tones that wait for one bee.
    pub queue_tones_max: usize,
    /// Bytes that wait for one bee; one tone alone may be longer.
    pub queue_bytes_max: usize,
    /// Bytes that wait for all bees together; beyond it a queue is full with 64 KiB.
    pub queues_bytes_max: usize,
    /// Connections at one time; one more is closed at once.
    pub peers_max: usize,
    /// Bytes that what the hellos of all bees said takes, by estimate; beyond it only the name of a bee is kept.
    pub hello_bytes_max: usize,
    /// Sessions; a prompt that would open one more gets an error.
    pub sessions_max: usize,
    /// Bytes that the ids of all sessions take, once more for each bee that has prompted one; a prompt that would go
    /// beyond gets an error too.
    pub sid_bytes_max: usize,
    /// Tools that prompts have declared, in all sessions together; a prompt that would go beyond gets an error.
    pub tools_max: usize,
    /// Tool calls, questions and tendrils without an answer; one more is lost.
    pub calls_max: usize,
    /// Bytes of their ids; one that goes beyond is lost too.
    pub call_bytes_max: usize,
    /// Bytes that the tones that wait for a script take together, decoded; beyond it nothing more is read of its
    /// connections that have 64 KiB waiting.
    pub inbox_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_max: 64 << 20,
            values_max: 500_000,
            rest_bytes_max: 512 << 20,
            queue_tones_max: 1024,
            queue_bytes_max: 64 << 20,
            queues_bytes_max: 512 << 20,
            peers_max: 20_000,
            hello_bytes_max: 128 << 20,
            sessions_max: 100_000,
            sid_bytes_max: 128 << 20,
            tools_max: 250_000,
            calls_max: 100_000,
            call_bytes_max: 32 << 20,
            inbox_bytes_max: 256 << 20,
        }
    }
}
