#include "netsmith/cli/show_space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "netsmith/base/printable.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/report/table.h"
#include "netsmith/space/file/file_space.h"
#include "netsmith/space/registry.h"
#include "netsmith/space/space_name.h"

namespace netsmith::cli {
namespace {

std::vector<std::string> OptionTexts(const space::SearchSpace& space, std::size_t decision) {
  std::vector<std::string> texts;
  for (std::size_t option = 0; option < space.decisions()[decision].options.size(); ++option) {
    texts.push_back(space.OptionText(decision, static_cast<int>(option)));
  }
  return texts;
}

/// The space's own words about itself, and its parameters.
std::string Summary(const space::SearchSpace& space) {
  if (const auto* file = dynamic_cast<const space::FileSpace*>(&space)) return file->description();
  const auto spaces = space::Spaces();
  const auto entry =
      std::ranges::find(spaces, space::BaseOf(space.name()), &space::SpaceEntry::name);
  if (entry == spaces.end()) return "";
  if (entry->parameters.empty()) return entry->summary;
  return fmt::format("{}\nparameters      {}", entry->summary, entry->parameters);
}

/// The same for people: what a file says of itself is one line.
std::string SummaryText(const space::SearchSpace& space) {
  const bool is_of_file = dynamic_cast<const space::FileSpace*>(&space) != nullptr;
  return is_of_file ? base::Printable(Summary(space)) : Summary(space);
}

void PrintSpaceJson(const space::SearchSpace& space) {
  auto decisions = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < space.decisions().size(); ++i) {
    decisions.push_back({{"name", space.decisions()[i].name},
                         {"options", space.decisions()[i].options},
                         {"texts", OptionTexts(space, i)}});
  }
  PrintJson({{"space", space.name()},
             {"summary", Summary(space)},
             {"log10_genomes", space::Log10Size(space.decisions())},
             {"signature", space.Signature()},
             {"decisions", decisions}});
}

}  // namespace

void ShowSpace(const std::string& name, bool json) {
  const std::unique_ptr<space::SearchSpace> space = space::MakeSpace(name, {});
  if (json) {
    PrintSpaceJson(*space);
    return;
  }
  using Align = report::Table::Align;
  report::Table table({{"decision", Align::kLeft}, {"options", Align::kLeft}});
  for (std::size_t i = 0; i < space->decisions().size(); ++i) {
    table.AddRow(
        {space->decisions()[i].name, fmt::format("{}", fmt::join(OptionTexts(*space, i), " "))});
  }
  Print(fmt::format("space           {}\n{}\ngenomes         10^{:.1f}: {} decisions\n\n{}",
                    base::Printable(space->name()), SummaryText(*space),
                    space::Log10Size(space->decisions()), space->decisions().size(),
                    table.ToString()));
}

}  // namespace netsmith::cli
