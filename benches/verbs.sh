#!/usr/bin/env bash
# How long each verb takes on the release of fixtures/, as a table in Markdown: wall seconds, the median of three.
#
#   benches/verbs.sh FOLDER [PROGRAM]
#
# FOLDER is outside the repository and gets a workspace with its data; PROGRAM is target/release/yardstick unless told.
set -euo pipefail

if [ $# -lt 1 ]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
project=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${2:-$project/target/release/yardstick}")
rm -rf "$1/workspace"
mkdir -p "$1/workspace"
cp -r "$project/pipelines" "$project/sql" "$1/workspace/"
cd "$1/workspace"

# Seconds of one command, whatever it prints; 3 is a night that came by another way, and counts.
seconds() {
  local begin end status=0
  begin=$(date +%s.%N)
  "$program" "$@" >/dev/null 2>&1 || status=$?
  end=$(date +%s.%N)
  if [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; then
    echo "yardstick $* ended with $status" >&2
    exit 1
  fi
  echo "$end - $begin" | bc
}

row() {
  printf '| `yardstick %s` | %.2f |\n' "$*" "$(for _ in 1 2 3; do seconds "$@"; done | sort -n | sed -n 2p)"
}

echo "| command | seconds |"
echo "|---|---|"
printf '| `yardstick run --from fixtures`, the first time | %.2f |\n' "$(seconds run --from "$project/fixtures")"
row run --from "$project/fixtures" | sed "s|$project/||; s/\` |/\`, nothing changed |/"
row plan --from "$project/fixtures" | sed "s|$project/||"
row status
row check
row test 2.1
row preview 2.1 --area WLD
row sql "SELECT count(*) FROM indicator_values"
row explain internet_use --area LDC --year 2023
row checks --failed
row release list
row release show
