# What `cmake --install` puts where, below any prefix.  Read by the root.
#
# The library folder is lib/cprof and not Debian's multiarch one: bin/cprof finds
# the plugin as ../lib/cprof/cprof.so of itself, which still holds after the
# prefix has been moved.

include(CMakePackageConfigHelpers)

set(cprof_library_dir lib/cprof)
set(cprof_cmake_dir lib/cmake/cprof)

if(TARGET cprof)
  install(TARGETS cprof RUNTIME DESTINATION bin)
endif()
if(TARGET cprof_plugin)
  install(TARGETS cprof_plugin LIBRARY DESTINATION ${cprof_library_dir})
endif()
if(TARGET cprof_rt)
  install(TARGETS cprof_rt ARCHIVE DESTINATION ${cprof_library_dir})
endif()

# The library that reads profiles, for programs that want what `cprof` prints.
if(TARGET cprof_analysis)
  install(TARGETS cprof_analysis ARCHIVE DESTINATION lib)
endif()

# A user's headers.  abi.h and what it needs is between the plugins and the
# runtime, and format.h between the runtime and the reader: nobody else's.
set(cprof_headers)
foreach(header cprof.h user.h sort.def)
  if(EXISTS ${PROJECT_SOURCE_DIR}/include/cprof/${header})
    list(APPEND cprof_headers include/cprof/${header})
  endif()
endforeach()
install(FILES ${cprof_headers} DESTINATION include/cprof)

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

foreach(module cprof libcprof)
  set(file ${PROJECT_BINARY_DIR}/lib/pkgconfig/${module}.pc)
  configure_file(cmake/${module}.pc.in ${file} @ONLY)
  install(FILES ${file} DESTINATION lib/pkgconfig)
endforeach()

file(GLOB cprof_manuals CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/man/*.1)
install(FILES ${cprof_manuals} DESTINATION share/man/man1)
