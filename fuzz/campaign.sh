#!/usr/bin/env bash
# A campaign: fuzz/campaign.sh SECONDS [TARGET…]
#
# Every target (or those named) gets the same share of SECONDS on all cores, one process each; then its corpus is minimized.
# The table that it prints replaces the one in fuzz/README.md, row by row. What is found is kept in fuzz/artifacts; a target
# goes on after it. Ends non-zero if anything was found.
#
# CORES are all that there are. FUZZ_FLAGS are cargo-fuzz's: by default optimized, with assertions and overflow checks. For AddressSanitizer:
#   RUSTC_BOOTSTRAP=1 FUZZ_FLAGS="-O" fuzz/campaign.sh 3600 json cuts
set -euo pipefail
seconds=${1:?usage: fuzz/campaign.sh SECONDS [TARGET…]}
shift
cd "$(dirname "$0")/.."
read -ra flags <<< "${FUZZ_FLAGS:--s none -O -a --no-trace-compares}"
cores=${CORES:-$(nproc)}
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/fuzz/target}"

targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(cargo fuzz list)
share=$((seconds * cores / ${#targets[@]}))
[ "$share" -gt 0 ] || share=1

fuzz/seed.sh
for target in "${targets[@]}"; do cargo fuzz build "${flags[@]}" "$target"; done
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# One target on one core: until its share of time is over, also after a fault; then its corpus is minimized.
campaign() {
  local target=$1 share=$2 logs=$3 log=$3/$1.log corpus=fuzz/corpus/$1 artifacts=fuzz/artifacts/$1/
  local binary faults=0 end length=2048 date
  binary=$(find "$CARGO_TARGET_DIR" -path "*/release/$target" -type f -perm -u+x | head -n 1)
  date=$(date -u +%F)
  mkdir -p "$corpus" "$artifacts"
  # Where each byte is one choice, more of them make no better stream.
  case $target in conversation | sequences | think | cumulative | completion | reset | bounded | repair) length=512 ;; esac
  : > "$log"
  end=$((SECONDS + share))
  while [ "$SECONDS" -lt "$end" ] && [ "$faults" -lt 10 ]; do
    nice "$binary" "$corpus" -artifact_prefix="$artifacts" -dict=fuzz/chat.dict -max_len="$length" -timeout=60 \
      -rss_limit_mb=2048 -max_total_time=$((end - SECONDS)) -print_final_stats=1 >> "$log" 2>&1 || faults=$((faults + 1))
  done
  rm -rf "$corpus.min"
  mkdir "$corpus.min"
  if nice "$binary" -merge=1 -max_len="$length" "$corpus.min" "$corpus" >> "$log.merge" 2>&1; then
    rm -rf "$corpus"
    mv "$corpus.min" "$corpus"
  else
    rm -rf "$corpus.min"
    faults=$((faults + 1))
  fi
  local executions edges
  executions=$(awk '/^stat::number_of_executed_units:/ { sum += $2 } END { print sum + 0 }' "$log")
  edges=$(grep -ao 'cov: [0-9]*' "$log" | awk '$2 > most { most = $2 } END { print most + 0 }')
  echo "| \`$target\` | $executions | $((executions / share)) | $edges | $(find "$corpus" -type f | wc -l) | $date | $faults |" \
    > "$logs/$target.row"
  if [ "$faults" -gt 0 ]; then
    echo "$target: $faults faults, in $artifacts" >&2
    grep -am 3 -A 3 'panicked at\|ERROR: libFuzzer' "$log" | cut -c 1-300 >&2 || true
  fi
}
export -f campaign
printf '%s\n' "${targets[@]}" | xargs -P "$cores" -I{} bash -c 'set -euo pipefail; campaign "$@"' _ {} "$share" "$logs"

cat "$logs"/*.row
# Rows of today take the place of older ones.
for row in "$logs"/*.row; do
  name=$(cut -d '|' -f 2 "$row")
  awk -v name="$name" -v row="$(cat "$row")" -F '|' '/^# The last campaign/ { last = 1 }
    last && $2 == name { print row; next } { print }' fuzz/README.md > "$logs/README.md"
  cp "$logs/README.md" fuzz/README.md
done
awk -F '|' '{ found += $8; sum += $3 } END { printf "%d executions, %d faults\n", sum, found; exit found > 0 }' "$logs"/*.row
