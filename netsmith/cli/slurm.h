#pragma once

#include <cstdint>
#include <string>

#include "netsmith/cli/option_table.h"

/// A search's workers as an array of Slurm jobs.
namespace netsmith::cli {

struct EngineFlags {
  std::string engine = "local";
  std::string partition;  // empty: the cluster's default
  std::string time;       // likewise
  bool dry_run = false;

  void Declare(OptionTable& options);
  bool is_slurm() const { return engine == "slurm"; }
  /// Errors   ConfigError: an option without --engine slurm, a store that other machines do not
  ///          reach, text that would break the job script. StoreError: as store::CheckUrl
  void Check(const std::string& store, int workers) const;
};

/// What is given to sbatch: `workers` jobs of one worker each, requeued when their machine fails.
std::string SlurmScript(const EngineFlags& flags, const std::string& store,
                        const std::string& study, int workers);

/// An array of jobs that is submitted at construction and cancelled at destruction.
class SlurmArray {
 public:
  /// Errors   IoError: sbatch is not there, or refuses
  explicit SlurmArray(const std::string& script);
  ~SlurmArray();
  SlurmArray(const SlurmArray&) = delete;
  SlurmArray& operator=(const SlurmArray&) = delete;

 private:
  std::string job_;
};

}  // namespace netsmith::cli
