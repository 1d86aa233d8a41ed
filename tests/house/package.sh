#!/usr/bin/env bash
# Makes the Debian package and looks into it: everything is below /usr, and the
# link that lets a bare -fplugin=cprof.so work leads to the plugin.
#
# usage: package.sh BUILD.  Run by ctest.  Does not install the package.
set -euo pipefail
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
cpack --config "$build/CPackConfig.cmake" -B "$work" >cpack.log 2>&1 || { cat cpack.log && exit 1; }
dpkg-deb -x ./*.deb root
for file in usr/bin/cprof usr/lib/cprof/cprof.so usr/include/cprof/cprof.h; do
    [ -e "root/$file" ] || { echo "the package has no $file" && exit 1; }
done
link=$(echo root/usr/lib/*-linux-gnu/cprof.so)
[ "$(realpath "$link")" = "$(realpath root/usr/lib/cprof/cprof.so)" ] ||
    { echo "$link does not lead to the plugin" && exit 1; }

# The folder of the link is one that the dynamic linker searches once installed.
echo 'int main(void) { return 0; }' >empty.c
LD_LIBRARY_PATH=${link%/*} gcc -fplugin=cprof.so -DPROFILING=1 empty.c -o empty
objdump -h empty | grep cprof_site >/dev/null || { echo "a bare -fplugin=cprof.so does nothing" && exit 1; }
echo "the package is complete"
