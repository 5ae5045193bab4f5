#!/usr/bin/env python3
"""The doctor and the faults that it finds; bringing a register up to date."""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "lib"))
sys.path.insert(0, str(ROOT / "tools"))
from number_sql import in_postgres, section  # noqa: E402
from postgres import ask, copy_register, is_postgres, run_script, store_url, tamper  # noqa: E402
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,sound,3\nB,X2,leaks,2\n"
PERSONS = "code,household,sex\nA-1,A,female\nB-1,B,male\n"
FLOWS = "household,month,wage\n" + wages("A", 700) + wages("B", 300)
DIALECT = "postgres" if is_postgres() else "sqlite"


def version_of(url):
    return ask(url, "SELECT version FROM berm_schema" if is_postgres() else "PRAGMA user_version")[0][0]


def set_version(version):
    """The statement that says so."""
    return f"UPDATE berm_schema SET version = {version}" if is_postgres() else f"PRAGMA user_version = {version}"


def register_of_version(here, version, *rows):
    """As an older berm left it, with one change and these rows."""
    old = store_url(here / f"version-{version}.berm")
    paths = sorted((ROOT / "src/store/migrations").glob("*.sql"))[:version]
    schema = "".join(section(path, DIALECT) for path in paths)
    if is_postgres():
        schema = in_postgres(schema) + ("CREATE TABLE berm_schema (version BIGINT NOT NULL);"
                                        f"INSERT INTO berm_schema VALUES ({version});")
    else:
        schema += f"PRAGMA user_version = {version}; PRAGMA application_id = {0x4265726D};"
    rows = (f"INSERT INTO setting (name, value) VALUES ('pack', '{here / 'pack'}')",
            "INSERT INTO change (change_id, at, actor, via) VALUES (1, 'then', 'x', 'y')",
            "INSERT INTO id_counter (name, next_id) VALUES ('change', 2)", *rows)
    run_script(old, schema + "".join(f"{row};" for row in rows))
    return old


def split_by_household(here):
    """Findings were keyed by their own id, and id numbers found by an index of person_secret."""
    finding = "INSERT INTO finding VALUES (%d, %d, 'income_low', 0, 'high', 202001, %s, 1, %s, '{}')"
    secret = "INSERT INTO person_secret VALUES (%d, '%s', '', 'k', 'ff', '%s', 1)"
    old = register_of_version(
        here, 15, "INSERT INTO run VALUES (1, 202001, 'published', 'p', '1', '', '', '', 2, 2, 0, 0, NULL)",
        finding % (1, 9, "NULL", "NULL"), finding % (2, 7, "202002", "1"), finding % (3, 7, "NULL", "NULL"),
        "INSERT INTO person (person_id, code, change_id) VALUES (5, 'P', 1)",
        secret % (5, "id_number", "aa"), secret % (5, "bank_account", "bb"))
    result = berm("migrate", "--store", old)
    check("a register with findings and numbers is brought up to date", result.code == 0, result.text)
    equal("its findings lie by household", ask(old, "SELECT household_id, finding_id, to_month, closing_run_id, evidence "
                                                    "FROM finding ORDER BY household_id, finding_id"),
          [(7, 2, 202002, 1, "{}"), (7, 3, None, None, "{}"), (9, 1, None, None, "{}")])
    equal("its id numbers are found by their hash", ask(old, "SELECT lookup, person_id FROM id_lookup"), [("aa", 5)])


with folder() as here:
    key = here / "berm.key"
    berm("key", "create", key)
    sealed = {"BERM_KEY_FILE": key}
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
    berm("screen", "--store", url, "--month", "2020-09", env=sealed)
    checkpoint = here / "checkpoint"
    berm("journal", "checkpoint", checkpoint, "--store", url, env=sealed)

    def doctor(place, *options):
        result = berm("doctor", "--store", place, "--format", "json", *options, env=sealed)
        faults = {row["check"] for row in json.loads(result.out or "[]") if row["state"] == "fault"}
        return result, faults

    result, faults = doctor(url, "--checkpoint", checkpoint)
    equal("a sound register has no faults", (result.code, faults), (0, set()))
    looked = {"version", "integrity", "references", "areas", "monthly flows", "secrets", "journal", "space", "contents"}
    if is_postgres():
        looked.add("fence")
    equal("everything is looked at", {row["check"] for row in json.loads(result.out)}, looked)
    check("the doctor changes nothing", berm("doctor", "--store", url).code == 0)

    # What the doctor finds.
    def find(name, fault, *statements):
        sick = copy_register(url, here / "sick.berm")
        tamper(sick, *statements)
        result, faults = doctor(sick, "--checkpoint", checkpoint)
        check(f"the doctor finds {name}", result.code == 1 and fault in faults, result.text)

    find("a wrong monthly flow", "monthly flows", "UPDATE monthly_flow SET wage = wage + 1 WHERE month = 202001")
    find("a monthly flow that is not there", "monthly flows", "DELETE FROM monthly_flow WHERE household_id = 1")
    find("a monthly flow that nobody reported", "monthly flows", "DELETE FROM flow_entry WHERE month = 202002")
    find("a wrong position of an area", "areas", "UPDATE area SET position_low = position_low + 1 WHERE code = 'X2'")
    find("a wrong level of an area", "areas", "UPDATE area SET level = 3 WHERE code = 'X2'")
    find("a reference to nothing", "references", "DELETE FROM household WHERE code = 'B'",
         *(["ALTER TABLE membership DROP CONSTRAINT membership_household_id_fkey",
            "ALTER TABLE membership ADD FOREIGN KEY (household_id) REFERENCES household NOT VALID"]
           if is_postgres() else []))
    find("a changed record", "journal", "UPDATE change SET actor = 'x'")
    find("a register that is older than the program", "version", set_version(1))
    if is_postgres():
        find("an index that is not whole", "integrity",
             "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'membership_by_person'::regclass")
    with open(here / "not.berm", "wb") as file:
        file.write(b"\0" * 100)
    equal("what is no register at all is an error", berm("doctor", "--store", f"sqlite:{here}/not.berm").code, 1)

    # Bringing a register up to date.
    version = version_of(url)
    result = berm("migrate", "--store", url)
    contains("nothing to do is told", result.out, f"schema {version} already")
    old = register_of_version(here, 1)
    result = berm("migrate", "--store", old, env=sealed)
    contains("an old register is brought up to date", result.out, f"from schema 1 to {version}")
    equal("and is sound: what is older than its journal is no fault", doctor(old)[1], set())
    equal("of which the first entry tells", ask(old, "SELECT action, change_id FROM journal WHERE journal_id = 1"),
          [("begin", 1)])
    ask(old, set_version(version + 1))
    result = berm("migrate", "--store", old)
    check("a newer register is left alone", result.code == 1 and "newer" in result.err, result.text)
    split_by_household(here)
finish()
