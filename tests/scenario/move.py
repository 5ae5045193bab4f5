#!/usr/bin/env python3
"""A register moves from SQLite to PostgreSQL and back, is stopped in the middle, and is the same afterwards."""
import hashlib
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import postgres  # noqa: E402
from server import PASSWORD, Client, make_account, served  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, program, skip, write  # noqa: E402

if postgres.is_postgres():
    print("skip the whole script: it goes between both whatever the tests run on")
    sys.exit(0)

# In these stands the entry of the move itself.
OF_THE_JOURNAL = {"journal", "journal_seal", "journal_end", "journal_unsealed", "id_counter", "setting"}
SCHEMA = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"
ID_NUMBER = "11010519491231002X"  # the example of GB 11643-1999
EXPORTS = ("households", "persons", "flows", "findings", "spells", "areas", "codebook")


def places():
    """The kinds of store that there are here."""
    try:
        postgres.socket_folder()
    except postgres.Missing as why:
        skip("moves to PostgreSQL and back", why)
        return ["sqlite"]
    return ["sqlite", "postgres"]


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
    make_account(url, "clerk", ("county", area))
    make_account(url, "chief", ("administrator", None))
    call("token", "create", "clerk", "--label", "a program", "--scopes", "household_read")
    call("policy", "draft", "rural-cn", "--note", "the same again")
    call("export", "areas", "--queue")
    call("job", "run")
    call("export", "codebook", "--queue")  # this one waits
    call("journal", "seal")
    return url, call


def first_household(url):
    return postgres.ask(url, "SELECT code FROM household ORDER BY household_id LIMIT 1")[0][0]


def readings(url, key):
    """All that can be read of a register."""
    sealed = {"BERM_KEY_FILE": key}
    household = first_household(url)
    commands = [["export", kind] for kind in EXPORTS]
    commands += [["export", "persons", "--show-sensitive"], ["household", household, "--format", "json"],
                 ["household", household, "--show-sensitive", "--format", "json"], ["stats"],
                 ["findings", "--format", "json", "--undetermined"], ["explain", household],
                 ["households", "--search", "李", "--limit", "200"], ["households", "--worst-first"],
                 ["user", "list"], ["token", "list"], ["policy", "versions"], ["policy", "show", "1"],
                 ["policy", "show", "2"], ["job", "list", "--format", "json"], ["job", "show", "1"],
                 ["warning", "list"], ["households", "--as", "clerk"]]
    outcome = {}
    for command in commands:
        result = berm(*command, "--store", url, env=sealed)
        outcome[" ".join(command)] = (result.code, result.out)
    return outcome


def log_in(url, key):
    """What an account is told at its log-in."""
    with served(store=url, env={"BERM_KEY_FILE": key}) as server:
        return Client(server).log_in("clerk", PASSWORD).status


def moved(result):
    """The tables that a move tells, with what it proved."""
    rows = json.loads(result.out)
    return {row["table"]: (row["rows"], row["sha256"]) for row in rows if row["not_moved"] == ""}


def move(source, target, *options, key=None, **more):
    return berm("move", "--from", source, "--to", target, "--format", "json", *options,
                env={"BERM_KEY_FILE": key or "", "BERM_FILES": os.environ.get("BERM_FILES", "")}, **more)


def rows_of(url, table):
    """A table of a file: columns by name, rows by the key, without one by all columns."""
    columns = sorted(postgres.ask(url, f"SELECT name, pk FROM pragma_table_info('{table}')"))
    names = [f'"{name}"' for name, _ in columns]
    keys = [name for name, place in sorted(columns, key=lambda column: column[1]) if place] or names
    return postgres.ask(url, f"SELECT {', '.join(names)} FROM {table} ORDER BY {', '.join(keys)}")


def chain_of(rows):
    """A chain as docs/operations/moving.md tells it."""
    link = bytes(32)
    for row in rows:
        piece = b""
        for value in row:
            if value is None:
                piece += b"n"
            elif isinstance(value, int):
                piece += b"i" + value.to_bytes(8, "big", signed=True)
            else:
                piece += b"t" + len(value.encode()).to_bytes(8, "big") + value.encode()
        link = hashlib.sha256(link + piece).digest()
    return link.hex()


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


# Whose ids a register gives: the table and column of each, and what makes one.
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
    if number > 1:
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
            (("export", "codebook", "--queue"), None),
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


def numbers_go_on(here, key, url, registers, kinds):
    """Worked with after each move, and moved on: from SQLite to PostgreSQL, to another one, and back."""
    works_on(registers[1], key, 1, next_ids(url))
    source = registers[1]
    for number, kind in enumerate([*kinds[1:], "sqlite"], 2):
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
          result.code == 1 and "does not see every row of the table" in result.err, result.text)
    postgres.ask(source, "ALTER TABLE person FORCE ROW LEVEL SECURITY")
    result = move(source, target, key=key)
    postgres.ask(source, "ALTER TABLE person NO FORCE ROW LEVEL SECURITY")
    check("so is one whose owner is fenced too", result.code == 1 and "the table person;" in result.err, result.text)
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
    assert kill_when(url, target, int(0.9 * total), key)
    # One lock is in the way of the statistics before the rows are read back, the other only of references.
    with postgres.other_writer(target, "household IN ROW EXCLUSIVE MODE"):
        with postgres.other_writer(target):
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


def same_everywhere(here, key, url, kinds):
    """Along all kinds of store and back to a file: it is the same register each time."""
    schema = postgres.ask(url, SCHEMA)
    untouched = pathlib.Path(url.removeprefix("sqlite:")).read_bytes()
    registers, chains = [url], []
    for number, kind in enumerate([*kinds[1:], "sqlite"]):
        target = place(kind, here / f"moved{number}.berm")
        result = move(registers[-1], target, key=key)
        if not check(f"a register moves to {kind}", result.code == 0, result.text):
            return None
        contains("it is told that it is proven", result.err, "read back, and the same")
        chains.append(moved(result))
        registers.append(target)
    equal("the source is as it was", pathlib.Path(url.removeprefix("sqlite:")).read_bytes(), untouched)
    equal("the file has the schema of a new one", postgres.ask(registers[-1], SCHEMA), schema)
    for table in ("finding", "membership", "household_data", "change_row"):
        rows = rows_of(url, table)
        equal(f"the chain of {table} is what anybody computes", chains[0][table], (len(rows), chain_of(rows)))
    for table in chains[0]:
        (count,), = postgres.ask(registers[-1], f"SELECT count(*) FROM {table}")
        check(f"{table} is there", count >= chains[0][table][0], (count, chains[0][table]))
    again = chains[-1]
    equal("every further move proves the same",
          {name: proof for name, proof in again.items() if name not in OF_THE_JOURNAL},
          {name: proof for name, proof in chains[0].items() if name not in OF_THE_JOURNAL})
    journals = [postgres.ask(each, "SELECT * FROM journal ORDER BY journal_id") for each in registers]
    for number, journal in enumerate(journals[1:], 1):
        equal(f"journal {number} begins as the source's", journal[:len(journals[0])], journals[0])
        equal("and ends with the moves", [entry[5] for entry in journal[len(journals[0]):]], ["move"] * number)
    details = json.loads(journals[1][-1][10])
    equal("the entry holds every table", {name: (each["rows"], each["sha256"]) for name, each in
                                          details["tables"].items()}, chains[0])
    for target in registers[1:]:
        for words in (("journal", "verify"), ("doctor",)):
            result = berm(*words, "--store", target, env={"BERM_KEY_FILE": key})
            check(f"berm {' '.join(words)} finds nothing", result.code == 0 and "fault " not in result.out, result.text)
        for statement in ("UPDATE journal SET actor = 'x'", "DELETE FROM journal_seal"):
            try:
                postgres.ask(target, statement)
                check("the journal is guarded again", False, statement)
            except postgres.Refused as refused:
                contains("the journal is guarded again", str(refused), "never")
        try:
            postgres.ask(target, "INSERT INTO household (household_id, code, area_id, change_id) VALUES"
                                 " (999999, 'zz', 999999, 1)")
            check("references hold again", target.startswith("sqlite:"), target)  # a setting of each connection there
            postgres.ask(target, "DELETE FROM household WHERE household_id = 999999")
        except postgres.Refused:
            check("references hold again", True)
    results = [postgres.files_folder(each) / "jobs" / "1" for each in registers]
    equal("the result of a job goes along", {path.read_bytes() for path in results}, {results[0].read_bytes()})
    return registers


def read_alike(registers, key):
    wanted = readings(registers[0], key)
    for target in registers[1:]:
        got = readings(target, key)
        for command, outcome in wanted.items():
            equal(f"berm {command} says the same", got[command], outcome)
        equal("an account logs in", log_in(target, key), log_in(registers[0], key))


def killed(here, key, url, kind, chains):
    """Killed at several points, and gone on with each time."""
    target = place(kind, here / "killed.berm")
    total = sum(rows for rows, _ in chains.values())
    kills = 0
    for share in (0.0, 0.2, 0.5, 0.8, 1.0):  # the last: all has come, and is read back
        kills += kill_when(url, target, int(share * total), key)
        if share == 0.5:
            for words in (("doctor",), ("stats",), ("import", "areas", here / "persons.csv"), ("migrate",),
                          ("init", "--pack", "rural-cn"), ("serve", "--listen", "127.0.0.1:0")):
                result = berm(*words, "--store", target, env={"BERM_KEY_FILE": key}, timeout=20)
                check(f"berm {words[0]} refuses what is not whole",
                      result.code == 1 and "not all of it is there yet" in result.err, result.text)
    equal(f"a move to {kind} was killed each time", kills, 5)
    equal("at last when all rows had come", rows_there(target), total)
    result = move(url, target, key=key)
    check("and goes on", result.code == 0 and "by an earlier move" in result.err, result.text)
    equal("and is the same", moved(result), chains)
    result = move(url, target, key=key)
    check("a register is never overwritten", result.code == 1 and "already" in result.err, result.text)


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


def cut_connection(process, target):
    postgres.psql_outside("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                          f" '{target.partition('@/')[2].partition('?')[0]}'")


def tampered(here, key, url, kind, chains):
    """What somebody changed at the destination is found; what they changed at the source, too."""
    target = place(kind, here / "tampered.berm")
    total = sum(rows for rows, _ in chains.values())
    assert kill_when(url, target, int(0.7 * total), key)
    victim = postgres.ask(target, "SELECT household_id, month FROM flow_entry ORDER BY 1, 2 LIMIT 1")[0]
    postgres.tamper(target, "UPDATE flow_entry SET amount_minor = amount_minor + 1 WHERE household_id ="
                            f" {victim[0]} AND month = {victim[1]}")
    result = move(url, target, key=key)
    check("a row that was changed at the destination is found",
          result.code == 1 and f"table flow_entry: the row household_id {victim[0]}, month {victim[1]}" in result.err,
          result.text)
    contains("it stays unfinished", berm("stats", "--store", target).err, "not all of it is there yet")
    result = move(url, target, "--restart", key=key)
    check("begun again it is whole", result.code == 0, result.text)
    equal("and the same", moved(result), chains)

    target = place(kind, here / "missing.berm")
    assert kill_when(url, target, int(0.8 * total), key)
    postgres.tamper(target, "DELETE FROM area WHERE area_id = (SELECT max(area_id) FROM area)")
    result = move(url, target, key=key)
    check("so is a row that was taken away", result.code == 1 and "table area: the row area_id" in result.err,
          result.text)


def source_changed(here, key, url, kind, chains):
    copy = postgres.copy_register(url, here / "changing.berm")
    target = place(kind, here / "changed.berm")
    total = sum(rows for rows, _ in chains.values())
    assert kill_when(copy, target, int(0.5 * total), key)
    postgres.tamper(copy, "UPDATE area SET name = 'elsewhere' WHERE area_id = 1")  # no entry, no count tells of it
    result = move(copy, target, key=key)
    check("a change that nothing tells of is seen", result.code == 1 and "the table area of" in result.err, result.text)
    berm("change", "household", first_household(copy), "water_minutes=9", "--store", copy, env={"BERM_KEY_FILE": key})
    result = move(copy, target, key=key)
    check("a change of the source is told", result.code == 1 and "somebody changed" in result.err, result.text)
    other = f"sqlite:{here}/other-{kind}.berm"
    berm("init", "--store", other, "--pack", "rural-cn")
    result = move(other, target)
    check("so is another register", result.code == 1 and "another register is being moved" in result.err, result.text)
    result = move(copy, target, "--restart", key=key)
    check("begun again it goes", result.code == 0, result.text)


def refused(here, key, url):
    target = f"sqlite:{here}/none.berm"
    for name, words, told in (
            ("no source", ("--from", f"sqlite:{here}/nothing.berm", "--to", target), "there is no register at"),
            ("the same store twice", ("--from", url, "--to", url), "does not move to where it is"),
            ("no destination", ("--from", url), "--to URL"),
            ("another kind", ("--from", url, "--to", "oracle:x"), "is no store"),
            ("a password", ("--from", url, "--to", "postgresql://me:secret@db/x"), "holds a password")):
        result = berm("move", *words)
        check(f"{name}: it is told", result.code in (1, 2) and told in result.err, result.text)
        check("no password is shown", "secret" not in result.text, result.text)
    other = write(here / "other.txt", "somebody's words\n" * 400)
    result = berm("move", "--from", url, "--to", f"sqlite:{other}")
    check("another program's file is left alone",
          result.code == 1 and other.read_text().startswith("somebody's words"), result.text)
    wrong = here / "wrong.key"
    berm("key", "create", wrong)
    result = move(url, target, key=wrong)
    check("another key is told before anything is written",
          result.code == 1 and not pathlib.Path(target.removeprefix("sqlite:")).exists(), result.text)
    old = postgres.copy_register(url, here / "old.berm")
    postgres.ask(old, "PRAGMA user_version = 1")
    result = move(old, target, key=key)
    check("an older source is told", result.code == 1 and "berm migrate" in result.err, result.text)
    broken = postgres.copy_register(url, here / "broken.berm")
    postgres.tamper(broken, "DELETE FROM person WHERE person_id = 1")
    result = move(broken, target, key=key)
    check("a source that is not sound is told", result.code == 1 and "berm doctor" in result.err, result.text)
    check("none of this made a file", not pathlib.Path(target.removeprefix("sqlite:")).exists())


with folder() as here:
    key = here / "berm.key"
    berm("key", "create", key)
    url, call = make_register(here, key)
    kinds = places()
    registers = same_everywhere(here, key, url, kinds)
    refused(here, key, url)
    if registers:
        details = json.loads(postgres.ask(registers[1], "SELECT details FROM journal ORDER BY journal_id DESC LIMIT 1")[0][0])
        chains = {name: (each["rows"], each["sha256"]) for name, each in details["tables"].items()}
        for kind in kinds:
            killed(here, key, url, kind, chains)
            tampered(here, key, url, kind, chains)
            source_changed(here, key, url, kind, chains)
            stopped(here, key, url, kind, f"Ctrl-C {kind}", lambda process, _: process.send_signal(signal.SIGINT))
        if "postgres" in kinds:
            made_as_new(here, registers[1], chains)
            fenced_source(here, key, registers[1])
            last_step(here, key, url, chains)
            stopped(here, key, url, "postgres", "a lost connection", cut_connection)
        read_alike(registers, key)
        numbers_go_on(here, key, url, registers, kinds)
finish()
