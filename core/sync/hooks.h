// The port between modelled programs and whoever watches them.
//
// The modelled back end of ksync turns each operation into one call here, with its source place;
// the engine in models/ implements the class. The port is owned by core, so that core never depends
// on the checker. Values travel as 64 raw bits.
//
// Invariants:
//   1. Between two calls a modelled thread runs alone: nothing interleaves with untracked code.
//   2. A call may throw what is not the program's: the engine abandons an execution by unwinding
//   its
//      stacks, also out of the destructors of Guard and RcuReadGuard. So program code may own
//      memory, but must not swallow unknown exceptions. EndLocation, Free and a Join at the end of
//      a Thread never throw, because containers hold such objects.
//   3. Locations, locks, pools and threads are named by (creating thread, how manyeth), so that the
//      names of two executions with a common prefix agree.
//
// What it does not do: interpret types, remember names, or know any memory model.
#ifndef RMAPCHECK_CORE_SYNC_HOOKS_H_
#define RMAPCHECK_CORE_SYNC_HOOKS_H_

#include <cstddef>
#include <cstdint>

#include "core/sync/order.h"
#include "core/sync/site.h"

namespace ksync {

using LocationId = std::uint32_t;
using ThreadId = std::uint32_t;

// A named family of locks with a rank in the documented order; two locks of one class are alike to
// everyone who reasons about order. Rank 0 is unranked; locks are taken in growing rank.
struct LockClass {
  const char* name;
  int rank = 0;
  bool sleeps = false;  // Who waits for it sleeps; else it spins.
};

enum class LockMode : std::uint8_t { kExclusive, kShared };

// Why a lock may be taken while its thread holds another one of the class. Kernel: the subclass of
// mutex_lock_nested() and its like.
enum class Nesting : std::uint8_t {
  kNone,    // It may not.
  kSecond,  // Of two, which nobody takes the other way round. Kernel: SINGLE_DEPTH_NESTING.
  kAll,     // Of any number; one thread at a time does so, because of a lock around. Kernel:
            // down_write_nest_lock().
};

// What a location is, for messages and for the rules that apply to it.
enum class LocationKind : std::uint8_t { kAtomic, kMarked, kPlain, kLock, kPool };

struct LocationInfo {
  LocationKind kind = LocationKind::kAtomic;
  const char* name = "";          // Field or variable name; may be empty.
  const void* address = nullptr;  // Where it lives: ties it to the allocation around it.
  const LockClass* lock_class = nullptr;
  bool initialised = true;  // False: reading before the first write is an error.
};

// A read-modify-write as data, so that the engine can evaluate it without running the program.
struct RmwOp {
  enum class Kind : std::uint8_t { kExchange, kAdd, kAnd, kOr, kXor, kNand, kCompareExchange };
  Kind kind = Kind::kExchange;
  std::uint8_t bytes = 8;      // Width of the value: results wrap to it.
  std::uint64_t operand = 0;   // The new value, or what is added / masked in.
  std::uint64_t expected = 0;  // kCompareExchange only.
};

// A condition on a value as data: (value & mask) compared with operand, unsigned.
struct Condition {
  enum class Compare : std::uint8_t { kEqual, kNotEqual, kLess, kGreaterEqual };
  Compare compare = Compare::kEqual;
  std::uint64_t operand = 0;
  std::uint64_t mask = ~std::uint64_t{0};
  bool may_end = false;  // The wait has a deadline: to wait for ever is no deadlock.

  constexpr bool Holds(std::uint64_t value) const {
    value &= mask;
    switch (compare) {
      case Compare::kEqual:
        return value == operand;
      case Compare::kNotEqual:
        return value != operand;
      case Compare::kLess:
        return value < operand;
      case Compare::kGreaterEqual:
        return value >= operand;
    }
    return false;
  }
};

// What a program reports about itself through Fail().
enum class Misuse : std::uint8_t { kCheck, kLockMisuse, kDoubleFree, kUninitialised };

class Hooks {
 public:
  virtual ~Hooks() = default;

  // Locations. A location's initial value is a plain write of the calling thread.
  virtual LocationId NewLocation(const LocationInfo& info, std::uint64_t initial, Site site) = 0;
  // The location's storage ends: every access must have happened before, none may follow.
  virtual void EndLocation(LocationId location, Site site) = 0;

  virtual std::uint64_t Load(LocationId location, Order order, Site site) = 0;
  virtual void Store(LocationId location, std::uint64_t value, Order order, Site site) = 0;
  // Returns: the value read. A failed compare-exchange is a load of order `failure`.
  virtual std::uint64_t Rmw(LocationId location, const RmwOp& op, Order success, Order failure,
                            Site site) = 0;
  // Waits until a load may return a value for which `condition` holds. Returns: that value.
  virtual std::uint64_t Await(LocationId location, const Condition& condition, Order order,
                              Site site) = 0;
  virtual void Fence(Order order, Site site) = 0;

  // Plain accesses: the value is in the program's own memory; only races are watched.
  virtual void PlainRead(LocationId location, Site site) = 0;
  virtual void PlainWrite(LocationId location, Site site) = 0;
  // Plain accesses to a location of kind kAtomic, whose value the engine has: for programs that mix
  // the two. What races is a plain access with any other, if one writes and nothing orders them.
  virtual std::uint64_t LoadPlain(LocationId location, Site site) = 0;
  virtual void StorePlain(LocationId location, std::uint64_t value, Site site) = 0;

  // Programs that are not written against ksync have addresses instead of locations.
  // Returns: the location of `info.address`, named by it, made at its first use in an execution. Of
  // kAtomic, `bytes` wide, the initial value is what memory holds, for it was written plainly; a
  // plain write begins another life of it. Of the other kinds it is 0, and EndLocationAt ends it.
  virtual LocationId LocationAt(const LocationInfo& info, std::size_t bytes, Site site) = 0;
  virtual void EndLocationAt(const void* address, Site site) = 0;
  // A plain access to bytes of the program's memory is about to happen: watched for races, and for
  // what is outside of any allocation. Where an atomic lives, memory is made to hold its value.
  virtual void PlainReadAt(const void* address, std::size_t bytes, Site site) = 0;
  virtual void PlainWriteAt(const void* address, std::size_t bytes, Site site) = 0;

  // Locks (locations of kind kLock). Acquire waits; a shared holder excludes exclusive ones only.
  // Order: acquire on taking, release on giving back.
  virtual void Acquire(LocationId lock, LockMode mode, Site site,
                       Nesting nesting = Nesting::kNone) = 0;
  virtual bool TryAcquire(LocationId lock, LockMode mode, Site site) = 0;
  virtual void Release(LocationId lock, LockMode mode, Site site) = 0;
  // Returns: whether somebody holds `lock`, as far as the calling thread can see. Order: acquire.
  virtual bool IsLocked(LocationId lock, Site site) = 0;
  // Returns: whether the calling thread holds `lock` in `mode`.
  virtual bool Holds(LocationId lock, LockMode mode) = 0;
  // The calling thread takes itself for the last user of `lock`, and goes on without taking it. It
  // changes nothing; whether it is so is for whoever watches.
  virtual void NoteLastUser(LocationId lock, Site site) = 0;

  // RCU. For every grace period g and read-side section c: c ends before g ends, or g's start
  // happens before c. Readers get no other ordering.
  virtual void RcuReadLock(Site site) = 0;
  virtual void RcuReadUnlock(Site site) = 0;
  virtual void SynchronizeRcu(Site site) = 0;
  // Returns: whether the calling thread is inside a read-side section.
  virtual bool InRcuReadSection() = 0;

  // Threads. The new thread starts after the call (Order: create happens before its first step).
  virtual ThreadId Spawn(void (*body)(void*), void* argument, const char* name, Site site) = 0;
  // `at_end`: called by a destructor, from which nothing may be thrown.
  virtual void Join(ThreadId thread, bool at_end, Site site) = 0;

  // Returns: each of 0..count-1 in some execution. `what` must outlive the exploration, as names
  // do.
  virtual std::uint32_t Choose(std::uint32_t count, const char* what, Site site) = 0;

  // Memory. Allocate never returns null (failure is a Choose of the caller's) and never reuses an
  // address within an execution. Free: every access to a location inside must happen before.
  virtual void* Allocate(std::size_t size, const char* name, Site site,
                         std::size_t alignment = alignof(std::max_align_t)) = 0;
  virtual void Free(void* memory, Site site) = 0;
  // Returns: whether the address is one that Allocate hands out; and in `*size`, of the living
  // memory that begins there, how much it is, else 0.
  virtual bool Owns(const void* memory, std::size_t* size) = 0;

  // Type-stable pools (kind kPool). PoolAllocate returns new memory or any freed object not yet
  // taken again: each possibility in some execution. A freed object may be touched only inside a
  // read-side section that does not happen after the free.
  // Returns: the object; `*fresh` tells that it was never handed out before.
  virtual void* PoolAllocate(LocationId pool, std::size_t size, const char* name, bool* fresh,
                             Site site) = 0;
  virtual void PoolFree(LocationId pool, void* object, Site site) = 0;

  // Verdicts. Neither returns.
  [[noreturn]] virtual void Fail(Misuse kind, const char* message, Site site) = 0;
  // The calling thread stops for good; the execution counts as blocked, not as a deadlock.
  // `limit`: null, or the name of the limit because of which it stops.
  [[noreturn]] virtual void Block(Site site, const char* limit = nullptr) = 0;
};

// Returns: the engine of the execution that is running. Requires: one is running.
Hooks& CurrentHooks();
// Installs (or, with null, removes) the engine for this OS thread. Returns: the one before.
Hooks* InstallHooks(Hooks* hooks);

}  // namespace ksync

#endif  // RMAPCHECK_CORE_SYNC_HOOKS_H_
