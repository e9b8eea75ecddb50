#!/usr/bin/env bash
# Makes the web site: the pages of README.md, build/docs and samples, and the reference of the API. It lies in build/site then.
#   build/site.sh                   builds the libraries first
#   build/site.sh --assemblies DIR  takes them, and their documentation, from DIR
# A warning of docfx is an error: a link or an anchor that leads nowhere is one. Exit status 3: docfx could not be restored.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
site=$root/build/site
source=https://github.com/eosmlnet/eosmlnet/blob/main
packages=(EosMLNet.Plans EosMLNet.Checkpoints EosMLNet.Core EosMLNet.Onnx EosMLNet.Answering EosMLNet.Extensions.AI EosMLNet)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root"
dotnet tool restore || exit 3

assemblies=$work/assemblies
if [ "${1:-}" = --assemblies ]; then
  assemblies=$(cd "$2" && pwd)
else
  for project in EosMLNet EosMLNet.Extensions.AI; do
    dotnet build "src/$project" -c Release -v:q -nologo -p:OutDir="$assemblies/"
  done
fi
mkdir "$work/api"
for package in "${packages[@]}"; do
  [ -s "$assemblies/$package.xml" ] || { echo "site.sh : error there is no $package.xml in $assemblies" >&2; exit 1; }
done

# The pages as they lie in the repository, so that their links hold; a README becomes its folder's first page.
pages=$work/pages
mkdir "$pages"
cp "$root"/build/docs/site/*.{json,yml} "$pages/"
cp -r "$root/build/docs/site/template" "$pages/template"
while read -r page; do
  mkdir -p "$pages/$(dirname "$page")"
  # What the site has no page of is linked to where the source lies.
  sed -E -e 's#\]\((\.\./)*((src|tests|samples|build)/[^)]*\.(cs|csproj|targets|json|sh)|\.github/[^)]*|LICENSE|src/[^)]*|tests/[^)]*|samples/[A-Za-z]+|Dockerfile)\)#]('"$source"'/\2)#g' \
    -e 's#\]\(([A-Za-z]+\.(cs|csproj|targets|json)|Dockerfile|scenes-[a-z]+)\)#]('"$source/$(dirname "$page")"'/\1)#g' \
    -e 's#((\]\(|href: )[^):]*)README\.md#\1index.md#g' "$root/$page" > "$pages/${page/README.md/index.md}"
done < <(cd "$root" && find README.md build/docs samples/*/README.md \( -name '*.md' -o -name toc.yml \) -not -path 'build/docs/site/*')
(cd "$root" && find build/docs samples \( -name '*.png' -o -name '*.svg' -o -name 'plan.schema.json' \) -not -path '*/bin/*' -not -path '*/obj/*' -not -path '*/out/*') \
  | while read -r file; do
    mkdir -p "$pages/$(dirname "$file")"
    cp "$root/$file" "$pages/$file"
  done

# docfx finds assemblies by the name of their folder.
ln -s "$assemblies" "$pages/assemblies"
cd "$root"
rm -rf "$site"
dotnet docfx metadata "$pages/docfx.json" --warningsAsErrors
dotnet docfx build "$pages/docfx.json" --warningsAsErrors -o "$site"
echo "$site/index.html"
