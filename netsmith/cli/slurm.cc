#include "netsmith/cli/slurm.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/report/escape.h"
#include "netsmith/search/process.h"
#include "netsmith/search/text_lines.h"
#include "netsmith/space/text_cursor.h"
#include "netsmith/store/open.h"

namespace netsmith::cli {
namespace {

/// Partition and time go into a comment that sbatch reads, which has no quotes.
void CheckWord(const char* option, const std::string& text) {
  constexpr std::string_view kOthers = "-_:,.";
  const bool plain = std::ranges::all_of(text, [&](unsigned char c) {
    return std::isalnum(c) != 0 || kOthers.find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return;
  throw base::ConfigError(fmt::format("--{}: found {}, expected letters, digits and {}", option,
                                      space::Quoted(text), kOthers));
}

}  // namespace

void EngineFlags::Declare(OptionTable& options) {
  options.Choice("engine", &engine, {"local", "slurm"},
                 "Where the workers run: processes here, or an array of Slurm jobs");
  options.Text("partition", "NAME", &partition, "Slurm: the partition [the cluster's default]");
  options.Text("time", "LIMIT", &time, "Slurm: time limit of a job, such as 8:00:00");
  options.Flag("dry-run", &dry_run, "Slurm: print the job script and end");
}

void EngineFlags::Check(const std::string& store, int workers) const {
  if (!is_slurm()) {
    if (partition.empty() && time.empty() && !dry_run) return;
    throw base::ConfigError(
        fmt::format("--{}: expected --engine slurm beside it", !partition.empty() ? "partition"
                                                               : dry_run          ? "dry-run"
                                                                                  : "time"));
  }
  CheckWord("partition", partition);
  CheckWord("time", time);
  if (workers < 1) throw base::ConfigError("--workers: found 0, expected 1 or more with Slurm");
  store::CheckUrl(store);
  if (store.starts_with("sqlite:")) {
    throw base::ConfigError(
        "--engine slurm: a SQLite file is for one machine, expected --store "
        "postgresql://USER@HOST/DATABASE");
  }
}

std::string SlurmScript(const EngineFlags& flags, const std::string& store,
                        const std::string& study, int workers) {
  std::string script = fmt::format(
      "#!/bin/sh\n"
      "#SBATCH --job-name=netsmith\n"
      "#SBATCH --array=1-{}\n"
      "#SBATCH --requeue\n"
      "#SBATCH --cpus-per-task=1\n"
      "#SBATCH --output=netsmith-%A_%a.log\n"
      "#SBATCH --open-mode=append\n",
      workers);
  if (!flags.partition.empty()) script += fmt::format("#SBATCH --partition={}\n", flags.partition);
  if (!flags.time.empty()) script += fmt::format("#SBATCH --time={}\n", flags.time);
  std::array<char, 4096> program{};
  const ssize_t length = readlink("/proc/self/exe", program.data(), program.size());
  const std::string_view path =
      length > 0 ? std::string_view(program.data(), static_cast<std::size_t>(length)) : "netsmith";
  return script + fmt::format("exec {} worker --store {} --study {} --workers 1 --wait 600\n",
                              report::ShellWord(path), report::ShellWord(store),
                              report::ShellWord(study));
}

SlurmArray::SlurmArray(const std::string& script) {
  search::Process sbatch({"sbatch", "--parsable"});
  try {
    search::WriteAll(sbatch.input(), script);
  } catch (const base::IoError&) {  // it has ended already: how, is said below
  }
  sbatch.CloseInput();
  constexpr int kPatienceMs = 60'000;
  const std::string how = sbatch.WaitForEnd(kPatienceMs).value_or("does not answer");
  std::array<char, 256> text{};
  const ssize_t count = read(sbatch.output(), text.data(), text.size());
  job_.assign(text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  job_.erase(std::min(job_.find_first_not_of("0123456789"), job_.size()));
  if (how != "exited with code 0" || job_.empty()) {
    throw base::IoError(
        fmt::format("--engine slurm: sbatch {}, expected the number of a job", how));
  }
  base::LogInfo(fmt::format("Slurm job {} submitted", job_));
}

SlurmArray::~SlurmArray() {
  try {
    search::Process scancel({"scancel", job_});
    constexpr int kPatienceMs = 30'000;
    const std::string how = scancel.WaitForEnd(kPatienceMs).value_or("does not answer");
    if (how == "exited with code 0") return;
    base::LogWarning(fmt::format("scancel {} {}: cancel it by hand", job_, how));
  } catch (const base::Error& error) {
    base::LogWarning(error.what());
  }
}

}  // namespace netsmith::cli
