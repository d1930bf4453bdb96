# millrace_module(): a folder under src/ is a library, and its tests a program.

set_property(GLOBAL PROPERTY MILLRACE_MODULES "")

# millrace_module([TEST_ONLY] [PROGRAM_ONLY] [DEPS folder...] [THIRD_PARTY target...]
#                 [TEST_DEPS folder...] [TEST_THIRD_PARTY target...])
#
# Makes the static library millrace_<folder, with _ for /> of the folder's *.cc files (subfolders are modules of their
# own), and of its *_test.cc files the GoogleTest program millrace_<folder>_test, which ctest runs. DEPS are folders
# under src/, THIRD_PARTY targets of other projects; both belong in the table of ARCHITECTURE.md. The TEST_ ones are for
# the *_test.cc files alone. A TEST_ONLY module may use GoogleTest and is left out of libmillrace. A PROGRAM_ONLY module is left out
# of it too: programs that link libmillrace add its objects, $<TARGET_OBJECTS:millrace_...>, to their own.
function(millrace_module)
  cmake_parse_arguments(PARSE_ARGV 0 arg "TEST_ONLY;PROGRAM_ONLY" "" "DEPS;THIRD_PARTY;TEST_DEPS;TEST_THIRD_PARTY")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "millrace_module: unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  file(RELATIVE_PATH folder "${PROJECT_SOURCE_DIR}/src" "${CMAKE_CURRENT_SOURCE_DIR}")
  string(REPLACE "/" "_" name "millrace_${folder}")

  set(libraries "")
  foreach(dep IN LISTS arg_DEPS)
    string(REPLACE "/" "_" target "millrace_${dep}")
    if(NOT TARGET ${target})
      message(FATAL_ERROR "src/${folder} needs src/${dep}, which is not a module, or comes later in src/CMakeLists.txt.")
    endif()
    list(APPEND libraries ${target})
  endforeach()

  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")

  if(sources)
    set(scope PUBLIC)
    add_library(${name} STATIC ${sources})
  else()
    set(scope INTERFACE)
    add_library(${name} INTERFACE)
  endif()
  target_include_directories(${name} ${scope} "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(${name} ${scope} millrace_flags ${libraries} ${arg_THIRD_PARTY})

  if(arg_TEST_ONLY)
    target_link_libraries(${name} ${scope} GTest::gmock)
  elseif(NOT arg_PROGRAM_ONLY)
    set_property(GLOBAL APPEND PROPERTY MILLRACE_MODULES ${name})
  endif()
  set_property(GLOBAL APPEND PROPERTY MILLRACE_ALL_MODULES ${name})
  set_property(GLOBAL PROPERTY MILLRACE_FOLDER_${name} "${folder}")

  if(tests AND MILLRACE_TESTS_ENABLED)
    list(TRANSFORM arg_TEST_DEPS REPLACE "/" "_")
    list(TRANSFORM arg_TEST_DEPS PREPEND millrace_)
    millrace_test_program(${name}_test SOURCES ${tests} LIBRARIES ${name} ${arg_TEST_DEPS} ${arg_TEST_THIRD_PARTY})
  endif()
endfunction()

# millrace_test_program(name SOURCES file... [LIBRARIES target...] [TIMEOUT seconds] [LABELS label...])
#
# A GoogleTest program that ctest runs as `name`.
function(millrace_test_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE millrace_flags ${arg_LIBRARIES} GTest::gmock_main)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
  target_compile_definitions(${name} PRIVATE MILLRACE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(MILLRACE_SANITIZE MATCHES "thread")
    target_sources(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/tsan/c11_threads.cc")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 900) # with sanitizers, on a busy machine
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  if("unit" IN_LIST arg_LABELS)
    set_property(GLOBAL APPEND PROPERTY MILLRACE_UNIT_TESTS ${name})
  endif()
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}" ENVIRONMENT "${MILLRACE_TEST_ENVIRONMENT}")
endfunction()

# millrace_program(name SOURCES file... [LIBRARIES target...])
#
# A program that `make build` leaves in bin/; it links libmillrace.
function(millrace_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE millrace_flags Millrace::millrace ${arg_LIBRARIES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  set_property(GLOBAL APPEND PROPERTY MILLRACE_PROGRAMS ${name})
endfunction()
