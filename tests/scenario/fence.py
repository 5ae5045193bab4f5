#!/usr/bin/env python3
"""The fence of a register in PostgreSQL: a statement without its filter still shows nothing of the neighbours.

Every SELECT of src/store/sql that reads households or persons is run as the program runs it for an
officer of area X1, but with its filter taken out: the scope says everything, and ids and codes are
the neighbours'. What comes back must be what a register gives in which the neighbours never were.
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "lib"), str(ROOT / "tools")]
import number_sql  # noqa: E402
import postgres  # noqa: E402
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

if not postgres.is_postgres():
    print("skip the whole script: SQLite has no rules for rows")
    sys.exit(0)

HOUSEHOLDS = "code,area,roof,rooms\nOURS-1,X1,leaks,3\nOURS-2,X1,sound,2\nNEXT-1,X2,none,2\nNEXT-2,X2,leaks,1\n"
# One who stays on each side, one who moved away to the neighbours and one who came from them.
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
OURS-P,OURS-1,Anna Hill,female,1980-05-01,head,,2010-01-01
AWAY-P,OURS-1,Olga Hill,female,2001-05-01,child,,2010-01-01
NEXT-P,NEXT-1,Zofia Quarrel,female,1988-08-08,head,,2010-01-01
HERE-P,NEXT-1,Zina Quarrel,female,2011-08-08,child,no,2010-01-01
"""
MOVES = """code,household,name,from_date
AWAY-P,NEXT-1,Olga Hill,2019-01-01
HERE-P,OURS-2,Zina Quarrel,2019-01-01
"""
FLOWS = "household,month,wage\n" + wages("OURS-1", 300) + wages("NEXT-1", "881.11") + wages("NEXT-2", 5)
MARKS = ("NEXT-", "Zofia", "881.11", "88111", "1988-08-08", "a secret of theirs")

FENCED = ("household", "household_data", "person", "person_data", "person_secret", "id_lookup", "person_search", "person_term",
          "membership", "flow_entry", "monthly_flow", "finding", "standing", "warning", "visit", "visit_change", "attachment",
          "attachment_file", "attachment_piece", "household_case", "case_step", "case_proof", "lead", "case_dismissal",
          "measure", "entitlement", "entitlement_claim", "letter", "payment", "grievance", "grievance_step", "change_row")
NUMBERS = ("person_secret", "id_lookup", "attachment_file", "attachment_piece")
# In a register without the neighbours these rows would not be.
THEIRS = "SELECT household_id FROM household JOIN area USING (area_id) WHERE area.code = 'X2'"
STRANGERS = f"SELECT person_id FROM person EXCEPT SELECT person_id FROM membership WHERE household_id NOT IN ({THEIRS})"
IN_THEIRS = f"household_id IN ({THEIRS})"
REMOVE = [
    f"DELETE FROM change_row WHERE entity IN ('household', 'flow') AND entity_id IN ({THEIRS})",
    f"DELETE FROM change_row WHERE entity = 'person' AND entity_id IN ({STRANGERS})",
    "DELETE FROM change_row WHERE entity = 'warning' AND entity_id IN (2, 3)",
    "DELETE FROM warning WHERE warning_id IN (2, 3)",
    *(f"DELETE FROM {table} WHERE person_id IN ({STRANGERS})"
      for table in ("person_secret", "id_lookup", "person_data", "person_term")),
    *(f"DELETE FROM {table} WHERE {IN_THEIRS}"
      for table in ("person_search", "household_data", "flow_entry", "monthly_flow", "finding", "standing")),
    f"CREATE TEMPORARY TABLE strangers AS {STRANGERS}",
    f"DELETE FROM membership WHERE {IN_THEIRS} AND person_id IN (SELECT person_id FROM strangers)",
    "DELETE FROM person WHERE person_id IN (SELECT person_id FROM strangers)",
    f"DELETE FROM household WHERE {IN_THEIRS}",
]
# One who sees every household, and numbers in some areas.
EVERYWHERE = ("SET ROLE berm_everywhere; SET berm.areas = '{(,)}'; SET berm.sensitive_areas = '{ours}'; "
              "SET berm.role = 'county'; ")
AS_OFFICER = ("SET ROLE berm_fenced; SET berm.areas = '{ours}'; SET berm.sensitive_areas = '{ours}'; "
              "SET berm.role = 'county'; ")

# What stands for a parameter, by its name: as wide as it goes, and the neighbours' where one thing is meant.
EVERYTHING = "'" + "0" * 19 + str(2**63 - 1) + "'"
VALUES = {"ranges": EVERYTHING, "is_everything": 1, "after": 0, "low": 0, "high": 10**12, "limit": 1000, "count": 1000,
          "first": 0, "last": 10**6, "before": 10**12, "month": 202009, "with_undetermined": 1, "only_active": 0,
          "after_rank": -1, "after_undetermined": 0, "after_household": "''", "after_finding_id": 0, "state": "''",
          "kind": "'id_number'", "lookup": "'theirs'", "entity": "'household'", "term": "''", "end": "'\U0010ffff'",
          "length": 100, "birth_date": "'1988-08-08'", "name": "'Zofia Quarrel'", "account": "'sender'",
          "source": "'health'", "reference": "'r2'", "warning_id": 2, "flow": "'wage'", "risk_rank": 1,
          "run_id": 1, "change_id": 1, "visit_id": 1, "attachment_id": 1, "sha256": "''", "piece_number": 0, "older": 0, "is_counted": 1,
          "worker": "''", "due_by": "''", "case_id": 1, "stage": "''", "severity": 0, "after_due": "''", "after_case": 0,
          "grievance_id": 1, "owner": "''", "household": "''", "due_before": "''", "measure_id": 1, "overdue_on": "''",
          "programme": "''", "period": 0, "batch_id": 1, "payment_id": 1, "entitlement_id": 1, "year": 2020,
          "person": "'nobody'", "decided_at": "''", "today": "'2020-09-30'", "is_unassigned": 0, "from_day": "'0001-01-01'",
          "to_day": "'9999-12-31'", "is_monthly": 1, "month_text": "'2020-09'", "subject": "'H1'",
          "persons": "'2'",
          "codes": "'NEXT-1' || chr(10) || 'NEXT-P'", "months": "'24248'"}


def values_of(name, parameters, ids):
    """What each parameter is given; of a walk over texts the first is a text."""
    values = {**VALUES, **ids}
    if name.startswith("find_") and "first" in parameters and name != "find_district":
        values["first"] = "''"
    if "person" in name or name.startswith("secret"):
        values["code"] = "'NEXT-P'"
    elif "finding" in name:
        values["code"] = "''"
    else:
        values["code"] = "'NEXT-1'"
    missing = [parameter for parameter in parameters if parameter not in values]
    return None if missing else values


def reading_statements():
    """Those that read a table behind the fence, in PostgreSQL's words, with ":name" parameters."""
    for name, variants in number_sql.collect(sorted((ROOT / "src" / "store" / "sql").glob("*.sql"))).items():
        block = variants.get("postgres")
        if block is None:
            continue
        words = "".join(part if isinstance(part, str) else " " for part in block.parts).split()
        writes = {"INSERT", "UPDATE", "DELETE"} & set(words)
        if words[0] in ("SELECT", "WITH") and not writes and set(words) & set(FENCED):
            yield name, block


def filled(block, values):
    return "".join(part if isinstance(part, str) else str(values[part[1]]) for part in block.parts)


with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
    equal("people move from one area to the other", berm("import", "persons", write(here / "moves.csv", MOVES),
                                                         "--store", url).code, 0)
    equal("a month is screened", berm("screen", "--month", "2020-09", "--store", url).code, 0)
    ask = postgres.ask
    for person, lookup in (("OURS-P", "ours"), ("NEXT-P", "theirs")):
        ask(url, "INSERT INTO person_secret (person_id, kind, id_type, key_id, sealed, lookup, change_id) "
                 f"SELECT person_id, 'id_number', 'other', 'k', '{lookup}', '{lookup}', 1 FROM person "
                 f"WHERE code = '{person}'")
        ask(url, f"INSERT INTO id_lookup (lookup, person_id) SELECT '{lookup}', person_id FROM person "
                 f"WHERE code = '{person}'")
    for number, household in enumerate(("'OURS-1'", "'NEXT-1'", "NULL"), 1):  # the last one lies nowhere
        ask(url, "INSERT INTO warning (warning_id, received_at, account, source, reference, kind, state, household_id, "
                 f"month, payload) SELECT {number}, 'now', 'sender', 'health', 'r{number}', 'bill', 'matched', "
                 f"(SELECT household_id FROM household WHERE code = {household}), 202009, "
                 f"'{'{}' if number == 1 else 'a secret of theirs'}'")
    (low, high), = ask(url, "SELECT position_low, position_high FROM area WHERE code = 'X1'")
    (household,), = ask(url, "SELECT household_id FROM household WHERE code = 'NEXT-1'")
    (person,), = ask(url, "SELECT person_id FROM person WHERE code = 'NEXT-P'")
    officer, everywhere = (words.replace("{ours}", f"{{[{low},{high + 1})}}") for words in (AS_OFFICER, EVERYWHERE))
    without = postgres.copy_register(url, here / "without")
    postgres.tamper(without, *REMOVE)

    for table in FENCED:
        sql = f"SELECT t::text FROM {table} AS t ORDER BY 1"
        equal(f"of {table} there is what there would be without the neighbours",
              ask(url, officer + sql), ask(without, sql))
        check(f"of {table} nothing is shown where nobody said what may be seen",
              not ask(url, "SET ROLE berm_fenced; " + sql), "rows")
        equal(f"of {table} who sees everything sees {'what may be seen of numbers' if table in NUMBERS else 'all'}",
              ask(url, everywhere + sql), ask(without if table in NUMBERS else url, sql))

    seen = 0
    for name, block in reading_statements():
        ids = {"household_id": household, "person_id": person, "entity_id": household, "area_id": 1, "district_id": 1,
               "households": f"'{household}'"}
        districts = [row[0] for row in ask(url, "SELECT DISTINCT district_id FROM household")]
        values = values_of(name, block.parameters, ids)
        if values is None:
            check(f"{name}: this script knows what to put into {', '.join(block.parameters)}", False, "add it to VALUES")
            continue
        for district in districts if "district_id" in block.parameters else [1]:
            sql = filled(block, {**values, "district_id": district})
            rows = ask(url, officer + sql)
            unfenced = ask(url, sql)
            marked = [mark for mark in MARKS if mark in str(unfenced)]
            seen += bool(marked)
            if rows != ask(without, sql) or any(mark in str(rows) for mark in MARKS if mark != "NEXT-"):
                check(f"{name}: without its filter it shows nothing of the neighbours", False, f"{rows} for {sql}")
                break
        else:
            check(f"{name}: without its filter it shows nothing of the neighbours", True)
    check("the filters were really taken out: as the owner such statements tell of the neighbours", seen >= 12, seen)

    def fence_by_doctor():
        return [line for line in berm("doctor", "--store", url).text.splitlines() if "fence" in line]

    contains("the doctor says that the rules hold", str(fence_by_doctor()), "only the rows of their areas")
    ask(url, "ALTER TABLE finding DISABLE ROW LEVEL SECURITY")
    contains("and where they do not", str(fence_by_doctor()), "ALTER TABLE finding ENABLE ROW LEVEL SECURITY")

finish()
