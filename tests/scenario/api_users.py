#!/usr/bin/env python3
"""Users, roles, passwords and tokens through the API."""
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import dump  # noqa: E402
from registers import make_register  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder  # noqa: E402
from server import PASSWORD, Client, make_account, served  # noqa: E402

NEW_PASSWORD = "over the weir the water"


def accounts(admin, server):
    answer = admin.post("/v1/users", {"name": "hana", "password": PASSWORD})
    equal("an account is made", (answer.status, answer.json["name"], answer.json["roles"],
                                 answer.headers["Location"]), (201, "hana", [], "/v1/users/hana"))
    equal("a name is taken once", admin.post("/v1/users", {"name": "hana", "password": PASSWORD})
          .status, 409)
    answer = admin.post("/v1/users", {"name": "Hana 2", "password": "short"})
    equal("a weak password is refused", (answer.status, "password" in answer.json["detail"] or
                                         "small letters" in answer.json["detail"]), (422, True))
    answer = admin.post("/v1/users/hana/roles", {"role": "count", "area": "X1"})
    check("a role that is none gets the list of roles", answer.status == 422 and
          "county" in answer.json["errors"][0]["detail"], answer)
    equal("an area that is none", admin.post("/v1/users/hana/roles", {"role": "county", "area": "Q"})
          .status, 404)
    answer = admin.post("/v1/users/hana/roles", {"role": "county", "area": ""})
    equal("an empty area is not the whole register", (answer.status, answer.json["errors"][0]["pointer"]),
          (422, "/area"))
    equal("an account's name can stand in an address",
          admin.post("/v1/users", {"name": "ha/na", "password": PASSWORD}).status, 422)
    answer = admin.post("/v1/users/hana/roles", {"role": "county", "area": "X1"})
    equal("a role in an area", (answer.status, answer.json["roles"]),
          (201, [{"role": "county", "area": "X1"}]))
    hana = Client(server)
    equal("the account logs in", hana.log_in("hana", PASSWORD).status, 201)
    equal("and may do what its role may", hana.get("/v1/areas").status, 200)
    equal("but not make accounts", hana.get("/v1/users").status, 403)
    answer = admin.delete("/v1/users/hana/roles/county?area=X1")
    equal("the role is taken back", (answer.status, answer.json["roles"]), (200, []))
    equal("which holds at once", hana.get("/v1/areas").status, 403)
    equal("nor is an empty one when taking back",
          admin.delete("/v1/users/chief/roles/administrator?area=").status, 400)
    equal("nobody takes administration from themselves",
          admin.delete("/v1/users/chief/roles/administrator").status, 409)
    equal("or switches themselves off", admin.patch("/v1/users/chief", {"active": False}).status, 409)
    equal("one thing wrong is told once", len(admin.patch("/v1/users/hana", {"active": "no"}).json["errors"]), 1)
    names = [row["name"] for row in admin.get("/v1/users").json["items"]]
    equal("accounts are listed by name", names, ["chief", "hana"])
    page = admin.get("/v1/users?limit=1").json
    rest = admin.get(f"/v1/users?limit=1&cursor={page['next']}").json
    equal("in pages", [row["name"] for row in page["items"] + rest["items"]], names)
    equal("of which one is the last", rest["next"], None)
    equal("a limit has its bounds", admin.get("/v1/users?limit=1000").status, 400)
    equal("nobody of that name", admin.get("/v1/users/nobody").status, 404)


def passwords(admin, server):
    hana = Client(server)
    hana.log_in("hana", PASSWORD)
    answer = hana.put("/v1/sessions/current/password",
                      {"old_password": "wrong wrong wrong", "password": NEW_PASSWORD})
    equal("the present password must be known", answer.status, 403)
    equal("the new one must be strong", hana.put(
        "/v1/sessions/current/password", {"old_password": PASSWORD, "password": "x"}).status, 422)
    equal("it is changed", hana.put("/v1/sessions/current/password", {
        "old_password": PASSWORD, "password": NEW_PASSWORD}).status, 204)
    equal("sessions of the old one are over", hana.get("/v1/sessions/current").status, 401)
    equal("the old one is void", Client(server).log_in("hana", PASSWORD).status, 401)
    equal("an administrator sets one", admin.put("/v1/users/hana/password",
                                                 {"password": PASSWORD}).status, 204)
    hana = Client(server)
    equal("and it opens", hana.log_in("hana", PASSWORD).status, 201)
    answer = admin.patch("/v1/users/hana", {"active": False})
    equal("an account is switched off", (answer.status, answer.json["active"]), (200, False))
    equal("which ends its sessions", hana.get("/v1/sessions/current").status, 401)
    equal("and it cannot log in", Client(server).log_in("hana", PASSWORD).status, 401)
    admin.patch("/v1/users/hana", {"active": True})
    answer = admin.patch("/v1/users/hana", {})
    equal("what is to be switched must be told", answer.json["errors"][0]["pointer"], "/active")


def keys(admin, server, store):
    order = {"account": "chief", "label": "loader", "scopes": ["area_list"], "days": 1}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    answer = admin.post("/v1/tokens", order, headers=key)
    equal("a token is made", answer.status, 201)
    program = Client(server, answer.json["token"])
    equal("it works", program.get("/v1/sessions/current").json["permissions"], ["area_list"])
    again = admin.post("/v1/tokens", order, headers=key)
    check("the same request again tells no secret twice",
          again.status == 409 and "told once" in again.json["detail"], again)
    rows = admin.get("/v1/tokens").json["items"]
    equal("and made no second token", [(row["label"], row["scopes"], row["state"]) for row in rows],
          [("loader", ["area_list"], "valid")])
    answer = admin.post("/v1/tokens", {**order, "scopes": ["area_lst"]})
    contains("a scope that is none gets a suggestion or the list", answer.json["errors"][0]["detail"],
             "area_list")
    equal("a token is revoked", admin.delete(f"/v1/tokens/{rows[0]['id']}").status, 204)
    equal("at once", program.get("/v1/areas").status, 401)
    equal("a number that is none", admin.delete("/v1/tokens/abc").status, 404)
    text = dump(store)
    check("no token and no password stands in the register",
          program.token not in text and PASSWORD not in text)


def once(admin):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = admin.post("/v1/users", {"name": "ivo", "password": PASSWORD}, headers=key)
    second = admin.post("/v1/users", {"name": "ivo", "password": PASSWORD}, headers=key)
    equal("a request with the same key is answered as before",
          (second.status, second.json, second.headers["Idempotency-Replayed"],
           second.headers["Location"]), (first.status, first.json, "true", "/v1/users/ivo"))
    third = admin.post("/v1/users", {"name": "jan", "password": PASSWORD}, headers=key)
    check("the key is for one request only", third.status == 422 and "new one" in third.json["detail"],
          third)


with folder() as here:
    url = make_register(here, "code,area,roof,rooms\nA,X1,leaks,3\n")
    make_account(url, "chief", ("administrator", None))
    with served(store=url) as one:
        chief = Client(one)
        chief.log_in("chief", PASSWORD)
        accounts(chief, one)
        passwords(chief, one)
        keys(chief, one, url)
        once(chief)
        equal("the roles are told", len(chief.get("/v1/roles").json["items"]), 9)
        one.end()
    result = berm("journal", "list", "--store", url)
    contains("the journal says who did it", result.text, "chief")
finish()
