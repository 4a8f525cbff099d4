// The list of kinds of objects, and how many of each are alive.
//
// A kind puts itself on the list when its first object is made, and stays. Kinds are static, one a
// type, so the list only grows.
#include <algorithm>
#include <atomic>
#include <map>
#include <string>

#include "core/sync/native_control.h"
#include "core/sync/native_memory.h"
#include "core/sync/type_name.h"

namespace ksync::inline native {
namespace internal {
namespace {

constinit std::atomic<LiveKind*> kinds{nullptr};

}  // namespace

void LiveKind::List() {
  // Order: relaxed, because one of two threads wins, and each only adds to the count.
  if (listed_.exchange(true, std::memory_order_relaxed)) return;
  next_ = kinds.load(std::memory_order_relaxed);
  // Order: release, so that whoever reads the list finds `next_`. Those who make objects only
  // write the list, and are ordered by it with nobody but its readers.
  while (!kinds.compare_exchange_weak(next_, this, std::memory_order_release,
                                      std::memory_order_relaxed)) {
  }
}

// Reads what is private to a kind.
class LiveKinds {
 public:
  static std::map<std::string, LiveCount> Read() {
    std::map<std::string, LiveCount> counts;
    // Order: acquire, as List() says.
    for (const LiveKind* kind = kinds.load(std::memory_order_acquire); kind != nullptr;
         kind = kind->next_) {
      const std::string name = ShortTypeName(kind->function_);
      LiveCount& count = counts[name];
      count.kind = name;
      count.object_bytes = kind->object_bytes_;
      count.count += kind->count_.load(std::memory_order_relaxed);
    }
    return counts;
  }
};

}  // namespace internal

std::vector<LiveCount> LiveObjects() {
  std::vector<LiveCount> live;
  for (const auto& [name, count] : internal::LiveKinds::Read()) {
    if (count.count != 0) live.push_back(count);
  }
  return live;
}

}  // namespace ksync::inline native
