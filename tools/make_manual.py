#!/usr/bin/env python3
"""Write the manual pages.

  make_manual.py BERM SOURCE_FOLDER MAN1_FOLDER MAN5_FOLDER

berm(1) and a page for each command or group of commands come from what the program tells of itself
(`berm help --json`), berm-pack(5) and berm-import(5) from docs/reference. SOURCE_DATE_EPOCH sets the
pages' date, so that a package can be built twice alike.
"""
import datetime
import os
import pathlib
import re
import shutil
import sys

from man_markup import bold, guarded, markdown, placeholders, roff, tidied
from program_rows import by_group, is_choice, program_rows

REFERENCE = {"pack": "policy packs of Berm", "import": "files that berm import reads"}
GUIDE = {"serve": "serve.md"}  # a guide that belongs to one command stands on its page
SUMMARY = {  # groups have no row of their own
    "add": "enter a household or a person", "change": "change the facts of one household",
    "journal": "who did what, chained and signed", "key": "the key file that signs and protects",
    "policy": "check, evaluate and test policy packs", "token": "keys for programs",
    "user": "accounts and their roles"}


def sentence(text):
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def head(name, section, version):
    stamp = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.datetime.fromtimestamp(int(stamp), datetime.timezone.utc) if stamp else datetime.datetime.now()
    return ["'\\\" t", ".\\\" Made by tools/make_manual.py.",
            f'.TH {name.upper()} {section} {moment:%Y-%m-%d} "berm {version}" "Berm"']


def option_lines(options):
    lines = []
    for option in options:
        value = option["value"]
        given = "" if value is None else "=" + (roff(value) if is_choice(value) else placeholders(value))
        lines += [".TP", bold("--" + option["name"]) + given, guarded(roff(sentence(option["help"])))]
    return lines + [".TP", bold("--help"), "Tell the usage and the options."]


def synopsis(command):
    words = [bold("berm " + command["name"])]
    if command["arguments"]:
        words.append(placeholders(command["arguments"]))
    return [".PP", " ".join(words) + (" [\\fIOPTION\\fR]..." if command["options"] else "")]


def summary_of(name, commands):
    if len(commands) == 1 and commands[0]["name"] == name:
        return commands[0]["summary"]
    return SUMMARY.get(name) or "; ".join(command["summary"] for command in commands)


def group_page(name, commands, source, version):
    lines = head(f"berm-{name}", 1, version)
    lines += [".SH NAME", f"berm\\-{name} \\- " + roff(summary_of(name, commands)), ".SH SYNOPSIS"]
    for command in commands:
        lines += synopsis(command)
    lines += [".SH DESCRIPTION"] if len(commands) > 1 else []
    for command in commands:
        if len(commands) > 1:
            lines += [f".SS berm {roff(command['name'])}"]
        else:
            lines += [".SH DESCRIPTION"]
        lines += [roff(sentence(command["summary"]))]
        if len(commands) == 1:
            lines += [".SH OPTIONS"]
        lines += option_lines(command["options"])
    if name in GUIDE:
        lines += [".SH NOTES", *markdown((source / "docs" / "guide" / GUIDE[name]).read_text("utf-8"), True)]
    if name in REFERENCE:
        lines += [".SH SEE ALSO", f".BR berm (1), .BR berm\\-{name} (5)".replace(", .BR", ",\n.BR")]
    else:
        lines += [".SH SEE ALSO", ".BR berm (1)"]
    return lines


def main_page(groups, source, version):
    lines = head("berm", 1, version)
    lines += [".SH NAME", "berm \\- find households that are about to fall into poverty, and say why", ".SH SYNOPSIS",
              "\\fBberm\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR]... [\\fIOPTION\\fR]...", ".PP",
              "\\fBberm help\\fR [\\fICOMMAND\\fR|\\fB\\-\\-json\\fR]", ".PP", "\\fBberm \\-\\-version\\fR"]
    text = (source / "packaging" / "man" / "berm.md").read_text("utf-8")
    before, after = text.split("<!-- commands -->\n")
    lines += markdown(before) + [".SH COMMANDS"]
    for name, commands in groups.items():
        for command in commands:
            lines += [".TP", bold("berm " + command["name"]),
                      guarded(roff(sentence(command["summary"]))) + f" See \\fBberm\\-{roff(name)}\\fR(1)."]
    lines += markdown(after) + [".SH SEE ALSO"]
    pages = [(name, 1) for name in groups] + [(name, 5) for name in REFERENCE]
    lines += [f".BR berm\\-{name} ({section})" + ("," if at < len(pages) - 1 else "")
              for at, (name, section) in enumerate(pages)]
    return lines


def reference_page(name, summary, source, version):
    text = (source / "docs" / "reference" / f"{name}.md").read_text("utf-8")
    return [*head(f"berm-{name}", 5, version), ".SH NAME", f"berm\\-{name} \\- {roff(summary)}", ".SH DESCRIPTION",
            *markdown(text), ".SH SEE ALSO", ".BR berm (1)"]


def write_pages(folder, pages):
    """A fresh folder, so that its time tells ninja that it was made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, lines in pages.items():
        text = re.sub(r"[ \t]+\n", "\n", "\n".join(tidied(lines)) + "\n")
        (folder / name).write_text(text, encoding="ascii")


def main(program, source, man1, man5):
    source = pathlib.Path(source)
    rows = program_rows(program)
    groups = by_group(rows["commands"])
    pages = {"berm.1": main_page(groups, source, rows["version"])}
    for name, commands in groups.items():
        pages[f"berm-{name}.1"] = group_page(name, commands, source, rows["version"])
    write_pages(pathlib.Path(man1), pages)
    write_pages(pathlib.Path(man5), {f"berm-{name}.5": reference_page(name, summary, source, rows["version"])
                                     for name, summary in REFERENCE.items()})


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
