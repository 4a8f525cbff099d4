// Reading trusts nothing; see search_json.h and sealed_json.h.
// What a checkpoint is of is compared by whoever goes on with it.
#include "models/scale/checkpoint.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "models/scale/sealed_json.h"
#include "models/scale/search_json.h"

namespace models {
namespace {

using Json = nlohmann::ordered_json;

constexpr SealedFormat kFormat = {"rmapcheck-checkpoint", "checkpoint", 1,
                                  "give a file that --checkpoint wrote"};

}  // namespace

absl::Status WriteCheckpoint(const Checkpoint& checkpoint, const std::string& path) {
  Json json = {{"program", checkpoint.program},           {"build", checkpoint.build},
               {"memory_model", checkpoint.memory_model}, {"events_max", checkpoint.events_max},
               {"found", ToJson(checkpoint.found)},       {"left", Json::array()}};
  for (const Frontier& frontier : checkpoint.left) json["left"].push_back(ToJson(frontier));
  return WriteSealed(kFormat, json, path);
}

absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path) {
  const absl::StatusOr<Json> read =
      ReadSealed(kFormat, path, {"program", "build", "memory_model"}, {"events_max"});
  if (!read.ok()) return read.status();
  const Json& json = *read;
  Checkpoint checkpoint;
  checkpoint.program = json["program"].get<std::string>();
  checkpoint.build = json["build"].get<std::string>();
  checkpoint.memory_model = json["memory_model"].get<std::string>();
  checkpoint.events_max = json["events_max"].get<std::uint64_t>();
  absl::StatusOr<Findings> found = FindingsFromJson(json.value("found", Json()));
  if (!found.ok()) return WrongSealed(kFormat, path, found.status().message());
  checkpoint.found = *std::move(found);
  for (const Json& frontier : json.value("left", Json::array())) {
    absl::StatusOr<Frontier> left = FrontierFromJson(frontier);
    if (!left.ok()) return WrongSealed(kFormat, path, left.status().message());
    checkpoint.left.push_back(*std::move(left));
  }
  return checkpoint;
}

}  // namespace models
