//! Connecting: what a shim must do meanwhile, and what the client says first.

use mock_humd::pattern::{Pattern, Scope};
use mock_humd::script::Op;
use mock_humd::server::Missed;
use mock_humd::wire::chi::THRUM_VERSION;
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::{End, Walk};
use crate::smoke::talk::Answer;
use crate::testee::Request;

impl Walk<'_, '_> {
    /// `connect` with `"wait":false` while the daemon holds its breath back: the reply and that to a ping
    /// must come all the same, and `done` once the breath is there.
    pub(super) async fn connect(&mut self) -> Result<(), End> {
        let patience = self.list.limits.reply;
        let talk = &mut self.list.talk;
        let connect = Request::Do { client: self.client.clone(), act: json!({"do": "connect"}), wait: false };
        let id = talk.send(&connect).await;
        let ping = talk.send(&Request::Ping).await;
        let answer = talk.reply(id, patience).await;
        let alive = match answer {
            Answer::Lost => return Err(End::Fault),
            _ => talk.reply(ping, patience).await,
        };
        if answer.is_unsupported() {
            return Err(End::Unsupported("connect"));
        }
        if let Answer::Reply(_) = &answer
            && !answer.is_ok()
        {
            self.list.accepted(
                &answer,
                "the act `connect` is refused",
                "the daemon listens at the `socket` of `open`",
            );
            return Err(End::Fault);
        }
        if alive == Answer::Lost {
            return Err(End::Fault);
        }
        self.hello(id).await?;
        self.send(&[
            json!({"chi": "breath", "rid": "breath-0", "from": "daemon", "protoVersion": THRUM_VERSION}),
        ])
        .await?;
        if answer == Answer::Late || alive == Answer::Late {
            self.blocked(id, ping, &answer, &alive).await;
            return Err(End::Fault);
        }
        let talk = &mut self.list.talk;
        let is_done = |event: &Map<String, Value>| {
            event["ev"] == "done" && event.get("id").and_then(Value::as_u64) == Some(id)
        };
        match talk.event(0, is_done).await {
            Some(done) if done.event.contains_key("ok") => {
                let hint =
                    "the daemon took the connection, read hello and sent breath; look at the client's error";
                talk.fault(talk.sent(id), Some(done.line), "`connect` failed".to_owned(), hint.to_owned());
                Err(End::Fault)
            }
            Some(_) => Ok(()),
            None => {
                let hint = format!(
                    "with `\"wait\":false` reply at once, and when the act has ended report `{{\"ev\":\"done\",\"id\":{id}}}`"
                );
                talk.fault(talk.sent(id), None, "no event `done` after the act had ended".to_owned(), hint);
                Err(End::Fault)
            }
        }
    }

    /// Which of the two replies came only after the daemon had spoken, or not at all.
    async fn blocked(&mut self, id: u64, ping: u64, answer: &Answer, alive: &Answer) {
        let (talk, patience) = (&mut self.list.talk, self.list.limits.reply);
        let late = if *answer == Answer::Late { talk.reply(id, patience).await } else { Answer::Late };
        if *alive == Answer::Late {
            let revived = matches!(talk.reply(ping, patience).await, Answer::Reply(_));
            let why = if revived {
                "`ping` was answered only when the daemon had sent its breath: stdin is not read while an act runs"
            } else {
                "`ping` is not answered while `connect` runs: stdin is not read"
            };
            let hint = "run acts beside the loop that reads stdin, in a thread or a task";
            talk.fault(talk.sent(id), None, why.to_owned(), hint.to_owned());
        } else {
            let when = if matches!(late, Answer::Reply(_)) {
                "only when the daemon had sent its breath"
            } else {
                "never"
            };
            let why = format!("`\"wait\":false` wants a reply at once, and it came {when}");
            let hint = format!(
                "reply first, then run the act, and report `{{\"ev\":\"done\",\"id\":{id}}}` when it has ended"
            );
            talk.fault(talk.sent(id), None, why, hint);
        }
    }

    /// The client's hello is the first tone on its connection.
    async fn hello(&mut self, connect: u64) -> Result<(), End> {
        let Ok(pattern) = Pattern::parse(&json!({"chi": "hello"})) else { return Err(End::Fault) };
        let mut scope = Scope::default();
        let op = Op::Expect { patterns: vec![pattern], any_order: false };
        let played = timeout(self.list.limits.reply, self.daemon.play(&op, 0, &mut scope)).await;
        let (why, hint) = match played {
            Ok(Ok(played)) if played.met => return Ok(()),
            Ok(Ok(_)) => {
                ("the first tone on the connection is no hello (HELLO-01)", "send hello before anything else")
            }
            Ok(Err(Missed::Ended)) => (
                "the client closed its connection before hello",
                "keep the connection until `close` or `end`",
            ),
            Ok(Err(_)) => ("what came on the connection is no tone", "send hello, one JSON object and LF"),
            Err(_) if self.daemon.connections() == 0 => (
                "no connection arrived at the socket",
                "`connect` opens the connection to the `socket` of `open`",
            ),
            Err(_) => (
                "a connection arrived, and no hello (HELLO-01)",
                "send hello as soon as the socket is connected, before the breath of the daemon",
            ),
        };
        let talk = &mut self.list.talk;
        talk.fault(talk.sent(connect), None, why.to_owned(), hint.to_owned());
        Err(End::Fault)
    }
}
