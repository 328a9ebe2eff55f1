#!/usr/bin/env python3
"""Whether a night has the same bytes whoever computes it: cluster.py FOLDER [--sizes S] [--workers 1,2,4] [--partitions 1,8] [--times 5]

FOLDER is outside the repository, and may be that of night.py. A release is computed by the run alone, then by workers of
this machine with each count of partitions, so many times; each file of it must have the same bytes, and the workers must
have computed something. Prints a Markdown table, and ends with 1 where a byte differs or no worker was at work; a statement
that failed on a worker and was computed again is counted. Each process would take up to half of the machine: `--memory-mib`
says what each may take, since all of them are on one here. `--program` names another binary than target/release/yardstick.
"""
import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import night_workspace

BENCHES = Path(__file__).resolve().parent
NOW = "2026-11-24T02:30:00Z"


def files(release):
    """The hash of each file of a release, by name."""
    paths = sorted(path for path in release.rglob("*") if path.is_file())
    return {str(path.relative_to(release)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def computed(program, workspace, more=()):
    """Takes the releases away and computes them again: seconds, what the workers did, the hashes."""
    data = workspace / "data"
    (data / "current").unlink(missing_ok=True)
    shutil.rmtree(data / "releases", ignore_errors=True)
    command = [program, "--workspace", str(workspace), "--format", "json", "compute", *more]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "YARDSTICK_NOW": NOW})
    seconds = time.monotonic() - started
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return seconds, json.loads(done.stdout)["data"].get("workers"), files(data / "current")


def started(program, workspace):
    """A worker of this machine, and its address."""
    command = [program, "--workspace", str(workspace), "worker", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return process, process.stdout.readline().split(" ")[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default="S")
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--partitions", default="1,8")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--memory-mib", type=int)
    parser.add_argument("--program", default=str(BENCHES.parent / "target/release/yardstick"))
    arguments = parser.parse_args()
    counts = [int(count) for count in arguments.workers.split(",")]
    if arguments.memory_mib:
        os.environ["YARDSTICK_MEMORY_MIB"] = str(arguments.memory_mib)
    print("| size | workers | partitions | times | statements by workers | wall, s | files | other bytes |\n|---|---|---|---|---|---|---|---|")
    wrong = 0
    for size in arguments.sizes.split(","):
        workspace = night_workspace.at_hand(arguments.folder, size)
        shutil.rmtree(workspace / "data", ignore_errors=True)
        command = [arguments.program, "--workspace", str(workspace), "--quiet", "run", "--from", str(workspace / "bodies")]
        subprocess.run(command, check=True, env={**os.environ, "YARDSTICK_NOW": NOW})
        # Of bodies that are not new the manifest says so: what is compared is computed twice from the same state.
        seconds, _, alone = computed(arguments.program, workspace)
        print(f"| {size} | none | 1 | 1 | | {seconds:.1f} | {len(alone)} | |", flush=True)
        workers = [started(arguments.program, workspace) for _ in range(max(counts))]
        try:
            for count in counts:
                for partitions in arguments.partitions.split(","):
                    urls = ",".join(address for _, address in workers[:count])
                    more = ["--engine", "cluster", "--workers", urls, "--partitions", partitions]
                    runs = [computed(arguments.program, workspace, more) for _ in range(arguments.times)]
                    statements = {did["statements"] for _, did, _ in runs}
                    failed = sum(did["alone"] + did["repeated"] for _, did, _ in runs)
                    different = sorted({name for _, _, found in runs for name in alone | found if alone.get(name) != found.get(name)})
                    wrong += len(different) + (0 in statements)
                    wall = statistics.median(seconds for seconds, _, _ in runs)
                    said = ", ".join(map(str, sorted(statements))) + (f" ({failed} failed)" if failed else "")
                    print(
                        f"| {size} | {count} | {partitions} | {arguments.times} | {said} | {wall:.1f} | {len(alone)} | {', '.join(different) or 'none'} |",
                        flush=True,
                    )
        finally:
            for process, _ in workers:
                process.kill()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
