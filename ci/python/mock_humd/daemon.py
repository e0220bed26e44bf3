"""One daemon of one test: it is started, looked at, and ended. Start at `MockHumd`."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from . import program
from .errors import MockHumdError, ScriptNotDone, raise_for
from .said import Said

Script = str | os.PathLike[str] | Mapping[str, Any]
"""The path of a file, YAML or JSON, or what would be in it."""

DEADLINE = 10.0
"""Seconds, for what takes milliseconds. It only ends hangs."""

_TRANSCRIPT = "transcript.ndjson"

_SOCKET_PATH_MAX = 103
"""Bytes that every kernel takes; Linux takes 107."""


class MockHumd:
    """A running `mock-humd`: the constructor returns once it listens, `with` or `close` ends it.

    `options` are those of `mock-humd run`, as on the command line; `--socket` and `--transcript`
    are given, and with `--log` or `--quiet` there would be nothing to read. `script` is a path, or
    the script as a dict. `binary` is the program, else $MOCK_HUMD names it, else PATH has it.

    The developer's own config file and hooks take no part. The daemon ends with the process that
    started it, however that ends. Every method that waits blocks: with a bee in the same event loop
    `await asyncio.to_thread(humd.done)`.
    """

    path: str
    """The socket's. A str, as `socket.connect` and `os.environ` take nothing else."""

    def __init__(
        self,
        *options: str,
        script: Script | None = None,
        binary: str | os.PathLike[str] | None = None,
    ) -> None:
        __tracebackhide__ = True  # pytest shows the line of the test instead
        self._program = program.find(binary)
        self._has_script = script is not None or any(o.startswith("--script") for o in options)
        self._lines: list[str] | None = None  # of the transcript, once its file is gone
        self._folder = _short_folder()
        self.path = self._in_folder("thrum.sock")
        try:
            self._process = self._started([*options, *self._script_option(script)])
        except BaseException:
            self._folder.cleanup()
            raise
        self._said = Said(self._process.stderr, f"listening on {self.path}")
        try:
            self._wait_until_it_listens()
        except BaseException:  # Ctrl-C too
            self._end_process()
            self._folder.cleanup()
            raise

    @property
    def env(self) -> dict[str, str]:
        """The environment of this process with HUM_THRUM_SOCK, for a bee that is started as one."""
        return {**os.environ, "HUM_THRUM_SOCK": self.path}

    @property
    def said(self) -> str:
        """What the daemon has printed on stderr."""
        return str(self._said)

    def transcript(self) -> list[dict[str, Any]]:
        """What has crossed, in order; `mock-humd/README.md` shows the entries.

        The daemon writes it in the background: what crossed just now may come a moment later. After
        `close` or `done` it is whole.
        """
        return [json.loads(line) for line in self.transcript_lines()]

    def transcript_lines(self) -> list[str]:
        """The same as the daemon has written it."""
        if self._lines is not None:
            return self._lines
        with open(self._in_folder(_TRANSCRIPT), "rb") as file:
            whole = file.read().split(b"\n")[:-1]  # behind the last LF one is still being written
        return [line.decode() for line in whole]

    def command(self, name: str, *arguments: str, timeout: float = DEADLINE) -> str:
        """Runs a command on the daemon, such as `command("kick", "my-bee")`; gives its stdout."""
        __tracebackhide__ = True
        called = f"`mock-humd {shlex.join([name, *arguments])}`"
        try:
            ran = subprocess.run(
                [self._program, name, "--socket", self.path, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=self._own_env(),
                timeout=timeout,
            )
        except subprocess.TimeoutExpired:
            raise MockHumdError(f"{called} did not end within {timeout:g} s") from None
        raise_for(called, ran.returncode, ran.stderr.decode(errors="replace").strip())
        return ran.stdout.decode()

    def done(self, within: float = 60) -> None:
        """Waits until the script is done, and closes. The last line of a test that has a script:
        `close` does not wait, and what the bee sent just now may not have been read by then.

        Raises ScriptNotDone once a step is not kept to or takes longer than `--timeout` (30 s).
        """
        __tracebackhide__ = True
        if not self._has_script:
            raise MockHumdError("there is no script to be done (hint: `script=`)")
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            self.close()
            hint = "(hint: one of rules alone is never done)"
            raise MockHumdError(f"the script was not done within {within:g} s {hint}") from None
        self.close()

    def close(self) -> None:
        """Ends the daemon, and waits for its end. `transcript` and `said` stay, and are whole.

        Raises ScriptNotDone if it had a script that is not done, MockHumdError if it failed
        otherwise; once, then it does nothing.
        """
        __tracebackhide__ = True
        if self._lines is not None:
            return
        try:
            self._process.stdin.close()
            self._process.terminate()  # the same, should a fork of this process hold the pipe open
            self._process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            why = f"mock-humd did not end within {DEADLINE:g} s, and was killed"
            raise MockHumdError(why) from None
        finally:
            self._end_process()
            self._lines = self.transcript_lines()
            self._folder.cleanup()
        raise_for("mock-humd", self._process.returncode, self._said.words())

    def __enter__(self) -> MockHumd:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            self.close()
        except ScriptNotDone as unmet:
            # what went wrong in the block is most likely why
            if error is None:
                raise
            if hasattr(error, "add_note"):  # Python 3.11
                error.add_note(str(unmet))

    def _started(self, options: list[str]) -> subprocess.Popen[bytes]:
        own = ["--socket", self.path, "--transcript", self._in_folder(_TRANSCRIPT)]
        return subprocess.Popen(
            [self._program, "run", "--until-stdin-ends", *own, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self._own_env(),
            start_new_session=True,  # Ctrl-C is for the tests, which then end the daemon
        )

    def _wait_until_it_listens(self) -> None:
        __tracebackhide__ = True
        try:
            if self._said.listens(DEADLINE):
                return
            code = self._process.wait(DEADLINE)
        except (TimeoutError, subprocess.TimeoutExpired):
            said = self.said or "it said nothing"
            raise MockHumdError(f"mock-humd does not listen after {DEADLINE:g} s: {said}") from None
        raise MockHumdError(f"mock-humd does not start (exit code {code}): {self._said.words()}")

    def _end_process(self) -> None:
        """Whatever state it is in, and with it its pipes and the thread."""
        self._process.kill()  # nothing to one that has ended
        self._process.wait()
        self._process.stdin.close()
        self._said.end(DEADLINE)

    def _script_option(self, script: Script | None) -> list[str]:
        if isinstance(script, Mapping):
            path = self._in_folder("script.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(script, file)
            return ["--script", path]
        return [] if script is None else ["--script", os.fspath(script)]

    def _own_env(self) -> dict[str, str]:
        """Without the config file and the hooks of whoever runs the tests."""
        kept = {name: value for name, value in os.environ.items() if name != "HUM_MOCK_HOOKS"}
        return {**kept, "XDG_CONFIG_HOME": self._folder.name}

    def _in_folder(self, name: str) -> str:
        return os.path.join(self._folder.name, name)


def _short_folder() -> tempfile.TemporaryDirectory[str]:
    """In $TMPDIR, unless the paths of the sockets would be too long there."""
    longest = os.path.join(tempfile.gettempdir(), "humd-12345678", "thrum.sock.admin")
    is_short = len(os.fsencode(longest)) <= _SOCKET_PATH_MAX
    return tempfile.TemporaryDirectory(prefix="humd-", dir=None if is_short else "/tmp")
