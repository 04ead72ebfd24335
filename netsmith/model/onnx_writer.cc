#include "netsmith/model/onnx_writer.h"

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <limits>
#include <type_traits>

#include "netsmith/base/error.h"

namespace netsmith::model {
namespace {

constexpr std::int64_t kOpset = 13;
constexpr std::int64_t kIrVersion = 7;  // of the ONNX release that brought this opset

void SetShape(const std::string& name, const std::vector<std::int64_t>& sample_dims,
              const std::string& doc, onnx::ValueInfoProto& value) {
  value.set_name(name);
  value.set_doc_string(doc);
  onnx::TypeProto_Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  tensor.mutable_shape()->add_dim()->set_dim_param("batch");
  for (const std::int64_t dim : sample_dims) tensor.mutable_shape()->add_dim()->set_dim_value(dim);
}

void Set(std::int64_t value, onnx::AttributeProto& attribute) {
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}
void Set(float value, onnx::AttributeProto& attribute) {
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}
void Set(const std::vector<std::int64_t>& values, onnx::AttributeProto& attribute) {
  attribute.set_type(onnx::AttributeProto::INTS);
  attribute.mutable_ints()->Add(values.begin(), values.end());
}

}  // namespace

struct OnnxWriter::Impl {
  onnx::GraphProto& graph() { return *model.mutable_graph(); }
  onnx::TensorProto& NewConstant(const std::string& name, int type,
                                 const std::vector<std::int64_t>& dims) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    tensor.mutable_dims()->Add(dims.begin(), dims.end());
    return tensor;
  }

  onnx::ModelProto model;
};

OnnxWriter::OnnxWriter(const std::string& graph_name, const std::string& version)
    : impl_(std::make_unique<Impl>()) {
  impl_->model.set_ir_version(kIrVersion);
  impl_->model.set_producer_name("netsmith");
  impl_->model.set_producer_version(version);
  impl_->model.add_opset_import()->set_version(kOpset);
  impl_->graph().set_name(graph_name);
}
OnnxWriter::~OnnxWriter() = default;

void OnnxWriter::Input(const std::string& name, const std::vector<std::int64_t>& sample_dims,
                       const std::string& doc) {
  SetShape(name, sample_dims, doc, *impl_->graph().add_input());
}

void OnnxWriter::Output(const std::string& name, const std::vector<std::int64_t>& sample_dims,
                        const std::string& doc) {
  SetShape(name, sample_dims, doc, *impl_->graph().add_output());
}

std::string OnnxWriter::Node(const std::string& op, const std::vector<std::string>& inputs,
                             const std::string& output, const Attributes& attributes) {
  onnx::NodeProto& node = *impl_->graph().add_node();
  node.set_op_type(op);
  node.set_name(output);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  for (const auto& [name, value] : attributes) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    std::visit([&](const auto& v) { Set(v, attribute); }, value);
  }
  return output;
}

std::string OnnxWriter::Constant(const std::string& name, const std::vector<std::int64_t>& dims,
                                 std::span<const float> values) {
  onnx::TensorProto& tensor = impl_->NewConstant(name, onnx::TensorProto::FLOAT, dims);
  tensor.set_raw_data(values.data(), values.size_bytes());
  return name;
}

std::string OnnxWriter::Constant(const std::string& name, const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor =
      impl_->NewConstant(name, onnx::TensorProto::INT64, {std::ssize(values)});
  tensor.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
  return name;
}

void OnnxWriter::Metadata(const std::string& key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *impl_->model.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

std::string OnnxWriter::Finish() {
  if (impl_->model.ByteSizeLong() >= std::size_t{std::numeric_limits<int>::max()}) {
    throw base::InvalidArgument("the network is too large for ONNX: at most 2 GiB are possible");
  }
  try {
    onnx::checker::check_model(impl_->model);
    onnx::ModelProto inferred = impl_->model;
    onnx::shape_inference::InferShapes(inferred, onnx::OpSchemaRegistry::Instance(),
                                       {/*check_type=*/true, /*error_mode=*/1,
                                        /*enable_data_propagation=*/true});
  } catch (const std::runtime_error& error) {
    throw base::BugError(std::string("the ONNX model is not valid: ") + error.what());
  }
  return impl_->model.SerializeAsString();
}

}  // namespace netsmith::model
