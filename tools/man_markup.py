"""Text as man(7) wants it, and the Markdown of docs/ as a manual page. Pages are plain ASCII."""
import re


def roff(text):
    """Text of a line: backslashes, dashes that are typed, and what is not ASCII."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"[^\x00-\x7f]", lambda sign: f"\\[u{ord(sign.group()):04X}]", text)
    return text


def bold(text):
    return f"\\fB{roff(text)}\\fR"


def placeholders(text):
    """Arguments such as "areas|households FILE": words with capitals stand for something."""
    return re.sub(r"[A-Za-z][A-Za-z0-9.]*(?:-[A-Z]+)*",
                  lambda word: f"\\fI{roff(word.group())}\\fR" if word.group() != word.group().lower()
                  else roff(word.group()), text)


def inline(text):
    """One paragraph's Markdown: `code`, **strong**, [words](link)."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    parts = re.split(r"(`[^`]+`|\*\*[^*]+\*\*|\*[^* ][^*]*\*)", text)
    return "".join(bold(part.strip("`*")) if part[:1] == "`" or part[:2] == "**" else
                   f"\\fI{roff(part[1:-1])}\\fR" if re.fullmatch(r"\*[^*]+\*", part) else roff(part)
                   for part in parts)


def guarded(line):
    """A line of text that is no request, whatever it begins with."""
    return "\\&" + line if line[:1] in ("." , "'") else line


def cells_of(row):
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip()[1:-1])]


def table(rows):
    """A Markdown table: a tagged list where there are two columns, else by tbl."""
    head, body = cells_of(rows[0]), [cells_of(row) for row in rows[2:]]
    if len(head) == 2:
        lines = []
        for name, words in body:
            lines += [".TP", guarded(inline(name)), guarded(inline(words))]
        return lines + [".PP"]
    lines = [".TS", "tab(@);", " ".join(["lb"] * len(head)), " ".join(["lx" if at == len(head) - 1 else "l"
                                                                     for at in range(len(head))]) + "."]
    lines.append("@".join(inline(cell) for cell in head))
    lines += ["@".join(f"T{{\n.ad l\n{guarded(inline(cell))}\nT}}" for cell in row) for row in body]
    return lines + [".TE", ".PP"]


def code(lines):
    return [".PP", ".EX", *(guarded(roff(line)) for line in lines), ".EE"]


def markdown(text, subsections=False):
    """A page of docs/ as lines of roff, without its title. subsections: its headings are .SS."""
    result, block = [], []
    heading = ".SS" if subsections else ".SH"
    lines = iter([*text.splitlines(), ""])
    for line in lines:
        if line.startswith("```"):
            result += flush(block)
            block = []
            inside = []
            for line in lines:
                if line.startswith("```"):
                    break
                inside.append(line)
            result += code(inside)
        elif line.startswith("# "):
            continue
        elif line.startswith("## "):
            result += flush(block) + [f"{heading} {roff(line[3:]) if subsections else roff(line[3:]).upper()}"]
            block = []
        elif not line.strip():
            result += flush(block)
            block = []
        else:
            block.append(line)
    return tidied(result)


def flush(block):
    """A finished block: a table, a list, or a paragraph."""
    if not block:
        return []
    if block[0].startswith("|"):
        return table(block)
    if block[0].startswith("- "):
        items = re.split(r"\n- ", "\n".join(block)[2:])
        return [line for item in items for line in (".IP \\(bu 2", guarded(inline(item.replace("\n", " "))))] + [".PP"]
    return [".PP", guarded(inline(" ".join(block)))]


def tidied(lines):
    """Without paragraphs that are empty: two in a row, behind a heading, at the end."""
    result = []
    for line in lines:
        if result and result[-1] == ".PP" and (line == ".PP" or line.startswith((".S", ".TP", ".IP", ".TS"))):
            result.pop()
        if line == ".PP" and result and result[-1].startswith((".SH", ".SS")):
            continue
        result.append(line)
    while result and result[-1] == ".PP":
        result.pop()
    return result
