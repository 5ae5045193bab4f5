"""Helpers for the scripts of tests/scenario, faults, conformance, golden and property.

Such a script prints one line for each thing that it checks: `ok NAME`, `not ok NAME: why` or
`skip NAME: why`, and exits with 1 if any was not ok. tools/run_tests.py counts those lines.

    import sys, pathlib
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
    from scenario import berm, check, finish, folder

    with folder() as here:
        result = berm("init", "--store", f"sqlite:{here}/r.sqlite", "--pack", "rural-cn")
        check("a fresh store is made", result.code == 0, result.text)
    finish()

Environment: BERM the program, BERM_ASAN the same built with sanitizers, BERM_SHARED the folder with
shared data where there is one. All are optional; the build/ folder is looked at first.
"""
import collections
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
Result = collections.namedtuple("Result", "code out err text seconds peak_kib")

_failed = 0
_passed = 0


def _one_line(text):
    return " ".join(str(text).split())[:600]


def check(name, condition, why=""):
    """Note one check; `why` should show what came instead. Returns whether it held."""
    global _failed, _passed
    if condition:
        _passed += 1
        print(f"ok {name}", flush=True)
    else:
        _failed += 1
        print(f"not ok {name}: {_one_line(why)}", flush=True)
    return bool(condition)


def equal(name, got, wanted):
    return check(name, got == wanted, f"got {got!r}, wanted {wanted!r}")


def contains(name, text, words):
    return check(name, words in text, f"no {words!r} in {text!r}")


def skip(name, why):
    print(f"skip {name}: {_one_line(why)}", flush=True)


def finish():
    """The end of every script."""
    if _passed + _failed == 0:
        check("the script checked something", False, "no check ran")
    sys.exit(1 if _failed else 0)


def _excepthook(kind, value, trace):
    traceback.print_exception(kind, value, trace)
    check("the script runs to its end", False, f"{kind.__name__}: {value}")
    sys.stdout.flush()
    os._exit(1)


sys.excepthook = _excepthook


def program():
    """The path of the program under test."""
    return os.environ.get("BERM") or str(ROOT / "build" / "berm")


def asan_program():
    """The sanitized program, or None."""
    path = os.environ.get("BERM_ASAN") or str(ROOT / "build-asan" / "berm")
    return path if os.access(path, os.X_OK) else None


def shared(*parts):
    """A path in the shared data, or None where it is not there."""
    folders = [os.environ["BERM_SHARED"]] if os.environ.get("BERM_SHARED") else [
        str(ROOT.parent / "shared")]
    for base in folders:
        path = pathlib.Path(base, *parts)
        if path.exists():
            return path
    return None


def run(arguments, stdin=None, timeout=300, env=None, cwd=None):
    """Run a program to its end; text, not bytes (undecodable bytes are kept as surrogates).

    code is negative where a signal ended it (-9 after `timeout` seconds); peak_kib is its largest
    resident memory, never under that of this script (some 20 MiB), which the kernel counts too.
    """
    environment = dict(os.environ)
    environment.pop("BERM_STORE", None)
    environment.update({key: str(value) for key, value in (env or {}).items()})
    if isinstance(stdin, str):
        stdin = stdin.encode("utf-8", "surrogateescape")
    started = time.monotonic()
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, \
            tempfile.TemporaryFile() as err:
        given.write(stdin or b"")
        given.seek(0)
        process = subprocess.Popen([str(word) for word in arguments], stdin=given, stdout=out,
                                   stderr=err, env=environment, cwd=cwd)
        killer = threading.Timer(timeout, process.kill)
        killer.start()
        _, status, usage = os.wait4(process.pid, 0)
        killer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "surrogateescape"))
    return Result(process.returncode, texts[0], texts[1], texts[0] + texts[1],
                  time.monotonic() - started, usage.ru_maxrss)


def berm(*arguments, **options):
    """Run the program under test."""
    return run([program(), *arguments], **options)


@contextlib.contextmanager
def folder():
    """A temporary folder that is gone afterwards."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="berm-test-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def wait_until(condition, seconds=30):
    """Ask again and again; whether it held in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


def write(path, text):
    """Write a text (or bytes) file, making its folder."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
    return path
