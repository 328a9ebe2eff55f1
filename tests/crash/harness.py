"""What the trials of this folder share: a small workspace, the program, and what must hold of a data folder at any time."""

import contextlib
import functools
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from blake3 import blake3

PROJECT = Path(__file__).resolve().parents[2]
LONGEST = 300  # seconds that one call of the program may take
NIGHTS = ["2026-11-24T02:30:00Z", "2026-11-25T02:30:00Z", "2026-11-26T02:30:00Z", "2026-11-27T02:30:00Z"]
BODY = "area,year,value,unit\nKEN,2020,{},PT\nUGA,2020,40,PT\nBRA,2021,81,PT\n"
ECONOMIES = re.compile(r"(^|,)(KEN|UGA|BRA)(,|$)")
SOURCE = """source = "survey"
licence = "CC0"
[http]
pause_milliseconds = 0
retries = 2
first_wait_milliseconds = 1
[[dataset]]
name = "answers"
format = "table"
url = "http://127.0.0.1:{port}/a.csv"
[dataset.columns]
series = {{ constant = "s" }}
ref_area = "area"
time_period = "year"
value = "value"
unit = "unit"
"""
INDICATOR = """/*---
id = "9.1"
name = "anything"
title = "Whatever was pulled"
unit = "PT"
rollup = "none"
---*/
SELECT o.ref_area, o.time_period, o.obs_value AS value FROM observations o WHERE o.source = 'survey'
"""


def make_workspace(root, port=1):
    """One data set, one indicator, three economies and two checks: a run of it takes a third of a second."""
    for folder in ["shared", "steps", "rollups", "derived"]:
        shutil.copytree(PROJECT / "sql" / folder, root / "sql" / folder)
    for check in ["one_row_per_key", "columns_changed", "coverage_lost"]:
        target = root / f"sql/checks/{check}.sql"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / f"sql/checks/{check}.sql", target)
    (root / "pipelines/reference").mkdir(parents=True)
    for path in (PROJECT / "pipelines/reference").glob("*.csv"):
        head, *rows = path.read_text().splitlines()
        if path.stem in ("areas", "area_codes", "membership", "population", "gni_per_capita"):
            rows = [row for row in rows if ECONOMIES.search(row)]
        (root / "pipelines/reference" / path.name).write_text("\n".join([head, *rows, ""]))
    (root / "sql/indicators").mkdir()
    (root / "sql/indicators/9.1_anything.sql").write_text(INDICATOR)
    (root / "pipelines/survey.toml").write_text(SOURCE.format(port=port))
    for night, value in enumerate([60, 61, 62, 63]):
        body = root / f"in{night}/survey/answers/a.csv"
        body.parent.mkdir(parents=True)
        body.write_text(BODY.format(value))


@contextlib.contextmanager
def provider(folder):
    """A provider on this machine that serves a folder; gives its port."""

    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


class Harness:
    def __init__(self, program, root):
        self.program, self.root = str(Path(program).resolve()), root

    def call(self, verb, folder, strace=(), **options):
        """Runs a verb on `folder/data`; `{root}` and `{folder}` in it are the workspace and that folder."""
        words = [word.replace("{root}", str(self.root)).replace("{folder}", str(folder)) for word in verb]
        command = [*strace, self.program, *words, "--threads", "1", "--workspace", str(self.root), "--data", str(folder / "data")]
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "errors": "replace"}
        # In a session of its own: what a tracer has started goes with it when the time is over.
        with subprocess.Popen(command, start_new_session=True, env={**os.environ, "NO_COLOR": "1"}, **piped, **options) as process:
            try:
                printed, logged = process.communicate(timeout=LONGEST)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess(command, process.returncode, printed, logged)


def run(night):
    return ["run", "--from", f"{{root}}/in{night}", "--now", NIGHTS[night]]


def make_states(harness, base):
    """Folders after one, two and three nights, the releases of the first two published to a store too."""
    states = [None]
    for night in range(3):
        folder = base / f"state{night}"
        if states[-1]:
            shutil.copytree(states[-1], folder, symlinks=True)
        folder.mkdir(exist_ok=True)
        verbs = [run(night)] + ([PUBLISH] if night < 2 else [])
        for verb in verbs:
            answer = harness.call(verb, folder)
            if answer.returncode:
                raise SystemExit(f"{verb}: exit {answer.returncode}\n{answer.stderr}")
        states.append(folder)
    return states


def some_of(all_of_them, most):
    """The first, the last and those between at equal distances; without a limit all."""
    if not most or len(all_of_them) <= most:
        return all_of_them
    return [all_of_them[round(place * (len(all_of_them) - 1) / max(1, most - 1))] for place in range(most)]


@contextlib.contextmanager
def trials(name, program):
    """The program on a workspace of its own with its provider, the folder in which they lie, and `make_states` in it."""
    with tempfile.TemporaryDirectory(prefix=f"yardstick-{name}-") as temporary:
        base = Path(temporary)
        base.chmod(0o755)
        root = base / "workspace"
        with provider(root / "in1/survey/answers") as port:
            make_workspace(root, port)
            harness = Harness(program, root)
            yield harness, base, make_states(harness, base)


PUBLISH = ["publish", "--to", "{folder}/store"]


class Scenario:
    """A verb on a folder in a certain state, and the verbs that must put everything right afterwards."""

    def __init__(self, name, verb, before, *after):
        self.name, self.verb, self.before, self.after = name, verb, before, after or (verb,)

    def begin(self, folder):
        """A copy of the state in `folder`; of files that are never written in place, links."""

        def copy(source, target):
            place = Path(source).relative_to(self.before).parts
            is_immutable = place[1] in ("releases", "snapshots", "observations_by_hash") and len(place) > 2
            (os.link if is_immutable else shutil.copy2)(source, target)

        if self.before:
            shutil.copytree(self.before, folder, symlinks=True, dirs_exist_ok=True, copy_function=copy)

    def expected(self, harness, base):
        """The data files after an undisturbed run, and the pointer after the verb alone."""
        folder = base / f"undisturbed-{self.name.replace(' ', '-')}"
        folder.mkdir()
        self.begin(folder)
        harness.call(self.verb, folder)
        target = pointer(folder)
        for verb in self.after:
            harness.call(verb, folder)
        return contents(folder), target


def scenarios(states):
    later = ["--now", NIGHTS[3]]
    return [
        Scenario("first run", run(0), None),
        Scenario("run", run(1), states[1]),
        Scenario("run from the network", ["run", "--now", NIGHTS[1]], states[1]),
        Scenario("unchanged run", run(1), states[2]),
        Scenario("rollback", ["release", "rollback", *later], states[3], run(2)),
        Scenario("pin", ["release", "pin", *later], states[3], ["release", "unpin", *later], run(2)),
        Scenario("prune", ["release", "prune", "--keep", "1", *later], states[3], run(2)),
        Scenario("publish", PUBLISH, states[3]),
    ]


HASHES = {}


def hash_of(path):
    """By inode, time and size, since most files of a copy are links."""
    found = path.stat()
    mark = (found.st_ino, found.st_mtime_ns, found.st_ctime_ns if found.st_nlink == 1 else 0, found.st_size)
    if mark not in HASHES:
        HASHES[mark] = blake3(path.read_bytes()).hexdigest()
    return HASHES[mark]


def pointer(folder):
    try:
        return os.readlink(folder / "data/current")
    except OSError:
        return None


def broken(release, data):
    """What is wrong with a release."""
    try:
        manifest = json.loads((release / "manifest.json").read_text())
    except (OSError, ValueError) as error:
        return [f"{release.name}: {error}"]
    found = []
    for name, wanted in manifest["files"].items():
        path = release / name
        if not path.is_file() or hash_of(path) != wanted:
            found.append(f"{release.name}/{name} is not what was published")
    for entry in manifest["inputs"]:
        path = data / "observations_by_hash" / f"{entry['observation_file']}.parquet"
        if not path.is_file() or hash_of(path) != entry["observation_file"]:
            found.append(f"{release.name} lacks {path.name}")
        for body in entry["bodies"]:
            if not (data / "snapshots" / body["snapshot"][:2] / body["snapshot"]).is_file():
                found.append(f"{release.name} lacks snapshot {body['snapshot']}")
    return found


def broken_store(store):
    """What is wrong with a folder that releases are published to: its pointer names a whole release."""
    if not (store / "current.json").exists():
        return []
    try:
        named = json.loads((store / "current.json").read_text())
        text = (store / named["path"] / "manifest.json").read_bytes()
        files = json.loads(text)["files"]
    except (OSError, ValueError, KeyError) as error:
        return [f"the store: {error!r}"]
    found = [] if blake3(text).hexdigest() == named["manifest"] else ["the store names another manifest"]
    for name, wanted in files.items():
        path = store / named["path"] / name
        if not path.is_file() or hash_of(path) != wanted:
            found.append(f"the store lacks {name}")
    return found


def wrong_now(folder, before):
    """What breaks the promise in a folder whose pointer was `before`."""
    data, found, now = folder / "data", [], pointer(folder)
    if before and not now:
        found.append("current is gone")
    if now and not (data / now).is_dir():
        found.append(f"current leads to {now}, which is not there")
    if (data / "releases").is_dir():
        for release in sorted((data / "releases").iterdir()):
            found += broken(release, data)
    return found + broken_store(folder / "store")


def contents(folder):
    """The data files of the current release, and the release that the store names."""
    release = folder / "data/current"
    manifest = json.loads((release / "manifest.json").read_text())
    kept = {name: value for name, value in manifest["files"].items()
            if name.endswith((".parquet", ".csv")) and not name.startswith(("revisions", "checks", "failures"))}
    if (folder / "store/current.json").exists():
        kept["store"] = json.loads((folder / "store/current.json").read_text())["release"]
    return kept


def half_written(folder):
    data = folder / "data"
    left = [str(path.relative_to(folder)) for path in folder.rglob(".part-*")]
    left += [str(path.relative_to(folder)) for path in data.glob(".current*")]
    return left + [f"staging/{path.name}" for path in (data / "staging").glob("*")]


def fingerprint(folder):
    """One text for what lies in a folder: equal ones need not be put right twice."""
    lines = []
    for path in folder.rglob("*"):
        name = re.sub(r"\.part-\w+", ".part-", str(path.relative_to(folder)))
        if name in ("trace", "data/lock"):
            continue
        if path.is_symlink():
            lines.append(f"{name} -> {os.readlink(path)}")
        elif path.is_dir():
            lines.append(f"{name}/")
        else:
            # Records of runs name a process.
            lines.append(f"{name} {'' if name.startswith('data/runs/') else hash_of(path)}")
    return blake3("\n".join(sorted(lines)).encode()).hexdigest()


class Mender:
    """Runs the verb that must put everything right, once for each state of a folder."""

    def __init__(self, harness, scenario, expected):
        self.harness, self.scenario, self.expected, self.known = harness, scenario, expected, {}

    def wrong_after(self, folder):
        state = fingerprint(folder)
        if state not in self.known:
            self.known[state] = self.mend(folder)
        return self.known[state]

    def mend(self, folder):
        # The next night, not the next second: a start that was refused may be at its record for a moment, so that what
        # lies half written there is spared for an hour.
        for left in (folder / "data/runs").rglob(".part-*"):
            os.utime(left, (time.time() - 7200, time.time() - 7200))
        for verb in self.scenario.after:
            answer = self.harness.call(verb, folder)
            if answer.returncode != 0:
                return [f"the next run ends with {answer.returncode}: {answer.stderr.strip()[-400:]}"]
        now = contents(folder)
        found = [f"after the next run {name} differs" for name in sorted(self.expected) if self.expected[name] != now.get(name)]
        found += [f"left behind: {name}" for name in half_written(folder)]
        return found + wrong_now(folder, pointer(folder))


def can_trace():
    return shutil.which("strace") and subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


def write_table(path, name, table, compare, shape=str):
    """Puts a table between its marks in a document, or says whether one of the same shape stands there already."""
    text = path.read_text()
    start, end = f"<!-- generated: {name} -->\n", f"<!-- end: {name} -->"
    head, rest = text.split(start)
    old, tail = rest.split(end)
    if not compare:
        path.write_text(head + start + table + end + tail)
    return shape(old) == shape(table)
