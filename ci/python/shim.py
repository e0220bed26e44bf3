"""The shim of thrum-py: shim protocol 1 on stdin and stdout. It drives and reports, never judges.

An op is a method `op_…` of `Shim`; `acts` is what a client can be driven to do; `FUNCTIONS` are the
helpers. Whatever is in none of them is `unsupported`.
"""

import asyncio
import inspect
import os
import sys
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import thrum
from shim_values import dump, load

VERBS = ["prompt", "cancel", "cleanup", "curate", "petal-cell", "log", "echo", "perf-mark"]
CAPS = ["hello", "handlers.async", "threads", "tools", "timeouts", "permits", "tendrils", "turns"]
CAPS += ["reconnect.auto", "reconnect.manual", "wane.wired", "wane.merge", "clock.virtual"]
CAPS += [f"verb.{chi}" for chi in VERBS]

OK = {"ok": True}
UNSUPPORTED = {"ok": False, "unsupported": True}
NO_SUCH_CLIENT = {"ok": False, "code": "no-such-client"}
REAL_CLOCK = thrum.clock.now_ms


def emit(message, **fields):
    sys.stdout.buffer.write(dump({**message, **fields}))
    sys.stdout.buffer.flush()


def failure(error):
    return {"ok": False, "code": type(error).__name__, "message": str(error)}


async def ended(result):
    return await result if inspect.isawaitable(result) else result


class Shim:
    """The ops: each takes its request and returns its reply."""

    async def run(self):
        self.clients, tasks = {}, set()
        stdin = asyncio.StreamReader(limit=sys.maxsize)
        protocol = asyncio.StreamReaderProtocol(stdin)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        async for line in stdin:
            request = load(line)
            task = asyncio.create_task(self.serve(request))  # tasks start in the order of their making
            tasks.add(task)  # the loop itself would not keep it
            task.add_done_callback(tasks.discard)
            if request["op"] == "stop":
                return await task

    async def serve(self, request):
        op = getattr(self, "op_" + request["op"], lambda request: UNSUPPORTED)
        try:
            reply = await ended(op(request))
        except Exception as error:
            reply = failure(error)
        emit(reply, id=request["id"])

    def op_start(self, request):
        if request["v"] != 1:
            return {"ok": False, "code": "version", "versions": [1]}
        wire, lang = thrum.THRUM_VERSION, "python {}.{}".format(*sys.version_info)
        impl = {"name": "thrum-py", "version": wire, "lang": lang}
        return {**OK, "v": 1, "impl": impl, "wire": wire, "profiles": ["document"], "caps": CAPS}

    def op_ping(self, request):
        return OK

    op_stop = op_ping

    def op_call(self, request):
        function = FUNCTIONS.get(request["fn"])
        return {**OK, "value": function(**request["args"])} if function else UNSUPPORTED

    def op_clock(self, request):
        now = request["now"]
        thrum.clock.now_ms = REAL_CLOCK if now is None else lambda: now
        return OK

    def op_open(self, request):
        if request["role"] != "asker":
            return UNSUPPORTED
        thrum.clock.now_ms = REAL_CLOCK
        hello = {"bee": "thrum-py", **request["hello"]}
        backoff = thrum.Backoff(first=0.001) if request.get("reconnect") == "auto" else None
        client = thrum.ThrumClient(request["socket"], hello=hello, reconnect=backoff)
        handle = f"c{request['id']}"  # no two requests share an id
        self.clients[handle] = acts(handle, client)
        return {**OK, "client": handle}

    async def op_do(self, request):
        fields, client = dict(request["act"]), self.clients.get(request["client"])
        if client is None:
            return NO_SUCH_CLIENT
        act = client.get(fields.pop("do"))
        if act is None:
            return UNSUPPORTED
        reply = OK
        if request.get("wait") is False:
            emit(OK, id=request["id"])
            reply = {"ev": "done"}
        try:
            await ended(act(**fields))
        except Exception as error:
            return {**reply, **failure(error)}
        return reply

    def op_end(self, request):
        client = self.clients.pop(request["client"], None)
        if client is None:
            return NO_SUCH_CLIENT
        client["close"]()
        return OK


def acts(handle, client):
    """The acts of a client by name. From now on it shows what it hands over."""
    gates = defaultdict(lambda: (asyncio.Event(), set()))  # whether it is open, and who waits there

    def event(ev, **fields):
        emit({"ev": ev, "client": handle}, **fields)

    def delivered(to, tone):
        where = {"conn": client.connections, "to": to}
        try:
            event("delivered", **where, tone=tone)
        except (ValueError, RecursionError):
            event("delivered", **where, unprintable=True)

    def handler(sid, throws):
        def fails(tone):
            delivered(sid, tone)
            raise RuntimeError("a handler that throws")

        async def fails_later(tone):
            fails(tone)

        client.on(sid, fails_later if throws == "async" else fails)

    def tool(name, description, input_schema, gate=None, throws=None, returns=None, timeout_ms=60_000):
        async def body(args):
            if gate is not None:
                opened, bodies = gates[gate]
                bodies.add(asyncio.current_task())
                await opened.wait()
            if throws is not None:
                raise RuntimeError(throws)
            return returns

        client.tool(name, description, input_schema, body, timeout=timeout_ms / 1000)

    async def release(gate):
        opened, bodies = gates[gate]
        opened.set()
        await asyncio.gather(*bodies, return_exceptions=True)

    client.on_any(lambda tone: delivered(None, tone))
    client.on_disconnect(lambda _: event("disconnected", conn=client.connections))
    client.on_turn(lambda sid, outcome, _: event("turn", sid=sid, outcome=outcome))
    own = ("connect", "send", "prompt", "cancel", "tick", "close")
    return {
        **{do: getattr(client, do) for do in own},
        "send-many": lambda tones, threads=1: in_threads(threads, client.send, tones),
        "verb": lambda chi, fields: getattr(client, chi.replace("-", "_"))(**fields),
        "subscribe": lambda sid: client.on(sid, lambda tone: delivered(sid, tone)),
        "unsubscribe": client.off,
        "handler": handler,
        "tool": tool,
        "release": release,
        "permit": lambda decision: client.on_permission(lambda ask: decision),
        "tendril": lambda returns: client.on_tendril(lambda reach: returns),
    }


def in_threads(count, work, items):
    """What work(item) gives for each item, done in threads that start together."""
    if count == 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(count, initializer=threading.Barrier(count).wait) as pool:
        shares = [items[number::count] for number in range(count)]
        return sum(pool.map(lambda share: in_threads(1, work, share), shares), [])


def wane(ops):
    tracker, results = thrum.WaneTracker(), []
    try:
        for name, *args in ops:
            results.append(getattr(tracker, name)(*args))
    except Exception as error:
        results.append({"$raises": type(error).__name__})
    return results


FUNCTIONS = {
    **{fn: getattr(thrum, fn) for fn in ("is_valid_chi", "sigil", "dusk_in", "is_dusk", "encode")},
    "version": lambda: thrum.THRUM_VERSION,
    "registry": lambda of: {"chi": thrum.ALL_CHI, "pulse": list(thrum.PulseKind)}[of],
    "rid": lambda count, threads=1: in_threads(threads, lambda _: thrum.rid(), range(count)),
    "wane": wane,
    "socket_path": lambda env: thrum.default_socket_path({**os.environ, **env}),
}

if __name__ == "__main__":
    asyncio.run(Shim().run())
