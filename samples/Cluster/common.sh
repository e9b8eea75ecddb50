# What run.sh and faults.sh share: Redis and silos on this machine, and data in a shared folder. Redis is Debian's: apt-get install redis-server.
#   EOS    the command; default: eos, as `dotnet tool install EosMLNet.Tool` installs it
#   SILOS  how many silos there are; default: 3

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
eos=${EOS:-eos}
silos=${SILOS:-3}
place=$(mktemp -d)
shared=$place/shared
port=$((20000 + RANDOM % 10000))
export EOS_REDIS=localhost:$port OMP_NUM_THREADS=1 # silos share the cores
declare -A silo_of

# Ends all that was started, and nothing else.
end_cluster() {
  for n in "${!silo_of[@]}"; do kill "${silo_of[$n]}" 2> /dev/null || true; done
  for one in ${redis:-} ${waiting:-}; do kill "$one" 2> /dev/null || true; done
  wait 2> /dev/null || true
  rm -rf "$place"
}

start_redis() {
  redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$place" > "$place/redis.log" &
  redis=$!
  until redis-cli -p "$port" ping > /dev/null 2>&1; do sleep 0.1; done
}

# A silo by its number; ${pin:-} stands in front of it. Further options are those of `eos cluster silo`.
start_silo() {
  local n=$1
  ${pin:-} $eos cluster silo --shared "$shared" --devices cpu --port $((port + 10 + 2 * n)) --gateway-port $((port + 11 + 2 * n)) "${@:2}" \
    >> "$place/silo$n.log" 2>&1 &
  silo_of[$n]=$!
}

stop_silo() {
  kill "${silo_of[$1]}"
  wait "${silo_of[$1]}" 2> /dev/null || true
  unset "silo_of[$1]"
}

wait_for_silos() {
  for _ in $(seq 600); do
    [ "$(workers)" -lt "$1" ] || return 0
    sleep 0.5
  done
  cat "$place"/silo*.log
  return 1
}

workers() { $eos cluster status --json - 2> /dev/null | grep -c '"silo"' || true; }

# The value of a field in JSON, a line a value.
field() { sed -nE "s/^ *\"$1\": \"?([^\",]*)\"?,?\$/\1/p"; }

# Questions about drawn scenes: "train" images to search with, "test" images to answer about.
make_data() {
  mkdir -p "$shared"
  cp -r "$repository/samples/ScenesVqa/scenes-llava" "$shared/scenes-llava"
  ${SCENES:-dotnet run --project "$repository/samples/ScenesVqa" -c Release --} \
    generate --out "$shared/data" --seed 1 --train "$1" --validation "$2" --test "$3" > "$place/data.log"
}

# A job of searches: the names, seeds and budgets of $1 searches of $2 steps.
search_job() {
  echo '{ "job": "search", "searches": ['
  for n in $(seq "$1"); do
    printf '  { "name": "plan-%d", "model": "scenes-llava", "data": "data/train.tsv", "validation": "data/validation.tsv", "images": "data/images",\n' "$n"
    printf '    "limits": { "MeanVisualTokens": %d }, "seed": %d, "steps": %d, "checkpointEvery": 5 }%s\n' \
      "$(tokens_of "$n")" "$n" "$2" "$([ "$n" = "$1" ] || echo ,)"
  done
  echo '] }'
}

tokens_of() { echo $((8 + 8 * ($1 % 4))); }

# A job that answers a table in parts of $2 rows.
batch_job() {
  echo "{ \"job\": \"batch\", \"model\": \"scenes-llava\", \"table\": \"$1\", \"images\": \"data/images\", \"partRows\": $2, \"priority\": ${3:-0} }"
}
