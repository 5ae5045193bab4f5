#!/usr/bin/env python3
"""Run every check, the cheapest first, and end with the line `N passed, N failed[, N skipped]`.

  run_tests.py                     everything
  run_tests.py --only unit,golden  some steps (--list names them)
  run_tests.py --match WORD        of units and scripts only those whose name contains WORD
                                   (--only scenarios --match situation_16: one situation)
  run_tests.py --reformat          format the C files and stop

Environment: JOBS (default: all cores), CI=true (warnings are errors, fuzzing takes a minute a target),
FUZZ_SECONDS, BUILD (default build). Only the standard library is used, so that it runs anywhere.
"""
import argparse
import concurrent.futures
import csv
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
BUILD_ASAN = pathlib.Path("build-asan")
BUILD_FUZZ = pathlib.Path("build-fuzz")
JOBS = int(os.environ.get("JOBS") or os.cpu_count() or 1)
IN_CI = os.environ.get("CI", "").lower() in ("true", "1")
SCRIPT_TIMEOUT_SECONDS = 1200
UNIT_TIMEOUT_SECONDS = 300
FILE_LINES_MAX = 1000
LINE_CHARACTERS_MAX = 100
SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "allow_addr2line=1:strict_string_checks=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "LSAN_OPTIONS": f"report_objects=1:suppressions={ROOT}/tools/lsan.suppressions:print_suppressions=0",
    "BERM_QUICK": "1",
}


class Results:
    """Counts, and the sentences about what failed."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, name, is_ok, why=""):
        if is_ok:
            self.passed += 1
            return
        self.failed += 1
        print(f"  not ok {name}" + (f": {why}" if why else ""), flush=True)

    def skip(self, name, why):
        self.skipped += 1
        print(f"  skip {name}: {why}", flush=True)


class Options:
    match = ""


def call(arguments, timeout=None, env=None, cwd=ROOT):
    """Run a program; its code, standard output and standard error as text."""
    environment = {**os.environ, **(env or {})}
    try:
        done = subprocess.run([str(word) for word in arguments], cwd=cwd, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as expired:
        return -9, (expired.stdout or b"").decode("utf-8", "replace"), f"no end after {timeout} s"
    except OSError as error:
        return 127, "", str(error)
    return (done.returncode, done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"))


def tail(text, lines=12):
    return "\n".join("      " + line for line in text.strip().splitlines()[-lines:])


def c_files(*folders):
    found = []
    for folder in folders:
        found += [path for pattern in ("*.c", "*.h") for path in (ROOT / folder).rglob(pattern)]
    return sorted(found)


def tool(*names):
    return next((name for name in names if shutil.which(name)), None)


# ---- steps ---------------------------------------------------------------------------------------
def step_format(results):
    formatter = tool("clang-format-14", "clang-format")
    files = c_files("src", "include", "tests", "bench")
    if formatter is None:
        results.add("clang-format is installed", False)
        return
    code, _, err = call([formatter, "--dry-run", "-Werror", *files])
    wrong = sorted({line.split(":")[0] for line in err.splitlines() if ": error:" in line})
    names = ", ".join(os.path.relpath(path, ROOT) for path in wrong)
    results.add("every file is formatted (make format)", code == 0, names or err[:500])
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > FILE_LINES_MAX:
            results.add(f"{path.relative_to(ROOT)} has at most {FILE_LINES_MAX} lines", False,
                        f"it has {len(lines)}")
        # The formatter leaves comments alone, because the tables in them must keep their lines.
        wide = [number for number, line in enumerate(lines, 1)
                if len(line) > LINE_CHARACTERS_MAX and re.match(r"\s*(/\*|\*|//)", line)
                and "http" not in line]
        if wide:
            results.add(f"comments of {path.relative_to(ROOT)} fit {LINE_CHARACTERS_MAX} columns",
                        False, f"line {', '.join(map(str, wide[:10]))}")


def step_layers(results):
    code, out, err = call([sys.executable, "tools/check_layers.py"])
    results.add("the layers of src/LAYERS hold", code == 0, "\n" + tail(out + err, 40))


def build(results, name, folder, options, environment, targets=()):
    """Configure and build a folder, or some of it; what can be built is, even where some of it fails."""
    code, out, err = call(["tools/configure.sh", folder, *options], env=environment)
    if code == 0 and not (ROOT / folder / "build.ninja").is_file():
        code = 1
    if code == 0:
        code, out, err = call(["ninja", "-C", folder, f"-j{JOBS}", "-k0", *targets])
    wanted = [line for line in out.splitlines()
              if re.search(r"FAILED|error:|warning:|undefined reference", line)]
    results.add(f"the {name} build succeeds", code == 0,
                "\n" + tail("\n".join(wanted[:40]) if wanted else out + err, 40))
    return code == 0


def step_build(results):
    options = ["-Dwerror=true"] if IN_CI else []
    build(results, "gcc", BUILD, options, {"CC": "gcc"})


def tests_of(folder):
    """The tests that meson knows in a folder: name to command, with their environment."""
    code, out, _ = call(["meson", "introspect", "--tests", folder])
    return json.loads(out) if code == 0 else []


def run_unit(test, environment):
    """One test program: (name, ok, why) for each of its cases."""
    name = test["name"]
    if not os.access(ROOT / test["cmd"][0], os.X_OK):
        return [(name, False, "it is not built")]
    code, out, err = call(test["cmd"], timeout=UNIT_TIMEOUT_SECONDS,
                          env={**test["env"], **environment, "CMOCKA_MESSAGE_OUTPUT": "TAP"})
    cases = []
    for line in out.splitlines():
        match = re.match(r"(not )?ok\s+(?:\d+\s+(?:-\s+)?)?(.*)", line)
        if match:
            cases.append([f"{name}: {match.group(2)}", match.group(1) is None, ""])
        elif cases and not cases[-1][1] and line.startswith("#"):
            cases[-1][2] += "\n      " + line
    for case in cases:
        if not case[1] and not case[2]:
            case[2] = "\n" + tail(err)
    if not cases or (code != 0 and all(case[1] for case in cases)):
        cases.append([f"{name} runs to its end", False, f"exit code {code}\n" + tail(out + err, 40)])
    return cases


def run_units(results, folder, environment, beginning=""):
    tests = [test for test in tests_of(folder)
             if Options.match in test["name"] and test["name"].startswith(beginning)]
    if not tests and not Options.match:
        results.add(f"there are unit tests in {folder}", False)
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for cases in pool.map(lambda test: run_unit(test, environment), tests):
            for name, is_ok, why in cases:
                if "# SKIP" in name:
                    results.skip(name.replace("# SKIP", "").strip(), "the test says so")
                else:
                    results.add(name, is_ok, why)


def step_unit(results):
    run_units(results, BUILD, {})


def step_asan(results):
    build(results, "sanitizer", BUILD_ASAN,
          ["-Db_sanitize=address,undefined", "-Db_lundef=false", "-Dwerror=true",
           "-Dc_args=-O1"], {"CC": "clang"})
    run_units(results, BUILD_ASAN, SANITIZER_ENVIRONMENT)


def step_cppcheck(results):
    cache = ROOT / BUILD / "cppcheck"
    cache.mkdir(parents=True, exist_ok=True)
    code, out, err = call(["cppcheck", "-q", f"-j{JOBS}", "--std=c11", "--inline-suppr",
                           "--enable=warning,performance,portability", "--error-exitcode=1",
                           "--suppressions-list=tools/cppcheck.suppressions",
                           f"--cppcheck-build-dir={cache}", "-D_GNU_SOURCE=1", "-D__SSE2__=1",
                           '-DBERM_VERSION_TEXT=""', "-Iinclude", "-Isrc",
                           "--template={file}:{line}: {severity}: {message} [{id}]", "src"])
    results.add("cppcheck finds nothing", code == 0, "\n" + tail(out + err, 60))


def tidy_one(arguments):
    path, folder = arguments
    code, out, err = call(["clang-tidy", "--quiet", "-p", folder, path])
    findings = [line for line in out.splitlines() if re.search(r": (warning|error): ", line)]
    if code != 0 and not findings:
        findings = err.strip().splitlines()[-3:]
    return path, findings


def step_clang_tidy(results):
    """Only files whose text, or some header, changed since they were last found clean."""
    folder = BUILD_ASAN if (ROOT / BUILD_ASAN / "compile_commands.json").is_file() else BUILD
    headers = hashlib.sha256()
    for path in [ROOT / ".clang-tidy", *(path for path in c_files("src", "include")
                                         if path.suffix == ".h")]:
        headers.update(path.read_bytes())
    memory_path = ROOT / folder / "clang-tidy.json"
    try:
        memory = json.loads(memory_path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        memory = {}
    keys = {}
    for path in c_files("src"):
        if path.suffix == ".c":
            keys[str(path)] = hashlib.sha256(path.read_bytes() + headers.digest()).hexdigest()
    wanted = [path for path, key in keys.items() if memory.get(path) != key]
    complaints = []
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for path, findings in pool.map(tidy_one, [(path, folder) for path in wanted]):
            complaints += findings
            if not findings:
                memory[path] = keys[path]
    memory_path.parent.mkdir(parents=True, exist_ok=True)
    memory_path.write_text(json.dumps(memory), encoding="utf-8")
    shown = "\n".join(line.replace(str(ROOT) + "/", "") for line in complaints)
    results.add("clang-tidy finds nothing", not complaints, "\n" + tail(shown, 80))


def run_script(results, path, more=None):
    """A script that prints `ok NAME`, `not ok NAME: why` and `skip NAME: why`; how many passed and failed."""
    name = path.relative_to(ROOT / "tests").as_posix()
    environment = {"PYTHONDONTWRITEBYTECODE": "1", "BERM": str(ROOT / BUILD / "berm")}
    asan = ROOT / BUILD_ASAN / "berm"
    if os.access(asan, os.X_OK):
        environment["BERM_ASAN"] = str(asan)
    shared = ROOT.parent / "shared"
    if shared.is_dir() and "BERM_SHARED" not in os.environ:
        environment["BERM_SHARED"] = str(shared)
    environment.update(more or {})
    started = time.monotonic()
    before = results.passed, results.failed
    code, out, err = call([path], timeout=SCRIPT_TIMEOUT_SECONDS, env=environment)
    count = failed = 0
    for line in out.splitlines():
        match = re.match(r"(ok|not ok|skip) (.*)", line)
        if not match:
            continue
        count += 1
        words, _, why = match.group(2).partition(": ")
        if match.group(1) == "skip":
            results.skip(f"{name}: {words}", why)
        else:
            failed += match.group(1) == "not ok"
            results.add(f"{name}: {words}", match.group(1) == "ok", why)
    if (code != 0) != (failed > 0) or count == 0:
        results.add(f"{name} runs to its end", False,
                    f"exit code {code}, {count} checks\n" + tail(out[-2000:] + err))
    elif failed and err.strip():
        print(tail(err), flush=True)
    seconds = time.monotonic() - started
    if seconds > 10:
        print(f"  {name} took {seconds:.0f} s", flush=True)
    return results.passed - before[0], results.failed - before[1]


def run_scripts(results, *folders, more=None):
    for folder in folders:
        for path in sorted((ROOT / "tests" / folder).glob("*")):
            if path.suffix in (".py", ".sh") and os.access(path, os.X_OK) and \
                    not is_situation(path) and Options.match in str(path.relative_to(ROOT)):
                run_script(results, path, more)


def is_situation(path):
    return path.name.startswith("situation_")


def run_situations(results, more=None):
    """The situations that the program must handle, each by its number, and what came of it.

    tests/scenario/situations.csv lists them; situation_NN_*.py runs one. One without a script is said
    to be not built, so that nobody takes the list for a promise that was kept.
    """
    folder = ROOT / "tests" / "scenario"
    with open(folder / "situations.csv", encoding="utf-8", newline="") as file:
        rows = [(int(row["number"]), row["situation"]) for row in csv.DictReader(file)]
    scripts = sorted(filter(is_situation, folder.glob("*.py")))
    known = {f"situation_{number:02}_" for number, _ in rows}
    lost = [path.name for path in scripts if path.name[:len("situation_00_")] not in known]
    results.add("every situation's script has a row in situations.csv", not lost, ", ".join(lost))
    for number, words in rows:
        for path in [path for path in scripts if path.name.startswith(f"situation_{number:02}_")] or [None]:
            if Options.match not in (str(path.relative_to(ROOT)) if path else ""):
                continue
            print(f"  situation {number}: {words}" + ("" if path else ": not built yet"), flush=True)
            if path is None:
                continue
            passed, failed = run_script(results, path, more)
            print(f"    {passed} checks held" + (f", {failed} did not" if failed else ""), flush=True)


def step_golden(results):
    run_scripts(results, "golden")


def step_scenarios(results):
    run_situations(results)
    run_scripts(results, "scenario", "faults", "conformance", "property")


def step_postgres(results):
    """Units of the store and of cases, and all scripts that have a register, on a PostgreSQL of their own."""
    sys.path.insert(0, str(ROOT / "tests" / "lib"))
    import postgres  # pylint: disable=import-outside-toplevel
    try:
        server = postgres.Server()
    except postgres.Missing as why:
        results.skip("PostgreSQL", why)
        return
    files = server.folder / "files"
    files.mkdir()
    more = {"BERM_TEST_STORE": "postgres", "BERM_TEST_POSTGRES": str(server.folder),
            "BERM_FILES": str(files)}
    try:
        run_units(results, BUILD, more, "unit-store-")
        run_units(results, BUILD, more, "unit-service-test_case_")
        run_situations(results, more)
        run_scripts(results, "scenario", "faults", more=more)  # those of property have both stores
    finally:
        server.remove()


def fuzz_one(target):
    seconds = int(os.environ.get("FUZZ_SECONDS") or (60 if IN_CI else 5))
    name = target.stem.replace("fuzz_", "", 1)
    found = ROOT / BUILD_FUZZ / "corpus" / name
    found.mkdir(parents=True, exist_ok=True)
    committed = ROOT / "tests" / "fuzz" / "corpus" / name
    dictionary = ROOT / "tests" / "fuzz" / f"{name}.dict"
    arguments = [ROOT / BUILD_FUZZ / target.stem, f"-max_total_time={seconds}", "-timeout=20",
                 "-rss_limit_mb=1024", "-print_final_stats=1",
                 f"-artifact_prefix={ROOT / BUILD_FUZZ}/{name}-", found]
    arguments += [committed] if committed.is_dir() else []
    arguments += [f"-dict={dictionary}"] if dictionary.is_file() else []
    if not os.access(arguments[0], os.X_OK):
        return name, False, "it is not built"
    code, out, err = call(arguments, timeout=seconds * 2 + 300, env=SANITIZER_ENVIRONMENT)
    return name, code == 0, "\n" + tail(out + err, 40)


def step_fuzz(results):
    targets = [path for path in sorted((ROOT / "tests" / "fuzz").glob("fuzz_*.c"))
               if Options.match in path.stem]
    build(results, "fuzzing", BUILD_FUZZ,
          ["-Dfuzz=true", "-Db_sanitize=address,undefined", "-Db_lundef=false"], {"CC": "clang"},
          [path.stem for path in targets])
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for name, is_ok, why in pool.map(fuzz_one, targets):
            results.add(f"fuzzing {name} finds nothing", is_ok, why)


STEPS = {
    "format": step_format,
    "layers": step_layers,
    "build": step_build,
    "unit": step_unit,
    "golden": step_golden,
    "asan": step_asan,
    "cppcheck": step_cppcheck,
    "clang-tidy": step_clang_tidy,
    "scenarios": step_scenarios,
    "postgres": step_postgres,
    "fuzz": step_fuzz,
}


def reformat():
    formatter = tool("clang-format-14", "clang-format")
    files = c_files("src", "include", "tests", "bench")
    return call([formatter, "-i", *files])[0] if formatter else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--match", default="")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--reformat", action="store_true")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(STEPS))
        return 0
    if arguments.reformat:
        return reformat()
    wanted = [name for name in arguments.only.split(",") if name] or list(STEPS)
    unknown = [name for name in wanted if name not in STEPS]
    if unknown:
        parser.error(f"no step is called {', '.join(unknown)}; the steps are {', '.join(STEPS)}")
    Options.match = arguments.match
    results = Results()
    for name, step in STEPS.items():
        if name not in wanted:
            continue
        print(f"{name} ...", flush=True)
        before = results.passed, results.failed
        started = time.monotonic()
        try:
            step(results)
        except Exception as error:  # the closing line must come whatever happens
            results.add(f"the step {name} runs to its end", False, f"{type(error).__name__}: {error}")
        print(f"{name}: {results.passed - before[0]} passed, {results.failed - before[1]} failed "
              f"({time.monotonic() - started:.1f} s)", flush=True)
    closing = f"{results.passed} passed, {results.failed} failed"
    print(closing + (f", {results.skipped} skipped" if results.skipped else ""), flush=True)
    return 1 if results.failed or not results.passed else 0


if __name__ == "__main__":
    sys.exit(main())
