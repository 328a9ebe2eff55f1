#!/usr/bin/env python3
"""Kills and fails the program at its calls of the system, and holds what is left against the promise of OPERATIONS.md.

    tests/crash/crash.py --program target/debug/yardstick            every call of every scenario
    tests/crash/crash.py --program target/debug/yardstick --short    some of each
    .. --write OPERATIONS.md                                         the counts, as the table of that page

Each scenario is first recorded with strace; then, for each call that concerns its folder or a connection, the same
command is run again on a copy of the folder, and is killed at that call, or given an error: once, or at each call of
this kind from there on. After each injection:

- `data/current` leads to a release whose every file has the hash of its manifest, if it did before;
- every release listed is whole, and has the observation files that it needs; so has the store that was published to;
- exit code 1 left the pointer where it was, and its message names a path or an address;
- the next run ends with the data files of an undisturbed one, and leaves nothing half written.

Needs Linux, strace and b3sum's algorithm (`pip install blake3`); ends with 0 where nothing broke, 1 otherwise, 77 where
nothing can be traced.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import PROJECT, Mender, can_trace, pointer, scenarios, shutil, some_of, trials, write_table, wrong_now

DISK = ["EIO", "ENOSPC"]
# What changes the disk or goes over a connection, with the errors that it may give. Between two of these, a kill is like
# one at the next.
CHANGING = {
    "openat": [*DISK, "EACCES", "EROFS", "EMFILE"], "write": DISK, "pwrite64": DISK, "writev": DISK, "fsync": ["EIO"], "fdatasync": ["EIO"],
    "rename": DISK, "renameat": [*DISK, "EROFS"], "renameat2": DISK, "link": DISK, "linkat": DISK, "symlink": DISK, "symlinkat": DISK,
    "unlink": ["EIO", "EACCES"], "unlinkat": ["EIO"], "mkdir": [*DISK, "EACCES"], "mkdirat": DISK, "rmdir": ["EIO"], "ftruncate": DISK,
    "copy_file_range": DISK, "flock": ["EIO"], "fchmod": ["EIO"],
    "socket": ["EMFILE"], "connect": ["ECONNREFUSED", "ENETUNREACH", "ETIMEDOUT"], "sendto": ["EPIPE", "ECONNRESET"],
    "recvfrom": ["ECONNRESET", "ETIMEDOUT"],
}
READING = {"read": ["EIO"], "pread64": ["EIO"], "statx": ["EIO", "EACCES"], "newfstatat": ["EIO"], "readlink": ["EIO"], "getdents64": ["EIO"]}
# A disk that has failed once fails again.
LASTING = ["fsync", "rename", "renameat", "mkdir", "unlink", "flock"]
NETWORK = re.compile(r"TCP:\[|AF_INET")


def recorded(harness, scenario, folder):
    """The calls that concern the folder or a connection: (call, its number in its thread) with its place and faults."""
    log = folder / "trace"
    scenario.begin(folder)
    traced = ",".join(f"?{call}" for call in sorted({*CHANGING, *READING}))
    answer = harness.call(scenario.verb, folder, ["strace", "-f", "--seccomp-bpf", "-yy", "-s", "300", "-e", "trace=" + traced, "-o", str(log)])
    if answer.returncode != 0:
        raise SystemExit(answer.stderr)
    count, wanted, seen = collections.Counter(), {}, set()
    for line in log.read_text(errors="replace").splitlines():
        match = re.match(r"(\d+) +(\w+)\(", line)
        if not match:
            continue
        thread, call = match.groups()
        count[thread, call] += 1
        on_disk = str(folder) in line
        if not on_disk and not NETWORK.search(line):
            continue
        place = re.search(re.escape(str(folder)) + r"/?([^\">,]*)", line).group(1) if on_disk else "the network"
        # Of the many reads of one file, the first; a file that is opened to be read changes nothing.
        if call in READING and (call, place) in seen:
            continue
        seen.add((call, place))
        kinds = ["KILL"] if call in CHANGING and not (call == "openat" and "O_CREAT" not in line) else []
        kinds += [*CHANGING.get(call, []), *READING.get(call, [])]
        kinds += [f"{CHANGING[call][0]}+"] if call in LASTING else []
        wanted.setdefault((call, count[thread, call]), (place, kinds))
    shutil.rmtree(folder)
    return wanted


def inject(harness, scenario, mender, call, number, fault, base):
    folder = Path(tempfile.mkdtemp(dir=base))
    try:
        scenario.begin(folder)
        current = pointer(folder)
        when = f"{number}+" if fault.endswith("+") else number
        rule = f"signal=KILL:when={when}" if fault == "KILL" else f"error={fault.rstrip('+')}:when={when}"
        log = folder / "trace"
        strace = ["strace", "-f", "--seccomp-bpf", "-yy", "-o", str(log), "-e", f"trace={call}", "-e", f"inject={call}:{rule}"]
        try:
            answer = harness.call(scenario.verb, folder, strace)
        except subprocess.TimeoutExpired:
            answer = None
        # The number counts in each thread: a call of another one, such as its wake-up, is no fault of disk or network.
        injected = [line for line in log.read_text(errors="replace").splitlines() if "(INJECTED)" in line]
        if fault != "KILL" and any(str(folder) not in line and not NETWORK.search(line) for line in injected):
            return None, []
        if answer is None:
            return None, ["it hangs"]
        wrong, now = wrong_now(folder, current), pointer(folder)
        if answer.returncode == 1:
            if now != current and scenario.name != "prune":
                wrong.append(f"exit 1, yet current is {now} and was {current}")
            if fault != "KILL" and "/" not in answer.stderr:
                wrong.append(f"no path in: {answer.stderr.strip()[:300]}")
        elif answer.returncode not in (0, 3, 137, -9) and fault != "KILL":
            wrong.append(f"exit {answer.returncode}: {answer.stderr.strip()[:300]}")
        if "panicked" in answer.stderr:
            wrong.append(f"panic: {answer.stderr.strip()[:300]}")
        log.unlink()
        return answer.returncode, wrong + mender.wrong_after(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def try_all(harness, options, base, states):
    rows, bad = [], []
    for scenario in scenarios(states):
        if options.scenario and scenario.name not in options.scenario:
            continue
        calls = recorded(harness, scenario, Path(tempfile.mkdtemp(dir=base)))
        mender = Mender(harness, scenario, scenario.expected(harness, base)[0])
        faults = [(call, number, fault) for (call, number), (_, kinds) in calls.items() for fault in kinds]
        faults = some_of(faults, 3 if options.short else options.limit)
        codes, number_wrong = collections.Counter(), 0
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            done = pool.map(lambda fault: inject(harness, scenario, mender, *fault, base), faults)
            for (call, number, fault), (code, wrong) in zip(faults, done):
                if (code, wrong) == (None, []):
                    continue
                codes["killed" if fault == "KILL" else code] += 1
                number_wrong += bool(wrong)
                if wrong:
                    place = calls[call, number][0]
                    bad.append(f"WRONG {scenario.name}: {fault} at {call} {number} ({place}), exit {code}: " + "; ".join(wrong[:3]))
                    print(bad[-1], flush=True)
        rows.append((scenario.name, len(calls), codes, number_wrong))
        print(f"{scenario.name}: {len(calls)} calls, {codes.total()} injections, {dict(codes)}, {number_wrong} wrong", flush=True)
        if options.write:
            write_table(options.write, "injections", table(rows), compare=False)
    return rows, bad


def table(rows):
    text = "| verb | calls | kills | errors | of these exit 0, 3, 1 | wrong |\n|---|---|---|---|---|---|\n"
    total = collections.Counter()
    for name, calls, codes, wrong in [*rows, ("all", sum(row[1] for row in rows), total, sum(row[3] for row in rows))]:
        errors = codes.total() - codes["killed"]
        text += f"| {name} | {calls} | {codes['killed']} | {errors} | {codes[0]}, {codes[3]}, {codes[1]} | {wrong} |\n"
        total.update(codes)
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(PROJECT / "target/debug/yardstick"))
    parser.add_argument("--short", action="store_true", help="some calls of each kind only")
    parser.add_argument("--limit", type=int, default=0, help="at most this many injections of each scenario")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--scenario", action="append", help="only these scenarios")
    parser.add_argument("--write", type=Path, help="the document whose table of counts is written")
    options = parser.parse_args()
    if not can_trace():
        print("skipped: nothing can be traced here")
        return 77
    began = time.time()
    with trials("crash", options.program) as (harness, base, states):
        rows, bad = try_all(harness, options, base, states)
    injected = sum(row[2].total() for row in rows)
    print(table(rows) + f"{injected} injections, {len(bad)} wrong, {time.time() - began:.0f} s")
    return 1 if bad or not injected else 0


if __name__ == "__main__":
    sys.exit(main())
