// Back end 2 of ksync: every operation becomes one call on Hooks, with the place it was written.
//
// Include core/sync/sync.h, never this file. What each class promises is written once, in
// core/sync/README.md, and held by core/sync/testing/contract.h on both back ends.
//
// Invariants: no value of an Atomic, Marked or lock lives here (the engine has it); a Plain's value
// lives here and only here. One operation per full expression, or two compilers order them apart.
#ifndef RMAPCHECK_CORE_SYNC_MODELLED_H_
#define RMAPCHECK_CORE_SYNC_MODELLED_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "core/sync/hooks.h"
#include "core/sync/type_name.h"

namespace ksync::inline modelled {

// A value as the 64 raw bits in which it travels to the engine.
template <typename T>
std::uint64_t ToBits(T value) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}

template <typename T>
T FromBits(std::uint64_t bits) {
  T value;
  std::memcpy(static_cast<void*>(&value), &bits, sizeof(T));
  return value;
}

// The state every modelled variable shares: its location, ended with the object.
class Location {
 public:
  Location(const LocationInfo& info, std::uint64_t initial, Site site)
      : id_(CurrentHooks().NewLocation(info, initial, site)) {}
  ~Location() { CurrentHooks().EndLocation(id_, Site::current()); }
  Location(const Location&) = delete;
  Location& operator=(const Location&) = delete;

 protected:
  LocationId id() const { return id_; }

 private:
  LocationId id_;
};

template <typename T>
class Atomic : private Location {
 public:
  explicit Atomic(T initial = T{}, const char* name = "", Site site = Site::current())
      : Location({LocationKind::kAtomic, name, this, nullptr, true}, ToBits(initial), site) {}

  T Load(Order order, Site site = Site::current()) const {
    return FromBits<T>(CurrentHooks().Load(id(), order, site));
  }
  void Store(T value, Order order, Site site = Site::current()) {
    CurrentHooks().Store(id(), ToBits(value), order, site);
  }
  T Exchange(T value, Order order, Site site = Site::current()) {
    return Rmw(RmwOp::Kind::kExchange, value, order, site);
  }
  T FetchAdd(T value, Order order, Site site = Site::current()) {
    return Rmw(RmwOp::Kind::kAdd, value, order, site);
  }
  T FetchSub(T value, Order order, Site site = Site::current()) {
    return Rmw(RmwOp::Kind::kAdd, static_cast<T>(T{} - value), order, site);
  }
  T FetchAnd(T value, Order order, Site site = Site::current()) {
    return Rmw(RmwOp::Kind::kAnd, value, order, site);
  }
  T FetchOr(T value, Order order, Site site = Site::current()) {
    return Rmw(RmwOp::Kind::kOr, value, order, site);
  }
  T FetchXor(T value, Order order, Site site = Site::current()) {
    return Rmw(RmwOp::Kind::kXor, value, order, site);
  }
  bool CompareExchange(T& expected, T desired, Order success, Order failure,
                       Site site = Site::current()) {
    const std::uint64_t want = ToBits(expected);
    const RmwOp op{RmwOp::Kind::kCompareExchange, sizeof(T), ToBits(desired), want};
    const std::uint64_t old = CurrentHooks().Rmw(id(), op, success, failure, site);
    if (old == want) return true;
    expected = FromBits<T>(old);
    return false;
  }
  bool CompareExchange(T& expected, T desired, Order success, Site site = Site::current()) {
    return CompareExchange(expected, desired, success, FailureOrder(success), site);
  }

  // Plain accesses: only under the checker, for front ends to programs that mix the two.
  T LoadPlain(Site site = Site::current()) const {
    return FromBits<T>(CurrentHooks().LoadPlain(id(), site));
  }
  void StorePlain(T value, Site site = Site::current()) {
    CurrentHooks().StorePlain(id(), ToBits(value), site);
  }

  // Waits until a load returns something equal (not equal) to `value`. Returns: what was loaded.
  T WaitUntilEqual(T value, Order order, Site site = Site::current()) const {
    return Await({Condition::Compare::kEqual, ToBits(value)}, order, site);
  }
  T WaitUntilNotEqual(T value, Order order, Site site = Site::current()) const {
    return Await({Condition::Compare::kNotEqual, ToBits(value)}, order, site);
  }
  // Waits until a load returns something for which `condition` holds.
  T WaitUntil(const Condition& condition, Order order, Site site = Site::current()) const {
    return Await(condition, order, site);
  }

 private:
  T Rmw(RmwOp::Kind kind, T value, Order order, Site site) {
    const RmwOp op{kind, sizeof(T), ToBits(value), 0};
    return FromBits<T>(CurrentHooks().Rmw(id(), op, order, FailureOrder(order), site));
  }
  T Await(const Condition& condition, Order order, Site site) const {
    return FromBits<T>(CurrentHooks().Await(id(), condition, order, site));
  }
};

template <typename T>
class Marked : private Location {
 public:
  explicit Marked(T initial = T{}, const char* name = "", Site site = Site::current())
      : Location({LocationKind::kMarked, name, this, nullptr, true}, ToBits(initial), site) {}

  T Read(Site site = Site::current()) const {
    return FromBits<T>(CurrentHooks().Load(id(), relaxed, site));
  }
  void Write(T value, Site site = Site::current()) {
    CurrentHooks().Store(id(), ToBits(value), relaxed, site);
  }
  T LoadAcquire(Site site = Site::current()) const {
    return FromBits<T>(CurrentHooks().Load(id(), acquire, site));
  }
  void StoreRelease(T value, Site site = Site::current()) {
    CurrentHooks().Store(id(), ToBits(value), release, site);
  }
};

template <typename T>
class Plain : private Location {
 public:
  // Without a value the field is uninitialised: reading it before writing it is an error.
  explicit Plain(const char* name = "", Site site = Site::current())
      : Location({LocationKind::kPlain, name, this, nullptr, false}, 0, site) {}
  Plain(T initial, const char* name, Site site = Site::current())
      : Location({LocationKind::kPlain, name, this, nullptr, true}, 0, site),
        value_(std::move(initial)) {}

  T Read(Site site = Site::current()) const {
    CurrentHooks().PlainRead(id(), site);
    return value_;
  }
  void Write(T value, Site site = Site::current()) {
    CurrentHooks().PlainWrite(id(), site);
    value_ = std::move(value);
  }

 private:
  T value_{};
};

// One lock word of either mode. The four lock kinds differ in what they promise to the reader of
// the code and in the native back end; to the engine a lock is a lock.
class AnyLock : private Location {
 protected:
  AnyLock(const LockClass& lock_class, Site site)
      : Location({LocationKind::kLock, lock_class.name, this, &lock_class, true}, 0, site) {}
  void Take(LockMode mode, Site site, Nesting nesting = Nesting::kNone) {
    CurrentHooks().Acquire(id(), mode, site, nesting);
  }
  bool TryTake(LockMode mode, Site site) { return CurrentHooks().TryAcquire(id(), mode, site); }
  void Give(LockMode mode, Site site) { CurrentHooks().Release(id(), mode, site); }
  bool Look(Site site) const { return CurrentHooks().IsLocked(id(), site); }
  void CheckHeld(LockMode mode, Site site) const {
    if (CurrentHooks().Holds(id(), mode)) return;
    CurrentHooks().Fail(Misuse::kLockMisuse, "the lock is not held by this thread", site);
  }
  void TellLastUser(Site site) const { CurrentHooks().NoteLastUser(id(), site); }
};

class ABSL_LOCKABLE ExclusiveLock : private AnyLock {
 public:
  explicit ExclusiveLock(const LockClass& lock_class, Site site = Site::current())
      : AnyLock(lock_class, site) {}
  void Lock(Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    Take(LockMode::kExclusive, site);
  }
  // As Lock, while another lock of the class is held.
  void LockNested(Nesting nesting, Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    Take(LockMode::kExclusive, site, nesting);
  }
  bool TryLock(Site site = Site::current()) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) {
    return TryTake(LockMode::kExclusive, site);
  }
  void Unlock(Site site = Site::current()) ABSL_UNLOCK_FUNCTION() {
    Give(LockMode::kExclusive, site);
  }
  bool IsLocked(Site site = Site::current()) const { return Look(site); }
  void AssertHeld(Site site = Site::current()) const ABSL_ASSERT_EXCLUSIVE_LOCK() {
    CheckHeld(LockMode::kExclusive, site);
  }
  void AssertLastUser(Site site = Site::current()) const ABSL_ASSERT_EXCLUSIVE_LOCK() {
    TellLastUser(site);
  }
};

class ABSL_LOCKABLE SharedLock : private AnyLock {
 public:
  explicit SharedLock(const LockClass& lock_class, Site site = Site::current())
      : AnyLock(lock_class, site) {}
  void Lock(Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    Take(LockMode::kExclusive, site);
  }
  // As Lock, while another lock of the class is held.
  void LockNested(Nesting nesting, Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    Take(LockMode::kExclusive, site, nesting);
  }
  bool TryLock(Site site = Site::current()) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) {
    return TryTake(LockMode::kExclusive, site);
  }
  void Unlock(Site site = Site::current()) ABSL_UNLOCK_FUNCTION() {
    Give(LockMode::kExclusive, site);
  }
  void LockShared(Site site = Site::current()) ABSL_SHARED_LOCK_FUNCTION() {
    Take(LockMode::kShared, site);
  }
  bool TryLockShared(Site site = Site::current()) ABSL_SHARED_TRYLOCK_FUNCTION(true) {
    return TryTake(LockMode::kShared, site);
  }
  void UnlockShared(Site site = Site::current()) ABSL_UNLOCK_FUNCTION() {
    Give(LockMode::kShared, site);
  }
  bool IsLocked(Site site = Site::current()) const { return Look(site); }
  void AssertHeld(Site site = Site::current()) const ABSL_ASSERT_EXCLUSIVE_LOCK() {
    CheckHeld(LockMode::kExclusive, site);
  }
  void AssertLastUser(Site site = Site::current()) const ABSL_ASSERT_EXCLUSIVE_LOCK() {
    TellLastUser(site);
  }
  void AssertHeldShared(Site site = Site::current()) const ABSL_ASSERT_SHARED_LOCK() {
    CheckHeld(LockMode::kShared, site);
  }
};

using SpinLock = ExclusiveLock;
using Mutex = ExclusiveLock;
using RwLock = SharedLock;
using RwSemaphore = SharedLock;

inline void Fence(Order order, Site site = Site::current()) { CurrentHooks().Fence(order, site); }

inline void RcuReadLock(Site site = Site::current()) { CurrentHooks().RcuReadLock(site); }
inline void RcuReadUnlock(Site site = Site::current()) { CurrentHooks().RcuReadUnlock(site); }
inline void SynchronizeRcu(Site site = Site::current()) { CurrentHooks().SynchronizeRcu(site); }

// Fails the run inside a read-side section, which must not sleep. Kernel: might_sleep().
inline void MightSleep(Site site = Site::current()) {
  if (!CurrentHooks().InRcuReadSection()) return;
  CurrentHooks().Fail(Misuse::kLockMisuse, "may sleep inside a read-side section", site);
}

class Thread {
 public:
  explicit Thread(std::function<void()> body, const char* name = "thread",
                  Site site = Site::current())
      : body_(std::move(body)), id_(CurrentHooks().Spawn(&Thread::Run, &body_, name, site)) {}
  ~Thread() {
    if (!joined_) CurrentHooks().Join(id_, true, Site::current());
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  void Join(Site site = Site::current()) {
    joined_ = true;
    CurrentHooks().Join(id_, false, site);
  }

 private:
  static void Run(void* body) { (*static_cast<std::function<void()>*>(body))(); }

  std::function<void()> body_;
  ThreadId id_;
  bool joined_ = false;
};

inline std::uint32_t Choose(std::uint32_t count, const char* what = "choice",
                            Site site = Site::current()) {
  return CurrentHooks().Choose(count, what, site);
}

// Returns: both answers, each in some execution, while allocation failures are being explored.
inline bool AllocationFails(const char* name, Site site = Site::current()) {
  return CurrentHooks().Choose(2, name, site) == 1;
}

inline void Check(bool holds, const char* message, Site site = Site::current()) {
  if (!holds) CurrentHooks().Fail(Misuse::kCheck, message, site);
}

inline void Assume(bool holds, Site site = Site::current()) {
  if (!holds) CurrentHooks().Block(site);
}

// Returns: the name of a type, for messages: "rmap::Vma".
template <typename T>
const char* TypeName() {
  static const std::string name = ShortTypeName(__PRETTY_FUNCTION__);
  return name.c_str();
}

// Memory that must be given back with Delete; never null.
template <typename T, typename... Args>
T* New(Args&&... args) {
  void* memory = CurrentHooks().Allocate(sizeof(T), TypeName<T>(), Site(), alignof(T));
  return new (memory) T(std::forward<Args>(args)...);
}

template <typename T>
void Delete(T* object, Site site = Site::current()) {
  if (object == nullptr) return;
  object->~T();
  CurrentHooks().Free(object, site);
}

// Objects in a row, each made by its default constructor. To be given back with DeleteArray.
template <typename T>
T* NewArray(std::size_t count) {
  void* const memory =
      CurrentHooks().Allocate(count * sizeof(T), TypeName<T>(), Site(), alignof(T));
  T* const first = static_cast<T*>(memory);
  std::uninitialized_default_construct_n(first, count);
  return first;
}

template <typename T>
void DeleteArray(T* first, std::size_t count, Site site = Site::current()) {
  std::destroy_n(first, count);
  CurrentHooks().Free(first, site);
}

// `args` are what each object is constructed with, once for each piece of memory.
template <typename T, typename... Args>
class SlabCache : private Location {
 public:
  explicit SlabCache(const char* name, Args... args, Site site = Site::current())
      : Location({LocationKind::kPool, name, this, nullptr, true}, 0, site),
        name_(name),
        args_(std::move(args)...) {}

  T* Alloc(Site site = Site::current()) {
    bool fresh = false;
    void* object = CurrentHooks().PoolAllocate(id(), sizeof(T), name_, &fresh, site);
    if (!fresh) return static_cast<T*>(object);
    return std::apply([object](const Args&... args) { return new (object) T(args...); }, args_);
  }
  void Free(T* object, Site site = Site::current()) { CurrentHooks().PoolFree(id(), object, site); }

 private:
  const char* name_;
  const std::tuple<Args...> args_;
};

}  // namespace ksync::inline modelled

#endif  // RMAPCHECK_CORE_SYNC_MODELLED_H_
