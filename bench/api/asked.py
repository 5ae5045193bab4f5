"""What is asked: a plan of requests, the same for each store and in each run."""
import json
import random
import urllib.parse

SAMPLES = 4000

# kind, weight in the mix, wanted p99 in ms of SQLite, wanted share of the peer's processor time
KINDS = [
    ("household", 80, 5, 0.5),
    ("page", 8, 10, 0.25),
    ("search", 7, 20, None),
    ("write", 5, 20, None),
]


def write_plan(register, plan):
    """Each write sets an amount that comes only once, so that it can be found again in the history."""
    dice = random.Random(1)
    codes = [code for (code,) in register.rows("SELECT code FROM household ORDER BY household_id")]
    areas = register.rows("SELECT code FROM area WHERE level >= 3 ORDER BY code LIMIT 500")
    names = register.rows("SELECT DISTINCT substr(name, 1, 2) AS name FROM person WHERE length(name) >= 2"
                          " ORDER BY name LIMIT 500")
    body = json.dumps({"values": {"unsold_produce_value": "{n}"}})
    with open(plan, "w", encoding="utf-8") as file:
        def add(kind, method, path, shortest, words, body=""):
            weight = next(row[1] for row in KINDS if row[0] == kind)
            file.write("\t".join(map(str, (kind, weight, method, path, 200, shortest, words, body))) + "\n")

        for code in (dice.choice(codes) for _ in range(SAMPLES)):
            add("household", "GET", f"/v1/households/{code}", 1000, f'"code":"{code}"')
        for (code,) in areas:
            add("page", "GET", f"/v1/households?limit=50&area={code}", 1000, '"items":[')
        for (name,) in names:
            add("search", "GET", f"/v1/households?search={urllib.parse.quote(name)}", 10, '"items":[')
        for code in (dice.choice(codes) for _ in range(SAMPLES)):
            add("write", "PATCH", f"/v1/households/{code}", 2, "", body)
