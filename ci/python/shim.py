"""The shim of thrum-py: shim protocol 1 on stdin and stdout. It drives and reports, never judges.

An op is a method `op_…`; acts are in `shim_testee`, functions in `shim_functions`, and the forms
for values that JSON cannot carry in `shim_values`. What is in none of them is `unsupported`.
"""

import asyncio
import os
import sys

import thrum
from shim_functions import Unsupported, call
from shim_testee import VERBS, Testee, failure
from shim_values import dump, load

CAPS = [
    "hello", "handlers.async", "threads", "tools", "timeouts", "permits", "tendrils", "turns",
    "reconnect.manual", "wane.wired", "wane.merge", "clock.virtual",
    *(f"verb.{chi}" for chi in VERBS),
]  # fmt: skip
REAL_CLOCK = thrum.clock.now_ms


class Shim:
    """Requests in, replies and events out; stdin is read on the loop that the clients run on."""

    def __init__(self):
        self.testees, self.opened, self.partial = {}, 0, bytearray()

    async def run(self):
        loop = asyncio.get_running_loop()
        self.stopped = loop.create_future()
        loop.add_reader(0, self.readable)
        await self.stopped

    def readable(self):
        data = os.read(0, 1 << 18)
        if not data:
            self.stop()
        first, *more = data.split(b"\n")
        self.partial += first
        for piece in more:
            line, self.partial = bytes(self.partial), bytearray(piece)
            if line.strip():
                self.request(line)

    def request(self, line):
        try:
            request = load(line)
            id, op = request["id"], request["op"]
        except Exception as error:
            self.emit({"ev": "shim-error", "message": f"no request: {ascii(error)}"})
            return
        try:
            method = getattr(self, f"op_{op}", None)
            if method is None:
                raise Unsupported
            reply = method(request)
            if reply is not None:
                self.emit({"id": id, "ok": True, **reply})
        except Exception as error:
            self.emit({"id": id, **failure(error)})

    def emit(self, message):
        line = dump(message).encode("ascii") + b"\n"
        try:
            while line:
                line = line[os.write(1, line) :]
        except OSError:  # nobody listens any more
            self.stop()

    def stop(self):
        asyncio.get_running_loop().remove_reader(0)
        if not self.stopped.done():
            self.stopped.set_result(None)

    # ops: each returns its reply, or None if that is sent another way

    def op_start(self, request):
        if request.get("v") != 1:
            message = "this shim speaks protocol 1"
            return {"ok": False, "code": "version", "message": message, "versions": [1]}
        wire, lang = thrum.THRUM_VERSION, "python {}.{}".format(*sys.version_info)
        impl = {"name": "thrum-py", "version": wire, "lang": lang}
        return {"v": 1, "impl": impl, "wire": wire, "profiles": ["document"], "caps": CAPS}

    def op_ping(self, request):
        return {}

    def op_call(self, request):
        return {"value": call(request["fn"], request.get("args", {}))}

    def op_clock(self, request):
        now = request["now"]
        thrum.clock.now_ms = REAL_CLOCK if now is None else lambda: now
        return {}

    def op_open(self, request):
        if request.get("role", "asker") != "asker" or request.get("reconnect", "off") != "off":
            raise Unsupported
        thrum.clock.now_ms = REAL_CLOCK
        self.opened += 1
        handle = f"c{self.opened}"
        socket, hello = request.get("socket"), request.get("hello")
        self.testees[handle] = Testee(self.emit, handle, socket, hello)
        return {"client": handle}

    def op_do(self, request):
        testee, id = self.testees.get(request["client"]), request["id"]
        if testee is None:
            return no_such_client(request)
        testee.do(request, lambda error: self.emit({"id": id, **answer(error)}))

    def op_end(self, request):
        testee = self.testees.pop(request["client"], None)
        if testee is None:
            return no_such_client(request)
        testee.end()
        return {}

    def op_stop(self, request):
        self.stop()
        return {}


def answer(error):
    return failure(error) if error else {"ok": True}


def no_such_client(request):
    return {"ok": False, "code": "no-such-client", "message": f"no client {request['client']!r}"}


if __name__ == "__main__":
    asyncio.run(Shim().run())
