# What `cmake --install` puts where, below any prefix.  Read by the root.
#
# The library folder is lib/cprof and not Debian's multiarch one: bin/cprof finds
# the plugin as ../lib/cprof/cprof.so of itself, which still holds after the
# prefix has been moved.

include(CMakePackageConfigHelpers)

set(cprof_library_dir lib/cprof)
set(cprof_cmake_dir lib/cmake/cprof)

install(TARGETS cprof RUNTIME DESTINATION bin)
get_property(back_ends GLOBAL PROPERTY CPROF_BACK_ENDS)
install(TARGETS cprof_plugin ${back_ends} LIBRARY DESTINATION ${cprof_library_dir})
install(TARGETS cprof_wrap RUNTIME DESTINATION ${cprof_library_dir})
install(TARGETS cprof_rt ARCHIVE DESTINATION ${cprof_library_dir})

# The library of cprof.h, as an archive and shared (library.cmake).
install(FILES ${CPROF_LIBRARY_ARCHIVE} DESTINATION lib)
install(TARGETS cprof_shared LIBRARY DESTINATION lib)

# A user's headers.  abi.h and what it needs is between the plugins and the
# runtime, and format.h between the runtime and the reader: nobody else's.
foreach(header
  advice.def
  advice.h
  budget.h
  cprof.h
  diff.h
  export.def
  flame.def
  heap.h
  history.h
  metric.def
  profiler.h
  severity.def
  snapshot.h
  sort.def
  tree.h
  user.h
)
  install(FILES include/cprof/${header} DESTINATION include/cprof)
endforeach()

configure_package_config_file(cmake/cprofConfig.cmake.in
  ${PROJECT_BINARY_DIR}/${cprof_cmake_dir}/cprofConfig.cmake
  INSTALL_DESTINATION ${cprof_cmake_dir})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/${cprof_cmake_dir}/cprofConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/${cprof_cmake_dir}/cprofConfig.cmake
  ${PROJECT_BINARY_DIR}/${cprof_cmake_dir}/cprofConfigVersion.cmake
  DESTINATION ${cprof_cmake_dir})

foreach(module cprof libcprof libcprof-static)
  set(file ${PROJECT_BINARY_DIR}/lib/pkgconfig/${module}.pc)
  configure_file(cmake/${module}.pc.in ${file} @ONLY)
  install(FILES ${file} DESTINATION lib/pkgconfig)
endforeach()

# The manual pages come out of the program itself, so they say what --help says.
set(manual_dir ${PROJECT_BINARY_DIR}/share/man/man1)
file(MAKE_DIRECTORY ${manual_dir})
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS cli/command.def)
file(STRINGS cli/command.def commands REGEX "^CPROF_COMMAND")
list(TRANSFORM commands REPLACE "CPROF_COMMAND\\(\"([a-z]+)\".*" "\\1")
set(manuals ${manual_dir}/cprof.1)
add_custom_command(OUTPUT ${manual_dir}/cprof.1 DEPENDS cprof VERBATIM
                   COMMAND cprof --help=roff > ${manual_dir}/cprof.1)
foreach(command ${commands})
  set(manual ${manual_dir}/cprof-${command}.1)
  add_custom_command(OUTPUT ${manual} DEPENDS cprof VERBATIM
                     COMMAND cprof ${command} --help=roff > ${manual})
  list(APPEND manuals ${manual})
endforeach()
add_custom_target(manuals ALL DEPENDS ${manuals})
install(FILES ${manuals} DESTINATION share/man/man1)
