// How locations, threads and places are called in messages. See names.h for what makes the numbers
// stable.
#include "models/graph/names.h"

#include <cstring>

namespace models {
namespace {

const char* KindName(ksync::LocationKind kind) {
  switch (kind) {
    case ksync::LocationKind::kAtomic:
      return "atomic";
    case ksync::LocationKind::kMarked:
      return "field";
    case ksync::LocationKind::kPlain:
      return "plain field";
    case ksync::LocationKind::kLock:
      return "lock";
    case ksync::LocationKind::kPool:
      return "slab";
  }
  return "location";
}

}  // namespace

std::string SiteName(ksync::Site site) {
  const char* slash = std::strrchr(site.file_name(), '/');
  const char* file = slash == nullptr ? site.file_name() : slash + 1;
  return std::string(file) + ":" + std::to_string(site.line());
}

std::string Names::LocationName(ksync::LocationId id) const {
  if (id == 0) return "grace periods";
  return NameOf(locations_[id]);
}

std::string Names::NameOf(const NamedLocation& location) {
  if (location.info.name != nullptr && location.info.name[0] != '\0') return location.info.name;
  if (location.block != nullptr) {
    return std::string(location.block) + ":" + std::to_string(location.block_site.line()) + ".+" +
           std::to_string(location.block_offset);
  }
  if (ksync::places != nullptr) {
    const std::string name = ksync::places->NameOf(location.info.address);
    if (!name.empty()) return name;
    return "a local variable";
  }
  return std::string(KindName(location.info.kind)) + " made at " + SiteName(location.site);
}

bool Names::Announce(int id, int parent, int manyeth) {
  if (id != threads() || parent < 0 || parent >= id || manyeth < 0 || manyeth >= kThreadsMax) {
    return false;
  }
  return ChildOf(parent, manyeth) == id;
}

std::string Names::ThreadName(int id) const {
  const NamedThread& thread = threads_[id];
  const std::string name = thread.name[0] != '\0' ? thread.name : SiteName(thread.site);
  return "T" + std::to_string(id) + " '" + name + "'";
}

}  // namespace models
