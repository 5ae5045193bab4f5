#!/usr/bin/env python3
"""/v1/openapi.json under redocly's linter, strictly: warnings are errors."""
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import check, finish, folder, run, skip, write  # noqa: E402
from server import served  # noqa: E402

TOOL = pathlib.Path(__file__).resolve().parent / "redocly"

with folder() as here, served() as server:
    document = write(here / "openapi.json", server.get("/v1/openapi.json"))
    for name in ("package.json", "package-lock.json", "redocly.yaml"):
        shutil.copy(TOOL / name, here / name)
    if shutil.which("npm") is None:
        skip("redocly's linter", "npm is not installed")
    else:
        made = run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", here],
                   timeout=300)
        if made.code != 0:
            skip("redocly's linter", f"npm could not bring it: {made.text[-300:]}")
        else:
            result = run([here / "node_modules/.bin/redocly", "lint", "--config",
                          here / "redocly.yaml", "--format", "json", document], timeout=120,
                         env={"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"})
            check("the description is clean under redocly's linter", result.code == 0,
                  result.text[-3000:])
    check("the description is served", "/v1/households/{code}" in document.read_text())
finish()
