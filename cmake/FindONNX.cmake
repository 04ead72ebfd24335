# The ONNX::onnx target: messages and checker. Debian's ONNXConfig.cmake asks for a protobuf configuration
# that Debian does not have, and takes the name `onnx` for its target.
find_path(ONNX_INCLUDE_DIR onnx/onnx_pb.h)
find_library(ONNX_LIBRARY onnx)
find_library(ONNX_PROTO_LIBRARY onnx_proto)
find_library(PROTOBUF_LIBRARY protobuf)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ONNX REQUIRED_VARS ONNX_INCLUDE_DIR ONNX_LIBRARY ONNX_PROTO_LIBRARY
                                  PROTOBUF_LIBRARY)
if(ONNX_FOUND AND NOT TARGET ONNX::onnx)
  add_library(ONNX::onnx UNKNOWN IMPORTED)
  set_target_properties(ONNX::onnx PROPERTIES IMPORTED_LOCATION "${ONNX_LIBRARY}"
                                              INTERFACE_INCLUDE_DIRECTORIES "${ONNX_INCLUDE_DIR}"
                                              INTERFACE_COMPILE_DEFINITIONS "ONNX_ML=1;ONNX_NAMESPACE=onnx"
                                              INTERFACE_LINK_LIBRARIES "${ONNX_PROTO_LIBRARY};${PROTOBUF_LIBRARY}")
endif()
