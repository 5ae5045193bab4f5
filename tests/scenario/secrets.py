#!/usr/bin/env python3
"""Official id numbers and bank accounts: encrypted, found by hash, masked, journalled when looked at, rotated."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, copy_register, tamper  # noqa: E402
from registers import make_register  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,sound,3\nB,X2,leaks,2\n"
ID_1 = "11010519491231002X"  # the examples of GB 11643-1999 and its commentary
ID_2 = "440524188001010014"
ACCOUNT = "6222021234567890123"
PERSONS = ("code,household,name,id_type,id_number,bank_account\n"
           f"A-1,A,李明,resident_id,{ID_1.lower()},6222 0212 3456 7890 123\n"
           f"A-2,A,王芳,居民身份证,{ID_2},\nB-1,B,Ann,passport,e-123 456 78,DE89370400440532013000\n"
           "B-2,B,Bob,,,\n")


with folder() as here:
    key = here / "berm.key"
    berm("key", "create", key)
    sealed = {"BERM_KEY_FILE": key}
    url = make_register(here, HOUSEHOLDS)

    def load(text, *options, env=None):
        return berm("import", "persons", write(here / "p.csv", text), "--store", url, "--format", "json", *options,
                    env=sealed if env is None else env)

    def show(household, *options, env=None):
        result = berm("household", household, "--store", url, "--format", "json", *options,
                      env=sealed if env is None else env)
        return [(member["id_type"], member["id_number"], member["bank_account"])
                for member in json.loads(result.out or '{"members":[]}')["members"]]

    result = load(PERSONS, env={})
    check("without a key the import is refused", result.code == 1 and "berm key create" in result.err, result.text)
    equal("and nothing is kept", ask(url, "SELECT count(*) FROM person"), [(0,)])
    result = load(PERSONS)
    equal("with one it goes in", (result.code, json.loads(result.out)), (0, []))
    files = b"".join(path.read_bytes() for path in here.glob("register.berm*"))
    for number in (ID_1, ID_1.lower(), ID_2, ACCOUNT, "E12345678", "DE89370400440532013000"):
        check(f"the register does not hold {number[:4]}...", number.encode() not in files, "it does")
    equal("five numbers are protected", ask(url, "SELECT count(*), count(DISTINCT sealed) FROM person_secret"),
          [(5, 5)])

    def lookups():
        """What persons are found by, and what they should be."""
        return (ask(url, "SELECT person_id, lookup FROM id_lookup ORDER BY 1, 2"),
                ask(url, "SELECT person_id, lookup FROM person_secret WHERE kind = 'id_number' ORDER BY 1, 2"))

    there, wanted = lookups()
    equal("each id number is found by its hash", (len(there), there), (3, wanted))

    # Looking.
    equal("numbers are masked", show("A"),
          [("resident_id", "****002X", "****0123"), ("resident_id", "****0014", None)])
    equal("without the key wholly", show("A", env={}),
          [("resident_id", "****", "****"), ("resident_id", "****", None)])
    before = ask(url, "SELECT count(*) FROM journal")
    equal("a masked look is not journalled", ask(url, "SELECT count(*) FROM journal WHERE action = 'look'"), [(0,)])
    equal("a full look shows them", show("B", "--show-sensitive"),
          [("passport", "E12345678", "DE89370400440532013000"), (None, None, None)])
    equal("and is journalled and sealed", ask(url, "SELECT subject FROM journal JOIN journal_seal USING (journal_id) "
                                             "WHERE action = 'look'"), [("household B",)])
    result = berm("household", "A", "--store", url, "--show-sensitive")
    check("it needs the key", result.code == 1 and ID_1 not in result.text, result.text)
    contains("the table tells the same", berm("household", "A", "--store", url, env=sealed).out, "****002X")

    # Checks.
    for name, cells, words in (
            ("a wrong check digit", "resident_id,110105194912310021,", "check digit"),
            ("a number too short", "resident_id,11010519491231,", "18 digits"),
            ("a birth date that is none", "resident_id,110105194913310021,", "date of birth"),
            ("letters in a resident id", "resident_id,1101051949123100AX,", "only the last place"),
            ("a number without its type", f",{ID_1},", "needs an id_type"),
            ("a type that is none", f"licence,{ID_1},", "no id_type"),
            ("signs in a number", "passport,E12*45,", "letters and digits"),
            ("a passport too short", "passport,E1,", "5 to 20"),
            ("a wrong IBAN", ",,DE89370400440532013001", "IBAN"),
            ("an account too short", ",,12345", "6 to 34"),
            ("another person's number", f"resident_id,{ID_1},", 'the person \\"A-1\\" already')):
        result = load(f"code,household,id_type,id_number,bank_account\nN-1,B,{cells}\n")
        check(f"{name} is rejected", result.code == 3 and words in result.out, result.text)
        number = cells.split(",")[1] or cells.split(",")[2]
        check(f"and {name} is not shown in full", number not in result.text or len(number) < 8, result.text)
    result = load("code,household,id_number\nN-1,B,1\n")
    check("a number column needs its type column", result.code == 1 and "come together" in result.err, result.text)

    # Changes.
    equal("the same file again changes nothing", "4 unchanged" in load(PERSONS).err, True)
    result = load(f"code,household,id_type,id_number,bank_account\nA-1,A,resident_id,{ID_1},\n"
                  "A-2,A,other,XY-1234,DE89 3704 0044 0532 0130 00\n")
    equal("numbers change", result.code, 0)
    equal("the history holds no value", ask(url, "SELECT fields FROM change_row ORDER BY entity_id"),
          [('{"bank_account":["set",null]}',), ('{"id_number":["set","changed"],"bank_account":[null,"set"]}',)])
    equal("and the new ones are there", show("A", "--show-sensitive"),
          [("resident_id", ID_1, None), ("other", "XY1234", "DE89370400440532013000")])
    result = load(f"code,household,id_type,id_number\nB-2,B,resident_id,{ID_2}\n")
    equal("a number that was given up can be another's", result.code, 0)
    result = load("code,household,name\nB-2,B,Robert\n", env={})
    equal("a file without these columns needs no key and leaves them", result.code, 0)
    equal("as they were", show("B", "--show-sensitive")[1], ("resident_id", ID_2, None))

    equal("hashes follow the changes", *lookups())
    result = load("code,household,id_type,id_number\nB-2,B,,\n")
    equal("a number is taken away", result.code, 0)
    there, wanted = lookups()
    equal("and its hash with it", (len(there), there), (3, wanted))
    load(f"code,household,id_type,id_number\nB-2,B,resident_id,{ID_2}\n")

    # Rotation.
    old_backup = copy_register(url, here / "old.berm")
    old_key = here / "old.key"
    old_key.write_bytes(key.read_bytes())
    old_key.chmod(0o600)
    secrets_before = ask(url, "SELECT sealed, lookup, key_id FROM person_secret")
    shown_before = show("A", "--show-sensitive")
    result = berm("key", "rotate", "--store", url, "--key", key)
    equal("the key is rotated", result.code, 0)
    after = ask(url, "SELECT sealed, lookup, key_id FROM person_secret")
    check("every number is encrypted and hashed anew", len(after) == len(secrets_before) and not (
        {cell for row in after for cell in row} & {cell for row in secrets_before for cell in row}), after)
    equal("by which they are found now", *lookups())
    equal("and reads the same", show("A", "--show-sensitive"), shown_before)
    equal("the journal says so", ask(url, "SELECT details FROM journal WHERE action = 'rotate_key'"),
          [(f'{{"secrets":{len(after)}}}',)])
    result = load(f"code,household,id_type,id_number\nN-1,B,resident_id,{ID_1}\n")
    contains("duplicates are still found", result.out, 'the person \\"A-1\\" already')
    result = berm("household", "A", "--store", url, "--show-sensitive", "--key", old_key)
    check("the old copy of the key file is told as such", result.code == 1 and "lacks the protecting key" in result.err,
          result.text)
    result = berm("household", "A", "--store", old_backup, "--show-sensitive", env=sealed)
    contains("an older backup opens with the new file", result.out, ID_1)
    result = berm("key", "rotate", "--store", url)
    check("rotating needs the key file's path", result.code == 2 and "BERM_KEY_FILE" in result.err, result.text)

    # Whose roles do not show sensitive fields.
    berm("user", "add", "li", "--store", url, stdin="long-enough-1\n", env=sealed)
    berm("user", "grant", "li", "viewer", "--area", "X1", "--store", url, env=sealed)
    result = berm("household", "A", "--store", url, "--as", "li", env=sealed)
    check("a viewer gets no part of a number",
          result.code == 0 and "****" not in result.out and ID_1[-4:] not in result.out, result.text)
    result = berm("household", "A", "--store", url, "--as", "li", "--show-sensitive", env=sealed)
    check("nor the whole, and it is said why", result.code == 1 and "sensitive" in result.err and ID_1 not in result.text,
          result.text)

    # Finding by a number.
    def found(number):
        result = berm("households", "--search", number, "--as", "li", "--store", url, "--format", "json", env=sealed)
        return [row["person"] for row in json.loads(result.out)]

    equal("a viewer finds nobody by a number", found(ID_1), [])
    berm("user", "grant", "li", "township", "--area", "X1", "--store", url, env=sealed)
    equal("who sees numbers there finds its owner", found(ID_1), ["A-1"])
    berm("user", "grant", "li", "viewer", "--area", "X2", "--store", url, env=sealed)
    equal("but nobody where numbers are not shown", (found("B-2"), found(ID_2)), (["B-2"], []))
    equal("accounts and roles are journalled, and the journal is sound",
          berm("journal", "verify", "--store", url, env=sealed).code, 0)

    # Tampering.
    result = berm("doctor", "--store", url, env=sealed)
    check("the doctor opens every number", result.code == 0 and f"{len(after)} protected numbers" in result.out,
          result.text)
    result = berm("doctor", "--store", url, "--key", old_key)
    check("and tells when the key file is too old", result.code == 1 and "do not open" in result.out, result.text)
    for name, statement in (("a number without its hash", "DELETE FROM id_lookup WHERE person_id = 1"),
                            ("a hash without its number", "INSERT INTO id_lookup VALUES ('00', 1)")):
        copy = copy_register(url, here / "sick.berm")
        tamper(copy, statement)
        for sight in (sealed, {}):
            result = berm("doctor", "--store", copy, env=sight)
            check(f"the doctor finds {name}, {'with' if sight else 'without'} the key",
                  result.code == 1 and "berm key rotate" in result.out, result.text)
        equal("a rotation mends it", berm("key", "rotate", "--store", copy, "--key", key).code, 0)
        result = berm("doctor", "--store", copy, env=sealed)
        equal("and the doctor is content", result.code, 0)
    tamper(url, "CREATE TEMP TABLE two AS SELECT person_id, sealed FROM person_secret WHERE kind = 'id_number' "
           "AND person_id IN (1, 2)",
           "UPDATE person_secret SET sealed = (SELECT sealed FROM two WHERE two.person_id <> "
           "person_secret.person_id LIMIT 1) WHERE kind = 'id_number' AND person_id IN (1, 2)")
    result = berm("household", "A", "--store", url, "--show-sensitive", env=sealed)
    check("a number that was moved to another person does not open", result.code == 1 and "was changed" in result.err,
          result.text)
    result = berm("doctor", "--store", url, env=sealed)
    check("the doctor finds it", result.code == 1 and "2 of " in result.out, result.text)
    equal("the journal is sound all the same", berm("journal", "verify", "--store", url, env=sealed).code, 0)
finish()
