"""What the files of a workspace say: the headers of indicators, the defaults, how notes call a source."""

import re
import tomllib


class Unusable(Exception):
    """The script cannot start."""


def fraction(value):
    """A share of a header: 0.5, or "2/3"."""
    if isinstance(value, str):
        above, below = value.split("/")
        return int(above) / int(below)
    return float(value)


def readings(target):
    """A target, and the same target read for parts of the population."""
    yield target
    for part, reading in target.get("read_for", {}).items():
        label = part.replace("_", " ")
        note = f"{target['note']}; read for {label}" if "note" in target else f"read for {label}"
        title = f"{target.get('title', '')}: {label}"
        own = {**target, "id": f"{target['id']}.{part}", "title": title, "note": note, **reading}
        own.pop("baseline_value", None)
        yield own


class Workspace:
    """What holds for every indicator: sql/defaults.toml, and how notes call a source."""

    def __init__(self, root):
        self.root = root
        path = root / "sql/defaults.toml"
        self.defaults = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        pipelines = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((root / "pipelines").glob("*.toml"))]
        # A file without a licence adds data sets to a source that another describes.
        self.cited_as = {p["source"]: p.get("short_title", p.get("title", p["source"])) for p in pipelines if "licence" in p}


class Indicator:
    def __init__(self, path, workspace):
        defaults = workspace.defaults
        self.path = str(path.relative_to(workspace.root))
        self.sql = path.read_text(encoding="utf-8-sig")
        found = re.match(r"\s*/\*---(.*?)---\*/(.*)", self.sql, re.DOTALL)
        if not found:
            raise Unusable(f"{self.path}: no header")
        header = tomllib.loads(found[1])
        self.id, self.name, self.unit, self.rollup = (header[key] for key in ("id", "name", "unit", "rollup"))
        self.title = header["title"]
        self.derived = header.get("derived")
        self.groups = header.get("groups", defaults.get("groups", []))
        self.window = header.get("window", defaults.get("window", 5))
        coverage = {**defaults.get("coverage", {}), **header.get("coverage", {})}
        self.publish, self.flag = fraction(coverage.get("publish", "2/3")), fraction(coverage.get("flag", 0.5))
        self.base, self.min_members = coverage.get("base", "population"), coverage.get("min_members", 0)
        self.observed = fraction(coverage.get("observed", 0.5))
        self.scale = float(header.get("scale", 100.0 if self.unit in ("PT", "PER_100_POP") else 1.0))
        self.datasets = header.get("datasets", [])
        self.weights = header.get("weights", [])
        self.series = header.get("series", [])
        self.silence = header.get("silence")
        self.cited_as = workspace.cited_as
        targets = [{**defaults.get("target", {}), **target} for target in header.get("target", [])]
        self.targets = [reading for target in targets for reading in readings(target)]
        code = re.sub(r"--[^\n]*|/\*.*?\*/", " ", found[2], flags=re.DOTALL)
        self.reads = set(re.findall(r'\bindicators\s*\.\s*"?(\w+)', code))


def in_order(indicators):
    """Indicators that others read come first."""
    waiting, done, order = list(indicators), set(), []
    while waiting:
        ready = [i for i in waiting if i.reads <= done]
        if not ready:
            raise Unusable("indicators read each other in a circle: " + ", ".join(i.name for i in waiting))
        order += ready
        done |= {i.name for i in ready}
        waiting = [i for i in waiting if i not in ready]
    return order
