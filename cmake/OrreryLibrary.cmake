# orrery_library(<name> SOURCES <file>... [LINKS <library>...])
#
# One static library per folder, named orrery_<name>, with the warnings of the project. Headers are included by their path
# from the root of the repository ("hwgen/hwir/design.h"), so that an include shows the folder it crosses into.
function(orrery_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(orrery_${name} STATIC ${ARG_SOURCES})
  add_library(Orrery::${name} ALIAS orrery_${name})
  target_include_directories(orrery_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_compile_options(orrery_${name} PRIVATE -Wall -Wextra -Wshadow -Werror=switch -Werror=return-type)
  target_link_libraries(orrery_${name} PUBLIC ${ARG_LINKS})
endfunction()
