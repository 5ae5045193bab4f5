#!/usr/bin/env python3
"""Jobs through the API: an upload that breaks off and goes on, imports, rejects, events with
Last-Event-ID, stopping, a server that dies, two servers on one register, and the neighbour."""
import hashlib
import http.client
import json
import pathlib
import re
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask  # noqa: E402
from registers import make_register, wages  # noqa: E402
from scenario import check, contains, equal, finish, folder, wait_until  # noqa: E402
from server import Client, make_account, make_token, served  # noqa: E402

MONTH = {"month": "2020-09"}
HOUSEHOLDS = 150000


def state_of(url, job):
    return ask(url, f"SELECT state FROM job WHERE job_id = {job}")[0][0]


def count(url, table):
    return ask(url, f"SELECT count(*) FROM {table}")[0][0]


def end_of(client, job, seconds=60):
    wait_until(lambda: client.get(f"/v1/jobs/{job}").json["state"] in ("done", "failed", "cancelled"),
               seconds)
    return client.get(f"/v1/jobs/{job}").json


def upload(client, data, name="list.csv", **more):
    answer = client.post("/v1/uploads", {"file_name": name, "total_bytes": len(data), **more})
    assert answer.status == 201, answer
    place = answer.headers["Location"]
    client.patch(place, data, headers={"Upload-Offset": "0"}, content_type="application/octet-stream")
    return answer.json["id"]


def listen(server, token, job, last=None):
    """All events until the stream ends: [(id, event, data)]."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    fields = {"Authorization": f"Bearer {token}"}
    if last is not None:
        fields["Last-Event-ID"] = str(last)
    connection.request("GET", f"/v1/jobs/{job}/events", headers=fields)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    if response.status != 200:
        return response.status
    events = []
    for block in text.split("\n\n"):
        found = dict(re.findall(r"^(id|event|data): (.*)$", block, re.M))
        if "event" in found:
            events.append((int(found["id"]) if "id" in found else None, found["event"],
                           json.loads(found["data"])))
    return events


def uploads(chief, other):
    data = b"code,area,roof,rooms\nU1,X1,sound,3\nU2,X9,sound,3\n"
    answer = chief.post("/v1/uploads", {"file_name": "list.csv", "total_bytes": len(data),
                                        "sha256": hashlib.sha256(data).hexdigest()})
    place, number = answer.headers["Location"], answer.json["id"]
    octets = "application/octet-stream"
    equal("a piece arrives", chief.patch(place, data[:10], headers={"Upload-Offset": "0"},
                                         content_type=octets).json["received_bytes"], 10)
    equal("an import of half a file is refused",
          chief.post("/v1/imports", {"upload": number, "kind": "households"}).status, 409)
    answer = chief.patch(place, data[5:], headers={"Upload-Offset": "5"}, content_type=octets)
    check("another offset is refused, and the right one told",
          answer.status == 409 and "at byte 10" in answer.json["detail"], answer)
    equal("without an offset", chief.patch(place, data, content_type=octets).status, 400)
    equal("the upload tells where it is", chief.get(place).headers["Upload-Offset"], "10")
    equal("a neighbour does not see it", other.get(place).status, 404)
    equal("nor append to it", other.patch(place, data[10:], headers={"Upload-Offset": "10"},
                                          content_type=octets).status, 404)
    chief.patch(place, data[10:], headers={"Upload-Offset": "10"}, content_type=octets)
    equal("nor import it", other.post("/v1/imports", {"upload": number, "kind": "households"}).status,
          404)
    return number


def imports(chief, other, url, number):
    before = count(url, "household")
    answer = chief.post("/v1/imports", {"upload": number, "kind": "households", "dry_run": True})
    equal("a dry run is queued", (answer.status, answer.json["state"]), (202, "queued"))
    job = end_of(chief, answer.json["id"])
    equal("it counts", (job["result"]["added"], job["result"]["rejected"]), (1, 1))
    equal("and changes nothing", count(url, "household"), before)
    answer = chief.post("/v1/imports", {"upload": number, "kind": "households"})
    job = end_of(chief, answer.json["id"])
    equal("the import takes the good row", (job["state"], count(url, "household")),
          ("done", before + 1))
    answer = chief.get(f"/v1/jobs/{job['id']}/file")
    check("the rejected row comes back with its reason",
          answer.status == 200 and "X9" in answer.text and "berm_reason" in answer.text, answer)
    contains("as a file", answer.headers["Content-Disposition"], "rejects.csv")
    equal("the upload is used up", chief.get(f"/v1/uploads/{number}").status, 404)
    for what in ("", "/file", "/events"):
        equal(f"a neighbour finds no job{what}", other.get(f"/v1/jobs/{job['id']}{what}").status, 404)
    equal("nor stops one", other.post(f"/v1/jobs/{job['id']}/cancel").status, 404)
    equal("nor has any in the list", other.get("/v1/jobs").json["items"], [])
    answer = chief.post("/v1/imports", {"upload": 1, "kind": "houses", "dry": True})
    equal("what is wrong with an order is told", sorted(error["pointer"] for error in
                                                         answer.json["errors"]), ["/dry", "/kind"])
    wrong = upload(chief, b"abc", sha256="0" * 64)
    answer = chief.post("/v1/imports", {"upload": wrong, "kind": "areas"})
    job = end_of(chief, answer.json["id"])
    check("another content than announced is no import",
          job["state"] == "failed" and "SHA-256" in job["error"], job)
    for path, body, field in (("uploads", {"file_name": "x", "total_bytes": 0}, "/total_bytes"),
                              ("imports", {"upload": "5", "kind": "households"}, "/upload"),
                              ("imports", {"upload": None, "kind": "households"}, "/upload")):
        equal(f"what is wrong with {field} is told once", [error["pointer"] for error in chief.post(
            f"/v1/{path}", body).json["errors"]], [field])
    equal("an upload can be thrown away", chief.delete(f"/v1/uploads/{wrong}").status, 204)


def outline(chief, boss):
    job = chief.get("/v1/jobs?state=done&limit=1").json["items"][0]
    seen = boss.get(f"/v1/jobs/{job['id']}").json
    equal("an administrator of all sees that a job is there", (seen["own"], seen["state"]),
          (False, "done"))
    equal("but not what came of it", (seen["result"], seen["file_name"]), (None, None))
    failed = boss.get("/v1/jobs?state=failed").json["items"][0]
    equal("nor the sentence of one that failed", (failed["failure"], failed["error"]),
          ("invalid input", None))
    numbers = [job["id"] for job in boss.get("/v1/jobs").json["items"]]
    page = boss.get("/v1/jobs?limit=1").json
    rest = boss.get(f"/v1/jobs?cursor={page['next']}").json
    equal("pages go on to the last", ([row["id"] for row in page["items"] + rest["items"]], rest["next"]),
          (numbers, None))
    equal("a state that is none", boss.get("/v1/jobs?state=lost").json["errors"][0]["parameter"],
          "state")


def events(server, chief, token):
    answer = chief.post("/v1/runs", MONTH)
    equal("a run is queued", (answer.status, answer.json["kind"]), (202, "screen"))
    job = answer.json["id"]
    heard = listen(server, token, job)
    states = [(number, data["state"]) for number, event, data in heard if event == "state"]
    equal("a listener hears each state", [state for _, state in states],
          ["queued", "running", "done"])
    equal("in order", [number for number, _ in states], sorted(number for number, _ in states))
    for position in range(len(states)):
        again = listen(server, token, job, states[position][0])
        equal(f"behind event {position + 1} comes the rest, once",
              [(number, data["state"]) for number, event, data in again if event == "state"],
              states[position + 1:])
    equal("a Last-Event-ID that is none", listen(server, token, job, "x"), 400)
    return job


def stops(server, chief, token, url):
    """While a large import runs: progress, a second job waits, stopping leaves nothing."""
    large = ("code,area,roof,rooms\n" + "".join(
        f"S{number:07d},X{number % 2 + 1},sound,{number % 9}\n" for number in range(HOUSEHOLDS))).encode()
    number, before = upload(chief, large), count(url, "household")
    job = chief.post("/v1/imports", {"upload": number, "kind": "households"}).json["id"]
    heard = []
    listener = threading.Thread(target=lambda: heard.extend(listen(server, token, job)))
    listener.start()
    waiting = None
    check("it runs", wait_until(lambda: state_of(url, job) != "queued"))
    answer = chief.post(f"/v1/jobs/{job}/cancel")
    check("stopping is heard while the register is locked", answer.status in (200, 409), answer)
    ended = end_of(chief, job)
    listener.join()
    if answer.status == 200 and ended["state"] == "cancelled":
        equal("a stopped import leaves nothing", count(url, "household"), before)
        equal("and says who stopped it", ended["cancelled_by"], "chief")
        equal("the listener hears the end", heard[-1][2]["state"], "cancelled")
        waiting = chief.post("/v1/imports", {"upload": number, "kind": "households"}).json["id"]
    else:
        equal("it was done before", ended["state"], "done")
    return waiting, before


with folder() as here:
    url = make_register(here, "code,area,roof,rooms\nA,X1,leaks,3\n",
                        flows="household,month,wage\n" + wages("A", 300))
    make_account(url, "chief", ("county", None))
    make_account(url, "boss", ("administrator", None))
    make_account(url, "clerk", ("county", "X2"))
    make_account(url, "guest", ("viewer", None))
    scopes = ("import", "screen")
    tokens = {name: make_token(url, name, *scopes, *(["job_manage"] if name == "boss" else []))
              for name in ("chief", "boss", "clerk")}
    with served(store=url) as one:
        boss, chief, clerk = (Client(one, tokens[name]) for name in ("boss", "chief", "clerk"))
        guest = Client(one, make_token(url, "guest", "area_list"))
        equal("who may not screen queues no run", guest.post("/v1/runs", MONTH).status, 403)
        equal("who may not import announces nothing",
              guest.post("/v1/uploads", {"file_name": "a", "total_bytes": 1}).status, 403)
        imports(chief, clerk, url, uploads(chief, clerk))
        outline(chief, boss)
        events(one, chief, tokens["chief"])
        reader = Client(one, make_token(url, "chief", "summary_read"))
        runs = reader.get("/v1/runs?limit=1").json
        equal("the months' runs are on record", [run["month"] for run in runs["items"]], ["2020-09"])
        check("with the figures of the whole register for who sees it",
              runs["items"][0]["counts"]["households"] > 0, runs)
        equal("a cursor that is none", reader.get("/v1/runs?cursor=x").status, 400)
        waiting, before = stops(one, chief, tokens["chief"], url)

        # The server dies in the middle of an import; the next one does it, once.
        if waiting:
            wait_until(lambda: state_of(url, waiting) == "running")
            one.end(signal.SIGKILL)
            equal("the killed server left nothing half", count(url, "household") in
                  (before, before + HOUSEHOLDS), True)
    with served(store=url) as first, served(store=url) as second:
        chief = Client(second, tokens["chief"])
        if waiting:
            job = end_of(chief, waiting)
            equal("the next server does it", (job["state"], job["result"]["added"]),
                  ("done", HOUSEHOLDS))
            equal("exactly once", count(url, "household"), before + HOUSEHOLDS)

        # Two servers, one register: each job is done once, and heard through either.
        changes = count(url, "run")
        jobs = [chief.post("/v1/runs", {"month": f"2020-{month}"}).json["id"]
                for month in ("10", "11", "12")]
        heard = listen(second, tokens["chief"], jobs[0])
        equal("a job is heard through the server that does not run it",
              [data["state"] for _, event, data in heard if event == "state"],
              ["queued", "running", "done"])
        for job in jobs:
            equal(f"job {job} is done at the first attempt",
                  [end_of(chief, job)[key] for key in ("state", "attempt")], ["done", 1])
        equal("each once", count(url, "run"), changes + 3)

        started = time.monotonic()
        equal("a server ends as it should", second.end(), 0)
        check("at once", time.monotonic() - started < 8, time.monotonic() - started)
finish()
