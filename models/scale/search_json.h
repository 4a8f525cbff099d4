// Frontiers and findings as JSON: what searching processes send each other, and what checkpoints
// and shards leave in files.
//
// Reading trusts nothing. What comes back names no thread, event or choice that the frontier does
// not have; whether it fits the program is found when a search goes on with it.
#ifndef RMAPCHECK_MODELS_SCALE_SEARCH_JSON_H_
#define RMAPCHECK_MODELS_SCALE_SEARCH_JSON_H_

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "models/exploration/frontier.h"
#include "models/scale/findings.h"

namespace models {

nlohmann::ordered_json ToJson(const Frontier& frontier);
nlohmann::ordered_json ToJson(const Findings& findings);

// Fails: with one line that says which member is wrong.
absl::StatusOr<Frontier> FrontierFromJson(const nlohmann::ordered_json& json);
absl::StatusOr<Findings> FindingsFromJson(const nlohmann::ordered_json& json);

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCALE_SEARCH_JSON_H_
