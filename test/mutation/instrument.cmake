# SPDX-License-Identifier: Apache-2.0
# With ASHLAR_MUTATION: instrumented copies take the place of the sources that sets.toml names (README.md).
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
set(ASHLAR_MUTATED_DIR ${PROJECT_BINARY_DIR}/mutated)
execute_process(COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/instrument.py ${ASHLAR_MUTATED_DIR}
                OUTPUT_VARIABLE ASHLAR_MUTATED OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" ASHLAR_MUTATED "${ASHLAR_MUTATED}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ASHLAR_MUTATED})
foreach(file IN ITEMS instrument.py mutants.py sets.py sets.toml)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/${file})
endforeach()

# Mutated headers come first, for every target: one definition of each inline function.
target_include_directories(ashlar_options BEFORE INTERFACE ${ASHLAR_MUTATED_DIR})
add_library(ashlar_mutation STATIC ${CMAKE_CURRENT_LIST_DIR}/switch.cpp)
target_include_directories(ashlar_mutation PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(ashlar_options INTERFACE ashlar_mutation)

# A check of bounds that is gone shows when something is read beyond them: these libraries get AddressSanitizer. One that
# kept a null pointer from being read shows when it is read, if the compiler does not reason that this never happens. One
# that kept an empty std::optional from being read shows by the standard library's own assertions.
target_link_options(ashlar_options INTERFACE -fsanitize=address)

# ashlar_mutated(VAR... FLAGS): replaces the absolute paths in the lists VAR that have an instrumented copy; if there are
# any, FLAGS are set to the compile options that the library needs.
function(ashlar_mutated)
  list(POP_BACK ARGV flags)
  foreach(var IN LISTS ARGV)
    set(out "")
    foreach(file IN LISTS ${var})
      file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${file})
      if(path IN_LIST ASHLAR_MUTATED)
        set(file ${ASHLAR_MUTATED_DIR}/${path})
        set(${flags} -fsanitize=address -fno-delete-null-pointer-checks -D_GLIBCXX_ASSERTIONS PARENT_SCOPE)
      endif()
      list(APPEND out ${file})
    endforeach()
    set(${var} "${out}" PARENT_SCOPE)
  endforeach()
endfunction()
