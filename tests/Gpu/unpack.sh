#!/usr/bin/env bash
# Unpacks the kit's program beside this script, once: with xz, or with the lzma of the Python that EOS_PYTHON names.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ ! -d "$here/kit" ] || exit 0
# Into a folder of its own first: what was interrupted is begun anew.
part=$here/kit.part
rm -rf "$part"
mkdir "$part"
python=${EOS_PYTHON:-python3}
if command -v xz > /dev/null; then
  xz -dc "$here/kit.tar.xz" | tar -C "$part" -xf -
elif command -v "$python" > /dev/null && "$python" -c 'import lzma' 2> /dev/null; then
  "$python" -c 'import sys, tarfile
with tarfile.open(sys.argv[1], "r:xz") as kit:
    kit.extractall(sys.argv[2])' "$here/kit.tar.xz" "$part"
else
  echo "run.sh : error EOS2003: the kit cannot be unpacked: there is neither xz nor a Python with lzma. Install xz, or name such a Python in EOS_PYTHON." >&2
  rm -rf "$part"
  exit 3
fi
mv "$part" "$here/kit"
