"""What pytest reports of tests that use the fixtures."""

import pytest

TEST = """
import os
import sys

import pytest

sys.path.insert(0, {here!r})
from bee import Bee

SCRIPT = {{"format": 1, "steps": [{{"tone": {{"chi": "prompt"}}, "from": "client"}}]}}
"""


@pytest.fixture
def reported(pytester, monkeypatch):
    """Runs a module and gives its outcomes and its output, which is the same wherever it runs."""
    for name in ("CI", "BUILD_NUMBER"):  # with one of these pytest repeats whole messages at the end
        monkeypatch.delenv(name, raising=False)

    def run(text, *arguments):
        pytester.makeconftest('pytest_plugins = ["mock_humd.plugin"]')
        here = str(pytester.path.__class__(__file__).parent)
        pytester.makepyfile(TEST.format(here=here) + text)
        result = pytester.runpytest("--strict-markers", *arguments)
        return result.parseoutcomes(), result.stdout

    return run


def test_a_failure_shows_what_crossed_and_what_was_said(reported):
    outcomes, output = reported(
        """
@pytest.mark.mock_humd("--breath", "twice")
def test_it(mock_humd):
    with Bee(os.environ["HUM_THRUM_SOCK"]) as bee:
        assert bee.hear()["chi"] == "hello"
"""
    )
    assert outcomes == {"failed": 1}
    output.fnmatch_lines(
        [
            "*Captured mock-humd transcript*",
            '*"dir":"client","tone":{"rid": "r-hello",*',
            '*"chi":"breath"*',
            '*"chi":"breath"*',
            '*"event":"closed"}',
            "*Captured mock-humd stderr*",
            "mock-humd: listening on *",
        ]
    )


def test_a_success_shows_nothing(reported):
    outcomes, output = reported("def test_it(mock_humd): Bee(mock_humd.path).__exit__()", "-rA")
    assert outcomes == {"passed": 1}
    output.no_fnmatch_line("*transcript*")


def test_the_line_of_the_test_is_shown_and_not_those_of_the_fixture(reported):
    _, output = reported(
        """
@pytest.mark.mock_humd("--timeout", "10ms", script=SCRIPT)
def test_it(mock_humd):
    mock_humd.done()

def test_its_start(start_mock_humd):
    start_mock_humd("--no-such-option")

def test_its_command(mock_humd):
    mock_humd.command("kick", "nobody")

def test_its_program(start_mock_humd):
    start_mock_humd(binary="/nowhere")
"""
    )
    output.fnmatch_lines([">       mock_humd.done()", '>       start_mock_humd("--no-*")'])
    output.no_fnmatch_line("*mock_humd/*.py:*")


def test_of_a_long_transcript_the_end_is_shown(reported):
    _, output = reported(
        """
def test_it(mock_humd):
    with Bee(mock_humd.path) as bee:
        for number in range(100):
            bee.say(chi="perf-mark", label="x" * 2000, phase="x", t=1)
            bee.hear()
    assert False
"""
    )
    output.fnmatch_lines(["(* lines before these are left out)", "*xxx… (* characters more)"])
    assert output.str().count('"conn":0') == 200
    output.no_fnmatch_line('*"event":"opened"*')


def test_each_of_two_daemons_is_shown(reported):
    outcomes, output = reported(
        """
def test_it(start_mock_humd):
    one, two = start_mock_humd(), start_mock_humd("--personality", "live")
    assert one.path == two.path
"""
    )
    assert outcomes == {"failed": 1}
    first, second = "*Captured mock-humd 1 transcript*", "*Captured mock-humd 2 transcript*"
    output.fnmatch_lines([first, "(nothing)", second])


def test_a_failure_before_the_test_itself_shows_them_too(reported):
    outcomes, output = reported(
        """
@pytest.fixture
def bee(mock_humd):
    with Bee(mock_humd.path) as bee:
        assert bee is None

def test_it(bee): pass
"""
    )
    assert outcomes == {"errors": 1}
    titles = ["*Captured mock-humd transcript setup*", "*Captured mock-humd stderr setup*"]
    output.fnmatch_lines([*titles, "mock-humd: listening on *"])


def test_a_script_that_is_not_done_fails_the_test(reported):
    outcomes, output = reported(
        """
@pytest.mark.mock_humd(script=SCRIPT)
def test_it(mock_humd):
    pass
"""
    )
    assert outcomes == {"passed": 1, "errors": 1}
    said, crossed = "mock-humd: step 1 of 1*", "*Captured mock-humd transcript*"
    output.fnmatch_lines(["*ERROR at teardown of test_it*", said, crossed])
    assert output.str().count("mock-humd transcript") == 1
    assert output.str().count("step 1 of 1") == 2  # once as the reason, once in the stderr


def test_a_daemon_that_was_killed_fails_even_a_test_that_has_failed(reported):
    outcomes, output = reported(
        """
def test_it(mock_humd):
    with open(f"{mock_humd.path}.pid") as file:
        os.kill(int(file.read()), 9)
    assert False
"""
    )
    assert outcomes == {"failed": 1, "errors": 1}
    output.fnmatch_lines(["mock-humd ended with -9: it said nothing"])


@pytest.mark.parametrize(
    ("does", "outcome"),
    [("assert False", "failed"), ("pytest.skip()", "skipped"), ("pytest.xfail()", "xfailed")],
)
def test_it_does_not_hide_how_the_test_went(reported, does, outcome):
    outcomes, output = reported(
        f"""
@pytest.mark.mock_humd(script=SCRIPT)
def test_it(mock_humd):
    {does}
"""
    )
    assert outcomes == {outcome: 1}
    assert ("step 1 of 1" in output.str()) == (outcome == "failed")
