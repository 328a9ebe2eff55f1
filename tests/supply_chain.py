"""Holds the crates that are built in against deny.toml: licences, banned crates, registries. cargo-deny does the same and
more, and takes ten minutes to build: it is run before a version, this with every change.

    python tests/supply_chain.py
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from license_expression import get_spdx_licensing

RULES = tomllib.loads(Path("deny.toml").read_text())
SPDX = get_spdx_licensing()
# Older manifests write a slash for OR.
PLAIN_OR = {"/": " OR "}


def crates():
    """Every crate of the program and its tests, with the features that are built by default."""
    host = next(line.split()[1] for line in output("rustc", "-vV").splitlines() if line.startswith("host: "))
    metadata = json.loads(output("cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", host))
    used = {node["id"] for node in metadata["resolve"]["nodes"]}
    own = set(metadata["workspace_members"])
    return [package for package in metadata["packages"] if package["id"] in used - own]


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def is_allowed(expression, allowed):
    """Whether the licences that are allowed suffice for an SPDX expression."""
    operator = getattr(expression, "operator", "").strip()
    if operator == "OR":
        return any(is_allowed(part, allowed) for part in expression.args)
    if operator == "AND":
        return all(is_allowed(part, allowed) for part in expression.args)
    return expression.render() in allowed


def faults(package):
    """What deny.toml has against one crate."""
    allowed = set(RULES["licenses"]["allow"])
    licence = (package["license"] or "").translate(str.maketrans(PLAIN_OR))
    if not licence:
        yield "names no licence"
    elif not is_allowed(SPDX.parse(licence, validate=True), allowed):
        yield f"its licence `{licence}` is not among those allowed"
    if package["source"].removeprefix("registry+") not in RULES["sources"]["allow-registry"]:
        yield f"comes from {package['source']}"
    for banned in RULES["bans"]["deny"]:
        if package["name"] == banned["crate"]:
            yield f"is banned: {banned['reason']}"


def main():
    found = crates()
    wrong = [f"{package['name']} {package['version']}: {fault}" for package in found for fault in faults(package)]
    print("\n".join(wrong) if wrong else f"{len(found)} crates: licences, registries and bans as deny.toml has them")
    # A list that is nearly empty was not read.
    sys.exit(bool(wrong) or len(found) < 50)


main()
