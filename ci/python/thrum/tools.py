"""Tools that the application offers: their definitions for a prompt, and one run of one tool."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from .background import Background


class Tool(NamedTuple):
    name: str
    description: str
    input_schema: Mapping[str, Any]
    fn: Callable[[Any], Any]
    timeout: float | None
    """Seconds; None for no limit."""


class Tools:
    """The declared tools by name."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._tools: dict[str, Tool] = {}

    def declare(self, tool: Tool) -> None:
        self._tools[tool.name] = tool

    def definitions(self, tools: Iterable[str | Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """What `prompt.tools` holds: names stand for declared tools, definitions for themselves."""
        return [self._definition(tool) if isinstance(tool, str) else tool for tool in tools]

    async def result(self, name: Any, args: Any) -> Any:
        """Runs a tool; the `result` of its tool-result, never None.

        A tool that fails, an unknown one and one over its time limit give {"error": text}.
        A body over its limit runs on, since it may not be safe to stop; its value is discarded.
        """
        tool = self._tools.get(name) if isinstance(name, str) else None
        if tool is None:
            return {"error": f"unknown tool `{name}`"}
        body = asyncio.ensure_future(_run(tool.fn, args))
        await asyncio.wait({body}, timeout=tool.timeout)
        if not body.done():
            self._background.keep(body)
            return {"error": "timeout"}
        if body.cancelled():
            return {"error": "cancelled"}
        error = body.exception()
        if error is not None:
            return error_result(error)
        value = body.result()
        return {} if value is None else value

    def _definition(self, name: str) -> Mapping[str, Any]:
        tool = self._tools[name]
        return {
            "name": tool.name,
            "description": tool.description,
            "input_schema": tool.input_schema,
        }


def error_result(error: BaseException) -> dict[str, str]:
    return {"error": str(error) or type(error).__name__}


async def _run(fn: Callable[[Any], Any], args: Any) -> Any:
    """Plain functions go to a thread: on the loop a slow one would stop reading and time limits."""
    if inspect.iscoroutinefunction(fn):
        return await fn(args)
    value = await asyncio.to_thread(fn, args)
    return await value if inspect.isawaitable(value) else value
