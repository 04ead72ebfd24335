# cmake --install: the program, the library with its headers in their folders, and what
# find_package(netsmith) reads.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/netsmith")

install(TARGETS netsmith EXPORT netsmithTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/netsmith" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.h" PATTERN cli EXCLUDE)
install(EXPORT netsmithTargets NAMESPACE netsmith:: DESTINATION "${package_dir}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/netsmithConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/netsmithConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/netsmithConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/netsmithConfig.cmake"
              "${PROJECT_BINARY_DIR}/netsmithConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindONNX.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindSOCI.cmake"
        DESTINATION "${package_dir}")
