#!/usr/bin/env python3
"""Turn the files of packs/ into a table in the program.

  embed_packs.py PACKS_FOLDER TABLE.c DATA.S DEPENDENCIES.d

DATA.S takes the bytes in with .incbin, which is faster than any array of numbers; TABLE.c names them.
DEPENDENCIES.d lists files and folders, so that ninja runs this again when a file is changed or added.
"""
import pathlib
import sys


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(folder, table_path, data_path, dependencies_path):
    packs = pathlib.Path(folder).resolve()
    entries = sorted(packs.rglob("*"))
    files = [path for path in entries if path.is_file() and not path.name.startswith(".")
             and not any(part.startswith(".") for part in path.relative_to(packs).parts)]
    folders = [packs] + [path for path in entries if path.is_dir()]

    data = [".section .rodata"]
    table = ["/* Made by tools/embed_packs.py from packs/. */",
             '#include "pack/embedded.h"', ""]
    rows = []
    for i, path in enumerate(files):
        data += [".balign 16", f".globl berm_embedded_{i}", f"berm_embedded_{i}:",
                 f".incbin {c_string(str(path))}", ".byte 0"]
        table.append(f"extern const unsigned char berm_embedded_{i}[];")
        name = path.relative_to(packs).as_posix()
        rows.append(f"    {{{c_string(name)}, berm_embedded_{i}, {path.stat().st_size}}},")
    data.append('.section .note.GNU-stack,"",%progbits')
    if not rows:
        rows.append("    {0},")
    table += ["", "const struct embedded_file EMBEDDED_FILES[] = {", *rows, "};",
              f"const size_t EMBEDDED_FILE_COUNT = {len(files)};"]
    pathlib.Path(data_path).write_text("\n".join(data) + "\n", encoding="utf-8")
    pathlib.Path(table_path).write_text("\n".join(table) + "\n", encoding="utf-8")
    wanted = " ".join(str(path).replace(" ", "\\ ") for path in files + folders)
    pathlib.Path(dependencies_path).write_text(f"{table_path} {data_path}: {wanted}\n",
                                               encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
