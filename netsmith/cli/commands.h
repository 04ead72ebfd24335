#pragma once

#include <memory>

#include "netsmith/cli/command.h"

/// One function a subcommand, each defined in the file of that name.
namespace netsmith::cli {

std::unique_ptr<Command> MakeBenchChild();
std::unique_ptr<Command> MakeBenchInference();
std::unique_ptr<Command> MakeBenchTable();
std::unique_ptr<Command> MakeCompare();
std::unique_ptr<Command> MakeCompletion();
std::unique_ptr<Command> MakeDataFetch();
std::unique_ptr<Command> MakeDataInspect();
std::unique_ptr<Command> MakeEvaluate();
std::unique_ptr<Command> MakeEvaluator();
std::unique_ptr<Command> MakeExport();
std::unique_ptr<Command> MakePredict();
std::unique_ptr<Command> MakeReport();
std::unique_ptr<Command> MakeSearch();
std::unique_ptr<Command> MakeServe();
std::unique_ptr<Command> MakeShow();
std::unique_ptr<Command> MakeTrain();
std::unique_ptr<Command> MakeWorker();

}  // namespace netsmith::cli
