#!/usr/bin/env python3
"""Every route of the API, as every role of a neighbouring area: nothing of the other area is found.

The routes come from the server's own description, so a new one is walked as soon as it is there; one
whose parameters or body this script cannot fill fails it. Each request is made twice: once naming
what belongs to the neighbours, once naming what does not exist. Both answers must be the same but for
the names that were sent, so that not even a refusal tells what is there.
"""
import json
import os
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import DMN, make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, finish, folder, write  # noqa: E402
from server import PASSWORD, Client, make_account, served  # noqa: E402

ROLES = ("viewer", "field_worker", "township", "county", "supervisor", "analyst", "policy_author",
         "policy_approver", "administrator")

# What the neighbours have, and names of the same form that nobody has.
TWINS = {"NEXT-H1": "NONE-H1", "NEXT-P1": "NONE-P1", "X2": "Q7", "Zofia Quarrel": "Zofia Nothing",
         "neighbour": "nobodyhere", "N8765432": "N1234567"}
# What must never be seen, whoever asks for what.
MARKS = ("NEXT-H1", "NEXT-P1", "Quarrel", "Second valley", "1988-08-08", "881.11", "neighbour")

HOUSEHOLDS = "code,area,roof,rooms\nOURS-H1,X1,leaks,3\nNEXT-H1,X2,none,2\n"
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date,id_type,id_number
OURS-P1,OURS-H1,Anna Hill,female,1980-05-01,head,,2010-01-01,,
NEXT-P1,NEXT-H1,Zofia Quarrel,female,1988-08-08,head,,2010-01-01,passport,N8765432
"""
FLOWS = "household,month,wage\n" + wages("OURS-H1", 300) + wages("NEXT-H1", "881.11")

# The values of path parameters: by name, or by the collection before it where names repeat.
PATHS = {
    "/v1/households/{code}": "NEXT-H1",
    "/v1/persons/{code}": "NEXT-P1",
    "/v1/cases/{code}": "NEXT-H1",
    "{proof}": "1",
    "{name}": "neighbour",
    "{role}": "county",
    "/v1/exports/{kind}": "households",
    "{version}": "1",
    "/v1/payments/{batch}": "neighbour",
    "/v1/payers/{area}": "X2",
    "/v1/programmes/{code}": "roof_aid",
    "{area}": "X2",
    "{year}": "2020",
}
NUMBERS = {}  # what the neighbours made meanwhile: {"/v1/jobs/{job}": (theirs, nobody's)}
QUERIES = {"kind": "document&file_name=ours.pdf", "worker": "neighbour", "area": "X2", "parent": "X2", "household": "NEXT-H1", "search": "Zofia Quarrel",
           "actor": "neighbour", "account": "neighbour", "cursor": "X2", "filter": "rooms%3D2",
           "finding": "house_unsafe", "code": "house_unsafe", "sort": "risk"}

# Bodies of the routes that take one, about the neighbours' things.
BODIES = {
    "password_change": {"old_password": "not the password", "password": "short"},
    "user_add": {"name": "newcomer", "password": PASSWORD},
    "user_switch": {"active": False},
    "user_password": {"password": PASSWORD},
    "user_grant": {"role": "county", "area": "X2"},
    "warning_send": {"source": "office", "reference": "NEXT-H1", "kind": "rumour", "month": "2020-09",
                     "household": "NEXT-H1"},
    "warning_send_many": '{"source": "office", "reference": "NEXT-P1", "kind": "rumour", '
                         '"month": "2020-09", "person": "NEXT-P1"}',
    "warning_resolve": {"household": "NEXT-H1"},
    "warning_dismiss": {"reason": "nobody"},
    "visit_plan": {"purpose": "shock"},
    "visit_record": {"visited_on": "2020-10-01", "summary": "seen", "found": [{"name": "rooms", "value": 2}]},
    "visit_cancel": {"reason": "nobody there"},
    "visit_apply": {},
    "visit_refuse": {"reason": "not so"},
    "attachment_add": "%PDF-1.4\n%%EOF\n",
    "budget_set": {"amount": "7.00"},
    "entitlement_propose": {"programme": "roof_aid", "household": "NEXT-H1"},
    "entitlements_propose": {"programme": "roof_aid", "month": "2020-09", "area": "X2"},
    "entitlements_approve": {"programme": "roof_aid", "month": "2020-09", "area": "X2"},
    "entitlement_approve": {},
    "entitlement_reject": {"reason": "X2"},
    "entitlement_suspend": {"reason": "X2"},
    "entitlement_resume": {},
    "entitlement_cancel": {"reason": "X2"},
    "measure_plan": {"measure": "roof_repair", "owner": "neighbour"},
    "measure_start": {},
    "measure_deliver": {"evidence": "X2", "result": "X2"},
    "measure_cancel": {"reason": "X2"},
    "grievance_take": {"kind": "appeal", "about": "decision", "channel": "office", "household": "NEXT-H1",
                       "details": "We were left out."},
    "grievance_assign": {"owner": "county"},
    "grievance_resolve": {"outcome": "rejected", "answer": "No."},
    "grievance_escalate": {"reason": "Quarrel"},
    "grievance_close": {"note": "told"},
    "grievance_withdraw": {"reason": "told"},
    "batch_prepare": {"programme": "relief", "area": "X2", "month": "2020-09"},
    "batch_cancel": {"reason": "nobody"},
    "batch_answer": "end_to_end_id,status\nH2P1,paid\n",
    "payer_set": {"area": "X2", "name": "Somebody", "account": "123456789"},
    "run_create": {"month": "2020-10"},
    "case_step": {"action": "approve", "reason": "X2"},
    "case_prove": {"kind": "notice", "note": "X2"},
    "case_settle": {"settlement": "X2"},
    "case_assign": {"worker": "neighbour"},
    "lead_add": {"code": "other", "severity": "high", "note": "X2"},
    "case_bulk": {"do": "step", "action": "take_up", "households": ["NEXT-H1"]},
    "import_create": {"upload": 1, "kind": "households"},
    "export_create": {"kind": "households", "area": "X2", "filters": ["rooms=2"]},
    "upload_create": {"file_name": "ours.csv", "total_bytes": 4},
    "upload_append": "code",
    "household_add": {"area": "X2", "values": {}},
    "household_change": {"area": "X1", "values": {"rooms": 4}},
    "household_set_flows": {"flows": [{"month": "2020-09", "flow": "wage", "amount": "1.00"}]},
    "person_add": {"name": "Somebody New"},
    "person_change": {"name": "Somebody Else"},
    "membership_move": {"household": "OURS-H1"},
    "membership_end": {"to_date": "2020-10-01", "end_reason": "left"},
    "policy_draft": {"note": "X2", "files": {"pack.yaml": "name: none"}},
    "policy_diff": {"old": "1", "new": "1", "area": "X2"},
    "policy_publish": {"from_month": "2021-01"},
    "policy_evaluate": {"month": "2020-09", "areas": ["X2"], "household": {}, "members": []},
    "person_lookup": {"id_type": "passport", "id_number": "N8765432"},
    "token_create": {"account": "neighbour", "label": "walk", "scopes": ["area_list"]},
}
# Routes that are not walked, each with its reason.
SKIPPED = {"session_begin": "failures are throttled, which tests/scenario/api.py looks at",
           "session_end": "it would end the walker's session",
           "openapi_show": "it needs no log-in and is the same for all"}


MEASURES = """code,kind,answers,label_en,label_zh,source
roof_repair,house,house_unsafe,The roof is repaired,修屋顶,made up
"""
PROGRAMMES = """code,measure,target,cycle,eligible,amount,flow,label_en,label_zh,source
roof_aid,roof_repair,household,year,Aid eligible,Aid amount,wage,Roof aid,屋顶补助,made up
"""


def with_aid():
    """The three rules, and a programme for who has no roof."""
    decision = """  <decision id="{0}" name="{1}">
    <informationRequirement><requiredInput href="#{2}"/></informationRequirement>
    <literalExpression><text>{3}</text></literalExpression>
  </decision>
"""
    return DMN.replace("</definitions>", decision.format("line", "Line", "parameter", "parameter.line")
                       + decision.format("aid", "Aid eligible", "household", 'household.roof = "none"')
                       + decision.format("aid_amount", "Aid amount", "parameter", "parameter.line")
                       + "</definitions>")


def twin(text):
    for theirs, nobodys in TWINS.items():
        text = text.replace(theirs, nobodys)
    return text


def fill_path(path):
    """The path with the neighbours' things in it, and its twin; None where a part is not known."""
    filled, twinned = path, path
    for match in re.finditer(r"\{(\w+)\}", path):
        part = match.group(0)
        place = path[:match.end()]
        if place in NUMBERS:
            theirs, nobodys = NUMBERS[place]
        elif place in PATHS or part in PATHS:
            theirs = PATHS.get(place, PATHS.get(part))
            nobodys = twin(theirs)
        else:
            return None
        filled, twinned = filled.replace(part, str(theirs)), twinned.replace(part, str(nobodys))
    return filled, twinned


def requests_of(path, method, operation):
    """(path, body) and their twins: without a query, and with each field that can name something."""
    fitting = fill_path(path)
    if fitting is None:
        raise KeyError(f"{method} {path}: this script does not know what to put into the path")
    filled, twinned = fitting
    body = None
    if "requestBody" in operation:
        if operation["operationId"] not in BODIES:
            raise KeyError(f"{operation['operationId']}: this script has no body for it")
        body = BODIES[operation["operationId"]]
    twin_body = None if body is None else json.loads(twin(json.dumps(body))) \
        if not isinstance(body, str) else twin(body)
    yield (filled, body), (twinned, twin_body)
    for parameter in operation["parameters"]:
        value = QUERIES.get(parameter["name"]) if parameter["in"] == "query" else None
        if value:
            text = value.replace(" ", "%20")
            yield (f"{filled}?{parameter['name']}={text}", body), \
                (f"{twinned}?{parameter['name']}={twin(value).replace(' ', '%20')}", twin_body)


def outcome(client, answer):
    """What came in the end: a job that was queued is waited for."""
    if answer.status != 202:
        return answer
    path = f"/v1/jobs/{answer.json['id']}"
    for _ in range(600):
        answer = client.get(path)
        if answer.json["state"] not in ("queued", "running"):
            break
        time.sleep(0.05)
    return answer


def told(answer):
    """The answer without what differs by its nature: ids and instants."""
    text = re.sub(r'"(instance|job|id|attempt)":("[0-9a-f]{16}"|\d+)', "", answer.text)
    text = re.sub(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z", "", text)
    text = re.sub(r'"warning":\d+', "", text)  # each is taken under a number of its own
    for theirs, nobodys in NUMBERS.values():
        text = re.sub(rf"\b({theirs}|{nobodys})\b", "#", text)
    return answer.status, text


def walk(client, role, description):
    """Returns how many requests were made."""
    count = 0
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] in SKIPPED:
                continue
            content = next(iter(operation.get("requestBody", {}).get("content", {})), None)
            for (theirs, body), (nobodys, twin_body) in requests_of(path, method.upper(), operation):
                headers = {"If-Match": '"1"'} if any(
                    parameter["name"] == "If-Match" for parameter in operation["parameters"]) else {}
                answer = outcome(client, client.ask(method.upper(), theirs, body, headers,
                                                    content_type=content or "application/json"))
                count += 1
                name = f"{role}: {method.upper()} {theirs}"
                if answer.status >= 500:
                    check(name, False, f"{answer.status} {answer.text}")
                seen = answer.text
                for mark in TWINS:  # what was sent may come back
                    if mark in theirs or mark in json.dumps(body) or \
                            mark.replace(" ", "%20") in theirs:
                        seen = seen.replace(mark, "")
                leaked = [mark for mark in MARKS if mark in seen]
                if leaked:
                    check(name, False, f"{leaked} in {answer.status} {answer.text}")
                if (theirs, body) == (nobodys, twin_body):
                    continue
                other = outcome(client, client.ask(method.upper(), nobodys, twin_body, headers,
                                                   content_type=content or "application/json"))
                status, text = told(answer)
                if (status, twin(text)) != told(other):
                    check(name, False, f"{status} {text[:250]} BUT OF NOBODY {other.status} "
                                       f"{other.text[:250]}")
    return count


def neighbours_work(server):
    """The neighbours use the service, so that there is something to find."""
    neighbour = Client(server)
    neighbour.log_in("neighbour", PASSWORD)
    check("the neighbours find their own", "Quarrel" in neighbour.get("/v1/households/NEXT-H1").text)
    made = berm("token", "create", "neighbour", "--label", "theirs", "--scopes", "area_list",
                "--store", store)
    assert made.code == 0, made.text
    NUMBERS["/v1/tokens/{token}"] = (1, 999)
    sent = neighbour.post("/v1/warnings", {
        "source": "neighbour", "reference": "theirs", "kind": "rumour", "month": "2020-09",
        "person": "NEXT-P1", "note": "Quarrel about 881.11"})
    assert sent.json["state"] == "matched", sent
    NUMBERS["/v1/warnings/{warning}"] = (sent.json["warning"], 999)
    visit = neighbour.post("/v1/households/NEXT-H1/visits", {"purpose": "shock", "note": "Quarrel about 881.11"})
    NUMBERS["/v1/visits/{visit}"] = (visit.json["visit"], 999)
    paper = neighbour.post("/v1/households/NEXT-H1/attachments?kind=document&file_name=Quarrel.pdf",
                           "%PDF-1.4\n%%EOF\n", content_type="application/octet-stream")
    NUMBERS["/v1/attachments/{attachment}"] = (paper.json["attachment"], 999)
    grievance = neighbour.post("/v1/grievances", {
        "kind": "complaint", "about": "data", "channel": "phone", "household": "NEXT-H1",
        "complainant": "Zofia Quarrel", "details": "Quarrel about 881.11"})
    NUMBERS["/v1/grievances/{grievance}"] = (grievance.json["grievance"], 999)
    given = neighbour.put("/v1/programmes/roof_aid/budgets/X2/2020", {"amount": "881.11"})
    assert given.json["area_name"] == "Second valley", given
    proposed = neighbour.post("/v1/entitlements", {"programme": "roof_aid", "household": "NEXT-H1"})
    NUMBERS["/v1/entitlements/{entitlement}"] = (proposed.json["entitlement"], 999)
    planned = neighbour.post("/v1/households/NEXT-H1/measures", {"measure": "roof_repair", "amount": "881.11"})
    NUMBERS["/v1/measures/{measure}"] = (planned.json["items"][0]["measure_number"], 999)
    listed = "code,area\nNEXT-H1,X2\n"
    upload = neighbour.post("/v1/uploads", {"file_name": "NEXT-H1.csv", "total_bytes": len(listed)})
    neighbour.patch(upload.headers["Location"], listed, headers={"Upload-Offset": "0"},
                    content_type="application/octet-stream")
    job = neighbour.post("/v1/imports", {"upload": upload.json["id"], "kind": "households",
                                         "dry_run": True})
    assert job.status == 202, job
    NUMBERS["/v1/uploads/{upload}"] = (upload.json["id"], 999)
    NUMBERS["/v1/jobs/{job}"] = (job.json["id"], 999)


with folder() as here:
    os.environ["BERM_KEY_FILE"] = str(here / "berm.key")  # the server's too: it looks id numbers up
    assert berm("key", "create", here / "berm.key").code == 0
    store = make_register(here, HOUSEHOLDS, PERSONS, FLOWS, make_pack(here / "pack", dmn=with_aid(), **{
        "warnings.csv": "code,sets,flow_source,label_en,source\nrumour,,,Something was heard,made up\n",
        "measures.csv": MEASURES, "programmes.csv": PROGRAMMES}))
    assert berm("screen", "--store", store, "--month", "2020-09").code == 0
    make_account(store, "neighbour", ("county", "X2"))
    for word in ROLES:
        make_account(store, word.replace("_", "-"), (word, "X1"))
    with served(store=store) as one:
        neighbours_work(one)
        for word in ROLES:
            walker = Client(one)
            assert walker.log_in(word.replace("_", "-"), PASSWORD).status == 201
            made = walk(walker, word, one.description.document)
            routes = sum(map(len, one.description.document["paths"].values()))
            check(f"as {word}: nothing of the neighbours in the answers of {routes} routes",
                  made >= routes - len(SKIPPED), made)
finish()
