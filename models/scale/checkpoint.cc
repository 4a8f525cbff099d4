// Reading trusts nothing; see search_json.h. What is damaged could be another search, whose counts
// nobody would doubt, so a file has a digest of itself.
#include "models/scale/checkpoint.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/whole_file.h"
#include "models/scale/search_json.h"
#include "models/scheduler/digest.h"

namespace models {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "rmapcheck-checkpoint";
constexpr int kVersion = 1;
constexpr std::size_t kMegabytesMax = 1024;
constexpr char kOtherFile[] = "give a file that --checkpoint wrote";

absl::Status Wrong(const std::string& path, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what, ": ", kOtherFile));
}

// What is damaged could be another search, whose counts nobody would doubt.
std::string DigestOf(const Json& json) {
  Digest digest;
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  digest.AddBytes(text.data(), text.size());
  return absl::StrCat(absl::Hex(digest.value(), absl::kZeroPad16));
}

bool HasTexts(const Json& json) {
  for (const char* name : {"program", "build", "memory_model"}) {
    if (!json.contains(name) || !json[name].is_string()) return false;
  }
  return json.contains("events_max") && json["events_max"].is_number_unsigned() &&
         json.contains("found") && json.contains("left") && json["left"].is_array();
}

}  // namespace

absl::Status WriteCheckpoint(const Checkpoint& checkpoint, const std::string& path) {
  Json json = {{"format", kFormat},
               {"version", kVersion},
               {"program", checkpoint.program},
               {"build", checkpoint.build},
               {"memory_model", checkpoint.memory_model},
               {"events_max", checkpoint.events_max},
               {"found", ToJson(checkpoint.found)},
               {"left", Json::array()}};
  for (const Frontier& frontier : checkpoint.left) json["left"].push_back(ToJson(frontier));
  json["digest"] = DigestOf(json);
  return base::WriteWholeFile(path,
                              json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path) {
  const absl::StatusOr<std::string> text = base::ReadWholeFile(path, kMegabytesMax, kOtherFile);
  if (!text.ok()) return text.status();
  Json json = Json::parse(*text, nullptr, false);
  if (json.is_discarded()) return Wrong(path, "is not JSON, or not all of it");
  if (!json.is_object() || !json.contains("format") || json["format"] != kFormat) {
    return Wrong(path, "is JSON, but no checkpoint");
  }
  if (!json.contains("version") || json["version"] != kVersion) {
    return Wrong(path, absl::StrCat("is a checkpoint of another version than ", kVersion));
  }
  const Json digest = json.value("digest", Json());
  json.erase("digest");
  if (digest != DigestOf(json)) return Wrong(path, "was changed since it was written");
  if (!HasTexts(json)) return Wrong(path, "lacks a member, or has one of another kind");
  Checkpoint checkpoint;
  checkpoint.program = json["program"].get<std::string>();
  checkpoint.build = json["build"].get<std::string>();
  checkpoint.memory_model = json["memory_model"].get<std::string>();
  checkpoint.events_max = json["events_max"].get<std::uint64_t>();
  absl::StatusOr<Findings> found = FindingsFromJson(json["found"]);
  if (!found.ok()) return Wrong(path, found.status().message());
  checkpoint.found = *std::move(found);
  for (const Json& frontier : json["left"]) {
    absl::StatusOr<Frontier> left = FrontierFromJson(frontier);
    if (!left.ok()) return Wrong(path, left.status().message());
    checkpoint.left.push_back(*std::move(left));
  }
  return checkpoint;
}

}  // namespace models
