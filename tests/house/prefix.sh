#!/usr/bin/env bash
# Installs a build, moves the prefix, and uses everything from the new place: the
# command's flags, the CMake package and pkg-config, each on a tiny program.
#
# usage: prefix.sh BUILD.  Run by ctest.  Works in a folder of its own.
set -euo pipefail
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'prefix: %s\n' "$*" >&2
    exit 1
}

cmake --install "$build" --prefix "$work/first" >/dev/null
mkdir "$work/second"
mv "$work/first" "$work/second/moved"
moved=$work/second/moved

for file in bin/cprof lib/cprof/cprof.so lib/cprof/libcprof-rt.a lib/libcprof.a \
    include/cprof/cprof.h lib/cmake/cprof/cprofConfig.cmake lib/pkgconfig/cprof.pc; do
    [ -e "$moved/$file" ] || fail "nothing was installed as $file"
done
ls "$moved"/share/man/man1/cprof*.1 >/dev/null || fail "no manual was installed"
if grep -rl "$work/first" "$moved"; then
    fail "the files above hold the path that they were installed to"
fi

mkdir "$work/tiny"
cd "$work/tiny"
cat >tiny.c <<'C'
__attribute__((noipa)) static int work(int n) { return n - 3; }
int main(void)
{
    int sum = 0;
    for (int idx = 0; idx < 177; idx++)
        sum += work(idx);
    return sum != 177 * 85;
}
C

# Runs a program and expects the exact count of its calls, or no profile at all.
expect_calls() {
    local program=$1 calls=$2
    rm -f cprof.out.*
    "$program" || fail "$program fails"
    if [ "$calls" = none ]; then
        ! ls cprof.out.* 2>/dev/null || fail "$program was built without PROFILING and left a profile"
        return
    fi
    "$moved/bin/cprof" report --format json >report.json
    grep -q "\"calls\": *$calls\b" report.json || fail "$program: no function with $calls calls in the report"
}

# shellcheck disable=SC2046  # flags are words
gcc -O2 $("$moved/bin/cprof" flags --cc gcc) tiny.c -o by_flags
expect_calls ./by_flags 177

flags=$(PKG_CONFIG_PATH=$moved/lib/pkgconfig pkg-config --cflags cprof)
# shellcheck disable=SC2086  # flags are words
gcc -O2 $flags -DPROFILING=1 tiny.c -o by_pkg_config
expect_calls ./by_pkg_config 177

cat >reader.c <<'C'
#include <cprof/cprof.h>
int main(int count, char **words)
{
    struct cprof_error error;
    struct cprof_profile *profile = cprof_profile_new();
    return count != 2 || cprof_profile_add_path(profile, words[1], &error) != CPROF_OK;
}
C
for module in libcprof libcprof-static; do
    flags=$(PKG_CONFIG_PATH=$moved/lib/pkgconfig pkg-config --cflags --libs $module)
    # shellcheck disable=SC2086  # flags are words
    gcc reader.c $flags -o reader
    ./reader "$(echo cprof.out.*)" || fail "$module cannot read a profile"
    needs=$(readelf -d reader | grep -c 'NEEDED.*libcprof' || true)
    [ "$needs$module" = 1libcprof ] || [ "$needs$module" = 0libcprof-static ] ||
        fail "with $module the program needs $needs libraries of cprof's"
done
# Any header may come first, in both languages.
for header in "$moved"/include/cprof/*.h; do
    for language in c c++; do
        gcc -x $language -fsyntax-only -Wall -Werror -I"$moved/include" -include "$header" /dev/null 2>errors ||
            fail "${header##*/} as $language: $(head -n 1 errors)"
    done
done
# Both forms show what the headers declare, all of it and nothing else.
echo '#include <cprof/cprof.h>' | gcc -E -P -I"$moved/include" -x c - | tr '\n' ' ' |
    grep -oE '\bcprof_[a-z0-9_]+ *\(' | grep -oE 'cprof_[a-z0-9_]+' | sort -u >declared
for names in "-g $moved/lib/libcprof.a" "-D $moved/lib/libcprof.so"; do
    # shellcheck disable=SC2086  # an option and a file
    nm --defined-only $names | awk 'NF == 3 { print $3 }' | sort -u >shown
    diff declared shown >difference ||
        fail "$names: declared (<) and shown (>) differ: $(grep '^[<>]' difference)"
done

cat >CMakeLists.txt <<'C'
cmake_minimum_required(VERSION 3.13)
project(tiny C)
find_package(cprof REQUIRED)
add_executable(tiny tiny.c)
cprof_profile(tiny)
foreach(kind cprof static shared)
  add_executable(reader_${kind} reader.c)
  target_link_libraries(reader_${kind} cprof::${kind})
endforeach()
C
for profiling in ON OFF; do
    cmake -S . -B "$profiling" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$moved" \
        -DPROFILING=$profiling >cmake.log 2>&1 || { cat cmake.log && fail "CMake package"; }
    cmake --build "$profiling" >cmake.log 2>&1 || { cat cmake.log && fail "CMake build"; }
done
expect_calls ON/tiny 177
for kind in cprof static shared; do
    "ON/reader_$kind" "$(echo cprof.out.*)" || fail "cprof::$kind cannot read a profile"
done
expect_calls OFF/tiny none
echo "the moved prefix works"
