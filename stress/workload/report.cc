// The text says first what failed, because whoever reads it wants to know that. What other people
// chose (paths) is made fit for a shell.
#include "stress/workload/report.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/words.h"
#include "core/scripts/script_text.h"
#include "stress/workload/repeat.h"

namespace workload {
namespace {

using Json = nlohmann::ordered_json;
using rmap::kVerbCount;
using rmap::Verb;

constexpr std::size_t kReportBytesMax = 6000;
constexpr std::size_t kPairsNamedMax = 12;

struct Pair {
  std::string first;
  std::string second;
  std::uint64_t overlaps;
  bool done;  // Whether anybody did the one and the other at all.
};

std::string NameOf(int verb) { return rmap::VerbName(static_cast<Verb>(verb)); }

std::vector<Pair> PairsOf(const Coverage& coverage) {
  std::vector<Pair> pairs;
  for (int first = 0; first < kVerbCount; ++first) {
    for (int second = first; second < kVerbCount; ++second) {
      const bool done = coverage.counts[first] > 0 && coverage.counts[second] > 0;
      Pair pair{NameOf(first), NameOf(second), coverage.overlaps[first][second], done};
      if (pair.second < pair.first) std::swap(pair.first, pair.second);
      pairs.push_back(std::move(pair));
    }
  }
  return pairs;
}

double PerSecond(std::uint64_t count, double seconds) { return seconds > 0 ? count / seconds : 0; }

std::string Indented(std::string_view text, std::string_view indentation) {
  std::string lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    absl::StrAppend(&lines, indentation, text.substr(begin, end - begin), "\n");
    begin = end + 1;
  }
  return lines;
}

std::string SeenInsteadToText(const FoundFailure& found) {
  std::string text;
  for (const std::string& message : found.seen_instead) {
    absl::StrAppend(&text, "  seen meanwhile: ", message, "\n");
  }
  return text;
}

std::string ShrunkToText(const FoundFailure& found) {
  if (!found.shrunk.has_value()) {
    return "  not made smaller: it was not seen again in the time there was\n";
  }
  return absl::StrCat("  made smaller: ", ToText(SizeOf(found.script)),
                      "\n            to: ", ToText(SizeOf(found.shrunk->script)), "; ",
                      found.shrunk->asked, " candidates",
                      found.shrunk->finished ? "" : ", and then time was up", "\n",
                      "  and fails so: ", found.shrunk_message, "\n",
                      Indented(rmap::ToText(found.shrunk->script), "    "));
}

std::string NextSteps(const FoundFailure& found) {
  const std::string& file = found.failure.script;
  if (file.empty()) return "";
  std::string text = absl::StrCat("  written to ", file, "\n");
  if (FitsModel(SmallestScript(found))) {
    absl::StrAppend(&text, "  every execution of it: ", cli::CommandName(), " prove ",
                    cli::ShellWord(file), "\n");
  }
  return text;
}

std::string FailureToText(const Campaign& campaign, const FoundFailure& found) {
  const Failure& failure = found.failure;
  std::string text = absl::StrCat("FAILED: ", failure.rule, ": ", failure.message, "\n");
  absl::StrAppendFormat(&text, "  seed %d, round %d, after %.1f s\n", failure.seed, failure.round,
                        found.after_seconds);
  absl::StrAppend(&text, "  to repeat: ", CommandToRepeat(campaign, failure), "\n");
  absl::StrAppend(&text, "  what each thread did last:\n");
  for (const std::string& line : failure.last_steps) absl::StrAppend(&text, "    ", line, "\n");
  if (!failure.report.empty()) {
    absl::StrAppend(&text, "  what it wrote:\n",
                    Indented(failure.report.substr(0, kReportBytesMax), "    "));
  }
  if (campaign.shrink_seconds > 0) {
    absl::StrAppend(&text, ShrunkToText(found), SeenInsteadToText(found));
  }
  return absl::StrCat(text, NextSteps(found), "\n");
}

std::string CoverageToText(const Coverage& coverage) {
  std::vector<std::string> never;
  std::size_t count = 0;
  for (const Pair& pair : PairsOf(coverage)) {
    if (!pair.done) continue;
    ++count;
    if (pair.overlaps == 0) never.push_back(pair.first + "/" + pair.second);
  }
  std::string text =
      absl::StrCat(count - never.size(), " of ", count, " pairs of verbs overlapped");
  if (never.empty()) return text + "\n";
  const bool many = never.size() > kPairsNamedMax;
  if (many) never.resize(kPairsNamedMax);
  return absl::StrCat(text, "; never: ", absl::StrJoin(never, " "), many ? " ..." : "", "\n");
}

// All that scripts are made of, beside the seed.
std::string MixToText(const Campaign& campaign) {
  const Mix& mix = campaign.mix;
  return absl::StrCat("profile ", campaign.profile, ", phases ", mix.phases, ", steps ", mix.steps,
                      ", processes ", mix.processes, ", pages ", mix.pages, ", swap_slots ",
                      mix.swap_slots, ", scarcity ", mix.scarcity, ", chaos ",
                      campaign.chaos ? "yes" : "no", "\nweights ", ToText(mix.weights), "\n");
}

Json ToJsonValue(const Mix& mix) {
  Json json = {{"phases", mix.phases}, {"steps", mix.steps},           {"processes", mix.processes},
               {"pages", mix.pages},   {"swap_slots", mix.swap_slots}, {"scarcity", mix.scarcity}};
  for (int verb = 0; verb < kVerbCount; ++verb) {
    json["weights"][NameOf(verb)] = mix.weights[static_cast<Verb>(verb)];
  }
  return json;
}

Json ToJsonValue(const Campaign& campaign, const FoundFailure& found) {
  const Failure& failure = found.failure;
  Json json = {{"seed", failure.seed}, {"round", failure.round}, {"rule", failure.rule}};
  json["message"] = failure.message;
  json["script"] = failure.script.empty() ? Json() : Json(failure.script);
  json["command"] = CommandToRepeat(campaign, failure);
  json["after_seconds"] = found.after_seconds;
  json["after_rounds"] = found.after_rounds;
  json["last_steps"] = failure.last_steps;
  json["shrunk_to"] =
      found.shrunk.has_value() ? Json(ToText(SizeOf(found.shrunk->script))) : Json();
  json["shrunk_message"] = found.shrunk.has_value() ? Json(found.shrunk_message) : Json();
  json["seen_instead"] = found.seen_instead;
  return json;
}

}  // namespace

std::string Configuration() {
#if defined(__SANITIZE_THREAD__)
  return "tsan";
#elif defined(__SANITIZE_ADDRESS__)
  return "asan";
#elif defined(RMAPCHECK_UBSAN)
  return "ubsan";  // By .bazelrc: g++ has no macro for it.
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return "tsan";
#elif __has_feature(address_sanitizer)
  return "asan";
#elif __has_feature(undefined_behavior_sanitizer)
  return "ubsan";
#endif
#endif
  return "plain";
}

const rmap::Script& SmallestScript(const FoundFailure& found) {
  return found.shrunk.has_value() ? found.shrunk->script : found.script;
}

std::string ToText(const Campaign& campaign, const Results& results) {
  std::string text;
  for (const FoundFailure& found : results.failures) {
    absl::StrAppend(&text, FailureToText(campaign, found));
  }
  const std::uint64_t operations = results.coverage.Operations();
  absl::StrAppendFormat(&text, "%s, seed %d, %d threads, %s%s\n", campaign.kernel, campaign.seed,
                        campaign.mix.threads, Configuration(),
                        results.interrupted ? "; interrupted" : "");
  absl::StrAppend(&text, MixToText(campaign));
  absl::StrAppendFormat(&text, "%.1f s: %d rounds, %d steps (%.0f a second), failures: %d\n",
                        results.seconds, results.rounds, operations,
                        PerSecond(operations, results.seconds), results.failures.size());
  return text + CoverageToText(results.coverage);
}

std::string ToJson(const Campaign& campaign, const Results& results) {
  const char* const commit = std::getenv("RMAPCHECK_COMMIT");
  const std::uint64_t operations = results.coverage.Operations();
  Json json = {{"started", results.started},
               {"commit", commit == nullptr ? Json() : Json(commit)},
               {"configuration", Configuration()},
               {"kernel", campaign.kernel},
               {"profile", campaign.profile},
               {"seed", campaign.seed},
               {"seconds", results.seconds},
               {"interrupted", results.interrupted},
               {"rounds", results.rounds},
               {"threads", campaign.mix.threads},
               {"chaos", campaign.chaos},
               {"mix", ToJsonValue(campaign.mix)},
               {"operations", operations},
               {"operations_per_second", PerSecond(operations, results.seconds)},
               {"failures", Json::array()},
               {"operation_counts", Json::object()},
               {"pairs", Json::array()},
               {"lock_order", Json::array()}};
  for (const FoundFailure& found : results.failures) {
    json["failures"].push_back(ToJsonValue(campaign, found));
  }
  for (int verb = 0; verb < kVerbCount; ++verb) {
    json["operation_counts"][NameOf(verb)] = results.coverage.counts[verb];
  }
  for (const Pair& pair : PairsOf(results.coverage)) {
    json["pairs"].push_back(
        {{"first", pair.first}, {"second", pair.second}, {"overlaps", pair.overlaps}});
  }
  for (const stress::Nesting& nesting : results.lock_order) {
    json["lock_order"].push_back(stress::ToJson(nesting));
  }
  // Paths may be of any bytes.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace workload
