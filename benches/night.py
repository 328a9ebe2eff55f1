#!/usr/bin/env python3
"""Whole nights, against DuckDB and Polars in turn: night.py FOLDER [--sizes S,M] [--runs 3] [--peers duckdb,polars]

FOLDER is outside the repository; it gets the workspaces and all results. Prints a Markdown table of wall time, processor
time and largest resident memory (medians), and ends with 1 where the values of the program and of a peer differ by more
than 1e-9 of the value, or one has a row that the other lacks. `--program` names another binary than target/release/yardstick.
"""
import argparse
import os
import shutil
import statistics
import sys
import time
from pathlib import Path

import duckdb

import night_workspace

BENCHES = Path(__file__).resolve().parent


def measured(command, log):
    """Seconds, seconds of processor, MiB of one process."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [(os.POSIX_SPAWN_OPEN, 1, log, flags, 0o644), (os.POSIX_SPAWN_DUP2, 1, 2)]
    started = time.monotonic()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    wall = time.monotonic() - started
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}:\n{Path(log).read_text()[-4000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def differences(release, peer):
    """Rows of ours, and rows that differ."""
    key = "indicator, ref_area, time_period, sex, age, urbanisation, estimate"
    return duckdb.sql(f"""
    WITH ours AS (SELECT {key}, value FROM '{release}/values.parquet'),
    theirs AS (SELECT 'use_' || series[2:] AS indicator, * EXCLUDE (series, coverage) FROM '{peer}/values.parquet')
    SELECT
      count(*) FILTER (o.found),
      count(*) FILTER (
        o.found IS NULL OR t.found IS NULL OR (o.value IS NULL) <> (t.value IS NULL)
        OR abs(o.value - t.value) > 1e-9 * greatest(1.0, abs(t.value)))
    FROM (SELECT *, TRUE AS found FROM ours) o
    FULL JOIN (SELECT *, TRUE AS found FROM theirs) t USING ({key})""").fetchall()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default="S,M")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", default="duckdb,polars")
    parser.add_argument("--program", default=str(BENCHES.parent / "target/release/yardstick"))
    arguments = parser.parse_args()
    peers = [peer for peer in arguments.peers.split(",") if peer]
    print("| size | observations | who | wall, s | processor, s | memory, MiB |\n|---|---|---|---|---|---|")
    wrong = 0
    for size in arguments.sizes.split(","):
        workspace = night_workspace.at_hand(arguments.folder, size)
        taken = {who: [] for who in ("yardstick", *peers)}
        for _ in range(arguments.runs):
            data = workspace / "data"
            shutil.rmtree(data, ignore_errors=True)
            command = [arguments.program, "--workspace", str(workspace), "--quiet", "run", "--from", str(workspace / "bodies")]
            taken["yardstick"].append(measured(command, str(workspace / "yardstick.log")))
            for peer in peers:
                out = workspace / peer
                out.mkdir(exist_ok=True)
                command = [sys.executable, str(BENCHES / f"night_{peer}.py"), str(workspace), str(out)]
                taken[peer].append(measured(command, str(workspace / f"{peer}.log")))
        release = data / "current"
        rows = duckdb.sql(f"SELECT count(*) FROM '{workspace}/bodies/survey/use/use.csv'").fetchall()[0][0]
        for who, runs in taken.items():
            wall, processor, memory = (statistics.median(column) for column in zip(*runs))
            print(f"| {size} | {rows:,} | {who} | {wall:.2f} | {processor:.2f} | {memory:.0f} |", flush=True)
        for peer in peers:
            ours, different = differences(release, workspace / peer)
            print(f"{size}: {ours:,} values, {different:,} differ from {peer}", file=sys.stderr)
            wrong += different
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
