"""The chis that an asker sends, each as a method: the spelling of the wire stands once, here.

A field given as None is left out. Fields without a parameter of their own go in by their
wire name (`modelId`, `cwd`, `systemPrompt`, `dusk`, `ext`, …). Each method returns the rid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .chi import Chi


class Verbs:
    """For `ThrumClient`, which brings `send` and the tool definitions."""

    def send(self, tone: Mapping[str, Any]) -> str:
        raise NotImplementedError

    def tool_definitions(self, tools: Iterable[str | Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        raise NotImplementedError

    def prompt(
        self,
        sid: str,
        text: str | None = None,
        *,
        content: str | list[Any] | None = None,
        tools: Iterable[str | Mapping[str, Any]] | None = None,
        **fields: Any,
    ) -> str:
        """Asks. `tools` names the declared tools that this turn may call."""
        if text is None and content is None:
            raise ValueError("prompt needs `text` or `content`")
        offered = None if tools is None else self.tool_definitions(tools)
        return self._verb(Chi.PROMPT, fields, sid=sid, text=text, content=content, tools=offered)

    def cancel(self, sid: str, **fields: Any) -> str:
        """Stops the running turn; chunks that are under way may still arrive."""
        return self._verb(Chi.CANCEL, fields, sid=sid)

    def cleanup(self, sid: str, **fields: Any) -> str:
        return self._verb(Chi.CLEANUP, fields, sid=sid)

    def curate(self, sid: str, **fields: Any) -> str:
        """Compacts the session."""
        return self._verb(Chi.CURATE, fields, sid=sid)

    def petal_cell(self, sid: str, cell: Any, **fields: Any) -> str:
        return self._verb(Chi.PETAL_CELL, fields, sid=sid, cell=cell)

    def log(
        self, level: str, message: str, *, sid: str | None = None, fields: Any = None, **more: Any
    ) -> str:
        """`fields` is the log's own object; further wire fields are keywords."""
        return self._verb(Chi.LOG, more, level=level, message=message, sid=sid, fields=fields)

    def perf_mark(self, label: str, phase: str, t: float, **fields: Any) -> str:
        return self._verb(Chi.PERF_MARK, fields, label=label, phase=phase, t=t)

    def echo(self, rid: str, ok: bool = True, error: str | None = None, **fields: Any) -> str:
        """Acknowledges the tone with that rid. Optional, and never for an echo."""
        return self._verb(Chi.ECHO, fields, rid=rid, ok=ok, error=error)

    def _verb(self, chi: Chi, fields: Mapping[str, Any], /, **own: Any) -> str:
        given = {name: value for name, value in own.items() if value is not None}
        return self.send({**fields, **given, "chi": chi})
