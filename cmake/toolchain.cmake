# Compiler, linker, cache and warning settings shared by every target.

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "dynamo is built with clang 19: g++ 12 miscompiles coroutines "
                      "(docs/decisions/0002-compiler.md). Use one of the presets in CMakePresets.json.")
endif()

find_program(CCACHE ccache)
if(CCACHE)
  file(RELATIVE_PATH to_root ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR}/)
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_SOURCE_DIR}/tools/compile.sh ${CMAKE_SOURCE_DIR}/
      /proc/self/cwd/${to_root})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()
set(CMAKE_PCH_INSTANTIATE_TEMPLATES ON)
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang$<SEMICOLON>-fno-pch-timestamp>)

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Paths of the build machine stay out of the binary and out of the cache key.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")
if(DYNAMO_SANITIZE)
  add_compile_options(-fsanitize=${DYNAMO_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DYNAMO_SANITIZE})
endif()
if(DYNAMO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(DYNAMO_STATIC)
  add_link_options(-static-libstdc++ -static-libgcc)
endif()

# Our own code only; headers of libraries are system headers.
set(DYNAMO_WARNINGS
    -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Wswitch-enum
    -Wno-deprecated-declarations  # std::stable_sort of libstdc++ 12 uses its own deprecated helper
    -Wno-sign-conversion -Wno-missing-field-initializers -Wno-missing-designated-field-initializers
    -Werror)
