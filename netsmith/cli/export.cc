#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <system_error>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/file.h"
#include "netsmith/base/printable.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/model/cpp_source.h"
#include "netsmith/model/file.h"
#include "netsmith/model/onnx.h"
#include "netsmith/report/format.h"

namespace netsmith::cli {
namespace {

class Export : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Positional("MODEL", &model_, "The model's file, as `netsmith train --out` writes it");
    options.Group("What is written");
    options.Text("onnx", "FILE", &onnx_, "The model as ONNX, opset 13, preprocessing inside");
    options.Text("cpp", "DIR", &cpp_,
                 "The model as C++ source that needs nothing else: model.h and model.cc");
    options.Flag("logits", &logits_, "Logits instead of probabilities");
    options.Text("namespace", "NAME", &namespace_, "Namespace of the C++ source [none]");
    options.Group("Output");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token& /*stop*/) override {
    if (model_.empty()) throw base::ConfigError("MODEL: not given, expected a model's file");
    if (onnx_.empty() && cpp_.empty()) {
      throw base::ConfigError("found neither --onnx nor --cpp, expected what is to be written");
    }
    CheckIsOther("--onnx", onnx_);
    const std::vector<Content> contents = Contents(model::Load(model_));
    if (!cpp_.empty()) MakeFolder(cpp_);
    for (const Content& content : contents) Write(content);
    if (json_) PrintJson({{"model", model_}, {"files", files_}});
    return kDone;
  }

 private:
  struct Content {
    std::string path;
    std::string bytes;
  };

  /// The model is never written over by what is made of it.
  void CheckIsOther(const std::string& option, const std::string& path) const {
    std::error_code error;
    if (!std::filesystem::equivalent(path, model_, error)) return;
    throw base::ConfigError(
        fmt::format("{}: found {}, the model itself, expected another file", option, path));
  }

  /// All that is to be written, so that a refusal leaves nothing behind.
  std::vector<Content> Contents(const model::Model& model) const {
    std::vector<Content> contents;
    if (!onnx_.empty()) {
      contents.push_back(
          {onnx_, model::ToOnnx(model, {.logits = logits_, .version = NETSMITH_VERSION})});
    }
    if (!cpp_.empty()) {
      const std::filesystem::path folder = cpp_;
      const model::CppSource source =
          model::ToCpp(model, {.logits = logits_, .name_space = namespace_});
      contents.push_back({(folder / "model.h").string(), source.header});
      contents.push_back({(folder / "model.cc").string(), source.source});
    }
    return contents;
  }

  static void MakeFolder(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (!error) return;
    throw base::IoError(fmt::format("{}: cannot be made a folder: {}", path, error.message()));
  }

  void Write(const Content& content) {
    base::WriteFile(content.path, content.bytes);
    files_.push_back(content.path);
    if (json_) return;
    Print(fmt::format("{}: {} bytes\n", base::Printable(content.path),
                      report::Grouped(std::ssize(content.bytes))));
  }

  std::string model_;
  std::string onnx_;
  std::string cpp_;
  std::string namespace_;
  bool logits_ = false;
  bool json_ = false;
  nlohmann::ordered_json files_ = nlohmann::ordered_json::array();
};

}  // namespace

std::unique_ptr<Command> MakeExport() { return std::make_unique<Export>(); }

}  // namespace netsmith::cli
