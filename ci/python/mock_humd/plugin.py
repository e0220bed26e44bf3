"""The fixtures for pytest (7 or later): `mock_humd`, and `start_mock_humd` for more than one.

In a conftest.py: `pytest_plugins = ["mock_humd.plugin"]`.

The report of a test that fails has what crossed and what the daemons said. A test that passes, and
ends before its script is done, has an error with the daemon's words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .daemon import MockHumd
from .errors import MockHumdError, ScriptNotDone

_LINES_MAX = 200
"""Of a transcript in a report; the last ones."""

_LINE_MAX = 1000
"""Characters of a line in a report; the first ones."""

_OUTCOME = pytest.StashKey[str]()
_STARTED = pytest.StashKey[list[MockHumd]]()


@pytest.fixture
def mock_humd(
    request: pytest.FixtureRequest,
    start_mock_humd: Callable[..., MockHumd],
    monkeypatch: pytest.MonkeyPatch,
) -> MockHumd:
    """A running mock-humd, to which HUM_THRUM_SOCK leads.

    `@pytest.mark.mock_humd("--latency", "50ms", script=...)` says how it is started.
    """
    mark = request.node.get_closest_marker("mock_humd")
    humd = start_mock_humd(*mark.args, **mark.kwargs) if mark else start_mock_humd()
    monkeypatch.setenv("HUM_THRUM_SOCK", humd.path)
    return humd


@pytest.fixture
def start_mock_humd(request: pytest.FixtureRequest) -> Iterator[Callable[..., MockHumd]]:
    """Starts a mock-humd, with the arguments of `MockHumd`; it ends with the test."""
    item = request.node
    started = item.stash[_STARTED] = []
    item.stash[_OUTCOME] = "not run"

    def start(*arguments, **named) -> MockHumd:
        __tracebackhide__ = True
        started.append(MockHumd(*arguments, **named))
        return started[-1]

    yield start
    outcome = item.stash[_OUTCOME]
    # that a test which failed or was skipped left its script undone is no news
    is_news = (ScriptNotDone, MockHumdError) if outcome == "passed" else MockHumdError
    news = [str(wrong) for wrong in _close(started) if isinstance(wrong, is_news)]
    if news or outcome == "failed":
        for title, text in _sections(started):
            item.add_report_section("teardown", title, text)
    if news:
        pytest.fail("\n".join(news), pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keeps how the test went for the end of its daemons, where their transcripts are whole."""
    report = (yield).get_result()
    if call.when == "call":
        item.stash[_OUTCOME] = report.outcome
    elif call.when == "setup" and report.failed:  # of which nothing at the end is shown
        sections = _sections(item.stash.get(_STARTED, []))
        report.sections.extend((f"Captured {title} setup", text) for title, text in sections)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "mock_humd(*options, script=None, binary=None): how `mock_humd` is started"
    )


def _close(daemons: list[MockHumd]) -> list[ScriptNotDone | MockHumdError]:
    """Closes all of them, and gives what is wrong."""
    wrong = []
    for humd in daemons:
        try:
            humd.close()
        except (ScriptNotDone, MockHumdError) as error:
            wrong.append(error)
    return wrong


def _sections(daemons: list[MockHumd]) -> Iterator[tuple[str, str]]:
    for number, humd in enumerate(daemons, 1):
        name = "mock-humd" if len(daemons) == 1 else f"mock-humd {number}"
        yield f"{name} transcript", _end_of(humd.transcript_lines())
        yield f"{name} stderr", _end_of(humd.said.splitlines())


def _end_of(lines: list[str]) -> str:
    left_out = len(lines) - _LINES_MAX
    head = [f"({left_out} lines before these are left out)"] if left_out > 0 else []
    return "\n".join([*head, *map(_begin_of, lines[-_LINES_MAX:])]) or "(nothing)"


def _begin_of(line: str) -> str:
    left_out = len(line) - _LINE_MAX
    return f"{line[:_LINE_MAX]}… ({left_out} characters more)" if left_out > 0 else line
