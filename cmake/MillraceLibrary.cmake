# Called at the end of src/CMakeLists.txt: what is made of all modules together.

# Millrace::millrace, the one shared library that programs link and that is installed.
function(millrace_library)
  get_property(modules GLOBAL PROPERTY MILLRACE_MODULES)
  add_library(millrace SHARED)
  add_library(Millrace::millrace ALIAS millrace)
  foreach(module IN LISTS modules)
    get_target_property(type ${module} TYPE)
    if(type STREQUAL STATIC_LIBRARY)
      target_sources(millrace PRIVATE $<TARGET_OBJECTS:${module}>)
    endif()
  endforeach()
  target_link_libraries(millrace PRIVATE ${modules})
  target_include_directories(millrace INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  target_compile_features(millrace INTERFACE cxx_std_20)
  if(NOT MILLRACE_SANITIZE) # whose runtime comes with the program
    target_link_options(millrace PRIVATE -Wl,--no-undefined)
  endif()
  set_target_properties(millrace PROPERTIES
    LINKER_LANGUAGE CXX
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endfunction()

# link_alone_<module> for each module: a program of all its objects, its declared DEPS and nothing else, which includes
# each of its headers. A call to what the module may not use is a link error.
function(millrace_link_alone)
  get_property(modules GLOBAL PROPERTY MILLRACE_ALL_MODULES)
  foreach(module IN LISTS modules)
    get_property(folder GLOBAL PROPERTY MILLRACE_FOLDER_${module})
    string(REPLACE "millrace_" "link_alone_" program ${module})
    file(GLOB headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/src/${folder}/*.h")
    list(FILTER headers EXCLUDE REGEX "_testing\\.h$")
    set(text "")
    foreach(header IN LISTS headers)
      string(APPEND text "#include \"${header}\"\n")
    endforeach()
    set(main "${CMAKE_BINARY_DIR}/link_alone/${program}.cc")
    file(CONFIGURE OUTPUT "${main}" CONTENT "${text}int main() { return 0; }\n")
    add_executable(${program} "${main}")
    get_target_property(type ${module} TYPE)
    if(type STREQUAL STATIC_LIBRARY)
      target_sources(${program} PRIVATE $<TARGET_OBJECTS:${module}>)
    endif()
    target_link_libraries(${program} PRIVATE millrace_flags ${module})
    set_target_properties(${program} PROPERTIES CXX_CLANG_TIDY "")
    add_test(NAME ${program} COMMAND ${program})
    set_tests_properties(${program} PROPERTIES LABELS layers TIMEOUT 60)
  endforeach()
endfunction()
