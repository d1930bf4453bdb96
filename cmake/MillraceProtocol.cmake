# SparkConnect::protocol: the C++ code of Spark Connect's messages and service, generated here.
#
# MILLRACE_PROTOCOL_DIR names a folder with spark_connect.desc, which scripts/setup.sh leaves in the user's cache, or
# with Spark's own spark/connect/*.proto. Nothing is fetched.

if(NOT DEFINED MILLRACE_PROTOCOL_DIR)
  millrace_cache_folder(MILLRACE_PROTOCOL_DIR protocol "${PROJECT_SOURCE_DIR}/scripts/protocol.lock")
endif()
set(_desc "${MILLRACE_PROTOCOL_DIR}/spark_connect.desc")
if(NOT MILLRACE_PROTOCOL_DIR OR NOT (EXISTS "${_desc}" OR EXISTS "${MILLRACE_PROTOCOL_DIR}/spark/connect/base.proto"))
  message(FATAL_ERROR "Spark Connect's protocol was not found: run scripts/setup.sh build, or name a folder that holds "
    "Spark's spark/connect/*.proto with -DMILLRACE_PROTOCOL_DIR=, or leave the server out with -DMILLRACE_CONNECT=OFF.")
endif()

find_package(Protobuf MODULE QUIET)
if(NOT Protobuf_FOUND OR NOT TARGET protobuf::protoc)
  message(FATAL_ERROR "protobuf was not found: run scripts/setup.sh build, or install it (Debian: libprotobuf-dev "
    "protobuf-compiler), or leave the Spark Connect server out with -DMILLRACE_CONNECT=OFF.")
endif()
find_program(MILLRACE_GRPC_CPP_PLUGIN grpc_cpp_plugin)
mark_as_advanced(MILLRACE_GRPC_CPP_PLUGIN)
if(NOT MILLRACE_GRPC_CPP_PLUGIN)
  message(FATAL_ERROR "grpc_cpp_plugin was not found: run scripts/setup.sh build, or install it (Debian: "
    "protobuf-compiler-grpc), or leave the Spark Connect server out with -DMILLRACE_CONNECT=OFF.")
endif()
millrace_require(gRPC libgrpc++-dev CONFIG)
millrace_require(zstd libzstd-dev CONFIG)

# All that base.proto leads to.
set(_names base catalog commands common expressions ml ml_common pipelines relations types)
set(_out "${CMAKE_BINARY_DIR}/protocol")
set(_known "${_out}/well_known.desc")
set(_files "")
set(_generated "${_out}/spark/connect/base.grpc.pb.h" "${_out}/spark/connect/base.grpc.pb.cc")
foreach(name IN LISTS _names)
  list(APPEND _files "spark/connect/${name}.proto")
  list(APPEND _generated "${_out}/spark/connect/${name}.pb.h" "${_out}/spark/connect/${name}.pb.cc")
endforeach()
file(MAKE_DIRECTORY "${_out}")
if(EXISTS "${_desc}")
  # protoc reads either descriptors or texts, so those of its own files come as descriptors too.
  set(_prepare COMMAND protobuf::protoc --descriptor_set_out=${_known}
    google/protobuf/any.proto google/protobuf/timestamp.proto)
  set(_input "--descriptor_set_in=${_known}:${_desc}")
  set(_depends "${_desc}")
else()
  set(_prepare "")
  set(_input "--proto_path=${MILLRACE_PROTOCOL_DIR}")
  list(TRANSFORM _files PREPEND "${MILLRACE_PROTOCOL_DIR}/" OUTPUT_VARIABLE _depends)
endif()
add_custom_command(OUTPUT ${_generated}
  ${_prepare}
  COMMAND protobuf::protoc ${_input} --cpp_out=${_out} ${_files}
  COMMAND protobuf::protoc ${_input} --grpc_out=${_out} --plugin=protoc-gen-grpc=${MILLRACE_GRPC_CPP_PLUGIN}
    spark/connect/base.proto
  DEPENDS ${_depends} WORKING_DIRECTORY "${_out}" COMMENT "Generating Spark Connect's messages" VERBATIM)

add_library(millrace_protocol STATIC ${_generated})
add_library(SparkConnect::protocol ALIAS millrace_protocol)
if(MILLRACE_SANITIZE MATCHES "thread")
  # Protobuf's maps have members more under ThreadSanitizer, which the installed library has not.
  target_compile_options(millrace_protocol PUBLIC -U__SANITIZE_THREAD__)
endif()
# Of somebody else's making: no sanitizers, and no line numbers.
target_compile_options(millrace_protocol PRIVATE -w -O1 -g0)
# Requests are parsed as deep as Spark's server parses them, also by the generated service.
set_source_files_properties("${_out}/spark/connect/base.grpc.pb.cc" PROPERTIES
  COMPILE_OPTIONS "-include;connect/request_parsing.h")
target_include_directories(millrace_protocol PRIVATE "${PROJECT_SOURCE_DIR}/src")
target_include_directories(millrace_protocol SYSTEM PUBLIC "${_out}")
target_link_libraries(millrace_protocol PUBLIC protobuf::libprotobuf gRPC::grpc++)
set_target_properties(millrace_protocol PROPERTIES CXX_CLANG_TIDY "")
