#!/usr/bin/env bash
# A cluster on this machine: Redis, three silos, a job of four searches and one that answers a table. See README.md.
#   samples/Cluster/run.sh
set -euo pipefail
. "$(dirname "$0")/common.sh"
trap end_cluster EXIT

make_data 40 10 40
start_redis
for n in $(seq "$silos"); do start_silo "$n"; done
wait_for_silos "$silos"

search_job 4 20 > "$place/search.json"
batch_job data/test.tsv 40 > "$place/batch.json"
$eos cluster submit "$place/search.json" --wait > "$place/search.log" &
waiting=$!
$eos cluster submit "$place/batch.json" --wait
$eos cluster status
wait "$waiting"
$eos cluster status
echo "What the jobs have written:"
(cd "$shared" && ls jobs/*)
