#!/usr/bin/env bash
# The GPU kit: checks and measures EosMLNet on a CUDA machine that has a PyTorch, without .NET and without a network.
#   build/gpu.sh pack [FILE]      packs the kit (build/eos-gpu.tar.gz unless named); on the CUDA machine: tar xzf FILE && eos-gpu/run.sh
#   build/gpu.sh pack-fast FILE   packs it in a fifth of the time, larger than it may be: for the tests of the kit
#   build/gpu.sh run [OPTION...]  packs, unpacks and runs it on this machine; the options are those of tests/Gpu/run.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
most=40000000 # bytes of a kit that is sent away
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "gpu.sh : error $1" >&2; exit 1; }

# Outside of the projects' own bin and obj, which another build may be using.
publish() {
  command -v dotnet > /dev/null || fail "there is no dotnet here; packing needs the .NET 10 SDK. The kit itself runs without."
  # Analyzers have their say in the solution's build.
  dotnet publish "$root/tests/Gpu" -c Release -r linux-x64 --self-contained -p:PublishLibTorch=false -p:RunAnalyzers=false --artifacts-path "$work/artifacts" -o "$work/eos-gpu" -nodeReuse:false -v:q -nologo
  chmod +x "$work/eos-gpu/run.sh" "$work/eos-gpu/unpack.sh" "$work/eos-gpu/Gpu"
  # The machine's own libtorch is used: a second one beside the program would be loaded with it.
  local carried
  carried=$(find "$work/eos-gpu" -name 'libtorch*' -o -name 'libc10*')
  [ -z "$carried" ] || fail "the kit carries a libtorch: $carried"
  find "$work/eos-gpu" \( -name '*.pdb' -o -name '*.xml' \) -delete
  [ -f "$work/eos-gpu/libLibTorchSharp.so" ] || fail "the kit lacks libLibTorchSharp.so, TorchSharp's native part"
}

# pack FILE LEVEL LIMIT, the level being that of xz and the limit in bytes
pack() {
  local file=$1 level=$2 most=$3 size
  publish
  mkdir -p "$(dirname "$file")"
  # Two scripts that need nothing, and the rest as tight as xz makes it: they unpack it at the first start.
  command -v xz > /dev/null || fail "there is no xz here; packing needs it"
  mkdir -p "$work/outer/eos-gpu"
  mv "$work/eos-gpu/run.sh" "$work/eos-gpu/unpack.sh" "$work/outer/eos-gpu"
  tar -C "$work/eos-gpu" --sort=name --owner=0 --group=0 --numeric-owner -cf - . | xz "-$level" -T0 > "$work/outer/eos-gpu/kit.tar.xz"
  tar -C "$work/outer" --sort=name --owner=0 --group=0 --numeric-owner -czf "$work/kit.tar.gz" eos-gpu
  size=$(stat -c %s "$work/kit.tar.gz")
  [ "$size" -le "$most" ] || fail "the kit has $size bytes; it must have at most $most"
  mv "$work/kit.tar.gz" "$file"
  echo "$file, $size bytes"
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
  pack)
    [ $# -le 1 ] || fail "pack takes one file name"
    pack "${1:-$root/build/eos-gpu.tar.gz}" 6 "$most"
    ;;
  pack-fast)
    [ $# -eq 1 ] || fail "pack-fast takes one file name"
    pack "$1" 0 $((2 * most))
    ;;
  run)
    pack "$work/packed.tar.gz" 0 $((2 * most))
    mkdir "$work/unpacked"
    tar -C "$work/unpacked" -xzf "$work/packed.tar.gz"
    "$work/unpacked/eos-gpu/run.sh" "$@"
    ;;
  *)
    fail "'$command' is no command. Usage: build/gpu.sh pack [FILE] | build/gpu.sh pack-fast FILE | build/gpu.sh run [OPTION...]"
    ;;
esac
