#!/usr/bin/env bash
# Checks and measures EosMLNet on this machine's GPU with this machine's PyTorch. Needs neither .NET nor a network.
#   ./run.sh [--output DIR] [--minutes M] [--device cuda|cuda:N|cpu] [--shape 7b|tiny] [--only SECTION,...]
# Writes DIR/gpu.json and DIR/gpu.md (DIR is ./results unless named) within M minutes (8.5).
# EOS_PYTHON names the Python that has torch (python3 unless set); EOS_LIBTORCH a torch/lib folder, where it is not that Python's.
set -euo pipefail
SECONDS=0 # everything counts: unpacking and importing torch too
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kit=$here/kit
output=results minutes=8.5 device=cuda shape=7b only=all

fail() { echo "run.sh : error $1" >&2; exit 3; }

while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || fail "EOS1013: '$1' has no value. The options are --output, --minutes, --device, --shape and --only; the head of $0 explains them."
  case $1 in
    --output) output=$2 ;;
    --minutes) minutes=$2 ;;
    --device) device=$2 ;;
    --shape) shape=$2 ;;
    --only) only=$2 ;;
    *) fail "EOS1013: '$1' is no option. Expected --output, --minutes, --device, --shape or --only." ;;
  esac
  shift 2
done
awk -v m="$minutes" 'BEGIN { exit !(m ~ /^[0-9]+(\.[0-9]+)?$/ && m > 0 && m <= 1440) }' ||
  fail "EOS1013: --minutes is '$minutes'; expected a number above 0 and at most 1440."

if [ "$device" != cpu ] && ! command -v nvidia-smi > /dev/null; then
  fail "EOS2002: there is no nvidia-smi on this machine, so no NVIDIA driver is installed. Run this on a CUDA machine, or try the program with --device cpu --shape tiny."
fi

export EOS_PYTHON=${EOS_PYTHON:-python3}
"$here/unpack.sh"
if [ -z "${EOS_LIBTORCH:-}" ]; then
  command -v "$EOS_PYTHON" > /dev/null || fail "EOS2001: there is no '$EOS_PYTHON' on this machine to find PyTorch with. Name a Python that has torch in EOS_PYTHON, or a torch/lib folder in EOS_LIBTORCH."
  EOS_LIBTORCH=$("$EOS_PYTHON" -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))') ||
    fail "EOS2001: '$EOS_PYTHON' cannot import torch. Name a Python that has it in EOS_PYTHON, or a torch/lib folder in EOS_LIBTORCH."
fi
export EOS_LIBTORCH
# Another minor version may work: the report says which it was, and holds its numbers against reference ones before anything else.
export EOS_LIBTORCH_ANY_VERSION=${EOS_LIBTORCH_ANY_VERSION:-1}

# The switches that EosMLNet sets by itself (build/docs/adr/0024), here for whoever looks at this process; what is set already stays, and transformers is run without ours.
EOS_GPU_SET=
if [ -z "${TORCH_CUDNN_SDPA_PREFERRED+x}${TORCH_CUDNN_SDPA_DEPRIORITIZED+x}" ]; then
  export TORCH_CUDNN_SDPA_PREFERRED=0 TORCH_CUDNN_SDPA_DEPRIORITIZED=1
  EOS_GPU_SET="TORCH_CUDNN_SDPA_PREFERRED TORCH_CUDNN_SDPA_DEPRIORITIZED"
fi
if [ -z "${PYTORCH_CUDA_ALLOC_CONF+x}${PYTORCH_ALLOC_CONF+x}" ]; then
  export PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True
  EOS_GPU_SET="$EOS_GPU_SET PYTORCH_CUDA_ALLOC_CONF"
fi
export EOS_GPU_SET
# The program keeps to its minutes by itself; the limit is for the case that it cannot.
left=$(awk -v m="$minutes" -v s="$SECONDS" 'BEGIN { left = m - s / 60; printf "%.3f", (left > 0.001 ? left : 0.001) }')
limit=$(awk -v m="$left" 'BEGIN { printf "%d", m * 60 + 25 }')

echo "libtorch of $EOS_LIBTORCH, at most $minutes minutes, of which $SECONDS s are gone"
status=0
timeout --kill-after=10 "$limit" "$kit/Gpu" all --output "$output" --minutes "$left" --device "$device" --shape "$shape" --only "$only" || status=$?
if [ -f "$output/gpu.md" ]; then
  echo "The report is in $output/gpu.md and $output/gpu.json."
fi
[ "$status" -eq 0 ] || echo "run.sh : not everything was measured or passed (code $status); the report says what." >&2
exit "$status"
