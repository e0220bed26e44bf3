"""One client under test: its acts, in order, and the events that it shows.

An act is a method `act_…` that takes the act's fields. It calls the client and returns what is
left to await, or None.
"""

import asyncio
from collections import deque
from functools import partial

import thrum
from shim_functions import Unsupported, in_threads

VERBS = ("prompt", "cancel", "cleanup", "curate", "petal-cell", "log", "echo", "perf-mark")


class Gate:
    """Where tool bodies wait until the runner releases them; open from then on."""

    def __init__(self):
        self.opened, self.bodies = asyncio.Event(), set()


class Testee:
    def __init__(self, emit, handle, socket, hello):
        """`emit` writes an event; it may raise only for a value that has no form as JSON."""
        self.emit, self.handle = emit, handle
        self.acts, self.busy, self.tasks, self.gates = deque(), False, set(), {}
        self.client = client = thrum.ThrumClient(socket, hello={"bee": "thrum-py", **(hello or {})})
        client.on_any(lambda tone: self.delivered(None, tone))
        client.on_disconnect(lambda _: self.event("disconnected", conn=client.connections))
        client.on_turn(lambda sid, outcome, _: self.event("turn", sid=sid, outcome=outcome))

    def do(self, request, answer):
        """Queues an act. `answer(error)` follows when it has ended; if the request does not wait,
        it comes at once and the event `done` follows."""
        self.acts.append((request, answer))
        self.advance()

    def end(self):
        self.client.close()
        for gate in self.gates.values():
            gate.opened.set()
        for task in self.tasks:
            task.cancel()

    # events; whatever fails here is the shim's own failure and nothing to the client's handlers

    def event(self, ev, **fields):
        try:
            self.emit({"ev": ev, "client": self.handle, **fields})
        except Exception as error:
            self.emit({"ev": "shim-error", "message": ascii(error)})

    def delivered(self, to, tone):
        where = {"client": self.handle, "conn": self.client.connections, "to": to}
        try:
            self.emit({"ev": "delivered", **where, "tone": tone})
        except (ValueError, TypeError, RecursionError):
            self.event("delivered", conn=where["conn"], to=to, unprintable=True)

    # the order of acts

    def advance(self):
        while self.acts and not self.busy:
            request, answer = self.acts.popleft()
            pending = error = None
            try:
                pending = self.start(**request["act"])
            except Exception as raised:
                error = raised
            waited = request.get("wait") is not False
            if not waited and not isinstance(error, Unsupported):
                answer(None)
                answer = partial(self.done, request["id"])
            if pending is None:
                answer(error)
                continue
            self.busy = True  # until it has ended or, if nobody waits, until it has started
            task = asyncio.ensure_future(self.finish(pending, answer, waited))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            if not waited:
                asyncio.get_running_loop().call_soon(self.go_on)

    def start(self, do, **fields):
        act = getattr(self, "act_" + do.replace("-", "_"), None)
        if act is None:
            raise Unsupported
        return act(**fields)

    def done(self, id, error):
        self.emit({"ev": "done", "id": id, **(failure(error) if error else {})})

    async def finish(self, pending, answer, waited):
        error = None
        try:
            await pending
        except Exception as raised:
            error = raised
        answer(error)
        if waited:
            self.go_on()

    def go_on(self):
        self.busy = False
        self.advance()

    # acts

    def act_connect(self):
        return self.client.connect()

    def act_close(self):
        self.client.close()

    def act_send(self, tone):
        self.client.send(tone)

    def act_send_many(self, tones, threads=None):
        def send(number):
            for tone in tones[number :: threads or 1]:
                self.client.send(tone)

        in_threads(threads, send) if threads else send(0)

    def act_prompt(self, sid, text, tools=None):
        self.client.prompt(sid, text, tools=tools)

    def act_cancel(self, sid):
        self.client.cancel(sid)

    def act_verb(self, chi, fields):
        if chi not in VERBS:
            raise Unsupported
        getattr(self.client, chi.replace("-", "_"))(**fields)

    def act_subscribe(self, sid):
        self.client.on(sid, lambda tone: self.delivered(sid, tone))

    def act_unsubscribe(self, sid):
        self.client.off(sid)

    def act_handler(self, sid, throws):
        def throwing(tone):
            self.delivered(sid, tone)
            raise RuntimeError("a handler that throws")

        async def throwing_later(tone):
            self.delivered(sid, tone)
            await asyncio.sleep(0)
            raise RuntimeError("an asynchronous handler that throws")

        self.client.on(sid, throwing_later if throws == "async" else throwing)

    def act_tool(self, name, description, input_schema, timeout_ms=None, **body):
        async def fn(args):
            if "gate" in body:
                await self.pass_gate(body["gate"])
            if "throws" in body:
                raise RuntimeError(body["throws"])
            return body.get("returns")

        limit = {} if timeout_ms is None else {"timeout": timeout_ms / 1000}
        self.client.tool(name, description, input_schema, fn, **limit)

    async def pass_gate(self, name):
        gate, body = self.gates.setdefault(name, Gate()), asyncio.current_task()
        gate.bodies.add(body)
        body.add_done_callback(gate.bodies.discard)
        await gate.opened.wait()

    def act_release(self, gate):
        gate = self.gates.setdefault(gate, Gate())
        gate.opened.set()
        return asyncio.wait(set(gate.bodies)) if gate.bodies else None

    def act_permit(self, decision):
        self.client.on_permission(lambda ask: decision)

    def act_tendril(self, returns):
        self.client.on_tendril(lambda reach: returns)

    def act_tick(self, sid, nest):
        self.client.tick(sid, nest)


def failure(error):
    if isinstance(error, Unsupported):
        return {"ok": False, "unsupported": True}
    return {"ok": False, "code": type(error).__name__, "message": str(error)}
