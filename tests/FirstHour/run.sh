#!/usr/bin/env bash
# Does what README.md and the pages of build/docs tell a new user, line by line: packs the packages, then pastes install lines, programs, build and tool
# into new folders, with an empty HOME. The clone is this repository. Packages of others are those it was built with;
# under chroot.sh they are downloaded. Each check has a line; the last line counts them as `dotnet test` does.
#   tests/FirstHour/run.sh
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
place=$(mktemp -d)
packages=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
user_home=$HOME
log=$place/log
passed=0
begun=$SECONDS

finish() {
  local status=$?
  if [ "$status" -ne 0 ]; then
    echo "FAILED: ${doing:-nothing was begun}"
    [ ! -f "$log" ] || cat "$log"
  fi
  rm -rf "$place"
  echo "tests/FirstHour took $((SECONDS - begun)) s"
  echo "$([ "$status" -eq 0 ] && echo 'Passed!' || echo 'Failed!')  - Failed: $([ "$status" -eq 0 ] && echo 0 || echo 1), Passed: $passed, Skipped: 0 - tests/FirstHour"
}
trap finish EXIT

# Nothing of the user's but the sources of packages.
mkdir "$place/home"
if [ -d "$user_home/.nuget/NuGet" ]; then
  mkdir -p "$place/home/.nuget"
  cp -r "$user_home/.nuget/NuGet" "$place/home/.nuget/"
fi
while read -r name; do unset "$name"; done < <(compgen -e | grep -E '^(EOS_|XDG_)' || true)
export HOME=$place/home DOTNET_CLI_HOME=$place/home NUGET_PACKAGES=$place/packages PATH=$place/home/.dotnet/tools:$PATH
if [ -d "$packages" ]; then
  mkdir "$place/others"
  find "$packages" -mindepth 1 -maxdepth 1 -not -iname 'eosmlnet*' -exec ln -s -t "$place/others" {} +
  export RestoreFallbackFolders=$place/others
fi
export MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# What the README does in the clone is done with the packages that the repository was built with.
dotnet() {
  case "$1 ${2:-}" in
    "pack "* | "run --project" | "tool restore") HOME=$user_home DOTNET_CLI_HOME=$user_home NUGET_PACKAGES=$packages RestoreFallbackFolders="" command dotnet "$@" ;;
    *) command dotnet "$@" ;;
  esac
}

# The code behind the mark <!-- first-hour: NAME --> of README.md or a page of build/docs.
pages=("$repository/README.md" "$repository"/build/docs/*.md "$repository"/build/docs/quick-start/*.md "$repository"/build/docs/guides/*.md)
block() {
  awk -v mark="<!-- first-hour: $1 -->" '$0 == mark {found = 1; next} found && /^```/ {if (inside) exit; inside = 1; next} inside' "${pages[@]}" \
    | sed -e '/^git clone /d' -e "s#^cd eosmlnet\$#cd '$repository'#" -e "s#\\.\\./eosmlnet/#$repository/#" -e "s# eosmlnet/# $repository/#" | grep . || { echo "no page has a block '$1'"; return 1; }
}

# Pastes a block into this shell.
paste_block() {
  local lines start=$SECONDS
  doing="the lines of '$1'"
  lines=$(block "$1")
  printf '$ %s\n' "$lines" > "$log"
  { eval "$lines"; } >> "$log" 2>&1 < /dev/null
  done_with "the lines of '$1' run ($((SECONDS - start)) s)"
}

done_with() {
  echo "  ok: $1"
  passed=$((passed + 1))
}

# Checks a condition, given as a command.
holds() {
  doing=$1
  "${@:2}"
  done_with "$1"
}

says() { grep -qE -- "$1" "$log"; }
is_silent() { ! grep -iE -- 'warn(ing)?[ :]|is missing a readme' "$log"; }
has_no_torch() { [ -z "$(find "$1" -iname '*torch*' -o -iname 'libc10*')" ]; }
below() { [ "$(stat -c %s "$1")" -lt "$2" ]; }

echo "tests/FirstHour: README.md and the pages of build/docs as pasted"
cd "$place"
paste_block packages
cd "$place"
holds "packing gives no warning and no note" is_silent
version=$(sed -n 's:.*<VersionPrefix>\(.*\)</VersionPrefix>.*:\1:p' "$repository/build/Common.props")
made=$(cd "$HOME/eosmlnet-feed" && ls -1 | sed "s/\.$version\.nupkg\$//" | sort | tr '\n' ' ')
holds "ten packages, and the tool's for this system: $made" \
  test "$(sed -E 's/EosMLNet\.Tool\.[a-z]+-[a-z0-9]+ //' <<< "$made")" = "EosMLNet EosMLNet.Answering EosMLNet.Build EosMLNet.Checkpoints EosMLNet.Cluster EosMLNet.Core EosMLNet.Extensions.AI EosMLNet.Onnx EosMLNet.Plans EosMLNet.Tool "
for package in "$HOME"/eosmlnet-feed/EosMLNet.Tool.*-*.nupkg; do
  holds "$(basename "$package") is smaller than 200 MB: $(($(stat -c %s "$package") / 1000000)) MB" below "$package" 200000000
done

doing="a package with a list of what it is made of"
(cd "$repository" && dotnet tool restore && dotnet pack src/EosMLNet.Plans -c Release -p:EosSbom=true -o "$place/listed") > "$log" 2>&1
holds "with EosSbom a package lists what it is made of" grep -qa _manifest/bom.json "$place/listed/EosMLNet.Plans.$version.nupkg"

paste_block program
paste_block data
doing="the program"
block Program.cs > Program.cs
paste_block run
holds "the program answers about a new image: $(tail -1 "$log")" says '^[a-z]+ \(probability [01]\.[0-9]+, 48 of 144 visual tokens\)$'
first_answer=$(tail -1 "$log" | cut -d' ' -f1)
holds "the program's build gives no warning" is_silent
holds "the model is saved" test -s vqa.zip
echo "  its output folder: $(du -sm bin/Debug/net10.0 | cut -f1) MB"

paste_block answers
doing="the program that answers"
block 'Program.cs that answers' > Program.cs
paste_block 'run of what answers'
holds "the application without torch answers as the other one: $(tail -1 "$log")" test "$(tail -1 "$log")" = "$first_answer"
holds "its build gives no warning" is_silent
holds "it has no file of torch" has_no_torch out
holds "it has less than 80 MB: $(du -sm out | cut -f1) MB" test "$(du -sm out | cut -f1)" -lt 80

paste_block build
doing="the project file and the program of the build"
{ grep -v '</Project>' vqa-build.csproj; block project; echo '</Project>'; } > with-model && mv with-model vqa-build.csproj
block 'Program.cs of the build' > Program.cs
paste_block 'run of the build'
holds "the application answers with the model that its build made: $(tail -1 "$log")" says '^[a-z]+ \(probability [01]\.[0-9]+\)$'
holds "the build gives no warning" is_silent
for file in vqa.zip vqa.plan.json vqa.summary.json; do
  holds "the build puts $file beside the program" test -s "bin/Debug/net10.0/$file"
done

paste_block tool
holds "the doctor finds no problem" says '^No problem found\.$'
doing="the program in one file"
block ask.cs > ask.cs
paste_block 'four commands'
holds "eos search writes the plan" test -s plan.json
holds "eos evaluate prints what the plan and a preset are worth" says '^ +fastv:48 +[0-9.]+ '
holds "the program in one file answers: $(tail -1 "$log")" says '^[a-z]+ \(probability [01]\.[0-9]+\)$'

# The guides go on beside the folder of the first program.
paste_block ask
holds "eos ask answers" says '^[a-z]+$'
paste_block report
holds "eos report writes one file" test -s report.html
paste_block 'several images'
holds "a row of a table has several images" says '1 questions about 2 images'
paste_block video
holds "a folder of pictures is a video" says 'visual tokens'
paste_block front
for budget in 48 24; do
  holds "a front has a plan of $budget tokens" test -s "front-$budget.json"
done
paste_block between
holds "between two plans of a front there is one of 36 tokens" test -s plan-36.json
paste_block export
for file in vqa-onnx/eos-onnx.json vqa-genai/genai_config.json; do
  holds "eos export writes $file" test -s "$file"
done
