#!/usr/bin/env python3
"""Changing the key that seals the journal: verify follows it, and finds a change that the old key did not sign."""
import json
import os
import pathlib
import stat
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, copy_register, store_url, tamper  # noqa: E402
from registers import make_register  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,sound,3\nB,X1,leaks,2\n"


def key_file(path, source, keep):
    """A key file with only those of the source's signing keys."""
    lines = source.read_text().splitlines()
    sign = [line for line in lines if line.startswith("sign ")]
    kept = [line for line in lines if line not in sign or sign.index(line) in keep]
    write(path, "\n".join(kept) + "\n").chmod(0o600)
    return path


with folder() as here:
    key = here / "berm.key"
    sealed = {"BERM_KEY_FILE": key}
    first = berm("key", "create", key).out.split()[-1]
    old_key = write(here / "old.key", key.read_bytes())
    old_key.chmod(0o600)
    url = make_register(here, HOUSEHOLDS)
    berm("journal", "seal", "--store", url, env=sealed)
    old_checkpoint = here / "old.checkpoint"
    berm("journal", "checkpoint", old_checkpoint, "--store", url, env=sealed)
    old_backup = copy_register(url, here / "old.berm")

    result = berm("key", "rotate", "--signing", "--store", url)
    check("changing the key needs the key file's path", result.code == 2 and "BERM_KEY_FILE" in result.err, result.text)
    write(here / "more.csv", "code,area,roof,rooms\nC,X2,sound,1\n")
    berm("import", "households", here / "more.csv", "--store", url)  # waits for its seal
    result = berm("key", "rotate", "--signing", "--store", url, env=sealed)
    equal("the key is changed", result.code, 0)
    second = berm("key", "show", key).out.split()[-1]
    check("the file has a new one", first != second and first not in key.read_text(), (first, second))
    equal("and only its owner may read it", stat.S_IMODE(key.stat().st_mode), 0o600)
    entries = ask(url, "SELECT action, key_id, details, sequence FROM journal JOIN journal_seal USING (journal_id) "
                       "ORDER BY sequence")
    actions = [row[0] for row in entries]
    equal("the change is sealed by the old key, and the next entry by the new one",
          actions[-2:] + [entries[-2][1] == entries[0][1], entries[-1][1] == entries[0][1]],
          ["rotate_signing_key", "adopt_key", True, False])
    equal("it names both", json.loads(entries[-2][2]), {"previous": first, "public_key": second})
    equal("what waited was sealed before", actions[-3], "import")
    write(here / "even-more.csv", "code,area,roof,rooms\nD,X2,sound,1\n")
    equal("commands go on with it", berm("import", "households", here / "even-more.csv", "--store", url, env=sealed).code, 0)
    last = ask(url, "SELECT key_id FROM journal_seal ORDER BY sequence")
    equal("and seal with the new key", (len(last), last[-1]), (len(entries) + 1, (entries[-1][1],)))

    # Who trusts what.
    new_only = key_file(here / "new.key", key, {1})
    checkpoint = here / "new.checkpoint"
    berm("journal", "checkpoint", checkpoint, "--store", url, env=sealed)

    def verify(place, *options):
        result = berm("journal", "verify", "--store", place, "--format", "json", *options)
        return result, [(row["fault"], row["what"]) for row in json.loads(result.out or "[]")]

    for name, options in (("the key file", ["--key", key]), ("only the new key", ["--key", new_only]),
                          ("only the old key", ["--key", old_key]), ("the old checkpoint", ["--checkpoint", old_checkpoint]),
                          ("the new checkpoint", ["--checkpoint", checkpoint]), ("nothing", []),
                          ("the new key and the old checkpoint", ["--key", new_only, "--checkpoint", old_checkpoint])):
        result, faults = verify(url, *options)
        equal(f"with {name} the chain is sound across the change", (result.code, faults), (0, []))
    contains("and it is told that there were several", verify(url, "--key", key)[0].err, "and those before it")
    other = here / "other.key"
    other_public = berm("key", "create", other).out.split()[-1]
    result, faults = verify(url, "--key", other)
    check("a key that never sealed is told", result.code == 1 and ("key", "not one seal was made with the key given")
          in faults, result.text)
    result = berm("journal", "seal", "--store", url, "--key", old_key)
    check("the old key alone seals no more", result.code == 1 and "sealed with the key" in result.err, result.text)

    # Registers that the same file serves, and older backups.
    result = berm("journal", "seal", "--store", old_backup, env=sealed)
    equal("an older backup is sealed with the key that it knows", result.code, 0)
    contains("and verify says that there is a newer one", verify(old_backup, "--key", key)[0].err, "not the newest")
    contains("and so does the doctor", berm("doctor", "--store", old_backup, env=sealed).out, "--signing")
    before = key.read_bytes()
    result = berm("key", "rotate", "--signing", "--store", old_backup, env=sealed)
    equal("changing its key takes the newest of the file", (result.code, key.read_bytes()), (0, before))
    equal("and it is sound", verify(old_backup, "--key", new_only)[1], [])
    result = berm("key", "rotate", "--signing", "--store", url, env=sealed)
    equal("a third key follows", (result.code, verify(url, "--key", key_file(here / "third.key", key, {2}))[1]), (0, []))
    equal("the old checkpoint still proves it", verify(url, "--checkpoint", old_checkpoint)[1], [])
    contains("numbers are protected as before", berm("doctor", "--store", url, env=sealed).out, "protected numbers")
    new_only = key_file(here / "new.key", key, {2})

    # Tampering, each on a copy.
    rotation = f"(SELECT journal_id FROM journal WHERE action = 'rotate_signing_key' AND details LIKE '%{first}%')"
    entry = ask(url, f"SELECT {rotation}")[0][0]

    def find(name, kind, words, *statements, options=("--key", key), seal_with=None, after=()):
        copy = copy_register(url, here / "copy.berm")
        tamper(copy, *statements)
        if seal_with:
            done = berm("journal", "seal", "--store", copy, "--key", seal_with)
            check(f"{name}: the forger can seal", done.code == 0, done.text)
            if after:
                tamper(copy, *after)
        result, faults = verify(copy, *options)
        check(f"verify finds {name}", result.code == 1 and any(fault == kind and words in what for fault, what in faults),
              result.text)

    find("another key in the entry that changes it", "changed", f"entry {entry}",
         f"UPDATE journal SET details = replace(details, '{second}', '{other_public}') WHERE journal_id = {entry}")
    find("and that the seals behind it are not that key's", "signature", "was not made with the key",
         f"UPDATE journal SET details = replace(details, '{second}', '{other_public}') WHERE journal_id = {entry}")
    find("an entry that names no new key", "key", "does not name the keys",
         f"UPDATE journal SET details = '{{\"previous\":\"{first}\"}}' WHERE journal_id = {entry}")
    find("an entry that names no key at all", "changed", f"entry {entry}",
         f"UPDATE journal SET details = '{{}}' WHERE journal_id = {entry}")
    find("a change of key that was taken out", "missing", f"entry {entry}, which was sealed",
         f"DELETE FROM journal WHERE journal_id = {entry}")
    find("a seal that names another key", "key", "names the key", "UPDATE journal_seal SET key_id = "
         "(SELECT key_id FROM journal_seal WHERE sequence = 1) WHERE sequence = (SELECT max(sequence) FROM journal_seal)")
    find("a register that names another key", "key", "which is not the one that its chain ends with",
         f"UPDATE setting SET value = '{other_public}' WHERE name = 'journal_public_key'")

    # A change of key by somebody who has the database and a key of their own, but not the old one.
    newest = berm("key", "show", key).out.split()[-1]
    forged = ("INSERT INTO journal SELECT journal_id + 1, at, actor, via, address, 'rotate_signing_key', 'x', NULL, "
              f"NULL, '', '{{\"previous\":\"THE KEY\",\"public_key\":\"{other_public}\"}}', '' FROM journal "
              "WHERE journal_id = (SELECT max(journal_id) FROM journal)")
    take_next = "INSERT INTO journal_unsealed SELECT max(journal_id) FROM journal"
    remember = f"UPDATE setting SET value = '{other_public}' WHERE name = 'journal_public_key'"
    for name, options in (("the key file", ("--key", key)), ("the newest key", ("--key", new_only)),
                          ("the old checkpoint", ("--checkpoint", old_checkpoint)), ("nothing", ())):
        find(f"with {name} a change of key that the old key did not sign", "key", "did not sign that",
             forged.replace("THE KEY", newest), take_next, remember, seal_with=other, options=options)
    # The whole chain anew, that ends by handing over to the true key.
    find("a chain written anew that names the true key at its end", "key", "not one seal",
         "DELETE FROM journal_seal", "UPDATE journal_end SET sequence = 0",
         "DELETE FROM journal WHERE action = 'rotate_signing_key'",
         "UPDATE journal SET journal_id = (SELECT count(*) FROM journal j WHERE j.journal_id <= journal.journal_id)",
         f"UPDATE journal SET action = 'rotate_signing_key', details = '{{\"previous\":\"{other_public}\","
         f"\"public_key\":\"{newest}\"}}' WHERE journal_id = (SELECT max(journal_id) FROM journal)", remember,
         "INSERT INTO journal_unsealed SELECT journal_id FROM journal", seal_with=other, options=("--key", new_only),
         after=[f"UPDATE setting SET value = '{newest}' WHERE name = 'journal_public_key'"])

    # Cut off behind and before the change.
    def cut(at):
        return [f"DELETE FROM journal_seal WHERE journal_id > {at}", f"DELETE FROM journal WHERE journal_id > {at}",
                "DELETE FROM change WHERE change_id NOT IN (SELECT change_id FROM journal WHERE change_id IS NOT NULL)",
                f"UPDATE journal_end SET sequence = {at}"]
    find("what the new key sealed cut off", "truncated", "where the key was changed", *cut(entry),
         f"UPDATE setting SET value = '{second}' WHERE name = 'journal_public_key'")
    back = [*cut(entry - 1), f"UPDATE setting SET value = '{first}' WHERE name = 'journal_public_key'"]
    find("the change itself cut off, by the newest key", "key", "which is not the one given", *back,
         options=("--key", new_only))
    find("the same by a checkpoint", "truncated", "cut off", *back, options=("--key", key, "--checkpoint", checkpoint))
    copy = copy_register(url, here / "copy.berm")
    tamper(copy, *back)
    contains("by a file with old keys it is at least told", verify(copy, "--key", key)[0].err, "its end was cut off")

    # A crash between the file and the register leaves a key too many.
    equal("a file whose newest key no register knows still works",
          berm("journal", "seal", "--store", old_backup, env=sealed).code, 0)
    equal("and the next change takes it", (berm("key", "rotate", "--signing", "--store", old_backup,
                                                env=sealed).code, verify(old_backup, "--key", new_only)[1]), (0, []))
    os.mkdir(here / "closed")
    lost = write(here / "closed" / "berm.key", old_key.read_bytes())
    lost.chmod(0o600)
    write(here / "closed" / "berm.key.new", "in the way")
    fresh = store_url(here / "fresh.berm")
    berm("init", "--store", fresh, "--pack", "rural-cn", "--key", lost)
    result = berm("key", "rotate", "--signing", "--store", fresh, "--key", lost)
    equal("where the file cannot be written the register stays with its key",
          (result.code, verify(fresh, "--key", lost)[1], ask(fresh, "SELECT count(*) FROM journal WHERE action = "
                                                            "'rotate_signing_key'")), (1, [], [(0,)]))
finish()
