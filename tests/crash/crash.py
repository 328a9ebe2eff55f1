#!/usr/bin/env python3
"""Kills and fails the program at its calls of the system, and holds what is left against the promise of OPERATIONS.md.

    tests/crash/crash.py --program target/debug/yardstick            every call of every scenario
    tests/crash/crash.py --program target/debug/yardstick --short    some of each

Each scenario is first recorded with strace; then, for each call that concerns the data folder, the same command is run
again on a copy of the folder, and is killed at that call, or given an error. After each injection:

- `data/current` leads to a release whose every file has the hash of its manifest, if it did before;
- every release listed is whole, and has the observation files that it needs;
- exit code 1 left the pointer where it was, and its message names a path;
- the next run ends with the data files of an undisturbed one, and leaves nothing half written.

Needs Linux, strace and b3sum's algorithm (`pip install blake3`); ends with 0 where nothing broke, 1 otherwise, 77 where
nothing can be traced.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from blake3 import blake3

PROJECT = Path(__file__).resolve().parents[2]
NIGHTS = ["2026-11-24T02:30:00Z", "2026-11-25T02:30:00Z", "2026-11-26T02:30:00Z", "2026-11-27T02:30:00Z"]
SOURCE = """source = "survey"
licence = "CC0"
[[dataset]]
name = "answers"
format = "table"
[dataset.columns]
series = { constant = "s" }
ref_area = "area"
time_period = "year"
value = "value"
unit = { constant = "PT" }
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
# What changes the disk: between two of these, a kill is like one at the next.
KILLED = ["openat", "write", "pwrite64", "fsync", "rename", "symlink", "unlink", "unlinkat", "mkdir", "rmdir", "ftruncate",
          "copy_file_range", "flock"]
ERRORS = {
    "openat": ["EIO", "ENOSPC", "EACCES", "EROFS"], "write": ["EIO", "ENOSPC"], "pwrite64": ["EIO", "ENOSPC"], "fsync": ["EIO"],
    "rename": ["EIO", "ENOSPC"], "symlink": ["EIO", "ENOSPC"], "unlink": ["EIO"], "unlinkat": ["EIO"], "mkdir": ["EIO", "ENOSPC"],
    "rmdir": ["EIO"], "ftruncate": ["EIO"], "flock": ["EIO"], "read": ["EIO"], "statx": ["EIO"], "readlink": ["EIO"],
    "getdents64": ["EIO"],
}


def make_workspace(root):
    for folder in ["shared", "steps", "rollups", "derived", "checks"]:
        shutil.copytree(PROJECT / "sql" / folder, root / "sql" / folder)
    shutil.copytree(PROJECT / "pipelines/reference", root / "pipelines/reference")
    (root / "sql/indicators").mkdir()
    (root / "sql/indicators/9.1_anything.sql").write_text(INDICATOR)
    (root / "pipelines/survey.toml").write_text(SOURCE)
    for night, value in enumerate([60, 61, 62, 63]):
        body = root / f"in{night}/survey/answers/a.csv"
        body.parent.mkdir(parents=True)
        body.write_text(f"area,year,value\nKEN,2020,{value}\nUGA,2020,40\nBRA,2021,81\n")


class Harness:
    def __init__(self, program, root):
        self.program, self.root = str(Path(program).resolve()), root

    def call(self, verb, data, strace=()):
        command = [*strace, self.program, *verb, "--threads", "1", "--workspace", str(self.root), "--data", str(data)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, "NO_COLOR": "1"})

    def run(self, night, data):
        return self.call(run(night), data)


def run(night):
    return ["run", "--from", f"{{root}}/in{night}", "--now", NIGHTS[night]]


def hash_of(path):
    return blake3(path.read_bytes()).hexdigest()


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


def pointer(data):
    try:
        return os.readlink(data / "current")
    except OSError:
        return None


def contents(data):
    """The data files of the current release."""
    release = data / "current"
    manifest = json.loads((release / "manifest.json").read_text())
    return {name: value for name, value in manifest["files"].items()
            if name.endswith((".parquet", ".csv")) and not name.startswith(("revisions", "checks", "failures"))}


def half_written(data):
    left = [str(path.relative_to(data)) for path in data.rglob(".part-*")]
    left += [str(path.relative_to(data)) for path in data.glob(".current*")]
    return left + [f"staging/{path.name}" for path in (data / "staging").glob("*")]


class Scenario:
    def __init__(self, name, verb, before, after):
        self.name, self.verb, self.before, self.after = name, verb, before, after


def recorded(harness, scenario, folder):
    """The calls that concern the data folder: (call, its number in its thread) with its file and its faults."""
    data, log = folder / "data", folder / "trace"
    shutil.copytree(scenario.before, data, symlinks=True) if scenario.before else None
    strace = ["strace", "-f", "-y", "-s", "300", "-e", "trace=" + ",".join(f"?{call}" for call in sorted({*KILLED, *ERRORS})), "-o", str(log)]
    answer = harness.call(scenario.verb, data, strace)
    if answer.returncode != 0:
        print(answer.stderr, file=sys.stderr)
        return None
    count, wanted, seen = collections.Counter(), collections.OrderedDict(), set()
    for line in log.read_text(errors="replace").splitlines():
        match = re.match(r"(\d+) +(\w+)\(", line)
        if not match:
            continue
        thread, call = match.groups()
        count[thread, call] += 1
        if str(data) in line:
            place = re.search(re.escape(str(data)) + r"/?([^\">,]*)", line).group(1)
            # Of the many reads of one file, the first; a file that is opened to be read changes nothing.
            if call in ("read", "statx") and (call, place) in seen:
                continue
            seen.add((call, place))
            kinds = ["KILL"] if call in KILLED and not (call == "openat" and "O_CREAT" not in line) else []
            wanted.setdefault((call, count[thread, call]), (place, kinds + ERRORS.get(call, [])))
    shutil.rmtree(data)
    return wanted


def inject(harness, scenario, call, number, fault, expected, base):
    folder = Path(tempfile.mkdtemp(dir=base))
    try:
        data = folder / "data"
        if scenario.before:
            shutil.copytree(scenario.before, data, symlinks=True)
        current = pointer(data)
        rule = f"signal=KILL:when={number}" if fault == "KILL" else f"error={fault}:when={number}"
        log = folder / "trace"
        strace = ["strace", "-f", "-y", "-o", str(log), "-e", f"trace={call}", "-e", f"inject={call}:{rule}"]
        try:
            answer = harness.call(scenario.verb, data, strace)
        except subprocess.TimeoutExpired:
            answer = None
        # The number counts in each thread: a call of another one, such as its wake-up, is no fault of the disk.
        injected = [line for line in log.read_text(errors="replace").splitlines() if "(INJECTED)" in line]
        if fault != "KILL" and any(str(data) not in line for line in injected):
            return None, []
        if answer is None:
            return None, ["it hangs"]
        wrong, now = [], pointer(data)
        if current and not now:
            wrong.append("current is gone")
        if now and not (data / now).is_dir():
            wrong.append(f"current leads to {now}, which is not there")
        for release in sorted((data / "releases").glob("*")) if (data / "releases").is_dir() else []:
            wrong += broken(release, data)
        if answer.returncode == 1:
            if now != current and scenario.name != "prune":
                wrong.append(f"exit 1, yet current is {now} and was {current}")
            if fault != "KILL" and "/" not in answer.stderr:
                wrong.append(f"no path in: {answer.stderr.strip()[:300]}")
        elif answer.returncode not in (0, 3, 137, -9) and fault != "KILL":
            wrong.append(f"exit {answer.returncode}: {answer.stderr.strip()[:300]}")
        if "panicked" in answer.stderr:
            wrong.append(f"panic: {answer.stderr.strip()[:300]}")
        again = harness.call(scenario.after, data)
        if again.returncode != 0:
            wrong.append(f"the next run ends with {again.returncode}: {again.stderr.strip()[-400:]}")
        else:
            different = {name for name, value in contents(data).items() if expected.get(name) != value}
            wrong += [f"after the next run {name} differs" for name in sorted(different)]
            wrong += [f"left behind: {name}" for name in half_written(data)]
            wrong += [text for release in sorted((data / "releases").glob("*")) for text in broken(release, data)]
        return answer.returncode, wrong
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(PROJECT / "target/debug/yardstick"))
    parser.add_argument("--short", action="store_true", help="some calls of each kind only")
    parser.add_argument("--limit", type=int, default=0, help="at most this many injections of each scenario")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--scenario", action="append", help="only these scenarios")
    options = parser.parse_args()
    if not shutil.which("strace") or subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode:
        print("skipped: nothing can be traced here")
        return 77
    began = time.time()
    with tempfile.TemporaryDirectory(prefix="yardstick-crash-") as temporary:
        base = Path(temporary)
        root = base / "workspace"
        make_workspace(root)
        harness = Harness(options.program, root)
        for verb in (one := [run(night) for night in range(4)]):
            verb[:] = [word.replace("{root}", str(root)) for word in verb]
        states = [None]
        for night in range(3):
            data = base / f"state{night}"
            if states[-1]:
                shutil.copytree(states[-1], data, symlinks=True)
            answer = harness.call(one[night], data)
            if answer.returncode:
                print(answer.stderr, file=sys.stderr)
                return 1
            states.append(data)
        scenarios = [
            Scenario("first run", one[0], None, one[0]),
            Scenario("run", one[1], states[1], one[1]),
            Scenario("unchanged run", one[1], states[2], one[1]),
            Scenario("rollback", ["release", "rollback", "--now", NIGHTS[3]], states[3], one[2]),
            Scenario("pin", ["release", "pin", "--now", NIGHTS[3]], states[3], ["release", "unpin", "--now", NIGHTS[3]]),
            Scenario("prune", ["release", "prune", "--keep", "1", "--now", NIGHTS[3]], states[3], one[2]),
        ]
        total, bad, codes = 0, [], collections.Counter()
        for scenario in scenarios:
            if options.scenario and scenario.name not in options.scenario:
                continue
            calls = recorded(harness, scenario, Path(tempfile.mkdtemp(dir=base)))
            if calls is None:
                return 1
            reference = base / "reference"
            if scenario.before:
                shutil.copytree(scenario.before, reference, symlinks=True)
            for verb in (scenario.verb, scenario.after):
                harness.call(verb, reference)
            expected = contents(reference)
            shutil.rmtree(reference)
            faults = [(call, number, fault) for (call, number), (_, kinds) in calls.items() for fault in kinds]
            limit = 6 if options.short else options.limit
            if limit and len(faults) > limit:
                faults = [faults[round(place * (len(faults) - 1) / (limit - 1))] for place in range(limit)]
            with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
                done = pool.map(lambda fault: inject(harness, scenario, *fault, expected, base), faults)
                outcomes = list(zip(faults, done))
            outcomes = [one for one in outcomes if one[1] != (None, [])]
            total += len(outcomes)
            for (call, number, fault), (code, wrong) in outcomes:
                codes[scenario.name, "killed" if fault == "KILL" else "error", code] += 1
                if wrong:
                    bad.append((scenario.name, call, number, fault, calls[call, number][0], code, wrong))
            print(f"{scenario.name}: {len(calls)} calls, {len(outcomes)} injections, "
                  f"{sum(1 for one in bad if one[0] == scenario.name)} wrong", flush=True)
    for name, call, number, fault, place, code, wrong in bad:
        print(f"WRONG {name}: {fault} at {call} {number} ({place}), exit {code}: " + "; ".join(wrong[:3]))
    for (name, kind, code), number in sorted(codes.items()):
        print(f"  {name}: {kind}, exit {code}: {number}")
    print(f"{total} injections, {len(bad)} wrong, {time.time() - began:.0f} s")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main())
