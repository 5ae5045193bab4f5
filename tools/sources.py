#!/usr/bin/env python3
"""List source files for the build, so that a new file needs no edit of meson.build.

  sources.py modules         every module of src/LAYERS, lowest first
  sources.py module NAME     the .c files of a module, without those of modules inside its folder
  sources.py tests           tests/unit/**/test_*.c, each with the modules to link, highest first:
                             those that its includes name, and what these may use
  sources.py fuzz            the same for tests/fuzz/fuzz_*.c
  sources.py stamp FILE      exits with 1, and writes FILE, where the lists differ from those in FILE
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def layers():
    """Each module, lowest first, with the modules that it may use."""
    table = {}
    for line in (ROOT / "src" / "LAYERS").read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if words and words[0] != "library":
            table[words[0]] = words[1:]
    return table


def modules():
    return list(layers())


def relative(paths):
    return sorted(path.relative_to(ROOT).as_posix() for path in paths if path.is_file())


def module_sources(name):
    folder = ROOT / "src" / name
    inner = [ROOT / "src" / other for other in modules() if other.startswith(name + "/")]
    return relative(
        path for path in folder.rglob("*.c")
        if not any(other in path.parents for other in inner)
        and path != ROOT / "src" / "cli" / "main.c")


def module_of(path):
    """The module that a path such as policy/feel/feel.h or store/sqlite/x.c belongs to, or None."""
    fitting = [name for name in modules() if path.startswith(name + "/")]
    return max(fitting, key=len, default=None)


def included(path, seen):
    """Names of the project's headers that a file includes, also through headers of tests/."""
    if path in seen or not path.is_file():
        return set()
    seen.add(path)
    names = set(re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(encoding="utf-8"),
                           re.MULTILINE))
    for name in list(names):
        for folder in (path.parent, ROOT / "tests"):
            names |= included(folder / name, seen)
    return names


def with_links(paths):
    lines = []
    table = layers()
    for path in paths:
        wanted = {module_of(name) for name in included(ROOT / path, set())} - {None}
        grows = True
        while grows:
            wider = wanted.union(*(table[name] for name in wanted)) & set(table)
            grows = wider != wanted
            wanted = wider
        lines.append(path + " " + " ".join(name for name in reversed(list(table))
                                           if name in wanted))
    return lines


def main(arguments):
    if arguments[:1] == ["modules"]:
        lines = modules()
    elif arguments[:1] == ["module"] and len(arguments) == 2:
        lines = module_sources(arguments[1])
    elif arguments == ["tests"]:
        lines = with_links(relative((ROOT / "tests" / "unit").rglob("test_*.c")))
    elif arguments == ["fuzz"]:
        lines = with_links(relative((ROOT / "tests" / "fuzz").glob("fuzz_*.c")))
    elif arguments[:1] == ["stamp"] and len(arguments) == 2:
        lists = relative([*(ROOT / "src").rglob("*.c"), *(ROOT / "src").rglob("*.sql"),
                          *(ROOT / "tests" / "unit").rglob("*.c"),
                          *(ROOT / "tests" / "fuzz").glob("*.c")])
        stamp = pathlib.Path(arguments[1])
        text = "\n".join(lists) + "\n"
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == text:
            return 0
        stamp.write_text(text, encoding="utf-8")
        return 1
    else:
        print(__doc__, file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
