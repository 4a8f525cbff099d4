// `rmapcheck prove --shard=3/16` searches one hand of a search, and `rmapcheck merge` adds the
// hands up; see models/scale/shards.h. What a hand finds is no verdict but a failure.
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/commands.h"
#include "cli/search.h"
#include "cli/table.h"
#include "cli/words.h"
#include "models/report/json.h"
#include "models/scale/shards.h"

namespace cli {
namespace {

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Bazel's protocol: a test that knows of shards says so.
void SayThatShardsAreKnown() {
  const std::string file = FromEnvironment("TEST_SHARD_STATUS_FILE");
  if (!file.empty()) std::ofstream(file).flush();
}

std::string ResultFile(const Command& command) {
  if (!command.shard_result.empty()) return UserPath(command.shard_result);
  const std::string folder = FromEnvironment("TEST_UNDECLARED_OUTPUTS_DIR");
  return absl::StrCat(folder.empty() ? "" : folder + "/", "shard-", command.shard->index + 1,
                      "-of-", command.shard->count, ".json");
}

ExitCode EndOf(const models::ShardResult& result, const std::optional<std::string>& expected) {
  if (base::Interrupted()) return kInterrupted;
  const bool may_fail = expected.has_value() && !expected->empty();
  if (result.found.failures > 0) return may_fail ? kAsExpected : kDiffers;
  return result.limit_hit.empty() && result.found.left_out.empty() ? kAsExpected : kCut;
}

std::string Counts(const models::ShardResult& result) {
  const models::Findings& found = result.found;
  std::string text = absl::StrCat(WithSeparators(found.executions), " executions, ",
                                  WithSeparators(found.blocked), " blocked");
  if (found.failures > 0) {
    absl::StrAppend(&text, ", violated: ", found.failure.failure, ": ", found.failure.message);
  }
  const std::string& cut = result.limit_hit.empty() ? found.left_out : result.limit_hit;
  if (!cut.empty()) absl::StrAppend(&text, ", cut: ", cut);
  return text;
}

// A script's own text tells it from others of its name.
std::string ProgramOf(const Job& job) {
  return job.script == nullptr ? job.Name() : absl::StrCat(job.Name(), "\n", job.script->source);
}

std::string NameOf(const models::ShardResult& result) {
  return result.program.substr(0, result.program.find('\n'));
}

nlohmann::ordered_json ToJson(const models::ShardResult& result, const std::string& verdict) {
  const std::string& cut = result.limit_hit.empty() ? result.found.left_out : result.limit_hit;
  nlohmann::ordered_json json = {{"name", NameOf(result)},
                                 {"verdict", verdict},
                                 {"executions", result.found.executions},
                                 {"blocked", result.found.blocked},
                                 {"failure", nullptr},
                                 {"limit_hit", nullptr}};
  if (result.found.failures > 0) json["failure"] = result.found.failure.message;
  if (!cut.empty()) json["limit_hit"] = cut;
  return json;
}

const char* VerdictOf(const models::ShardResult& all) {
  if (all.found.failures > 0) return "violated";
  return all.limit_hit.empty() && all.found.left_out.empty() ? "holds" : "undecided";
}

}  // namespace

ExitCode ProveShard(const Command& command, const Job& job, Console& console) {
  SayThatShardsAreKnown();
  models::Options options = OptionsOf(command);
  options.program = job.Name();
  options.interrupted = base::Interrupted;
  const models::ShardResult result =
      models::SearchShard(options, static_cast<int>(command.jobs), ProgramOf(job), *command.shard,
                          [&job] { job.scenario->run(job.kernel); });
  const std::string file = ResultFile(command);
  const absl::Status written = models::WriteShard(result, file);
  if (!written.ok()) {
    console.Complain(absl::StrCat(written.message(), ": give another --shard_result"));
    return kBadInput;
  }
  if (command.format == Format::kJson) {
    nlohmann::ordered_json json = ToJson(result, "part");
    json["shard"] = command.shard->index + 1;
    json["shards"] = command.shard->count;
    json["file"] = file;
    console.Print(models::JsonText(json) + "\n");
  } else {
    console.Print(absl::StrCat(job.Name(), ": shard ", command.shard->index + 1, " of ",
                               command.shard->count, ": ", Counts(result), "\n  ", CommandName(),
                               " merge ", ShellWord(file), " and the others' files\n"));
  }
  return EndOf(result, job.expected_failure);
}

ExitCode Merge(const Command& command, Console& console) {
  std::vector<std::string> files;
  for (const std::string& file : command.arguments) files.push_back(UserPath(file));
  const absl::StatusOr<models::ShardResult> all = models::MergeShards(files);
  if (!all.ok()) {
    console.Complain(std::string(all.status().message()));
    return kBadInput;
  }
  const std::string verdict = VerdictOf(*all);
  if (command.format == Format::kJson) {
    nlohmann::ordered_json json = ToJson(*all, verdict);
    json["shards"] = all->shard.count;
    console.Print(models::JsonText(json) + "\n");
  } else {
    console.Print(absl::StrCat(NameOf(*all), ": ", verdict, ": ", Counts(*all), ", in ",
                               all->shard.count, " shards\n"));
  }
  if (verdict == "undecided") return kCut;
  return verdict == "holds" ? kAsExpected : kDiffers;
}

}  // namespace cli
