# orrery_library(<name> [INTERNAL] SOURCES <file>... [LINKS <library>...])
#
# One static library per folder, named orrery_<name>, with the warnings of the project. Headers are included by their path
# from the root of the repository ("hwgen/hwir/design.h"), so that an include shows the folder it crosses into.
# The library is installed and seen by other projects as Orrery::<name>, unless it is INTERNAL.
function(orrery_library name)
  cmake_parse_arguments(ARG "INTERNAL" "" "SOURCES;LINKS" ${ARGN})
  add_library(orrery_${name} STATIC ${ARG_SOURCES})
  add_library(Orrery::${name} ALIAS orrery_${name})
  target_include_directories(orrery_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/orrery>)
  target_compile_options(orrery_${name} PRIVATE -Wall -Wextra -Wshadow -Werror=switch -Werror=return-type)
  target_link_libraries(orrery_${name} PUBLIC ${ARG_LINKS})
  if(NOT ARG_INTERNAL)
    orrery_export(${name})
  endif()
endfunction()

# orrery_export(<name>): installs the target orrery_<name> as Orrery::<name>.
function(orrery_export name)
  set_target_properties(orrery_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS orrery_${name} EXPORT OrreryTargets)
endfunction()
