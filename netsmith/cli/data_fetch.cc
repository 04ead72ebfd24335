#include <fmt/format.h>

#include <memory>
#include <stop_token>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/output.h"
#include "netsmith/data/catalog.h"
#include "netsmith/data/fetch.h"

namespace netsmith::cli {
namespace {

class DataFetch : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Group("Data");
    options.Positional("NAME", &name_, fmt::format("The data set: {}", data::CatalogNames()));
    options.Text("data-dir", "DIR", &data_dir_,
                 "Take the files, plain or gzip, from this folder and from nowhere else");
    options.Text("cache-dir", "DIR", &cache_dir_, "Where to put them [$XDG_CACHE_HOME/netsmith]");
  }

  int Run(const std::stop_token& stop) override {
    if (name_.empty()) {
      throw base::ConfigError(
          fmt::format("netsmith data fetch: no data set named, known: {}", data::CatalogNames()));
    }
    const auto folder =
        data::Fetch(name_, {.data_dir = data_dir_, .cache_dir = cache_dir_, .stop = stop});
    Print(fmt::format("{}\n", folder.string()));
    return kDone;
  }

 private:
  std::string name_;
  std::string data_dir_;
  std::string cache_dir_;
};

}  // namespace

std::unique_ptr<Command> MakeDataFetch() { return std::make_unique<DataFetch>(); }

}  // namespace netsmith::cli
