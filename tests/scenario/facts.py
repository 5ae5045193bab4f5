#!/usr/bin/env python3
"""Facts changed by hand: add, change, move, end, archive; who may, what is refused, what is kept."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, dump, is_postgres  # noqa: E402
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\nB,X1,sound,2\nC,X2,none,1\n"
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
A-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01
A-2,A,Adam Hill,male,2010-05-01,child,yes,2010-05-01
C-1,C,Cora Dale,female,1985-01-01,head,,2010-01-01
"""
FLOWS = "household,month,wage\n" + wages("A", 300) + wages("B", 700) + wages("C", 100)
NUMBER = "11010519491231002X"

with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
    key = here / "berm.key"

    def call(*words, **options):
        return berm(*words, "--store", url, **options)

    def household(code):
        return json.loads(call("household", code, "--format", "json").out)

    def done(name, result):
        if check(name, result.code == 0, result.text):
            return json.loads(result.out)
        return {}

    def change(name, *words):
        return done(name, call(*words, "--key", key, "--format", "json"))

    def refused(name, result, *words):
        equal(f"{name} fails", result.code, 1)
        for word in words:
            contains(f"{name}: {word!r}", result.err, word)

    equal("there is a key", berm("key", "create", key).code, 0)
    equal("a month is screened", call("screen", "--month", "2020-09").code, 0)

    # ---- Changes, and what they do at once
    before = household("A")
    told = change("a roof is repaired", "change", "household", "A", "roof=sound")
    check("its finding closes at once", told["findings_closed"] == 1, told)
    after = household("A")
    equal("the version is that of the change", after["version"], told["version"])
    check("it is a later one", after["version"] > before["version"], (before["version"], after["version"]))
    equal("the history tells before and after", after["changes"][0]["rows"][0]["fields"], {"roof": ["leaks", "sound"]})
    told = change("the same again", "change", "household", "A", "roof=sound")
    equal("changes nothing", (told["changed"], told["version"]), (False, after["version"]))

    told = change("a child leaves school", "change", "person", "A-2", "at_school=no", "birth_date=2010-05-02")
    equal("a finding opens at once", told["findings_opened"], 1)
    equal("the birth date is corrected", [m["birth_date"] for m in household("A")["members"] if m["code"] == "A-2"],
          ["2010-05-02"])
    change("a wage is corrected", "change", "flows", "A", "2020-09", "wage=301.50", "--source", "import")
    change("a visit reports more", "change", "flows", "A", "2020-09", "wage=10")
    rows = [(f["source"], f["amount"]) for f in household("A")["flows"] if f["month"] == "2020-09"]
    equal("both reports stand side by side", rows, [("import", "301.50"), ("visit", "10.00")])
    change("a report is taken back", "change", "flows", "A", "2020-09", "wage=", "--source", "import")
    rows = [(f["source"], f["amount"]) for f in household("A")["flows"] if f["month"] == "2020-09"]
    equal("the other one stays", rows, [("visit", "10.00")])

    told = change("a household is entered", "add", "household", "area=X2", "rooms=2")
    new = told["code"]
    told = change("with a person", "add", "person", f"household={new}", "name=Nora", "relation=head")
    nora = told["code"]
    equal("both have codes of their own", [m["code"] for m in household(new)["members"]], [nora])
    change("a person moves", "change", "membership", "A-2", f"household={new}", "from_date=2020-06-01", "relation=child")
    equal("there", sorted(m["code"] for m in household(new)["members"]), sorted([nora, "A-2"]))
    equal("and has left here", [m["to_date"] for m in household("A")["members"] if m["code"] == "A-2"], ["2020-06-01"])
    refused("archiving a household with members", call("archive", "A"), "has 1 members", "end or move")
    change("the last one dies", "change", "membership", "A-1", "to_date=2020-08-01", "end_reason=died")
    change("an empty household is archived", "archive", "A")
    found = [row["household"] for row in json.loads(call("findings", "--format", "json").out)]
    check("it has no findings any more, others have", "C" in found and "A" not in found, found)
    refused("changing it", call("change", "household", "A", "rooms=4"), "archived", "bring it back")
    refused("its reasons", call("explain", "A"), "archived", "bring it back")
    change("it is brought back", "archive", "A", "--undo")

    # ---- What is refused
    version = household("B")["version"]
    refused("all that is wrong is told", call("change", "household", "B", "rooms=many", "rofo=sound", "roof=thatch"),
            "rooms: ", 'did you mean "roof"?', "roof: ")
    refused("a new person without a household", call("add", "person", "name=Nobody"), "give its code")
    refused("a person born tomorrow", call("change", "person", "A-1", "birth_date=2999-01-01"), "after today")
    refused("flows twice in a call", call("change", "flows", "B", "2020-09", "wage=1", "wage=2"), "entry 1")
    refused("flows of no month", call("change", "flows", "B", "2020-13", "wage=1"), "month: ")
    refused("a code that is taken", call("add", "household", "code=C", "area=X1"), "cannot be given")
    refused("nobody's code", call("change", "person", "Q-1", "name=X"), "no person with the code Q-1")
    result = call("change", "household", "B", "rooms")
    equal("words that are no NAME=VALUE are wrong usage", (result.code, "write NAME=VALUE" in result.err), (2, True))
    equal("nothing of this was written", household("B")["version"], version)

    refused("an old version", call("change", "household", "B", "rooms=5", "--expect", str(version - 1)),
            f"at version {version} now", "decide anew")
    change("the present one", "change", "household", "B", "rooms=5", "--expect", str(version))

    # ---- Who may
    for name, role, area in (("near", "township", "X1"), ("looker", "viewer", "X1"), ("both", "township", "X")):
        call("user", "add", name, stdin="water over the weir\n")
        equal(f"{name} is granted {role}", call("user", "grant", name, role, "--area", area).code, 0)
    there = call("change", "household", "C", "rooms=9", "--as", "near")
    nowhere = call("change", "household", "Q", "rooms=9", "--as", "near")
    equal("a household elsewhere is told as one that is not there", there.err.replace(" C;", " Q;"), nowhere.err)
    there = call("change", "household", "B", "area=X2", "--as", "near")
    nowhere = call("change", "household", "B", "area=Q2", "--as", "near")
    equal("so is an area", there.err.replace("X2", "Q2"), nowhere.err)
    there = call("change", "person", "C-1", "name=X", "--as", "near")
    nowhere = call("change", "person", "Q-1", "name=X", "--as", "near")
    equal("so is a person", there.err.replace("C-1", "Q-1"), nowhere.err)
    refused("a viewer changes nothing", call("change", "household", "B", "rooms=9", "--as", "looker"), "household_write")
    done("who holds both moves it", call("change", "household", "B", "area=X2", "--as", "both", "--format", "json"))
    refused("then it is elsewhere", call("change", "household", "B", "rooms=9", "--as", "near"), "no household")

    # ---- Id numbers
    words = ("change", "person", "C-1", "id_type=resident_id", "id_number=-")
    refused("an id number without a key", call(*words, stdin=NUMBER + "\n"), "key")
    refused("a wrong id number", call(*words, "--key", key, stdin="110105194912310021\n"), "id_number: ")
    refused("an id number without its type", call("change", "person", "C-1", "id_number=-", "--key", key,
                                                  stdin=NUMBER + "\n"), "come together")
    equal("an id number from standard input", call(*words, "--key", key, stdin=NUMBER + "\n").code, 0)
    stored = (dump(url).encode() if is_postgres() else
              b"".join(path.read_bytes() for path in here.glob("register.berm*")))
    check("it stands nowhere in the register", b"Cora Dale" in stored and NUMBER.encode() not in stored)
    contains("it is shown masked", call("household", "C", "--key", key).out, "****002X")
    refused("somebody else's number", call("add", "person", "household=B", "id_type=resident_id", "id_number=-", "--key",
                                           key, stdin=NUMBER + "\n"), 'belongs to the person "C-1"')
    result = call("add", "person", "household=A", "id_type=resident_id", "id_number=-", "--key", key, "--as", "near",
                  stdin=NUMBER + "\n")
    refused("somebody's number elsewhere", result, "cannot be taken")
    check("does not tell whose it is", "C-1" not in result.err, result.err)

    # ---- What is kept
    acts = [row[0] for row in ask(url, "SELECT action FROM journal WHERE change_id > 0 ORDER BY journal_id")]
    for act in ("change_household", "change_person", "set_flows", "add_household", "add_person", "move_person",
                "end_membership", "archive_household", "restore_household"):
        check(f"the journal has an entry for {act}", act in acts, acts)
    result = call("journal", "verify", "--key", key)
    equal("the journal verifies", result.code, 0)
    result = call("doctor", "--key", key)
    equal("the register is sound", (result.code, "0 amounts differ" in result.out), (0, True))
finish()
