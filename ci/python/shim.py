"""The shim of thrum-py: shim protocol 1 on stdin and stdout. It drives and reports, never judges.

`answer` has the ops, `acts` what a client can be driven to do, `FUNCTIONS` the helpers. What is in
none of them is unsupported.
"""

import asyncio
import inspect
import os
import sys
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import thrum
from shim_values import dump, load

VERBS = ["prompt", "cancel", "cleanup", "curate", "petal-cell", "log", "echo", "perf-mark"]
CAPS = ["hello", "handlers.async", "threads", "tools", "timeouts", "permits", "tendrils", "turns"]
CAPS += ["reconnect.auto", "reconnect.manual", "wane.wired", "wane.merge", "clock.virtual"]
CAPS += [f"verb.{chi}" for chi in VERBS]
WIRE = thrum.THRUM_VERSION
IMPL = {"name": "thrum-py", "version": WIRE, "lang": "python {}.{}".format(*sys.version_info)}
START = {"v": 1, "impl": IMPL, "wire": WIRE, "profiles": ["document"], "caps": CAPS}

OK = {"ok": True}
REAL_CLOCK = thrum.clock.now_ms
clients = {}  # handle -> acts


async def main():
    stdin, tasks = asyncio.StreamReader(limit=sys.maxsize), set()
    protocol = asyncio.StreamReaderProtocol(stdin)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    async for line in stdin:
        request = load(line)
        task = asyncio.create_task(serve(request))  # tasks start in the order of their making
        tasks.add(task)  # the loop itself would not keep it
        task.add_done_callback(tasks.discard)
        if request["op"] == "stop":
            return await task


async def serve(request):
    head = {"id": request["id"]}
    try:
        reply = await answer(request, head)
    except Exception as error:
        reply = {"ok": False, "code": type(error).__name__, "message": str(error)}
    emit(head | reply)


def emit(message):
    sys.stdout.buffer.write(dump(message))
    sys.stdout.buffer.flush()


# ops


async def answer(request, head):
    """The reply to a request; `head` is what each message about it begins with."""
    match request:
        case {"op": "start", "v": 1}:
            return OK | START
        case {"op": "start"}:
            return {"ok": False, "code": "version", "versions": [1]}
        case {"op": "ping" | "stop"}:
            return OK
        case {"op": "call", "fn": fn, "args": args} if fn in FUNCTIONS:
            return OK | {"value": FUNCTIONS[fn](**args)}
        case {"op": "clock", "now": now}:
            thrum.clock.now_ms = REAL_CLOCK if now is None else lambda: now
            return OK
        case {"op": "open", "role": "asker", "id": id, "socket": socket, "hello": hello}:
            thrum.clock.now_ms = REAL_CLOCK
            backoff = thrum.Backoff(first=0.001) if request.get("reconnect") == "auto" else None
            client = thrum.ThrumClient(socket, hello={"bee": "thrum-py"} | hello, reconnect=backoff)
            handle = f"c{id}"  # no two requests have one id
            clients[handle] = acts(handle, client)
            return OK | {"client": handle}
        case {"op": "do" | "end", "client": handle} if handle not in clients:
            return {"ok": False, "code": "no-such-client"}
        case {"op": "do", "client": handle, "act": {"do": do, **fields}} if do in clients[handle]:
            if request.get("wait") is False:
                emit(head | OK)
                head["ev"] = "done"  # so what is left to say is an event
            result = clients[handle][do](**fields)
            if inspect.isawaitable(result):
                await result
            return {} if "ev" in head else OK
        case {"op": "end", "client": handle}:
            clients.pop(handle)["close"]()
            return OK
    return {"ok": False, "unsupported": True}


# acts


def acts(handle, client):
    """The acts of a client, by name. From now on it shows what it hands over."""
    gates = defaultdict(lambda: (asyncio.Event(), set()))  # whether it is open, and who waits there

    def event(ev, **fields):
        emit({"ev": ev, "client": handle, **fields})

    def delivered(to, tone):
        where = {"conn": client.connections, "to": to}
        try:
            event("delivered", **where, tone=tone)
        except (ValueError, RecursionError):
            event("delivered", **where, unprintable=True)

    def fails(to, tone):
        delivered(to, tone)
        raise RuntimeError("a handler that throws")

    async def fails_later(to, tone):
        fails(to, tone)

    def tool(name, description, input_schema, timeout_ms=60_000, gate=None, **ending):
        async def body(args):
            if gate is not None:
                opened, bodies = gates[gate]
                bodies.add(asyncio.current_task())
                await opened.wait()
            if "throws" in ending:
                raise RuntimeError(ending["throws"])
            return ending["returns"]

        client.tool(name, description, input_schema, body, timeout=timeout_ms / 1000)

    async def release(gate):
        opened, bodies = gates[gate]
        opened.set()
        await asyncio.gather(*bodies, return_exceptions=True)

    client.on_any(partial(delivered, None))
    client.on_disconnect(lambda _: event("disconnected", conn=client.connections))
    client.on_turn(lambda sid, outcome, _: event("turn", sid=sid, outcome=outcome))
    throwing = {"sync": fails, "async": fails_later}
    return {
        "connect": client.connect,
        "send": client.send,
        "send-many": lambda tones, threads=1: in_threads(threads, client.send, tones),
        "prompt": client.prompt,
        "cancel": client.cancel,
        "verb": lambda chi, fields: getattr(client, chi.replace("-", "_"))(**fields),
        "subscribe": lambda sid: client.on(sid, partial(delivered, sid)),
        "unsubscribe": client.off,
        "handler": lambda sid, throws: client.on(sid, partial(throwing[throws], sid)),
        "tool": tool,
        "release": release,
        "permit": lambda decision: client.on_permission(lambda ask: decision),
        "tendril": lambda returns: client.on_tendril(lambda reach: returns),
        "tick": client.tick,
        "close": client.close,
    }


# functions


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
    "version": lambda: WIRE,
    "registry": lambda of: {"chi": thrum.ALL_CHI, "pulse": list(thrum.PulseKind)}[of],
    "is_valid_chi": thrum.is_valid_chi,
    "sigil": thrum.sigil,
    "rid": lambda count, threads=1: in_threads(threads, lambda _: thrum.rid(), range(count)),
    "dusk_in": thrum.dusk_in,
    "is_dusk": thrum.is_dusk,
    "wane": wane,
    "socket_path": lambda env: thrum.default_socket_path({**os.environ, **env}),
    "encode": thrum.encode,
}

if __name__ == "__main__":
    asyncio.run(main())
