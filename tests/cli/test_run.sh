#!/usr/bin/env bash
# run, flags, libs and cc with a prefix of their own: found from where the
# program is, also after it was moved.
# shellcheck source=tests/cli/check.bash
. "$(dirname "$0")/check.bash"
mkdir -p prefix/bin prefix/lib/cprof
cp "$CPROF" prefix/bin/cprof
expect 3 prefix/bin/cprof flags
holds "$err" "is missing"
: >prefix/lib/cprof/cprof.so
: >prefix/lib/cprof/libcprof-rt.a
mv prefix moved
prefix=$(readlink -f moved)
gcc_flags="-fplugin=$prefix/lib/cprof/cprof.so -DPROFILING=1 -I$prefix/include"
clang_flags="-fplugin=$prefix/lib/cprof/cprof.so -fpass-plugin=$prefix/lib/cprof/cprof.so -DPROFILING=1 -I$prefix/include"
expect 3 moved/bin/cprof flags --cc cc
holds "$err" "no back end"
one_sentence

# What is served is what lies there.
: >"moved/lib/cprof/cprof-gcc-$(gcc -dumpversion).so"
: >moved/lib/cprof/cprof-clang-7.so
for compiler in "" "--cc gcc" "--cc g++" "--cc /usr/bin/gcc" "--cc cc"; do
    # shellcheck disable=SC2086
    expect 0 moved/bin/cprof flags $compiler
    [ "$out" = "$gcc_flags" ] || fail "flags: $out"
done
for command in "flags --cc /nonexistent/gcc" "flags --cc no-such-compiler" "libs --cc no-such-compiler" \
    "build --cc no-such-compiler -- true"; do
    # shellcheck disable=SC2086
    expect 3 moved/bin/cprof $command
    holds "$err" "no such compiler"
    one_sentence
done

# Clang, by its name, by its answer and as make would run it; other versions.
printf '#!/bin/sh\nprintf "#define %%s\\n" "__GNUC__ 4" "__clang__ 1" "__clang_major__ 7"\n' >tcc
printf '#!/bin/sh\nprintf "#define %%s\\n" "__GNUC__ 4" "__clang__ 1" "__clang_major__ 99"\n' >new-tcc
printf '#!/bin/sh\necho "#define __GNUC__ 99"\n' >newest
printf '#!/bin/sh\nexit 1\n' >silent
chmod +x tcc new-tcc newest silent
for compiler in clang clang++ ./tcc; do
    expect 0 moved/bin/cprof flags --cc $compiler
    [ "$out" = "$clang_flags" ] || fail "flags: $out"
done
expect 0 env CC="env A=1 ./tcc -m64" moved/bin/cprof flags
[ "$out" = "$clang_flags" ] || fail "flags: $out"
expect 0 env CC="env A=1 gcc -m64" moved/bin/cprof flags
[ "$out" = "$gcc_flags" ] || fail "flags: $out"
for compiler in newest new-tcc; do
    for command in "flags --cc ./$compiler" "libs --cc ./$compiler" "build --cc ./$compiler -- true"; do
        # shellcheck disable=SC2086
        expect 2 moved/bin/cprof $command
        holds "$err" "99, and this cprof was built for GCC $(gcc -dumpversion) and Clang 7"
        one_sentence
        [ -z "$out" ] || fail "$command printed $out"
    done
done
expect 0 moved/bin/cprof flags --cc ./silent
expect 0 moved/bin/cprof libs
[ "$out" = "$prefix/lib/cprof/libcprof-rt.a" ] || fail "libs: $out"

# One call; what is no compilation goes through as it is.
printf '#!/bin/sh\nprintf "%%s|" "$@"\nexit 7\n' >compiler
chmod +x compiler
ln -s compiler my-clang
expect 7 moved/bin/cprof cc -- ./compiler -O2 'a b.c' -o x
[ "$out" = "$(tr ' ' '|' <<<"$gcc_flags")|-O2|a b.c|-o|x|" ] || fail "cc: $out"
expect 7 moved/bin/cprof cc -- ./my-clang x.c
[ "$out" = "--start-no-unused-arguments|$(tr ' ' '|' <<<"$clang_flags")|--end-no-unused-arguments|x.c|" ] || fail "cc: $out"
expect 7 moved/bin/cprof cc -- ./compiler --version
[ "$out" = "--version|" ] || fail "cc: $out"
expect 7 moved/bin/cprof cc -- ./compiler -c checks/conftest.c
[ "$out" = "-c|checks/conftest.c|" ] || fail "cc: $out"
expect 127 moved/bin/cprof cc -- ./no-such-compiler

# The program's words are its own, neither more nor fewer.
for run in "run --" "run -o x --" run; do
    # shellcheck disable=SC2086
    expect 0 "$CPROF" $run printf '%s|' a 'b c' ''
    [ "$out" = "a|b c||" ] || fail "$run: the program got $out"
done

# A program that leaves a profile where it is told to.
cat >program <<EOF
#!/bin/sh
printf 'the program speaks\n'
pattern=\${CPROF_OUTPUT:-cprof.out.%p}
[ ! -d "\$pattern" ] || pattern=\$pattern/cprof.out.%p
"$MAKE_PROFILE" "\$(printf '%s' "\$pattern" | sed "s/%p/\$\$/")"
exit \$1
EOF
chmod +x program
expect 5 "$CPROF" run -- ./program 5
[ "$out" = "the program speaks" ] || fail "its output is not its own: $out"
holds "$err" "work"
holds "$err" "The profile is cprof.out."
expect 0 "$CPROF" run -o 'named.%p' -- ./program 0
holds "$err" "The profile is named."
expect 0 "$CPROF" run -o fixed ./program 0
[ -f fixed ] || fail "-o was not handed on"
expect 0 env CPROF_OUTPUT=asked "$CPROF" run -- ./program 0
[ -f asked ] || fail "CPROF_OUTPUT was not kept"
mkdir folder
expect 0 "$CPROF" run -o folder -- ./program 0
holds "$err" "The profile is folder/cprof.out."
expect 3 "$CPROF" run -- sh -c 'exit 3'
holds "$err" "left no profile"
one_sentence
expect 143 "$CPROF" run -- sh -c 'kill -TERM $$'
expect 127 "$CPROF" run -- ./no-such-program
one_sentence
expect 126 "$CPROF" run -- ./fixed
finish
