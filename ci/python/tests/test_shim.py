"""The shim over its pipes, with a daemon at the other end."""

import asyncio
import itertools
import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from daemon import Daemon  # noqa: E402

SHIM = os.path.join(os.path.dirname(HERE), "shim.py")


class Shim(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.daemon = Daemon()
        await self.daemon.__aenter__()
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, SHIM, stdin=-1, stdout=-1, stderr=-3, limit=1 << 25
        )
        self.id, self.kept = 0, []

    async def asyncTearDown(self):
        self.assertTrue((await self.ask("stop"))["ok"])
        self.assertEqual(await asyncio.wait_for(self.process.wait(), 10), 0)
        await self.daemon.__aexit__()

    def put(self, op, **fields):
        self.id += 1
        self.process.stdin.write(json.dumps({"op": op, "id": self.id, **fields}).encode() + b"\n")
        return self.id

    async def see(self, **wanted):
        """The first message, now or later, that has these fields; others are kept for later."""
        for at in itertools.count():
            if at == len(self.kept):
                line = await asyncio.wait_for(self.process.stdout.readline(), 10)
                self.kept.append(json.loads(line))
            if all(self.kept[at].get(name, "absent") == value for name, value in wanted.items()):
                return self.kept.pop(at)

    async def ask(self, op, **fields):
        return await self.see(id=self.put(op, **fields))

    async def call(self, fn, **args):
        return await self.ask("call", fn=fn, args=args)

    async def do(self, do, **fields):
        return await self.ask("do", client=self.client, act={"do": do, **fields})

    async def opened(self, connect=True, **more):
        fields = {"case": "x", "role": "asker", "socket": self.daemon.path, "hello": {"bee": "b"}}
        fields.update(more)
        self.client = (await self.ask("open", **fields))["client"]
        if connect:
            self.assertEqual((await self.do("connect"))["ok"], True)
            return await self.daemon.accept()

    async def test_start_and_refusals(self):
        start = await self.ask("start", v=1, wire="0.7.0")
        self.assertEqual((start["ok"], start["v"], start["wire"]), (True, 1, "0.7.0"))
        self.assertEqual((await self.ask("start", v=2))["versions"], [1])
        self.assertEqual((await self.ask("probe-1"))["unsupported"], True)
        self.assertEqual((await self.call("nonsense"))["unsupported"], True)
        self.assertEqual((await self.ask("ping"))["ok"], True)
        no = await self.ask("do", client="c9", act={"do": "connect"})
        self.assertEqual((no["ok"], no["code"]), (False, "no-such-client"))
        await self.opened(connect=False)
        self.assertEqual((await self.do("serve", on="prompt"))["unsupported"], True)

    async def test_functions(self):
        def value(reply):
            return reply["value"]

        rids = value(await self.call("rid", count=40))
        self.assertEqual((rids[0].split("-")[1], rids[36].split("-")[1]), ("0", "10"))
        self.assertEqual(len(set(value(await self.call("rid", count=99, threads=4)))), 99)
        self.assertEqual(len(value(await self.call("registry", of="chi"))), 33)
        self.assertEqual(
            value(await self.call("sigil", sid="hum-x", nest="claude-cli")), "7378d90ed270"
        )
        self.assertEqual((await self.call("sigil", sid="x"))["code"], "TypeError")
        top = {"$int": str(2**64 - 1)}
        ops = [
            ["set", "s", {"$int": str(2**64 - 2)}],
            ["tick", "s"],
            ["snapshot"],
            ["tick", "s"],
            ["tick", "t"],
        ]
        self.assertEqual(
            value(await self.call("wane", ops=ops)),
            [None, top, {"s": top}, {"$raises": "OverflowError"}],
        )
        await self.ask("clock", now=1000)
        self.assertEqual(value(await self.call("dusk_in", ms=1)), 1001)
        self.assertEqual(value(await self.call("is_dusk", tone={"dusk": 1000})), False)
        self.assertEqual(value(await self.call("socket_path", env={"HUM_THRUM_SOCK": "/a"})), "/a")
        nan = await self.call("encode", envelope={"chi": "log"}, body={"t": {"$num": "NaN"}})
        self.assertEqual((nan["ok"], nan["code"]), (False, "ValueError"))
        text = value(
            await self.call("encode", envelope={"chi": "log"}, body={"t": {"$utf16": [0xD800]}})
        )
        self.assertEqual(json.loads(text)["t"], "\ud800")

    async def test_deliveries_and_values(self):
        peer = await self.opened()
        await self.do("subscribe", sid="s")
        peer.write(
            b'{"chi":"chunk","sid":"s","w":18446744073709551615,"t":"\\ud800\\ud83d\\ude00"}\n'
        )
        seen = await self.see(ev="delivered")
        self.assertEqual((seen["client"], seen["conn"], seen["to"]), (self.client, 1, "s"))
        self.assertEqual(seen["tone"]["w"], {"$int": "18446744073709551615"})
        self.assertEqual(seen["tone"]["t"], {"$utf16": [0xD800, 0xD83D, 0xDE00]})
        peer.write(b'{"chi":"log","\\ud800":1}\n')
        self.assertEqual((await self.see(ev="delivered"))["unprintable"], True)
        for throws in ("sync", "async"):
            await self.do("handler", sid="s", throws=throws)
            peer.tone("finish", sid="s", rid=throws)
            self.assertEqual((await self.see(ev="delivered", to="s"))["tone"]["rid"], throws)
            self.assertEqual((await self.see(ev="turn"))["outcome"], "finished")
        peer.close()
        self.assertEqual((await self.see(ev="disconnected"))["conn"], 1)
        self.assertEqual((await self.do("connect"))["ok"], True)
        (await self.daemon.accept()).tone("log")
        self.assertEqual((await self.see(ev="delivered"))["conn"], 2)
        self.assertEqual((await self.ask("end", client=self.client))["ok"], True)
        self.assertEqual((await self.do("close"))["code"], "no-such-client")

    async def test_a_client_opened_with_reconnect_comes_back_and_shows_it(self):
        (await self.opened(reconnect="auto")).close()
        self.assertEqual((await self.see(ev="disconnected"))["conn"], 1)
        (await self.daemon.accept()).tone("log")
        self.assertEqual((await self.see(ev="delivered"))["conn"], 2)

    async def test_what_it_lacks_is_refused_at_once(self):
        fields = {"case": "x", "role": "worker", "socket": None, "hello": {}}
        self.assertEqual((await self.ask("open", **fields))["unsupported"], True)
        await self.opened(connect=False)
        for client, refusal in ((self.client, "unsupported"), ("c0", "code")):
            reply = await self.ask("do", client=client, act={"do": "serve"}, wait=False)
            self.assertEqual(set(reply), {"id", "ok", refusal})

    async def test_acts(self):
        peer = await self.opened()
        await self.do(
            "send-many",
            tones=[{"chi": "log", "level": "i", "message": str(n)} for n in range(9)],
            threads=3,
        )
        self.assertEqual({(await peer.next())["message"] for _ in range(9)}, set("012345678"))
        sent = await self.do("send", tone={"chi": "log", "t": {"$num": "NaN"}})
        self.assertEqual((sent["ok"], sent["code"]), (False, "ValueError"))
        await self.do("tick", sid="s", nest="n")
        await self.do("verb", chi="petal-cell", fields={"sid": "s", "cell": {}})
        self.assertEqual((await peer.next())["wane"], 1)
        await self.do("permit", decision="deny")
        peer.tone("permission-ask", sid="s", permitId="p")
        self.assertEqual((await peer.next())["decision"], "deny")
        await self.do("tendril", returns=[1])
        peer.tone("tendril-reach", sid="s", callId="c")
        self.assertEqual((await peer.next())["result"], [1])
        await self.do("close")
        self.assertEqual((await self.do("cancel", sid="s"))["code"], "ConnectionError")

    async def test_a_released_body_that_timed_out_sends_nothing(self):
        peer = await self.opened()
        tool = {"description": "", "input_schema": {}}
        await self.do("tool", name="slow", gate="g", timeout_ms=1, **tool)
        await self.do("tool", name="add", returns=5, **tool)
        await self.do("tool", name="bad", throws="no", **tool)
        await self.do("prompt", sid="s", text="t", tools=["add"])
        self.assertEqual((await peer.next())["tools"], [{"name": "add", **tool}])
        peer.tone("tool-call", sid="s", callId="1", name="slow", args={})
        self.assertEqual((await peer.next())["result"], {"error": "timeout"})
        self.assertEqual((await self.do("release", gate="g"))["ok"], True)
        peer.tone("tool-call", sid="s", callId="2", name="bad", args={})
        self.assertEqual((await peer.next())["result"], {"error": "no"})
        peer.tone("tool-call", sid="s", callId="3", name="add", args={})
        self.assertEqual((await peer.next())["result"], 5)

    async def test_acts_that_nobody_waits_for_end_with_done(self):
        await self.opened(connect=False)
        id = self.put("do", client=self.client, act={"do": "connect"}, wait=False)
        self.put("do", client=self.client, act={"do": "subscribe", "sid": "s"})
        self.assertEqual(await self.see(id=id), {"id": id, "ok": True})
        self.assertEqual(await self.see(ev="done"), {"ev": "done", "id": id})
        await self.daemon.accept()
        id = self.put("do", client=self.client, act={"do": "send", "tone": {}}, wait=False)
        self.assertEqual((await self.see(id=id))["ok"], True)
        done = await self.see(ev="done")
        self.assertEqual((done["id"], done["ok"], done["code"]), (id, False, "ValueError"))

    async def test_a_line_of_two_mebibytes_passes(self):
        peer = await self.opened()
        await self.do("send", tone={"chi": "log", "level": "i", "message": "x" * (1 << 21)})
        self.assertEqual(len((await peer.next())["message"]), 1 << 21)


if __name__ == "__main__":
    unittest.main()
