# Libraries, all Debian packages (tools/packages.txt). Each becomes dep::NAME, static in release builds.

find_package(Threads REQUIRED)

function(dynamo_dependency name)
  add_library(dep_${name} INTERFACE)
  add_library(dep::${name} ALIAS dep_${name})
  foreach(library ${ARGN})
    unset(found CACHE)
    if(DYNAMO_STATIC)
      find_library(found NAMES lib${library}.a ${library})
    else()
      find_library(found NAMES ${library})
    endif()
    if(NOT found)
      message(FATAL_ERROR "lib${library} is missing: run `make setup`, which installs tools/packages.txt")
    endif()
    target_link_libraries(dep_${name} INTERFACE ${found})
  endforeach()
  unset(found CACHE)
endfunction()

dynamo_dependency(json boost_json)
dynamo_dependency(yaml yaml-cpp)
dynamo_dependency(ssl ssl crypto)
dynamo_dependency(crypto crypto)
dynamo_dependency(sqlite sqlite3)
dynamo_dependency(utf8proc utf8proc)
dynamo_dependency(onig onig)  # for tests only: Debian has it as a shared library alone
target_link_libraries(dep_ssl INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
target_link_libraries(dep_crypto INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
target_link_libraries(dep_sqlite INTERFACE m ${CMAKE_DL_LIBS})

find_package(GTest REQUIRED)

# Debian has fmt as a shared library only; the static one is built from the same package's headers.
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/fmt/fmt.cpp CONTENT [[
#include <fmt/format-inl.h>
FMT_BEGIN_NAMESPACE
namespace detail {
template FMT_API auto dragonbox::to_decimal(float x) noexcept -> dragonbox::decimal_fp<float>;
template FMT_API auto dragonbox::to_decimal(double x) noexcept -> dragonbox::decimal_fp<double>;
template FMT_API locale_ref::locale_ref(const std::locale& loc);
template FMT_API auto locale_ref::get<std::locale>() const -> std::locale;
template FMT_API auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template FMT_API auto decimal_point_impl(locale_ref) -> char;
template FMT_API void buffer<char>::append(const char*, const char*);
template FMT_API void vformat_to(buffer<char>&, string_view, basic_format_args<FMT_BUFFER_CONTEXT(char)>, locale_ref);
}
FMT_END_NAMESPACE
]])
add_library(dep_fmt STATIC ${CMAKE_BINARY_DIR}/fmt/fmt.cpp)
add_library(dep::fmt ALIAS dep_fmt)
