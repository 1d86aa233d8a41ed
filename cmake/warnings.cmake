# Warnings for every room, and the stricter ones that a room asks for by linking
# cprof_warnings.  Read by the root CMakeLists.txt before any room.

add_compile_options(-Wall -Wextra)

# Not for the plugins: the compilers' own headers would drown everything else.
add_library(cprof_warnings INTERFACE)
target_compile_options(cprof_warnings INTERFACE
  -Wpedantic -Wshadow -Wvla -Wconversion -Wcast-qual -Wundef
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>)
