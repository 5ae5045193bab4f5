#!/usr/bin/env python3
"""The journal: entries with every change and run, seals, and every way of tampering that verify must find."""
import hashlib
import json
import os
import pathlib
import shutil
import stat
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import Refused, ask, copy_register, is_postgres, tamper  # noqa: E402
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,sound,3\nB,X1,leaks,2\n"
PERSONS = "code,household,name,sex\nA-1,A,李明,female\nB-1,B,王芳,male\n"
FLOWS = "household,month,wage\n" + wages("A", 700) + wages("B", 300)


def chain(url):
    """The hashes as docs/decisions/0005-journal-seal.md says, made without Berm."""
    previous, hashes = "", []
    for sequence, *entry in ask(url, "SELECT s.sequence, j.journal_id, at, actor, via, address, action, subject, "
                                "coalesce(change_id, 0), coalesce(run_id, 0), digest, details, role FROM journal j "
                                "JOIN journal_seal s USING (journal_id) ORDER BY s.sequence"):
        kind, entry = ("berm seal 2", entry) if entry[-1] else ("berm seal 1", entry[:-1])
        fields = [str(field).encode() for field in (kind, sequence, previous, *entry)]
        previous = hashlib.sha256(b"".join(b"%d:%s," % (len(field), field) for field in fields)).hexdigest()
        hashes.append((previous,))
    return hashes


with folder() as here:
    key = here / "berm.key"
    result = berm("key", "create", key)
    equal("a key file is made", result.code, 0)
    equal("only its owner may read it", stat.S_IMODE(key.stat().st_mode), 0o600)
    equal("it is never overwritten", berm("key", "create", key).code, 1)
    contains("its public key can be shown", result.out, berm("key", "show", key).out.split()[-1])
    sealed = {"BERM_KEY_FILE": key}

    # Without a key: entries, but no seals.
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
    result = berm("journal", "verify", "--store", url)
    equal("a journal without a key is no fault", result.code, 0)
    contains("what is not sealed is told", result.err, "6 not sealed yet")
    contains("and that nothing is proven", result.err, "nothing is proven")

    entries = json.loads(berm("journal", "list", "--store", url, "--format", "json").out)
    equal("every change has its entry", [(row["action"], row["subject"], row["change"]) for row in entries[1:]],
          [("apply_pack", "three-rules 1", 1), ("import", "areas", 2), ("import", "households", 3),
           ("import", "persons", 4), ("import", "flows", 5)])
    equal("with counts", entries[3]["details"], {"added": 2, "changed": 0, "unchanged": 0, "rejected": 0})
    check("and who", all(row["actor"] and row["via"] == "cli" for row in entries[1:]), entries)

    # With one: everything so far is sealed at the end of the next command that writes.
    correction = write(here / "h2.csv", "code,area,roof,rooms\nB,X2,sound,\n")
    result = berm("import", "--store", url, "households", correction, env=sealed)
    equal("a correction goes in", result.code, 0)
    result = berm("screen", "--store", url, "--month", "2020-09", env=sealed)
    equal("a month is screened", result.code, 0)
    result = berm("journal", "verify", "--store", url, env=sealed)
    equal("all of it is sound", (result.code, result.out), (0, ""))
    contains("and sealed", result.err, "9 entries, 9 sealed, 0 not sealed yet; no fault, sealed with the key")
    run = json.loads(berm("journal", "list", "--store", url, "--from", "9", "--format", "json").out)[0]
    equal("a run has its entry", (run["action"], run["subject"], run["run"], run["seal"]),
          ("screen", "2020-09", 1, 9))
    equal("the chain's hashes are those of the documented format", chain(url),
          ask(url, "SELECT hash FROM journal_seal ORDER BY sequence"))
    text = json.dumps(ask(url, "SELECT * FROM journal"), ensure_ascii=False)
    check("no personal value stands in the journal", "李明" not in text and "leaks" not in text, text)
    contains("without the key the register's own word is believed and that is told",
             berm("journal", "verify", "--store", url).err, "the register itself names")
    result = berm("import", "--store", url, "households", correction, "--dry-run", env=sealed)
    result = berm("import", "--store", url, "households", correction, env=sealed)
    equal("what changes nothing leaves no entry", ask(url, "SELECT count(*) FROM journal"), [(9,)])

    checkpoint = here / "checkpoint"
    result = berm("journal", "checkpoint", checkpoint, "--store", url, env=sealed)
    equal("a checkpoint is written", result.code, 0)
    equal("and never overwritten", berm("journal", "checkpoint", checkpoint, "--store", url, env=sealed).code, 1)
    equal("the register agrees with it",
          berm("journal", "verify", "--store", url, "--checkpoint", checkpoint).code, 0)

    # Keys.
    other = here / "other.key"
    berm("key", "create", other)
    for command in (["journal", "seal"], ["screen", "--month", "2020-10"]):
        result = berm(*command, "--store", url, "--key", other)
        check(f"{command[0]} with another key is refused", result.code == 1 and "sealed with the key" in result.err,
              result.text)
    result = berm("journal", "seal", "--store", url)
    check("sealing needs a key", result.code == 2 and "berm key create" in result.err, result.text)
    os.chmod(other, 0o644)
    result = berm("journal", "seal", "--store", url, "--key", other)
    check("a key file that others may read is refused", result.code == 1 and "chmod 600" in result.err, result.text)
    result = berm("journal", "seal", "--store", url, "--key", correction)
    check("a file that is no key file is refused", result.code == 1, result.text)
    credentials = here / "credentials"
    credentials.mkdir()
    shutil.copy(key, credentials / "berm.key")
    result = berm("journal", "seal", "--store", url, env={"CREDENTIALS_DIRECTORY": credentials})
    equal("a credential of the system is found", (result.code, result.out), (0, "0 entries sealed\n"))

    # The second fence.
    for statement in ("UPDATE journal SET actor = 'x'", "DELETE FROM journal", "DELETE FROM journal_seal",
                      "UPDATE journal_seal SET hash = ''",
                      *(["TRUNCATE journal_seal"] if is_postgres() else
                        ["REPLACE INTO journal SELECT * FROM journal",
                         "REPLACE INTO journal_seal SELECT * FROM journal_seal"])):
        try:
            ask(url, statement)
            check(f"SQL refuses {statement}", False, "it did not")
        except Refused:
            check(f"SQL refuses {statement}", True)

    # Tampering, each on a copy.
    def find(name, kind, words, *statements, options=(), env=None):
        copy = copy_register(url, here / "copy.berm")
        tamper(copy, *statements)
        result = berm("journal", "verify", "--store", copy, "--format", "json", *options,
                      env=sealed if env is None else env)
        faults = json.loads(result.out or "[]")
        check(f"verify finds {name}", result.code == 1 and
              any(fault["fault"] == kind and words in fault["what"] for fault in faults), result.text)
        return faults

    for column, value in (("actor", "'nobody'"), ("at", "'2019-01-01T00:00:00.000Z'"), ("action", "'look'"),
                          ("subject", "'x'"), ("details", "'{}'"), ("via", "'x'"), ("address", "'x'"),
                          ("role", "'x'"), ("digest", "''"), ("run_id", "1"), ("change_id", "2")):
        find(f"a changed {column}", "changed", "entry 4", f"UPDATE journal SET {column} = {value} WHERE journal_id = 4")
    faults = find("a changed entry", "changed", "entry 4", "UPDATE journal SET actor = 'x' WHERE journal_id = 4")
    equal("and tells it once", len(faults), 1)
    find("a missing entry", "missing", "entry 4, which was sealed as number 4,",
         "DELETE FROM journal WHERE journal_id = 4")
    find("a missing entry whose seal is gone too", "missing", "seals 4 to 4",
         "DELETE FROM journal WHERE journal_id = 4", "DELETE FROM journal_seal WHERE journal_id = 4")
    find("a seal that is gone", "inserted", "entry 4", "DELETE FROM journal_seal WHERE journal_id = 4")
    find("a removed entry behind which all moved up", "changed", "entry 5",
         "DELETE FROM journal WHERE journal_id = 4", "DELETE FROM journal_seal WHERE journal_id = 4",
         "UPDATE journal_seal SET sequence = sequence - 1 WHERE sequence > 4")
    insert = ("INSERT INTO journal SELECT {}, at, actor, via, address, 'look', subject, NULL, NULL, '', '{{}}', '' "
              "FROM journal WHERE journal_id = 4")
    wait = "INSERT INTO journal_unsealed VALUES ({})"
    find("an inserted entry", "inserted", "entry 0", insert.format(0))
    find("an entry put in behind the last", "inserted", "entry 10", insert.format(10))
    find("an entry that waits for its seal and was taken out", "missing", "entry 10, which waits", insert.format(10),
         wait.format(10), "DELETE FROM journal WHERE journal_id = 10")
    find("a gap in ids that were given one after the other", "missing", "entries 4 to 5 are missing",
         "DELETE FROM journal_seal", "UPDATE journal_end SET sequence = 0, gapless_id = 9",
         "INSERT INTO journal_unsealed SELECT journal_id FROM journal", "DELETE FROM journal WHERE journal_id IN (4, 5)",
         "DELETE FROM journal_unsealed WHERE journal_id IN (4, 5)")
    find("a forged seal", "signature", "entry 10", insert.format(10), "INSERT INTO journal_seal SELECT 10, 10, hash, key_id, signature "
         "FROM journal_seal WHERE sequence = 9")
    find("reordered entries", "reordered", "entry 4 stands behind entry 5",
         "UPDATE journal_seal SET journal_id = CASE journal_id WHEN 4 THEN -5 WHEN 5 THEN -4 END WHERE journal_id IN (4, 5)",
         "UPDATE journal_seal SET journal_id = -journal_id WHERE journal_id < 0")
    find("entries that changed places", "changed", "entry 4",
         "UPDATE journal SET journal_id = -journal_id WHERE journal_id IN (4, 5)",
         "UPDATE journal SET journal_id = CASE journal_id WHEN -4 THEN 5 ELSE 4 END WHERE journal_id < 0")
    cut = ("DELETE FROM journal_seal WHERE journal_id > 7", "DELETE FROM journal WHERE journal_id > 7",
           "DELETE FROM run", "DELETE FROM finding", "DELETE FROM standing")
    find("a cut end", "truncated", "8 to 9", *cut)
    find("a chain that does not know its end", "truncated", "where its journal's chain ends", "DELETE FROM journal_end")
    find("a cut end by the checkpoint, when its number was set back too", "truncated", "cut off", *cut,
         "UPDATE journal_end SET sequence = 7", options=("--checkpoint", checkpoint))
    find("another key", "key", "not the one given", f"UPDATE setting SET value = '{7:064d}' "
         "WHERE name = 'journal_public_key'")
    find("a changed fact behind an entry", "record", "row 1 of change 6",
         "UPDATE change_row SET fields = replace(fields, 'leaks', 'none')")
    find("a removed row of a change", "record", "change 6", "DELETE FROM change_row")
    find("an added row of a change", "record", "change 6 or its rows",
         "INSERT INTO change_row SELECT change_id, entity, 1, key, fields, 2, salt, digest FROM change_row")
    find("a row that no entry knows", "record", "change 6 has rows",
         "INSERT INTO change_row (change_id, entity, entity_id, fields) VALUES (6, 'household', 1, '{}')")
    find("an erased row that nobody journalled", "record", "row 1 of change 6",
         "UPDATE change_row SET fields = '', salt = ''")
    find("a changed change", "record", "change 3", "UPDATE change SET actor = 'x' WHERE change_id = 3")
    find("another file's digest", "record", "change 3", "UPDATE change SET file_sha256 = 'x' WHERE change_id = 3")
    find("a removed change", "record", "change 5", "DELETE FROM change WHERE change_id = 5")
    find("a change without an entry", "record", "change 9",
         "INSERT INTO change (change_id, at, actor, via) VALUES (9, 'now', 'x', 'y')")
    find("a changed run", "record", "run 1", "UPDATE run SET opened = opened + 1")
    find("a removed run", "record", "run 1", "DELETE FROM run")
    find("a run without an entry", "record", "run 2",
         "INSERT INTO run SELECT 2, month, state, pack, pack_version, pack_sha256, started_at, finished_at, "
         "households, opened, closed, unchanged, NULL FROM run")

    # Where several write at once, entries are seen after those with higher ids, and some ids are never used.
    several = copy_register(url, here / "several.berm")
    tamper(several, insert.format(14), wait.format(14), insert.format(12), wait.format(12))
    equal("entries with a gap before them are sealed", berm("journal", "seal", "--store", several, env=sealed).out,
          "2 entries sealed\n")
    tamper(several, insert.format(13), wait.format(13))
    equal("and one that came late", berm("journal", "seal", "--store", several, env=sealed).out, "1 entries sealed\n")
    equal("each in its place", ask(several, "SELECT journal_id FROM journal_seal WHERE sequence > 9 ORDER BY sequence"),
          [(12,), (14,), (13,)])
    result = berm("journal", "verify", "--store", several, "--checkpoint", checkpoint, env=sealed)
    equal("all of which is sound", (result.code, result.out), (0, ""))
    tamper(several, insert.format(11).replace(" at,", " '2019-01-01T00:00:00.000Z',"), wait.format(11))
    berm("journal", "seal", "--store", several, env=sealed)
    contains("one that was held back is told", berm("journal", "verify", "--store", several, env=sealed).out,
             "entry 11 of 2019-01-01T00:00:00.000Z was sealed behind entry 14 and more than an hour late")
    cut_off = copy_register(several, here / "cut.berm")
    tamper(cut_off, "DELETE FROM journal_seal WHERE sequence > 12", "DELETE FROM journal WHERE journal_id = 11",
           insert.format(15), wait.format(15))
    berm("journal", "seal", "--store", cut_off, env=sealed)
    contains("a cut end is told also when sealing went on", berm("journal", "verify", "--store", cut_off, env=sealed).out,
             "the seals 13 to 13 are missing")

    # A chain that was written anew with a key of one's own is sound by itself, but not by the key or a checkpoint.
    copy = copy_register(url, here / "anew.berm")
    tamper(copy, "DELETE FROM journal_seal", "UPDATE journal_end SET sequence = 0",
           "INSERT INTO journal_unsealed SELECT journal_id FROM journal", "DELETE FROM setting WHERE name = 'journal_public_key'",
           "UPDATE journal SET actor = 'nobody' WHERE journal_id = 4")
    os.chmod(other, 0o600)
    equal("a chain can be written anew", berm("journal", "seal", "--store", copy, "--key", other).code, 0)
    equal("its own word is sound", berm("journal", "verify", "--store", copy).code, 0)
    equal("the key tells", berm("journal", "verify", "--store", copy, env=sealed).code, 1)
    equal("and so does a checkpoint",
          berm("journal", "verify", "--store", copy, "--checkpoint", checkpoint).code, 1)
    text = checkpoint.read_text()
    write(here / "forged", text.replace("sequence 9", "sequence 8"))
    result = berm("journal", "verify", "--store", url, "--checkpoint", here / "forged")
    check("a changed checkpoint is refused", result.code == 1 and "signature" in result.err, result.text)
    result = berm("journal", "verify", "--store", url, "--checkpoint", correction)
    check("a file that is no checkpoint is refused", result.code == 1 and "no checkpoint" in result.err, result.text)

    # An erasure that the journal knows keeps the rest verifiable.
    erased = copy_register(url, here / "erased.berm")
    tamper(erased, "UPDATE change_row SET fields = '', salt = ''",
           wait.format(10), "INSERT INTO journal SELECT 10, at, actor, via, address, 'erase', 'household 2', 6, NULL, '', '{}', '' "
           "FROM journal WHERE journal_id = 9")
    result = berm("journal", "verify", "--store", erased, env=sealed)
    equal("erased values leave the journal sound", result.code, 0)
finish()
