#!/usr/bin/env python3
"""The long form of the fuzzing in `cargo test`: damaged bodies and damaged files of a workspace, for as long as one likes.

    cargo test --no-run                       (an optimised build tries more: cargo test --release --no-run)
    TMPDIR=/dev/shm tests/fuzz.py --suite target/debug/deps/suite-<hash> --minutes 60

A folder in memory keeps the disk out of it: each input is written there before it is tried.

Each target is a test whose name begins with `damaged_` (tests/suite/bad_input/mutated*.rs). They take
turns, each with other inputs, and what was tried is added to `tests/fuzz.csv`, which CONTRIBUTING.md quotes. A panic, an
error that has no place, a turn of more than ten minutes or more than 1 GiB of memory ends it with exit code 1; the inputs
that led there, made as small as may be, are printed.
"""

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COUNTS = Path(__file__).parent / "fuzz.csv"
PATIENCE = 600
LAST = Path(tempfile.gettempdir()) / "yardstick-fuzz-last-input"
MOST_MEMORY = 1 << 30


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--turn", type=float, default=20, help="seconds of one turn, about")
    parser.add_argument("--target", action="append", help="only these targets")
    options = parser.parse_args()
    listed = subprocess.run([options.suite, "damaged_", "--list"], capture_output=True, text=True, check=True).stdout
    targets = [line.removesuffix(": test") for line in listed.splitlines() if "::mutated" in line]
    targets = [target for target in targets if not options.target or target.rsplit("::", 1)[1] in options.target]
    with COUNTS.open(newline="") as file:
        tried = {row["target"]: int(row["inputs"]) for row in csv.DictReader(file)}
    cases, until = dict.fromkeys(targets, 200), time.time() + options.minutes * 60
    while time.time() < until:
        for target in targets:
            name, begun = target.rsplit("::", 1)[1], time.time()
            command = [options.suite, "--exact", target]
            done = subprocess.run(command, env={**os.environ, "YARDSTICK_FUZZ_CASES": str(cases[target]), "YARDSTICK_FUZZ_LAST": str(LAST)}, capture_output=True, text=True, timeout=PATIENCE)
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
            if done.returncode or memory > MOST_MEMORY:
                print(f"the last input is {LAST}")
                print(done.stdout[-6000:], done.stderr[-2000:], f"{target}: exit code {done.returncode}, {memory >> 20} MiB", sep="\n")
                return 1
            tried[name] = tried.get(name, 0) + cases[target]
            cases[target] = max(50, int(cases[target] * min(8, options.turn / max(time.time() - begun, 0.1))))
            with COUNTS.open("w", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([("target", "inputs"), *sorted(tried.items())])
    print(*(f"{name}: {number}" for name, number in sorted(tried.items())), f"all: {sum(tried.values())}", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
