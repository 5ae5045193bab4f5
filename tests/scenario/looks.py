#!/usr/bin/env python3
"""Every look at sensitive values is in the journal: through each route of the API, by each command, and after kill -9."""
import json
import pathlib
import re
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import pictures  # noqa: E402
from postgres import ask, files_folder, other_writer  # noqa: E402
from registers import make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder  # noqa: E402
from server import Client, Server, make_account, make_token, served  # noqa: E402

# Values of the class sensitive that stand nowhere else.
MARKS = ("91370042", "7731.25", "marked note", "marked warning")
SCOPES = ("area_list", "household_read", "household_explain", "finding_list", "fields_internal", "fields_personal",
          "fields_sensitive", "export", "summary_read", "policy_read", "warning_read", "warning_send", "journal_read")
DICTIONARY = """name,entity,type,class,unit,constraint,required,empty,combine,group,label_en,label_zh,hint_en,hint_zh,source
roof,household,select_one roof,,,,,,,,Roof,屋顶,,,made up
rooms,household,integer,,,[0..50],,,,,Rooms,房间,,,made up
loan,household,integer,sensitive,,,,,,,Loan,贷款,,,made up
note,household,text,sensitive,,,,,,,Note,备注,,,made up
at_school,person,boolean,,,,,,,,At school,在校,,,made up
wage,flow,money,personal,XTS,>= 0,,,,,Wage,工资,,,made up
medical,flow,money,sensitive,XTS,>= 0,,,,,Medical,医疗,,,made up
"""
HOUSEHOLDS = "code,area,roof,rooms,loan,note\nA,X1,leaks,3,91370042,marked note\nB,X1,leaks,3,,\nC,X2,leaks,3,91370042,\n"
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
A-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01
B-1,B,Bert Vale,male,1981-05-01,head,,2010-01-01
"""
FLOWS = ("household,month,wage\n" + wages("A", 300) + wages("B", 300))
MEDICAL = "household,month,medical\nA,2020-08,7731.25\n"
WARNINGS = "code,sets,flow_source,label_en,source\nhospital_bill,medical = amount,hospital,Bill of a hospital,made up\n"
WARNING = {"source": "office", "reference": "w1", "kind": "hospital_bill", "month": "2020-07", "household": "A",
           "amount": "12", "note": "marked warning"}
# What the routes' paths are filled with.
PATHS = {"/v1/households/{code}": "A", "/v1/persons/{code}": "A-1", "/v1/exports/{kind}": "households",
         "/v1/policies/{version}": "1"}
QUERIES = ("", "?filter=loan%3D91370042", "?month=2020-09")


def entries(register, by=None):
    """(actor, subject, shown) of every look, oldest first."""
    rows = ask(register, "SELECT actor, subject, details, action FROM journal WHERE action IN ('look', 'export') "
                         "ORDER BY journal_id")
    return [(actor, subject, json.loads(details).get("shown", [action])) for actor, subject, details, action in rows
            if by in (None, actor)]


def wait_for(register, by, count, seconds=10):
    """The server writes the entries once a second."""
    end = time.monotonic() + seconds
    while len(entries(register, by)) < count and time.monotonic() < end:
        time.sleep(0.05)
    return entries(register, by)


def fill(path):
    for part, value in PATHS.items():
        path = path.replace(part, part[:part.index("{")] + value)
    return re.sub(r"\{\w+\}", "1", path)


def shows_sensitive(path, query, text):
    if path == "/v1/warnings" and "hospital_bill" in text:
        return True  # that there is a bill says enough
    if "filter" in query and '"A"' in text:
        return True  # who is found by a value has it
    return any(mark in text for mark in MARKS)


def walk(server, register):
    """Ask each GET as one who sees everything; whoever's answer holds a mark must be in the journal."""
    make_account(register, "finder", ("county", None))
    finder = Client(server, make_token(register, "finder", *SCOPES))
    marked = []
    for path, methods in server.description.document["paths"].items():
        if "get" not in methods or path.endswith("/events"):
            continue
        names = {parameter["name"] for parameter in methods["get"]["parameters"]}
        for query in QUERIES:
            if query and query[1:].partition("=")[0] not in names:
                continue
            answer = finder.get(fill(path) + query)
            if shows_sensitive(path, query, answer.text):
                marked.append(fill(path) + query)
    check("the walk meets sensitive values in several routes", {"/v1/households/A", "/v1/warnings", "/v1/warnings/1", "/v1/findings", "/v1/visits/1", "/v1/visits/1/form",
            "/v1/attachments/1/content"} <= set(marked), marked)
    for number, path in enumerate(marked):
        name = f"looker-{number}"
        make_account(register, name, ("county", None))
        answer = Client(server, make_token(register, name, *SCOPES)).get(path)
        found = wait_for(register, name, 1)
        check(f"{path} leaves an entry", answer.status == 200 and len(found) >= 1, (answer.status, found))


def look_by_api(server, register):
    make_account(register, "county", ("county", "X1"))
    make_account(register, "viewer", ("viewer", None))
    make_account(register, "supervisor", ("supervisor", None))
    county = Client(server, make_token(register, "county", *SCOPES))
    viewer = Client(server, make_token(register, "viewer", "household_read", "household_explain", "fields_internal"))
    answer = county.get("/v1/households/A")
    for _ in range(3):
        county.get("/v1/households/A")
    county.get("/v1/households/A", **{"If-None-Match": answer.headers["ETag"]})
    equal("a household without sensitive values is shown", county.get("/v1/households/B").status, 200)
    equal("another's household is not", county.get("/v1/households/C").status, 404)
    for path in ("/v1/households/A", "/v1/households/C", "/v1/households/A/explanation"):
        equal(f"who sees no sensitive values may read {path}", viewer.get(path).status, 200)
    equal("one look leaves one entry", wait_for(register, "county", 1), [("county", "household A", ["facts"])])
    county.get("/v1/households/A/explanation")
    equal("its reasons are another look", wait_for(register, "county", 2)[1:],
          [("county", "household A", ["reasons"])])
    equal("who sees none leaves none", entries(register, "viewer"), [])


def look_after_kill(register, key):
    """Killed when the answer has come, at once: the entry is there after the next start."""
    make_account(register, "killer", ("county", None))
    token = make_token(register, "killer", *SCOPES)
    for kill in range(5):
        server = Server(store=register, env={"BERM_KEY_FILE": str(key)})
        client = Client(server, token)
        client.get("/v1/households/B")  # the connection is there, and the description read
        answer = client.get("/v1/households/A")
        server.process.send_signal(signal.SIGKILL)
        server.end()
        if answer.status != 200 or "marked note" not in answer.text:
            check("the answer came", False, answer.text)
    with served(store=register, env={"BERM_KEY_FILE": str(key)}):
        found = wait_for(register, "killer", 5)
        equal("each look before a kill is in the journal", len(found), 5)
    equal("nothing is left beside the register", list((files_folder(register) / "looks").iterdir()), [])


def look_by_command(register, env):
    def call(*arguments):
        before = len(entries(register))
        result = berm(*arguments, "--store", register, env=env)
        return result, [entry[1:] for entry in entries(register)[before:]]

    result, found = call("household", "A")
    check("a household's facts", "91370042" in result.out and found == [("household A", ["facts"])], (result.text, found))
    equal("a household without any", call("household", "B")[1], [])
    equal("an account's view without sensitive values", call("household", "A", "--as", "viewer")[1], [])
    result, found = call("household", "A", "--show-sensitive")
    equal("with numbers in full, one entry for both", found, [("household A", ["facts", "numbers"])])
    equal("its reasons", call("explain", "A")[1], [("household A", ["reasons"])])
    equal("a table of findings has no evidence", call("findings")[1], [])
    equal("a list with evidence", call("findings", "--format", "json")[1], [("findings", ["findings"])])
    result, found = call("households", "--filter", "loan=91370042", "--format", "csv")
    check("a filter tells the value", result.out.count("\n") == 3 and
          found == [("household A", ["filter"]), ("household C", ["filter"])], (result.text, found))
    equal("a warning is about its household", call("warning", "show", "1")[1], [("household A", ["warning"])])
    equal("a list of warnings", call("warning", "list")[1], [("warnings", ["warning"])])
    result, found = call("warning", "list", "--as", "supervisor")
    check("in which a supervisor sees none", (result.code, found) == (0, []) and "(hidden)" in result.out, (result.text, found))
    equal("another filter does not", call("households", "--filter", "rooms=3")[1], [])

    with other_writer(register):
        result = berm("household", "A", "--store", register, env={**env, "BERM_BUSY_TIMEOUT_MS": "100"})
    check("nothing is shown where nothing can be written", result.code == 1 and "91370042" not in result.text, result.text)
    contains("and the message says why", result.err, "only when the journal tells who looked")


with folder() as here:
    pack = make_pack(here / "pack", **{"dictionary.csv": DICTIONARY, "warnings.csv": WARNINGS})
    rules = (pack / "policy.dmn").read_text()
    (pack / "policy.dmn").write_text(rules.replace("<text>household.roof</text>",
                                                   "<text>if household.loan > 0 then household.roof else household.roof</text>"))
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS, pack=pack)
    (here / "medical.csv").write_text(MEDICAL)
    secret = here / "berm.key"
    sealed = {"BERM_KEY_FILE": str(secret)}
    assert berm("key", "create", secret).code == 0
    assert berm("import", "flows", here / "medical.csv", "--store", url).code == 0
    result = berm("screen", "--month", "2020-09", "--store", url, env=sealed)
    assert result.code == 0, result.text
    for words in (("plan", "A", "--purpose", "shock"), ("record", "1", "--on", "2020-09-30", "--summary", "seen", "loan=91370042")):
        assert berm("visit", *words, "--store", url, env=sealed).code == 0
    (here / "paper.pdf").write_bytes(pictures.pdf("marked note"))
    assert berm("attachment", "add", "A", here / "paper.pdf", "--kind", "document", "--store", url, env=sealed).code == 0
    (here / "warnings.ndjson").write_text(json.dumps(WARNING) + "\n")
    result = berm("warning", "send", here / "warnings.ndjson", "--store", url, env=sealed)
    assert result.code == 0, result.text
    with served(store=url, env=sealed) as one:
        look_by_api(one, url)
        walk(one, url)
    look_by_command(url, sealed)
    look_after_kill(url, secret)
    result = berm("journal", "verify", "--store", url, env=sealed)
    check("the journal holds", result.code == 0, result.text)
    result = berm("journal", "list", "--store", url, "--action", "look", "--about", "household A", env=sealed)
    contains("and people read who looked", result.out, "killer")
finish()
