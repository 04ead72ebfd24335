#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <system_error>

#include "netsmith/base/error.h"
#include "netsmith/base/file.h"
#include "netsmith/base/log.h"
#include "netsmith/base/printable.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/cli/study_source.h"
#include "netsmith/report/format.h"
#include "netsmith/report/page.h"
#include "netsmith/store/open.h"

namespace netsmith::cli {
namespace {

/// A file's name out of a study's: what no file system minds.
std::string FileName(const std::string& study) {
  std::string name;
  for (const char c : study) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
    name += is_plain ? c : '_';
  }
  if (name.starts_with('.')) name.front() = '_';
  constexpr std::size_t kLongest = 100;
  return name.substr(0, kLongest) + ".html";
}

class Report : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Group("Study");
    options.Positional("STUDY", &study_, "The study");
    options.Text("store", "URL", &store_, "Where the study is kept: sqlite:///FILE");
    options.Group("Output");
    options.Text("out", "FILE", &out_, "The file to write; - is standard output [STUDY.html]");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token&) override {
    if (study_.empty()) throw base::ConfigError("netsmith report: found no study, expected one");
    if (json_ && out_ == "-") {
      throw base::ConfigError("--out: found - beside --json, expected a file");
    }
    const auto store = store::OpenStore(store_, {.read_only = true, .once = true});
    report::StudyView view = ReadStudy(*store, study_, store_);
    report::LearningReplay replay = MakeReplay(view);
    view.learning = LearningOf(view, replay);
    const std::string page = report::ReportPage(study_, report::ViewJson(view));
    const std::string file = out_.empty() ? FileName(study_) : out_;
    if (file == "-") {
      Print(page);
      return kDone;
    }
    base::WriteFile(file, page);
    if (json_) {
      auto json = StudyJson(view.spec, store_, view.trials, view.activity);
      json["file"] = file;
      json["bytes"] = page.size();
      PrintJson(json);
    } else {
      Print(fmt::format("{}: {}\n", base::Printable(file), report::Bytes(std::ssize(page))));
    }
    return kDone;
  }

 private:
  std::string study_;
  std::string store_ = "sqlite:///netsmith.db";
  std::string out_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeReport() { return std::make_unique<Report>(); }

}  // namespace netsmith::cli
