# One folder under src/ = one library = one namespace. A layer sees the headers of the layers that it
# names here and of no other: every layer has an include root of its own (a link in the build tree), and
# only the roots of the layers named are on its include path. Arrows point down; this table is the
# whole truth about them.
#
#                       layer        may use
set(DYNAMO_LAYERS
    "base      |"
    "text      | base"
    "tokens    | base text"
    "jinja     | base"
    "chat      | base jinja"
    "parsers   | base"
    "net       | base"
    "telemetry | base net"
    "process   | base net"
    "schema    | base"
    "openai    | base net"
    "kube      | base net"
    "discovery | base net kube"
    "api       | base schema"
    "engine    | base text net openai process"
    "worker    | base net openai telemetry discovery engine"
    "router    | base"
    "frontend  | base text net openai telemetry discovery router tokens jinja chat parsers"
    "graph     | base schema api"
    "operator  | base net telemetry schema kube api graph"
    "node      | base net process kube"
    "controllers | base net kube"
    "apiserver | base net telemetry schema kube api"
    "up        | base net telemetry process schema kube api graph operator controllers apiserver node"
    "cli       | base text tokens jinja chat parsers net telemetry schema openai kube discovery api engine worker router frontend graph operator apiserver up process node controllers")

# dynamo_layer(NAME [LIBRARIES dep::x …] [TEST_USES layer …] [TEST_LIBRARIES …] [READS_REPOSITORY x_test.cpp …])
# Sources: *.cpp of the folder. Tests: *_test.cpp beside them, in the program NAME_test. READS_REPOSITORY: those that
# read files of the repository; they alone know its path, as DYNAMO_SOURCE_DIR, since it is another in every clone.
function(dynamo_layer name)
  cmake_parse_arguments(arg "" "" "LIBRARIES;TEST_USES;TEST_LIBRARIES;READS_REPOSITORY" ${ARGN})
  dynamo_layer_edges(${name} uses)

  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include/${name})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_BINARY_DIR}/include/${name}/${name} SYMBOLIC)

  add_library(dynamo_${name} STATIC ${sources})
  set_target_properties(dynamo_${name} PROPERTIES LINKER_LANGUAGE CXX)
  dynamo_see(dynamo_${name} ${name} ${uses})
  target_link_libraries(dynamo_${name} PUBLIC dep::fmt dep::json ${arg_LIBRARIES})
  if(NOT name STREQUAL base)
    target_precompile_headers(dynamo_${name} REUSE_FROM dynamo_base)
  else()
    target_precompile_headers(dynamo_${name} PRIVATE <base/pch.h>)
  endif()

  if(DYNAMO_FUZZ)
    dynamo_fuzz_targets(${name})
  endif()

  if(tests)
    add_executable(${name}_test ${tests})
    dynamo_see(${name}_test ${name} ${uses} ${arg_TEST_USES})
    target_link_libraries(${name}_test PRIVATE dynamo_${name} GTest::gmock GTest::gtest_main ${arg_TEST_LIBRARIES})
    foreach(source ${arg_READS_REPOSITORY})
      set_source_files_properties(${source} PROPERTIES
                                  COMPILE_DEFINITIONS DYNAMO_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    endforeach()
    # What sanitizers and fuzzers are to find is in the layers. Optimising the tests, which are built on large
    # templates, and counting their branches would take more time than all the rest.
    if(DYNAMO_SANITIZE)
      target_compile_options(${name}_test PRIVATE -O0 $<$<BOOL:${DYNAMO_FUZZ}>:-fno-sanitize=fuzzer-no-link>)
    endif()
    if(name STREQUAL base)
      target_precompile_headers(base_test PRIVATE <base/pch.h> <gmock/gmock.h> <gtest/gtest.h>)
    else()
      target_precompile_headers(${name}_test REUSE_FROM base_test)
    endif()
    include(GoogleTest)
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
                         PROPERTIES TIMEOUT 120)
  endif()
endfunction()

# One libFuzzer program per *_fuzz.cpp of the folder, named after the file.
function(dynamo_fuzz_targets name)
  dynamo_layer_edges(${name} uses)
  file(GLOB fuzzers CONFIGURE_DEPENDS *_fuzz.cpp)
  foreach(source ${fuzzers})
    get_filename_component(stem ${source} NAME_WE)
    set(target ${name}_${stem})
    add_executable(${target} ${source})
    dynamo_see(${target} ${name} ${uses})
    target_link_libraries(${target} PRIVATE dynamo_${name} dep::fmt dep::json)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    target_precompile_headers(${target} REUSE_FROM dynamo_base)
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  endforeach()
endfunction()

# Lets `target` include the headers of the layers named and link their libraries, and no more.
function(dynamo_see target)
  target_compile_options(${target} PRIVATE ${DYNAMO_WARNINGS})
  foreach(layer ${ARGN})
    target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/include/${layer})
    if(NOT target STREQUAL dynamo_${layer})
      target_link_libraries(${target} PUBLIC $<LINK_ONLY:dynamo_${layer}>)
    endif()
  endforeach()
endfunction()

# The layers that `name` may use; only those that are built already count.
function(dynamo_layer_edges name out)
  foreach(row ${DYNAMO_LAYERS})
    string(REGEX MATCH "^([a-z]+) *\\|(.*)$" matched "${row}")
    if(CMAKE_MATCH_1 STREQUAL name)
      separate_arguments(edges UNIX_COMMAND "${CMAKE_MATCH_2}")
      set(present)
      foreach(edge ${edges})
        dynamo_layer_exists(${edge} exists)
        if(exists)
          list(APPEND present ${edge})
        endif()
      endforeach()
      set(${out} ${present} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "src/${name} is not a row of DYNAMO_LAYERS in cmake/layers.cmake")
endfunction()

# A layer of the table counts once its folder has code and a CMakeLists.txt.
function(dynamo_layer_exists name out)
  file(GLOB code CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  if(code AND EXISTS ${CMAKE_SOURCE_DIR}/src/${name}/CMakeLists.txt)
    set(${out} ON PARENT_SCOPE)
  else()
    set(${out} OFF PARENT_SCOPE)
  endif()
endfunction()
