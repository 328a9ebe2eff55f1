#!/usr/bin/env python3
"""Sixty nights in a row, and how the data folder grows: nights.py --program target/debug/yardstick [--nights 60]

Every third night the provider has revised a figure, every tenth it is away. With the retention of a job.toml that keeps
five releases, the folder must be no larger after the last night than twice what it was after the twentieth. Prints a
table of the size and the number of files by part of the folder; ends with 1 where a night ends with another code than
it should, or the folder grows.
"""
import argparse
import datetime
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import BODY, make_workspace

PARTS = ["releases", "snapshots", "observations_by_hash", "runs", "journal.jsonl"]
JOB = '[retention]\nreleases = 5\nrefused = 3\nruns = 20\njournal_days = 10\n'


def size(path):
    files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file() and not f.is_symlink()]
    return sum(f.stat().st_size for f in files), len(files)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--nights", type=int, default=60)
    arguments = parser.parse_args()
    program = str(Path(arguments.program).resolve())
    root = Path(tempfile.mkdtemp(prefix="nights-"))
    make_workspace(root)
    (root / "pipelines/job.toml").write_text(JOB)
    bodies = root / "bodies/survey/answers"
    bodies.mkdir(parents=True)
    value, wrong, totals = 40.0, [], {}
    print("| night | data, kB | " + " | ".join(f"{part}, kB (files)" for part in PARTS) + " |\n" + "|---" * (len(PARTS) + 2) + "|")
    for night in range(arguments.nights):
        if night % 3 == 0:
            value += 0.5
        away = night % 10 == 9
        body = bodies / "a.csv"
        body.write_text("<html>away</html>\n" if away else BODY.format(value))
        now = datetime.datetime(2026, 1, 1, 2, 30) + datetime.timedelta(days=night)
        command = [program, "--now", now.strftime("%Y-%m-%dT%H:%M:%SZ"), "--quiet", "run", "--from", "bodies"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode != (3 if away else 0):
            wrong.append(f"night {night}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        if night % 10 == 9:
            totals[night + 1] = size(root / "data")[0]
            cells = [f"{bytes_ // 1024} ({files})" for bytes_, files in (size(root / "data" / part) for part in PARTS)]
            print(f"| {night + 1} | {totals[night + 1] // 1024} | " + " | ".join(cells) + " |", flush=True)
    print(*wrong, sep="\n", file=sys.stderr)
    shutil.rmtree(root)
    grown = arguments.nights > 20 and totals[max(totals)] > 2 * totals[20]
    sys.exit(1 if wrong or grown else 0)


if __name__ == "__main__":
    main()
