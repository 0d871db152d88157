# The traffic between nodes runs on gRPC. Its code, and what protoc writes from proto/, live in a shared object of ours
# that src/cluster/rpc/library.cpp opens when a node first has somebody to talk to: a node alone pays nothing for them
# (loading gRPC takes 8 MB and 20 ms).
find_package(Protobuf REQUIRED)
find_program(NEVE_GRPC_PLUGIN grpc_cpp_plugin REQUIRED)
find_library(NEVE_LIB_grpc grpc++ REQUIRED)
mark_as_advanced(NEVE_GRPC_PLUGIN NEVE_LIB_grpc)

set(proto_folder "${CMAKE_BINARY_DIR}/generated/proto")
set(proto_files "")
foreach(suffix pb.cc pb.h grpc.pb.cc grpc.pb.h)
  list(APPEND proto_files "${proto_folder}/cluster.${suffix}")
endforeach()
file(MAKE_DIRECTORY "${proto_folder}")
add_custom_command(
  OUTPUT ${proto_files}
  COMMAND protobuf::protoc --proto_path=proto "--cpp_out=${proto_folder}" "--grpc_out=${proto_folder}"
          "--plugin=protoc-gen-grpc=${NEVE_GRPC_PLUGIN}" proto/cluster.proto
  DEPENDS proto/cluster.proto WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" VERBATIM)

# Envelopes, without gRPC: the fuzz target of the decoder links them too.
add_library(neve_rpc_envelope STATIC "${proto_folder}/cluster.pb.cc" src/cluster/rpc/grpc/envelope.cpp)
set_source_files_properties("${proto_folder}/cluster.pb.cc" "${proto_folder}/cluster.grpc.pb.cc"
                            PROPERTIES COMPILE_OPTIONS -w)
target_include_directories(neve_rpc_envelope SYSTEM PUBLIC "${proto_folder}")
target_include_directories(neve_rpc_envelope PUBLIC "${CMAKE_SOURCE_DIR}/include" "${CMAKE_SOURCE_DIR}/src")
target_link_libraries(neve_rpc_envelope PUBLIC protobuf::libprotobuf-lite)

# What module cluster leaves to these targets.
file(GLOB rpc_files CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/src/cluster" src/cluster/rpc/grpc/*.cpp)
add_library(neve_rpc MODULE src/cluster/rpc/grpc/client.cpp src/cluster/rpc/grpc/listener.cpp
                            "${proto_folder}/cluster.grpc.pb.cc")
target_link_libraries(neve_rpc PRIVATE neve_rpc_envelope "${NEVE_LIB_grpc}" Threads::Threads)
set_target_properties(neve_rpc PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}"
                                          CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)

# The system's gRPC is not instrumented for the thread sanitizer, so its inlined parts must not be either.
if(NEVE_SANITIZE MATCHES "thread")
  target_compile_options(neve_rpc_envelope PRIVATE -fno-sanitize=thread)
  target_compile_options(neve_rpc PRIVATE -fno-sanitize=thread)
endif()
