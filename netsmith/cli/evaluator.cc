#include "netsmith/study/evaluator.h"

#include <cstdint>
#include <memory>
#include <stop_token>

#include "netsmith/cli/commands.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/study_run.h"
#include "netsmith/data/dataset.h"
#include "netsmith/search/child_evaluator.h"
#include "netsmith/search/serve.h"
#include "netsmith/space/search_space.h"

namespace netsmith::cli {
namespace {

/// The worker's side of a search: requests come on standard input (search/protocol.h). Not listed
/// in help; `search` starts it with the flags of its study.
class Evaluator : public Command {
 public:
  void Declare(OptionTable& options) override {
    data_.Declare(options);
    space_.Declare(options);
    child_.Declare(options);
    options.Integer("seed", &seed_, {0, kMaxSeed}, "Seed of the study");
  }

  int Run(const std::stop_token& stop) override {
    search::ServeStandardStreams([&]() -> std::unique_ptr<study::Evaluator> {
      problem_ = std::make_unique<data::Problem>(data_.Load(stop));
      space_.Settle(problem_->development().shape());
      search_space_ = space_.Make();
      child_.Settle(*problem_, *search_space_);
      return std::make_unique<search::ChildEvaluator>(*search_space_, *problem_,
                                                      ChildOptionsOf(child_, seed_));
    });
    return kDone;
  }

 private:
  DataFlags data_;
  SpaceFlags space_;
  ChildFlags child_;
  std::int64_t seed_ = 0;
  std::unique_ptr<space::SearchSpace> search_space_;
  std::unique_ptr<data::Problem> problem_;
};

}  // namespace

std::unique_ptr<Command> MakeEvaluator() { return std::make_unique<Evaluator>(); }

}  // namespace netsmith::cli
