#!/usr/bin/env bash
# Runs the commands of examples/README.md, section by section, and expects the exact
# counts of the program's calls; and builds without profiling where that is offered.
#
# usage: readme.sh BUILD EXAMPLES.  Run by ctest.  Uses an installed copy and works on
# a copy of the examples.
. "$(dirname "$0")/../support/whole.bash"
examples=$(realpath "$2")
prefix=$work/prefix
cmake --install "$build" --prefix "$prefix" >"$work/install.log" 2>&1 || cat "$work/install.log"
cp -r "$examples" "$work/examples"
cprof=$prefix/bin/cprof
export PATH=$prefix/bin:$PATH PKG_CONFIG_PATH=$prefix/lib/pkgconfig XDG_CACHE_HOME=$work/cache
export CC=$cc
unset CFLAGS LDFLAGS MAKEFLAGS

# The code block of a section.
commands_of() {
    awk -v title="## $1" '$0 == title { here = 1; next } /^## / { here = 0 }
        here && /^```/ { code = !code; next } here && code' "$examples/README.md"
}

# The steps of all chains below 30000, and of the best one each time: awk's own count.
steps=$(awk 'function chain(n,  steps) { while (n > 1) { n = n % 2 ? 3 * n + 1 : n / 2; steps++ } return steps + 0 }
    BEGIN { longest = 0
        for (n = 1; n < 30000; n++) { own = chain(n); sum += own + longest; if (own > longest) longest = own }
        print sum + longest }')

sections=$(sed -n 's/^## //p' "$examples/README.md")
expect "sections and folders" "$(sort <<<"$sections")" "$(cd "$examples" && ls -d */ | tr -d / | grep -vx -e program -e demo -e ci | sort)"
for section in $sections; do
    cd "$work/examples/$section" || exit 1
    case_name=$section
    commands=$(commands_of "$section")
    expect "lines with commands" "$([ -n "$commands" ] && echo some)" some
    sh -e -c "$commands" >commands.log 2>&1
    expect "status" $? 0
    expect_calls chain.cprof main 1 chain_length 59999 chain_step "$steps"
    expect "a profile of the build's" "$(find . -name 'cprof.out.*')" ""
done

# Without the switch the same files build the plain program.
cd "$work/examples/cmake" && cmake -S . -B plain -DCMAKE_BUILD_TYPE=Release >plain.log 2>&1 &&
    cmake --build plain >plain.log 2>&1
run 0 plain/chain
no_profile
cd "$work/examples/pkg-config" && make -B >plain.log 2>&1
run 0 ./chain
no_profile
cd "$work/examples/meson" && meson setup plain >plain.log 2>&1 && meson compile -C plain >plain.log 2>&1
run 0 plain/chain
no_profile

# Link-time optimisation, where GCC needs the plugin at the link.
cd "$work/examples/cmake" || exit 1
case_name=lto
is_clang || {
    cmake -S . -B lto -DCMAKE_BUILD_TYPE=Release -DPROFILING=ON -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON >lto.log 2>&1 &&
        cmake --build lto >lto.log 2>&1
    run 0 lto/chain
    expect_calls "$(the_profile)" main 1 chain_step "$steps"
    rm -f cprof.out.*
    cd ../pkg-config && make -B PROFILING=1 CFLAGS='-O2 -flto' >lto.log 2>&1
    run 0 ./chain
    expect_calls "$(the_profile)" main 1 chain_step "$steps"
    cd ../meson && meson setup lto -Dprofiling=true -Db_lto=true >lto.log 2>&1 && meson compile -C lto >lto.log 2>&1
    run 0 lto/chain
    expect_calls "$(the_profile)" main 1 chain_step "$steps"
}
finish
