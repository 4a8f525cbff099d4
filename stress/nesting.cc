// Words for modes and sites. A site's folder is left out: files have names of their own, and
// reports are narrow.
#include "stress/nesting.h"

#include <string_view>

#include "absl/strings/str_cat.h"

namespace stress {
namespace {

std::string TextOf(ksync::Site site) {
  const std::string_view file = site.file_name();
  return absl::StrCat(file.substr(file.rfind('/') + 1), ":", site.line());
}

std::string TextOf(ksync::LockMode mode) { return mode == ksync::LockMode::kShared ? "R" : "W"; }

}  // namespace

Nesting NestingOf(const ksync::LockNesting& nesting) {
  return {.held = nesting.held,
          .taken = nesting.taken,
          .held_mode = TextOf(nesting.held_mode),
          .taken_mode = TextOf(nesting.taken_mode),
          .tried = nesting.tried,
          .nested = nesting.nested,
          .held_at = TextOf(nesting.held_at),
          .taken_at = TextOf(nesting.taken_at)};
}

nlohmann::ordered_json ToJson(const Nesting& nesting) {
  return {{"held", nesting.held},           {"taken", nesting.taken},
          {"held_mode", nesting.held_mode}, {"taken_mode", nesting.taken_mode},
          {"tried", nesting.tried},         {"nested", nesting.nested},
          {"held_at", nesting.held_at},     {"taken_at", nesting.taken_at}};
}

}  // namespace stress
