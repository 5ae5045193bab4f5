#!/usr/bin/env python3
"""Backup while others write, restore, and a look at a backup; what a register in PostgreSQL says to it."""
import json
import os
import pathlib
import shutil
import sqlite3
import stat
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import is_postgres, store_url  # noqa: E402
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,sound,3\nB,X2,leaks,2\n"
PERSONS = "code,household,sex\nA-1,A,female\nB-1,B,male\n"
FLOWS = "household,month,wage\n" + wages("A", 700) + wages("B", 300)


def sql(path, *statements):
    with sqlite3.connect(path) as database:
        rows = [database.execute(statement).fetchall() for statement in statements]
    database.close()
    return rows[-1]


def refuse_server(here):
    """A database server is copied by its own tools: both commands name them, and make nothing."""
    url = make_register(here, HOUSEHOLDS)
    result = berm("backup", here / "backup.berm", "--store", url)
    check("a backup of a database is refused, and its tool is named",
          result.code == 1 and "pg_dump" in result.err and "berm move" in result.err and
          "nothing was copied" in result.err, result.text)
    equal("and leaves nothing", (here / "backup.berm").exists(), False)
    file = f"sqlite:{here}/file.berm"
    assert berm("init", "--store", file, "--pack", here / "pack").code == 0
    result = berm("backup", here / "backup.berm", "--store", file)
    equal("a file is copied as ever", result.code, 0)
    for place in (url, store_url(here / "other")):
        result = berm("restore", here / "backup.berm", "--store", place)
        check("restoring a file into a database is refused, and the way is told",
              result.code == 1 and "pg_restore" in result.err and "berm move" in result.err and "--store sqlite:" in result.err, result.text)
    equal("the register is as it was", berm("doctor", "--store", url).code, 0)


with folder() as here:
    if is_postgres():
        refuse_server(here)
        finish()
    key = here / "berm.key"
    berm("key", "create", key)
    sealed = {"BERM_KEY_FILE": key}
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
    store = here / "register.berm"
    berm("screen", "--store", url, "--month", "2020-09", env=sealed)
    checkpoint = here / "checkpoint"
    berm("journal", "checkpoint", checkpoint, "--store", url, env=sealed)

    def doctor(path, *options):
        result = berm("doctor", "--store", f"sqlite:{path}", "--format", "json", *options, env=sealed)
        faults = {row["check"] for row in json.loads(result.out or "[]") if row["state"] == "fault"}
        return result, faults

    result, faults = doctor(store, "--checkpoint", checkpoint)
    equal("a sound register has no faults", (result.code, faults), (0, set()))
    equal("everything is looked at", {row["check"] for row in json.loads(result.out)},
          {"version", "integrity", "references", "areas", "monthly flows", "secrets", "journal", "space",
           "contents"})
    check("the doctor changes nothing", berm("doctor", "--store", url).code == 0)

    # Backup.
    backup = here / "backup.berm"
    result = berm("backup", backup, "--store", url)
    equal("a backup is made", result.code, 0)
    equal("only its owner may read it", stat.S_IMODE(backup.stat().st_mode), 0o600)
    equal("it is one file", [name for name in os.listdir(here) if name.startswith("backup.berm")], ["backup.berm"])
    result = berm("backup", backup, "--store", url)
    check("a backup is never overwritten", result.code == 1 and "never overwritten" in result.err, result.text)
    equal("a backup of nothing is an error", berm("backup", here / "b", "--store", f"sqlite:{here}/none").code, 1)
    equal("and leaves nothing", (here / "b").exists(), False)

    # A look at the backup itself.
    def verify(path, *options):
        result = berm("verify", path, "--format", "json", *options, env=sealed)
        return result, {row["check"]: (row["state"], row["what"]) for row in json.loads(result.out or "[]")}

    result, looked = verify(backup, "--checkpoint", checkpoint)
    equal("a backup is verified without restoring it", (result.code, {state for state, _ in looked.values()}), (0, {"ok"}))
    contains("it is told what is in it", looked["contents"][1], "2 households, 2 persons")
    check("the machine's disk is not its business", "space" not in looked, looked)
    equal("looking leaves one file", [name for name in os.listdir(here) if name.startswith("backup.berm")], ["backup.berm"])
    for name, statement, fault in (
            ("a changed entry", "UPDATE change SET actor = 'x'", "journal"),
            ("a household that was taken out", "DELETE FROM household WHERE code = 'B'", "references")):
        shutil.copy(backup, here / "sick.berm")
        sql(here / "sick.berm", statement)
        result, looked = verify(here / "sick.berm")
        equal(f"{name} is found", (result.code, looked[fault][0]), (1, "fault"))
    shutil.copy(backup, here / "sick.berm")
    sql(here / "sick.berm", "PRAGMA user_version = 1")
    result, looked = verify(here / "sick.berm")
    equal("a backup of an older berm is no fault, and it is said what cannot be looked at",
          (result.code, looked["version"][0], "journal" in looked), (0, "note", False))
    equal("what is no backup is an error", verify(write(here / "no.csv", "code,name\n" * 2000))[0].code, 1)
    (here / "sick.berm").unlink()

    # Restore.
    result = berm("restore", backup, "--store", url)
    check("a register is never overwritten", result.code == 1 and "never overwritten" in result.err, result.text)
    again = here / "again.berm"
    result = berm("restore", backup, "--store", f"sqlite:{again}")
    equal("a backup is restored", result.code, 0)
    equal("and is the same register", sql(again, "SELECT * FROM household_data ORDER BY 1"),
          sql(store, "SELECT * FROM household_data ORDER BY 1"))
    equal("which is sound", doctor(again, "--checkpoint", checkpoint)[1], set())
    equal("and goes on", berm("screen", "--store", f"sqlite:{again}", "--month", "2020-10", env=sealed).code, 0)
    result = berm("restore", write(here / "no.berm", "code,name\n" * 2000), "--store", f"sqlite:{here}/x.berm")
    check("what is no backup is refused", result.code == 1 and not (here / "x.berm").exists(), result.text)
    damaged = here / "damaged.berm"
    shutil.copy(backup, damaged)
    with open(damaged, "r+b") as file:
        file.seek(8192 * 3 + 10)
        file.write(b"\xa5" * 4000)
    result = berm("restore", damaged, "--store", f"sqlite:{here}/x.berm")
    check("a damaged backup is refused", result.code == 1 and not (here / "x.berm").exists(), result.text)
    check("the doctor finds the damage", doctor(damaged)[0].code == 1, doctor(damaged)[0].text)
    write(here / "left.berm-wal", "somebody's log")
    result = berm("restore", backup, "--store", f"sqlite:{here}/left.berm")
    check("a log that lies at the place is told", result.code == 1 and "left.berm-wal" in result.err, result.text)

    # Backup while others write: each copy holds whole imports only.
    stop = threading.Event()
    failures = []

    def import_for_ever():
        number = 0
        while not stop.is_set():
            number += 1
            rows = "".join(f"N{number}-{i},X1,{1 + i % 9}\n" for i in range(500))
            result = berm("import", "--store", url, "households",
                          write(here / "more.csv", "code,area,rooms\n" + rows))
            if result.code != 0:
                failures.append(result.text)

    writer = threading.Thread(target=import_for_ever)
    writer.start()
    copies = []
    for number in range(8):
        copies.append(here / f"copy{number}.berm")
        result = berm("backup", copies[-1], "--store", url)
        if result.code != 0:
            failures.append(result.text)
    stop.set()
    writer.join()
    equal("neither hinders the other", failures, [])
    for copy in copies:
        ((count,),) = sql(copy, "SELECT count(*) FROM household WHERE code LIKE 'N%'")
        ((added,),) = sql(copy, "SELECT sum(added) FROM change WHERE via = 'import households'")
        if not check(f"{copy.name} is from one moment", count % 500 == 0 and added == count + 2, (count, added)):
            break
    equal("the last copy is sound", doctor(copies[-1])[1], set())
finish()
