// Events: what a program asked for (Action) and what it got (the rest of Event).
//
// An Action is everything about a step that the program alone decides; two runs of one prefix must
// ask for the same Actions, and that is how nondeterminism is noticed. An Event adds what the
// exploration decided: whom it reads from, where it stands in modification order, when it was
// added.
//
// A read-modify-write is one event that both reads and writes. Locks are read-modify-writes of a
// lock word that wait: an unsatisfied one is a blocked event, which reads a value it cannot use,
// writes nothing and has nothing after it in its thread.
//
// Plain accesses are not events: a race-free one has no choice of what to read.
#ifndef RMAPCHECK_MODELS_GRAPH_EVENT_H_
#define RMAPCHECK_MODELS_GRAPH_EVENT_H_

#include <cstdint>
#include <vector>

#include "core/sync/hooks.h"
#include "core/sync/order.h"
#include "models/graph/view.h"

namespace models {

using ksync::LocationId;
using ksync::Order;

enum class ActionKind : std::uint8_t {
  kLoad,
  kStore,
  kRmw,
  kAwait,
  kAcquire,
  kTryAcquire,
  kIsLocked,
  kRelease,  // Locks.
  kFence,
  kCreate,
  kJoin,
  kEnd,  // Threads; kEnd is the last event of each.
  kChoose,
  kPoolAlloc,
  kPoolFree,
  kRcuLock,
  kRcuUnlock,
  kGraceStart,
  kGraceEnd,
};

// The value of a lock word held exclusively; otherwise it is the number of shared holders.
inline constexpr std::uint64_t kHeldExclusively = ~std::uint64_t{0};

// The detail of a load or store that is a plain access; its order is relaxed.
inline constexpr std::uint8_t kNotAtomic = 1;

// What is asked for, without where.
struct Request {
  ActionKind kind = ActionKind::kFence;
  Order order = Order::kRelaxed;
  Order failure = Order::kRelaxed;  // kRmw: the order if it does not write.
  std::uint8_t detail = 0;          // RmwOp::Kind, Condition::Compare, LockMode, or kNotAtomic.
  std::uint8_t bytes = 8;           // kRmw: width of the value.
  LocationId location = 0;
  std::uint64_t value = 0;  // Stored, added, compared with; a thread; how many to choose from.
  // kRmw: expected value. kAwait: mask. kChoose: the address of the text that says what.
  std::uint64_t second = 0;
  ksync::LockMode mode() const { return static_cast<ksync::LockMode>(detail); }
  bool plain() const {
    return detail == kNotAtomic && (kind == ActionKind::kLoad || kind == ActionKind::kStore);
  }

  // Field by field: comparing whole words would wait for the bytes that were just stored.
  friend bool operator==(const Request&, const Request&) = default;
};

struct Action : Request {
  ksync::Site site;
  // kLoad, kRmw: waits while the value is among these; null: does not wait.
  const std::vector<std::uint64_t>* never = nullptr;
  bool may_end = false;  // kAwait: whether it has a deadline, which ends it in other executions.
};

// What an action does with a value it reads.
struct Effect {
  bool satisfied = true;  // False: the thread has to wait.
  bool writes = false;
  std::uint64_t written = 0;
};

// Returns: the effect of `action` reading `value`. Requires: the action reads.
Effect Apply(const Action& action, std::uint64_t value);

// Returns: whether the action reads a location that is ordered by mo.
inline bool Reads(const Action& action) {
  switch (action.kind) {
    case ActionKind::kLoad:
    case ActionKind::kRmw:
    case ActionKind::kAwait:
    case ActionKind::kAcquire:
    case ActionKind::kTryAcquire:
    case ActionKind::kIsLocked:
    case ActionKind::kRcuLock:
    case ActionKind::kGraceStart:
      return true;
    case ActionKind::kRelease:
      return action.mode() == ksync::LockMode::kShared;
    default:
      return false;
  }
}
// Returns: whether the action may have to wait for another thread's write.
inline bool Waits(const Action& action) {
  return action.kind == ActionKind::kAwait || action.kind == ActionKind::kAcquire ||
         action.never != nullptr;
}
// Returns: whether the action is on a location that is ordered by mo.
inline bool HasLocation(ActionKind kind) {
  return kind <= ActionKind::kRelease || kind == ActionKind::kRcuLock ||
         kind == ActionKind::kGraceStart;
}
const char* ActionName(ActionKind kind);

struct Event {
  Event() {}  // Leaves the views as they are: whoever adds an event sets them.

  Action action;
  EventId rf = kNoEvent;  // Reads: whom from.
  bool reads = false;
  bool writes = false;
  bool blocked = false;              // Reads a value it cannot use; waits.
  bool sleeps = false;               // Blocked, and woken in place.
  bool woken = false;                // Was blocked by `blocked_by` before.
  std::uint16_t mo = 0;              // Writes: position in mo, from 1; 0 is the initial write.
  std::uint16_t release_fence = 0;   // 1 + index of the last release fence before, 0 if none.
  std::uint16_t section = 0;         // 1 + index of the open read-side section's start, or 0.
  std::uint32_t stamp = 0;           // Order of addition, the <_G of TruSt.
  std::uint32_t reserved_stamp = 0;  // Woken: the stamp it had while blocked.
  EventId blocked_by = kNoEvent;
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  void* object = nullptr;  // Pools: what was handed out or given back.
  View hb;                 // Happens-before, this event included.
  View porf;               // (po ∪ rf)*, this event included.
  View released;           // Writes: what an acquiring reader learns.

  // The order that counts, knowing whether the event wrote.
  Order order() const {
    return action.kind == ActionKind::kRmw && !writes ? action.failure : action.order;
  }
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_GRAPH_EVENT_H_
