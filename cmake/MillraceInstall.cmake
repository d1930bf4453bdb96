# cmake --install: libmillrace, its headers, the private libraries that it needs, and how CMake and pkg-config find it.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(_config "${CMAKE_INSTALL_LIBDIR}/cmake/Millrace")
set_target_properties(millrace PROPERTIES INSTALL_RPATH "$ORIGIN/millrace")
if(NOT MILLRACE_DEPS_DIR)
  set_target_properties(millrace PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
endif()
install(TARGETS millrace EXPORT MillraceTargets LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/millrace" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
if(MILLRACE_DEPS_DIR)
  install(PROGRAMS ${MILLRACE_PRIVATE_LIBRARIES} DESTINATION "${CMAKE_INSTALL_LIBDIR}/millrace")
  install(DIRECTORY "${MILLRACE_DEPS_DIR}/licenses" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
endif()

install(EXPORT MillraceTargets NAMESPACE Millrace:: DESTINATION "${_config}")
file(WRITE "${CMAKE_BINARY_DIR}/MillraceConfig.cmake" "include(\"\${CMAKE_CURRENT_LIST_DIR}/MillraceTargets.cmake\")\n")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/MillraceConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/MillraceConfig.cmake" "${CMAKE_BINARY_DIR}/MillraceConfigVersion.cmake"
  DESTINATION "${_config}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/millrace.pc.in" "${CMAKE_BINARY_DIR}/millrace.pc" @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/millrace.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
