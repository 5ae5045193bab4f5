#!/usr/bin/env python3
"""The file for the bank has the structure of pain.001.001.09, read by another reader of XML.

STRUCTURE is written down from the message definition report: each element in its order, with the
fewest and most times that it may stand there and the form of its text. What may stand in a message
and is not written by the program is left out of it, so that it would be found.
"""
import decimal
import pathlib
import re
import sys
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from paying import ALLOWANCE, NAME_SPACE, Paying, account_of, pain002  # noqa: E402
from scenario import check, equal, finish, folder  # noqa: E402

TEXT_35, TEXT_140, TEXT_34 = r"(?s:.{1,35})", r"(?s:.{1,140})", r"(?s:.{1,34})"
ID_35 = r"[A-Za-z0-9/\-?:().,'+ ]{1,35}"  # characters that all banks take
DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
AMOUNT = r"(?=[\d.]{1,19}$)\d{1,18}(\.\d{1,5})?"
IBAN = r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}"
ACCOUNT = [("Id", 1, 1, [("IBAN", 0, 1, IBAN), ("Othr", 0, 1, [("Id", 1, 1, TEXT_34)])])]
AGENT = [("FinInstnId", 1, 1, [("BICFI", 0, 1, r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?"),
                               ("Othr", 0, 1, [("Id", 1, 1, TEXT_35)])])]
MANY = 10 ** 9
STRUCTURE = ("Document", 1, 1, [("CstmrCdtTrfInitn", 1, 1, [
    ("GrpHdr", 1, 1, [("MsgId", 1, 1, ID_35),
                      ("CreDtTm", 1, 1, DAY + r"T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"),
                      ("NbOfTxs", 1, 1, r"\d{1,15}"), ("CtrlSum", 0, 1, AMOUNT),
                      ("InitgPty", 1, 1, [("Nm", 0, 1, TEXT_140)])]),
    ("PmtInf", 1, MANY, [
        ("PmtInfId", 1, 1, ID_35), ("PmtMtd", 1, 1, "CHK|TRF|TRA"), ("BtchBookg", 0, 1, "true|false"),
        ("NbOfTxs", 0, 1, r"\d{1,15}"), ("CtrlSum", 0, 1, AMOUNT), ("ReqdExctnDt", 1, 1, [("Dt", 1, 1, DAY)]),
        ("Dbtr", 1, 1, [("Nm", 0, 1, TEXT_140)]), ("DbtrAcct", 1, 1, ACCOUNT), ("DbtrAgt", 1, 1, AGENT),
        ("CdtTrfTxInf", 1, MANY, [
            ("PmtId", 1, 1, [("EndToEndId", 1, 1, ID_35)]), ("Amt", 1, 1, [("InstdAmt", 1, 1, AMOUNT)]),
            ("Cdtr", 0, 1, [("Nm", 0, 1, TEXT_140)]), ("CdtrAcct", 0, 1, ACCOUNT),
            ("RmtInf", 0, 1, [("Ustrd", 0, MANY, TEXT_140)])])])])])
ATTRIBUTES = {"InstdAmt": {"Ccy": r"[A-Z]{3}"}}


def faults(element, structure, path=""):
    """What is wrong with an element and all in it."""
    name, _, _, inside = structure
    path = f"{path}/{name}"
    if element.tag != NAME_SPACE + name:
        return [f"{path}: is {element.tag}"]
    wanted = ATTRIBUTES.get(name, {})
    found = [f"{path}: attribute {key}" for key in set(element.attrib) ^ set(wanted)]
    found += [f"{path}: {key} is {element.get(key)!r}" for key, form in wanted.items()
              if not re.fullmatch(form, element.get(key, ""))]
    if isinstance(inside, str):
        text = element.text or ""
        return found + ([] if re.fullmatch(inside, text) and len(element) == 0 else [f"{path}: {text!r}"])
    children = list(element)
    found += [f"{path}: has text"] if (element.text or "").strip() else []
    for child in inside:
        count = 0
        while children and children[0].tag == NAME_SPACE + child[0]:
            found += faults(children.pop(0), child, path)
            count += 1
        if not child[1] <= count <= child[2]:
            found.append(f"{path}: {child[0]} stands there {count} times")
    return found + [f"{path}: {child.tag} is one too many or in the wrong place" for child in children]


# The check finds what it is there for.
GOOD = f'<Id xmlns="{NAME_SPACE[1:-1]}"><Othr><Id>1</Id></Othr></Id>'
for broken, words in ((GOOD, None), (GOOD.replace(">1<", f">{'1' * 35}<"), "/Id/Othr/Id: "),
                      (GOOD.replace("</Othr>", "</Othr><IBAN>DE89</IBAN>"), "wrong place"),
                      (GOOD.replace("<Id>1</Id>", ""), "stands there 0 times"),
                      (GOOD.replace("<Othr>", '<Othr a="b">'), "attribute a")):
    told = faults(xml.etree.ElementTree.fromstring(broken), ACCOUNT[0])
    check(f"the check finds {words}", told == [] if words is None else any(words in line for line in told), told)

NAMES = ("李小明", "O'Neil & Söhne <GmbH>", "Ümit \"Ü\" Özgür", "王" * 66, "a]]>b", "نور", "😀 Smile", "x" * 200)
with folder() as here:
    persons = "".join(f'P{i},H{i},"{name.replace(chr(34), chr(34) * 2)}",head,{account_of(i)}\n'
                      for i, name in enumerate(NAMES)) + "PI,HI,Iban,head,DE89370400440532013000\n"
    register = Paying(here, "".join(f"H{i},K1\n" for i in range(len(NAMES))) + "HI,K2\n", persons)
    rows = [(f"H{i}", None, 1 + i * 12345) for i in range(len(NAMES))] + [("HI", None, 99999999999)]
    register.entitle(ALLOWANCE, rows)
    for code, bic in (("B1", "ABCDCNBJ"), ("B2", "")):
        assert register.name_payer(**({"bic": bic} if bic else {})).code == 0
        register.must("payment", "prepare", ALLOWANCE, "--area", "K", "--month", "2020-09", "--code", code,
                      "--on", "2020-10-08", user="maker")
        register.sign(code)
        register.must("payment", "send", code, "--output", here / code, user="cashier")
        root = xml.etree.ElementTree.parse(here / code).getroot()
        equal(f"its structure is that of the message ({bic or 'no BIC'})", faults(root, STRUCTURE), [])
        lines = list(root.iter(f"{NAME_SPACE}CdtTrfTxInf"))
        amounts = [decimal.Decimal(line.findtext(f".//{NAME_SPACE}InstdAmt")) for line in lines]
        for part in ("GrpHdr", "PmtInf"):
            node = root.find(f".//{NAME_SPACE}{part}")
            equal(f"number and sum of {part} are those of the lines",
                  (int(node.findtext(f"{NAME_SPACE}NbOfTxs")), decimal.Decimal(node.findtext(f"{NAME_SPACE}CtrlSum"))),
                  (len(lines), sum(amounts)))
        equal("amounts have the currency's decimals", {-amount.as_tuple().exponent for amount in amounts}, {2})
        equal("names come as they are, of 140 characters at most",
              [line.findtext(f"{NAME_SPACE}Cdtr/{NAME_SPACE}Nm") for line in lines],
              [name[:140] for name in NAMES] + ["Iban"])
        equal("an IBAN is told as one, other accounts as such",
              [line.findtext(f".//{NAME_SPACE}CdtrAcct//{NAME_SPACE}IBAN") for line in lines],
              [None] * len(NAMES) + ["DE89370400440532013000"])
        equal("ids are given once", len({line.findtext(f".//{NAME_SPACE}EndToEndId") for line in lines}), len(rows))
        if code == "B1":  # all come back, and go out anew under other ids
            first = {line.findtext(f".//{NAME_SPACE}EndToEndId") for line in lines}
            answer = here / "answer"
            answer.write_text(pain002(root.findtext(f".//{NAME_SPACE}MsgId"), [], group="RJCT"), encoding="utf-8")
            register.must("payment", "receive", answer, user="cashier")
        else:
            check("and never again", not first & {line.findtext(f".//{NAME_SPACE}EndToEndId") for line in lines})
finish()
