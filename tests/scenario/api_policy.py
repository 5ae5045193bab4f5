#!/usr/bin/env python3
"""A policy's life through the API: an author drafts, an approver publishes, months keep their rules."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import PACK, make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402
from server import PASSWORD, Client, make_account, served  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\nB,X1,sound,2\nC,X2,none,1\n"
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
A-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01
B-1,B,Bela Hill,male,1950-01-01,head,,2010-01-01
C-1,C,Cora Dale,female,1985-01-01,head,,2010-01-01
"""
FLOWS = "household,month,wage\n" + "".join(
    wages(code, amount, months=14) for code, amount in (("A", 300), ("B", 400), ("C", 500)))
CASE = """month: 2020-09
cases:
  - name: below the line
    household: {roof: sound}
    members: [{relation: head, birth_date: 1970-01-01}]
    flows: {wage: {2019-10..2020-09: 300}}
    expect: {findings: [{code: income_low, threshold: LINE}]}
"""


def files_of(here, version, line, case=None):
    """A pack's files as the API takes them."""
    pack = make_pack(here / f"pack-{version}", **{
        "pack.yaml": PACK["pack.yaml"].replace('version: "1"', f'version: "{version}"'),
        "parameters.csv": PACK["parameters.csv"].replace("4000", str(line))})
    write(pack / "cases" / "a.yaml", CASE.replace("LINE", str(case or line)))
    return {str(path.relative_to(pack)): path.read_text() for path in pack.rglob("*") if path.is_file()}


def living(here, author, approver, both):
    files = files_of(here, "2", 5000)
    answer = author.post("/v1/policies", {"files": files, "note": "the line rises"})
    equal("an author drafts", (answer.status, answer.json["number"], answer.json["state"],
                               answer.json["drafted"]["by"]), (201, 2, "draft", "ann"))
    equal("an approver does not", approver.post("/v1/policies", {"files": files}).status, 403)
    answer = author.post("/v1/policies", {"files": {**files, "../x": "y"}})
    check("nothing leads out", answer.status == 422 and "../x" in answer.json["detail"], answer)
    answer = author.post("/v1/policies", {"files": {**files, "policy.dmn": "<definitions>"}})
    check("a model that is none is told", answer.status == 422 and "policy.dmn" in answer.json["detail"], answer)
    equal("files are texts", author.post("/v1/policies", {"files": {"pack.yaml": 7}}).json["errors"][0]["pointer"],
          "/files")
    equal("an author does not publish",
          author.post("/v1/policies/2/publish", {"from_month": "2020-10"}).status, 403)
    equal("a draft is not published",
          approver.post("/v1/policies/2/publish", {"from_month": "2020-10"}).status, 409)
    answer = author.post("/v1/policies/2/check")
    equal("its cases pass", (answer.status, answer.json["is_checked"], answer.json["cases_passed"]), (200, True, 1))
    equal("a screened month keeps its rules",
          approver.post("/v1/policies/2/publish", {"from_month": "2020-09"}).status, 422)
    answer = approver.post("/v1/policies/2/publish", {"from_month": "2020-10"})
    equal("a second person publishes", (answer.status, answer.json["from_month"], answer.json["published"]["by"]),
          (200, "2020-10", "ben"))
    answer = both.post("/v1/policies", {"files": files_of(here, "3", 5500)})
    number = answer.json["number"]
    both.post(f"/v1/policies/{number}/check")
    answer = both.post(f"/v1/policies/{number}/publish", {"from_month": "2020-11"})
    check("not the person who drafted, with both roles", answer.status == 403 and
          "second person" in answer.json["detail"], answer)
    answer = author.post("/v1/policies", {"files": files_of(here, "4", 5600, case=1)})
    answer = author.post(f"/v1/policies/{answer.json['number']}/check")
    check("a case that fails is told", answer.json["is_checked"] is False and answer.json["cases_failed"] == 1 and
          "below the line" in answer.json["findings"][0]["what"], answer)
    equal("a draft is withdrawn", author.post(f"/v1/policies/{number}/withdraw").json["state"], "withdrawn")
    equal("rules that decide are not the author's to take back", author.post("/v1/policies/2/withdraw").status, 403)


def reading(author, viewer):
    answer = author.get("/v1/policies?limit=2")
    equal("pages", ([row["number"] for row in answer.json["items"]], answer.json["next"]), ([4, 3], "3"))
    answer = author.get("/v1/policies?limit=2&cursor=3")
    equal("to the end", ([row["number"] for row in answer.json["items"]], answer.json["next"]), ([2, 1], None))
    equal("what decides today", author.get("/v1/policies/in-force").json["number"], 2)
    files = {file["path"]: file["text"] for file in author.get("/v1/policies/2/files").json["items"]}
    contains("the files come back", files["parameters.csv"], "5000")
    equal("a version that there is not", author.get("/v1/policies/77").status, 404)
    equal("nor is a folder one", author.get("/v1/policies/rural-cn").status, 404)
    for path in ("", "/2", "/2/files"):
        equal(f"a viewer reads nothing at {path or '/'}", viewer.get("/v1/policies" + path).status, 403)


def evaluating(author, viewer):
    facts = {"month": "2020-09", "household": {"roof": "leaks"},
             "members": [{"relation": "head", "sex": "female", "birth_date": "1970-01-01"}],
             "flows": {"wage": {"2019-10..2020-09": "400"}}}
    for version, codes in ((1, ["house_unsafe"]), (2, ["house_unsafe", "income_low"])):
        answer = author.post(f"/v1/policies/{version}/evaluate", facts)
        equal(f"version {version} decides a household that is given",
              (answer.status, sorted(row["code"] for row in answer.json["findings"])), (200, codes))
    contains("in words", author.post("/v1/policies/2/evaluate?lang=zh", facts).json["story"], "收入低于标准")
    answer = author.post("/v1/policies/2/evaluate", {**facts, "household": {"rof": "leaks"}})
    check("a slip gets a suggestion", answer.status == 422 and "'roof'" in answer.json["detail"], answer)
    equal("a viewer tries nothing out", viewer.post("/v1/policies/2/evaluate", facts).status, 403)


def comparing(author, township, viewer):
    answer = author.post("/v1/policies/diff", {"old": "1", "new": "2", "month": "2020-09"})
    equal("a comparison is a job", answer.status, 202)
    other = township.post("/v1/policies/diff", {"old": "1", "new": "2", "month": "2020-09"})
    equal("also of an officer", other.status, 202)
    equal("a folder is none", author.post("/v1/policies/diff", {"old": "1", "new": "rural-cn"}).status, 404)
    equal("nor for a viewer", viewer.post("/v1/policies/diff", {"old": "1", "new": "2"}).status, 403)
    equal("which is told, and where it is", (answer.json["kind"], answer.headers["Location"]),
          ("policy_diff", f"/v1/jobs/{answer.json['id']}"))
    return answer.json["id"], other.json["id"]


with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
    assert berm("screen", "--store", url, "--month", "2020-09").code == 0
    everywhere = {"ann": ["policy_author"], "ben": ["policy_approver"], "kim": ["policy_author", "policy_approver"],
                  "eve": ["viewer"]}
    for name, roles in everywhere.items():
        make_account(url, name, *((role, None) for role in roles))
    make_account(url, "tom", ("township", "X1"))
    with served(store=url) as server:
        people = {}
        for name in (*everywhere, "tom"):
            people[name] = Client(server)
            assert people[name].log_in(name, PASSWORD).status == 201, name
        living(here, people["ann"], people["ben"], people["kim"])
        reading(people["ann"], people["eve"])
        evaluating(people["ann"], people["eve"])
        jobs = comparing(people["ann"], people["tom"], people["eve"])
        equal("it ends as it should", server.end(), 0)
    berm("job", "run", "--store", url)
    for job, name, rounded in ((jobs[0], "ann", 5), (jobs[1], "tom", 1)):
        result = berm("job", "show", str(job), "--store", url, "--format", "json")
        check(f"the job of {name} is done", result.code == 0, result.text)
        text = result.out
        check(f"{name}'s figures are as {name} may see them",
              f'\\"rounded_to\\":{rounded}' in text or f'"rounded_to":{rounded}' in text.replace(" ", ""), text)
    equal("the next month is screened", berm("screen", "--store", url, "--month", "2020-10").code, 0)
    found = {month: sorted(row["household"] for row in json.loads(
        berm("findings", "--store", url, "--month", month, "--format", "json").out)
        if row["finding"] == "income_low") for month in ("2020-09", "2020-10")}
    equal("each month by its rules", found, {"2020-09": ["A"], "2020-10": ["A", "B"]})
finish()
