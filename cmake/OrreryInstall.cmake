# The installed package: what a project needs for #include <orrery.h>, find_package(Orrery) and orrery_add_accelerator.
include(CMakePackageConfigHelpers)
set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/Orrery)

foreach(header IN ITEMS
    auto-schedule/auto_schedule.h halide-fork/orrery.h halide-fork/compile.h hwgen/support/error.h hwgen/hwir/design.h hwgen/hwir/expr.h)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/orrery/${folder})
endforeach()
install(DIRECTORY sim/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/orrery/sim FILES_MATCHING PATTERN "*.h" PATTERN model EXCLUDE)
install(DIRECTORY rtl-templates/ DESTINATION ${CMAKE_INSTALL_DATADIR}/orrery/rtl-templates FILES_MATCHING PATTERN "*.v")

install(EXPORT OrreryTargets NAMESPACE Orrery:: DESTINATION ${package_directory})
configure_package_config_file(cmake/OrreryConfig.cmake.in OrreryConfig.cmake INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(OrreryConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/OrreryConfig.cmake ${PROJECT_BINARY_DIR}/OrreryConfigVersion.cmake
              cmake/OrreryAccelerator.cmake
        DESTINATION ${package_directory})
