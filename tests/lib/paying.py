"""A made-up register with approved entitlements, its officers, and what banks send and get."""
import xml.etree.ElementTree

from postgres import store_url, tamper
from scenario import berm, write

ALLOWANCE = "minimum_living_allowance"  # of households, monthly; its flow is allowance_income
POST = "public_welfare_post"            # of persons, monthly
AREAS = "code,name,parent\nK,榆河县,\nK1,上榆乡,K\nK2,下榆乡,K\n"
OFFICERS = (("maker", "township", "K"), ("first", "county", "K"), ("second", "county", "K"),
            ("cashier", "county", "K"), ("upper", "township", "K1"), ("elsewhere", "county", "K2"))
PAYER_ACCOUNT = "9900112233446677"
NAME_SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def account_of(number):
    """A made-up bank account."""
    return f"6222021{number:012d}"


class Paying:
    """A register where people wait for money."""

    def __init__(self, here, households, persons, officers=OFFICERS):
        """households and persons are rows of CSV without header: code,area and code,household,name,relation,account."""
        self.here = here
        self.url = store_url(here / "register.berm")
        self.key = here / "key"
        assert berm("key", "create", self.key).code == 0
        self.env = {"BERM_KEY_FILE": self.key}
        self.must("init", "--pack", "rural-cn")
        for kind, text in (("areas", AREAS), ("households", "code,area\n" + households),
                           ("persons", "code,household,name,relation,bank_account\n" + persons)):
            self.must("import", kind, write(here / f"{kind}.csv", text))
        for name, role, area in officers:
            self.must("user", "add", name, stdin="correct horse battery\n")
            self.must("user", "grant", name, role, "--area", area)

    def run(self, *arguments, user=None, stdin=None, **options):
        as_user = ("--as", user) if user else ()
        return berm(*arguments, "--store", self.url, *as_user, stdin=stdin,
                    env={**self.env, **options.pop("env", {})}, **options)

    def must(self, *arguments, **options):
        result = self.run(*arguments, **options)
        assert result.code == 0, result.text
        return result

    def name_payer(self, area="K", **options):
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return self.run("payment", "set-payer", area, "--name", "榆河县民政局 & Co", "--account",
                        PAYER_ACCOUNT, *words)

    def entitle(self, programme, rows, period="202009", state="approved", first_id=1):
        """rows: (household's code, person's code or None, amount in minor units)."""
        tamper(self.url, *[
            "INSERT INTO entitlement (household_id, entitlement_id, programme, person_id, period, amount_minor,"
            " state, risk_level, missing, proposed_at, proposed_by, reason, change_id)"
            f" SELECT household_id, {number}, '{programme}',"
            f" coalesce((SELECT person_id FROM person WHERE code = '{person}'), 0), {period}, {amount}, '{state}',"
            f" 'high', '', '2020-09-01T00:00:00.000Z', 'somebody', '', 1 FROM household WHERE code = '{household}'"
            for number, (household, person, amount) in enumerate(rows, first_id)])

    def prepare(self, code, programme=ALLOWANCE, area="K", month="2020-09", user="maker", **options):
        return self.run("payment", "prepare", programme, "--area", area, "--month", month, "--code", code,
                        "--on", "2020-10-08", "--format", "csv", user=user, **options)

    def sign(self, code, *users):
        for user in users or ("first", "second"):
            self.must("payment", "sign", code, user=user)

    def send(self, code, path, *options, user="cashier", **more):
        return self.run("payment", "send", code, "--output", path, *options, user=user, **more)


def payments_of(path):
    """(end-to-end id, amount, currency, name, account) of each payment in a file, and the root."""
    root = xml.etree.ElementTree.parse(path).getroot()
    found = []
    for line in root.iter(f"{NAME_SPACE}CdtTrfTxInf"):
        amount = line.find(f"{NAME_SPACE}Amt/{NAME_SPACE}InstdAmt")
        found.append((line.findtext(f"{NAME_SPACE}PmtId/{NAME_SPACE}EndToEndId"), amount.text, amount.get("Ccy"),
                      line.findtext(f"{NAME_SPACE}Cdtr/{NAME_SPACE}Nm"),
                      "".join(line.find(f"{NAME_SPACE}CdtrAcct").itertext())))
    return found, root


def message_of(path):
    return payments_of(path)[1].findtext(f".//{NAME_SPACE}GrpHdr/{NAME_SPACE}MsgId")


def pain002(message, lines, group="", version="10"):
    """A bank's answer. lines: (end-to-end id, status, reason code or "", amount or "")."""
    told = []
    for identification, status, reason, amount in lines:
        told.append(
            f"<TxInfAndSts><OrgnlEndToEndId>{identification}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
            + (f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn><AddtlInf>made up</AddtlInf></StsRsnInf>" if reason else "")
            + (f'<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">{amount}</InstdAmt></Amt></OrgnlTxRef>' if amount else "")
            + "</TxInfAndSts>")
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>\n'
            "<GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2020-10-08T12:00:00Z</CreDtTm></GrpHdr>\n"
            f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
            + (f"<GrpSts>{group}</GrpSts>" if group else "") + "</OrgnlGrpInfAndSts>\n"
            f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}</OrgnlPmtInfId>\n" + "\n".join(told)
            + "\n</OrgnlPmtInfAndSts>\n</CstmrPmtStsRpt></Document>\n")
