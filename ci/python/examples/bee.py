"""A whole bee: it offers a tool, answers what it is asked, and asks once on each connection.

`python3 bee.py` runs it against the daemon of this machine until it is interrupted.
"""

import asyncio
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # where `thrum` is
import thrum  # noqa: E402

SID = "hum-calculator"
NUMBERS = {"a": {"type": "number"}, "b": {"type": "number"}}
SCHEMA = {"type": "object", "properties": NUMBERS, "required": ["a", "b"]}


def show(tone):
    if tone["chi"] == "chunk":
        print(tone["part"].get("text", ""), end="", flush=True)


async def main():
    bee = thrum.ThrumClient(
        hello={"bee": "calculator", "version": "1.0.0"}, reconnect=thrum.Backoff()
    )
    bee.tool("add", "adds two numbers", SCHEMA, lambda args: {"sum": args["a"] + args["b"]})
    bee.on_permission(lambda ask: "allow")
    bee.on(SID, show)
    bee.on_connect(lambda: bee.prompt(SID, "What is 2 + 3?", tools=["add"]))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, bee.close)
    await bee.run_forever()


asyncio.run(main())
