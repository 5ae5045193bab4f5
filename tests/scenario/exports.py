#!/usr/bin/env python3
"""Exports: what goes out can come in again, shows nobody more than they may see, and is journalled."""
import csv
import io
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import AREAS, PACK, make_pack, make_register, wages
from scenario import ROOT, berm, check, contains, equal, finish, folder, write

DICTIONARY = PACK["dictionary.csv"].replace(",source\n", ",source,class\n", 1)
DICTIONARY = "".join(line + ("" if n == 0 else ",sensitive" if line.startswith("at_school") else ",") + "\n"
                     for n, line in enumerate(DICTIONARY.splitlines()))
DICTIONARY += "debt,household,money,XTS,,,,,,Debt,债务,,,made up,\nnote,household,text,,,,,,,Note,备注,,,made up,personal\n"

HOUSEHOLDS = ('code,area,roof,rooms,debt,note\n"H,1",X1,leaks,2,-12.50,"=HYPERLINK(""http://example.org"")"\n'
              "H2,X1,sound,,0,\"two\nlines, and a comma\"\nH3,X2,none,4,7,''=already\n-H4,X2,sound,1,,'tis\n")
PERSONS = ("code,household,name,sex,birth_date,relation,from_date,to_date,end_reason,at_school\n"
           'P1,"H,1",@李明,female,1980-02-03,head,,,,\nP2,"H,1",王芳,male,2012-01-01,child,2012-01-01,,,yes\n'
           "P3,H2,＝四,,,head,2001-01-01,2019-05-05,died,\nP4,H3,Zed,female,1970-01-01,head,,,,no\n")


def export(url, kind, *options, code=0):
    result = berm("export", kind, "--store", url, *options)
    equal(f"exporting {kind} {' '.join(o for o in options if isinstance(o, str))} works", result.code, code)
    return result.out


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def entries_of(url):
    return json.loads(berm("journal", "list", "--store", url, "--format", "json").out)


def grant(url, user, role, area):
    berm("user", "add", user, "--store", url, stdin="a long password\n")
    result = berm("user", "grant", user, role, "--area", area, "--store", url)
    assert result.code == 0, result.text


FILTERS = ((["rooms>=2"], None, None), (["rooms>=2", "roof in leaks,sound"], None, None), (["rooms is unknown"], None, None),
           (["finding=house_unsafe"], None, None), (["risk!=none"], None, None), (["risk!=none"], None, "xu"),
           (["rooms>=1"], None, "xu"), (["rooms>=1"], "X2", None), (["note is known"], None, "xu"))


def listed_by(url, *options, limit="1"):
    """The codes of all pages of a list."""
    codes, cursor = [], []
    while True:
        result = berm("households", "--store", url, "--limit", limit, "--format", "ndjson", *options, *cursor)
        assert result.code == 0, result.text
        codes += [json.loads(line)["household"] for line in result.out.splitlines()]
        if "--cursor" not in result.err:
            return codes
        cursor = ["--cursor", result.err.split("--cursor ")[1].strip()]


with folder() as here:
    pack = make_pack(here / "pack", **{"dictionary.csv": DICTIONARY})
    flows = "household,month,wage\n" + wages('"H,1"', 100) + wages("H3", 200)
    url = make_register(here, HOUSEHOLDS, PERSONS, flows, pack)
    berm("screen", "--store", url, "--month", "2020-09")

    # ---- Out and in again
    other = f"sqlite:{here}/other.berm"
    berm("init", "--store", other, "--pack", pack)
    for kind in ("areas", "households", "persons", "flows"):
        path = here / f"out-{kind}.csv"
        export(url, kind, "--output", path, *(["--bom"] if kind == "persons" else []))
        equal(f"the file of {kind} is its owner's only", os.stat(path).st_mode & 0o777, 0o600)
        result = berm("import", kind, path, "--store", other)
        equal(f"the import takes every row of the {kind} that were exported", result.code, 0) or print(result.text)
        equal(f"and the {kind} come out of there as they went in", export(other, kind), export(url, kind))
        result = berm("import", kind, path, "--store", url)
        equal(f"the {kind} that came back change nothing where they are", (result.code, ", 0 changed" in result.text), (0, True))
    check("a byte order mark stands where it was asked for",
          (here / "out-persons.csv").read_bytes().startswith(b"\xef\xbb\xbf"))
    notes = {row["code"]: row["note"] for row in rows_of(export(url, "households"))}
    equal("a formula is guarded", notes["H,1"], "'=HYPERLINK(\"http://example.org\")")
    equal("an apostrophe of the text is told from the guard", (notes["H3"], notes["-H4"] if "-H4" in notes else None),
          ("''=already", None))
    equal("a code that looks like a formula is guarded too", notes["'-H4"], "'tis")
    debts = [row["debt"] for row in rows_of(export(url, "households"))]
    equal("a negative amount stays a number", debts, ["-12.50", "0.00", "7.00", ""])
    objects = [json.loads(line) for line in export(url, "households", "--format", "ndjson").splitlines()]
    equal("a line of JSON has the value itself", objects[0],
          {"code": "H,1", "area": "X1", "roof": "leaks", "rooms": 2, "debt": "-12.50",
           "note": '=HYPERLINK("http://example.org")'})
    equal("and null where it is not known", (objects[1]["rooms"], objects[3]["debt"]), (None, None))

    # ---- Choices
    equal("columns come in the order asked for", export(url, "households", "--columns", "rooms,code").splitlines()[:2],
          ["rooms,code", '2,"H,1"'])
    result = berm("export", "households", "--columns", "code,debtt", "--store", url)
    contains("a column that is not there gets a suggestion", result.text, "did you mean debt?")
    equal("months bound the flows", len(rows_of(export(url, "flows", "--from", "2020-08", "--to", "2020-08"))), 2)
    found = rows_of(export(url, "findings", "--columns", "household,code,evidence", "--area", "X1"))
    equal("findings of an area", {(row["household"], row["code"]) for row in found},
          {("H,1", "income_low"), ("H,1", "house_unsafe")})
    equal("with their evidence as JSON", json.loads(found[0]["evidence"])["rules"][0]["reads"]["household.roof"]
          if "household.roof" in found[0]["evidence"] else
          json.loads(found[1]["evidence"])["rules"][0]["reads"]["household.roof"], "leaks")
    for arguments, words in ((["householdz"], "there is no export of householdz"),
                             (["flows", "--month", "2020-01"], "--from and --to"),
                             (["areas", "--code", "x"], "for findings"),
                             (["households", "--show-sensitive"], "is for persons")):
        result = berm("export", *arguments, "--store", url)
        equal(f"berm export {' '.join(arguments)} is wrong usage", result.code, 2)
        contains("and says why", result.text, words)

    # ---- Who sees what
    grant(url, "xu", "township", "X1")
    grant(url, "ann", "analyst", "X2")
    grant(url, "vera", "viewer", "X")
    for kind in ("areas", "households", "persons", "flows", "findings", "spells"):
        text = export(url, kind, "--as", "xu")
        check(f"the {kind} of a neighbouring area are not exported",
              not any(word in text for word in ("H3", "H4", "X2", "Zed", "P4")) and len(text.splitlines()) > 1, text)
    result = berm("export", "households", "--area", "X2", "--as", "xu", "--store", url)
    contains("a neighbouring area is not there", result.text, "there is no area with the code X2")
    equal("and is not found", result.code, 1)
    contains("who may not export is told so", berm("export", "areas", "--as", "vera", "--store", url).text,
             "permission export")
    header = export(url, "persons", "--as", "ann").splitlines()[0].split(",")
    check("an analyst's persons have no column with names, birth dates or sensitive values",
          not {"name", "birth_date", "at_school"} & set(header) and "sex" in header, header)
    check("nor have households notes", "note" not in export(url, "households", "--as", "ann").splitlines()[0])
    result = berm("export", "persons", "--columns", "code,name", "--as", "ann", "--store", url)
    contains("who asks for such a column is refused", result.text, "name is personal")
    berm("user", "grant", "ann", "township", "--area", "X1", "--store", url)
    check("a column that is seen in a part only is left out as a whole",
          "name" not in export(url, "persons", "--as", "ann").splitlines()[0])
    check("and is there for that part", "name" in export(url, "persons", "--as", "ann", "--area", "X1"))
    book = rows_of(export(url, "codebook", "--as", "ann", "--area", "X2"))
    told = {(row["export"], row["name"]): (row["class"], row["exported"], row["choices"]) for row in book}
    equal("the codebook tells type, choices and whether the caller gets it",
          (told["households", "roof"], told["persons", "name"], told["persons", "id_number"]),
          (("internal", "yes", "sound=Sound; leaks=Leaks; none=None"), ("personal", "no", ""), ("sensitive", "no", "")))

    # ---- The filters of lists
    for conditions, area, who in FILTERS:
        filters = [word for condition in conditions for word in ("--filter", condition)]
        where = [*(["--area", area] if area else []), *(["--as", who] if who else [])]
        listed = set(listed_by(url, *filters, *where))
        name = f"filter {' and '.join(conditions)} in {area or 'all areas'} as {who or 'the operator'}"
        equal(f"{name}: the export has the households that the list has",
              {row["code"].removeprefix("'") for row in rows_of(export(url, "households", *filters, *where))}, listed)
        for kind in ("persons", "flows", "findings", "spells"):
            has_all = rows_of(export(url, kind, *where))
            equal(f"{name}: and of {kind} those of these households", rows_of(export(url, kind, *filters, *where)),
                  [row for row in has_all if row["household"].removeprefix("'") in listed])
    sizes = [len(listed_by(url, *[word for condition in conditions for word in ("--filter", condition)]))
             for conditions, area, who in FILTERS if area is None and who is None]
    check("the filters tell households apart", len(set(sizes)) > 2 and 0 < min(sizes) < 4, sizes)
    for who, condition, code in (("ann", "note=''tis", 1), ("ann", "note is known", 1), ("xu", "note is known", 0)):
        result = berm("export", "flows", "--filter", condition, "--area", "X2" if who == "ann" else "X1", "--as", who,
                      "--store", url)
        told = berm("households", "--filter", condition, "--area", "X2" if who == "ann" else "X1", "--as", who,
                    "--store", url)
        equal(f"a filter by {condition} is {who}'s as in the list", (result.code, told.code), (code, code))
        if code:
            contains("and the refusal does not say of what kind it is", result.err, "filter 1 is on what this account does not see")
    for kind in ("areas", "codebook"):
        contains(f"{kind} have no filters", berm("export", kind, "--filter", "rooms>1", "--store", url).text,
                 "filters choose households")
    export(url, "households", "--filter", "note!=secret word", "--filter", "rooms>=2")
    begun = entries_of(url)[-2]
    equal("the journal has the filters, but no personal value", begun["details"]["filters"], ["note", "rooms>=2"])

    # ---- Id numbers
    key = here / "key"
    berm("key", "create", key)
    secret = write(here / "secret.csv", "code,household,id_type,id_number,bank_account\nP2,\"H,1\",passport,AB123456,62220001\n")
    result = berm("import", "persons", secret, "--store", url, "--key", key)
    equal("a number is imported", result.code, 0) or print(result.text)
    check("numbers are not exported by themselves", "AB123456" not in export(url, "persons", "--key", key))
    result = berm("export", "persons", "--columns", "id_number", "--store", url, "--key", key)
    contains("nor where only their column is named", result.text, "--show-sensitive")
    result = berm("export", "persons", "--show-sensitive", "--store", url)
    contains("without the key they stay closed", result.text, "give the key file")
    shown = {row["code"]: row for row in rows_of(export(url, "persons", "--show-sensitive", "--key", key))}
    equal("they are where they are asked for", (shown["P2"]["id_type"], shown["P2"]["id_number"], shown["P2"]["bank_account"]),
          ("passport", "AB123456", "62220001"))
    result = berm("export", "persons", "--show-sensitive", "--as", "ann", "--store", url, "--key", key)
    contains("and not for who does not see them everywhere", result.text, "id numbers and accounts are sensitive")

    # ---- The journal
    details = [(entry["action"], entry["subject"], entry["details"]) for entry in entries_of(url)]
    begun, ended = details[-2:]
    equal("an export has an entry for its beginning and one for its end", (begun[:2], ended[:2]),
          (("export", "persons"), ("export_end", "persons")))
    equal("which names the sensitive columns", begun[2]["sensitive"], ["id_type", "id_number", "bank_account", "at_school"])
    equal("and counts the rows", (ended[2]["export"], ended[2]["rows"], ended[2]["complete"]), (begun[2]["export"], 4, True))
    check("no value stands in it", not any(word in json.dumps(details, ensure_ascii=False)
                                           for word in ("AB123456", "李明", "62220001", "H2")), details)
    equal("and it verifies", berm("journal", "verify", "--store", url, "--key", key).code, 0)

    # ---- Files whole or not at all
    before = write(here / "kept.csv", "what was there\n").read_bytes()
    result = berm("export", "households", "--output", here / "nowhere" / "x.csv", "--store", url)
    contains("a folder that is not there is told", result.text, "cannot write to the folder")
    result = berm("export", "households", "--columns", "nothing", "--output", here / "kept.csv", "--store", url)
    equal("an export that fails leaves the file that was there", (result.code, (here / "kept.csv").read_bytes()), (1, before))
    result = berm("export", "flows", "--output", "/dev/full/x", "--store", url)
    equal("what cannot be written is a failure", result.code, 1)
    equal("nothing is left beside the files", [name for name in os.listdir(here) if name.count(".") > 1 and "berm" not in name], [])

    # ---- Any size in little memory, and a reader that goes away
    large = f"sqlite:{here}/large.berm"
    berm("init", "--store", large, "--pack", "rural-cn")
    berm("synth", "--store", large, "--households", "5000", "--seed", "3")
    result = berm("export", "flows", "--store", large, "--output", here / "flows.csv")
    size = (here / "flows.csv").stat().st_size
    check("an export is larger than what it takes", result.code == 0 and size > 10 << 20 and result.peak_kib < 40 << 10,
          f"{size} bytes, {result.peak_kib} KiB")
    lines = (here / "flows.csv").read_text().splitlines()[1:]
    equal("and has every row once", (len(lines), len(set(line.rsplit(",", 1)[0] for line in lines))),
          (int(result.err.split()[0]),) * 2)
    areas = rows_of(export(large, "areas"))
    county = next(row["code"] for row in areas if row["parent"] == areas[0]["code"])
    grant(large, "xu", "county", county)
    for options in ([], ["--as", "xu"]):
        listed = listed_by(large, "--filter", "housing_area>=100", *options, limit="200")
        found = [row["code"] for row in rows_of(export(large, "households", "--filter", "housing_area>=100", *options))]
        equal(f"a filter over many pages {' '.join(options)} gives the households of the list, each once",
              sorted(found), sorted(listed))
        check("which are some and not all", 200 < len(found) < 4500, len(found))
    program = os.environ.get("BERM") or str(ROOT / "build" / "berm")
    code = os.system(f"{program} export flows --store {large} | head -1 >/dev/null")
    ended = entries_of(large)[-1]
    equal("a reader that goes away is no failure, and the journal says that it was not all",
          (code, ended["action"], ended["details"]["complete"]), (0, "export_end", False))
finish()
