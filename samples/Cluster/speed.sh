#!/usr/bin/env bash
# How much faster two silos of one core each are than one: searches that do not depend on each other, and a table. The last line is the result as JSON.
#   SEARCHES=12 STEPS=20 ROWS=18000 PART_ROWS=600 samples/Cluster/speed.sh
set -euo pipefail
. "$(dirname "$0")/common.sh"
trap end_cluster EXIT
searches=${SEARCHES:-12} steps=${STEPS:-20} rows=${ROWS:-18000} part_rows=${PART_ROWS:-600}

make_data 40 10 "$((rows / 15))"
start_redis
search_job "$searches" "$steps" > "$place/search.json"
batch_job data/test.tsv "$part_rows" > "$place/batch.json"

# The seconds that a job takes.
seconds_of() {
  local begun
  begun=$(date +%s.%N)
  $eos cluster submit "$1" --wait > "$place/wait.log"
  echo "$(date +%s.%N) $begun" | awk '{ printf "%.1f", $1 - $2 }'
}

pin="taskset -c 0" start_silo 1
wait_for_silos 1
seconds_of "$place/batch.json" > "$place/warm" # files are in memory, code is compiled
one_batch=$(seconds_of "$place/batch.json") one_search=$(seconds_of "$place/search.json")
pin="taskset -c 1" start_silo 2
wait_for_silos 2
seconds_of "$place/batch.json" > "$place/warm"
two_batch=$(seconds_of "$place/batch.json") two_search=$(seconds_of "$place/search.json")
awk -v a="$one_batch" -v b="$two_batch" -v c="$one_search" -v d="$two_search" 'BEGIN {
  printf "{ \"batchSeconds\": [%s, %s], \"batchSpeedUp\": %.2f, \"searchSeconds\": [%s, %s], \"searchSpeedUp\": %.2f }\n", a, b, a / b, c, d, c / d }'
