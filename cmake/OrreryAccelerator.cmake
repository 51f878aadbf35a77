# orrery_add_accelerator(<name> GENERATOR <generator> [FROM <executable target>] [FUNCTION_NAME <name>]
#                        [OUTPUT_DIRECTORY <directory>] [PARAMS <parameter>=<value>...])
#
# Runs a generator at build time and gives its accelerator: a directory with rtl/, design.json, design.hwir, schedule.txt and
# the CPU reference reference.so, and a target <name> (part of `all`) that brings it up to date.
#
#   GENERATOR         the target of the generator's executable, made by add_halide_generator with LINK_LIBRARIES
#                     Orrery::Generator; or, together with FROM, the name under which the generator is registered
#   FROM              the target of the executable, if it holds several generators
#   FUNCTION_NAME     name of the design, its top module and the reference's function (default: <name>)
#   OUTPUT_DIRECTORY  default: ${CMAKE_CURRENT_BINARY_DIR}/<name>
#
# Files among the parameters (mapping=, autoscheduler.hardware=) are those of the source directory, else of the build
# directory; the accelerator is made again when they change. With one of them the directory has a mapping.json, too.
#
# The target's property ORRERY_DIRECTORY holds the directory, for `orrery simulate`.
function(orrery_add_accelerator name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "GENERATOR;FROM;FUNCTION_NAME;OUTPUT_DIRECTORY" "PARAMS")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "orrery_add_accelerator(${name}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_GENERATOR)
    message(FATAL_ERROR "orrery_add_accelerator(${name}): name the generator with GENERATOR")
  endif()
  set(executable ${ARG_GENERATOR})
  set(choice "")
  if(ARG_FROM)
    set(executable ${ARG_FROM})
    set(choice -g ${ARG_GENERATOR})
  endif()
  if(NOT TARGET ${executable})
    message(FATAL_ERROR "orrery_add_accelerator(${name}): ${executable} is not a target; make it with "
                        "add_halide_generator(${executable} SOURCES ... LINK_LIBRARIES Orrery::Generator)")
  endif()
  if(NOT ARG_FUNCTION_NAME)
    set(ARG_FUNCTION_NAME ${name})
  endif()
  if(NOT ARG_OUTPUT_DIRECTORY)
    set(ARG_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${name})
  endif()

  set(outputs design.json design.hwir schedule.txt reference.so rtl/filelist.f)
  set(files "")
  set(params "")
  foreach(param IN LISTS ARG_PARAMS)
    if(param MATCHES "^(mapping|autoscheduler\\.hardware)=(.+)$")
      set(parameter ${CMAKE_MATCH_1})
      set(file ${CMAKE_MATCH_2})
      set(base ${CMAKE_CURRENT_BINARY_DIR})
      if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
        set(base ${CMAKE_CURRENT_SOURCE_DIR})
      endif()
      cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${base})
      list(APPEND files ${file})
      set(param ${parameter}=${file})
    endif()
    string(REPLACE ";" "\\;" param "${param}") # as in autoscheduler.fix
    list(APPEND params "${param}")
  endforeach()
  if(files)
    list(APPEND outputs mapping.json)
  endif()
  list(TRANSFORM outputs PREPEND ${ARG_OUTPUT_DIRECTORY}/)
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND $<TARGET_FILE:${executable}> ${choice} -e accelerator -f ${ARG_FUNCTION_NAME} -o ${ARG_OUTPUT_DIRECTORY}
            ${params}
    DEPENDS ${executable} ${files}
    COMMENT "Generating accelerator ${name}"
    VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${outputs})
  set_target_properties(${name} PROPERTIES ORRERY_DIRECTORY ${ARG_OUTPUT_DIRECTORY})
endfunction()
