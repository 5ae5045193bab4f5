#!/usr/bin/env python3
"""Work in the queue: killed in the middle and done exactly once, stopped, one process at a time."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, files_folder, is_postgres, store_url  # noqa: E402
from registers import AREAS, make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, program, wait_until, write  # noqa: E402

HOUSEHOLDS = 200000


def rows(url, *options):
    return json.loads(berm("job", "list", "--store", url, "--format", "json", *options).out)


def count(url, table):
    return ask(url, f"SELECT count(*) FROM {table}")[0][0]


def start(url):
    return subprocess.Popen([program(), "job", "run", "--store", url], stderr=subprocess.PIPE,
                            env={**os.environ, "BERM_STORE": ""})


def state(url, job):
    """Straight from the table: a berm process would take longer than the job."""
    return ask(url, f"SELECT state FROM job WHERE job_id = {job}")[0][0]


def new_register(here):
    url = store_url(here / "register.berm")
    berm("init", "--store", url, "--pack", make_pack(here / "pack"))
    berm("import", "--store", url, "areas", write(here / "areas.csv", AREAS))
    return url


LARGE = "code,area,roof,rooms\n" + "".join(
    f"H{number:07d},X{number % 2 + 1},sound,{number % 9}\n" for number in range(HOUSEHOLDS))

with folder() as here:
    url = new_register(here)
    large = write(here / "large.csv", LARGE)
    result = berm("import", "--store", url, "households", large, "--queue")
    contains("an import is queued", result.text, "Job 1 is queued")
    large.unlink()  # its turn comes later; the queue has a copy
    changes = count(url, "change")

    process = start(url)
    check("the import runs", wait_until(lambda: state(url, 1) == "running"))
    time.sleep(0.15)
    process.send_signal(signal.SIGKILL)
    process.wait()
    equal("the killed import left no household", count(url, "household"), 0)
    equal("and is running as far as anybody can tell", rows(url)[0]["state"], "running")
    result = berm("job", "run", "--store", url)
    contains("the next process does it", result.text, "1 jobs done, 0 failed")
    equal("every household is there once", count(url, "household"), HOUSEHOLDS)
    equal("in one change", count(url, "change"), changes + 1)
    equal("its result tells so", rows(url)[0]["result"]["added"], HOUSEHOLDS)
    equal("nothing is left to do", berm("job", "run", "--store", url).text.strip(),
          "0 jobs done, 0 failed.")
    check("the upload is gone", not list((files_folder(url) / "uploads").iterdir()))
    equal("the journal holds", berm("journal", "verify", "--store", url).code, 0)
    equal("the file's own name stands in the history",
          ask(url, "SELECT file_name FROM change ORDER BY change_id DESC LIMIT 1")[0][0], "large.csv")

    # Killed ever later, until an attempt is quicker: never half, never twice.
    codes = write(here / "more.csv", LARGE.replace("\nH", "\nK"))
    berm("import", "--store", url, "households", codes, "--queue")
    delay, kills = 0.02, 0
    while kills < 2:
        process = start(url)
        wait_until(lambda: state(url, 2) != "queued")
        time.sleep(delay)
        process.kill()
        process.wait()
        if state(url, 2) == "done":
            break
        kills += 1
        delay *= 3
        equal(f"kill {kills} left nothing", count(url, "household"), HOUSEHOLDS)
    berm("job", "run", "--store", url)
    equal("after all kills it is done", state(url, 2), "done")
    equal("and done once", count(url, "household"), 2 * HOUSEHOLDS)

    # A server that dies each time is not given a fourth chance.
    berm("screen", "--store", url, "--month", "2020-09", "--queue")
    for _ in range(3):
        process = start(url)
        wait_until(lambda: state(url, 3) == "running")
        time.sleep(0.02)
        process.kill()
        process.wait()
    result = berm("job", "run", "--store", url)
    if state(url, 3) == "failed":
        contains("the sentence tells why", rows(url)[0]["error"], "ended 3 times")
        equal("no run was stored", count(url, "run"), 0)
    else:
        equal("the run ended before it could be killed", state(url, 3), "done")

    # One process at a time; a job that runs can be stopped and leaves nothing.
    berm("screen", "--store", url, "--month", "2020-10", "--queue")
    runs = count(url, "run")
    process = start(url)
    check("the run has begun", wait_until(lambda: state(url, 4) != "queued"))
    if state(url, 4) == "running":
        result = berm("job", "run", "--store", url)
        check("a second process does not join", result.code != 0 or state(url, 4) == "done",
              result.text)
        if result.code != 0:
            contains("and says who does it", result.text, "another process runs the jobs")
    process.wait()
    equal("the run is stored once", count(url, "run"), runs + 1)

    berm("screen", "--store", url, "--month", "2020-11", "--queue")
    result = berm("job", "cancel", "--store", url, "5")
    equal("what waits is cancelled at once", (result.code, state(url, 5)), (0, "cancelled"))
    berm("job", "run", "--store", url)
    equal("and never runs", count(url, "run"), runs + 1)
    result = berm("job", "cancel", "--store", url, "5")
    contains("cancelling twice is told", result.text, "cancelled already")

# Rejects, dry runs, and what cannot be done.
with folder() as here:
    url = make_register(here, "code,area,roof,rooms\nH1,X1,sound,2\n", flows="household,month,wage\n"
                        + wages("H1", 100))
    mixed = write(here / "mixed.csv", "code,area,roof,rooms\nH2,X1,sound,3\nH3,X9,sound,3\n")
    berm("import", "--store", url, "households", mixed, "--queue", "--dry-run")
    berm("job", "run", "--store", url)
    job = rows(url)[0]
    equal("a dry run counts", (job["result"]["added"], job["result"]["rejected"]), (1, 1))
    equal("and changes nothing", count(url, "household"), 1)
    equal("its upload stays for the real import",
          len(list((files_folder(url) / "uploads").iterdir())), 1)
    rejects = files_folder(url) / "jobs" / "1"
    contains("the rejected row is kept with its reason", rejects.read_text(), "X9")
    equal("for its owner alone", rejects.stat().st_mode & 0o777, 0o600)
    equal("and so are the folders",
          {(files_folder(url) / name).stat().st_mode & 0o777
           for name in ("", "jobs", "uploads", *(() if is_postgres() else ("locks",)))}, {0o700})

    berm("import", "--store", url, "households", mixed, "--queue")
    berm("job", "run", "--store", url)
    equal("the good row is taken", count(url, "household"), 2)
    berm("import", "--store", url, "households",
         write(here / "good.csv", "code,area,roof,rooms\nH4,X1,sound,3\n"), "--queue")
    berm("job", "run", "--store", url)
    check("without rejected rows there is no file",
          not (files_folder(url) / "jobs" / "3").exists())
    mapped = write(here / "mapped.csv", "Nr,Ort,roof,rooms\nH5,X1,sound,3\n")
    berm("import", "--store", url, "households", mapped, "--queue", "--map",
         write(here / "map.csv", "field,from\ncode,Nr\narea,Ort\nroof,roof\n"))
    result = berm("job", "run", "--store", url)
    equal("a map goes along", rows(url)[0]["state"], "done")
    equal("and is removed", [file.name for file in (files_folder(url) / "uploads")
                             .iterdir() if file.suffix == ".map"], [])

    berm("import", "--store", url, "households", write(here / "bad.csv", "no,such\n1,2\n"), "--queue")
    result = berm("job", "run", "--store", url)
    equal("a job that fails is no success", result.code, 1)
    equal("it is kept with its reason", rows(url, "--limit", "1")[0]["state"], "failed")
    contains("which names the columns", rows(url)[0]["error"], "code")
    berm("screen", "--store", url, "--month", "2020-09", "--queue")
    berm("job", "run", "--store", url)
    job = json.loads(berm("job", "show", "--store", url, "6", "--format", "json").out)[0]
    equal("a run tells its counts", job["result"]["households"], 4)
    entries = json.loads(berm("journal", "list", "--store", url, "--format", "json").out)
    equal("each job's beginning is in the journal",
          [entry["subject"] for entry in entries if entry["action"] == "job_create"],
          ["import 1", "import 2", "import 3", "import 4", "import 5", "screen 6"])

    result = berm("job", "show", "--store", url, "99")
    contains("a job that is not there", result.text, "no job 99")
    result = berm("job", "list", "--store", url, "--state", "lost")
    contains("a state that is not there", result.text, "queued, running, done")
    result = berm("import", "--store", url, "households", "-", "--queue")
    contains("standard input cannot wait", result.text, "--queue takes a file")
finish()
