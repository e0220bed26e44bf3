"""The shim between thrum-conform and this client: shim protocol 1 on stdin and stdout.

Fill it in from the top, and run `thrum-conform smoke` after each step: the helpers (level 1), `open_client`
and the acts (level 2), then CAPS. What still raises Unsupported is unfinished, not wrong. The part below
"the protocol" is complete. A shim reports and never judges; print only to stderr.

It is one file, so that it runs from wherever it lies.
"""

import asyncio
import inspect
import json
import math
import os
import queue
import sys
import threading
from concurrent.futures import Future, wait

# next: import your client, such as: import my_client

IMPL = {"name": "my-client", "version": "0.0.0", "lang": "python {}.{}".format(*sys.version_info)}
WIRE = "{{wire}}"  # the wire version that your client speaks
CAPS = []  # next, after the acts: claim what your client has, such as "hello" or "verb.prompt"
ASYNC = False  # True where your client lives on an asyncio loop: its calls are then made on one


class Unsupported(Exception):
    """Not here, or not yet."""


# level 1: helpers. Hand the arguments to your client as they are, and return what it gives: bad ones too.


def version():
    # next: return the wire version that your client exports, such as my_client.THRUM_VERSION
    raise Unsupported


def sigil(**args):  # sid, nest
    # next: return my_client.sigil(**args)
    raise Unsupported


def registry(of):  # "chi" or "pulse"
    # next: return the list of strings, in the client's order: list(my_client.ALL_CHI) where `of` is "chi"
    raise Unsupported


def is_valid_chi(value):  # any value, also one that is no string
    # next: return my_client.is_valid_chi(value)
    raise Unsupported


def rid(count, threads=None):
    # next: return a list of `count` fresh rids; with `threads`, made by that many threads at once
    raise Unsupported


def dusk_in(ms):
    # next: return my_client.dusk_in(ms), ms since the epoch
    raise Unsupported


def is_dusk(tone):
    # next: return my_client.is_dusk(tone)
    raise Unsupported


def wane(ops):  # such as [["set", "s", 5], ["tick", "s"], ["snapshot"]]
    # next: on a fresh tracker, return the list of what each of get, set, tick, behind, merge, snapshot gives;
    # an error ends the list as {"$raises": "its name"}
    raise Unsupported


def socket_path(env):  # names to values; None unsets one
    # next: with environment(env): return the path that your client resolves
    raise Unsupported


def encode(envelope, body):
    # next: return the line that your client would send, as a string
    raise Unsupported


def clock(now):  # ms since the epoch; None is real time
    # next, where your client has a clock that can be set: set it, and claim "clock.virtual"
    raise Unsupported


HELPERS = [version, sigil, registry, is_valid_chi, rid, dusk_in, is_dusk, wane, socket_path, encode]


# level 2: one client. Handlers that you register report: self.delivered(to, tone).


class Testee:
    def __init__(self, handle, hello, socket, reconnect):
        self.handle, self.conn, self.gates = handle, 0, {}
        self.client = self.open_client(hello, socket, reconnect == "auto")

    def open_client(self, hello, socket, reconnect):
        # next: make your client, not yet connected, for the path `socket` (None: it resolves its own) and
        # with the fields of `hello`, and return it. Register
        #   a catch-all handler:   lambda tone: self.delivered(None, tone)
        #   a disconnect handler:  lambda *_: self.event("disconnected", conn=self.conn)
        #   a turn handler, with cap "turns":  self.event("turn", sid=sid, outcome="finished" or "failed")
        # Where `reconnect` is wanted and your client cannot come back by itself: Unsupported.
        raise Unsupported

    def end(self):
        # next: close the client, whatever state it is in; return its awaitable, if there is one
        for gate in list(self.gates.values()):
            gate.release()

    def connect(self):
        # next: count the connection (self.conn += 1), then return self.client.connect()
        # (where the client comes back by itself, count in its own connect event instead)
        raise Unsupported

    def subscribe(self, sid):
        # next: self.client.on(sid, lambda tone: self.delivered(sid, tone))
        raise Unsupported

    def send(self, tone):
        # next: self.client.send(tone): the client fills in rid, from and sentAt
        raise Unsupported

    def close(self):
        # next: return self.client.close()
        raise Unsupported

    def unsubscribe(self, sid):
        # next: self.client.off(sid)
        raise Unsupported

    def handler(self, sid, throws):  # "sync" or "async"
        # next: register a handler for the sid that calls self.delivered(sid, tone) and then raises
        raise Unsupported

    def send_many(self, tones, threads=None):
        # next: send each of the tones in order; with `threads`, from that many threads at once (cap
        # "threads")
        raise Unsupported

    def prompt(self, sid, text, tools=None):
        # next: self.client.prompt(sid, text, tools=tools), and claim "verb.prompt"
        raise Unsupported

    def cancel(self, sid):
        # next: self.client.cancel(sid), and claim "verb.cancel"
        raise Unsupported

    def verb(self, chi, fields):
        # next: call your client's own method for that chi with the fields, and claim "verb.CHI" for each
        raise Unsupported

    def tool(self, name, description, input_schema, timeout_ms=None, **body):
        # next: declare the tool with your client, and claim "tools"; its function calls self.tool_body(body),
        # or where it is async: await asyncio.to_thread(self.tool_body, body)
        raise Unsupported

    def permit(self, decision):
        # next: answer each permission question with the decision from now on, and claim "permits"
        raise Unsupported

    def tendril(self, returns):
        # next: answer each tendril call with `returns` from now on, and claim "tendrils"
        raise Unsupported

    def tick(self, sid, nest):
        # next: let the wane of sigil(sid, nest) rise by one in your client, and claim "wane.wired"
        raise Unsupported

    # complete: nothing to fill in below

    def release(self, gate):
        return asyncio.to_thread(self.gate(gate).release) if ASYNC else self.gate(gate).release()

    def gate(self, name):
        return self.gates.setdefault(name, Gate())

    def tool_body(self, body):
        """What a tool does when it is called: waits at its gate, then throws or returns."""
        with self.gate(body["gate"]) if "gate" in body else threading.Lock():
            if "throws" in body:
                raise RuntimeError(body["throws"])
            return body.get("returns")

    def delivered(self, to, tone):
        self.event("delivered", conn=max(self.conn, 1), to=to, tone=tone)

    def event(self, ev, **fields):
        """Reports; what fails here is the shim's own and must not reach the client's handlers."""
        try:
            emit({"ev": ev, "client": self.handle, **fields})
        except (ValueError, TypeError, RecursionError):
            fields.pop("tone", None)
            emit({"ev": ev, "client": self.handle, **fields, "unprintable": True})


ACTS = {
    name.replace("_", "-"): name
    for name in """
        connect subscribe send close unsubscribe handler send_many prompt cancel verb tool release permit
        tendril tick
    """.split()
}


class Gate:
    """Where tools wait until they are released; `with gate:` stands around what such a tool does."""

    def __init__(self):
        self.opened, self.inside, self.changed = False, 0, threading.Condition()

    def __enter__(self):
        with self.changed:
            self.inside += 1
            self.changed.wait_for(lambda: self.opened)

    def __exit__(self, *_):
        with self.changed:
            self.inside -= 1
            self.changed.notify_all()

    def release(self):
        with self.changed:
            self.opened = True
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.inside == 0)


class environment:
    """Sets environment variables for a while; None unsets one."""

    def __init__(self, env):
        self.env = env

    def __enter__(self):
        self.before = dict(os.environ)
        for name, value in self.env.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

    def __exit__(self, *_):
        os.environ.clear()
        os.environ.update(self.before)


# the protocol: complete. Stdin is read here; the acts of a client run in order beside it.


class Shim:
    def __init__(self):
        self.testees, self.queues, self.opened = {}, {}, 0

    def answer(self, request):
        """The fields of the reply; None where it is sent later."""
        op = request["op"]
        if op == "start":
            if request["v"] != 1:
                return {"ok": False, "code": "version", "message": "this shim speaks 1", "versions": [1]}
            return {"ok": True, "v": 1, "impl": IMPL, "wire": WIRE, "profiles": ["document"], "caps": CAPS}
        if op in ("ping", "stop"):
            return {"ok": True}
        if op == "call":
            helpers = {helper.__name__: helper for helper in HELPERS}
            if request["fn"] not in helpers:
                raise Unsupported
            return {"ok": True, "value": helpers[request["fn"]](**request["args"])}
        if op == "clock":
            clock(request["now"])
            return {"ok": True}
        if op == "open":
            if "clock.virtual" in CAPS:
                clock(None)
            if request["role"] != "asker" or "profile" in request:
                raise Unsupported
            self.opened += 1
            handle = f"c{self.opened}"
            fields = [request.get(key) for key in ("hello", "socket", "reconnect")]
            self.testees[handle] = begin(Testee, handle, *fields).result()
            self.queues[handle] = requests = queue.SimpleQueue()
            threading.Thread(target=work, args=(self.testees[handle], requests), daemon=True).start()
            return {"ok": True, "client": handle}
        if op in ("do", "end") and request["client"] not in self.testees:
            return {"ok": False, "code": "no-such-client", "message": request["client"]}
        if op == "do":
            act = ACTS.get(request["act"]["do"])
            if act is None or is_unfinished(getattr(Testee, act)):
                raise Unsupported
            self.queues[request["client"]].put(request)
            return None
        if op == "end":
            self.queues.pop(request["client"]).put(None)
            begin(self.testees.pop(request["client"]).end).result()
            return {"ok": True}
        raise Unsupported

    def run(self):
        for line in sys.stdin.buffer:
            request = load(line)
            try:
                fields = self.answer(request)
                if fields is not None:
                    emit({"id": request["id"], **fields})
            except Exception as error:
                emit({"id": request["id"], **failure(error)})
            if request["op"] == "stop":
                break


def work(testee, requests):
    """Carries out the acts of one client: each begins when the one before has ended, or has begun if nobody
    waits."""
    while (request := requests.get()) is not None:
        act = dict(request["act"])
        future = begin(getattr(testee, ACTS[act.pop("do")]), **act)
        if request.get("wait", True):
            emit({"id": request["id"], **outcome(future)})
        else:
            # its reply says that it has begun: by then it has ended, or it is blocked
            wait([future], timeout=0.05)
            emit({"id": request["id"], "ok": True})
            future.add_done_callback(lambda future, id=request["id"]: emit(done(id, outcome(future))))


def begin(function, *args, **fields):
    """Begins a call of the client, on the loop where it lives on one; gives its future."""

    async def call():
        result = function(*args, **fields)
        return await result if inspect.isawaitable(result) else result

    if ASYNC:
        return asyncio.run_coroutine_threadsafe(call(), LOOP)
    future = Future()

    def run():
        try:
            future.set_result(function(*args, **fields))
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def outcome(future):
    try:
        future.result()
    except Exception as error:
        return failure(error)
    return {"ok": True}


def done(id, fields):
    if fields.get("unsupported"):
        fields = {"ok": False, "code": "unsupported"}
    return {"ev": "done", "id": id, **({} if fields["ok"] else fields)}


def unfinished():
    raise Unsupported


def is_unfinished(function):
    """Whether a function is as it was generated: asked before it is begun, since some are not waited for."""
    return function.__code__.co_code == unfinished.__code__.co_code


def failure(error):
    if isinstance(error, Unsupported):
        return {"ok": False, "unsupported": True}
    return {"ok": False, "code": type(error).__name__, "message": str(error)}


# values that JSON cannot carry: {"$num": "NaN"}, {"$int": "18446744073709551615"}, {"$utf16": [55296]}


def load(line):
    return json.loads(line, object_hook=unwrapped)


def unwrapped(value):
    if "$num" in value:
        return float(value["$num"])
    if "$int" in value:
        return int(value["$int"])
    if "$utf16" in value:
        units = b"".join(unit.to_bytes(2, "little") for unit in value["$utf16"])
        return units.decode("utf-16-le", "surrogatepass")
    return value


def wrapped(value):
    if isinstance(value, dict):
        return {key: wrapped(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [wrapped(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$num": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if type(value) is int and abs(value) >= 2**53:
        return {"$int": str(value)}
    if isinstance(value, str) and any("\ud800" <= unit <= "\udfff" for unit in value):
        data = value.encode("utf-16-le", "surrogatepass")
        return {"$utf16": [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2)]}
    return value


def emit(message):
    line = json.dumps(wrapped(message), allow_nan=False) + "\n"
    with WRITING:
        sys.stdout.write(line)
        sys.stdout.flush()


WRITING = threading.Lock()
LOOP = asyncio.new_event_loop()

if __name__ == "__main__":
    threading.Thread(target=LOOP.run_forever, daemon=True).start()
    Shim().run()
    os._exit(0)  # whatever threads the client has left
