"""Registers on their way to another store: what the scenarios of berm move share."""
import json
import os
import signal
import sqlite3
import subprocess
import time

import pictures
import postgres
from scenario import berm, check, program, write
from server import make_account

ID_NUMBER = "11010519491231002X"  # the example of GB 11643-1999


def place(kind, path):
    """A new place of a kind."""
    if kind == "sqlite":
        return f"sqlite:{path}"
    return postgres.database_url(path)


def make_register(here, key):
    """A register in which there is something of everything."""
    url = f"sqlite:{here}/source.berm"
    sealed = {"BERM_KEY_FILE": key}

    def call(*words, **options):
        result = berm(*words, "--store", url, env=sealed, **options)
        assert result.code == 0, (words, result.text)
        return result

    call("init", "--pack", "rural-cn")
    call("synth", "--households", "250", "--seed", "7")
    area = postgres.ask(url, "SELECT code FROM area ORDER BY level DESC, code LIMIT 1")[0][0]
    call("import", "persons", write(here / "persons.csv", "code,household,name,id_type,id_number\n"
                                    f"X-1,{first_household(url)},李明,resident_id,{ID_NUMBER}\n"))
    call("screen", "--month", "2020-08")
    call("screen", "--month", "2020-09")
    call("change", "household", first_household(url), "water_minutes=7")
    call("visit", "plan", first_household(url), "--purpose", "follow_up")
    call("visit", "record", "1", "--on", "2020-09-30", "--summary", "seen", "water_minutes=9", "water_enough=")
    (here / "roof.jpg").write_bytes(pictures.telling_jpeg(width=8000, height=6000))
    (here / "paper.pdf").write_bytes(pictures.pdf("signed " * 120000))  # several pieces
    call("attachment", "add", first_household(url), here / "roof.jpg", "--visit", "1")
    call("attachment", "add", first_household(url), here / "paper.pdf", "--kind", "document")
    make_account(url, "clerk", ("county", area))
    make_account(url, "chief", ("administrator", None))
    call("token", "create", "clerk", "--label", "a program", "--scopes", "household_read")
    call("policy", "draft", "rural-cn", "--note", "the same again")
    call("export", "areas", "--queue")
    call("job", "run")
    call("export", "codebook", "--queue")  # this one waits
    call("journal", "seal")
    return url


def first_household(url):
    return postgres.ask(url, "SELECT code FROM household ORDER BY household_id LIMIT 1")[0][0]


def moved(result):
    """The tables that a move tells, with what it proved."""
    rows = json.loads(result.out)
    return {row["table"]: (row["rows"], row["sha256"]) for row in rows if row["not_moved"] == ""}


def move(source, target, *options, key=None, **more):
    return berm("move", "--from", source, "--to", target, "--format", "json", *options,
                env={"BERM_KEY_FILE": key or "", "BERM_FILES": os.environ.get("BERM_FILES", "")}, **more)


def rows_there(url):
    """How many rows of an unfinished move have come; None where it has not begun or is over."""
    query = "SELECT coalesce(sum(row_count), -1) FROM move_progress"
    try:
        if url.startswith("sqlite:"):  # a lock is not waited for: the move would go on meanwhile
            database = sqlite3.connect(f"file:{url.removeprefix('sqlite:')}?mode=ro", timeout=0, uri=True)
            (count,), = database.execute(query).fetchall()
            database.close()
        else:
            (count,), = postgres.ask(url, query)
    except (sqlite3.Error, postgres.Refused):  # the schema is being made, or locked
        return None
    return None if count < 0 else count


def kill_when(source, target, rows, key):
    """Begin a move and kill it once so many rows have come. Whether it was killed before its end."""
    process = subprocess.Popen([program(), "move", "--from", source, "--to", target, "--quiet"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env={**os.environ, "BERM_KEY_FILE": str(key), "BERM_MOVE_PORTION_ROWS": "100"})
    while process.poll() is None:
        if (rows_there(target) or -1) >= rows:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    process.wait()
    return process.returncode == -signal.SIGKILL


def stopped(here, key, url, kind, name, stop):
    """A move that stop(process, target) stops in the middle: what it said. It goes on afterwards."""
    target = place(kind, here / f"{name}.berm")
    process = subprocess.Popen([program(), "move", "--from", url, "--to", target, "--quiet"], text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               env={**os.environ, "BERM_KEY_FILE": str(key), "BERM_MOVE_PORTION_ROWS": "100"})
    while process.poll() is None and (rows_there(target) or -1) < 5000:
        time.sleep(0.001)
    stop(process, target)
    told = process.communicate(timeout=60)[1]
    check(f"{name}: the move ends and says how it goes on", process.returncode == 1 and "goes on from" in told,
          (process.returncode, told))
    result = move(url, target, key=key)
    check(f"{name}: and goes on", result.code == 0 and "by an earlier move" in result.err, result.text)
