"""How a bee is tested against mock-humd: inside the test, and as the program that people start."""

import asyncio
import pathlib
import subprocess
import sys

import pytest
import thrum

BEE = pathlib.Path(__file__).parents[1] / "examples" / "bee.py"

ASKS_FOR_THE_SUM = {
    "format": 1,
    "steps": [
        {"tone": {"chi": "prompt", "sid": {"$bind": "sid"}}, "from": "client"},
        {
            "tone": {
                "chi": "tool-call",
                "rid": "t-1",
                "sid": {"$ref": "sid"},
                "callId": "c-1",
                "name": "add",
                "args": {"a": 2, "b": 3},
            },
            "from": "daemon",
        },
        {
            "tone": {"chi": "tool-result", "callId": "c-1", "result": {"sum": 5}},
            "from": "client",
        },
    ],
}


async def answer_to(text):
    """What comes back to a bee with a tool."""
    bee = thrum.ThrumClient(hello={"bee": "adder-bee"})  # HUM_THRUM_SOCK leads to the fixture's
    bee.tool("add", "adds", {"type": "object"}, lambda args: {"sum": args["a"] + args["b"]})
    ended, said = asyncio.Event(), []
    bee.on("hum-1", lambda tone: said.append(tone.get("part", {}).get("text", "")))
    bee.on_turn(lambda *_: ended.set())
    async with bee:
        bee.prompt("hum-1", text, tools=["add"])
        await asyncio.wait_for(ended.wait(), 10)
    return "".join(said)


def test_a_tool_is_called_and_its_result_comes_back(mock_humd):
    assert asyncio.run(answer_to('@tool add {"a":2,"b":3}')) == 'The result is {"sum":5}.'


@pytest.mark.mock_humd("--timeout", "10s", script=ASKS_FOR_THE_SUM)
def test_the_example_answers_a_call(mock_humd):
    bee = subprocess.Popen([sys.executable, BEE], env=mock_humd.env)
    try:
        mock_humd.done()
    finally:
        bee.kill()
        bee.wait()
    assert mock_humd.transcript()[1]["tone"]["bee"] == "calculator"
