"""A daemon without pytest: how it starts, is steered, and what it leaves behind."""

import os
import select
import tempfile

import pytest
from bee import Bee

from mock_humd import MockHumd, MockHumdError


def test_what_crossed_is_whole_at_the_end_and_the_folder_is_gone():
    with MockHumd("--latency", "1ms", "--drop", "1/1000000") as humd:
        assert humd.env["HUM_THRUM_SOCK"] == humd.path
        with Bee(humd.path) as bee:
            bee.say(chi="perf-mark", label="first\u2028second", phase="end", t=1)
            assert bee.hear()["chi"] == "echo"
    assert f"listening on {humd.path}, seed " in humd.said
    crossed = [entry.get("event") or entry["tone"]["chi"] for entry in humd.transcript()]
    assert crossed[:5] == ["opened", "hello", "breath", "perf-mark", "echo"]
    assert crossed[-1] == "closed"  # whether it has read the end of the bee before is chance
    assert not os.path.exists(os.path.dirname(humd.path))
    humd.close()


def test_a_line_that_is_still_being_written_is_left_for_later():
    with MockHumd() as humd:
        with open(f"{os.path.dirname(humd.path)}/transcript.ndjson", "ab") as file:
            file.write(b'{"at_ms":1.000}\n{"at_')
        assert humd.transcript() == [{"at_ms": 1.0}]


def test_much_on_its_stderr_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "written")
    written = os.open(tmp_path / "written", os.O_RDONLY | os.O_NONBLOCK)
    much = "head -c 200000 /dev/zero | tr '\\0' '\\377' >&2"
    with MockHumd("--hook", f"{much}; echo > {tmp_path}/written; cat > /dev/null") as humd:
        assert select.select([written], [], [], 10)[0]
    os.close(written)
    assert humd.said.count("\ufffd") == 200_000


def test_two_at_once_know_nothing_of_each_other():
    with MockHumd() as one, MockHumd("--breath", "twice") as two:
        with Bee(one.path, "first"), Bee(two.path, "second") as bee:
            assert bee.hear()["chi"] == "breath"
    for humd, name in (one, "first"), (two, "second"):
        greeted = {entry["bee"] for entry in humd.transcript() if "bee" in entry}
        assert greeted == {name}


def test_commands_steer_it():
    with MockHumd() as humd, Bee(humd.path) as bee:
        assert "adder-bee" in humd.command("peers")
        humd.command("send", "adder-bee", '{"chi":"log","level":"info","message":"hello"}')
        assert bee.hear()["message"] == "hello"
        humd.command("kick", "adder-bee")
        assert bee.hear() is None
        with pytest.raises(MockHumdError, match="`mock-humd kick nobody` ended with 2: mock-"):
            humd.command("kick", "nobody")
        with pytest.raises(MockHumdError, match="`mock-humd tail` did not end within 0.1 s"):
            humd.command("tail", timeout=0.1)


@pytest.mark.parametrize("named", [None, "/nowhere/mock-humd"])
def test_where_the_program_is_missing_the_message_says_what_to_do(monkeypatch, named):
    monkeypatch.setenv("MOCK_HUMD", "")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MockHumdError, match="cargo install --path mock-humd") as raised:
        MockHumd(binary=named)
    assert (named or "is not on PATH") in str(raised.value)


def test_one_that_cannot_start_says_why_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(MockHumdError, match=r"not start \(exit code 2\): .*--latency soon: wants a time"):
        MockHumd("--latency", "soon")
    with pytest.raises(TypeError, match="not JSON serializable"):
        MockHumd(script={"format": {1}})
    assert os.listdir(tmp_path) == []


def test_the_settings_of_the_developer_take_no_part(monkeypatch, tmp_path):
    (tmp_path / "mock-humd.toml").write_text("no-such-option = 1\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HUM_MOCK_HOOKS", f"echo > {tmp_path}/hooked; cat > /dev/null")
    with MockHumd() as humd, Bee(humd.path):
        pass
    assert os.listdir(tmp_path) == ["mock-humd.toml"]


def test_a_long_tmpdir_is_passed_over(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("long" * 25)))
    with MockHumd() as humd:
        assert "nobody is connected" in humd.command("peers")
