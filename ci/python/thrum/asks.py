"""What the other side asks and this client answers: tool-call, permission-ask, tendril-reach.

Each question is answered on the connection it came from, by a task of its own, so answers neither
wait for each other nor cross. tool-info and tool-meta are notices and never answered.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .background import Background
from .chi import Chi
from .tone import Tone
from .tools import Tools, error_result

Answer = Callable[[Tone], None]
"""Sends a tone, if the connection that asked still stands. Raises if JSON cannot hold it."""


class Asks:
    """Without a handler, permission-ask and tendril-reach stay unanswered: another bee on the same
    session may be the one to decide. A tool-call is always answered."""

    def __init__(self, background: Background) -> None:
        self.tools = Tools(background)
        self.on_permission: Callable[[Tone], Any] | None = None
        self.on_tendril: Callable[[Tone], Any] | None = None
        self._background = background
        self._called: dict[str, set[str]] = {}

    def take(self, tone: Tone, answer: Answer) -> None:
        """Looks at a tone that arrived; answers it if it is a question that can be answered."""
        chi, sid = tone["chi"], tone.get("sid")
        if not isinstance(sid, str):
            return
        if chi == Chi.TOOL_CALL and isinstance(tone.get("callId"), str):
            self._call(sid, tone, answer)
        elif chi == Chi.PERMISSION_ASK and self.on_permission and "permitId" in tone:
            self._background.run(self._permit, self.on_permission, tone, answer)
        elif chi == Chi.TENDRIL_REACH and self.on_tendril and "callId" in tone:
            self._background.run(self._reach, self.on_tendril, tone, answer)
        elif chi in (Chi.FINISH, Chi.ERROR):
            self._called.pop(sid, None)

    def forget(self) -> None:
        """The connection ended: its calls are nobody's any more."""
        self._called.clear()

    def _call(self, sid: str, tone: Tone, answer: Answer) -> None:
        calls = self._called.setdefault(sid, set())
        if tone["callId"] not in calls:  # the tone may come twice, its answer must not
            calls.add(tone["callId"])
            self._background.run(self._tool, tone, answer)

    async def _tool(self, tone: Tone, answer: Answer) -> None:
        head = {"chi": Chi.TOOL_RESULT, "sid": tone["sid"], "callId": tone["callId"]}
        args = tone.get("args")
        result = await self.tools.result(tone.get("name"), {} if args is None else args)
        _give(answer, head, result)

    async def _permit(self, handler: Callable[[Tone], Any], tone: Tone, answer: Answer) -> None:
        decision = "deny"  # a handler that fails must not allow anything
        try:
            decided = await _value(handler, tone)
            decision = decided if isinstance(decided, str) else "deny"
        finally:
            head = {"chi": Chi.RELEASE_PERMIT, "sid": tone["sid"], "permitId": tone["permitId"]}
            answer({**head, "decision": decision})

    async def _reach(self, handler: Callable[[Tone], Any], tone: Tone, answer: Answer) -> None:
        head = {"chi": Chi.TENDRIL_RESULT, "sid": tone["sid"], "callId": tone["callId"]}
        try:
            result = await _value(handler, tone)
        except Exception as error:
            result = error_result(error)
        _give(answer, head, {} if result is None else result)


def _give(answer: Answer, head: Tone, result: Any) -> None:
    try:
        answer({**head, "result": result})
    except (
        TypeError,
        ValueError,
        RecursionError,
    ) as error:  # no JSON: the asker still gets an answer
        answer({**head, "result": error_result(error)})


async def _value(handler: Callable[[Tone], Any], tone: Tone) -> Any:
    value = handler(tone)
    return await value if inspect.isawaitable(value) else value
