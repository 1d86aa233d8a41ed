#!/usr/bin/env bash
# The exports in speedscope, in a browser: viewer.mjs with speedscope's npm package,
# kept in NPM_CACHE.  Exits with 77, not tried, where node, npm or Chromium is missing.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
package=$NPM_CACHE/speedscope-1.25.0
command -v npm >/dev/null || { echo "not tried: no npm here" && exit 77; }
if [ ! -d "$package" ]; then
    mkdir -p "$NPM_CACHE"
    work=$(mktemp -d "$NPM_CACHE/unpack.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && npm pack --silent speedscope@1.25.0 >/dev/null && tar -xzf ./*.tgz) ||
        { echo "npm could not fetch speedscope; is there a network?" && exit 1; }
    mv -T "$work/package" "$package" 2>/dev/null || [ -d "$package" ] # another was faster
    rm -rf "$work"
    trap - EXIT
fi
exec "$here/../page/run.sh" ../export/viewer.mjs
