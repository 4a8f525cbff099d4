// Flags are written as command.cc reads them, one for each thing that a round follows from. The
// test of the command reads them back, and makes the script again.
#include "stress/workload/repeat.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/words.h"
#include "stress/workload/report.h"

namespace workload {
namespace {

// "G9 with all without KH-25" as flags.
std::vector<std::string> WordsOfKernel(const std::string& kernel) {
  const std::vector<std::string> parts = absl::StrSplit(kernel, ' ', absl::SkipEmpty());
  std::vector<std::string> words;
  if (!parts.empty()) words.push_back(absl::StrCat("--generation=", parts[0]));
  for (std::size_t i = 1; i + 1 < parts.size(); i += 2) {
    words.push_back(absl::StrCat("--", parts[i], "=", parts[i + 1]));
  }
  return words;
}

}  // namespace

std::vector<std::string> WordsToRepeat(const Campaign& campaign, const Failure& failure) {
  std::vector<std::string> words = WordsOfKernel(campaign.kernel);
  const auto add = [&words](std::string_view flag, const auto& value) {
    words.push_back(absl::StrCat("--", flag, "=", value));
  };
  const Mix& mix = campaign.mix;
  add("profile", campaign.profile);
  add("weights", ToText(mix.weights));
  add("threads", mix.threads);
  add("phases", mix.phases);
  add("steps", mix.steps);
  add("processes", mix.processes);
  add("pages", mix.pages);
  add("swap_slots", mix.swap_slots);
  add("scarcity", mix.scarcity);
  add("chaos", campaign.chaos ? "yes" : "no");
  if (!campaign.script_file.empty()) add("script", campaign.script_file);
  add("seed", failure.seed);
  add("first_round", failure.round);
  add("rounds", 1);
  return words;
}

std::string CommandToRepeat(const Campaign& campaign, const Failure& failure) {
  std::string line = "./bazelw run ";
  if (Configuration() != "plain") absl::StrAppend(&line, "--config=", Configuration(), " ");
  absl::StrAppend(&line, "//stress:rmap_stress --");
  for (const std::string& word : WordsToRepeat(campaign, failure)) {
    absl::StrAppend(&line, " ", cli::ShellWord(word));
  }
  return line;
}

}  // namespace workload
