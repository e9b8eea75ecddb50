#!/usr/bin/env bash
# Changes the code in small ways, one at a time, and counts how many of the changes the tests notice (Stryker.NET). Writes a row a part into
# the section "Mutation" of reliability.md.
#   dotnet tool install dotnet-stryker --tool-path ~/stryker
#   STRYKER=~/stryker/dotnet-stryker tests/Mutation/run.sh [PART...]
# PART: plans, checkpoints, operator, evaluation; all where none is named. Changes and their fates lie in tests/Mutation/out/PART.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
stryker=${STRYKER:-dotnet-stryker}
page=$repository/build/docs/benchmarks/reliability.md
export OMP_NUM_THREADS=1 DOTNET_TieredPGO=0
# The tests as a program that stays (tests/Directory.Build.props): a process for each change would take most of the time.
export EosMutation=true

# A part: its project, the files of it, and the folder of tests that has to notice; all tests of the project where none is named.
# The search's tests reach the operator too, but take minutes.
part() {
  tests=
  case $1 in
    plans) project=EosMLNet.Plans files='**/*.cs' ;;
    checkpoints) project=EosMLNet.Checkpoints files='**/*.cs' ;;
    operator) project=EosMLNet.Core files='**/Operator/**/*.cs' tests=Operator ;;
    evaluation) project=EosMLNet.Core files='**/Evaluation/**/*.cs' tests=Evaluation ;;
    *) echo "run.sh: '$1' is no part; expected plans, checkpoints, operator or evaluation" >&2; return 1 ;;
  esac
}

[ $# -gt 0 ] || set -- plans checkpoints operator evaluation
for name in "$@"; do part "$name"; done # before hours are spent
for name in "$@"; do
  part "$name"
  out=$repository/tests/Mutation/out/$name
  rm -rf "$out"
  (cd "$repository/tests/$project.Tests" && EosMutationTests=$tests "$stryker" --project "$project.csproj" --mutate "$files" \
    --configuration Release --concurrency "$(env -u OMP_NUM_THREADS nproc)" --reporter dots --reporter json --reporter cleartext \
    --output "$out" --skip-version-check --test-runner mtp)
  report=$out/reports/mutation-report.json
  fate() { { grep -o "\"status\": *\"$1\"" "$report" || true; } | wc -l; } # 0 where there is none
  killed=$(fate Killed) late=$(fate Timeout) survived=$(fate Survived) missed=$(fate NoCoverage)
  row=$(LC_ALL=C awk -v n="$name" -v k="$killed" -v t="$late" -v s="$survived" -v m="$missed" -v d="$(date -u +%F)" 'BEGIN {
    printf "| %s | %d | %d | %d | %d | %d | %.1f %% | %s |", n, k + t + s + m, k, t, s, m, 100 * (k + t) / (k + t + s + m), d }')
  echo "$row"
  sed -i "s#^| $name |.*#$row#" "$page"
done
