#include "netsmith/base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace netsmith::base {
namespace {

TEST(ThreadPoolTest, RunsEveryTaskOnceForAnyNumberOfThreads) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.num_threads(), threads);
    for (const int tasks : {0, 1, 7, 1000}) {
      std::vector<std::atomic<int>> runs(tasks);
      pool.Run(tasks, [&](std::int64_t i, int thread) {
        EXPECT_LT(thread, threads);
        ++runs[i];
      });
      for (const auto& count : runs) EXPECT_EQ(count, 1);
    }
  }
}

TEST(ThreadPoolTest, RethrowsATasksExceptionAfterTheOthersEnded) {
  ThreadPool pool(3);
  std::atomic<int> ended{0};
  EXPECT_THROW(pool.Run(50,
                        [&](std::int64_t i, int) {
                          if (i == 7) throw std::runtime_error("seven");
                          ++ended;
                        }),
               std::runtime_error);
  EXPECT_EQ(ended, 49);
  pool.Run(1, [&](std::int64_t, int) { ++ended; });
  EXPECT_EQ(ended, 50) << "the pool is usable after a failure";
}

}  // namespace
}  // namespace netsmith::base
