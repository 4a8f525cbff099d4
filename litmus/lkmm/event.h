// What the threads of a kernel test do, as events: the vocabulary of the memory model.
//
// An access to memory is an event with an element (which word of memory), a value and a tag (how
// the kernel's text marked it); so are the steps of locks, and fences, which have no element. Which
// loads an event depends on, and how, is known from the run of its thread alone; from where loads
// read, and in what order writes happen, is not part of a trace.
//
// Source: tools/memory-model/linux-kernel.bell of Linux 6.14, and
// Documentation/herd-representation.txt beside it.
#ifndef RMAPCHECK_LITMUS_LKMM_EVENT_H_
#define RMAPCHECK_LITMUS_LKMM_EVENT_H_

#include <cstdint>
#include <vector>

#include "litmus/lkmm/relation.h"

namespace lkmm {

enum class Kind : std::uint8_t {
  kInitial,  // The value that an element has before everything.
  kRead,
  kWrite,
  kFence,
  kLockRead,      // A lock is taken: first it is seen to be free,
  kLockWrite,     // then it is held.
  kUnlock,        //
  kLockFail,      // spin_trylock() that found the lock held.
  kReadLocked,    // spin_is_locked(): yes.
  kReadUnlocked,  // spin_is_locked(): no.
  kSyncSrcu,      // synchronize_srcu()
};

enum class Tag : std::uint8_t {
  kPlain,  // No mark: a plain access of C; also of what needs no mark.
  kOnce,
  kAcquire,
  kRelease,
  kMb,        // smp_mb(), and read-modify-writes that are full barriers.
  kNoReturn,  // Read-modify-writes that give nothing back.
  kSrcuLock,
  kSrcuUnlock,
  // Fences only.
  kWmb,
  kRmb,
  kBarrier,
  kRcuLock,
  kRcuUnlock,
  kSyncRcu,
  kBeforeAtomic,
  kAfterAtomic,
  kAfterSpinlock,
  kAfterUnlockLock,
  kAfterSrcuReadUnlock,
};

// Sets of events here are sets of events of the same thread, by their number in its trace.
struct Event {
  Kind kind = Kind::kFence;
  Tag tag = Tag::kPlain;
  bool is_rmw = false;  // Of a read-modify-write, also of one that only reads because it fails.
  int thread = -1;      // kInitial: none.
  int statement = 0;    // Events of one statement are ordered only by `inside`.
  int element = -1;
  int partner = -1;  // kWrite, kLockWrite: the read of the same read-modify-write.
  std::int64_t value = 0;
  EventSet address = 0;  // The loads that its address is computed from,
  EventSet data = 0;     // that the value it writes is computed from,
  EventSet control = 0;  // that decided whether it happens.
  EventSet inside = 0;   // Events of its statement that come before it.
};

// One way in which a thread may run, given what its loads return.
struct Trace {
  std::vector<Event> events;
  // Named ones, in the end, in the order of ThreadCode::names.
  std::vector<std::int64_t> registers;
  // What ended the run early: it divides by zero, say.
  const char* mistake = nullptr;
};

constexpr bool IsWrite(const Event& event) {
  return event.kind == Kind::kWrite || event.kind == Kind::kLockWrite ||
         event.kind == Kind::kUnlock;
}

// Ends as a read from somewhere.
constexpr bool IsRead(const Event& event) {
  return event.kind == Kind::kRead || event.kind == Kind::kLockRead ||
         event.kind == Kind::kLockFail || event.kind == Kind::kReadLocked ||
         event.kind == Kind::kReadUnlocked;
}

constexpr bool IsOfLock(const Event& event) {
  return event.kind >= Kind::kLockRead && event.kind <= Kind::kReadUnlocked;
}

}  // namespace lkmm

#endif  // RMAPCHECK_LITMUS_LKMM_EVENT_H_
