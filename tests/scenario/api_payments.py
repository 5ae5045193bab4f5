#!/usr/bin/env python3
"""Payments through the API: made, signed by two, sent, downloaded, answered; who may do what."""
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from paying import ALLOWANCE, PAYER_ACCOUNT, Paying, account_of, message_of, pain002, payments_of  # noqa: E402
from postgres import ask  # noqa: E402
from scenario import check, contains, equal, finish, folder  # noqa: E402
from server import Client, served  # noqa: E402

PASSWORD = "correct horse battery"
COUNT = 1201  # more than two pages of the file
OFFICERS = (("maker", "township", "K"), ("first", "county", "K"), ("second", "county", "K"),
            ("elsewhere", "county", "K2"), ("keeper", "administrator", "K"), ("watcher", "supervisor", "K"))
ANSWER = "application/octet-stream"

with folder() as here:
    register = Paying(here, "".join(f"H{i},K1\n" for i in range(COUNT)) + "HX,K1\n",
                      "".join(f"P{i},H{i},N{i},head,{account_of(i)}\n" for i in range(COUNT)) + "PX,HX,Nobody,head,\n",
                      OFFICERS)
    register.entitle(ALLOWANCE, [(f"H{i}", None, 100 + i) for i in range(COUNT)] + [("HX", None, 700)])
    with served("--key", register.key, store=register.url) as server:
        people = {}
        for name, _, _ in OFFICERS:
            people[name] = Client(server)
            people[name].log_in(name, PASSWORD)
        order = {"code": "SEP", "programme": ALLOWANCE, "area": "K", "month": "2020-09", "execution_on": "2020-10-08"}
        office = {"area": "K", "name": "Civil affairs office", "account": PAYER_ACCOUNT, "bic": "ABCDCNBJ"}

        equal("only an administrator names who pays", [people[name].post("/v1/payers", office).status
                                                       for name in ("first", "watcher", "keeper")], [403, 403, 204])
        listed = people["watcher"].get("/v1/payers").json["items"]
        equal("the account is masked", [row["account"] for row in listed], ["****6677"])
        answer = people["maker"].post("/v1/payments", {**order, "month": "2020-13"})
        equal("what is wrong is told with its place", (answer.status, answer.json["errors"][0]["pointer"]),
              (422, "/month"))
        equal("who sees only does not pay", people["watcher"].post("/v1/payments", order).status, 403)
        answer = people["maker"].post("/v1/payments", order)
        equal("a batch is made", (answer.status, answer.json["batch"]["payments"], answer.json["left_out_count"],
                                  answer.json["left_out"][0]["reason"]), (201, COUNT, 1, "no_account"))
        again = people["maker"].post("/v1/payments", order)
        equal("once", (again.json["repeated"], again.json["batch"]["number"]), (True, answer.json["batch"]["number"]))
        path = "/v1/payments/SEP"
        equal("the neighbours have no such batch", people["elsewhere"].get(path).status, 404)
        equal("who made it has no right to sign", people["maker"].post(f"{path}/sign").status, 403)
        equal("nothing is sent unsigned", people["first"].post(f"{path}/send").status, 409)
        equal("two sign", [people[name].post(f"{path}/sign").status for name in ("first", "first", "second")],
              [200, 409, 200])
        equal("there is no file yet", people["first"].get(f"{path}/file").status, 409)

        statuses = []
        senders = [threading.Thread(target=lambda name=name: statuses.append(people[name].post(f"{path}/send").status))
                   for name in ("first", "second")]
        for thread in senders:
            thread.start()
        for thread in senders:
            thread.join()
        equal("two may send it", statuses, [200, 200])
        equal("and it is sent once", ask(register.url, "SELECT count(*) FROM journal WHERE action = 'send_payments'"),
              [(1,)])
        equal("who may not send has no file", [people[name].get(f"{path}/file").status
                                               for name in ("maker", "watcher", "elsewhere")], [403, 403, 404])
        files = [people[name].get(f"{path}/file") for name in ("first", "second")]
        check("the file has the same bytes each time", files[0].text == files[1].text and files[0].status == 200)
        (here / "api.xml").write_text(files[0].text, encoding="utf-8")
        register.must("payment", "send", "SEP", "--output", here / "cli.xml", user="first")
        check("and those that the command writes", (here / "cli.xml").read_text(encoding="utf-8") == files[0].text)
        ids = [line[0] for line in payments_of(here / "api.xml")[0]]
        equal("with every payment", len(set(ids)), COUNT)
        contains("as CSV, too", people["first"].get(f"{path}/file?format=csv").text, ids[-1])
        equal("looks are in the journal", ask(register.url, "SELECT count(*) FROM journal WHERE action = 'look' AND"
                                                            " subject = 'payments SEP'"), [(4,)])

        told = pain002(message_of(here / "api.xml"), [(ids[0], "ACSC", "", "1.00"), (ids[1], "RJCT", "AC04", ""),
                                                       ("H1P999999", "ACSC", "", "")])
        first = people["first"].post(f"{path}/answer", told, content_type=ANSWER)
        equal("the answer is taken", (first.status, first.json["paid"], first.json["returned"],
                                      first.json["refusals"][0]["field"]), (200, 1, 1, "end_to_end_id"))
        second = people["second"].post(f"{path}/answer", told, content_type=ANSWER)
        equal("once", (second.json["paid"], second.json["unchanged"]), (0, 2))
        answer = people["first"].post(f"{path}/answer", "<x>", content_type=ANSWER)
        equal("what is none is refused", answer.status, 400)
        pages, lines = f"{path}/lines?limit=200", []
        while pages:
            page = people["watcher"].get(pages).json
            lines += page["items"]
            pages = page["next"] and f"{path}/lines?limit=200&cursor={page['next']}"
        equal("all lines are listed once", [line["line"] for line in lines], list(range(1, COUNT + 1)))
        equal("with their ends", [(line["state"], line["reason_code"]) for line in lines[:3]],
              [("paid", None), ("returned", "AC04"), ("sent", None)])
        row = people["watcher"].get("/v1/payments?state=sent").json["items"][0]
        equal("the batch tells how far it is", (row["paid"], row["returned"], row["open"], row["paid_total"]),
              (1, 1, COUNT - 2, "1.00"))
        equal("what is sent is not cancelled", people["maker"].post(f"{path}/cancel", {"reason": "no"}).status, 409)
        equal("an office is taken away", people["keeper"].delete("/v1/payers/K").status, 204)
        equal("and nothing is paid then", people["maker"].post("/v1/payments", {**order, "code": "NEW"}).status, 404)
finish()
