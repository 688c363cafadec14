# SPDX-License-Identifier: Apache-2.0
# Run after a Catch2 binary was linked: writes a ctest file with one entry per case.
#   cmake -DBINARY=... -DPREFIX=... -DFILE=... -DFOLDER=... -DLABEL=... -DTIMEOUT=... -P discover_tests.cmake
# (Catch2's own script splits names at semicolons, and passes where a name matches no case.)
execute_process(COMMAND ${BINARY} --list-test-names-only OUTPUT_VARIABLE names RESULT_VARIABLE count WORKING_DIRECTORY ${FOLDER})
if(NOT count GREATER 0)
  message(FATAL_ERROR "${BINARY}: cannot list its cases (${count})")
endif()
string(REPLACE ";" "<semicolon>" names "${names}")
string(REPLACE "[" "<open>" names "${names}")
string(REPLACE "]" "<close>" names "${names}")
string(REPLACE "\n" ";" names "${names}")
set(script "")
foreach(name IN LISTS names)
  if(name STREQUAL "")
    continue()
  endif()
  set(pattern "${name}")
  # What Catch2 would read as syntax of its own.
  string(REPLACE "\\" "\\\\" pattern "${pattern}")
  string(REPLACE "," "\\," pattern "${pattern}")
  string(REPLACE "\"" "\\\"" pattern "${pattern}")
  string(REPLACE "*" "\\*" pattern "${pattern}")
  string(REPLACE "<open>" "\\[" pattern "${pattern}")
  foreach(text IN ITEMS name pattern)
    string(REPLACE "<semicolon>" ";" ${text} "${${text}}")
    string(REPLACE "<open>" "[" ${text} "${${text}}")
    string(REPLACE "<close>" "]" ${text} "${${text}}")
  endforeach()
  string(APPEND script "add_test([==[${PREFIX}: ${name}]==] [==[${BINARY}]==] [==[${pattern}]==] -w NoTests)\n"
    "set_tests_properties([==[${PREFIX}: ${name}]==] PROPERTIES TIMEOUT ${TIMEOUT} LABELS \"${LABEL}\" WORKING_DIRECTORY [==[${FOLDER}]==] "
    "SKIP_REGULAR_EXPRESSION \"ALL CASES SKIPPED\")\n")
endforeach()
file(WRITE ${FILE} "${script}")
