"""The example bee, as the process that people start."""

import asyncio
import os
import signal
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from daemon import Daemon  # noqa: E402

import thrum  # noqa: E402

BEE = os.path.join(os.path.dirname(HERE), "examples", "bee.py")


class Bee(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.daemon = Daemon()
        await self.daemon.__aenter__()
        self.bee = await asyncio.create_subprocess_exec(
            sys.executable, BEE, stdout=-1, env={**os.environ, "HUM_THRUM_SOCK": self.daemon.path}
        )

    async def asyncTearDown(self):
        if self.bee.returncode is None:
            self.bee.kill()
        await self.bee.communicate()
        await self.daemon.__aexit__()

    async def asked(self):
        """The daemon's end of the next connection, once hello and the prompt have come."""
        peer = await self.daemon.accept()
        hello, prompt = [thrum.decode(await peer.line()) for _ in range(2)]
        self.assertEqual((hello["chi"], hello["bee"]), ("hello", "calculator"))
        self.assertEqual((prompt["chi"], prompt["text"]), ("prompt", "What is 2 + 3?"))
        self.assertEqual([tool["name"] for tool in prompt["tools"]], ["add"])
        return peer, prompt["sid"]

    async def test_it_answers_and_comes_back_and_ends_when_told(self):
        for number in (1, 2):
            peer, sid = await self.asked()
            peer.write(b"no tone\n")
            peer.tone(
                "chunk", sid=sid, index=0, part={"type": "text", "text": f"answer {number}\n"}
            )
            peer.tone("tool-call", sid=sid, callId="c", name="add", args={"a": 2, "b": 3})
            self.assertEqual((await peer.next())["result"], {"sum": 5})
            peer.tone("permission-ask", sid=sid, permitId="p", question="?", context={})
            self.assertEqual((await peer.next())["decision"], "allow")
            line = await asyncio.wait_for(self.bee.stdout.readline(), 10)
            self.assertEqual(line, b"answer %d\n" % number)
            if number == 1:
                peer.close()
        self.bee.send_signal(signal.SIGTERM)
        self.assertEqual(await asyncio.wait_for(self.bee.wait(), 10), 0)


if __name__ == "__main__":
    unittest.main()
