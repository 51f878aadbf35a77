# The steps of the packaging test; fails at the first one that fails.
function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
endfunction()

function(expect_file path)
  if(NOT EXISTS ${path})
    message(FATAL_ERROR "${path} was not made")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
# The project is a copy, so that nothing in it can refer to the source tree.
file(COPY ${SOURCE}/ DESTINATION ${WORK}/project)
step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
step(${CMAKE_COMMAND} -G ${GENERATOR} -S ${WORK}/project -B ${WORK}/build
     -DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM} -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_FLAGS=${FLAGS}
     -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_PREFIX_PATH=${WORK}/prefix -DHalide_DIR=${HALIDE_DIRECTORY})
step(${CMAKE_COMMAND} --build ${WORK}/build -j2)

# The accelerator, once with and once without the name of the generator.
foreach(name scaled doubled product given)
  foreach(file design.json design.hwir schedule.txt reference.so rtl/filelist.f rtl/${name}.v)
    expect_file(${WORK}/build/${name}/${file})
  endforeach()
endforeach()
file(READ ${WORK}/build/product/mapping.json found)
file(READ ${WORK}/build/given/mapping.json given)
if(NOT found STREQUAL given)
  message(FATAL_ERROR "the mapping that was given is another one:\n${given}")
endif()
# Halide's own library of the same generator, and a program that calls it; the compiler from C++.
step(${WORK}/build/cpu_user)
step(${WORK}/build/compile_user ${WORK}/compiled)
expect_file(${WORK}/compiled/rtl/from_cpp.v)
expect_file(${WORK}/compiled/reference.so)
expect_file(${WORK}/compiled/mapped/rtl/mapped.v)
expect_file(${WORK}/compiled/mapped/mapping.json)
# The installed programs.
step(${WORK}/prefix/bin/orrery --help)
step(${WORK}/prefix/bin/orrery fuzz --help)
step(${WORK}/prefix/bin/orrery explore --help)
# Nothing is left to do: the dependencies are right.
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build -- -n OUTPUT_VARIABLE rest)
if(GENERATOR STREQUAL "Ninja" AND NOT rest MATCHES "no work to do")
  message(FATAL_ERROR "a second build has work to do:\n${rest}")
endif()
# An accelerator depends on its hardware, too, and on the mapping of another one.
file(TOUCH ${WORK}/project/hardware.json)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build -- -n OUTPUT_VARIABLE rest)
if(GENERATOR STREQUAL "Ninja" AND NOT rest MATCHES "accelerator product.*accelerator given")
  message(FATAL_ERROR "a change of hardware.json changes nothing:\n${rest}")
endif()
