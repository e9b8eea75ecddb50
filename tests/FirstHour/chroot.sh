#!/usr/bin/env bash
# Runs run.sh in a system with nothing but Debian's smallest base and the .NET SDK of this machine: a chroot that debootstrap makes.
# Needs root and debootstrap. The base is kept in FOLDER and used again; what a run leaves in its home is deleted.
#   tests/FirstHour/chroot.sh FOLDER [MIRROR]
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
base=${1:?"FOLDER is missing: where the base goes, some 2 GB"}
mirror=${2:-http://deb.debian.org/debian}
user_home=$HOME

# What .NET needs of a system (https://learn.microsoft.com/dotnet/core/install/linux-debian), and git, which brought the clone.
if [ ! -e "$base/usr/bin/git" ]; then
  debootstrap --variant=minbase --include=ca-certificates,git,libgcc-s1,libicu72,libssl3,libstdc++6,tzdata,zlib1g bookworm "$base" "$mirror"
fi
sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
mkdir -p "$base/usr/share/dotnet"
cp -ru "$sdk/." "$base/usr/share/dotnet/"
ln -sf ../share/dotnet/dotnet "$base/usr/bin/dotnet"

# The way to the packages, as this machine has it: names, certificates, sources, proxies.
cp -L /etc/resolv.conf "$base/etc/resolv.conf"
cp -L /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/ca-certificates.crt"
rm -rf "$base/root" "$base/tmp"
mkdir -p "$base/root" "$base/tmp"
chmod 1777 "$base/tmp"
if [ -d "$user_home/.nuget/NuGet" ]; then
  mkdir -p "$base/root/.nuget"
  cp -r "$user_home/.nuget/NuGet" "$base/root/.nuget/"
fi
git clone -q "$repository" "$base/root/eosmlnet"

mount --bind /dev "$base/dev"
mount -t proc proc "$base/proc"
trap 'umount "$base/proc" "$base/dev"' EXIT
passed=()
while read -r name; do passed+=("$name=${!name}"); done < <(compgen -e | grep -iE '^((https?|no|all)_proxy|NUGET_CERT_REVOCATION_MODE)$' || true)
chroot "$base" /usr/bin/env -i HOME=/root PATH=/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 "${passed[@]}" bash /root/eosmlnet/tests/FirstHour/run.sh
