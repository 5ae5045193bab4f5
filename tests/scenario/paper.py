#!/usr/bin/env python3
"""What is printed, read back by another program: cards, visit sheets and notices as PDF, in both languages."""
import html
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from paying import ALLOWANCE, Paying, account_of  # noqa: E402
from postgres import store_url  # noqa: E402
from registers import make_register  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, skip, write  # noqa: E402
from server import make_account  # noqa: E402

NOW = {"BERM_NOW": "2020-10-03T08:00:00Z"}
LONG = "Maximiliana Bartholomea Featherstonehaugh-Cholmondeley of the Lower Willow Terrace by the Old Mill"
RARE = "\ue863"  # of the private use area: no font has it


def poppler(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def words(path):
    """The text without blanks and line ends: where a line is broken does not matter."""
    return "".join(poppler("pdftotext", "-raw", path, "-").split())


def whole(text):
    return "".join(text.split())


def info(path):
    return dict((line.split(":", 1)[0], line.split(":", 1)[1].strip())
                for line in poppler("pdfinfo", path).splitlines())


def picture(path):
    """The first page as rows of grey bytes, one pixel a point."""
    raw = subprocess.run(["pdftoppm", "-gray", "-r", "144", "-f", "1", "-l", "1", path], capture_output=True, check=True).stdout
    head, width, height = raw.split(maxsplit=3)[:3]
    assert head == b"P5"
    width, height = int(width), int(height)
    body = raw[len(raw) - width * height:]
    return [body[row * width:(row + 1) * width] for row in range(height)]


def han_at_start(word):
    return re.match("[\u4e00-\u9fff]*", word).group(0)


def unpainted(path):
    """Characters of the first page that are in the text and leave no ink: a font that was cut down wrongly."""
    rows, missing = picture(path), []
    boxes = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>',
                       poppler("pdftotext", "-bbox", "-f", "1", "-l", "1", path, "-"))
    words_at = [([2 * float(number) for number in place], html.unescape(word)) for *place, word in boxes]
    # How wide a character is in words of this height, told by those of nothing else.
    steps = {round(box[3] - box[1], 1): (box[2] - box[0]) / len(word) for box, word in words_at
             if word and len(han_at_start(word)) == len(word)}
    for (left, top, right, bottom), word in words_at:
        step = steps.get(round(bottom - top, 1), 0)
        if step == 0:
            continue
        for number, character in enumerate(han_at_start(word)):
            columns = slice(int(left + number * step), int(left + (number + 1) * step) + 1)
            if min(min(row[columns]) for row in rows[int(top):int(bottom) + 1]) > 160:
                missing.append(character)
    return missing


def households(here):
    """A is large and has a long name in it; B has a rare character; N is the neighbours'."""
    rows = ["code,household,name,sex,birth_date,relation,at_school,from_date\n"
            f"A-0,A,{LONG},female,1950-01-01,head,,2010-01-01\n"]
    rows += [f"A-{i},A,孙庚秋{i},male,2000-01-{i % 28 + 1:02d},child,,2010-01-01\n" for i in range(1, 81)]
    rows += [f"B-1,B,王{RARE}明,male,1975-11-25,head,,2010-01-01\n", "N-1,N,欧阳娜娜,female,1988-01-01,head,,2010-01-01\n"]
    url = make_register(here, "code,area,roof,rooms\nA,X1,leaks,3\nB,X1,none,\nN,X2,none,1\n")
    result = berm("import", "persons", write(here / "p.csv", "".join(rows)), "--store", url)
    check("the persons go in", result.code == 0, result.text)
    flows = "household,month,wage\n" + "".join(f"A,2020-{m:02d},1000.50\n" for m in range(1, 10))
    berm("import", "flows", write(here / "f.csv", flows), "--store", url)
    equal("a month is screened", berm("screen", "--month", "2020-09", "--store", url, env=NOW).code, 0)
    return url


def printing(url, here):
    """A function that prints and says where."""
    def do(kind, *arguments, lang="en", code=0, env=None):
        path = here / f"{kind}-{lang}.pdf"
        path.unlink(missing_ok=True)
        result = berm("print", kind, *arguments, "--store", url, "--lang", lang, "--output", path,
                      env={**NOW, **(env or {})})
        equal(f"print {kind} ({lang}) ends with {code}", result.code, code)
        return path, result
    return do


def cards(do):
    path, _ = do("card", "A")
    said, facts = words(path), info(path)
    equal("it is A4", facts["Page size"], "595.276 x 841.89 pts (A4)")
    contains("its date is the caller's, not the clock's", facts["CreationDate"], "Oct  3 00:00:00 2020")
    pages = int(facts["Pages"])
    check("81 members take several pages", pages >= 3, pages)
    for page in range(1, pages + 1):
        one = poppler("pdftotext", "-f", page, "-l", page, path, "-")
        contains(f"page {page} says which of how many it is", one, f"Page {page} of {pages}")
    second = poppler("pdftotext", "-f", "2", "-l", "2", path, "-")
    contains("a table's headings come again on its next page", second, "Relation")
    contains("a long name is there to its end", said, whole(LONG))
    for name in (whole("孙庚秋1"), whole("孙庚秋80")):
        contains(f"{name} is there", said, name)
    for text in ("House not safe", "The roof is repaired.", "Roof is Leaks", "9,004.50 XTS", "Whom to call"):
        contains(f"the card says: {text}", said, whole(text))
    check("no rule's number is on it", "Rule" not in said, said[:200])
    fonts = poppler("pdffonts", path)
    check("the fonts are embedded, and cut down", "WenQuanYi" in fonts
          and all(line.split()[-5:-3] == ["yes", "yes"] for line in fonts.splitlines()[2:]), fonts)
    check("the file is small", path.stat().st_size < 200_000, path.stat().st_size)
    equal("every character is painted", unpainted(path), [])

    path, _ = do("card", "A", lang="zh")
    for text in ("家庭帮扶明白卡", "住房不安全", "屋顶：漏雨", "屋顶修好。", "与户主关系", f"第1页，共{info(path)['Pages']}页"):
        contains(f"the Chinese card says: {text}", words(path), whole(text))
    equal("every Chinese character is painted", unpainted(path), [])

    first = do("card", "A")[0].read_bytes()
    equal("the same card has the same bytes", do("card", "A")[0].read_bytes(), first)

    path, result = do("card", "B")
    contains("a character that no font has stands as its number", words(path), "王[U+E863]明")
    contains("and that is said, with the remedy", result.err, "fonts-hanazono")


def visits(url, do):
    path, _ = do("visit", "A", lang="zh")
    for text in ("入户核实表", "屋顶", "□\u00a0完好", "□是", "核实人", "陪同人", "户主或成员", "未安排"):
        contains(f"the sheet has {text}", words(path), whole(text).replace("\u00a0", ""))
    result = berm("visit", "plan", "A", "--purpose", "shock", "--due", "2020-10-09", "--store", url, env=NOW)
    check("a visit is planned", result.code == 0, result.text)
    path, _ = do("visit", "A")
    contains("a planned visit's day is on it", words(path), "2020-10-09")


def notices(do):
    path, _ = do("notice", "--area", "X")
    said = words(path)
    contains("three households are listed", said, "households:3")
    for masked in ("M***B***", "王**", "欧***", "****"):
        contains(f"masked: {masked}", said, masked)
    for plain in ("Maximiliana", "Bartholomea", "明", "阳", "娜", "Roof", "Leaks", "A-0"):
        check(f"not in public: {plain}", plain not in said, said)
    path, _ = do("notice", "--area", "X2", lang="zh")
    contains("the neighbours' notice has theirs", words(path), "欧***")
    check("and nobody else", "王" not in words(path) and "共1户" in words(path), words(path))


def callers(url, here, do):
    make_account(url, "viewer", ("viewer", None))
    make_account(url, "worker", ("field_worker", "X1"))
    said = words(do("card", "A", "--as", "viewer")[0])
    check("who sees no personal fields prints no names", "孙" not in said and "(hidden)" in said, said)
    said = words(do("notice", "--as", "viewer")[0])
    check("nor does their notice have any", "(hidden)" in said and "王" not in said and "M*" not in said, said)
    said = words(do("notice", "--as", "worker")[0])
    check("a worker's notice ends at their areas", "王**" in said and "欧" not in said, said)
    for kind in ("card", "visit"):
        path, result = do(kind, "N", "--as", "worker", code=1)
        check(f"another's {kind} is not there", "there is no household" in result.err and not path.exists(),
              result.text)
    empty = write(here / "fonts.conf", "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig/>")
    path, result = do("card", "A", lang="zh", code=1, env={"FONTCONFIG_FILE": empty})
    check("without the font it is said which package has it, and nothing is printed",
          "fonts-wqy-microhei" in result.err and not path.exists(), result.text)


def printed(register, kind, *arguments, lang="en", code=0):
    path = register.here / f"{kind}.pdf"
    path.unlink(missing_ok=True)
    result = register.run("print", kind, *arguments, "--lang", lang, "--output", path)
    equal(f"print {kind} ends with {code}", result.code, code)
    return words(path) if path.exists() else result.text


def payments(here):
    """A batch with its signatures and its total; accounts masked."""
    register = Paying(here, "H1,K1\nH2,K1\n", f"P1,H1,李小明,head,{account_of(1)}\nP2,H2,王大力,head,{account_of(2)}\n")
    register.entitle(ALLOWANCE, [("H1", None, 47000), ("H2", None, 23501)])
    register.name_payer(bic="ABCDCNBJ")
    register.prepare("SEP")
    said = printed(register, "payment", "SEP")
    for text in ("李小明", "王大力", "470", "235.01", "705.01", "First signature", "****" + account_of(1)[-4:]):
        contains(f"the payment list has {text}", said, whole(text))
    check("no account is in full", account_of(1) not in said and account_of(2) not in said, said)
    register.sign("SEP", "first")
    contains("who signed in the register is named", printed(register, "payment", "SEP"), whole("signed in the register by first"))
    contains("a batch that is not there is said", printed(register, "payment", "OCT", code=1), "OCT")


def letters(here):
    """A decision with its reason, and a notice of a state."""
    url = store_url(here / "cases.berm")
    for line in (("init", "--pack", "rural-cn"),
                 ("import", "areas", write(here / "a.csv", "code,name,parent\nK,Elm River County,\n")),
                 ("import", "households", write(here / "h.csv", "code,area,housing_grade\nH1,K,D\n")),
                 ("import", "persons", write(here / "p.csv", "code,household,name,relation\nP1,H1,李小明,head\n")),
                 ("screen", "--month", "2020-09")):
        result = berm(*line, "--store", url, env=NOW)
        check(f"berm {line[0]} {line[1]}", result.code == 0, result.text)
    do = printing(url, here)
    _, result = do("letter", "H1", code=1)
    contains("without a decision there is no letter", result.err, "nothing has been decided")
    for step in (("take_up",), ("move_away", "--reason", "搬到女儿家")):
        result = berm("case", "step", "H1", *step, "--store", url, env=NOW)
        check(f"step {step[0]}", result.code == 0, result.text)
        if step[0] == "take_up":
            said = words(do("notice", "--state", "verification", lang="zh")[0])
            check("a state's notice has its case", "李**" in said and "入户核实" in said and "李小明" not in said, said)
            said = words(do("notice", "--state", "appraisal")[0])
            check("another state's has not", "李" not in said and "Thereisnone." in said, said)
    letter = do("letter", "H1", lang="zh")[0]
    said = words(letter)
    equal("every character of a letter is painted", unpainted(letter), [])
    for text in ("告知书", "李小明", "迁出", "搬到女儿家", "住房不安全", "如有异议"):
        contains(f"the letter says: {text}", said, text)
    check("an earlier step has its own", "搬到女儿家" not in words(do("letter", "H1", "--step", "1", lang="zh")[0]))


with folder() as here:
    if shutil.which("pdftotext"):
        register = households(here)
        printer = printing(register, here)
        cards(printer)
        visits(register, printer)
        notices(printer)
        callers(register, here, printer)
        letters(here)
        (here / "paying").mkdir()
        payments(here / "paying")
    else:
        skip("paper", "poppler-utils is not installed")
finish()
