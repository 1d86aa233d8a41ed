# shellcheck shell=bash
# build [PRESET]: build one preset of CMakePresets.json (dev)
#
# Sourced by ./dev.

need_packages clang
build_preset "${1:-dev}"
say "built build/${1:-dev}"
