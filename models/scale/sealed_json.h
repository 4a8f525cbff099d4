// JSON files of this folder: with a format, a version, and a digest of themselves, because what is
// damaged could be another search, whose counts nobody would doubt.
#ifndef RMAPCHECK_MODELS_SCALE_SEALED_JSON_H_
#define RMAPCHECK_MODELS_SCALE_SEALED_JSON_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace models {

// What a file is, and what its readers are told to give instead.
struct SealedFormat {
  const char* format;  // "rmapcheck-checkpoint".
  const char* what;    // "checkpoint".
  int version;
  const char* mend;  // "give a file that --checkpoint wrote".
};

// Adds format, version and digest, and writes all of the file or nothing.
absl::Status WriteSealed(const SealedFormat& format, const nlohmann::ordered_json& members,
                         const std::string& path);

// Returns: the members. `texts` and `numbers` are there, and are texts and numbers.
// Fails: with one line: the file, what is wrong with it, and the mend.
absl::StatusOr<nlohmann::ordered_json> ReadSealed(const SealedFormat& format,
                                                  const std::string& path,
                                                  const std::vector<const char*>& texts,
                                                  const std::vector<const char*>& numbers);

// Returns: "PATH: what: mend".
absl::Status WrongSealed(const SealedFormat& format, const std::string& path,
                         std::string_view what);

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCALE_SEALED_JSON_H_
