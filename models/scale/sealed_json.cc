// Written without spaces: two readers that parse the same members write the same text, whose digest
// is the file's.
#include "models/scale/sealed_json.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/whole_file.h"
#include "models/scheduler/digest.h"

namespace models {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMegabytesMax = 1024;

std::string TextOf(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string DigestOf(const Json& json) {
  Digest digest;
  const std::string text = TextOf(json);
  digest.AddBytes(text.data(), text.size());
  return absl::StrCat(absl::Hex(digest.value(), absl::kZeroPad16));
}

}  // namespace

absl::Status WrongSealed(const SealedFormat& format, const std::string& path,
                         std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what, ": ", format.mend));
}

absl::Status WriteSealed(const SealedFormat& format, const Json& members, const std::string& path) {
  Json json = {{"format", format.format}, {"version", format.version}};
  json.update(members);
  json["digest"] = DigestOf(json);
  return base::WriteWholeFile(path, TextOf(json) + "\n");
}

absl::StatusOr<Json> ReadSealed(const SealedFormat& format, const std::string& path,
                                const std::vector<const char*>& texts,
                                const std::vector<const char*>& numbers) {
  const absl::StatusOr<std::string> text = base::ReadWholeFile(path, kMegabytesMax, format.mend);
  if (!text.ok()) return text.status();
  Json json = Json::parse(*text, nullptr, false);
  if (json.is_discarded()) return WrongSealed(format, path, "is not JSON, or not all of it");
  if (!json.is_object() || !json.contains("format") || json["format"] != format.format) {
    return WrongSealed(format, path, absl::StrCat("is JSON, but no ", format.what));
  }
  if (!json.contains("version") || json["version"] != format.version) {
    const std::string other =
        absl::StrCat("is a ", format.what, " of another version than ", format.version);
    return WrongSealed(format, path, other);
  }
  const Json digest = json.value("digest", Json());
  json.erase("digest");
  if (digest != DigestOf(json)) {
    return WrongSealed(format, path, "was changed since it was written");
  }
  const auto is_text = [&](const char* name) {
    return json.contains(name) && json[name].is_string();
  };
  const auto is_number = [&](const char* name) {
    return json.contains(name) && json[name].is_number_unsigned();
  };
  if (!std::ranges::all_of(texts, is_text) || !std::ranges::all_of(numbers, is_number)) {
    return WrongSealed(format, path, "lacks a member, or has one of another kind");
  }
  return json;
}

}  // namespace models
