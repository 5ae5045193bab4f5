#!/usr/bin/env python3
"""Photos, signatures, papers: without the place where they were taken, by content and not by name, for few eyes, to
another store and back, and after kill -9."""
import hashlib
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import pictures  # noqa: E402
from postgres import ask, is_postgres  # noqa: E402
from registers import make_register  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder  # noqa: E402
from server import PASSWORD, Client, Server, make_account, make_token, served  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\nB,X1,leaks,2\nN,X2,sound,4\n"
OCTETS = "application/octet-stream"
LIMIT = 8 << 20


def add(client, content, household="A", kind="photo", name="house.jpg", more=""):
    return client.post(f"/v1/households/{household}/attachments?kind={kind}&file_name={name}{more}", content, content_type=OCTETS)


def content_of(client, number, **headers):
    return client.get(f"/v1/attachments/{number}/content", **headers)


def without_position(worker, here, url):
    """What was sent tells where it was taken; what comes out, and what the register holds, does not."""
    sent = pictures.telling_jpeg(orientation=6, width=640, height=480, shade=0x5a5a)
    check("the photo tells where it was taken", pictures.POSITION in sent)
    answer = add(worker, sent, more="&taken_on=2020-10-02&note=The+roof")
    equal("a photo is taken", (answer.status, answer.json["media_type"], answer.json["taken_on"], answer.json["note"]),
          (201, "image/jpeg", "2020-10-02", "The roof"))
    got = content_of(worker, answer.json["attachment"])
    equal("it comes as what it is", got.headers["Content-Type"], "image/jpeg")
    equal("to be kept as a file", got.headers["Content-Disposition"], f'attachment; filename="photo-{answer.json["attachment"]}.jpg"')
    equal("and taken for nothing else", got.headers["X-Content-Type-Options"], "nosniff")
    check("it does not tell where it was taken", pictures.POSITION not in got.bytes)
    equal("every byte that the pixels are made of is the same", pictures.picture_of(got.bytes),
          pictures.picture_of(pictures.jpeg(640, 480, shade=0x5a5a)))
    kept = [(marker, payload) for marker, payload in pictures.segments(got.bytes) if 0xE0 <= marker <= 0xEF or marker == 0xFE]
    equal("beside them are density and which side is up", [marker for marker, _ in kept], [0xE0, 0xE1])
    check("in an Exif of one entry", kept[1][1][14:16] == b"\0\1" and kept[1][1][-6:-4] == b"\0\0" and kept[1][1][25] == 6, kept[1])
    equal("it is known by its hash", answer.json["sha256"], hashlib.sha256(got.bytes).hexdigest())
    sent = pictures.telling_png(width=300, height=200)
    answer = add(worker, sent, name="plan.png")
    got = content_of(worker, answer.json["attachment"])
    equal("a PNG keeps what it looks like", pictures.chunks(got.bytes), pictures.chunks(pictures.png(width=300, height=200)))
    wanted = add(worker, pictures.telling_jpeg(), name="flood.jpg", more="&keep_metadata=true")
    equal("where it was wanted the position stays", (wanted.json["with_metadata"], content_of(worker, wanted.json["attachment"]).bytes),
          (True, pictures.telling_jpeg()))
    if not is_postgres():
        add(worker, pictures.telling_jpeg(shade=3), household="B")
        number, = ask(url, "SELECT attachment_id FROM attachment WHERE has_metadata = 1")[0]
        holders = ask(url, "SELECT DISTINCT household_id FROM attachment_piece WHERE instr(bytes, CAST('position 25' AS BLOB)) > 0")
        equal("the register holds it of no other", (number, len(holders)), (wanted.json["attachment"], 1))


def by_content(worker):
    for content, name in ((b"GIF89a" + bytes(100), "house.jpg"), (b"<html><script>", "house.png"), (b"", "house.jpg"),
                          (pictures.jpeg()[:-9], "cut.jpg"), (pictures.png()[:-9], "cut.png"), (pictures.pdf()[:-9], "cut.pdf")):
        answer = add(worker, content, name=name)
        check(f"{content[:6]} is not taken as {name}", answer.status in (400, 422), (answer.status, answer.text))
    answer = add(worker, pictures.pdf(), kind="document", name="paper.jpg")
    equal("a paper under a photo's name is a paper", (answer.json["media_type"], content_of(worker, answer.json["attachment"]).bytes),
          ("application/pdf", pictures.pdf()))
    answer = add(worker, pictures.jpeg(shade=77), name="..%2F..%2Fetc%2Fhouse.jpg")
    equal("a name has no folders", answer.json["file_name"], "house.jpg")
    equal("a kind is wanted", add(worker, pictures.jpeg(), kind="selfie").status, 400)
    equal("a day is one", add(worker, pictures.jpeg(), more="&taken_on=yesterday").status, 400)
    big = pictures.pdf("x" * LIMIT)
    equal("what is too large is not taken", add(worker, big, kind="document", name="big.pdf").status, 413)
    most = pictures.pdf("y" * (LIMIT - len(pictures.pdf(""))))
    answer = add(worker, most, kind="document", name="most.pdf")
    equal("the largest is", (len(most), answer.status), (LIMIT, 201))
    return answer.json["attachment"], most


def in_parts(worker, number, content):
    """A download that broke off goes on where it was."""
    whole = content_of(worker, number)
    check("8 MiB come back byte for byte", whole.bytes == content)
    tag = whole.headers["ETag"]
    for wanted, first, last in (("0-0", 0, 0), ("262143-262144", 262143, 262144), ("8388600-", 8388600, LIMIT - 1), ("-5", LIMIT - 5, LIMIT - 1),
                                ("300000-900000", 300000, 900000), ("8388600-99999999", 8388600, LIMIT - 1)):
        part = content_of(worker, number, Range=f"bytes={wanted}")
        equal(f"bytes {wanted} are a part", (part.status, part.headers["Content-Range"], part.bytes == content[first:last + 1]),
              (206, f"bytes {first}-{last}/{LIMIT}", True))
    equal("what lies behind the end is none", content_of(worker, number, Range=f"bytes={LIMIT}-").status, 416)
    for nonsense in ("bytes=5-2", "bytes=a-b", "bytes=1-2,4-5", "lines=1-2"):
        equal(f"{nonsense} is answered by the whole", content_of(worker, number, Range=nonsense).status, 200)
    equal("a part of what it was", content_of(worker, number, **{"Range": "bytes=0-9", "If-Range": tag}).status, 206)
    equal("the whole of what it is not", content_of(worker, number, **{"Range": "bytes=0-9", "If-Range": '"other"'}).status, 200)
    equal("who has it already gets it once", content_of(worker, number, **{"If-None-Match": tag}).status, 304)


def once(worker, url):
    """The same once more is the same; in another household it is another, and nothing tells of the first."""
    photo = pictures.jpeg(64, 64, shade=9)
    first, again = add(worker, photo), add(worker, photo)
    equal("sent twice it is there once", first.json["attachment"], again.json["attachment"])
    other = add(worker, photo, kind="document")
    check("as another kind it is another, of the same content", other.json["attachment"] != first.json["attachment"])
    elsewhere = add(worker, photo, household="B")
    equal("so it is in another household", (elsewhere.status, elsewhere.json["sha256"]), (201, first.json["sha256"]))
    rows = ask(url, f"SELECT household_id, count(*) FROM attachment_file WHERE sha256 = '{first.json['sha256']}' GROUP BY household_id")
    equal("each household has its own content once", [count for _, count in rows], [1, 1])


def for_few_eyes(server, worker, url, clients):
    number = add(worker, pictures.jpeg(32, 32, shade=21)).json["attachment"]
    sha = add(worker, pictures.jpeg(32, 32, shade=21)).json["sha256"]
    for name in ("viewer", "neighbour", "supervisor"):
        client = clients[name]
        for what in ("", "/content"):
            theirs, nobodys = (client.get(f"/v1/attachments/{which}{what}") for which in (number, 999999))
            equal(f"to the {name} attachment{what} is what never was", (theirs.status, theirs.json["detail"].replace(f" {number};", " #;")),
                  (404, nobodys.json["detail"].replace(" 999999;", " #;")))
        equal(f"nor by its hash for the {name}", client.get(f"/v1/attachments/{sha}/content").status, 404)
    equal("the list is empty for who may see the household", clients["viewer"].get("/v1/households/A/attachments").json["items"], [])
    equal("and not there for others", clients["neighbour"].get("/v1/households/A/attachments").status, 404)
    equal("others add nothing", add(clients["neighbour"], pictures.jpeg()).status, 404)
    equal("nor do those who only read", add(clients["viewer"], pictures.jpeg()).status, 403)
    # The neighbour has the very photo, and learns nothing of whose it is elsewhere.
    own = add(clients["neighbour"], pictures.jpeg(32, 32, shade=21), household="N")
    stranger = add(clients["neighbour"], pictures.jpeg(32, 32, shade=22), household="N")
    equal("who has the same photo is told what anybody is", sorted(own.json), sorted(stranger.json))
    equal("and sees their own alone", {row["household"] for row in clients["neighbour"].get("/v1/households/N/attachments").json["items"]}, {"N"})
    make_account(url, "looker", ("county", "X1"))
    looker = Client(server, make_token(url, "looker", "household_read", "fields_sensitive"))
    equal("who may see looks", content_of(looker, number).status, 200)
    narrow = Client(server, make_token(url, "looker", "household_read"))
    equal("but not by a token without that right", content_of(narrow, number).status, 404)
    return number


def with_a_visit(worker):
    visit = worker.post("/v1/households/A/visits", {"purpose": "verification"}).json["visit"]
    signed = add(worker, pictures.png(shade=5), kind="signature", name="signed.png", more=f"&visit={visit}")
    equal("a signature goes with its visit", (signed.status, signed.json["visit"]), (201, visit))
    equal("whose list has it alone", [row["attachment"] for row in worker.get(f"/v1/households/A/attachments?visit={visit}").json["items"]],
          [signed.json["attachment"]])
    equal("and the visit shows it", [row["file_name"] for row in worker.get(f"/v1/visits/{visit}").json["attachments"]], ["signed.png"])
    equal("another household's visit is none", add(worker, pictures.png(), household="B", more=f"&visit={visit}").status, 404)


def after_kill(url, key):
    """Cut off while photos come in: each is whole or not there, and may be sent again."""
    photos = [pictures.jpeg(1024, 1024, shade=shade) for shade in range(40, 52)]
    for kill in (2, 5, 9):
        server = Server(store=url, env={"BERM_KEY_FILE": str(key)})
        worker = Client(server)
        worker.log_in("worker", PASSWORD)
        told = {}
        for number, photo in enumerate(photos):
            if number == kill:
                server.process.send_signal(signal.SIGKILL)
            try:
                told[number] = add(worker, photo, household="B").json["attachment"]
            except OSError:
                break
        server.end()
        with served(store=url, env={"BERM_KEY_FILE": str(key)}) as again:
            worker = Client(again)
            worker.log_in("worker", PASSWORD)
            for number, photo in enumerate(photos):
                answer = add(worker, photo, household="B")
                if number in told:
                    equal("what was answered is kept, once", answer.json["attachment"], told[number])
            rows = worker.get("/v1/households/B/attachments").json["items"]
            for row in rows:
                equal("each is whole", hashlib.sha256(content_of(worker, row["attachment"]).bytes).hexdigest(), row["sha256"])
    files, = ask(url, "SELECT count(*) FROM attachment_file AS f WHERE byte_count <> (SELECT coalesce(sum(length(bytes)), 0)"
                      " FROM attachment_piece AS p WHERE p.household_id = f.household_id AND p.sha256 = f.sha256)")[0]
    equal("no file lacks a piece", files, 0)


def by_command(here, url, key):
    sealed = {"BERM_KEY_FILE": str(key)}
    (here / "walk.jpg").write_bytes(pictures.telling_jpeg(shade=91))
    result = berm("attachment", "add", "B", here / "walk.jpg", "--note", "The wall", "--store", url, env=sealed)
    check("the command adds", result.code == 0 and "that were no picture were left out" in result.out, result.text)
    number = result.out.split()[1].rstrip(":")
    contains("and lists", berm("attachment", "list", "B", "--store", url, "--format", "csv").out, f"{number},,photo,image/jpeg,")
    result = berm("attachment", "save", number, here / "out.jpg", "--store", url, env=sealed)
    equal("and writes", (result.code, pictures.picture_of((here / "out.jpg").read_bytes())), (0, pictures.picture_of(pictures.jpeg(shade=91))))
    check("over nothing", berm("attachment", "save", number, here / "out.jpg", "--store", url, env=sealed).code == 1)
    check("for who may see it", berm("attachment", "save", number, here / "no.jpg", "--store", url, "--as", "viewer", env=sealed).code == 1
          and not (here / "no.jpg").exists())
    looks = ask(url, "SELECT count(*) FROM journal WHERE action = 'look' AND subject = 'household B' AND details LIKE '%files%'")
    check("each look is in the journal", looks[0][0] >= 1, looks)
    return number


def elsewhere(here, url, key, number):
    """A backup and a move take the files along."""
    sealed = {"BERM_KEY_FILE": str(key)}
    if not is_postgres():
        assert berm("backup", here / "copy.berm", "--store", url).code == 0
        result = berm("restore", here / "copy.berm", "--store", f"sqlite:{here / 'again.berm'}")
        assert result.code == 0, result.text
        berm("attachment", "save", number, here / "copied.jpg", "--store", f"sqlite:{here / 'again.berm'}", env=sealed)
        equal("a backup has the files", (here / "copied.jpg").read_bytes(), (here / "out.jpg").read_bytes())
    target = f"sqlite:{here / 'moved.berm'}"
    result = berm("move", "--from", url, "--to", target, env=sealed)
    check("a register with files moves", result.code == 0, result.text)
    berm("attachment", "save", number, here / "moved.jpg", "--store", target, env=sealed)
    equal("a move has the files", (here / "moved.jpg").read_bytes(), (here / "out.jpg").read_bytes())
    for words in (("journal", "verify"), ("doctor",)):
        result = berm(*words, "--store", target, env=sealed)
        check(f"berm {' '.join(words)} finds nothing there", result.code == 0, result.text)


with folder() as here:
    key = here / "berm.key"
    assert berm("key", "create", key).code == 0
    url = make_register(here, HOUSEHOLDS)
    for name, role, area in (("worker", "field_worker", "X1"), ("viewer", "viewer", "X1"), ("neighbour", "county", "X2"), ("supervisor", "supervisor", None)):
        make_account(url, name, (role, area))
    with served(store=url, env={"BERM_KEY_FILE": str(key)}) as server:
        clients = {}
        for name in ("worker", "viewer", "neighbour", "supervisor"):
            clients[name] = Client(server)
            clients[name].log_in(name, PASSWORD)
        without_position(clients["worker"], here, url)
        in_parts(clients["worker"], *by_content(clients["worker"]))
        once(clients["worker"], url)
        for_few_eyes(server, clients["worker"], url, clients)
        with_a_visit(clients["worker"])
    looks = ask(url, "SELECT DISTINCT actor FROM journal WHERE action = 'look' AND subject = 'household A' AND details LIKE '%files%' ORDER BY actor")
    equal("who looked at files is in the journal", looks, [("looker",), ("worker",)])
    after_kill(url, key)
    elsewhere(here, url, key, by_command(here, url, key))
finish()
