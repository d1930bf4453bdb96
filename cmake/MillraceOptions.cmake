# Options, compiler flags and where the build puts things.

option(MILLRACE_EXAMPLES "Build examples/ and demo/" ON)
option(MILLRACE_CONNECT "Build the Spark Connect server; needs gRPC, protobuf and Spark Connect's protocol" ON)
option(MILLRACE_CCACHE "Compile through ccache where it is installed" ON)
set(MILLRACE_TESTS AUTO CACHE STRING "Build the tests: ON, OFF, or AUTO (if GoogleTest is found)")
option(MILLRACE_BENCH "Build bench/" OFF)
option(MILLRACE_LIBFUZZER "Make the programs of tests/fuzz with libFuzzer; needs clang" OFF)
set(MILLRACE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize: address,undefined or thread")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Programs in bin/, every shared library in lib/, found by a path relative to the program.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/archive")
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)

if(MILLRACE_CCACHE)
  find_program(MILLRACE_CCACHE_PROGRAM ccache)
  mark_as_advanced(MILLRACE_CCACHE_PROGRAM)
  if(MILLRACE_CCACHE_PROGRAM)
    # What one clone compiled serves the next: paths count relative to the source folder.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
      "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${MILLRACE_CCACHE_PROGRAM}")
  endif()
endif()

# The flags of every target of the project; third-party headers are SYSTEM and stay silent.
add_library(millrace_flags INTERFACE)
target_compile_options(millrace_flags INTERFACE
  -Wall -Wextra -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
  -Werror=return-type -Werror=unused-result)
find_package(Threads REQUIRED)
target_link_libraries(millrace_flags INTERFACE Threads::Threads)
if(MILLRACE_SANITIZE)
  target_compile_options(millrace_flags INTERFACE
    -fsanitize=${MILLRACE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>) # false alarms, in instrumented library code
  target_link_options(millrace_flags INTERFACE -fsanitize=${MILLRACE_SANITIZE})
endif()
