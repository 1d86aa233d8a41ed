# shellcheck shell=bash
# format [--check|--tidy]: format the C and C++ files; --check only looks, --tidy lints
#
# Only files that git knows.  Sourced by ./dev.

need_packages format test
mapfile -t files < <(git ls-files '*.c' '*.h' '*.cc')
mapfile -t scripts < <(git ls-files dev .ci/run '*.sh' '*.bash' tests/fresh/run)
case ${1:-} in
    --check)
        clang-format --dry-run --Werror "${files[@]}"
        shellcheck -x -S warning "${scripts[@]}"
        ;;
    --tidy)
        build_preset dev
        mapfile -t files < <(git ls-files 'policy/*.c' 'analysis/*.c' 'cli/*.c' 'runtime/*.c')
        clang-tidy -p build/dev --quiet "${files[@]}"
        ;;
    '') clang-format -i "${files[@]}" ;;
    *) stop "format takes --check or --tidy, not '$1'" ;;
esac
