#!/usr/bin/env python3
"""Exports as jobs: the file is the stream's, its owner's alone, and each download is in the journal."""
import json
import pathlib
import stat
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, files_folder, store_url  # noqa: E402
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, equal, finish, folder  # noqa: E402
from server import Client, make_account, make_token, served  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\nB,X2,sound,2\n"
PERSONS = "code,household,name,sex,birth_date\nA-1,A,Anna Hill,female,1980-05-01\nB-1,B,Bela Zed,male,1950-01-01\n"


def end_of(client, job):
    for _ in range(3000):
        row = client.get(f"/v1/jobs/{job}").json
        if row["state"] in ("done", "failed", "cancelled"):
            break
        time.sleep(0.02)
    return row


def job_files(url):
    return files_folder(url) / "jobs"


def files(client, url):
    """Each order's file equals the stream of the same order."""
    for order, stream, kind in (
            ({"kind": "persons"}, "persons/csv", "text/csv"),
            ({"kind": "flows", "format": "ndjson", "from": "2020-01"}, "flows/ndjson?from=2020-01", "application/x-ndjson"),
            ({"kind": "households", "bom": True, "columns": ["rooms", "code"], "filters": ["rooms>=3", "roof=leaks"]},
             "households/csv?bom=true&column=rooms&column=code&filter=rooms%3E%3D3&filter=roof=leaks", "text/csv"),
            ({"kind": "findings", "area": "X1"}, "findings/csv?area=X1", "text/csv")):
        answer = client.post("/v1/exports", order)
        equal(f"an export of {order['kind']} is queued", (answer.status, answer.json["kind"]), (202, "export"))
        job = end_of(client, answer.json["id"])
        told = client.get(f"/v1/exports/{stream}").text
        got = client.get(f"/v1/jobs/{job['id']}/file")
        equal("it is done, and its file is the stream", (job["state"], got.status, got.text), ("done", 200, told))
        check("of what the caller may see", len(told.splitlines()) > 0 and "B-1" not in told, told)
        equal("and says what it is", got.headers["Content-Type"].partition(";")[0], kind)
        equal("and is its owner's alone", stat.S_IMODE((job_files(url) / str(job["id"])).stat().st_mode), 0o600)
    return job["id"]


def refusals(clerk, analyst):
    def pointers(order):
        answer = clerk.post("/v1/exports", order)
        return answer.status, [error["pointer"] for error in answer.json["errors"]]

    for order, pointer in (({"kind": "secrets"}, "/kind"), ({}, "/kind"), ({"kind": "areas", "format": "xml"}, "/format"),
                           ({"kind": "persons", "month": "2020-09"}, "/month"), ({"kind": "persons", "area": "X2"}, "/area"),
                           ({"kind": "persons", "area": "X3"}, "/area"),
                           ({"kind": "findings", "code": "none_such"}, "/code"),
                           ({"kind": "households", "filters": ["rooms>=1", "rooms"]}, "/filters/1"),
                           ({"kind": "households", "filters": [3]}, "/filters/0"),
                           ({"kind": "households", "columns": ["code", "none_such"]}, "/columns/1"),
                           ({"kind": "persons", "show_sensitive": True}, "/show_sensitive")):
        equal(f"{json.dumps(order)} is refused before it is queued", pointers(order), (422, [pointer]))
    theirs, nobodys = (clerk.post("/v1/exports", {"kind": "flows", "area": area}).json["detail"] for area in ("X2", "X3"))
    equal("a neighbour's area is refused as one that is not there", theirs.replace("X2", "X3"), nobodys)
    equal("a column that is hidden", analyst.post("/v1/exports", {"kind": "persons", "columns": ["name"]}).status, 403)


def others(clerk, neighbour, analyst, job):
    for who, client in (("a neighbour", neighbour), ("another account of the area", analyst)):
        for path in (f"/v1/jobs/{job}", f"/v1/jobs/{job}/file"):
            equal(f"{who} finds no {path}", client.get(path).status, 404)
        equal("nor any entry of its download", [entry for entry in client.get("/v1/journal?action=download").json["items"]], [])
    equal("each download is noted", {(entry["subject"], entry["actor"], entry["via"]) for entry in
                                     clerk.get(f"/v1/journal?action=download").json["items"] if entry["subject"] == f"job {job}"},
          {(f"job {job}", "clerk", "api")})


def left(url, job):
    """What a killed server leaves: a job that runs, and half a file."""
    ask(url, f"UPDATE job SET state = 'running', attempt = 3 WHERE job_id = {job}")
    half = job_files(url) / str(job)
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_text("half")
    result = berm("job", "run", "--store", url)
    equal("the next server ends what was begun too often", result.code, 0)
    check("and leaves no half of a file", not half.exists(), result.text)


def stopping(large):
    """A large one is stopped while it runs, and leaves neither file nor result."""
    make_account(large, "clerk", ("county", None))
    with served(store=large) as server:
        clerk = Client(server, make_token(large, "clerk", "export", "fields_internal", "fields_personal", "fields_sensitive"))
        hidden = {"kind": "households", "filters": ["loan_balance>=1"]}
        less = Client(server, make_token(large, "clerk", "export", "fields_internal"))
        equal("a filter on a field that is hidden", less.post("/v1/exports", hidden).status, 403)
        equal("is one for who sees it", end_of(clerk, clerk.post("/v1/exports", hidden).json["id"])["state"], "done")
        job = clerk.post("/v1/exports", {"kind": "flows"}).json["id"]
        for _ in range(3000):
            row = clerk.get(f"/v1/jobs/{job}").json
            if row["progress"]["done"] > 0 or row["state"] == "done":
                break
        equal("it is stopped while it runs", clerk.post(f"/v1/jobs/{job}/cancel").status, 200)
        equal("it ends so", end_of(clerk, job)["state"], "cancelled")
        equal("without a file", clerk.get(f"/v1/jobs/{job}/file").status, 404)
        place = job_files(large) / str(job)
        check("on the disk, too", not place.exists(), place)


with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, "household,month,wage\n" + wages("A", 300) + wages("B", 700))
    berm("screen", "--store", url, "--month", "2020-09")
    scopes = ("export", "finding_list", "fields_internal", "fields_personal", "fields_sensitive")
    make_account(url, "clerk", ("county", "X1"))
    make_account(url, "ann", ("analyst", "X1"))
    make_account(url, "next", ("county", "X2"))
    with served(store=url) as server:
        clerk, ann, neighbour = (Client(server, make_token(url, name, *scopes)) for name in ("clerk", "ann", "next"))
        number = files(clerk, url)
        refusals(clerk, ann)
        others(clerk, neighbour, ann, number)
    result = berm("export", "areas", "--queue", "--store", url)
    equal("the command queues one", result.code, 0)
    queued = int(result.out.split()[1])
    equal("which berm job run does", berm("job", "run", "--store", url).code, 0)
    equal("it is what the command would write", (job_files(url) / str(queued)).read_text(),
          berm("export", "areas", "--store", url).out)
    equal("--queue has no --output", berm("export", "areas", "--queue", "--output", here / "x", "--store", url).code, 2)
    second = int(berm("export", "areas", "--queue", "--store", url).out.split()[1])
    left(url, second)
    large = store_url(here / "large.berm")
    berm("init", "--store", large, "--pack", "rural-cn")
    berm("synth", "--store", large, "--households", "5000", "--seed", "3")
    stopping(large)
finish()
