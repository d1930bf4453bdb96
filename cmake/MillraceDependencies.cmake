# Third-party targets, under the same names wherever they come from.
#
# scripts/setup.sh fetches Arrow, Parquet, DuckDB and librdkafka into a folder of the user's cache; MILLRACE_DEPS_DIR
# names it and is set by default when set-up has run. Without it (-DMILLRACE_DEPS_DIR=) they must be installed where
# find_package or pkg-config find them.

# The folder that scripts/setup.sh has filled for this lock, in the user's cache; empty when it has not.
function(millrace_cache_folder variable name lock)
  file(SHA256 "${lock}" digest)
  string(SUBSTRING "${digest}" 0 12 digest)
  if(DEFINED ENV{MILLRACE_CACHE})
    set(cache "$ENV{MILLRACE_CACHE}")
  elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(cache "$ENV{XDG_CACHE_HOME}/millrace")
  else()
    set(cache "$ENV{HOME}/.cache/millrace")
  endif()
  set(folder "${cache}/${name}-${digest}")
  if(NOT EXISTS "${folder}/stamp")
    set(folder "")
  endif()
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()

if(NOT DEFINED MILLRACE_DEPS_DIR)
  millrace_cache_folder(MILLRACE_DEPS_DIR deps "${PROJECT_SOURCE_DIR}/scripts/deps.lock")
endif()
if(MILLRACE_DEPS_DIR)
  if(NOT EXISTS "${MILLRACE_DEPS_DIR}/stamp")
    message(FATAL_ERROR "MILLRACE_DEPS_DIR is ${MILLRACE_DEPS_DIR}, which scripts/setup.sh has not finished: run it again.")
  endif()
  message(STATUS "Arrow, DuckDB, librdkafka: ${MILLRACE_DEPS_DIR}")
endif()

# The private libraries that a package of Millrace must carry along.
set(MILLRACE_PRIVATE_LIBRARIES "")

# Defines the imported target `target` for a library of MILLRACE_DEPS_DIR. The file is linked into the build's own
# lib/ folder, so that what is built runs whatever becomes of the cache, and from wherever bin/ and lib/ are put.
function(millrace_private_library target file)
  set(local "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/${file}")
  if("${MILLRACE_DEPS_DIR}/lib/${file}" IS_NEWER_THAN "${local}" OR NOT EXISTS "${local}")
    file(MAKE_DIRECTORY "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}")
    file(CREATE_LINK "${MILLRACE_DEPS_DIR}/lib/${file}" "${local}" COPY_ON_ERROR)
  endif()
  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION "${local}"
    IMPORTED_SONAME "${file}"
    INTERFACE_INCLUDE_DIRECTORIES "${MILLRACE_DEPS_DIR}/include")
  list(APPEND MILLRACE_PRIVATE_LIBRARIES "${local}")
  set(MILLRACE_PRIVATE_LIBRARIES "${MILLRACE_PRIVATE_LIBRARIES}" PARENT_SCOPE)
endfunction()

if(MILLRACE_DEPS_DIR)
  file(STRINGS "${MILLRACE_DEPS_DIR}/include/arrow/util/config.h" _so REGEX "ARROW_SO_VERSION")
  string(REGEX MATCH "[0-9]+" _so "${_so}")
  millrace_private_library(Arrow::arrow_shared libarrow.so.${_so})
  millrace_private_library(Arrow::arrow_compute_shared libarrow_compute.so.${_so})
  millrace_private_library(Parquet::parquet_shared libparquet.so.${_so})
  target_compile_features(Arrow::arrow_shared INTERFACE cxx_std_20)
  target_link_libraries(Arrow::arrow_compute_shared INTERFACE Arrow::arrow_shared)
  target_link_libraries(Parquet::parquet_shared INTERFACE Arrow::arrow_shared)
  millrace_private_library(DuckDB::duckdb libduckdb.so)
  millrace_private_library(RdKafka::rdkafka librdkafka.so.1)
else()
  find_package(Arrow CONFIG)
  find_package(Parquet CONFIG)
  if(NOT TARGET Arrow::arrow_shared OR NOT TARGET Parquet::parquet_shared)
    message(FATAL_ERROR "Apache Arrow and Parquet for C++ were not found: run scripts/setup.sh build (Debian 12), "
      "or install them with their CMake configuration and name their place in CMAKE_PREFIX_PATH.")
  endif()
  find_package(ArrowCompute CONFIG QUIET)
  if(NOT TARGET Arrow::arrow_compute_shared)
    if(TARGET ArrowCompute::arrow_compute_shared)
      add_library(Arrow::arrow_compute_shared ALIAS ArrowCompute::arrow_compute_shared)
    else() # Before Arrow 21 the compute functions are part of libarrow.
      add_library(Arrow::arrow_compute_shared INTERFACE IMPORTED GLOBAL)
      target_link_libraries(Arrow::arrow_compute_shared INTERFACE Arrow::arrow_shared)
    endif()
  endif()
  find_package(DuckDB MODULE REQUIRED)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(RDKAFKA IMPORTED_TARGET GLOBAL "rdkafka >= 2.4")
  if(NOT RDKAFKA_FOUND)
    message(FATAL_ERROR "librdkafka 2.4 or newer was not found by pkg-config (older ones lose or double messages): "
      "run scripts/setup.sh build (Debian 12), or install it and name the folder of its rdkafka.pc in PKG_CONFIG_PATH.")
  endif()
  add_library(RdKafka::rdkafka ALIAS PkgConfig::RDKAFKA)
endif()
# Only what DuckDB keeps stable may be called.
target_compile_definitions(DuckDB::duckdb INTERFACE DUCKDB_API_NO_DEPRECATED)

macro(millrace_require package debian)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "${package} was not found: run scripts/setup.sh build, or install it (Debian: ${debian}).")
  endif()
endmacro()
millrace_require(fmt libfmt-dev)
millrace_require(simdjson libsimdjson-dev)
millrace_require(nlohmann_json nlohmann-json3-dev)
millrace_require(absl libabsl-dev)
millrace_require(CLI11 libcli11-dev)
millrace_require(OpenSSL libssl-dev)
millrace_require(ZLIB zlib1g-dev)
millrace_require(PCRE2 libpcre2-dev)
if(MILLRACE_CONNECT)
  include(MillraceProtocol)
endif()

set(MILLRACE_TESTS_ENABLED OFF)
if(MILLRACE_TESTS STREQUAL AUTO OR MILLRACE_TESTS)
  find_package(GTest QUIET)
  if(GTest_FOUND)
    set(MILLRACE_TESTS_ENABLED ON)
  elseif(NOT MILLRACE_TESTS STREQUAL AUTO)
    message(FATAL_ERROR "MILLRACE_TESTS needs GoogleTest: install it (Debian: libgmock-dev), or pass -DMILLRACE_TESTS=OFF.")
  endif()
endif()
if(MILLRACE_TESTS_ENABLED)
  enable_testing()
  find_package(Python3 COMPONENTS Interpreter QUIET)
  # Where the tests find a Kafka broker and readers of Delta tables; what is absent here is not set.
  execute_process(COMMAND "${PROJECT_SOURCE_DIR}/scripts/setup.sh" paths
    OUTPUT_VARIABLE MILLRACE_TEST_ENVIRONMENT OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REPLACE "\n" ";" MILLRACE_TEST_ENVIRONMENT "${MILLRACE_TEST_ENVIRONMENT}")
endif()
