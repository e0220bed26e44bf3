"""A shim with one fault, named by its first argument. It speaks just enough of the protocol to get to the fault."""

import json
import os
import subprocess
import sys

FAULT = sys.argv[1]
if len(sys.argv) > 2:
    with open(sys.argv[2], "a") as pids:
        print(os.getpid(), file=pids)


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def start(ident):
    caps = ["tolls"] if FAULT == "unknown-capability" else []
    impl = {"name": "bad", "version": "0", "lang": "python"}
    wire = "0.6.0" if FAULT == "other-wire" else "0.7.0"
    profiles = {"unknown-profile": ["dokument"], "no-profile": []}.get(FAULT, ["document"])
    say({"id": ident, "ok": True, "v": 1, "impl": impl, "wire": wire, "profiles": profiles, "caps": caps})


def forever():
    while True:
        if not os.read(0, 65536):
            break
    # stdin has ended, and this shim does not care
    import signal

    signal.pause()


if FAULT == "exits-at-once":
    print("no module named thrum", file=sys.stderr)
    sys.exit(3)
if FAULT == "garbage":
    print("listening on port 8080", flush=True)
    sys.exit(0)
if FAULT == "hangs-at-start":
    forever()
if FAULT == "floods":
    while True:
        sys.stdout.write("x" * 65535 + "\n")
calls = 0
for line in sys.stdin:
    message = json.loads(line)
    op, ident = message["op"], message["id"]
    if FAULT == "wrong-id" and op == "start":
        start(ident + 1000)
    elif FAULT == "missing-id" and op == "start":
        say({"ok": True, "v": 1})
    elif op == "start":
        start(ident)
        if FAULT == "stops-reading":
            forever()
        if FAULT == "leaves-a-child":
            child = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            with open(sys.argv[2], "a") as pids:
                print(child.pid, file=pids)
    elif op.startswith("probe"):
        say({"id": ident, "ok": True} if FAULT == "accepts-anything" else {"id": ident, "ok": False, "unsupported": True})
    elif op == "ping":
        say({"id": ident, "ok": True})
    elif op == "stop":
        say({"id": ident, "ok": True})
        sys.exit(0)
    elif FAULT == "hangs-in-a-case" and op == "call":
        with open(sys.argv[2], "a") as pids:
            print("hanging", file=pids)
        forever()
    elif FAULT == "impossible" and op == "call":
        say({"id": ident, "ok": False, "impossible": True, "why": "the type system forbids it"})
    elif FAULT == "unknown-key" and op == "call":
        say({"ev": "delivered", "client": "c1", "conn": 1, "to": None, "tone": {}, "at": 1})
    elif FAULT in ("hangs-later", "breaks-later") and op == "call" and message["fn"] == "version":
        say({"id": ident, "ok": True, "value": "0.7.0"})
    elif FAULT in ("hangs-later", "breaks-later") and op == "call":
        with open(sys.argv[2], "a") as pids:
            print("hanging", file=pids)
        if FAULT == "hangs-later":
            forever()
        say({"ev": "delivered", "client": "c1", "conn": 1, "to": None, "tone": {}, "at": 1})
    elif FAULT == "fickle" and op == "call":
        calls += 1
        say({"id": ident, "ok": True, "value": "banana" if calls == 5 else "0.7.0"})
    elif FAULT == "noisy" and op == "call":
        print("calling", message["fn"], flush=True)
        say({"id": ident, "ok": True, "value": "0.7.0"})
    else:
        say({"id": ident, "ok": False, "unsupported": True})
