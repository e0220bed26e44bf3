"""Scripts: kept to, not kept to, not done."""

import os
import sys

import pytest
from bee import Bee

from mock_humd import MockHumd, MockHumdError, ScriptNotDone

PROMPT = {"tone": {"chi": "prompt", "text": "2 + 3?"}, "from": "client"}
ONE_PROMPT = {"format": 1, "steps": [PROMPT]}
RULES = {"format": 1, "when": [{"tone": {"chi": "prompt"}, "send": []}]}


def test_one_that_is_kept_to_is_done():
    with MockHumd(script=ONE_PROMPT) as humd:
        with Bee(humd.path) as bee:
            bee.say(chi="prompt", sid="hum-1", text="2 + 3?")
            humd.done()
        humd.done()


def test_one_that_is_not_kept_to_says_which_step():
    humd = MockHumd(script=ONE_PROMPT)
    with Bee(humd.path) as bee:
        bee.say(chi="prompt", sid="hum-1", text="3 + 2?")
        with pytest.raises(ScriptNotDone, match=r"step 1 of 1[^$]*3 \+ 2\?"):
            humd.done()
    humd.close()


def test_one_that_is_not_done_fails_at_the_end(tmp_path):
    (tmp_path / "script.yaml").write_text("format: 1\nsteps: [{ accept: { as: a } }]\n")
    for script in tmp_path / "script.yaml", ONE_PROMPT:
        with pytest.raises(ScriptNotDone, match="step 1 of 1"):
            with MockHumd(script=script):
                pass


def test_the_failure_of_a_block_goes_before_that_of_its_script():
    with pytest.raises(ZeroDivisionError) as raised:
        with MockHumd(script=ONE_PROMPT):
            1 / 0
    if sys.version_info >= (3, 11):
        assert "step 1 of 1" in raised.value.__notes__[0]


def test_what_is_never_done_is_not_waited_for():
    with MockHumd() as humd, pytest.raises(MockHumdError, match="there is no script"):
        humd.done()
    with MockHumd(script=RULES) as humd, pytest.raises(MockHumdError, match="within 0.1 s .*rules"):
        humd.done(within=0.1)
    assert not os.path.exists(humd.path)


def test_a_socket_that_is_missing_at_first_is_ready_too():
    script = {"format": 1, "steps": [{"listen": {"state": "missing"}}, PROMPT]}
    with MockHumd(script=script) as humd:
        assert not os.path.exists(humd.path)
        with pytest.raises(ScriptNotDone):
            humd.close()
