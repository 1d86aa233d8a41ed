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
for file in usr/bin/cprof usr/lib/cprof/{cprof.so,cprof-wrap,libcprof-rt.a} usr/include/cprof/{cprof,user}.h usr/lib/libcprof.{a,so,so.0} \
    usr/lib/cmake/cprof/cprofConfig.cmake usr/lib/pkgconfig/cprof.pc usr/share/man/man1/cprof-build.1; do
    [ -e "root/$file" ] || { echo "the package has no $file" && exit 1; }
done
link=$(echo root/usr/lib/*-linux-gnu/cprof.so)
[ "$(realpath "$link")" = "$(realpath root/usr/lib/cprof/cprof.so)" ] ||
    { echo "$link does not lead to the plugin" && exit 1; }

# The folder of the link is one that the dynamic linker searches once installed.
echo 'int main(void) { return 0; }' >empty.c
compilers=0
for back_end in root/usr/lib/cprof/cprof-*-*.so; do
    compiler=$(basename "$back_end" .so)
    compiler=${compiler#cprof-}
    command -v "$compiler" >/dev/null || continue
    compilers=$((compilers + 1))
    LD_LIBRARY_PATH=${link%/*} "$compiler" -fplugin=cprof.so -DPROFILING=1 empty.c -o empty
    objdump -h empty | grep cprof_site >/dev/null ||
        { echo "a bare -fplugin=cprof.so does nothing with $compiler" && exit 1; }
done
[ "$compilers" -gt 0 ] || { echo "there is no compiler for any back end" && exit 1; }
echo "the package is complete"
