// A hand's parts are searched in the order in which they were dealt. See shards.h for what adds up,
// and what does not.
#include "models/scale/shards.h"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "models/check_options.h"
#include "models/report/build_digest.h"
#include "models/scale/dealing.h"
#include "models/scale/sealed_json.h"
#include "models/scale/search_json.h"
#include "models/scale/together.h"

namespace models {
namespace {

using Json = nlohmann::ordered_json;

constexpr SealedFormat kFormat = {"rmapcheck-shard", "result of a shard", 1,
                                  "give files that --shard wrote"};

// So many that chance evens out what the sizes of parts do not tell.
constexpr std::size_t kPartsOfAHand = 128;

bool OfOneSearch(const ShardResult& a, const ShardResult& b) {
  return a.program == b.program && a.build == b.build && a.memory_model == b.memory_model &&
         a.events_max == b.events_max && a.shard.count == b.shard.count && a.parts == b.parts;
}

absl::StatusOr<ShardResult> ReadShard(const std::string& path) {
  const absl::StatusOr<Json> read =
      ReadSealed(kFormat, path, {"program", "build", "memory_model", "limit_hit"},
                 {"events_max", "shard", "shards", "parts"});
  if (!read.ok()) return read.status();
  const Json& json = *read;
  ShardResult result;
  result.program = json["program"].get<std::string>();
  result.build = json["build"].get<std::string>();
  result.memory_model = json["memory_model"].get<std::string>();
  result.events_max = json["events_max"].get<std::uint64_t>();
  result.shard = {json["shard"].get<int>(), json["shards"].get<int>()};
  result.parts = json["parts"].get<std::uint64_t>();
  result.limit_hit = json["limit_hit"].get<std::string>();
  absl::StatusOr<Findings> found = FindingsFromJson(json.value("found", Json()));
  if (!found.ok()) return WrongSealed(kFormat, path, found.status().message());
  result.found = *std::move(found);
  return result;
}

}  // namespace

ShardResult SearchShard(const Options& options, int jobs, const std::string& program_name,
                        Shard shard, const std::function<void()>& program) {
  ShardResult result{.program = program_name,
                     .build = BuildDigest(),
                     .memory_model = MemoryModelName(options.memory_model),
                     .events_max = options.events_max,
                     .shard = shard,
                     .found = {},
                     .limit_hit = ""};
  TogetherOptions together;
  together.search = ExplorerOptionsOf(options);
  together.jobs = jobs;
  together.begins_anew = false;
  const Dealt dealt =
      DealOut(together.search, program, kPartsOfAHand * static_cast<std::size_t>(shard.count));
  result.parts = dealt.parts.size();
  if (shard.index == 0) result.found = dealt.found;
  std::vector<Frontier> hand;
  for (std::size_t i = 0; i < dealt.parts.size(); ++i) {
    if (HandOf(i, shard.count) == shard.index) hand.push_back(dealt.parts[i].frontier);
  }
  if (hand.empty() || (dealt.found.failures > 0 && options.stop_at_failure)) return result;
  const Together searched = SearchTogether(together, program, hand);
  result.found.Add(searched.found);
  result.limit_hit = searched.limit_hit;
  return result;
}

absl::Status WriteShard(const ShardResult& result, const std::string& path) {
  return WriteSealed(kFormat,
                     {{"program", result.program},
                      {"build", result.build},
                      {"memory_model", result.memory_model},
                      {"events_max", result.events_max},
                      {"shard", result.shard.index},
                      {"shards", result.shard.count},
                      {"parts", result.parts},
                      {"found", ToJson(result.found)},
                      {"limit_hit", result.limit_hit}},
                     path);
}

absl::StatusOr<ShardResult> MergeShards(const std::vector<std::string>& files) {
  ShardResult all;
  std::set<int> there;
  for (const std::string& file : files) {
    const absl::StatusOr<ShardResult> one = ReadShard(file);
    if (!one.ok()) return one.status();
    if (there.empty()) {
      all = *one;
      all.found = Findings();
      all.limit_hit.clear();
    }
    if (!OfOneSearch(*one, all)) {
      return absl::InvalidArgumentError(
          absl::StrCat(file, ": is of another search than ", files[0], ": leave it out"));
    }
    if (!there.insert(one->shard.index).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(file, ": is shard ", one->shard.index + 1, " once more: leave it out"));
    }
    all.found.Add(one->found);
    if (all.limit_hit.empty()) all.limit_hit = one->limit_hit;
  }
  for (int i = 0; i < all.shard.count; ++i) {
    if (there.contains(i)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("shard ", i + 1, " of ", all.shard.count, " is missing: give its file, too"));
  }
  return all;
}

}  // namespace models
