#!/usr/bin/env python3
"""Several servers and commands on one register: what one writes, publishes, takes away or queues holds for the
others at once; what a killed one was doing, sealing among it, the next one does; and all of it verifies."""
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, is_postgres  # noqa: E402
from registers import PACK, make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, program, wait_until, write  # noqa: E402
from server import PASSWORD, Client, make_account, make_token, served  # noqa: E402

HOUSEHOLDS = 8000
CASE = """month: 2020-09
cases:
  - name: below the line
    household: {roof: sound}
    members: [{relation: head, birth_date: 1970-01-01}]
    flows: {wage: {2019-10..2020-09: 300}}
    expect: {findings: [{code: income_low, threshold: 5000}]}
"""


def one(url, sql):
    return ask(url, sql)[0][0]


def signed_in(server, name):
    client = Client(server)
    assert client.log_in(name, PASSWORD).status == 201
    return client


class Listener(threading.Thread):
    """The events of a job, with the moment in which each was heard."""

    def __init__(self, server, token, job):
        super().__init__()
        self.port, self.token, self.job, self.heard = server.port, token, job, []
        self.start()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", f"/v1/jobs/{self.job}/events", headers={"Authorization": f"Bearer {self.token}"})
        response = connection.getresponse()
        event = None
        for line in response:
            found = re.match(rb"(event|data): (.*)", line)
            if found and found[1] == b"event":
                event = found[2].decode()
            elif found:
                self.heard.append((time.monotonic(), event, json.loads(found[2])))
        connection.close()

    def states(self):
        return [data["state"] for _, event, data in self.heard if event == "state"]

    def progress(self):
        return [data for _, event, data in self.heard if event == "progress"]


def queue_import(client, prefix, rows=HOUSEHOLDS):
    data = ("code,area,roof,rooms\n" + "".join(f"{prefix}{n:06d},X1,sound,{n % 9}\n" for n in range(rows))).encode()
    upload = client.post("/v1/uploads", {"file_name": "list.csv", "total_bytes": len(data)})
    client.patch(upload.headers["Location"], data, headers={"Upload-Offset": "0"},
                 content_type="application/octet-stream")
    return client.post("/v1/imports", {"upload": upload.json["id"], "kind": "households"}).json["id"]


def facts(a, b, url, here):
    """Three writers: two servers and a command."""
    clerks = [signed_in(server, "clerk") for server in (a, b)]
    command = subprocess.Popen([program(), "import", "--store", url, "households", write(
        here / "more.csv", "code,area,roof,rooms\n" + "".join(f"I{n},X2,sound,1\n" for n in range(300)))],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    codes, refused = [[], []], []

    def write_on(which):
        for _ in range(25):
            answer = clerks[which].post("/v1/households", {"area": "X1", "values": {"rooms": which + 1}})
            if answer.status == 201:
                codes[which].append(answer.json["code"])
            else:
                refused.append(answer)
    threads = [threading.Thread(target=write_on, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    words = command.communicate()[1].decode()
    equal("two servers and a command write side by side", (command.returncode, refused), (0, []))
    contains("each its own", words, "300 added")
    for which in (0, 1):
        seen = [clerks[1 - which].get(f"/v1/households/{code}").status for code in codes[which]]
        equal(f"what server {which + 1} wrote the other one reads", seen, [200] * 25)
    code = codes[0][0]
    tag = clerks[1].get(f"/v1/households/{code}").headers["ETag"]
    equal("one changes a household", clerks[0].patch(
        f"/v1/households/{code}", {"values": {"rooms": 7}}, headers={"If-Match": tag}).status, 200)
    equal("the other reads it so", clerks[1].get(f"/v1/households/{code}").json["values"]["rooms"], 7)
    equal("and may not overwrite what it has not seen", clerks[1].patch(
        f"/v1/households/{code}", {"values": {"rooms": 8}}, headers={"If-Match": tag}).status, 412)


def policy(a, b, here):
    author, approver = signed_in(a, "ann"), signed_in(a, "ben")
    pack = make_pack(here / "pack-2", **{"pack.yaml": PACK["pack.yaml"].replace('version: "1"', 'version: "2"'),
                                        "parameters.csv": PACK["parameters.csv"].replace("4000", "5000")})
    write(pack / "cases" / "a.yaml", CASE)
    files = {str(path.relative_to(pack)): path.read_text() for path in pack.rglob("*") if path.is_file()}
    equal("rules are drafted at one server", author.post("/v1/policies", {"files": files}).status, 201)
    author.post("/v1/policies/2/check")
    equal("and published there", approver.post("/v1/policies/2/publish", {"from_month": "2020-10"}).status, 200)
    equal("they are in force at the other", signed_in(b, "ann").get("/v1/policies/2").json["state"], "published")
    run = signed_in(b, "chief")
    job = run.post("/v1/runs", {"month": "2020-10"}).json["id"]
    wait_until(lambda: run.get(f"/v1/jobs/{job}").json["state"] in ("done", "failed"))
    equal("and decide", run.get("/v1/runs?limit=1").json["items"][0]["pack_version"], "2")


def access(a, b, url):
    guest = signed_in(b, "guest")
    equal("a guest reads at one server", guest.get("/v1/households").status, 200)
    equal("the role is taken away beside it", berm("user", "revoke", "guest", "viewer", "--everywhere",
                                                   "--store", url).code, 0)
    equal("and is void there at once", guest.get("/v1/households").status, 403)
    equal("an account is switched off", berm("user", "disable", "guest", "--store", url).code, 0)
    equal("and signed out of both", [guest.get("/v1/households").status, Client(a).log_in("guest", PASSWORD).status],
          [401, 401])


def jobs(a, b, url, token):
    """The first server holds the lanes, and everything is asked at the second."""
    chief = Client(b, token)
    job = queue_import(chief, "J")
    listener = Listener(b, token, job)
    wait_until(lambda: chief.get(f"/v1/jobs/{job}").json["state"] == "done")
    listener.join(20)
    equal("a job runs once, wherever it was queued", (listener.states(), chief.get(f"/v1/jobs/{job}").json["attempt"],
                                                      one(url, "SELECT count(*) FROM household WHERE code LIKE 'J%'")),
          (["queued", "running", "done"], 1, HOUSEHOLDS))
    delays = [heard - listener.heard[0][0] for heard, _, _ in listener.heard]
    check("it is begun without waiting for the next look", delays[1] < (0.9 if is_postgres() else 3), delays)

    job = queue_import(chief, "C", 3 * HOUSEHOLDS)
    listener = Listener(b, token, job)
    wait_until(lambda: one(url, f"SELECT state FROM job WHERE job_id = {job}") == "running")
    if is_postgres():
        check("how far it is, is heard at the other server", wait_until(
            lambda: listener.progress() or "done" in listener.states()), listener.heard)
    answer = chief.post(f"/v1/jobs/{job}/cancel")
    if is_postgres():
        check("stopping it is heard while it writes", answer.status in (200, 409), answer)
    listener.join(30)
    state = chief.get(f"/v1/jobs/{job}").json["state"]
    kept = one(url, "SELECT count(*) FROM household WHERE code LIKE 'C%'")
    check("it is stopped without a trace, or was done before",
          (state, kept) in (("cancelled", 0), ("done", 3 * HOUSEHOLDS)), (state, kept))


def takeover(a, b, url, token):
    """The server that runs a job and seals is killed."""
    chief = Client(b, token)
    job = queue_import(chief, "K", 2 * HOUSEHOLDS)
    wait_until(lambda: one(url, f"SELECT state FROM job WHERE job_id = {job}") == "running")
    a.end(signal.SIGKILL)
    killed = time.monotonic()
    wait_until(lambda: chief.get(f"/v1/jobs/{job}").json["state"] == "done")
    seen = chief.get(f"/v1/jobs/{job}").json
    equal("the other server does the job", (seen["state"], one(url, "SELECT count(*) FROM household "
                                                               "WHERE code LIKE 'K%'")), ("done", 2 * HOUSEHOLDS))
    if seen["attempt"] > 1:
        begun = one(url, f"SELECT max(at_s) FROM job_event WHERE job_id = {job} AND state = 'running'")
        check("within seconds", begun - time.time() + time.monotonic() - killed < 5, begun)
    clerk = signed_in(b, "clerk")
    equal("it goes on writing", clerk.post("/v1/households", {"area": "X1"}).status, 201)
    check("and sealing", wait_until(lambda: one(url, "SELECT count(*) FROM journal_unsealed") == 0, 5))


def keys(here, url, key):
    """A second server with a key of its own must not fork the chain."""
    other = here / "other.key"
    berm("key", "create", other)
    refused = subprocess.run([program(), "serve", "--store", url, "--listen", "127.0.0.1:0"], timeout=20,
                             env={**os.environ, "BERM_KEY_FILE": str(other)}, capture_output=True, check=False)
    check("a server with another key is told so", refused.returncode == 1 and
          b"sealed with the key" in refused.stderr, refused)
    result = berm("journal", "verify", "--store", url, "--key", key)
    check("the journal is whole, sealed in one chain", result.code == 0 and ", 0 not sealed yet; no fault" in result.err,
          result.text)
    equal("each entry once", ask(url, "SELECT count(*) FROM journal"),
          ask(url, "SELECT count(DISTINCT journal_id) FROM journal_seal"))
    equal("without a gap", ask(url, "SELECT max(sequence) FROM journal_seal"),
          ask(url, "SELECT count(*) FROM journal_seal"))


with folder() as here:
    key = here / "berm.key"
    berm("key", "create", key)
    environment = {"BERM_KEY_FILE": str(key)}
    url = make_register(here, "code,area,roof,rooms\nA,X1,leaks,3\n",
                        flows="household,month,wage\n" + wages("A", 300))
    for name, role, area in (("clerk", "county", "X1"), ("chief", "county", None), ("guest", "viewer", None),
                             ("ann", "policy_author", None), ("ben", "policy_approver", None)):
        make_account(url, name, (role, area))
    token = make_token(url, "chief", "import", "screen", "summary_read")
    with served(store=url, env=environment) as first, served(store=url, env=environment) as second:
        facts(first, second, url, here)
        policy(first, second, here)
        access(first, second, url)
        jobs(first, second, url, token)
        takeover(first, second, url, token)
    keys(here, url, key)
finish()
