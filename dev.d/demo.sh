# shellcheck shell=bash
# demo: profile Lua 5.4 running a script, and print where the reports are
#
# Lua comes from Debian's source package and is built by its own makefile; the
# only change to that build is `cprof flags`.  Uses an installed copy of cprof,
# as a user would.  Sourced by ./dev.

demo=$source_dir/build/demo
prefix=$demo/prefix
cprof=$prefix/bin/cprof

need_packages build test source
fetch_source lua5.4
# GCC alone: Clang's headers are a gigabyte, and building against them takes minutes.
build_preset release -DCPROF_CLANG_VERSIONS=
install_preset release "$prefix"

# The folder is made anew, so that two runs of the demo leave the same.
rm -rf "$demo/lua" "$demo/out"
cp -r "$source_cache/lua5.4" "$demo/lua"
mkdir "$demo/out"

flags=$("$cprof" flags --cc gcc)
say "builds Lua with MYCFLAGS='$flags'"
quietly "$demo/out/make.log" make -C "$demo/lua" -j"$(nproc)" linux MYCFLAGS="$flags"

say "runs examples/demo/work.lua"
cd "$demo/out" || exit
"$cprof" run -o lua.cprof -- "$demo/lua/src/lua" "$source_dir/examples/demo/work.lua"

"$cprof" report lua.cprof >report.txt
"$cprof" tree lua.cprof >tree.txt
"$cprof" flame -o flame.svg lua.cprof
"$cprof" report --format html -o report.html lua.cprof

say "the profile     $demo/out/lua.cprof"
say "the report      $demo/out/report.txt"
say "the call tree   $demo/out/tree.txt"
say "the flamegraph  $demo/out/flame.svg"
say "the HTML page   $demo/out/report.html"
