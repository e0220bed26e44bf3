"""The daemon ends with the process of the tests, however that ends."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys

STARTS_ONE = """
import os, signal, sys
from mock_humd import MockHumd

def wait():
    print(humd.path, flush=True)
    sys.stdin.readline()

with MockHumd() as humd:
    {then}
"""


class Starter:
    """A process that has started a daemon, and waits."""

    def __init__(self, then):
        self.process = subprocess.Popen(
            [sys.executable, "-c", STARTS_ONE.format(then=then)],
            cwd=os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        path = self.process.stdout.readline().decode().strip()
        self.folder = os.path.dirname(path)
        with open(f"{path}.pid") as file:
            self.daemon = os.pidfd_open(int(file.read()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):  # it has ended, unless the test has failed
            signal.pidfd_send_signal(self.daemon, signal.SIGKILL)
        os.close(self.daemon)
        self.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def daemon_ends(self):
        return bool(select.select([self.daemon], [], [], 10)[0])


def test_killed():
    with Starter("wait()") as starter:
        starter.process.kill()
        assert starter.daemon_ends()


def test_interrupted_with_all_its_group_as_at_a_terminal():
    then = """try: wait()
    except KeyboardInterrupt: pass"""
    with Starter(then) as starter:
        os.killpg(starter.process.pid, signal.SIGINT)
        assert starter.daemon_ends()
        assert starter.process.wait(10) == 0
        assert not os.path.exists(starter.folder)


def test_closed_while_a_fork_has_its_pipe():
    then = """if os.fork() == 0: signal.pause()
    wait()"""
    with Starter(then) as starter:
        starter.process.stdin.write(b"\n")
        starter.process.stdin.flush()
        assert starter.daemon_ends()
        assert starter.process.wait(10) == 0
