// How locations, threads and places are called in messages. See names.h for what makes the numbers
// stable.
#include "models/graph/names.h"

#include <algorithm>
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

Names::Origin Names::OriginOf(ksync::LocationId id) const {
  for (std::size_t t = 0; t < by_thread_.size(); ++t) {
    const auto found = std::find(by_thread_[t].begin(), by_thread_[t].end(), id);
    if (found == by_thread_[t].end()) continue;
    return {static_cast<int>(t), static_cast<int>(found - by_thread_[t].begin())};
  }
  return {kUnknown, 0};
}

int Names::DepthOf(int id) const {
  int depth = 0;
  for (; id != 0; id = threads_[id].parent) ++depth;
  return depth;
}

bool Names::Precedes(int a, int b) const {
  if (DepthOf(a) != DepthOf(b)) return DepthOf(a) < DepthOf(b);
  if (threads_[a].parent != threads_[b].parent)
    return Precedes(threads_[a].parent, threads_[b].parent);
  return threads_[a].manyeth < threads_[b].manyeth;
}

void Names::PutInOrder(int id) {
  const auto place =
      std::find_if(order_.begin(), order_.end(), [&](int other) { return Precedes(id, other); });
  order_.insert(place, id);
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
