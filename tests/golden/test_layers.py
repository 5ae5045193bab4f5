#!/usr/bin/env python3
"""The check of the layers finds every kind of breach, on made-up trees."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, check, equal, finish, folder, run, write  # noqa: E402

LAYERS = """# comment
base
policy/feel   base
policy/dmn    base policy/feel
store         base
cli           base policy/dmn

library sqlite3.h store
library libxml policy/dmn
"""
GOOD = {
    "base/base.h": '#include "text.h"\n#include <stdint.h>\n',
    "base/text.h": "#include <sys/stat.h>\n",
    "base/text.c": '#include "base/text.h"\n#include <berm/berm.h>\n',
    "policy/feel/feel.h": '#include "base/base.h"\n',
    "policy/feel/private.h": "",
    "policy/dmn/dmn.h": '#include "policy/feel/feel.h"\n',
    "policy/dmn/dmn.c": '#include "policy/dmn/dmn.h"\n#include <libxml/parser.h>\n',
    "store/store.h": '#include "base/base.h"\n',
    "store/sqlite/driver.c": '#include "store/store.h"\n#include "store/sqlite/driver.h"\n'
                             '#include "store/statements.gen.h"\n#include <sqlite3.h>\n',
    "store/sqlite/driver.h": "",
    "cli/main.c": '#include "policy/dmn/dmn.h"\n',
}


def breaches(changes, layers=LAYERS, folders=()):
    with folder() as here:
        write(here / "src" / "LAYERS", layers)
        for path, text in {**GOOD, **changes}.items():
            write(here / "src" / path, text)
        for path in folders:
            (here / "src" / path).mkdir(parents=True)
        result = run([ROOT / "tools" / "check_layers.py", here])
        return result


def finds(name, changes, words, **options):
    result = breaches(changes, **options)
    lines = [line for line in result.out.splitlines() if words in line]
    check(name, result.code == 1 and len(result.out.splitlines()) == 1 and lines, result.text)


result = breaches({})
check("a tree that keeps the layers passes", result.code == 0 and "hold" in result.out, result.text)
finds("a module that may not be used", {"store/x.c": '#include "policy/feel/feel.h"\n'},
      "src/store/x.c:1: store may not use policy/feel")
finds("a module above", {"base/x.c": '\n#include "store/store.h"\n'},
      "src/base/x.c:2: base may not use store")
finds("a private header of a module that may be used",
      {"policy/dmn/x.c": '#include "policy/feel/private.h"\n'}, "is private to policy/feel")
finds("a private header of base", {"store/x.h": '#include "base/text.h"\n'}, "is private to base")
finds("a library in another module", {"cli/x.c": "#include <sqlite3.h>\n"},
      "only store may include sqlite3.h")
finds("a library's header in a folder", {"cli/x.c": "#  include <libxml/tree.h>\n"},
      "only policy/dmn may include libxml/tree.h")
two = breaches({"store/x.c": "#include <libxml/tree.h>\n"},
               layers=LAYERS.replace("libxml policy/dmn", "libxml policy/dmn store"))
check("a library may be two modules'", two.code == 0, two.text)
finds("a library in quotation marks", {"cli/x.c": '#include "sqlite3.h"\n'}, "only store may include")
finds("a library that nobody has", {"cli/x.c": "#include <jansson.h>\n"}, "does not give to a module")
finds("a header of no module", {"cli/x.c": '#include "http/http.h"\n'}, "belongs to no module")
finds("a way out of the folder", {"cli/x.c": '#include "../base/base.h"\n'}, "leaves its folder")
finds("a file of no module", {"loose.c": ""}, "src/loose.c:1: the file belongs to no module")
finds("a folder that is not listed", {}, "src/casework: the folder is not listed",
      folders=["casework"])
finds("a module that names one below it", {}, "base may not use store, which does not stand above",
      layers=LAYERS.replace("base\npolicy/feel ", "base store\npolicy/feel "))
finds("a library that is given to no module", {}, "which is no module",
      layers=LAYERS + "library yaml.h pack\n")
equal("the folder of a driver belongs to its module",
      breaches({"store/sqlite/y.c": '#include "base/base.h"\n'}).code, 0)
finish()
