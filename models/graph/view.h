// A vector clock over the threads of one execution.
//
// view[t] is how many of thread t's events are inside: events are per thread consecutive, so a set
// closed under program order is one number a thread. Happens-before and the causal prefix (po ∪ rf)
// are both kept this way; "is e in the set" is one comparison.
//
// Fixed width, so that a join is a handful of vector instructions and no allocation.
#ifndef RMAPCHECK_MODELS_GRAPH_VIEW_H_
#define RMAPCHECK_MODELS_GRAPH_VIEW_H_

#include <algorithm>
#include <array>
#include <cstdint>

namespace models {

// The most threads (the main one included) that one execution may have.
inline constexpr int kThreadsMax = 32;

// Names an event: the index-th event of a thread. Survives cutting and copying of graphs.
struct EventId {
  std::uint16_t thread = 0xffff;
  std::uint16_t index = 0xffff;

  friend constexpr bool operator==(EventId, EventId) = default;
};

// The initial write of whatever location is meant.
inline constexpr EventId kInit{0xffff, 0xffff};
// No event.
inline constexpr EventId kNoEvent{0xffff, 0xfffe};

constexpr bool IsInit(EventId id) { return id == kInit; }

class View {
 public:
  std::uint16_t operator[](int thread) const { return counts_[thread]; }
  void Set(int thread, std::uint16_t count) { counts_[thread] = count; }

  // Returns: whether the event is in the set. The initial write is in every set.
  bool Contains(EventId id) const { return IsInit(id) || id.index < counts_[id.thread]; }

  void Join(const View& other) {
    for (int i = 0; i < kThreadsMax; ++i) counts_[i] = std::max(counts_[i], other.counts_[i]);
  }

  friend bool operator==(const View&, const View&) = default;

 private:
  // Not initialised by default, because events are made far more often than their views are read:
  // View{} is empty, View is anything.
  std::array<std::uint16_t, kThreadsMax> counts_;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_GRAPH_VIEW_H_
