#!/usr/bin/env bash
# What each verb costs on the release of fixtures/, as a table in Markdown: wall seconds, and seconds of the processors,
# which say more on a busy machine. Of three runs the middle one.
#
#   benches/verbs.sh FOLDER [PROGRAM]
#
# FOLDER is outside the repository and gets a workspace with its data; PROGRAM is target/release/yardstick unless told.
set -euo pipefail

if [ $# -lt 1 ]; then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
project=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${2:-$project/target/release/yardstick}")
rm -rf "$1/workspace"
mkdir -p "$1/workspace"
cp -r "$project/pipelines" "$project/sql" "$1/workspace/"
cd "$1/workspace"

# Wall, user and system seconds of one command, whatever it prints.
measured() {
  TIMEFORMAT='%R %U %S'
  { time "$program" "$@" >/dev/null 2>../errors; } 2>&1 || { cat ../errors >&2; exit 1; }
}

cells() {
  awk '{ printf " %.2f | %.2f |\n", $1, $2 + $3 }'
}

row() {
  printf '| `yardstick %s` |' "$*"
  for _ in 1 2 3; do measured "$@"; done | sort -n | sed -n 2p | cells
}

echo "| command | wall | processors |"
echo "|---|---|---|"
printf '| `yardstick run --from fixtures`, the first time |'
measured run --from "$project/fixtures" | cells
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
