//! What a walk asks of the shim besides acts: helper functions, the clock, and time for writes to get stuck.

use std::time::Instant;

use mock_humd::pattern::{Pattern, Unbound};
use serde_json::Value;

use super::evidence::{What, Why};
use super::walk::Walk;
use crate::testee::{Asked, Reply, Request};

impl Walk<'_> {
    /// A helper function, called inside a wire case.
    pub(super) async fn call(
        &mut self,
        function: &str,
        args: Result<Value, Unbound>,
        returns: Option<&Pattern>,
    ) -> (What, Option<Why>) {
        self.stimulus();
        let args = match args {
            Ok(args) => args,
            Err(unbound) => return (What::Done, Some(Why::Suite(unbound.to_string()))),
        };
        match self.testee.ask(Request::Call { function: function.to_owned(), args }).await {
            Ok(Asked::Answer(reply)) => {
                let stop = match (&reply.what, returns) {
                    (Reply::Unsupported, _) => Some(Why::Unsupported),
                    (Reply::Ok(fields), Some(pattern)) => {
                        let value = fields.get("value").cloned().unwrap_or(Value::Null);
                        (!self.check(pattern, &value)).then_some(Why::Mismatch)
                    }
                    (Reply::Ok(_), None) | (Reply::Refused { .. }, Some(_)) => Some(Why::Mismatch),
                    _ => None,
                };
                (What::Reply(reply.what), stop)
            }
            Ok(Asked::Late) => (What::Done, Some(Why::Silent)),
            Err(gone) => (What::Done, Some(Why::Gone(gone))),
        }
    }

    /// Waits until the client's writes are stuck: bytes lie unread, and no more come while the shim answers twice.
    /// Too early only weakens the case.
    pub(super) async fn stalled(&mut self, conn: usize) -> Result<(), Why> {
        let deadline = Instant::now() + self.limits.reply;
        let mut unchanged = 0;
        let mut last = 0;
        while unchanged < 2 {
            if Instant::now() > deadline {
                return Err(Why::Silent);
            }
            self.testee.ping().await?;
            let unread = self.daemon.unread(conn).map_err(|error| Why::Suite(error.to_string()))?;
            unchanged = if unread > 0 && unread == last { unchanged + 1 } else { 0 };
            last = unread;
        }
        Ok(())
    }

    /// Sets the client's virtual clock.
    pub(super) async fn clock(&mut self, now: i64) -> Result<(), Why> {
        self.clocked = true;
        match self.testee.ask(Request::Clock(Some(now))).await? {
            Asked::Answer(reply) if matches!(reply.what, Reply::Ok(_)) => Ok(()),
            Asked::Answer(_) => Err(Why::Unsupported),
            Asked::Late => Err(Why::Silent),
        }
    }
}
