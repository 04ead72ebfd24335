// Several processes on one file, and their sudden deaths.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/store/open.h"
#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"
#include "tests/support/environment.h"
#include "tests/support/raw_database.h"
#include "tests/support/trials.h"

namespace netsmith {
namespace {

using store::OpenStore;
using study::Trial;
using study::TrialState;
using testing::CompleteEvaluation;
using testing::ExampleSpec;
using testing::Finished;
using testing::RawDatabase;
using testing::RunningTrial;

constexpr int kBatch = 4;

// What the writer says it has done, after the store returned.
struct Acknowledgement {
  std::int64_t number = 0;
  bool finished = false;  // else added
};

// A child process that runs `work` and ends by itself with 0, or with 1 after an exception.
pid_t Fork(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  int status = 0;
  try {
    work();
  } catch (const std::exception& error) {
    fprintf(stderr, "child: %s\n", error.what());
    status = 1;
  }
  _exit(status);
}

int ExitCode(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void Acknowledge(int pipe, std::int64_t number, bool finished) {
  const Acknowledgement message{number, finished};
  if (write(pipe, &message, sizeof message) != sizeof message) _exit(2);
}

// A search that evaluates in no time: it ends what is running, then adds and ends trials for ever.
void WriteForever(const std::string& url, int pipe) {
  const auto store = OpenStore(url);
  if (!store->FindStudy("a")) store->CreateStudy(ExampleSpec("a"));
  std::vector<Trial> trials = store->Trials("a");
  const auto finish = [&](const Trial& trial) {
    store->FinishTrial("a", trial.number, CompleteEvaluation(trial.number));
    Acknowledge(pipe, trial.number, true);
  };
  for (const Trial& trial : trials) {
    if (trial.state == TrialState::kRunning) finish(trial);
  }
  for (auto next = static_cast<std::int64_t>(trials.size());; next += kBatch) {
    std::vector<Trial> generation;
    for (int i = 0; i < kBatch; ++i) generation.push_back(RunningTrial(next + i));
    store->AddTrials("a", generation);
    for (const Trial& trial : generation) Acknowledge(pipe, trial.number, false);
    for (const Trial& trial : generation) finish(trial);
  }
}

// A child process that writes until it is killed. Forks, so no other thread may be running.
class Writer {
 public:
  explicit Writer(const std::string& url) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_ = Fork([&] { WriteForever(url, ends[1]); });
    close(ends[1]);
    listener_ = std::jthread([this, from = ends[0]] {  // else a full pipe would stop the writer
      Acknowledgement message;
      while (read(from, &message, sizeof message) == sizeof message) {
        heard_.push_back(message);
        Signal();
      }
      Signal();  // it may have ended without a word
      close(from);
    });
  }

  // Returns once something is acknowledged, however slow the machine is.
  void AwaitFirst() const { heard_something_.wait(false); }

  // Kills it and gives what it had acknowledged.
  std::vector<Acknowledgement> Kill() {
    kill(pid_, SIGKILL);
    EXPECT_EQ(ExitCode(pid_), -1) << "the writer ended by itself";
    listener_.join();
    return heard_;
  }

 private:
  void Signal() {
    heard_something_ = true;
    heard_something_.notify_all();
  }

  pid_t pid_ = 0;
  std::vector<Acknowledgement> heard_;
  std::atomic<bool> heard_something_ = false;
  std::jthread listener_;
};

class StoreProcessesTest : public ::testing::Test {
 protected:
  std::string file() const { return (folder_.path() / "studies.db").string(); }
  std::string url() const { return "sqlite:///" + file(); }

  // Every trial is one that the writer makes, either running or whole; numbers leave no gap.
  std::vector<Trial> SoundTrials() {
    EXPECT_EQ(RawDatabase(file()).Run("PRAGMA integrity_check; PRAGMA foreign_key_check"),
              std::vector<std::string>{"ok"});
    std::vector<Trial> trials = OpenStore(url())->Trials("a");
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const auto number = static_cast<std::int64_t>(i);
      const bool running = trials[i].state == TrialState::kRunning;
      EXPECT_EQ(trials[i], running ? RunningTrial(number)
                                   : Finished(RunningTrial(number), CompleteEvaluation(number)));
    }
    EXPECT_EQ(trials.size() % kBatch, 0u) << "a generation is there in part";
    return trials;
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(StoreProcessesTest, KillNineLosesNothingThatWasAcknowledged) {
  OpenStore(url())->CreateStudy(ExampleSpec("a"));
  base::Generator moments = base::RandomStreams(20).For("kill");
  std::size_t num_acknowledged = 0;
  for (int round = 0; round < 10; ++round) {
    const std::chrono::microseconds lifetime(moments.Below(100'000));
    Writer writer(url());
    writer.AwaitFirst();
    std::this_thread::sleep_for(lifetime);
    const std::vector<Acknowledgement> acknowledged = writer.Kill();
    const std::vector<Trial> trials = SoundTrials();
    for (const auto& [number, finished] : acknowledged) {
      ASSERT_LT(number, static_cast<std::int64_t>(trials.size())) << "an added trial is lost";
      EXPECT_FALSE(finished && trials[number].state == TrialState::kRunning) << number;
    }
    num_acknowledged += acknowledged.size();
  }
  EXPECT_GT(num_acknowledged, 10u) << "killed too early to say anything";
}

TEST_F(StoreProcessesTest, KillNineWhileTheTablesAreMade) {
  base::Generator moments = base::RandomStreams(21).For("kill");
  for (int round = 0; round < 15; ++round) {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file() + suffix);
    Writer writer(url());
    std::this_thread::sleep_for(std::chrono::microseconds(moments.Below(25'000)));
    writer.Kill();
    const auto store = OpenStore(url());
    if (!store->FindStudy("a")) store->CreateStudy(ExampleSpec("a"));
    SoundTrials();
  }
}

TEST_F(StoreProcessesTest, ManyOpenTheSameNewFileAtOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    children.push_back(Fork([&] {
      const std::string name = "study" + std::to_string(i);
      const auto store = OpenStore(url());
      store->CreateStudy(ExampleSpec(name));
      for (int number = 0; number < 20; ++number) {
        store->AddTrials(name, {RunningTrial(number)});
        store->FinishTrial(name, number, CompleteEvaluation(number));
      }
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(ExitCode(child), 0);
  const auto store = OpenStore(url());
  EXPECT_EQ(store->StudyNames().size(), 6u);
  for (const std::string& name : store->StudyNames()) {
    EXPECT_EQ(store->Trials(name).size(), 20u);
  }
}

// Each of two searches adds as long as it can: one goes on, the other is told, no number is double.
TEST_F(StoreProcessesTest, OfTwoSearchesOnOneStudyTheSecondIsRefused) {
  OpenStore(url())->CreateStudy(ExampleSpec("a"));
  const auto search = [&] {
    const auto store = OpenStore(url());
    for (int number = 0; number < 200; ++number) store->AddTrials("a", {RunningTrial(number)});
  };
  const pid_t first = Fork(search);
  const pid_t second = Fork(search);
  const int failures = ExitCode(first) + ExitCode(second);
  EXPECT_GE(failures, 1);
  const std::vector<Trial> trials = OpenStore(url())->Trials("a");
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].number, static_cast<std::int64_t>(i));
  }
}

TEST_F(StoreProcessesTest, AReaderSeesWholeGenerationsWhileAnotherWrites) {
  OpenStore(url())->CreateStudy(ExampleSpec("a"));
  Writer writer(url());
  writer.AwaitFirst();
  std::size_t before = 0;
  for (int i = 0; i < 20; ++i) {
    const std::size_t now = SoundTrials().size();
    EXPECT_GE(now, before);
    before = now;
  }
  writer.Kill();
  EXPECT_GE(SoundTrials().size(), before);
}

// Whoever closes the file tries to take its log away; the writer may be there or just come.
TEST_F(StoreProcessesTest, ReadersThatComeAndGoDisturbNoWriter) {
  OpenStore(url())->CreateStudy(ExampleSpec("a"));
  const auto read = [&] {
    for (int i = 0; i < 30; ++i) OpenStore(url(), {.read_only = true})->StudyNames();
  };
  for (int round = 0; round < 3; ++round) {
    Writer writer(url());
    read();
    writer.AwaitFirst();
    read();
    writer.Kill();
    SoundTrials();
  }
}

}  // namespace
}  // namespace netsmith
