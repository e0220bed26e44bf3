"""The helpers that the shim offers to `call`: the library's own, under the protocol's names."""

import os
import threading

import thrum


class Unsupported(Exception):
    """There is no such op, act or function here."""


def call(fn, args):
    if fn not in FUNCTIONS:
        raise Unsupported
    return FUNCTIONS[fn](**args)


def in_threads(count, work):
    """Runs work(0) … work(count - 1) in threads that start together; raises what one raised."""
    start, errors = threading.Barrier(count), []

    def run(number):
        try:
            start.wait()
            work(number)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _registry(of):
    if of == "chi":
        return list(thrum.ALL_CHI)
    if of == "pulse":
        return [kind.value for kind in thrum.PulseKind]
    raise Unsupported


def _rids(count, threads=None):
    if not threads:
        return [thrum.rid() for _ in range(count)]
    made = []  # list.append is atomic
    in_threads(threads, lambda n: [made.append(thrum.rid()) for _ in range(n, count, threads)])
    return made


def _wane(ops):
    tracker, results = thrum.WaneTracker(), []
    for name, *args in ops:
        if name not in ("get", "tick", "set", "behind", "merge", "snapshot"):
            raise Unsupported
        try:
            results.append(getattr(tracker, name)(*args))
        except Exception as error:
            return [*results, {"$raises": type(error).__name__}]
    return results


def _socket_path(env):
    before = dict(os.environ)
    try:
        for name, value in env.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        return thrum.default_socket_path()
    finally:
        os.environ.clear()
        os.environ.update(before)


FUNCTIONS = {
    "version": lambda: thrum.THRUM_VERSION,
    "registry": _registry,
    "is_valid_chi": thrum.is_valid_chi,
    "sigil": thrum.sigil,
    "rid": _rids,
    "dusk_in": thrum.dusk_in,
    "is_dusk": thrum.is_dusk,
    "wane": _wane,
    "socket_path": _socket_path,
    "encode": thrum.encode,
}
