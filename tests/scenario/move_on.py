#!/usr/bin/env python3
"""A register that moved is as if it had been made there: its rules, its ids, and work that goes on; from SQLite to
PostgreSQL, to another PostgreSQL, and back."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import postgres  # noqa: E402
from moves import first_household, kill_when, make_register, move, moved, place, rows_there, stopped  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, program, skip  # noqa: E402
from server import PASSWORD  # noqa: E402

if postgres.is_postgres():
    print("skip the whole script: it goes between both whatever the tests run on")
    sys.exit(0)
try:
    postgres.socket_folder()
except postgres.Missing as why:
    skip("the whole script", why)
    sys.exit(0)

# What gets an id, with its column.
IDS = {"account": "account_id", "area": "area_id", "change": "change_id", "household": "household_id",
       "job": "job_id", "journal": "journal_id", "person": "person_id", "run": "run_id", "warning": "warning_id"}


def next_ids(url):
    """The id that comes next of each kind."""
    ids = dict(postgres.ask(url, "SELECT name, next_id FROM id_counter"))
    if not url.startswith("sqlite:"):
        ids.update(postgres.ask(url, "SELECT substr(sequencename, 4), coalesce(last_value + 1, start_value)"
                                     " FROM pg_sequences WHERE schemaname = 'public'"))
    return ids


def works_on(url, key, number, given):
    """All that takes ids goes on at this place, behind the ids that were given at the last one."""
    before = {table: {row[0] for row in postgres.ask(url, f"SELECT {column} FROM {table}")}
              for table, column in IDS.items()}
    here_before = next_ids(url)
    behind = {kind: (here_before.get(kind, 1), wanted) for kind, wanted in given.items()
              if here_before.get(kind, 1) != wanted and kind != "journal"}
    equal(f"place {number}: every kind of id goes on where it was", behind, {})
    check("but for the journal, which has the move", here_before["journal"] > given["journal"], (here_before, given))
    area = postgres.ask(url, "SELECT code FROM area ORDER BY level DESC, code LIMIT 1")[0][0]
    warning = {"source": "office", "reference": f"m{number}", "kind": "health_bill", "month": "2020-09",
               "household": first_household(url), "amount": str(number)}
    for words, stdin in (
            (("add", "household", f"area={area}", f"code=N-{number}"), None),
            (("add", "household", f"area={area}"), None),
            (("add", "person", f"household=N-{number}", "name=Nora"), None),
            (("import", "areas", "/dev/stdin"), f"code,parent,name\nZ-{number},,elsewhere\n"),
            (("import", "households", "/dev/stdin"), f"code,area\nI-{number}-1,{area}\nI-{number}-2,{area}\n"),
            (("warning", "send", "-"), json.dumps(warning) + "\n"),
            (("screen", "--month", f"2020-{number + 9}"), None),
            (("change", "household", f"N-{number}", "water_minutes=3"), None),
            (("export", "codebook", "--queue"), None),
            (("job", "run"), None),
            (("user", "add", f"new{number}"), PASSWORD + "\n")):
        result = berm(*words, "--store", url, stdin=stdin, env={"BERM_KEY_FILE": key})
        check(f"place {number}: berm {words[0]} {words[1]} goes on", result.code == 0, result.text)
    for table, column in IDS.items():
        now = [row[0] for row in postgres.ask(url, f"SELECT {column} FROM {table}")]
        new = set(now) - before[table]
        check(f"place {number}: new ids of {table} were never given before",
              new and min(new) >= given.get(table, 1) and len(now) == len(set(now)), (sorted(new)[:3], given))
    for words in (("journal", "verify"), ("doctor",)):
        result = berm(*words, "--store", url, env={"BERM_KEY_FILE": key})
        check(f"place {number}: berm {' '.join(words)} finds nothing", result.code == 0 and "fault " not in result.out,
              result.text)


def numbers_go_on(here, key, url, first):
    """Worked with after each move, and moved on: from SQLite to PostgreSQL, to another one, and back."""
    works_on(first, key, 1, next_ids(url))
    source = first
    for number, kind in enumerate(("postgres", "sqlite"), 2):
        target = place(kind, here / f"on{number}.berm")
        given = next_ids(source)
        result = move(source, target, "--without-files", key=key)
        if not check(f"a register that was worked with moves to {kind}", result.code == 0, result.text):
            return
        check("its files stay where they are", not (postgres.files_folder(target) / "jobs").exists(), target)
        works_on(target, key, number, given)
        source = target


def schema_of(url):
    """pg_dump's words for all but rows; what it draws by lot is left out."""
    words = postgres.dump(url, "--schema-only")
    return [line for line in words.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def made_as_new(here, target, chains):
    """The rules of a register that came by a move are those of one that was made there."""
    new = place("postgres", here / "new.berm")
    assert berm("init", "--pack", "rural-cn", "--store", new).code == 0
    wanted, got = schema_of(new), schema_of(target)
    equal("tables, references, triggers, indexes, sequences, policies and grants are those of a new register",
          [line for line in got if line not in wanted] + [line for line in wanted if line not in got], [])
    equal("in the same order", got, wanted)
    for words in ("CREATE POLICY fence ON public.person ", "ALTER TABLE public.person ENABLE ROW LEVEL SECURITY",
                  "GRANT SELECT ON TABLE public.person TO berm_fenced", "CREATE SEQUENCE public.id_person"):
        check(f"{words.split(' public')[0]} is among them", any(line.startswith(words) for line in got), got[:5])
    (left,), = postgres.ask(target, "SELECT count(*) FROM move_rule")
    equal("no rule is left aside", left, 0)
    known = {table for (table,) in postgres.ask(target, "SELECT relname FROM pg_class WHERE reltuples >= 0")}
    filled = {table for table, (rows, _) in chains.items() if rows > 0}
    equal("the planner knows every table that came", sorted(filled - known), [])


def fenced_source(here, key, source):
    """A user whom policies hold would move a register without rows."""
    target = place("sqlite", here / "fenced.berm")
    result = move(f"{source}&options=-c%20role%3Dberm_fenced", target, key=key)
    check("a source that is read through the fence is refused",
          result.code == 1 and "shows only part of them" in result.err, result.text)
    postgres.ask(source, "ALTER TABLE person FORCE ROW LEVEL SECURITY")
    result = move(source, target, key=key)
    postgres.ask(source, "ALTER TABLE person NO FORCE ROW LEVEL SECURITY")
    check("so is one whose owner is fenced too", result.code == 1 and "shows only part of them" in result.err, result.text)
    check("nothing was made for them", not pathlib.Path(target.removeprefix("sqlite:")).exists())


def waits_for(process, target, table):
    """Whether a move comes to where it waits for a lock of a table."""
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        (count,), = postgres.ask(target, "SELECT count(*) FROM pg_locks WHERE NOT granted"
                                         f" AND relation = '{table}'::regclass")
        if count:
            return True
        time.sleep(0.02)
    return False


def last_step(here, key, url, chains):
    """Killed in the transaction that makes the destination a register; nobody else moves there meanwhile."""
    target = place("postgres", here / "last.berm")
    total = sum(rows for rows, _ in chains.values())
    assert kill_when(url, target, total, key)
    # One lock is in the way of all that looks at the journal's rows, the other only of references.
    with postgres.other_writer(target, "household IN ROW EXCLUSIVE MODE"):
        with postgres.other_writer(target, "journal IN ACCESS EXCLUSIVE MODE"):
            process = subprocess.Popen([program(), "move", "--from", url, "--to", target, "--quiet"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env={**os.environ, "BERM_KEY_FILE": str(key), "BERM_BUSY_TIMEOUT_MS": "60000"})
            check("all rows have come", waits_for(process, target, "journal") and rows_there(target) == total, total)
            result = move(url, target, key=key)
            check("another move there is refused meanwhile", result.code == 1 and "holds the lock move" in result.err,
                  result.text)
        check("the last transaction waits", waits_for(process, target, "household"), process.poll())
        result = berm("move", "--from", url, "--to", target, env={"BERM_KEY_FILE": key, "BERM_BUSY_TIMEOUT_MS": "200"})
        check("in it, too", result.code == 1 and "another process" in result.err, result.text)
        process.send_signal(signal.SIGKILL)
        process.wait()
    contains("killed in it, there is no register", berm("stats", "--store", target).err, "not all of it is there yet")
    result = move(url, target, key=key)
    check("and it goes on", result.code == 0 and "by an earlier move" in result.err, result.text)
    equal("to the same", moved(result), chains)
    result = berm("journal", "verify", "--store", target, env={"BERM_KEY_FILE": key})
    check("with a sound journal", result.code == 0, result.text)


def cut_connection(process, target):
    postgres.psql_outside("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                          f" '{target.partition('@/')[2].partition('?')[0]}'")


with folder() as here:
    key = here / "berm.key"
    berm("key", "create", key)
    url = make_register(here, key)
    first = place("postgres", here / "first.berm")
    result = move(url, first, key=key)
    if check("a register moves to PostgreSQL", result.code == 0, result.text):
        chains = moved(result)
        made_as_new(here, first, chains)
        fenced_source(here, key, first)
        last_step(here, key, url, chains)
        stopped(here, key, url, "postgres", "a lost connection", cut_connection)
        numbers_go_on(here, key, url, first)
finish()
