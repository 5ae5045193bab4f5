#!/usr/bin/env python3
"""Lists of the API: searches, filters, pages and their cursors, id numbers, areas; nothing of a neighbour's."""
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import PACK, make_pack, make_register, wages  # noqa: E402
from scenario import berm, contains, equal, finish, folder, write  # noqa: E402
from server import PASSWORD, Client, make_account, served  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms,debt\nA,X1,leaks,3,yes\nB,X1,sound,2,\nC,X1,none,2,no\nZ,X2,none,1,yes\n"
PERSONS = """code,household,name,id_type,id_number
A-1,A,王小明,resident_id,11010519491231002X
A-2,A,Anna Hill,passport,E12345678
B-1,B,单小红,other,B-77-01
C-1,C,欧阳明,,
Z-1,Z,王小虎,resident_id,440524188001010014
Z-2,Z,王中王,passport,Z7654321
"""
FLOWS = "household,month,wage\n" + wages("A", 900) + wages("B", 900) + wages("C", 100) + wages("Z", 100)
# debt: a variable of a class that a viewer does not see
DICTIONARY = "\n".join(line + ("class" if line.startswith("name,") else "personal" if line.startswith("debt,") else "")
                       for line in (row + "," for row in PACK["dictionary.csv"].splitlines() +
                                    ["debt,household,boolean,,,,,,,Debt,欠债,,,made up"])) + "\n"


def pages(client, path, **query):
    """The codes of all pages, and how many pages there were."""
    found, count = [], 0
    while True:
        text = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
        answer = client.get(f"{path}?{text}")
        if answer.status != 200:
            return answer.status, answer.json
        count += 1
        found += answer.json["items"]
        query["cursor"] = answer.json["next"]
        if query["cursor"] is None:
            return found, count


def codes(client, path="/v1/households", key="code", **query):
    found, _ = pages(client, path, **query)
    return [row[key] for row in found] if isinstance(found, list) else found


def searches(county):
    for typed in ("王小明", "小明", "wangxiaoming", "wang xiao ming", "WXM", "wangx"):
        equal(f"{typed} finds", codes(county, search=typed, key="person"), ["A-1"])
        equal(f"so it does among persons: {typed}", codes(county, "/v1/persons", search=typed), ["A-1"])
    equal("a surname is read as one", codes(county, "/v1/persons", search="shanx"), ["B-1"])
    equal("words", codes(county, "/v1/persons", search="hill a"), ["A-2"])
    equal("the beginning of a code", codes(county, search="B-"), [])
    equal("a person's code", codes(county, "/v1/persons", search="B-1"), ["B-1"])
    found = county.get("/v1/persons?search=C-1").json["items"][0]
    equal("a row tells where", (found["household"], found["area"], found["area_name"], found["name"]),
          ("C", "X1", "First valley", "欧阳明"))
    equal("whom to search for is wanted", county.get("/v1/persons").status, 400)
    for theirs in ("王小虎", "王中", "wxh", "Z-1", "Z-2", "z"):
        equal(f"nobody of the neighbours: {theirs}", (codes(county, search=theirs),
                                                     codes(county, "/v1/persons", search=theirs)), ([], []))


def filters(county, viewer):
    equal("all", codes(county), ["A", "B", "C"])
    equal("a filter", codes(county, filter="rooms<=2"), ["B", "C"])
    equal("two filters", codes(county, filter=["rooms<=2", "roof in none,leaks"]), ["C"])
    equal("a finding", codes(county, finding="house_unsafe"), ["A", "C"])
    equal("a risk", codes(county, risk="high,medium"), ["A", "C"])
    equal("worst first", codes(county, sort="risk"), ["C", "A", "B"])
    equal("worst first by ones", codes(county, sort="risk", limit=1), ["C", "A", "B"])
    equal("an area", (codes(county, area="X1"), codes(county, area="X2")), (["A", "B", "C"], 404))
    for name, query in (("no filter", "filter=rooms"), ("no variable", "filter=room%3D2"), ("no finding", "finding=x"),
                        ("no level", "risk=worst"), ("no order", "sort=name"), ("no page", "limit=0"),
                        ("no cursor", "cursor=1"), ("too many", "&".join(["filter=rooms%3D1"] * 9))):
        equal(f"{name} is refused", county.get("/v1/households?" + query).status, 400)
    equal("a hidden variable filters for who sees it", codes(county, filter="debt=true"), ["A"])
    for condition in ("debt=true", "debt is unknown", "debt=false"):
        equal(f"and for nobody else: {condition}", codes(viewer, filter=condition), 403)
    equal("a name is nothing to search by, for them", (codes(viewer, search="王小"), codes(viewer, "/v1/persons",
                                                                                       search="王小")), (403, 403))
    equal("a code is, and the name stays hidden", codes(viewer, "/v1/persons", search="A-1", key="name"), ["(hidden)"])


def cursors(county):
    found, count = pages(county, "/v1/households", limit=1)
    equal("pages of one", ([row["code"] for row in found], count), (["A", "B", "C"], 3))
    cursor = county.get("/v1/households?limit=1").json["next"]
    for other in ("filter=rooms%3D2&", "search=a&", "sort=risk&", "area=X1&"):
        answer = county.get(f"/v1/households?{other}cursor={cursor}")
        equal(f"a cursor is that of its list: {other}", answer.status, 400)
        contains("and the answer says so", answer.json["detail"], "another list")
    equal("not that of persons or findings", (county.get(f"/v1/persons?search=a&cursor={cursor}").status,
                                              county.get(f"/v1/findings?cursor={cursor}").status), (400, 400))


def numbers(county, viewer, mixed):
    def owner(client, id_type, number):
        answer = client.post("/v1/persons/lookup", {"id_type": id_type, "id_number": number})
        return [row["code"] for row in answer.json["items"]] if answer.status == 200 else answer.status

    for id_type, number, code in (("resident_id", "11010519491231002x", "A-1"), ("passport", "e-123 456 78", "A-2"),
                                  ("other", "b7701", "B-1")):
        equal(f"whose {id_type}", owner(county, id_type, number), [code])
        equal(f"not for who sees no sensitive fields: {id_type}", owner(viewer, id_type, number), 403)
    equal("of another type it is nobody's", owner(county, "other", "E12345678"), [])
    equal("a neighbour's is nobody's", (owner(county, "resident_id", "440524188001010014"),
                                        owner(county, "passport", "Z7654321"), owner(county, "passport", "Q7654321")),
          ([], [], []))
    equal("who sees sensitive fields elsewhere only finds nobody", (owner(mixed, "passport", "Z7654321"),
                                                                   owner(mixed, "passport", "E12345678")), ([], ["A-2"]))
    equal("a slip is told", (owner(county, "resident_id", "110105194912310021"), owner(county, "visa", "E1")), (422, 422))
    answer = county.get("/v1/households?search=11010519491231002X")
    equal("an address is no place for a number", answer.status, 400)
    equal("whoever's it is", county.get("/v1/households?search=440524188001010014").json["detail"],
          answer.json["detail"])
    result = berm("households", "--search", "440524188001010014", "--as", "mixed", "--store", store, "--format", "json",
                  env=sealed)
    equal("the command keeps to it too", (result.code, result.out.strip()), (0, "[]"))


def findings(county, everywhere):
    def rows(client, **query):
        found, _ = pages(client, "/v1/findings", **query)
        return [(row["household"], row["code"]) for row in found] if isinstance(found, list) else found

    ours = [("C", "income_low"), ("A", "house_unsafe"), ("C", "house_unsafe")]
    theirs = [("Z", "income_low"), ("Z", "house_unsafe")]
    equal("the worst first", rows(county), ours)
    for limit in (1, 2):
        equal(f"in pages of {limit}", rows(county, limit=limit), ours)
        equal(f"everywhere in pages of {limit}", rows(everywhere, limit=limit),
              [ours[0], theirs[0], ours[1], ours[2], theirs[1]])
    equal("one finding, one area", rows(everywhere, code="house_unsafe", area="X2"), [theirs[1]])
    equal("a month before it", rows(county, month="2019-01"), [])
    equal("what is wrong is refused", (rows(county, code="house"), rows(county, area="X2"), rows(county, month="2020-13"),
                                       rows(county, cursor="x")), (404, 404, 400, 400))
    one = county.get("/v1/findings?limit=1").json
    equal("a row", (one["month"], one["screened"], one["items"][0]["severity"], one["items"][0]["label_zh"]),
          ("2020-09", True, "high", "收入低于标准"))
    equal("a cursor is that of its list", county.get(f"/v1/findings?area=X1&cursor={one['next']}").status, 400)
    for client, households in ((county, {"income_low": 1, "house_unsafe": 2}),
                               (everywhere, {"income_low": 2, "house_unsafe": 3})):
        equal("counts", {row["code"]: row["households"] for row in client.get("/v1/findings/counts").json["items"]
                          if not row["undetermined"]},
              households)


def areas(county, everywhere):
    equal("areas", (codes(county, "/v1/areas"), codes(everywhere, "/v1/areas")), (["X1"], ["X", "X1", "X2"]))
    equal("page by page", pages(everywhere, "/v1/areas", limit=1)[1], 3)
    equal("children", codes(everywhere, "/v1/areas", parent="X", limit=1), ["X1", "X2"])
    theirs, nobodys = (county.get(f"/v1/areas?cursor={code}") for code in ("X2", "Q7"))
    equal("a neighbour's area is as none", (theirs.status, theirs.json["detail"].replace("X2", "Q7")),
          (nobodys.status, nobodys.json["detail"]))


with folder() as here:
    key = here / "berm.key"
    berm("key", "create", key)
    sealed = {"BERM_KEY_FILE": key}
    store = make_register(here, HOUSEHOLDS, "", FLOWS, make_pack(here / "pack", **{"dictionary.csv": DICTIONARY}))
    result = berm("import", "persons", write(here / "persons.csv", PERSONS), "--store", store, env=sealed)
    assert result.code == 0, result.text
    assert berm("screen", "--store", store, "--month", "2020-09").code == 0
    make_account(store, "county", ("county", "X1"))
    make_account(store, "viewer", ("viewer", "X1"))
    make_account(store, "everywhere", ("county", None))
    make_account(store, "mixed", ("viewer", None), ("county", "X1"))
    with served(store=store, env=sealed) as server:
        clients = {}
        for name in ("county", "viewer", "everywhere", "mixed"):
            clients[name] = Client(server)
            assert clients[name].log_in(name, PASSWORD).status == 201
        searches(clients["county"])
        filters(clients["county"], clients["viewer"])
        cursors(clients["county"])
        numbers(clients["county"], clients["viewer"], clients["mixed"])
        equal("mixed: names where they may see them", codes(clients["mixed"], "/v1/persons", search="wang"), ["A-1"])
        equal("mixed: what is hidden somewhere is no filter", codes(clients["mixed"], filter="debt=true"), 403)
        equal("mixed: but it is in their area", codes(clients["mixed"], filter="debt=true", area="X1"), ["A"])
        findings(clients["county"], clients["everywhere"])
        areas(clients["county"], clients["everywhere"])
finish()
