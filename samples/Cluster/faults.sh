#!/usr/bin/env bash
# Kills silos at random while they work, and looks whether anything was lost: each plan must be that of `eos search` to the byte, and each row of the
# table must be in the answers once, with the answer of `eos evaluate`. The last line is the result as JSON.
#   SEARCHES=12 STEPS=20 ROWS=100000 KILL_EVERY=20 samples/Cluster/faults.sh
set -euo pipefail
. "$(dirname "$0")/common.sh"
trap end_cluster EXIT
searches=${SEARCHES:-12} steps=${STEPS:-20} rows=${ROWS:-100000} kill_every=${KILL_EVERY:-20} part_rows=${PART_ROWS:-200}

make_data "${TRAIN:-40}" "${VALIDATION:-10}" 200
# The rows of the table again and again, up to the number that is asked for.
awk -F'\t' -v OFS='\t' -v rows="$rows" 'NR == 1 { print $1, $2; next } { line[n++] = $1 OFS $2 }
  END { for (i = 0; i < rows; i++) print line[i % n] }' "$shared/data/test.tsv" > "$shared/data/many.tsv"

# What one machine makes of the same.
expect() {
  mkdir "$place/expected"
  for n in $(seq "$searches"); do
    $eos search --model "$shared/scenes-llava" --data "$shared/data/train.tsv" --validation "$shared/data/validation.tsv" --images "$shared/data/images" \
      --mean-visual-tokens "$(tokens_of "$n")" --seed "$n" --steps "$steps" --output "$place/expected/plan-$n.json" > "$place/search.log"
  done
  $eos evaluate --model "$shared/scenes-llava" --data "$shared/data/test.tsv" --images "$shared/data/images" --max-new-tokens 16 \
    --predictions "$place/predictions.tsv" > "$place/evaluate.log"
}
expect

start_redis
for n in $(seq "$silos"); do start_silo "$n"; done
wait_for_silos "$silos"
search_job "$searches" "$steps" > "$place/search.json"
batch_job data/many.tsv "$part_rows" > "$place/batch.json"
# Each waits beside the kills, and is not to notice them.
for job in search batch; do
  $eos cluster submit "$place/$job.json" --wait --json "$place/$job-end.json" > "$place/$job.log" 2>&1 &
  waiting+=" $!"
done
are_waiting() { for one in $waiting; do ! kill -0 "$one" 2> /dev/null || return 0; done; return 1; }
begun=$SECONDS kills=0 ended=0
while sleep "$kill_every" && are_waiting; do
  n=$((1 + RANDOM % silos)) kills=$((kills + 1))
  { kill -9 "${silo_of[$n]}" && wait "${silo_of[$n]}"; } 2> /dev/null || true
  echo "$((SECONDS - begun)) s: silo $n was killed; $(tail -qn 1 "$place/search.log" "$place/batch.log" | tr '\n' ';')"
  # The one that was killed; and one that others took for dead, since the machine did not let it answer, has ended itself.
  for n in $(seq "$silos"); do
    if ! kill -0 "${silo_of[$n]}" 2> /dev/null; then
      wait "${silo_of[$n]}" 2> /dev/null || true
      start_silo "$n"
      ended=$((ended + 1))
    fi
  done
done
took=$((SECONDS - begun))
for one in $waiting; do wait "$one" || { cat "$place/search.log" "$place/batch.log"; exit 1; }; done
search=$(field id < "$place/search-end.json") batch=$(field id < "$place/batch-end.json")
lost=$(($(field lost < "$place/search-end.json") + $(field lost < "$place/batch-end.json")))

equal=0
for n in $(seq "$searches"); do
  cmp -s "$place/expected/plan-$n.json" "$shared/jobs/$search/plan-$n.json" &&
    cmp -s "$place/expected/plan-$n.safetensors" "$shared/jobs/$search/plan-$n.safetensors" && equal=$((equal + 1))
done
# Row numbers that are not in their place: lost, there twice, or exchanged. And answers that are not those of one machine.
read -r answered misplaced different < <(awk -F'\t' '
  FNR == 1 { file++; next }
  file == 1 && $2 == "unreduced" { expected[n++] = $3 FS $4 FS $7 }
  file == 2 { if ($1 != FNR - 1) misplaced++; if (expected[(FNR - 2) % n] != $2 FS $3 FS $4) different++; rows++ }
  END { print rows + 0, misplaced + 0, different + 0 }' "$place/predictions.tsv" "$shared/jobs/$batch/answers.tsv")
left=$(find "$shared/jobs" -name '*.tmp' -o -name work | wc -l)
printf '{ "silos": %d, "kills": %d, "starts": %d, "seconds": %d, "searches": %d, "plansEqual": %d, "lost": %d, "rows": %d, "answered": %d, "misplaced": %d, "different": %d, "left": %d }\n' \
  "$silos" "$kills" "$((silos + ended))" "$took" "$searches" "$equal" "$lost" "$rows" "$answered" "$misplaced" "$different" "$left"
[ "$equal" = "$searches" ] && [ "$answered" = "$rows" ] && [ "$misplaced" = 0 ] && [ "$different" = 0 ] && [ "$left" = 0 ]
