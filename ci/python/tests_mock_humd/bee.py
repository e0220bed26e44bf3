"""A bee of a few lines: it says what a test has it say, and reads."""

import json
import socket


class Bee:
    """Connected, and greeted. Use in a `with`."""

    def __init__(self, path, name="adder-bee"):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(path)
        self._lines = self._socket.makefile("rb")
        self.say(chi="hello", bee=name, protoVersion="0.7.0")
        assert self.hear()["chi"] == "breath"

    def say(self, **tone):
        line = json.dumps({"rid": f"r-{tone['chi']}", **tone}, ensure_ascii=False)
        self._socket.sendall(line.encode() + b"\n")

    def hear(self):
        """The next tone; None at the end."""
        return json.loads(self._lines.readline() or "null")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._socket.close()
