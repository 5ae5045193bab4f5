#!/usr/bin/env python3
"""A register moves from SQLite to PostgreSQL and back, is stopped in the middle, and is the same afterwards."""
import hashlib
import json
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import postgres  # noqa: E402
from moves import first_household, kill_when, make_register, move, moved, place, rows_there, stopped  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, skip, write  # noqa: E402
from server import PASSWORD, Client, served  # noqa: E402

if postgres.is_postgres():
    print("skip the whole script: it goes between both whatever the tests run on")
    sys.exit(0)

# In these stands the entry of the move itself.
OF_THE_JOURNAL = {"journal", "journal_seal", "journal_end", "journal_unsealed", "id_counter", "setting"}
SCHEMA = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"
EXPORTS = ("households", "persons", "flows", "findings", "spells", "areas", "codebook")


def places():
    """The kinds of store that there are here."""
    try:
        postgres.socket_folder()
    except postgres.Missing as why:
        skip("moves to PostgreSQL and back", why)
        return ["sqlite"]
    return ["sqlite", "postgres"]


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
                 ["warning", "list"], ["visit", "show", "1"], ["attachment", "list", household], ["attachment", "save", "2", "-"], ["households", "--as", "clerk"]]
    outcome = {}
    for command in commands:
        result = berm(*command, "--store", url, env=sealed)
        outcome[" ".join(command)] = (result.code, result.out)
    return outcome


def log_in(url, key):
    """What an account is told at its log-in."""
    with served(store=url, env={"BERM_KEY_FILE": key}) as server:
        return Client(server).log_in("clerk", PASSWORD).status


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
            elif isinstance(value, bytes):
                piece += b"b" + len(value).to_bytes(8, "big") + value
            else:
                piece += b"t" + len(value.encode()).to_bytes(8, "big") + value.encode()
        link = hashlib.sha256(link + piece).digest()
    return link.hex()


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
    for table in ("finding", "membership", "household_data", "change_row", "visit_change", "attachment_piece"):
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
    url = make_register(here, key)
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
        read_alike(registers, key)
finish()
