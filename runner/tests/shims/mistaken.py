"""A whole small shim with a client of its own, and one mistake of shim authors, named by its first argument.

With the mistake `none` it is as it should be; `only-call` and `nothing-yet` are unfinished, and not wrong.
"""

import json
import os
import socket
import sys
import threading
import time

MISTAKE = sys.argv[1]
UNSUPPORTED = {"ok": False, "unsupported": True}
lock = threading.Lock()
clients = {}
if MISTAKE == "not-flushed":
    sys.stdout = open(1, "w", buffering=1 << 16)


def is_(name):
    return MISTAKE == name


def say(message):
    if is_("pretty-printed"):
        text = json.dumps(message, indent=2)
    elif is_("array"):
        text = json.dumps([message])
    elif is_("single-quotes"):
        text = str(message)
    else:
        text = json.dumps(message)
    with lock:
        sys.stdout.write(text + ("" if is_("no-newline") else "\n"))
        if not is_("not-flushed"):
            sys.stdout.flush()


class Client:
    def __init__(self, handle, path):
        self.handle, self.path, self.sids, self.conn = handle, path, set(), None
        self.breathed = threading.Event()

    def connect(self):
        self.conn = socket.socket(socket.AF_UNIX)
        self.conn.connect(self.path)
        if is_("hello-late"):
            self.send({"chi": "log", "level": "info", "message": "here I am"})
        self.send({"chi": "hello", "bee": "mistaken", "version": "1", "protoVersion": "0.7.0", "source": "x", "chis": []})
        if not is_("deaf"):
            threading.Thread(target=self.read, daemon=True).start()
        if is_("waits-for-breath") or is_("reads-no-stdin"):
            self.breathed.wait()

    def send(self, tone):
        tone = {**tone, "rid": f"r-{time.time_ns()}", "from": "mistaken", "sentAt": time.time_ns() // 1_000_000}
        self.conn.sendall(json.dumps(tone).encode() + b"\n")

    def read(self):
        for line in self.conn.makefile("rb"):
            self.deliver(json.loads(line))
        event = {"ev": "disconnected", "client": self.handle, "conn": 1}
        say(event)

    def deliver(self, tone):
        to = tone.get("sid") if tone.get("sid") in self.sids else None
        if tone["chi"] == "breath":
            self.breathed.set()
        if (is_("sid-deaf") and to) or (is_("catch-all-deaf") and not to):
            return
        if is_("barrier-not-reported") and tone["chi"] == "log":
            return
        if is_("to-always-null"):
            to = None
        event = {"ev": "delivered", "client": self.handle, "conn": 1, "to": to, "tone": tone}
        if is_("event-with-extra-key"):
            event["at"] = 1
        elif is_("event-without-conn"):
            del event["conn"]
        elif is_("event-conn-string"):
            event["conn"] = "1"
        elif is_("event-without-to"):
            del event["to"]
        elif is_("event-other-client"):
            event["client"] = "client-1"
        elif is_("event-unknown"):
            event["ev"] = "deliverd"
        elif is_("shim-error"):
            event = {"ev": "shim-error", "message": "KeyError: 'sid'"}
        say(event)

    def do(self, act):
        name = act["do"]
        if name == "connect":
            self.connect()
        elif name == "subscribe":
            self.sids.add(act["sid"])
        elif name == "send":
            if is_("waits-for-the-daemon"):
                threading.Event().wait()
            if not is_("sends-nothing"):
                self.send(act["tone"])
        elif name == "close":
            self.conn.shutdown(socket.SHUT_RDWR)
        elif is_("accepts-any-act"):
            pass
        else:
            return UNSUPPORTED
        return {"ok": True}


def start():
    reply = {"ok": True, "v": 1, "impl": {"name": "mistaken", "version": "1", "lang": "python"}, "wire": "0.7.0"}
    reply |= {"profiles": ["document"], "caps": ["hello"]}
    if is_("no-v"):
        del reply["v"]
    reply |= {
        "other-wire": {"wire": "0.6.0"},
        "unknown-capability": {"caps": ["tolls"]},
        "unknown-profile": {"profiles": ["dokument"]},
        "caps-no-list": {"caps": "hello"},
    }.get(MISTAKE, {})
    return {"ok": False, "code": "version", "versions": [2]} if is_("refuses-start") else reply


def call(message):
    if message["fn"] == "version":
        value = {"value-of-another-type": 7}.get(MISTAKE, "0.7.0")
        return {"ok": True} if is_("no-value") else {"ok": True, "value": value}
    if message["fn"] == "sigil" and is_("call-refused"):
        return {"ok": False, "code": "TypeError", "message": "sigil() got an unexpected keyword argument"}
    return {"ok": True, "value": None} if is_("accepts-any-function") else UNSUPPORTED


def open_(message):
    if is_("open-without-client"):
        return {"ok": True}
    if is_("open-refused"):
        return {"ok": False, "code": "KeyError"}
    handle = "c1" if is_("same-handle") else f"c{message['id']}"
    clients[handle] = Client(handle, message["socket"])
    return {"ok": True, "client": handle}


def do(message):
    client = clients.get(message["client"])
    if client is None:
        return {"ok": True} if is_("any-client") else {"ok": False, "code": "no-such-client"}
    if message.get("wait", True) or message["act"]["do"] != "connect" or is_("ignores-wait"):
        if is_("waits-for-the-daemon") or is_("ignores-wait"):
            threading.Thread(target=lambda: reply(message, client.do(message["act"])), daemon=True).start()
            return None
        return client.do(message["act"])
    if is_("reads-no-stdin"):
        client.do(message["act"])
    else:
        threading.Thread(target=lambda: later(message, client), daemon=True).start()
    return {"ok": True}


def later(message, client):
    outcome = client.do(message["act"])
    if is_("waits-for-breath"):
        reply(message, outcome)
    if not is_("no-done"):
        say({"ev": "done", "id": message["id"]} | ({"ok": False, "code": "Error"} if is_("done-failed") else {}))


def reply(message, fields):
    ident = message["id"]
    ident = {"wrong-id": ident + 1000, "string-id": str(ident)}.get(MISTAKE, ident)
    full = {"id": ident, **fields}
    if is_("no-id"):
        del full["id"]
    if is_("no-ok") and fields.get("ok") and message["op"] == "ping":
        del full["ok"]
    if is_("extra-key") and message["op"] == "ping":
        full["time"] = 1
    say(full)
    if is_("replies-twice") and message["op"] == "ping":
        say(full)


def answer(message):
    op = message["op"]
    if op == "start":
        return start()
    if op == "ping":
        return {"ok": True}
    if op == "call" and not is_("nothing-yet"):
        return call(message)
    if is_("nothing-yet") or is_("only-call"):
        return {"ok": True} if op == "stop" else UNSUPPORTED
    if op == "open":
        return open_(message)
    if op == "do":
        return do(message)
    if op == "end":
        if is_("exits-on-end"):
            os._exit(0)
        clients.pop(message["client"], None)
        return {"ok": True}
    if op == "stop" or is_("accepts-any-op"):
        return {"ok": True}
    return UNSUPPORTED


def main():
    if is_("dies-at-start"):
        raise ModuleNotFoundError("No module named 'thrum'")
    while is_("floods"):
        sys.stdout.write("x" * (1 << 16))
    if is_("reads-to-the-end"):
        lines = sys.stdin.read().splitlines()
    else:
        lines = iter(sys.stdin.readline, "")
    for line in lines:
        message = json.loads(line)
        if is_("never-replies"):
            continue
        if is_("dies-on-call") and message["op"] == "call":
            raise KeyError("fn")
        if is_("prints"):
            print("handling", message["op"], flush=True)
        if is_("hangs-on-unknown") and message["op"].startswith("probe"):
            continue
        fields = answer(message)
        if is_("waits-for-breath") and message["op"] == "do" and message.get("wait") is False:
            continue
        if fields is not None:
            reply(message, fields)
        if message["op"] == "stop":
            break
    if is_("stays-after-stop"):
        threading.Event().wait()


main()
