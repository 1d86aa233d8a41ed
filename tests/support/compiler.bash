# Which compiler a test profiles with: CPROF_TEST_COMPILER, gcc if that is not set.
# Gives $compiler, $cc and $cxx, and the flags that its $cprof has for it, $apart
# among them, which a build without cprof's flags needs where it says noipa.
#
# Sourced by whole.bash and by the scripts of tests/program and tests/truth, with
# $cprof set.  ctest sets the variable (add_tests_by_compiler in tests/CMakeLists.txt).
compiler=${CPROF_TEST_COMPILER:-gcc}
case $compiler in
    *clang*) cc=$compiler cxx=${compiler/clang/clang++} ;;
    *) cc=$compiler cxx=${compiler/gcc/g++} ;;
esac
flags=$("$cprof" flags --cc "$cc")

is_clang() {
    [[ $compiler == *clang* ]]
}

# Clang has no noipa; of a function that the linker may replace it knows as little.
apart=
is_clang && apart=-Dnoipa=noinline,weak
flags="$flags $apart"
