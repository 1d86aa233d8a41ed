# shellcheck shell=bash
# build [PRESET]: build one preset of CMakePresets.json (dev)
#
# Sourced by ./dev.

build_preset "${1:-dev}"
say "built build/${1:-dev}"
