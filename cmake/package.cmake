# The Debian package: `cpack` in a build folder.  Read by the root, last.
#
# Besides what `cmake --install` does it puts a link into the dynamic linker's
# folder: the compilers look a bare -fplugin=cprof.so up there and nowhere else.

find_program(CPROF_DPKG_ARCHITECTURE dpkg-architecture)
if(CPROF_DPKG_ARCHITECTURE)
  execute_process(COMMAND ${CPROF_DPKG_ARCHITECTURE} -qDEB_HOST_MULTIARCH
                  OUTPUT_VARIABLE multiarch OUTPUT_STRIP_TRAILING_WHITESPACE)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/loader)
  file(CREATE_LINK ../cprof/cprof.so ${PROJECT_BINARY_DIR}/loader/cprof.so SYMBOLIC)
  install(FILES ${PROJECT_BINARY_DIR}/loader/cprof.so DESTINATION lib/${multiarch}
          COMPONENT loader EXCLUDE_FROM_ALL)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_CMAKE_PROJECTS
  "${PROJECT_BINARY_DIR};${PROJECT_NAME};ALL;/"
  "${PROJECT_BINARY_DIR};${PROJECT_NAME};loader;/")
set(CPACK_PACKAGE_CONTACT "the cprof authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Each back end is for one version of one compiler; any will do.
get_property(back_ends GLOBAL PROPERTY CPROF_BACK_ENDS)
set(compilers "")
foreach(back_end ${back_ends})
  get_target_property(name ${back_end} OUTPUT_NAME)
  string(REPLACE "cprof-" "" name "${name}")
  list(APPEND compilers ${name})
endforeach()
list(JOIN compilers " | " CPACK_DEBIAN_PACKAGE_RECOMMENDS)
include(CPack)
