#!/usr/bin/env python3
"""Payments: made of what is approved, signed by two, sent once, answered by the bank, paid once."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from paying import (ALLOWANCE, NAME_SPACE, PAYER_ACCOUNT, POST, Paying, account_of, message_of,  # noqa: E402
                    pain002, payments_of)
from postgres import ask, tamper  # noqa: E402
from scenario import check, contains, equal, finish, folder, write  # noqa: E402

HOUSEHOLDS = "H1,K1\nH2,K1\nH3,K2\nH4,K1\nH5,K1\nH6,K2\n"
PERSONS = (f"P1,H1,李小明 <一>,head,{account_of(1)}\nP1b,H1,李小红,spouse,\n"
           f"P2,H2,O'Neil & Söhne,head,DE89370400440532013000\n"
           f"P3,H3,=王大力,head,{account_of(3)}\n"
           f"P4,H4,周没账,head,\n"
           f"P5,H5,吴已故,head,{account_of(5)}\n"
           f"P6,H6,{'郑长' * 30},head,{account_of(6)}\n")


def states(register, what, key):
    return {row[0]: row[1] for row in ask(register.url, f"SELECT {key}, state FROM {what} ORDER BY 1")}


def batch(register, code):
    return json.loads(register.must("payment", "show", code, "--format", "json").out)


def receive(register, text, *options, user="cashier", name="answer"):
    result = register.run("payment", "receive", write(register.here / name, text), "--format", "csv", *options,
                          user=user)
    return result, [line.split(",", 3) for line in result.out.splitlines()[1:]]


with folder() as here:
    register = Paying(here, HOUSEHOLDS, PERSONS)
    rows = [("H1", None, 47000), ("H2", None, 23500), ("H3", None, 10001), ("H4", None, 5000), ("H5", None, 6000),
            ("H6", None, 7000)]
    register.entitle(ALLOWANCE, rows)
    register.entitle(ALLOWANCE, [("H1", None, 1)], period="202010", state="suspended", first_id=20)
    register.entitle(ALLOWANCE, [("H2", None, 1)], period="202010", state="pending", first_id=21)
    register.must("change", "membership", "P5", "to_date=2020-09-20", "end_reason=died")

    # Who pays.
    result = register.prepare("SEP")
    check("without a paying office nothing is paid", result.code == 1 and "set-payer" in result.err, result.text)
    result = register.name_payer(bic="abc")
    check("a BIC that is none is refused", result.code == 1 and "BIC" in result.err, result.text)
    equal("the office is named", register.name_payer(bic="ABCDCNBJ").code, 0)
    contains("its account is masked", register.must("payment", "payers").out, "****6677")

    # Prepared.
    result = register.prepare("SEP")
    left_out = [line.split(",")[:4] for line in result.out.splitlines()[1:]]
    equal("who cannot be paid is listed with the reason", left_out,
          [["H4", "P4", "50.00", "no_account"], ["H5", "", "60.00", "no_head"]])
    contains("and with the remedy", result.out, "enter a bank account")
    row = batch(register, "SEP")
    equal("the batch has the others", (row["state"], row["payments"], row["total"], row["execution_on"]),
          ("draft", 4, "875.01", "2020-10-08"))
    result = register.prepare("SEP")
    contains("the same order again makes no second one", result.err, "made before")
    result = register.prepare("SEP", area="K1")
    check("its code for another order is refused", result.code == 1 and "another batch" in result.err, result.text)
    result = register.prepare("SEP-2")
    check("what is in a batch is in no other", result.code == 1 and "nothing is to be paid" in result.err,
          result.text)
    equal("nothing was written for that", ask(register.url, "SELECT count(*) FROM payment_batch"), [(1,)])
    result = register.prepare("OCT", month="2020-10")
    check("what is suspended or pending is not paid", result.code == 1 and "1 pending, 1 suspended" in result.err,
          result.text)

    # Signed.
    for user, words in (("maker", "payment_sign"), ("elsewhere", "no batch")):
        result = register.run("payment", "sign", "SEP", user=user)
        check(f"{user} cannot sign it", result.code == 1 and words in result.err, result.text)
    result = register.send("SEP", here / "none.xml")
    check("what nobody signed is not sent", result.code == 1 and "two persons" in result.err, result.text)
    register.sign("SEP", "first")
    result = register.run("payment", "sign", "SEP", user="first")
    check("nobody signs twice", result.code == 1 and "another person" in result.err, result.text)
    check("one signature is not enough", register.send("SEP", here / "none.xml").code == 1)
    register.sign("SEP", "second")
    result = register.run("payment", "sign", "SEP", user="cashier")
    check("a third signature is refused", result.code == 1 and "is signed" in result.err, result.text)
    check("no file was made so far", not (here / "none.xml").exists())

    # Who made it cannot sign it, whatever their role.
    register.entitle(POST, [("H1", "P1b", 90000)], first_id=30)
    equal("a county officer makes a batch", register.prepare("POST", programme=POST, user="first").code, 0)
    result = register.run("payment", "sign", "POST", user="first")
    check("and does not sign it", result.code == 1 and "first made" in result.err, result.text)
    result = register.run("payment", "cancel", "POST", "--reason", "", user="first")
    check("a batch is not cancelled without a reason", result.code == 1 and "say in a few words" in result.err,
          result.text)
    register.must("payment", "cancel", "POST", "--reason", "wrong month", user="maker")
    equal("what was in it waits for another", register.prepare("POST-2", programme=POST, user="first").code, 0)
    equal("a person without an account is paid through the head",
          ask(register.url, "SELECT p.code FROM payment AS y JOIN person AS p ON p.person_id = y.payee_person_id"
                            " WHERE y.state = 'prepared' AND y.entitlement_id = 30"), [("P1",)])

    # Sent, without what can no longer be paid.
    tamper(register.url, "UPDATE entitlement SET state = 'suspended' WHERE entitlement_id = 6")
    result = register.send("SEP", here / "1.xml")
    check("it is sent", result.code == 0 and "1 payments were taken out" in result.err, result.text)
    row = batch(register, "SEP")
    equal("its figures are those of the rest", (row["state"], row["payments"], row["total"]),
          ("sent", 3, "805.01"))
    equal("their entitlements are paid", states(register, "entitlement", "entitlement_id"),
          {1: "paid", 2: "paid", 3: "paid", 4: "approved", 5: "approved", 6: "suspended", 20: "suspended",
           21: "pending", 30: "approved"})
    # An account that is changed afterwards does not redirect the money.
    register.must("import", "persons", write(here / "p.csv", f"code,household,bank_account\nP1,H1,{account_of(9)}\n"))
    for path, options in (("2.xml", ()), ("3.xml", ("--store", register.url))):
        equal(f"again the same file: {path}", register.send("SEP", here / path).code, 0)
        check(f"with the same bytes: {path}", (here / path).read_bytes() == (here / "1.xml").read_bytes())
    found, root = payments_of(here / "1.xml")
    equal("what the bank is told", [line[1:] for line in found],
          [("470.00", "CNY", "李小明 <一>", account_of(1)), ("235.00", "CNY", "O'Neil & Söhne",
                                                           "DE89370400440532013000"),
           ("100.01", "CNY", "=王大力", account_of(3))])
    ids = [line[0] for line in found]
    register.send("SEP", here / "1.csv", "--file-format", "csv")
    csv = (here / "1.csv").read_text(encoding="utf-8")
    check("as CSV with the same ids", all(identification in csv for identification in ids), csv)
    contains("a name is no formula", csv, "'=王大力")
    result = register.run("payment", "cancel", "SEP", "--reason", "too late", user="maker")
    check("what is with the bank is not cancelled", result.code == 1 and "is sent" in result.err, result.text)
    result = register.send("SEP", here / "no.xml", env={"BERM_KEY_FILE": ""})
    check("without the key there is no file", result.code == 1 and not (here / "no.xml").exists(), result.text)

    # The bank answers.
    message = message_of(here / "1.xml")
    answer = pain002(message, [(ids[0], "ACSC", "", "470.00"), (ids[1], "RJCT", "AC04", ""), ("H9P9", "ACSC", "", ""),
                               (account_of(4), "ACSC", "", ""), (ids[2], "ACSC", "", "100.02"),
                               (ids[2], "XXXX", "", "")])
    result, refused = receive(register, answer)
    equal("lines that do not fit are told", (result.code, [line[1:3] for line in refused]),
          (3, [["end_to_end_id", "H9P9"], ["end_to_end_id", "****0004"], ["amount", ids[2]], ["TxSts", "XXXX"]]))
    contains("and the others are taken", result.err, "6 lines: 1 paid, 1 returned, 0 under way, 0 known before, 4 ")
    check("no account is shown", account_of(4) not in result.text, result.text)
    result, _ = receive(register, answer)
    contains("a second delivery changes nothing", result.err, "0 paid, 0 returned, 0 under way, 2 known before, 4 ")
    equal("nor is there a second entry", ask(register.url, "SELECT count(*) FROM journal WHERE action ="
                                                           " 'receive_payments'"), [(1,)])
    result, _ = receive(register, pain002(message, [(ids[2], "ACSP", "", "")]))
    contains("what is under way is noted", result.err, "1 under way")
    equal("and is no end", batch(register, "SEP")["open"], 1)
    result, _ = receive(register, pain002("NOBODY", [(ids[2], "ACSC", "", "")]))
    check("the answer to another message is refused", result.code == 1 and "no batch of yours" in result.err,
          result.text)
    result, _ = receive(register, pain002(message, [(ids[2], "ACSC", "", "")]), user="elsewhere")
    check("who is elsewhere takes no answer", result.code == 1 and "no batch of yours" in result.err, result.text)
    result, _ = receive(register, answer.replace("<CstmrPmtStsRpt>", "<!DOCTYPE x>"))
    check("what is no answer is refused whole", result.code == 1, result.text)
    result, _ = receive(register, f"end_to_end_id,status\n{ids[2]},paid\n")
    check("a CSV file needs the batch", result.code == 1 and "name the batch" in result.err, result.text)
    result, refused = receive(register, f"end_to_end_id,status,amount,value_on\n{ids[2]},gone,,\n{ids[2]},paid,100.01,"
                                        "2020-10-09\n", "--batch", "SEP")
    contains("CSV settles the rest", result.err, "1 paid, 0 returned, 0 under way, 0 known before, 1 refused; the "
                                                 "batch is settled")
    equal("with the line that is wrong", refused[0][:3], ["2", "status", "gone"])
    equal("the payments' ends", ask(register.url, "SELECT line_number, state, bank_status, reason_code, value_on FROM"
                                                  " payment WHERE batch_id = 1 ORDER BY 1"),
          [(1, "paid", "ACSC", "", None), (2, "returned", "RJCT", "AC04", None), (3, "paid", "paid", "", "2020-10-09"),
           (4, "cancelled", "", "not_payable", None)])
    after = states(register, "entitlement", "entitlement_id")
    equal("their entitlements", (after[1], after[2], after[3]), ("reconciled", "approved", "reconciled"))

    # What was paid is what the household got.
    def flows():
        return ask(register.url, "SELECT h.code, e.month, f.name, s.code, e.amount_minor FROM flow_entry AS e"
                                 " JOIN household AS h ON h.household_id = e.household_id"
                                 " JOIN flow AS f ON f.flow_id = e.flow_id"
                                 " JOIN flow_source AS s ON s.flow_source_id = e.flow_source_id ORDER BY 1, 2, 3")

    equal("flows", flows(), [("H1", 202009, "allowance_income", "berm", 47000),
                             ("H3", 202009, "allowance_income", "berm", 10001)])

    # The returned one is paid anew, the one that comes back later, too.
    equal("a new batch", register.prepare("SEP-2").code, 0)
    register.sign("SEP-2")
    equal("is sent", register.send("SEP-2", here / "4.xml").code, 0)
    again, _ = payments_of(here / "4.xml")
    equal("with the returned payment, under a new id", [(line[0] != ids[1], line[1]) for line in again],
          [(True, "235.00")])
    result, refused = receive(register, pain002(message, [(ids[1], "ACSC", "", "")]))
    check("the old one is not paid any more", result.code == 3 and "is returned" in refused[0][3], result.text)
    result, _ = receive(register, pain002(message, [(ids[0], "RJCT", "AC06", "")]))
    contains("money that comes back after it was paid", result.err, "1 returned")
    equal("is no income", flows(), [("H3", 202009, "allowance_income", "berm", 10001)])
    result, _ = receive(register, pain002(message_of(here / "4.xml"), [], group="RJCT"))
    contains("a message that is refused as a whole returns all", result.err, "1 returned, 0 under way, 0 known "
                                                                          "before, 0 refused; the batch is settled")
    equal("no entitlement has two payments that live",
          ask(register.url, "SELECT count(*) FROM (SELECT 1 FROM payment WHERE state NOT IN ('returned', 'cancelled')"
                            " GROUP BY household_id, entitlement_id HAVING count(*) > 1) AS x"), [(0,)])

    # On record, and no account in plain anywhere.
    told = register.must("payment", "show", "SEP", "--lines", "--format", "csv").out
    contains("the lines are shown", told, f"{ids[1]},H2,P2,235.00,returned,RJCT,AC04,made up")
    equal("batches are listed by area", [line.split(",")[0] for line in register.must(
        "payment", "list", "--format", "csv", user="elsewhere").out.splitlines()], ["batch"])
    journal = register.must("journal", "list", "--format", "json").out
    rows = json.dumps(ask(register.url, "SELECT fields FROM change_row"), ensure_ascii=False)
    for number in (account_of(1), account_of(3), PAYER_ACCOUNT, "DE89370400440532013000"):
        check(f"nowhere in plain: ...{number[-4:]}", number not in journal + rows + told)
    contains("the file's accounts were a look", journal, '"action":"look","subject":"payments SEP"')
    equal("the journal is whole", register.run("journal", "verify").code, 0)
    equal("the register is sound", register.run("doctor").code, 0)
finish()
