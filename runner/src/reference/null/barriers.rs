//! The testee that reports only the markers of the suite: whoever takes a passed barrier for an observation
//! is fooled.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{Message, act, op, say, yes};
use crate::reference::helper;
use mock_humd::wire::chi::THRUM_VERSION;

const MARKER: &str = "~barrier-";

/// Its clients, by name.
#[derive(Default)]
pub(super) struct OnlyBarriers {
    opened: u64,
    clients: HashMap<String, Client>,
}

struct Client {
    socket: String,
    bee: String,
    sids: Arc<Mutex<HashSet<String>>>,
    conn: u64,
    stream: Option<UnixStream>,
}

impl OnlyBarriers {
    /// Says yes to everything; connects, subscribes and sends markers where asked.
    pub fn serve(&mut self, request: &Message) {
        match op(request) {
            "open" => self.open(request),
            "do" => {
                let client =
                    text(request, "client").and_then(|name| self.clients.get_mut(name).zip(Some(name)));
                if let (Some((client, name)), Some(act)) = (client, act(request)) {
                    client.act(name, act);
                }
                yes(request, &Value::Null);
            }
            "end" => {
                if let Some(Client { stream: Some(stream), .. }) =
                    text(request, "client").and_then(|name| self.clients.remove(name))
                {
                    let _ = stream.shutdown(std::net::Shutdown::Both);
                }
                yes(request, &Value::Null);
            }
            _ => yes(request, &Value::Null),
        }
    }

    fn open(&mut self, request: &Message) {
        self.opened += 1;
        let name = format!("c{}", self.opened);
        let resolved = || helper::default_socket_path().to_string_lossy().into_owned();
        let bee = request.get("hello").and_then(|hello| hello.get("bee")).and_then(Value::as_str);
        let client = Client {
            socket: text(request, "socket").map_or_else(resolved, str::to_owned),
            bee: bee.unwrap_or("thrum-null").to_owned(),
            sids: Arc::default(),
            conn: 0,
            stream: None,
        };
        self.clients.insert(name.clone(), client);
        say(&json!({"id": request.get("id"), "ok": true, "client": name}));
    }
}

impl Client {
    fn act(&mut self, name: &str, act: &Message) {
        match text(act, "do") {
            Some("connect") => self.connect(name),
            Some("close") => self.stream = None,
            Some("subscribe" | "handler") => {
                if let Some(sid) = text(act, "sid") {
                    self.sids.lock().expect("no holder of this lock panics").insert(sid.to_owned());
                }
            }
            Some("unsubscribe") => {
                self.sids
                    .lock()
                    .expect("no holder of this lock panics")
                    .remove(text(act, "sid").unwrap_or_default());
            }
            Some("send") => {
                let tone = act.get("tone").and_then(Value::as_object);
                if let Some(tone) = tone.filter(|tone| is_marker(text(tone, "message"))) {
                    self.write(tone.clone());
                }
            }
            _ => {}
        }
    }

    fn connect(&mut self, name: &str) {
        let Ok(stream) = UnixStream::connect(&self.socket) else { return };
        self.conn += 1;
        if let Ok(read) = stream.try_clone() {
            let (name, sids, conn) = (name.to_owned(), self.sids.clone(), self.conn);
            std::thread::spawn(move || report(read, &name, conn, &sids));
        }
        self.stream = Some(stream);
        let hello = json!({"chi": "hello", "bee": self.bee, "protoVersion": THRUM_VERSION});
        if let Value::Object(hello) = hello {
            self.write(hello);
        }
    }

    fn write(&mut self, mut tone: Message) {
        tone.insert("rid".into(), helper::rid().into());
        tone.insert("from".into(), self.bee.clone().into());
        if let Some(stream) = &mut self.stream {
            let _ = stream.write_all(format!("{}\n", Value::Object(tone)).as_bytes());
        }
    }
}

/// Reports the markers that arrive, and drops every other tone.
fn report(read: UnixStream, client: &str, conn: u64, sids: &Mutex<HashSet<String>>) {
    for line in BufReader::new(read).split(b'\n') {
        let Ok(line) = line else { return };
        let Ok(Value::Object(tone)) = serde_json::from_slice::<Value>(&line) else { continue };
        if !is_marker(text(&tone, "rid")) {
            continue;
        }
        let subscribed = |sid: &&str| sids.lock().expect("no holder of this lock panics").contains(*sid);
        let to = text(&tone, "sid").filter(subscribed);
        say(&json!({"ev": "delivered", "client": client, "conn": conn, "to": to, "tone": tone}));
    }
}

fn is_marker(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.starts_with(MARKER))
}

fn text<'a>(message: &'a Message, key: &str) -> Option<&'a str> {
    message.get(key).and_then(Value::as_str)
}
