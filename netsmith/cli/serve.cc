#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/live_server.h"
#include "netsmith/cli/live_study.h"
#include "netsmith/cli/model_service.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"

namespace netsmith::cli {
namespace {

class Serve : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Group("Study");
    options.Positional("STUDY", &study_, "The study, while its search runs or later");
    options.Text("store", "URL", &store_, "Where the study is kept: sqlite:///FILE");
    options.Text("model", "FILE", &model_,
                 "A trained model (`--out` of train and search) to draw digits for");
    options.Group("Server");
    options.Integer("port", &server_.port, {0, 65'535}, "Port; 0 takes any that is free");
    options.Text("address", "ADDRESS", &server_.address,
                 "Address to serve on; one that other machines reach is guarded by a token");
    options.Group("Output");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token& stop) override {
    if (study_.empty()) throw base::ConfigError("netsmith serve: found no study, expected one");
    LiveStudy study(store_, study_);
    const auto model = model_.empty() ? nullptr : std::make_unique<ModelService>(model_);
    server_.title = study_;
    LiveServer server(server_, study, model.get());
    if (json_) {
      PrintJson({{"url", server.url()}, {"port", server.port()}});
    } else {
      Print(server.url() + "\n");
    }
    base::LogInfo("Ctrl-C ends it; the search goes on by itself");
    server.Serve(stop);
    return kDone;
  }

 private:
  std::string study_;
  std::string store_ = "sqlite:///netsmith.db";
  std::string model_;
  LiveServerOptions server_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeServe() { return std::make_unique<Serve>(); }

}  // namespace netsmith::cli
