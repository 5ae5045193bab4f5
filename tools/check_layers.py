#!/usr/bin/env python3
"""Check src/ against src/LAYERS.

  check_layers.py [ROOT]

A module may include its own headers and the faces (module/module.h, the last part of its path twice)
of the modules that it may use; these stand above it in LAYERS, so no circle can exist. An outside
library's header may be included by the modules of its line only. Each breach is one line on standard output,
FILE:LINE: what is wrong; the exit code is then 1.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Headers of C, POSIX and the compiler, which every module may use.
SYSTEM_HEADERS = set("""
assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg
stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings tgmath threads time uchar wchar
wctype alloca byteswap dirent dlfcn endian err fcntl fnmatch ftw getopt glob grp iconv langinfo libgen
memory netdb poll pthread pwd regex sched search semaphore spawn syslog termios unistd utime wordexp
emmintrin immintrin nmmintrin pmmintrin smmintrin tmmintrin xmmintrin cpuid malloc
""".split())
SYSTEM_FOLDERS = {"sys", "linux", "arpa", "net", "netinet", "sanitizer", "berm"}


class Layers:
    """What LAYERS says."""

    def __init__(self, path):
        self.uses = {}
        self.libraries = {}
        self.breaches = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            if words[0] == "library":
                if len(words) < 3:
                    self.complain(number, "a library's line is: library HEADER MODULE...")
                else:
                    self.libraries[words[1]] = (number, words[2:])
                continue
            if words[0] in self.uses:
                self.complain(number, f"{words[0]} is listed twice")
            for used in words[1:]:
                if used not in self.uses:
                    self.complain(number, f"{words[0]} may not use {used}, which does not stand above it")
            self.uses[words[0]] = words[1:]
        for header, (number, modules) in self.libraries.items():
            for module in modules:
                if module not in self.uses:
                    self.complain(number, f"the library {header} belongs to {module}, which is no module")

    def complain(self, number, why):
        self.breaches.append(f"src/LAYERS:{number}: {why}")

    def module_of(self, path):
        """The module of a path below src/, or None."""
        fitting = [name for name in self.uses if path == name or path.startswith(name + "/")]
        return max(fitting, key=len, default=None)

    def is_above_a_module(self, folder):
        return any(name.startswith(folder + "/") for name in self.uses)

    def library_of(self, header):
        """The entry of LAYERS that names an outside header: itself or its first folder."""
        for name in self.libraries:
            if header == name or header.startswith(name + "/"):
                return name
        return None


def face(module):
    return f"{module}/{module.rsplit('/', 1)[-1]}.h"


def check_own_include(layers, src, path, module, header):
    """What is wrong with #include "header" in a module's file, or None."""
    if ".." in pathlib.PurePosixPath(header).parts:
        return f'"{header}" leaves its folder; name it from src/ on'
    target = layers.module_of(header)
    if (path.parent / header).is_file() or "/" not in header:
        beside = (path.parent / header).relative_to(src).as_posix()
        target = layers.module_of(beside) if (path.parent / header).is_file() else module
    if target is None:
        return f'"{header}" belongs to no module'
    if target == module:
        return None
    if target not in layers.uses[module]:
        return f"{module} may not use {target} ({header})"
    if header != face(target):
        return f'"{header}" is private to {target}; include "{face(target)}"'
    return None


def check_outside_include(layers, module, header):
    library = layers.library_of(header)
    if library is not None:
        owners = layers.libraries[library][1]
        return None if module in owners else f"only {' and '.join(owners)} may include {header}"
    if header.split("/")[0] in SYSTEM_FOLDERS and "/" in header:
        return None
    if header.endswith(".h") and header[:-2] in SYSTEM_HEADERS:
        return None
    return f"{header} is of a library that src/LAYERS does not give to a module"


def check_file(layers, root, path):
    src = root / "src"
    module = layers.module_of(path.relative_to(src).as_posix())
    if module is None:
        return [f"{path.relative_to(root).as_posix()}:1: the file belongs to no module of src/LAYERS"]
    breaches = []
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match.group(2)
        if match.group(1) == "<" or layers.library_of(header) is not None:
            why = check_outside_include(layers, module, header)
        else:
            why = check_own_include(layers, src, path, module, header)
        if why:
            breaches.append(f"{path.relative_to(root).as_posix()}:{number}: {why}")
    return breaches


def check(root):
    src = root / "src"
    layers = Layers(src / "LAYERS")
    breaches = list(layers.breaches)
    for path in sorted(src.rglob("*")):
        name = path.relative_to(src).as_posix()
        if path.is_dir():
            if layers.module_of(name) is None and not layers.is_above_a_module(name):
                breaches.append(f"src/{name}: the folder is not listed in src/LAYERS")
        elif path.suffix in (".c", ".h"):
            breaches += check_file(layers, root, path)
    return breaches


def main(arguments):
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parent.parent
    breaches = check(root)
    print("\n".join(breaches) if breaches else "the layers hold")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
