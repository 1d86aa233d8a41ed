# libcprof as others link it: the two rooms that it is made of as one archive and one
# shared library, which show the names of cprof.h and no others.  Read by the root.
#
# The archive holds a single object, whose other names are local: those that the rooms
# share among themselves (writer_start, json_open) would meet those of the program
# that it is linked into.

# What the archive needs at the link, for pkg-config and the CMake package.
set(cprof_library_needs elf jansson iberty protobuf-c sqlite3 z m)
list(TRANSFORM cprof_library_needs PREPEND -l OUTPUT_VARIABLE CPROF_LIBRARY_FLAGS)
list(JOIN CPROF_LIBRARY_FLAGS " " CPROF_LIBRARY_FLAGS)
set(CPROF_LIBRARY_NEEDS "${cprof_library_needs}")

set(library_dir ${PROJECT_BINARY_DIR}/lib)
set(library_work ${PROJECT_BINARY_DIR}/library)
set(CPROF_LIBRARY_ARCHIVE ${library_dir}/libcprof.a)
file(MAKE_DIRECTORY ${library_work})

add_custom_command(OUTPUT ${CPROF_LIBRARY_ARCHIVE} VERBATIM
  DEPENDS cprof_analysis cprof_profiler
  COMMAND ${CMAKE_LINKER} -r -o ${library_work}/libcprof.o --whole-archive
          $<TARGET_FILE:cprof_analysis> $<TARGET_FILE:cprof_profiler>
  COMMAND ${CMAKE_OBJCOPY} --wildcard "--keep-global-symbol=cprof_[!_]*" ${library_work}/libcprof.o
  COMMAND ${CMAKE_COMMAND} -E rm -f ${CPROF_LIBRARY_ARCHIVE}
  COMMAND ${CMAKE_AR} rcs ${CPROF_LIBRARY_ARCHIVE} ${library_work}/libcprof.o)
add_custom_target(cprof_archive ALL DEPENDS ${CPROF_LIBRARY_ARCHIVE})

file(WRITE ${library_work}/empty.c "/* A library of archives needs a source. */\n")
file(WRITE ${library_work}/names.map.new "{ global: cprof_[!_]*; local: *; };\n")
file(COPY_FILE ${library_work}/names.map.new ${library_work}/names.map ONLY_IF_DIFFERENT)
add_library(cprof_shared SHARED ${library_work}/empty.c)
set_target_properties(cprof_shared PROPERTIES
  OUTPUT_NAME cprof VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  LIBRARY_OUTPUT_DIRECTORY ${library_dir} LINK_DEPENDS ${library_work}/names.map)
target_link_libraries(cprof_shared PRIVATE
  $<LINK_LIBRARY:WHOLE_ARCHIVE,cprof_analysis,cprof_profiler>)
target_link_options(cprof_shared PRIVATE -Wl,--version-script=${library_work}/names.map
                    -Wl,-Bsymbolic-functions)
