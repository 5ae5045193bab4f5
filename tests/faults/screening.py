#!/usr/bin/env python3
"""What must not be lost: killed runs, a full disk, a newer store, two processes at once."""
import os
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, copy_register, fault_within, is_postgres, other_writer, store_url  # noqa: E402
from scenario import berm, check, equal, finish, folder, program, run, skip, write  # noqa: E402

HOUSEHOLDS = 2000 if is_postgres() else 20000  # some tenths of a second of work, in which to be killed


def counts(url):
    """How many rows there are, all at one moment: what a killed program sent may still be committed."""
    (row,) = ask(url, "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in
                                            ("run", "finding", "standing", "household", "change")))
    return row


def start(*arguments):
    return subprocess.Popen([program(), *map(str, arguments)], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def fill_a_disk(here, csv):
    """A disk of 12 MiB, private to a mount namespace."""
    if is_postgres():
        skip("a full disk", "it would be the server's")
        return
    disk = here / "disk"
    disk.mkdir()
    script = (f"mount -t tmpfs -o size=12m none {disk} && cp {here}/full.berm {disk}/r.berm && "
              f"{program()} import --store sqlite:{disk}/r.berm households {csv}/households.csv; echo code $?; "
              f"{program()} import --store sqlite:{disk}/r.berm persons {csv}/persons.csv; echo code $?; "
              f"cp {disk}/r.berm {here}/after.berm")
    assert berm("init", "--store", f"sqlite:{here}/full.berm", "--pack", "rural-cn").code == 0
    assert berm("import", "--store", f"sqlite:{here}/full.berm", "areas", csv / "areas.csv").code == 0
    result = run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script])
    if "code" not in result.out:
        skip("a full disk", "no private mount can be made here: " + result.text)
        return
    after = f"sqlite:{here}/after.berm"
    check("a full disk is told in words", "disk is full" in result.err, result.text)
    equal("the store is whole after a full disk", fault_within(after), "ok")
    check("what did not fit left nothing", counts(after)[3] in (0, HOUSEHOLDS), counts(after))


with folder() as here:
    url = store_url(here / "r.berm")
    csv = here / "csv"
    assert berm("synth", "--households", HOUSEHOLDS, "--csv", csv).code == 0
    assert berm("init", "--store", url, "--pack", "rural-cn").code == 0
    assert berm("import", "--store", url, "areas", csv / "areas.csv").code == 0
    seed = int(os.environ.get("BERM_SEED", time.time()))
    print(f"# seed {seed}")
    dice = random.Random(seed)

    empty = counts(url)
    begin = time.monotonic()
    assert berm("import", "--store", copy_register(url, here / "timing.berm"), "households",
                csv / "households.csv").code == 0
    taken = time.monotonic() - begin
    torn = 0
    for _ in range(8):
        process = start("import", "--store", url, "households", csv / "households.csv")
        time.sleep(dice.random() * taken)
        process.kill()
        process.wait()
        torn += counts(url)[3] not in (empty[3], HOUSEHOLDS)
    equal("a killed import leaves all or nothing", torn, 0)
    equal("the store is whole after killed imports", fault_within(url), "ok")
    assert berm("import", "--store", url, "households", csv / "households.csv").code == 0
    assert berm("import", "--store", url, "persons", csv / "persons.csv").code == 0

    before = counts(url)
    begin = time.monotonic()
    assert berm("screen", "--store", copy_register(url, here / "timing2.berm"), "--month",
                "2020-09").code == 0
    taken = time.monotonic() - begin
    torn = 0
    for _ in range(8):
        process = start("screen", "--store", url, "--month", "2020-09")
        time.sleep(dice.random() * taken)
        process.kill()
        process.wait()
        now = counts(url)
        finished = now[0] - before[0]
        torn += now[1] != before[1] and finished == 0
        before = now
    equal("a killed run leaves no finding without its run", torn, 0)
    equal("the store is whole after killed runs", fault_within(url), "ok")
    equal("the register can be screened afterwards",
          berm("screen", "--store", url, "--month", "2020-10").code, 0)

    process = start("screen", "--store", url, "--month", "2020-11")
    second = berm("screen", "--store", url, "--month", "2020-11")
    check("two runs at once: both succeed or one is told to wait",
          process.wait() == 0 and (second.code == 0 or "another process" in second.err), second.text)
    twice = ask(url, "SELECT count(*) FROM (SELECT household_id, code FROM finding WHERE "
                     "closing_run_id IS NULL GROUP BY 1, 2 HAVING count(*) > 1) AS twice")
    equal("no finding is open twice", twice, [(0,)])

    with other_writer(url):
        result = berm("screen", "--store", url, "--month", "2020-12",
                      env={"BERM_BUSY_TIMEOUT_MS": "200"})
        check("a held write lock is told in words",
              result.code == 1 and "another process" in result.err, result.text)

    newer = copy_register(url, here / "newer.berm")
    ask(newer, "UPDATE berm_schema SET version = 9999" if is_postgres() else "PRAGMA user_version = 9999")
    result = berm("findings", "--store", newer)
    check("a store of a newer version is refused", result.code == 1 and "newer" in result.err, result.text)
    result = berm("findings", "--store", f"sqlite:{write(here / 'text.berm', 'no database at all' * 100)}")
    check("a file that is no register is refused", result.code == 1 and result.err.strip(), result.text)

    fill_a_disk(here, csv)
finish()
