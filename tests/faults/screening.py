#!/usr/bin/env python3
"""What must not be lost: killed runs, a full disk, a newer store, two processes at once."""
import contextlib
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import make_pack  # noqa: E402
from scenario import berm, check, equal, finish, folder, program, run, skip, write  # noqa: E402

HOUSEHOLDS = 20000


@contextlib.contextmanager
def opened(path):
    """A connection that is really closed afterwards."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        yield database


def copy(source, target):
    """By another process: a file that this one closes would lose SQLite's locks on it."""
    assert run(["cp", source, target]).code == 0
    return target


def counts(path):
    with opened(path) as database:
        return tuple(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                     for table in ("run", "finding", "standing", "household", "change"))


def integrity(path):
    with opened(path) as database:
        return database.execute("PRAGMA integrity_check").fetchone()[0]


def start(*arguments):
    return subprocess.Popen([program(), *map(str, arguments)], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


with folder() as here:
    path = here / "r.berm"
    url = f"sqlite:{path}"
    csv = here / "csv"
    assert berm("synth", "--households", HOUSEHOLDS, "--csv", csv).code == 0
    assert berm("init", "--store", url, "--pack", "rural-cn").code == 0
    assert berm("import", "--store", url, "areas", csv / "areas.csv").code == 0
    seed = int(os.environ.get("BERM_SEED", time.time()))
    print(f"# seed {seed}")
    dice = random.Random(seed)

    empty = counts(path)
    begin = time.monotonic()
    assert berm("import", "--store", f"sqlite:{copy(path, here / 'timing.berm')}", "households",
                csv / "households.csv").code == 0
    taken = time.monotonic() - begin
    torn = 0
    for _ in range(8):
        process = start("import", "--store", url, "households", csv / "households.csv")
        time.sleep(dice.random() * taken)
        process.kill()
        process.wait()
        torn += counts(path)[3] not in (empty[3], HOUSEHOLDS)
    equal("a killed import leaves all or nothing", torn, 0)
    equal("the store is whole after killed imports", integrity(path), "ok")
    assert berm("import", "--store", url, "households", csv / "households.csv").code == 0
    assert berm("import", "--store", url, "persons", csv / "persons.csv").code == 0

    before = counts(path)
    begin = time.monotonic()
    assert berm("screen", "--store", f"sqlite:{copy(path, here / 'timing2.berm')}", "--month",
                "2020-09").code == 0
    taken = time.monotonic() - begin
    torn = 0
    for _ in range(8):
        process = start("screen", "--store", url, "--month", "2020-09")
        time.sleep(dice.random() * taken)
        process.kill()
        process.wait()
        now = counts(path)
        finished = now[0] - before[0]
        torn += now[1] != before[1] and finished == 0
        before = now
    equal("a killed run leaves no finding without its run", torn, 0)
    equal("the store is whole after killed runs", integrity(path), "ok")
    equal("the register can be screened afterwards",
          berm("screen", "--store", url, "--month", "2020-10").code, 0)

    process = start("screen", "--store", url, "--month", "2020-11")
    second = berm("screen", "--store", url, "--month", "2020-11")
    check("two runs at once: both succeed or one is told to wait",
          process.wait() == 0 and (second.code == 0 or "another process" in second.err), second.text)
    with opened(path) as database:
        twice = database.execute("SELECT count(*) FROM (SELECT household_id, code FROM finding WHERE "
                                 "closing_run_id IS NULL GROUP BY 1, 2 HAVING count(*) > 1)").fetchone()[0]
    equal("no finding is open twice", twice, 0)

    with opened(path) as holder:
        holder.execute("BEGIN IMMEDIATE")
        result = berm("screen", "--store", url, "--month", "2020-12",
                      env={"BERM_BUSY_TIMEOUT_MS": "200"})
        check("a held write lock is told in words",
              result.code == 1 and "another process" in result.err, result.text)

    newer = copy(path, here / "newer.berm")
    with opened(newer) as database:
        database.execute("PRAGMA user_version = 9999")
    result = berm("findings", "--store", f"sqlite:{newer}")
    check("a store of a newer version is refused", result.code == 1 and "newer" in result.err, result.text)
    result = berm("findings", "--store", f"sqlite:{write(here / 'text.berm', 'no database at all' * 100)}")
    check("a file that is no register is refused", result.code == 1 and result.err.strip(), result.text)

    # A disk of 24 MiB, private to a mount namespace.
    disk = here / "disk"
    disk.mkdir()
    script = (f"mount -t tmpfs -o size=12m none {disk} && cp {here}/full.berm {disk}/r.berm && "
              f"{program()} import --store sqlite:{disk}/r.berm households {csv}/households.csv; echo code $?; "
              f"{program()} import --store sqlite:{disk}/r.berm persons {csv}/persons.csv; echo code $?; "
              f"cp {disk}/r.berm {here}/after.berm")
    pack = make_pack(here / "pack")
    assert berm("init", "--store", f"sqlite:{here}/full.berm", "--pack", "rural-cn").code == 0
    assert berm("import", "--store", f"sqlite:{here}/full.berm", "areas", csv / "areas.csv").code == 0
    result = run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script])
    if "code" not in result.out:
        skip("a full disk", "no private mount can be made here: " + result.text)
    else:
        check("a full disk is told in words", "disk is full" in result.err, result.text)
        equal("the store is whole after a full disk", integrity(here / "after.berm"), "ok")
        check("what did not fit left nothing", counts(here / "after.berm")[3] in (0, HOUSEHOLDS),
              counts(here / "after.berm"))
finish()
