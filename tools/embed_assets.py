#!/usr/bin/env python3
"""Turn folders of files for browsers into a table in the program, compressed.

  embed_assets.py TABLE.c DATA.S DEPENDENCIES.d FOLDER...

Each file gets its bytes, gzip's and brotli's (where the `brotli` command is there and where they are
smaller), a type by its suffix, and a hash for its entity tag.

A folder is either written by hand or made by a bundler:
  FOLDER          files other than pages get their hash into their name, style.css -> style.1a2b3c4d.css,
                  and the pages' "/static/style.css" follows, so that they may be cached for ever
  NAME=FOLDER     everything is taken as it is, under NAME/; names with a bundler's hash (main-Bx3k9_Za.js)
                  may be cached for ever
"""
import gzip
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys

TYPES = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".map": "application/json",
    ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg",
    ".webp": "image/webp", ".ico": "image/x-icon", ".woff2": "font/woff2", ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8", ".pdf": "application/pdf"}
PACKED = {".png", ".jpg", ".webp", ".woff2", ".pdf"}  # compressed already
PLACE = "/static/"


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def brotli(content):
    done = subprocess.run(["brotli", "--best", "--stdout", "-"], input=content, stdout=subprocess.PIPE, check=True)
    return done.stdout


def forms(name, content):
    """Plain, gzip, brotli; empty where a form is no smaller."""
    if pathlib.PurePath(name).suffix in PACKED:
        return content, b"", b""
    packed = [gzip.compress(content, 9, mtime=0), brotli(content) if shutil.which("brotli") else b""]
    return content, *(form if len(form) < len(content) else b"" for form in packed)


def digest(content):
    return hashlib.sha256(content).hexdigest()[:16]


def files_of(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def written(folder):
    """Files that were written by hand: (name, content, whether the name changes with the content)."""
    paths = files_of(folder)
    names, result = {}, []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if path.suffix != ".html":
            content = path.read_bytes()
            names[name] = f"{name[:-len(path.suffix)]}.{digest(content)[:8]}{path.suffix}"
            result.append((names[name], content, True))
    for path in paths:
        if path.suffix == ".html":
            page = path.read_text(encoding="utf-8")
            for name in re.findall(rf'"{PLACE}([^"]+)"', page):
                if name not in names:
                    sys.exit(f"{path} asks for {PLACE}{name}, and there is no such file in {folder}")
            page = re.sub(rf'"{PLACE}([^"]+)"', lambda found: f'"{PLACE}{names[found.group(1)]}"', page)
            result.append((path.relative_to(folder).as_posix(), page.encode("utf-8"), False))
    return result


def bundled(prefix, folder):
    for path in files_of(folder):
        hashed = re.search(r"[-.](?=[A-Za-z0-9_-]*[0-9A-Z])[A-Za-z0-9_-]{8}\.[a-z0-9]+$", path.name)
        yield f"{prefix}/{path.relative_to(folder).as_posix()}", path.read_bytes(), hashed is not None


def main(table_path, data_path, dependencies_path, *folders):
    data, externs, rows, wanted = [".section .rodata"], [], [], []
    files = []
    for argument in folders:
        prefix, _, place = argument.rpartition("=")
        folder = pathlib.Path(place).resolve()
        files += bundled(prefix, folder) if prefix else written(folder)
        wanted += [folder, *sorted(folder.rglob("*"))]
    for at, (name, content, is_immutable) in enumerate(files):
        suffix = pathlib.PurePath(name).suffix
        if suffix not in TYPES:
            sys.exit(f"{name}: what is the type of {suffix}? Add it to TYPES in tools/embed_assets.py")
        slices = []
        for form, part in zip("pgb", forms(name, content)):
            symbol = f"berm_asset_{at}_{form}"
            kept = pathlib.Path(data_path).parent / f"asset-{at}.{form}.gen"
            if part:
                kept.write_bytes(part)
                data += [f".globl {symbol}", f"{symbol}:", f".incbin {c_string(str(kept.resolve()))}", ".byte 0"]
                externs.append(f"extern const char {symbol}[];")
            slices.append(f"{{{symbol}, {len(part)}}}" if part else "{NULL, 0}")
        rows.append(f"    {{{c_string(name)}, {c_string(TYPES[suffix])}, {', '.join(slices)}, "
                    f"0x{digest(content)}u, {'true' if is_immutable else 'false'}}},")
    data.append('.section .note.GNU-stack,"",%progbits')
    table = ["/* Made by tools/embed_assets.py. */", '#include "web/assets.h"', "", *externs, "",
             "const struct http_asset WEB_ASSETS[] = {", *rows, "};",
             f"const size_t WEB_ASSET_COUNT = {len(files)};"]
    pathlib.Path(table_path).write_text("\n".join(table) + "\n", encoding="utf-8")
    pathlib.Path(data_path).write_text("\n".join(data) + "\n", encoding="utf-8")
    listed = " ".join(str(path).replace(" ", "\\ ") for path in wanted)
    pathlib.Path(dependencies_path).write_text(f"{table_path} {data_path}: {listed}\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
