#!/usr/bin/env python3
"""What an operator sees of each fault: exit code, what is current afterwards, what is said.

    tests/crash/faults.py --program target/debug/yardstick --write OPERATIONS.md       writes the table of that page
    .. --compare OPERATIONS.md                                                          ends with 1 where it is another one

Each fault is brought about for real in a small workspace with two releases: a full disk is a file system of a few
kilobytes, a read-only one is mounted so, a process without permission is another user. So it needs Linux, strace and
root; without them it ends with 77.
"""

import argparse
import fcntl
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import BODY, NIGHTS, PROJECT, Harness, can_trace, pointer, run, shutil, trials, write_table, wrong_now

CHECK = """/*---
id = "{id}"
title = "Never in order"
severity = "error"
{more}
---*/
SELECT 'anything' AS indicator, 'a row' AS detail
"""
RUN = run(2)
# Of what is said, so many characters stand in the table.
MOST = 170


def cut(path, length=100):
    os.truncate(path, length)


class Trial:
    """One fault in a folder of its own, with a workspace of its own."""

    def __init__(self, program, states, root, base):
        self.folder, self.root = Path(tempfile.mkdtemp(dir=base)), Path(tempfile.mkdtemp(dir=base))
        for folder in (self.folder, self.root):
            folder.chmod(0o755)
        shutil.copytree(root, self.root, dirs_exist_ok=True)
        shutil.copytree(states[2], self.folder, symlinks=True, dirs_exist_ok=True)
        self.harness, self.data = Harness(program, self.root), self.folder / "data"
        self.mounted = False

    def body(self, text, night=2):
        (self.root / f"in{night}/survey/answers/a.csv").write_text(text)

    def mount(self, *options):
        subprocess.run(["mount", *options, str(self.data)], check=True)
        self.mounted = True

    def end(self):
        if self.mounted:
            subprocess.run(["umount", str(self.data)], check=False)
        shutil.rmtree(self.folder)
        shutil.rmtree(self.root)

    def run(self, verb=RUN, **options):
        return self.harness.call(verb, self.folder, **options)

    def injected(self, call, rule):
        return self.run(strace=["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{rule}"])


def killed(trial):
    return trial.injected("rename", "signal=KILL:when=1")


def stopped(trial):
    return trial.injected("fsync", "signal=TERM:when=1")


def disk_full(trial):
    """A file system that has room for what is there and for a few kilobytes more."""
    kept = trial.folder / "kept"
    trial.data.rename(kept)
    trial.data.mkdir()
    trial.mount("-t", "tmpfs", "none")
    shutil.copytree(kept, trial.data, symlinks=True, dirs_exist_ok=True)
    room = os.statvfs(trial.data)
    used = (room.f_blocks - room.f_bfree) * room.f_bsize
    subprocess.run(["mount", "-o", f"remount,size={used // 1024 + 64}k", str(trial.data)], check=True)
    return trial.run()


def read_only(trial):
    trial.mount("--bind", str(trial.data))
    subprocess.run(["mount", "-o", "remount,ro,bind", str(trial.data)], check=True)
    return trial.run()


def no_permission(trial):
    return trial.run(user=65534, group=65534, extra_groups=[])


def sync_fails(trial):
    return trial.injected("fsync", "error=EIO:when=1")


def pointer_sync_fails(trial):
    """The sync of the data folder after the pointer is replaced: the only `rename` after that of the release."""
    return trial.injected("rename", "error=EIO:when=2")


def cut_observations(trial):
    cut(trial.data / "observations/survey/answers.parquet")
    return trial.run(run(1))


def lost_observations(trial):
    for path in [*(trial.data / "observations").rglob("*.parquet"), *(trial.data / "observations_by_hash").glob("*")]:
        cut(path)
    shutil.rmtree(trial.data / "snapshots")
    return web_page(trial)


def damaged_release(trial):
    cut(trial.data / "current/values.parquet")
    return trial.run(run(1))


def other_unit(trial):
    trial.body(BODY.format(62).replace("PT", "RATIO"))
    return trial.run()


def other_columns(trial):
    trial.body(BODY.format(62).replace("unit\n", "unit,remark\n").replace("PT\n", "PT,x\n"))
    return trial.run()


def web_page(trial):
    trial.body("<!DOCTYPE html><html></html>\n")
    return trial.run()


def provider_away(trial):
    path = trial.root / "pipelines/survey.toml"
    path.write_text(re.sub(r"127.0.0.1:\d+", "127.0.0.1:1", path.read_text()))
    return trial.run(["run", "--now", NIGHTS[2]])


def fewer_rows(trial):
    trial.body("area,year,value,unit\nKEN,2020,62,PT\n")
    return trial.run()


def holding_check(trial):
    (trial.root / "sql/checks/own.sql").write_text(CHECK.format(id="own", more="holds = true"))
    return trial.run()


def closed_gate(trial):
    (trial.root / "sql/checks/own.sql").write_text(CHECK.format(id="own", more=""))
    return trial.run()


def wrong_files(trial):
    (trial.root / "sql/indicators/9.1_anything.sql").write_text("SELECT 1\n")
    return trial.run()


def lock_held(trial):
    with (trial.data / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate()
        lock.write(json.dumps({"verb": "run", "process": 1, "since": NIGHTS[2]}))
        lock.flush()
        return trial.run()


def clock_back(trial):
    return trial.run(["run", "--from", "{root}/in2", "--now", "2026-11-01T02:30:00Z"])


def output_lost(trial):
    verb = " ".join(["exec", '"$0"', '"$@"', ">/dev/full"])
    return trial.run(strace=["sh", "-c", verb])


FAULTS = [
    ("killed, or power lost, before the release is in place", killed),
    ("SIGTERM or SIGINT", stopped),
    ("the disk is full", disk_full),
    ("the data folder is read-only", read_only),
    ("no permission to write there", no_permission),
    ("a file cannot be synced", sync_fails),
    ("the pointer cannot be replaced", pointer_sync_fails),
    ("an observation file is cut", cut_observations),
    ("the same, and neither its copy nor the snapshot is left", lost_observations),
    ("a file of the current release is damaged", damaged_release),
    ("a series comes in another unit", other_unit),
    ("a body has other columns than in the release before", other_columns),
    ("a provider sends a web page", web_page),
    ("a provider is away", provider_away),
    ("a body has far fewer rows", fewer_rows),
    ("a check that holds an indicator finds a row", holding_check),
    ("another check of severity `error` finds one", closed_gate),
    ("a file of the workspace is wrong", wrong_files),
    ("another run is at work", lock_held),
    ("the clock is set back", clock_back),
    ("nobody takes what is printed", output_lost),
]


def said(trial, answer):
    """The line that tells of it, without what differs from run to run."""
    if answer.returncode in (-9, 137):
        printed, logged = trial.run(["status", "--now", NIGHTS[3]]).stdout.splitlines(), []
    else:
        lines = (answer.stderr + "\n" + answer.stdout).splitlines()
        printed = [line.strip() for line in lines if line.strip() and not line.startswith("{")]
        logged = [json.loads(line) for line in lines if line.startswith("{")]
    problems = [line["message"] for line in logged if line["level"] in ("ERROR", "WARN")]
    starts = [start for start in ("error: ", "degraded: ", "stopped", "last run") if any(line.startswith(start) for line in printed)]
    marked = [line for line in printed if starts and line.startswith(starts[0])]
    text = next(iter([*marked[-1:], *problems, *[line for line in printed if line.startswith(("nothing", "release"))], *printed]), "")
    for path, name in ((trial.data, "DATA"), (trial.folder, "FOLDER"), (trial.root, "WORKSPACE")):
        text = text.replace(str(path), name)
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{8}(-\d+)?", "ID", re.sub(r"[0-9a-f]{40,}", "HASH", text))
    # Which of many files it is depends on the moment.
    text = re.sub(r"DATA/(\w+)/[^'` :]+", r"DATA/\1/..", text)
    text = re.sub(r"process \d+", "process N", re.sub(r"\.part-\w+", ".part-*", text)).replace("`", "'").replace("|", "\\|")
    return text if len(text) <= MOST else text[:MOST].rsplit(" ", 1)[0] + " .."


def shape(table):
    """What must stay the same of a table: all but the words of what is said, and of these the codes."""
    return [(*line.split(" | ")[:3], re.findall(r"\bE\d{4}\b", line)) for line in table.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(PROJECT / "target/debug/yardstick"))
    parser.add_argument("--only", help="only the fault of this function")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--write", type=Path)
    where.add_argument("--compare", type=Path)
    options = parser.parse_args()
    if not can_trace() or os.geteuid() != 0:
        print("skipped: it needs root and strace")
        return 77
    bad, table = [], "| fault | exit code | current afterwards | said |\n|---|---|---|---|\n"
    with trials("faults", options.program) as (harness, base, states):
        for name, bring_about in FAULTS:
            if options.only and bring_about.__name__ != options.only:
                continue
            trial = Trial(options.program, states, harness.root, base)
            try:
                before = pointer(trial.folder)
                answer = bring_about(trial)
                now = pointer(trial.folder)
                became = "as before" if now == before else "a new release"
                code = "none" if answer.returncode in (-9, 137) else answer.returncode
                table += f"| {name} | {code} | {became} | `{said(trial, answer)}` |\n"
                bad += [f"{name}: {text}" for text in wrong_now(trial.folder, before) if "damaged" not in bring_about.__name__ and "lost" not in bring_about.__name__]
            finally:
                trial.end()
    print(table)
    print(*bad, sep="\n", file=sys.stderr)
    if options.write or options.compare:
        if not write_table(options.write or options.compare, "faults", table, options.compare is not None, shape) and options.compare:
            print("the table of the page is another one: run with --write", file=sys.stderr)
            return 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
