#include <signal.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "netsmith/search/process_evaluator.h"
#include "netsmith/search/serve.h"
#include "netsmith/store/open.h"
#include "netsmith/study/evaluator.h"
#include "tests/support/simulated_search.h"

// What the tests run beside themselves, as netsmith runs itself:
//   search_helper worker SLEEP_US [FOLDER]   serves a SimulatedEvaluator; with a folder, each trial
//                                            kills the process once, at its first attempt
//   search_helper search DB SLEEP_US WORKERS runs a search of 40 trials on worker processes
namespace netsmith::testing {
namespace {

class CrashesOnce : public study::Evaluator {
 public:
  CrashesOnce(std::filesystem::path folder, std::unique_ptr<study::Evaluator> evaluator)
      : folder_(std::move(folder)), evaluator_(std::move(evaluator)) {}

  study::Evaluation Evaluate(const study::Job& job, const std::stop_token& stop) override {
    const auto marker = folder_ / std::to_string(job.trial);
    if (!std::filesystem::exists(marker)) {
      std::ofstream(marker).put('x');
      raise(SIGKILL);
    }
    return evaluator_->Evaluate(job, stop);
  }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<study::Evaluator> evaluator_;
};

void RunWorker(int argc, char** argv) {
  const int max_sleep_us = std::atoi(argv[2]);
  search::ServeStandardStreams([=]() -> std::unique_ptr<study::Evaluator> {
    std::puts("stray output of the evaluator");
    std::fflush(stdout);
    auto evaluator = std::make_unique<SimulatedEvaluator>(max_sleep_us);
    if (argc < 4) return evaluator;
    return std::make_unique<CrashesOnce>(argv[3], std::move(evaluator));
  });
}

void RunTinySearch(char** argv) {
  const auto store = store::OpenStore("sqlite:///" + std::string(argv[2]));
  TinySearch tiny;
  tiny.options.num_workers = std::atoi(argv[4]);
  tiny.options.resume = true;
  tiny.make_evaluator = [&] {
    return std::make_unique<search::ProcessEvaluator>(search::ProcessOptions{
        .argv = {"/proc/self/exe", "worker", argv[3]}, .decisions = tiny.space.decisions()});
  };
  tiny.Run(*store);
}

}  // namespace
}  // namespace netsmith::testing

int main(int argc, char** argv) {
  try {
    if (argc >= 3 && std::string(argv[1]) == "worker") {
      netsmith::testing::RunWorker(argc, argv);
    } else if (argc == 5 && std::string(argv[1]) == "search") {
      netsmith::testing::RunTinySearch(argv);
    } else {
      std::fputs("search_helper: wrong arguments\n", stderr);
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "search_helper: %s\n", error.what());
    return 1;
  }
  return 0;
}
