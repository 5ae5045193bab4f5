#!/usr/bin/env python3
"""Put one text file into the program.

  embed_text.py FILE NAME OUT.S     const char NAME[] (ended by 0) and const size_t NAME_size
"""
import pathlib
import sys


def main(path, name, out):
    source = pathlib.Path(path).resolve()
    quoted = str(source).replace("\\", "\\\\").replace('"', '\\"')
    pathlib.Path(out).write_text(
        f'.section .rodata\n.globl {name}\n{name}:\n.incbin "{quoted}"\n.byte 0\n'
        f".balign 8\n.globl {name}_size\n{name}_size: .quad {source.stat().st_size}\n"
        '.section .note.GNU-stack,"",%progbits\n', encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
