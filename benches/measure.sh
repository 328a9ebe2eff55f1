#!/usr/bin/env bash
# Normalising 4.7 million provider rows: yardstick against DuckDB, in turn. See README.md.
#
#   benches/measure.sh FOLDER [RUNS]
#
# FOLDER is outside the repository and gets the bodies (0.4 GB) and the results; RUNS is 3 unless told.
# YARDSTICK names another binary than target/release/yardstick, PYTHON another interpreter than python3.
set -euo pipefail

if [ $# -lt 1 ]; then
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
folder=$1
runs=${2:-3}
benches=$(cd "$(dirname "$0")" && pwd)
workspace=$(dirname "$benches")
yardstick=${YARDSTICK:-$workspace/target/release/yardstick}
python=${PYTHON:-python3}

if [ ! -x "$yardstick" ]; then
  echo "no $yardstick: run \`cargo build --release --locked\`" >&2
  exit 2
fi
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if [ ! -s "$folder/uis_codes.csv" ] || [ ! -s "$folder/bodies/itu/internet_use/benchmark.csv" ]; then
  "$python" "$benches/generate_bodies.py" "$folder"
fi

# Two processors for both, where there are more.
pin=()
if command -v taskset >/dev/null && [ "$(nproc)" -gt 2 ]; then
  pin=(taskset -c 0,1)
fi

# Runs a command and appends "seconds mebibytes" to a file.
measured() {
  "$python" - "$@" <<'PYTHON'
import os, sys, time
results, command = sys.argv[1], sys.argv[2:]
log = results + ".log"
write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
quiet = [(os.POSIX_SPAWN_OPEN, 1, log, write, 0o644), (os.POSIX_SPAWN_DUP2, 1, 2)]
started = time.monotonic()
process = os.posix_spawnp(command[0], command, os.environ, file_actions=quiet)
_, status, usage = os.wait4(process, 0)
seconds = time.monotonic() - started
if status != 0:
    sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}:\n{open(log).read()}")
peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
with open(results, "a") as file:
    file.write(f"{seconds:.3f} {peak:.1f}\n")
PYTHON
}

rm -f "$folder/yardstick.txt" "$folder/duckdb.txt"
cat "$folder"/bodies/*/*/* >/dev/null # into the page cache, for both
for run in $(seq "$runs"); do
  rm -rf "$folder/data" "$folder/duckdb"
  measured "$folder/yardstick.txt" ${pin[@]+"${pin[@]}"} "$yardstick" pull --quiet --workspace "$workspace" \
    --from "$folder/bodies" --only unesco/sdg_bulk,itu/internet_use --data "$folder/data"
  measured "$folder/duckdb.txt" ${pin[@]+"${pin[@]}"} "$python" "$benches/normalise_duckdb.py" "$folder" "$folder/duckdb"
  echo "run $run: yardstick $(tail -n 1 "$folder/yardstick.txt"), DuckDB $(tail -n 1 "$folder/duckdb.txt") (seconds, MiB)"
done

"$python" "$benches/normalise_duckdb.py" "$folder" "$folder/duckdb" --check "$folder/data"
"$python" - "$folder" <<'PYTHON'
import statistics, sys
medians = {}
for who in ("yardstick", "duckdb"):
    with open(f"{sys.argv[1]}/{who}.txt") as file:
        medians[who] = [statistics.median(column) for column in zip(*(map(float, line.split()) for line in file))]
for index, what, unit in [(0, "wall", "s"), (1, "peak memory", "MiB")]:
    ours, peer = medians["yardstick"][index], medians["duckdb"][index]
    print(f"{what}: yardstick {ours:.2f} {unit}, DuckDB {peer:.2f} {unit}, ratio {ours / peer:.2f}")
PYTHON
