"""The client against a small daemon, the helpers against known answers: a row or a short test for each promise of the
library, which is why it is long."""

import asyncio
import os
import socket
import sys
import tempfile
import threading
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from daemon import Daemon  # noqa: E402

import thrum  # noqa: E402

HELLO = {"bee": "test-bee"}


def in_threads(count, work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Helpers(unittest.TestCase):
    def test_registry_and_validity(self):
        self.assertEqual(len(set(thrum.ALL_CHI)), 33)
        self.assertEqual([k.value for k in thrum.PulseKind][:2], ["cell-spawned", "cell-ready"])
        for good in (*thrum.ALL_CHI, thrum.Chi.HELLO):
            self.assertIs(thrum.is_valid_chi(good), True)
        for bad in ("", "Hello", "tool_call", "hello ", None, 1, 1.5, True, [], {}, ["hello"]):
            self.assertIs(thrum.is_valid_chi(bad), False)

    def test_sigil_known_answers(self):
        for sid, nest, answer in (
            ("abc", "claude-cli", "28502944aa01"),
            ("", "claude-cli", "e270faa234b9"),
            ("abc", "", "6e850a0e91c1"),
            ("a:b", "c", "da4c12c1f144"),
            ("b", "c:a", "da4c12c1f144"),
            ("héllo", "claude-cli", "759a1c6da543"),
            ("😀", "nést", "3b1597fadaeb"),
            ("cafe\u0301", "n", "924f83f9cf5e"),
            ("caf\u00e9", "n", "339648af4c41"),
            (" ", "\t", "a4b0fcf521f2"),
            ("a\0b", "n", "c5e17871a80b"),
            ("hum-x", "claude-cli", "7378d90ed270"),
        ):
            self.assertEqual(thrum.sigil(sid, nest), answer)
        self.assertEqual(len(thrum.sigil("\ud800", "n")), 12)
        for wrong in (("x",), ("x", None), (None, "x")):
            self.assertRaises(TypeError, thrum.sigil, *wrong)

    def test_rid_has_the_time_and_a_counter_that_threads_share(self):
        with mock.patch("thrum.clock.now_ms", lambda: 1_700_000_000_000):
            before = int(thrum.rid().split("-")[1], 36)
            made = []
            in_threads(4, lambda n: made.extend(thrum.rid() for _ in range(500)))
        self.assertEqual({r.split("-")[0] for r in made}, {"loyw3v28"})
        self.assertEqual(sorted(int(r.split("-")[1], 36) for r in made),
                         list(range(before + 1, before + 2001)))  # fmt: skip

    def test_dusk(self):
        with mock.patch("thrum.clock.now_ms", lambda: 1000):
            self.assertEqual(thrum.dusk_in(5), 1005)
            self.assertIs(thrum.is_dusk({"dusk": 1000}), False)
            self.assertIs(thrum.is_dusk({"dusk": 999}), True)
            for none in ({}, *({"dusk": wrong} for wrong in (None, True, False, "1", {}, [], 1.0))):
                self.assertIs(thrum.is_dusk(none), False)

    def test_wane(self):
        wane, top = thrum.WaneTracker(), 2**64 - 1
        self.assertEqual((wane.get("s"), wane.tick("s"), wane.tick("t")), (0, 1, 1))
        self.assertEqual((wane.behind("s", 1), wane.behind("s", 2)), (False, True))
        wane.set("s", 9)
        wane.merge({"s": 3, "t": 7, "u": top})
        self.assertEqual(wane.snapshot(), {"s": 9, "t": 7, "u": top})
        self.assertRaises(OverflowError, wane.tick, "u")
        self.assertEqual(wane.get("u"), top)
        for wrong in (-1, top + 1, True, 1.0, "1"):
            self.assertRaises(ValueError, wane.set, "s", wrong)
            self.assertRaises(ValueError, wane.merge, {"t": 99, "s": wrong})
        self.assertEqual(wane.snapshot(), {"s": 9, "t": 7, "u": top})

    def test_socket_path(self):
        for env, path in (
            ({"HUM_THRUM_SOCK": "/a", "XDG_RUNTIME_DIR": "/x"}, "/a"),
            ({"HUM_THRUM_SOCK": "", "XDG_RUNTIME_DIR": "/x"}, "/x/hum/thrum.sock"),
            (
                {"XDG_RUNTIME_DIR": "", "HUM_SOCKET": "/no"},
                f"/run/user/{os.getuid()}/hum/thrum.sock",
            ),
        ):
            with mock.patch.dict(os.environ, env, clear=True):
                self.assertEqual(thrum.default_socket_path(), path)

    def test_encode_and_decode(self):
        text = thrum.encode(
            {"chi": "log", "rid": "r"}, {"rid": "no", "message": "a\né\ud800\u2028"}
        )
        self.assertTrue(text.isascii() and "\n" not in text)
        self.assertEqual(thrum.decode(text.encode())["rid"], "r")
        for value in (float("nan"), float("inf")):
            self.assertRaises(ValueError, thrum.encode, {}, {"x": value})
        self.assertRaises(TypeError, thrum.encode, {}, {"x": object()})
        self.assertEqual(thrum.decode(b' {"n":18446744073709551615} \r'), {"n": 2**64 - 1})


BAD_LINES = [
    b"", b"  ", b"\r", b"[1]", b"1", b"null", b'"x"', b"{", b"{'chi':1}", b"\xef\xbb\xbf{}",
    b'{"chi":"log","rid":"x","message":"\xff"}', b'{"chi":"log","rid":"x","n":NaN}',
    b'{"chi":"log","rid":"x","n":-Infinity}', b'{"chi":"log","rid":"x","n":1e999}',
    b'{"chi":"log","rid":"x","n":' + b"9" * 5000 + b"}", b"[" * 10_000 + b"]" * 10_000,
    b'{"chi":"log","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", b'{"rid":"x"}', b'{"chi":""}',
    b"\xff\xfe", b'{"chi":["log"]}', b'{"chi":null}', b'{"chi":"log","rid":"x","dusk":1}',
]  # fmt: skip


class Client(unittest.IsolatedAsyncioTestCase):
    """`self.got` holds (where, tone) for each delivery; `await self.until(n)` waits for the nth."""

    async def asyncSetUp(self):
        self.daemon = Daemon()
        await self.daemon.__aenter__()
        self.client = thrum.ThrumClient(self.daemon.path, hello=HELLO)
        self.got, self.grown = [], asyncio.Condition()
        self.failures = []
        asyncio.get_running_loop().set_exception_handler(lambda _, c: self.failures.append(c))
        self.client.on_any(self.taker(None))

    async def asyncTearDown(self):
        self.client.close()
        await self.daemon.__aexit__()
        await self.client.wait_closed()

    def taker(self, where):
        return lambda tone: self.take(where, tone)

    def take(self, where, tone):
        self.got.append((where, tone))
        asyncio.ensure_future(self.wake())

    async def wake(self):
        async with self.grown:
            self.grown.notify_all()

    async def until(self, count):
        async with self.grown:
            await asyncio.wait_for(self.grown.wait_for(lambda: len(self.got) >= count), 10)
        return [tone["rid"] if isinstance(tone, dict) else tone for _, tone in self.got]

    async def connected(self):
        await self.client.connect()
        return await self.daemon.accept()

    async def test_hello_comes_first_and_what_was_sent_before_follows(self):
        rids = [
            self.client.cancel("s"),
            self.client.send({"chi": "log", "level": "i", "message": "m"}),
        ]
        peer = await self.connected()
        hello = thrum.decode(await peer.line())
        self.assertEqual(
            (hello["chi"], hello["bee"], hello["from"]), ("hello", "test-bee", "test-bee")
        )
        self.assertEqual(hello["protoVersion"], thrum.THRUM_VERSION)
        self.assertTrue(set(hello["chis"]) < set(thrum.ALL_CHI) and type(hello["sentAt"]) is int)
        self.assertEqual([(await peer.next())["rid"], (await peer.next())["rid"]], rids)

    async def test_hello_without_a_name_is_refused(self):
        for wrong in ({}, {"bee": ""}, {"bee": ["worker"]}):
            self.assertRaises(ValueError, thrum.ThrumClient, self.daemon.path, hello=wrong)

    async def test_the_application_may_send_hello(self):
        self.client = thrum.ThrumClient(self.daemon.path, name="n")
        self.client.send({"chi": "hello", "bee": "n", "protoVersion": "0.7.0"})
        peer = await self.connected()
        self.assertEqual(thrum.decode(await peer.line())["bee"], "n")

    async def test_splits_and_long_lines_and_bad_lines(self):
        peer = await self.connected()
        for byte in '{"chi":"log","rid":"é😀"}\n'.encode():
            peer.write(bytes([byte]))
            await peer._writer.drain()
        for number, line in enumerate(BAD_LINES):
            peer.write(line + b'\n{"chi":"log","rid":"%d"}\n' % number)
        peer.tone("log", rid="long", message="x" * (1 << 20))
        peer.write(b'{"chi":"x-new","rid":"cr"}\r\n{"chi":"log","rid":"\\ud800","sid":7}\n')
        wanted = ["é😀", *map(str, range(len(BAD_LINES))), "long", "cr", "\ud800"]
        self.assertEqual(await self.until(len(wanted)), wanted)
        self.assertEqual(self.failures, [])

    async def test_routes_by_sid(self):
        self.client.on("a", self.taker("a"))
        self.client.on("", self.taker(""))
        peer = await self.connected()
        for sid in ("a", "b", "", None):
            peer.tone("chunk", sid=sid)
        await self.until(4)
        self.client.off("a")
        peer.tone("chunk", sid="a")
        await self.until(5)
        self.assertEqual([where for where, _ in self.got], ["a", None, "", None, None])

    async def test_a_throwing_handler_changes_nothing(self):
        def broken(tone):
            self.take("broken", dict(tone))
            tone.clear()  # and spoils the tone
            raise RuntimeError("sync")

        async def broken_later(tone):
            self.take("later", tone)
            raise asyncio.CancelledError if tone["rid"] == "c" else RuntimeError("async")

        self.client.on("a", broken)
        self.client.on("b", broken_later)
        peer = await self.connected()
        for sid, rid in (("a", "1"), ("b", "2"), ("a", "3"), ("b", "c"), ("b", "4"), (None, "5")):
            peer.tone("finish", sid=sid, rid=rid)
        self.assertEqual(set(await self.until(6)), {"1", "2", "3", "4", "5", "c"})
        peer.tone("log", rid="6")
        await self.until(7)

    async def test_a_slow_handler_holds_its_own_sid_only_and_keeps_its_order(self):
        gate = asyncio.Event()

        async def slow(tone):
            await gate.wait()
            self.take("slow", tone)

        self.client.on("a", slow)
        self.client.on_turn(lambda sid, outcome, _: self.take(sid, outcome))
        peer = await self.connected()
        for sid, rid in (("a", "1"), ("a", "2"), (None, "3")):
            peer.tone("chunk", sid=sid, rid=rid)
        peer.tone("finish", sid="a", rid="4")
        self.assertEqual(await self.until(1), ["3"])
        gate.set()
        self.assertEqual(await self.until(5), ["3", "1", "2", "4", "finished"])

    async def test_writes_do_not_block_reads_and_threads_do_not_interleave(self):
        peer = await self.connected()
        in_threads(4, lambda n: [self.client.log("info", f"{n}" + "x" * 65536) for _ in range(8)])
        peer.tone("log", rid="through")
        await self.until(1)
        tones = [await peer.next() for _ in range(32)]
        self.assertEqual(len({tone["rid"] for tone in tones}), 32)
        await self.client.drain()

    async def test_disconnect_is_surfaced_and_connect_starts_anew(self):
        self.client.on_disconnect(lambda error: self.take("gone", "gone"))
        first = await self.connected()
        first.write(b'{"chi":"log","rid":"ha')
        first.close()
        await self.until(1)
        self.client.cancel("kept")
        second = await self.connected()
        self.assertEqual(thrum.decode(await second.line())["chi"], "hello")
        self.assertEqual((await second.next())["sid"], "kept")
        second.tone("log", rid="whole")
        self.assertEqual(await self.until(2), ["gone", "whole"])
        self.assertEqual(self.client.connections, 2)

    async def test_what_was_not_written_is_dropped_with_its_connection(self):
        first = await self.connected()
        for _ in range(64):
            self.client.log("info", "x" * 65536, fields={"n": 1})
        self.client.on_disconnect(lambda error: self.take("gone", "gone"))
        first.reset()
        await self.until(1)
        second = await self.connected()
        self.client.cancel("s")
        self.assertEqual((await second.next())["chi"], "cancel")

    async def test_close_flushes_and_then_send_fails(self):
        peer = await self.connected()
        for _ in range(32):
            self.client.log("info", "x" * 65536, fields={"n": 1})
        self.client.close()
        with self.assertRaises(ConnectionError):
            self.client.cancel("s")
        self.assertEqual([(await peer.next())["chi"] for _ in range(32)], ["log"] * 32)
        await self.client.wait_closed()
        self.assertEqual(await peer.line(), b"")

    async def test_connect_fails_cleanly(self):
        with tempfile.TemporaryDirectory() as folder:
            refusing = os.path.join(folder, "r")
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(refusing)
            cases = ((folder + "/none", FileNotFoundError), (refusing, ConnectionRefusedError),
                     (folder + "/" + "x" * 200, OSError))  # fmt: skip
            for path, kind in cases:
                with self.assertRaises(kind) as caught:
                    await thrum.ThrumClient(path, hello=HELLO).connect()
                self.assertIn(path, str(caught.exception))

    async def test_what_is_no_tone_is_refused(self):
        for tone in ({}, {"chi": "tool_call"}, {"chi": "log", "t": float("nan")}):
            self.assertRaises(ValueError, self.client.send, tone)
        self.assertRaises(TypeError, self.client.send, {"chi": "log", "t": object()})
        self.assertRaises(ValueError, self.client.prompt, "s")

    async def test_verbs(self):
        peer = await self.connected()
        self.client.prompt("s", "hi", modelId="m")
        self.client.echo("theirs", ok=False, error="no")
        self.client.petal_cell("s", {"c": 1})
        self.client.perf_mark("l", "p", 1.5)
        prompt, echo, petal, mark = [await peer.next() for _ in range(4)]
        self.assertEqual(
            (prompt["text"], prompt["modelId"], prompt["from"]), ("hi", "m", "test-bee")
        )
        self.assertEqual((echo["rid"], echo["ok"], echo["error"]), ("theirs", False, "no"))
        self.assertEqual((petal["cell"], mark["t"]), ({"c": 1}, 1.5))

    async def test_tools(self):
        gate = asyncio.Event()

        async def slow(args):
            await gate.wait()
            return "late"

        def fails(args):
            raise RuntimeError("no luck")

        schema = {"type": "object"}
        self.client.tool("add", "adds", schema, lambda args: args["a"] + args["b"])
        self.client.tool("nan", "", schema, lambda args: float("nan"))
        self.client.tool("none", "", schema, lambda args: None)
        self.client.tool("fails", "", schema, fails)
        self.client.tool("slow", "", schema, slow, timeout=0.001)
        self.client.tool("patient", "", schema, slow)
        peer = await self.connected()
        self.client.prompt("s", "hi", tools=["add"])
        tools = (await peer.next())["tools"]
        self.assertEqual(tools, [{"name": "add", "description": "adds", "input_schema": schema}])

        async def call(name, call_id, **args):
            peer.tone("tool-call", sid="s", callId=call_id, name=name, args=args)
            answer = await peer.next()
            self.assertEqual(
                (answer["chi"], answer["sid"], answer["callId"]), ("tool-result", "s", call_id)
            )
            return answer["result"]

        peer.tone("tool-call", sid="s", callId="p", name="patient")
        peer.tone("tool-info", sid="s", callId="i", name="add", args={}, result=1)
        peer.tone("tool-meta", sid="s", callId="i", meta={})
        self.assertEqual(await call("add", "1", a=2, b=3), 5)
        peer.tone("tool-call", sid="s", callId="1", name="add", args={"a": 1, "b": 1})  # again
        self.assertEqual(await call("slow", ""), {"error": "timeout"})
        self.assertEqual(await call("fails", "3"), {"error": "no luck"})
        self.assertEqual(await call("none", "4"), {})
        self.assertIn("JSON", (await call("nan", "5"))["error"])
        self.assertIn("unknown", (await call("undeclared", "6"))["error"])
        gate.set()
        self.assertEqual((await peer.next())["result"], "late")  # of `patient`; `slow` is over
        self.assertEqual(await call("add", "7", a=0, b=0), 0)

    async def test_permits_tendrils_and_turns(self):
        async def decide(ask):
            if ask["permitId"] == "bad":
                raise RuntimeError("undecided")
            return "allow"

        self.client.on_permission(decide)
        self.client.on_tendril(lambda reach: {"n": reach["args"]})
        self.client.on_turn(lambda sid, outcome, tone: self.take(sid, outcome))
        self.client.on("s", lambda tone: None)
        peer = await self.connected()
        peer.tone("permission-ask", sid="s", permitId="p", question="?", context={})
        answer = await peer.next()
        self.assertEqual((answer["chi"], answer["sid"], answer["permitId"], answer["decision"]),
                         ("release-permit", "s", "p", "allow"))  # fmt: skip
        peer.tone("permission-ask", sid="s", permitId="bad", question="?", context={})
        self.assertEqual((await peer.next())["decision"], "deny")
        peer.tone("tendril-reach", sid="s", callId="t", name="n", args=1)
        answer = await peer.next()
        self.assertEqual(
            (answer["chi"], answer["callId"], answer["result"]), ("tendril-result", "t", {"n": 1})
        )
        peer.tone("finish", sid="s")
        peer.write(b'{"chi":"error","sid":"s","message":"m"}\n')
        self.assertEqual(await self.until(2), ["finished", "failed"])

    async def test_wane_rides_once_and_is_adopted_by_maximum(self):
        peer = await self.connected()
        key = thrum.sigil("s", "n")
        peer.tone("chunk", sid="s", sigil=key, wane=5)
        for wane in (3, -1, True, "9", None, 2**64):
            peer.tone("chunk", sid="s", sigil=key, wane=wane)
        await self.until(7)
        self.assertEqual(self.client.tick("s", "n"), 6)
        [self.client.cancel(sid) for sid in ("other", "s", "s")]
        tones = [await peer.next() for _ in range(3)]
        self.assertEqual([(t.get("sigil"), t.get("wane")) for t in tones],
                         [(None, None), (key, 6), (None, None)])  # fmt: skip

    async def test_an_answer_does_not_reach_the_next_connection(self):
        gate, ended = asyncio.Event(), asyncio.Event()

        async def slow(args):
            await gate.wait()
            ended.set()

        self.client.tool("slow", "", {}, slow)
        first = await self.connected()
        first.tone("tool-call", sid="s", callId="1", name="slow", args={})
        await self.until(1)
        second = await self.connected()  # gives the first one up
        gate.set()
        await ended.wait()
        second.tone("tool-call", sid="s", callId="2", name="undeclared", args={})
        self.assertEqual((await second.next())["callId"], "2")

    async def test_run_forever_ends_with_the_connection(self):
        running = asyncio.ensure_future(self.client.run_forever())
        (await self.daemon.accept()).close()
        await asyncio.wait_for(running, 10)


if __name__ == "__main__":
    unittest.main()
