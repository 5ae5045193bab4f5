"""What two_stores.py tells both registers: a pack, accounts, and steps drawn by dice.

A step is made once and run on both sides: whatever is drawn is drawn before it runs.
"""
import csv
import io
import json
import time

PACK = {
    "dictionary.csv": """name,entity,type,class,unit,constraint,required,empty,combine,group,label_en,label_zh,hint_en,hint_zh,source
roof,household,select_one roof,,,,,,,,Roof,屋顶,,,made up
rooms,household,integer,,,[0..50],,,,,Rooms,房间,,,made up
plot,household,decimal,,ha,,,,,,Plot,地块,,,made up
debt,household,money,sensitive,XTS,,,,,,Debt,债务,,,made up
note,household,text,,,,,,,,Note,备注,,,made up
built,household,date,,,,,,,,Built,建成,,,made up
at_school,person,boolean,,,,,,,,At school,在校,,,made up
grade,person,integer,,,,,,,,Grade,年级,,,made up
wage,flow,money,personal,XTS,>= 0,,,,,Wage,工资,,,made up
cost,flow,money,personal,XTS,,,,,,Cost,支出,,,made up
""",
    "warnings.csv": """code,sets,flow_source,label_en,source
roof,roof = value,,State of the roof,made up
school,at_school = false,,Child not at school,made up
paid,wage = amount,employer,Wage paid,made up
rumour,,,Something was heard,made up
""",
}
AREAS = "code,name,parent\nX,Country,\nX1,First valley,X\nx2,second valley,X\nÉ3,Élan,X\nX1-a,Hamlet,X1\nX1-B,Mill,X1\n"
AREA_CODES = ("X", "X1", "x2", "É3", "X1-a", "X1-B")
SCOPES = ("area_list", "household_read", "household_write", "household_explain", "finding_list", "fields_internal",
          "fields_personal", "fields_sensitive", "export", "summary_read", "policy_read", "warning_read",
          "warning_send", "journal_read", "account_manage", "job_manage")
GRANTS = {
    "boss": [("administrator", None), ("county", None), ("policy_approver", None)],
    "clerk": [("county", "X1")],
    "guest": [("viewer", "É3")],
}
OFFICE = tuple(scope for scope in SCOPES if scope not in ("account_manage", "job_manage"))
ACCOUNTS = {"boss": OFFICE + ("account_manage",), "clerk": OFFICE, "guest": OFFICE}

NAMES = ("Anna Hill", "anna hill", "ANNA HILL", "Ánna", "Zoë", "zoe", "O'Brien", "100%", "a_b", "a\\b", "王小明", "王小",
         "欧阳娜", "éva", "e\u0301va", "ß", "Straße", "İlk", "ñandú", "", "  spaced  ", "😀 Ann", "ﬁn", "Z", "a", "_")
NUMBERS = ("0", "1", "3", "7", "50", "51", "-1", "1e3", "2.5", "", "many", "9223372036854775807", "007", "+4", " 4")
AMOUNTS = ("0", "1", "12.5", "300", "99999999999.99", "92233720368547758.07", "92233720368547758.08", "-5", "0.005", "",
           "1,000", "x", "-0")
DATES = ("2010-01-01", "1980-05-01", "2012-02-29", "2013-02-29", "0001-01-01", "9999-12-31", "", "1.2.2003", "2019-12-31")
ROOFS = ("sound", "leaks", "none", "gone", "", "Sound")
FILTERS = ("rooms>=2", "rooms<3", "rooms is unknown", "rooms is known", "roof in leaks,none", "roof=sound", "roof!=sound",
           "plot>2.5", "plot<=-1", "debt>300", "note=a_b", "note!=100%", "note is known", "built>=2010-01-01",
           "built<1980-05-01", "risk in high,none", "risk=medium", "finding=house_unsafe", "finding!=income_low",
           "rooms=many", "nothing=1", "note=王小明")
SEARCHES = ("anna", "Anna", "ANNA", "an", "a", "王", "王小", "小明", "wang", "wxm", "%", "_", "a_", "h", "H", "H1", "é", "É",
            "e", "zo", "zoë", "ß", "ss", "😀", "\\", "'", "", "ouyang", "P1", "p1", "spaced", "o'b")
PASSPORTS = ("E12345678", "e1234-5678", "X0000001", "X0000002", "*")
MONTHS = ("2020-01", "2020-02", "2020-03", "2020-04", "2020-05", "2020-06")
LISTS = ("/v1/households", "/v1/households?sort=risk", "/v1/findings?undetermined=true", "/v1/findings", "/v1/areas",
         "/v1/warnings", "/v1/users", "/v1/runs", "/v1/policies", "/v1/persons?search=a")


def table(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


class World:
    """What may exist by now, and the dice."""

    def __init__(self, dice, here):
        self.dice, self.here = dice, here
        self.files = 0
        self.present = [f"H{i}" for i in range(1, 8)] + ["h1", "H-1", "Z", "é1", "É1", "_", "10", "9", "王1"]
        self.households = [*self.present, "H8", "H9", "z", "H 1"]
        self.persons = [f"P{i}" for i in range(1, 20)] + ["p1", "P-1", "ß1", "王2"]
        self.next_month = 0  # in MONTHS: what was not screened yet
        self.references = [f"R{i}" for i in range(8)]
        self.repeatable = []
        kinds = ((self.import_areas, 1), (self.rotate_key, 1), (self.lookup, 3), (self.import_households, 5), (self.import_persons, 5), (self.import_flows, 4), (self.add_by_api, 4),
                 (self.change_by_api, 6), (self.change_by_command, 5), (self.move, 4), (self.flows_by_api, 3),
                 (self.warn, 5), (self.decide, 2), (self.screen, 3), (self.search, 6), (self.filter, 5), (self.page, 6),
                 (self.look, 5), (self.users, 3), (self.policy, 2), (self.queue, 2), (self.repeat, 3), (self.refused, 4),
                 (self.export, 3))
        self.kinds = [kind for kind, weight in kinds for _ in range(weight)]
        self.first = [self.import_households, self.import_persons, self.import_flows]

    def next_step(self):
        kind = self.first.pop(0) if self.first else self.pick(self.kinds)
        name, step = kind()
        return name, step

    def pick(self, values):
        return self.dice.choice(values)

    def some(self, values, most):
        return [self.pick(values) for _ in range(self.dice.randrange(1, most + 1))]

    def file(self, name, text):
        self.files += 1
        path = self.here / f"{self.files}-{name}"
        path.write_text(text, encoding="utf-8")
        return path

    def is_careful(self):
        """Whether a file is without mistakes; the first ones are, and enter everybody."""
        return bool(self.first) or self.files < 5 or self.dice.random() < 0.6

    def codes(self, is_careful, known, all_codes):
        """The codes of a file's rows; a careful one has each once."""
        if self.files < 5:
            return known
        return self.dice.sample(known, self.dice.randrange(1, len(known))) if is_careful else self.some(all_codes, 20)

    # ---- Files -----------------------------------------------------------------------------------
    def households_table(self):
        rows = [["code", "area", "roof", "rooms", "plot", "debt", "note", "built"]]
        is_careful = self.is_careful()
        for code in self.codes(is_careful, self.present, self.households):
            if is_careful:
                rows.append([code, self.pick(AREA_CODES), self.pick(ROOFS[:3]), self.pick(NUMBERS[:5]),
                             self.pick(("", "1.25", "-3", "0.000001")), self.pick(AMOUNTS[:5]), self.pick(NAMES),
                             self.pick(("", "1980-05-01", "2012-02-29"))])
            else:
                rows.append([code, self.pick((*AREA_CODES, "x1", "")), self.pick(ROOFS), self.pick(NUMBERS),
                             self.pick(AMOUNTS), self.pick(AMOUNTS), self.pick(NAMES), self.pick(DATES)])
        return table(rows)

    def persons_table(self):
        rows = [["code", "household", "name", "sex", "birth_date", "relation", "at_school", "grade", "from_date"]]
        has_numbers = self.dice.random() < 0.4
        if has_numbers:
            rows[0] += ["id_type", "id_number"]
        is_careful = self.is_careful()
        for code in self.codes(is_careful, self.persons, self.persons):
            household = self.pick(self.present)
            if is_careful:
                rows.append([code, household, self.pick(NAMES), self.pick(("female", "male", "")),
                             self.pick(("2010-05-05", "1980-05-01", "")), self.pick(("head", "child", "")),
                             self.pick(("yes", "no", "")), self.pick(("", "3")), "2015-01-01"])
            else:
                rows.append([code, household, self.pick(NAMES), self.pick(("female", "F", "other")), self.pick(DATES),
                             self.pick(("head", "aunt")), self.pick(("yes", "maybe")), self.pick(NUMBERS),
                             self.pick(DATES)])
            if has_numbers:
                rows[-1] += self.pick((["", ""], ["passport", self.pick(PASSPORTS)], ["passport", f"AB{len(rows)}{self.files}00"]))
        return table(rows)

    def flows_table(self):
        rows = [["household", "month", "source", "wage", "cost"]]
        is_careful = self.is_careful()
        for code in self.codes(is_careful, self.present, self.households):
            month = self.pick(("2019-06", "2019-12", "2020-01", "2020-02", "2020-03"))
            amounts = AMOUNTS[:5] if is_careful else AMOUNTS
            rows.append([code, month if is_careful else self.pick((month, "2020-13", "202001")),
                         self.pick(("employer", "bank") if is_careful else ("", "bank", "Ämt")), self.pick(amounts), self.pick(amounts)])
        return table(rows)

    def import_areas(self):
        """The tree as it was, with a name or a place changed."""
        rows = [line.split(",") for line in AREAS.splitlines()]
        row = self.pick(rows[2:])
        row[1], row[2] = self.pick(NAMES) or "x", self.pick(("X", row[2], "X1", row[0]))
        return self.importing("areas", table(rows))

    def importing(self, kind, text):
        path = self.file(f"{kind}.csv", text)
        words = [word for word in ("--dry-run",) if self.dice.random() < 0.1]
        return f"import of {kind}", lambda side: side.call("import", kind, path, "--format", "json", *words)

    def import_households(self):
        return self.importing("households", self.households_table())

    def import_persons(self):
        return self.importing("persons", self.persons_table())

    def import_flows(self):
        return self.importing("flows", self.flows_table())

    # ---- Facts by hand ---------------------------------------------------------------------------
    def requesting(self, name, method, path, body=None, account=None, headers=None):
        account = account or self.pick(("boss", "boss", "clerk", "guest"))
        headers = dict(headers or {})
        if method != "GET" and self.dice.random() < 0.3:
            headers["Idempotency-Key"] = f"key-{self.dice.randrange(10 ** 9)}"

        def step(side):
            return side.ask(account, method, path, body, headers=headers)
        if "Idempotency-Key" in headers:
            self.repeatable.append((name, step))
        return f"{name} by {account}: {method} {path} {json.dumps(body, ensure_ascii=False)}", step

    def household_path(self):
        return "/v1/households/" + quoted(self.pick(self.households))

    def person_path(self):
        return "/v1/persons/" + quoted(self.pick(self.persons))

    def household_values(self):
        values = {"roof": self.pick(ROOFS), "rooms": self.pick((0, 2, 51, None, "3", 2 ** 63)), "note": self.pick(NAMES),
                  "plot": self.pick((1, "0.5", "1.0000001", None)), "debt": self.pick(("1.25", 5, "x", None)),
                  "built": self.pick(DATES)}
        return {name: values[name] for name in self.dice.sample(sorted(values), 2)}

    def add_by_api(self):
        if self.dice.random() < 0.5:
            return self.requesting("a household entered", "POST", "/v1/households", {
                "code": self.pick(self.households), "area": self.pick(AREA_CODES), "values": self.household_values()})
        return self.requesting("a person entered", "POST", f"{self.household_path()}/persons", {
            "code": self.pick(self.persons), "name": self.pick(NAMES), "birth_date": self.pick(DATES),
            "relation": "child", "from_date": self.pick(("2015-01-01", "2019-05-01"))})

    def change_by_api(self):
        if self.dice.random() < 0.5:
            return self.requesting("a household changed", "PATCH", self.household_path(),
                                   {"values": self.household_values()}, headers={"If-Match": self.pick(("*", "*", '"1-0"'))})
        return self.requesting("a person changed", "PATCH", self.person_path(), {
            "name": self.pick(NAMES), "values": {"at_school": self.pick((True, False, None, "x"))}}, headers={"If-Match": "*"})

    def change_by_command(self):
        as_user = self.pick(((), (), ("--as", "clerk"), ("--as", "guest")))
        choice = self.dice.randrange(4)
        if choice == 0:
            words = ("change", "household", self.pick(self.households), f"note={self.pick(NAMES)}", f"rooms={self.pick(NUMBERS)}")
        elif choice == 1:
            words = ("change", "person", self.pick(self.persons), f"name={self.pick(NAMES)}", f"grade={self.pick(NUMBERS)}")
        elif choice == 2:
            words = ("change", "flows", self.pick(self.households), self.pick(MONTHS), f"wage={self.pick(AMOUNTS)}")
        else:
            words = ("archive", self.pick(self.households), *self.pick(((), ("--undo",))))
        return f"{words} {as_user}", lambda side: side.call(*words, *as_user, "--format", "json")

    def move(self):
        if self.dice.random() < 0.6:
            return self.requesting("a move", "POST", f"{self.person_path()}/move", {
                "household": self.pick(self.households), "from_date": self.pick(("2019-07-01", "2020-02-01", "2012-01-01"))},
                account="boss", headers={"If-Match": "*"})
        return self.requesting("an end", "POST", f"{self.person_path()}/end", {
            "to_date": self.pick(("2019-08-01", "2020-03-01")), "end_reason": self.pick(("left", "died"))},
            account="boss", headers={"If-Match": "*"})

    def flows_by_api(self):
        flows = [{"month": self.pick(MONTHS), "flow": self.pick(("wage", "cost", "wages")),
                  "amount": self.pick((None, 5, "12.50", "92233720368547758.07", "-1"))} for _ in range(self.dice.randrange(1, 4))]
        return self.requesting("flows", "POST", f"{self.household_path()}/flows", {"flows": flows})

    # ---- Warnings --------------------------------------------------------------------------------
    def warn(self):
        kind = self.pick(("roof", "school", "paid", "rumour", "quake"))
        body = {"source": self.pick(("office", "Office", "health")), "reference": self.pick(self.references), "kind": kind,
                "month": self.pick(MONTHS)}
        body.update(self.pick(({"household": self.pick(self.households)}, {"person": self.pick(self.persons)},
                               {"name": self.pick(NAMES), "birth_date": "2010-05-05"}, {"area": "X1"})))
        body.update({"roof": {"value": self.pick(ROOFS)}, "paid": {"amount": self.pick(("10", "x", "0.01"))}}.get(kind, {}))
        return self.requesting("a warning", "POST", "/v1/warnings", body, account=self.pick(("boss", "clerk")))

    def decide(self):
        place = self.dice.randrange(1, 8)
        if self.dice.random() < 0.5:
            return self.requesting("a warning dismissed", "POST", f"/v1/warnings/{place}/dismiss", {"reason": self.pick(NAMES)})
        return self.requesting("a warning resolved", "POST", f"/v1/warnings/{place}/resolve",
                               {"household": self.pick(self.households)})

    # ---- Months, rules, jobs ---------------------------------------------------------------------
    def screen(self):
        if self.dice.random() < 0.75 and self.next_month < len(MONTHS):
            month = MONTHS[self.next_month]
            self.next_month += 1
        else:
            month = self.pick(MONTHS)
        return f"screening of {month}", lambda side: side.call("screen", "--month", month, "--format", "json")

    def policy(self):
        words = self.pick((("policy", "draft", self.here / "pack", "--note", self.pick(NAMES) or "x"),
                           ("policy", "check", "2"), ("policy", "publish", "2", "--from", "2020-06", "--as", "boss"),
                           ("policy", "withdraw", "2"), ("policy", "show", "1", "--format", "json"),
                           ("policy", "versions", "--format", "json")))
        return f"{words}", lambda side: side.call(*words)

    def queue(self):
        path = self.file("households.csv", self.households_table())

        def step(side):
            """Either the server or the command runs it."""
            side.call("import", "households", path, "--queue")
            until = time.monotonic() + 30
            while True:
                side.call("job", "run")
                jobs = side.call("job", "list", "--format", "json")
                if '"queued"' not in jobs.out and '"running"' not in jobs.out or time.monotonic() > until:
                    return jobs
                time.sleep(0.02)
        return "a job", step

    def users(self):
        choice = self.dice.randrange(3)
        name = self.pick(("clerk", "guest", "nobody", "Boss"))
        if choice == 0:
            return self.requesting("a role", "POST", f"/v1/users/{name}/roles", {
                "role": self.pick(("viewer", "county", "king")), "area": self.pick((*AREA_CODES, "no"))}, account="boss")
        if choice == 1:
            return self.requesting("a user", "GET", f"/v1/users/{name}", account="boss")
        return self.requesting("a new user", "POST", "/v1/users", {
            "name": self.pick(("zoe", "anna", "Ann", "émile", "a.b")), "password": "water over the weir"}, account="boss")

    # ---- Reading ---------------------------------------------------------------------------------
    def search(self):
        word = self.pick(SEARCHES)
        if self.dice.random() < 0.3:
            return f"search {word!r}", lambda side: side.call("households", "--search", word, "--format", "json")
        path = self.pick(("/v1/households", "/v1/persons"))
        return self.requesting("a search", "GET", f"{path}?search={quoted(word)}&limit={self.dice.randrange(1, 9)}")

    def filter(self):
        chosen = [self.pick(FILTERS) for _ in range(self.dice.randrange(1, 3))]
        query = "&".join(f"filter={quoted(each)}" for each in chosen)
        return self.requesting("a filter", "GET", f"/v1/households?{query}&sort={self.pick(('code', 'risk'))}")

    def page(self):
        """A list to its end, in pages; each side goes on with its own cursor."""
        account, path = self.pick(("boss", "clerk", "guest")), self.pick(LISTS)
        limit = self.dice.randrange(1, 12)

        def step(side):
            pages, cursor = [], ""
            while cursor is not None and len(pages) < 40:
                mark = "&" if "?" in path else "?"
                answer = side.ask(account, "GET", f"{path}{mark}limit={limit}" + (f"&cursor={quoted(cursor)}" if cursor else ""))
                pages.append(answer.json)
                cursor = answer.json.get("next") if answer.status == 200 else None
                cursor = cursor if isinstance(cursor, str) else None
            return answer._replace(json={"pages": pages})
        return f"pages of {path} by {account}, {limit} at a time", step

    def look(self):
        path = self.pick((self.household_path(), f"{self.household_path()}/history", f"{self.household_path()}/findings",
                          f"{self.household_path()}/flows?from=2019-06", f"{self.household_path()}/explanation",
                          self.person_path(), "/v1/findings/counts", "/v1/statistics?month=2020-01", "/v1/dictionary", "/v1/warnings?state=unmatched",
                          f"/v1/findings?month={self.pick(MONTHS)}", "/v1/users", "/v1/roles"))
        return self.requesting("a look", "GET", path)

    def lookup(self):
        return self.requesting("whose number", "POST", "/v1/persons/lookup",
                               {"id_type": self.pick(("passport", "other")), "id_number": self.pick(PASSPORTS)})

    def rotate_key(self):
        """The server goes on with the key file that it has read, so that it is started again."""
        def step(side):
            side.end()
            result = side.call("key", "rotate")
            side.serve()
            return result
        return "a new key", step

    def export(self):
        kind = self.pick(("households", "persons", "flows", "findings", "spells", "areas", "codebook"))
        words = {"flows": ("--from", "2019-01", "--to", "2020-12"), "findings": ("--undetermined",)}.get(kind, ())
        form = self.pick(("csv", "ndjson"))
        return f"export of {kind}", lambda side: side.call("export", kind, *words, "--format", form)

    def repeat(self):
        if not self.repeatable:
            return self.look()
        name, step = self.pick(self.repeatable)
        return f"{name}, once more", step

    def refused(self):
        path = self.pick(("/v1/households?limit=0", "/v1/households?limit=99999999999999999999", "/v1/households?cursor=abc",
                          "/v1/households/%00", "/v1/households/%ff", "/v1/warnings/99999999999999999999",
                          "/v1/warnings/9223372036854775807", "/v1/findings?month=2020-00", "/v1/findings?area=none",
                          "/v1/households/H1/history?before=9223372036854775807", "/v1/households/H1/history?before=-1",
                          "/v1/jobs/0", "/v1/nothing", "/v1/households?filter=a%00b", "/v1/persons?search=%F0%9F"))
        return self.requesting("a refused request", "GET", path)

    # ---- The end ---------------------------------------------------------------------------------
    def everything(self):
        """All that can be read."""
        for kind in ("households", "persons", "flows", "findings", "spells", "areas", "codebook"):
            words = {"flows": ("--from", "1900-01", "--to", "2100-12"), "findings": ("--undetermined",)}.get(kind, ())
            yield f"export of {kind}", lambda side, kind=kind, words=words: side.call("export", kind, *words, "--format", "ndjson")
        for code in self.households:
            for words in (("household", code), ("explain", code)):
                yield f"{words}", lambda side, words=words: side.call(*words, "--format", "json")
            path = f"/v1/households/{quoted(code)}/history"
            yield path, lambda side, path=path: side.ask("boss", "GET", path)
        for words in (("stats",), ("findings", "--undetermined"), ("warning", "list"), ("user", "list"), ("token", "list"),
                      ("policy", "versions"), ("job", "list")):
            yield f"{words}", lambda side, words=words: side.call(*words, "--format", "json")
        yield "the journal", journal
        yield "journal verify", lambda side: side.call("journal", "verify", "--format", "json")
        yield "doctor", doctor


def journal(side):
    """What was done, by whom; looks are written in the background, so that their places differ."""
    side.end()
    result = side.call("journal", "list", "--limit", "100000", "--format", "json")
    rows = [{name: value for name, value in row.items() if name in ("actor", "via", "action", "subject", "role")}
            for row in json.loads(result.out or "[]")]
    kept = [{**row, "subject": "" if row["action"] == "rotate_key" else row["subject"]}  # which names the key
            for row in rows if row["action"] != "look"]
    looks = sorted({json.dumps(row, sort_keys=True) for row in rows if row["action"] == "look"})
    return result._replace(out=json.dumps([kept, looks]))


def doctor(side):
    """What it looks at, and whether that is sound; how much room there is, each store tells in its own way, and one of
    them has a fence."""
    result = side.call("doctor", "--format", "json")
    return result._replace(out=json.dumps([[row["check"], row["state"], row["check"] == "contents" and row["what"]]
                                           for row in json.loads(result.out) if row["check"] != "fence"]))


def quoted(text):
    """For an address."""
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"%{byte:02X}" for byte in text.encode())
