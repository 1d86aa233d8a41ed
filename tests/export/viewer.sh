#!/usr/bin/env bash
# The exports in speedscope, in a browser: viewer.mjs with speedscope's npm package.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/export/speedscope.bash
. "$here/speedscope.bash"
exec "$here/../page/run.sh" ../export/viewer.mjs
