#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// Internal to this folder.
namespace netsmith::model {

/// Builds an ONNX model of opset 13, node by node. Values are known by name.
class OnnxWriter {
 public:
  using Attribute = std::variant<std::int64_t, float, std::vector<std::int64_t>>;
  using Attributes = std::vector<std::pair<std::string, Attribute>>;

  /// `version`: of the program that writes.
  OnnxWriter(const std::string& graph_name, const std::string& version);
  ~OnnxWriter();

  /// Floats whose first dimension is any number of samples.
  void Input(const std::string& name, const std::vector<std::int64_t>& sample_dims,
             const std::string& doc);
  void Output(const std::string& name, const std::vector<std::int64_t>& sample_dims,
              const std::string& doc);
  /// Adds a node and returns `output`, its only output.
  std::string Node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::string& output, const Attributes& attributes = {});
  std::string Constant(const std::string& name, const std::vector<std::int64_t>& dims,
                       std::span<const float> values);
  std::string Constant(const std::string& name, const std::vector<std::int64_t>& values);
  void Metadata(const std::string& key, const std::string& value);

  /// The bytes of the model, after ONNX's own checker and shape inference have passed.
  /// Errors   InvalidArgument: larger than the 2 GiB that the format can hold.
  std::string Finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netsmith::model
