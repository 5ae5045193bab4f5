#!/usr/bin/env python3
"""The front page: both languages, safe headers, files compressed and cached by their hash."""
import gzip
import html.parser
import http.client
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import check, contains, equal, finish, program  # noqa: E402
from server import empty_register  # noqa: E402

PAGES = {"en": "This is a Berm server", "zh": "这里是 Berm 服务器"}


class Page(html.parser.HTMLParser):
    """What a page refers to, and what would be refused by its policy."""

    def __init__(self, text):
        super().__init__()
        self.links, self.forbidden, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        self.links += [(tag, names[name]) for name in ("href", "src") if name in names]
        if tag in ("script", "style", "iframe", "object", "form") or "style" in names or any(
                name.startswith("on") for name in names):
            self.forbidden.append(tag)
        if tag not in ("meta", "link", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.forbidden.append(f"</{tag}> out of place")


server = subprocess.Popen([program(), "serve", "--store", empty_register(), "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE)
try:
    line = server.stderr.readline().decode()
    port = int(re.search(r":(\d+)$", line.strip()).group(1))

    def get(path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    for wish, language in (("", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-US,en;q=0.5", "en"), ("fr", "en")):
        answer, body = get("/", Accept_Language=wish)
        contains(f"who asks for {wish!r} gets it in {language}", body.decode(), PAGES[language])
        equal(f"and it is told for {wish!r}", (answer.status, answer.headers["Content-Language"],
                                              "Accept-Language" in answer.headers.get_all("Vary")), (200, language, True))
    for language, words in PAGES.items():
        answer, body = get(f"/{language}", Accept_Language="en" if language == "zh" else "zh")
        contains(f"/{language} is in its language whatever is asked", body.decode(), words)
        page = Page(body.decode())
        equal(f"/{language} has nothing that its policy forbids, and is well formed", (page.forbidden, page.open), ([], []))
        check(f"/{language} leads to the other language without a script",
              ("a", "/zh" if language == "en" else "/en") in page.links, page.links)
        policy = answer.headers["Content-Security-Policy"]
        check(f"/{language} may load its own style and picture, and nothing else",
              "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
              and "frame-ancestors 'none'" in policy, policy)
        equal(f"/{language} keeps browsers from guessing, framing and telling",
              [answer.headers[name] for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
                                                 "Cross-Origin-Opener-Policy")],
              ["nosniff", "DENY", "no-referrer", "same-origin"])
        equal(f"/{language} is asked for again each time", answer.headers["Cache-Control"], "no-cache")
        again, nothing = get(f"/{language}", If_None_Match=answer.headers["ETag"])
        equal(f"and not sent again where /{language} is the same", (again.status, nothing), (304, b""))
        for tag, link in page.links:
            if link.startswith("/static/"):
                answer, body = get(link)
                equal(f"{link} is there, and cached for a year",
                      (answer.status, answer.headers["Cache-Control"]), (200, "public, max-age=31536000, immutable"))
                packed, bytes_packed = get(link, Accept_Encoding="gzip")
                if packed.headers["Content-Encoding"] == "gzip":
                    equal(f"{link} unpacks to itself", gzip.decompress(bytes_packed), body)
                    check(f"{link} has a tag for each form", packed.headers["ETag"] != answer.headers["ETag"])
    style = next(link for tag, link in page.links if link.endswith(".css"))
    equal("the style is sent packed", get(style, Accept_Encoding="gzip")[0].headers["Content-Encoding"], "gzip")
    if shutil.which("brotli"):
        answer, body = get(style, Accept_Encoding="gzip, br")
        if answer.headers["Content-Encoding"] == "br":
            unpacked = subprocess.run(["brotli", "-d", "-c"], input=body, stdout=subprocess.PIPE, check=True).stdout
            equal("brotli is liked better and unpacks to the same", unpacked, get(style)[1])
    answer, _ = get("/static/index.en.html")
    equal("pages are not served as files, without their policy", answer.status, 404)
    equal("what is not there is not found", get("/static/style.css")[0].status, 404)
finally:
    server.terminate()
    equal("the server ends", server.wait(20), 0)
    server.stderr.close()
finish()
