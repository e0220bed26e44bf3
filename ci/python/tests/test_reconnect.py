"""The client that comes back by itself, against a small daemon."""

import asyncio
import itertools
import os
import socket
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from daemon import Daemon  # noqa: E402

import thrum  # noqa: E402

AT_ONCE = thrum.Backoff(first=0.001, longest=0.001)
NEVER = thrum.Backoff(first=3600, longest=3600)  # longer than any test


class Counted:
    """A back-off at once, which counts absences and attempts."""

    def __init__(self):
        self.absences = self.attempts = 0
        self.third = asyncio.Event()

    def pauses(self):
        self.absences += 1
        while True:
            self.attempts += 1
            if self.attempts == 3:
                self.third.set()
            yield 0.001


class Pauses(unittest.TestCase):
    def test_they_grow_from_the_first_to_the_longest(self):
        backoff = thrum.Backoff(first=1, longest=5, factor=2, jitter=0)
        self.assertEqual(list(itertools.islice(backoff.pauses(), 5)), [1, 2, 4, 5, 5])

    def test_chance_shortens_them_by_the_jitter_at_most(self):
        backoff = thrum.Backoff(first=8, longest=8, jitter=0.25)
        pauses = list(itertools.islice(backoff.pauses(), 200))
        self.assertTrue(all(6 <= pause <= 8 for pause in pauses))
        self.assertGreater(len(set(pauses)), 1)

    def test_senseless_bounds_are_refused(self):
        for wrong in ({"first": 0}, {"first": 9, "longest": 8}, {"factor": 0.5}, {"jitter": 2}):
            self.assertRaises(ValueError, thrum.Backoff, **wrong)


class Reconnect(unittest.IsolatedAsyncioTestCase):
    """`await self.see()` is the next thing that a client showed: "there", "gone", or a rid."""

    async def asyncSetUp(self):
        self.daemon = Daemon()
        await self.daemon.__aenter__()
        self.shown = asyncio.Queue()

    async def asyncTearDown(self):
        self.client.close()
        await self.daemon.__aexit__()
        await self.client.wait_closed()

    async def see(self):
        return await asyncio.wait_for(self.shown.get(), 10)

    async def connected(self, backoff):
        """Makes and connects `self.client`; the daemon's end of the connection."""
        client = thrum.ThrumClient(self.daemon.path, hello={"bee": "b"}, reconnect=backoff)
        client.on_connect(lambda: self.shown.put_nowait("there"))
        client.on_disconnect(lambda error: self.shown.put_nowait("gone"))
        client.on_any(lambda tone: self.shown.put_nowait(tone["rid"]))
        self.client = client
        await client.connect()
        self.assertEqual(await self.see(), "there")
        return await self.daemon.accept()

    async def test_nothing_of_the_old_connection_reaches_the_next(self):
        first = await self.connected(AT_ONCE)
        first.write(b'{"chi":"log","rid":"ha')
        for _ in range(64):
            self.client.log("info", "x" * 65536)
        first.reset()
        self.assertEqual([await self.see(), await self.see()], ["gone", "there"])
        second = await self.daemon.accept()
        self.client.cancel("s")
        self.assertEqual(thrum.decode(await second.line())["chi"], "hello")
        self.assertEqual((await second.next())["chi"], "cancel")
        second.tone("log", rid="whole")
        self.assertEqual(await self.see(), "whole")

    async def test_what_is_sent_while_it_is_away_follows_hello_and_precedes_on_connect(self):
        first = await self.connected(AT_ONCE)
        self.client.on_disconnect(lambda error: self.client.cancel("s"))
        self.client.on_connect(lambda: self.client.prompt("s", "again"))
        first.close()
        second = await self.daemon.accept()
        chis = [thrum.decode(await second.line())["chi"] for _ in range(3)]
        self.assertEqual(chis, ["hello", "cancel", "prompt"])

    async def test_it_goes_on_until_there_is_a_daemon(self):
        backoff = Counted()
        first = await self.connected(backoff)
        self.daemon.stop_listening()
        first.close()
        await asyncio.wait_for(backoff.third.wait(), 10)
        await self.daemon.listen()
        second = await self.daemon.accept()
        self.assertEqual(thrum.decode(await second.line())["chi"], "hello")
        self.assertEqual((backoff.absences, self.client.connections), (1, 2))

    async def test_a_daemon_that_says_nothing_does_not_end_the_absence(self):
        backoff = Counted()
        (await self.connected(backoff)).close()
        (await self.daemon.accept()).close()
        third = await self.daemon.accept()
        third.tone("breath", rid="breath")
        while await self.see() != "breath":
            pass
        self.assertEqual((backoff.absences, backoff.attempts), (1, 2))
        third.close()
        await self.daemon.accept()
        self.assertEqual((backoff.absences, backoff.attempts), (2, 3))

    async def test_close_ends_the_pause(self):
        first = await self.connected(NEVER)
        running = asyncio.ensure_future(self.client.run_forever())
        first.close()
        self.assertEqual(await self.see(), "gone")
        self.client.close()
        await asyncio.wait_for(running, 10)
        with self.assertRaises(ConnectionError):
            self.client.cancel("s")

    async def test_the_application_may_close_when_it_learns_of_the_end(self):
        first = await self.connected(AT_ONCE)
        self.client.on_disconnect(lambda error: self.client.close())
        running = asyncio.ensure_future(self.client.run_forever())
        first.close()
        await asyncio.wait_for(running, 10)
        self.assertEqual(self.client.connections, 1)

    async def test_connect_ends_the_pause_and_run_forever_goes_on(self):
        first = await self.connected(NEVER)
        running = asyncio.ensure_future(self.client.run_forever())
        first.close()
        self.assertEqual(await self.see(), "gone")
        await self.client.connect()
        second = await self.daemon.accept()
        self.assertEqual(thrum.decode(await second.line())["chi"], "hello")
        second.close()
        self.assertEqual([await self.see(), await self.see()], ["there", "gone"])
        self.assertFalse(running.done())
        self.client.close()
        await asyncio.wait_for(running, 10)

    def crowd(self, path):
        """Fills the backlog of a listener at `path`, so that the next connect has to wait."""
        with self.assertRaises(BlockingIOError):
            while True:
                made = socket.socket(socket.AF_UNIX)
                self.addCleanup(made.close)
                made.setblocking(False)
                made.connect(path)

    def listener(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(os.path.join(folder.name, "s"))
        listener.listen(0)
        return listener

    async def test_close_ends_a_connect_that_waits_for_a_busy_daemon(self):
        path = self.listener().getsockname()
        self.crowd(path)
        self.client = thrum.ThrumClient(path, hello={"bee": "b"})
        connecting = asyncio.ensure_future(self.client.connect())
        await asyncio.sleep(0)  # it has begun
        self.client.close()
        with self.assertRaises(ConnectionAbortedError):
            await asyncio.wait_for(connecting, 10)

    async def test_close_ends_a_connect_that_is_all_but_through(self):
        self.client = thrum.ThrumClient(self.daemon.path, hello={"bee": "b"})
        connecting = asyncio.ensure_future(self.client.connect())
        await asyncio.sleep(0)  # it has dialled
        self.client.close()
        with self.assertRaises(ConnectionAbortedError):
            await asyncio.wait_for(connecting, 10)
        self.assertEqual(self.client.connections, 0)

    async def test_run_forever_outlasts_a_connect_that_waits_for_a_busy_daemon(self):
        listener = self.listener()
        self.client = thrum.ThrumClient(listener.getsockname(), hello={"bee": "b"}, reconnect=NEVER)
        self.client.on_disconnect(lambda error: self.shown.put_nowait("gone"))
        await self.client.connect()
        running = asyncio.ensure_future(self.client.run_forever())
        listener.accept()[0].close()
        self.assertEqual(await self.see(), "gone")
        self.crowd(listener.getsockname())
        connecting = asyncio.ensure_future(self.client.connect())
        for _ in range(9):  # turns of the loop: enough for both to learn that the pause has ended
            await asyncio.sleep(0)
        listener.accept()[0].close()
        listener.listen(9)
        await asyncio.wait_for(connecting, 10)
        self.assertFalse(running.done())
        self.client.close()
        await asyncio.wait_for(running, 10)


if __name__ == "__main__":
    unittest.main()
