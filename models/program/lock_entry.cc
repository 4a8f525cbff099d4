// pthread_*: mutexes, reader-writer locks, spin locks, condition variables, barriers; semaphores.
//
// A lock is a lock of the engine at its address: who must wait is not enumerated while he waits.
// What such an object holds in native memory is only its kind, as its initialiser left it.
//
// A condition variable is two locations at its address: a lock, and the set of threads that wait,
// a bit for each. Waiting is: add oneself, give the mutex back, wait until one is no longer in the
// set, take the mutex. A signal takes any one out: each possibility in some execution. Nobody is
// woken without a reason, so that lost signals are deadlocks; a timed wait may time out at once.
#include <pthread.h>
#include <semaphore.h>

#include <algorithm>
#include <bit>
#include <cerrno>

#include "models/program/state.h"

namespace models::program {
namespace {

using ksync::Condition;
using ksync::Hooks;
using ksync::LocationId;
using ksync::LocationKind;
using ksync::LockMode;
using ksync::RmwOp;
using ksync::Site;

Hooks& hooks() { return *engine; }

// Returns: a word of the engine's that belongs to an object: its value is not in memory.
LocationId WordAt(const void* object, int which, Site site) {
  const char* const address = static_cast<const char*>(object) + which;
  return hooks().LocationAt({LocationKind::kMarked, "", address, nullptr}, 0, site);
}

// A use of an object is a read of its memory, its making and its end are writes: so that it is not
// used before it is made, or while it ends.
void Touch(const volatile void* object, bool writes, Site site) {
  const void* const byte = const_cast<const void*>(object);
  writes ? hooks().PlainWriteAt(byte, 1, site) : hooks().PlainReadAt(byte, 1, site);
}

// Returns: the lock of an object that is used.
LocationId UsedLock(const volatile void* object, Site site) {
  Touch(object, false, site);
  return LockAt(object, site);
}

int KindOf(const pthread_mutex_t* mutex) { return mutex->__data.__kind & 3; }

// Returns: an error for the caller, or 0. `tries`: gives up instead of waiting.
int Lock(pthread_mutex_t* mutex, bool tries, Site site) {
  const Inside inside;
  const LocationId lock = UsedLock(mutex, site);
  if (hooks().Holds(lock, LockMode::kExclusive)) {
    if (KindOf(mutex) == PTHREAD_MUTEX_RECURSIVE) {
      self->held.push_back(mutex);
      return 0;
    }
    if (KindOf(mutex) == PTHREAD_MUTEX_ERRORCHECK) return tries ? EBUSY : EDEADLK;
  }
  if (tries) return hooks().TryAcquire(lock, LockMode::kExclusive, site) ? 0 : EBUSY;
  hooks().Acquire(lock, LockMode::kExclusive, site);
  return 0;
}

// Returns: whether the thread had taken the recursive mutex again; then it has it once less.
bool ForgetAgain(const pthread_mutex_t* mutex) {
  const auto again = std::find(self->held.rbegin(), self->held.rend(), mutex);
  if (again == self->held.rend()) return false;
  self->held.erase(std::next(again).base());
  return true;
}

int Unlock(pthread_mutex_t* mutex, Site site) {
  const Inside inside;
  const LocationId lock = LockAt(mutex, site);
  if (KindOf(mutex) == PTHREAD_MUTEX_ERRORCHECK && !hooks().Holds(lock, LockMode::kExclusive)) {
    return EPERM;
  }
  if (KindOf(mutex) == PTHREAD_MUTEX_RECURSIVE && ForgetAgain(mutex)) return 0;
  hooks().Release(lock, LockMode::kExclusive, site);
  return 0;
}

// In some execution it comes when the lock is free, be it at last: so to try is all there is to it.
int TimedAcquire(const volatile void* object, LockMode mode, const timespec* deadline, Site site) {
  {
    const Inside inside;
    if (hooks().TryAcquire(UsedLock(object, site), mode, site)) return 0;
  }
  PassDeadline(*deadline, true);
  return ETIMEDOUT;
}

bool IsTakenAgain(const pthread_mutex_t* mutex, Site site) {
  if (KindOf(mutex) == PTHREAD_MUTEX_NORMAL) return false;
  const Inside inside;
  return hooks().Holds(LockAt(mutex, site), LockMode::kExclusive);
}

int TimedLock(pthread_mutex_t* mutex, const timespec* deadline, Site site) {
  if (IsTakenAgain(mutex, site)) return Lock(mutex, false, site);
  return TimedAcquire(mutex, LockMode::kExclusive, deadline, site);
}

// Condition variables -----------------------------------------------------------------------------

// Changes the set of those who wait for `condition`, alone. Returns: the set before.
template <typename Change>
void ChangeWaiters(const void* condition, Change change, Site site) {
  const LocationId lock = LockAt(condition, site);
  const LocationId waiters = WordAt(condition, 1, site);
  hooks().Acquire(lock, LockMode::kExclusive, site);
  const std::uint64_t before = hooks().Load(waiters, ksync::relaxed, site);
  const std::uint64_t after = change(before);
  if (after != before) hooks().Store(waiters, after, ksync::relaxed, site);
  hooks().Release(lock, LockMode::kExclusive, site);
}

void Wait(pthread_cond_t* condition, pthread_mutex_t* mutex, bool may_end, Site site) {
  const Inside inside;
  const std::uint64_t me = std::uint64_t{1} << self->id;
  ChangeWaiters(
      condition, [me](std::uint64_t set) { return set | me; }, site);
  const LocationId lock = LockAt(mutex, site);
  hooks().Release(lock, LockMode::kExclusive, site);
  hooks().Await(WordAt(condition, 1, site), {Condition::Compare::kEqual, 0, me, may_end},
                ksync::relaxed, site);
  hooks().Acquire(lock, LockMode::kExclusive, site);
}

// Whether a wait with a deadline ends by it: so in some execution. It has given the mutex back and
// taken it again then.
bool TimesOut(pthread_mutex_t* mutex, Site site) {
  const Inside inside;
  if (hooks().Choose(2, "time-out", site) == 0) return false;
  const LocationId lock = LockAt(mutex, site);
  hooks().Release(lock, LockMode::kExclusive, site);
  hooks().Acquire(lock, LockMode::kExclusive, site);
  return true;
}

int TimedWait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* deadline,
              Site site) {
  if (TimesOut(mutex, site)) {
    PassDeadline(*deadline, true);
    return ETIMEDOUT;
  }
  Wait(condition, mutex, true, site);
  return 0;
}

void Signal(pthread_cond_t* condition, Site site) {
  const Inside inside;
  const auto take_one = [site](std::uint64_t set) {
    const int count = std::popcount(set);
    if (count == 0) return set;
    std::uint32_t chosen = count == 1 ? 0 : hooks().Choose(count, "who is woken", site);
    std::uint64_t rest = set;
    while (chosen-- > 0) rest &= rest - 1;
    return set & ~(rest & -rest);
  };
  ChangeWaiters(condition, take_one, site);
}

void Broadcast(pthread_cond_t* condition, Site site) {
  const Inside inside;
  ChangeWaiters(
      condition, [](std::uint64_t) { return std::uint64_t{0}; }, site);
}

// Barriers: how many have come in all. Whoever makes it a multiple of the count lets his round go.
int WaitAtBarrier(const void* barrier, Site site) {
  const Inside inside;
  const unsigned count = state.barriers[barrier];
  const LocationId word = WordAt(barrier, 1, site);
  const RmwOp add{RmwOp::Kind::kAdd, 8, 1, 0};
  // Acquire and release: all that came before happens before all that goes on.
  const std::uint64_t before = hooks().Rmw(word, add, ksync::acq_rel, ksync::acquire, site);
  const std::uint64_t full = (before / count + 1) * count;
  if (before + 1 == full) return PTHREAD_BARRIER_SERIAL_THREAD;
  hooks().Await(word, {Condition::Compare::kGreaterEqual, full}, ksync::acquire, site);
  return 0;
}

int LockShared(pthread_rwlock_t* lock, LockMode mode, bool tries, Site site) {
  const Inside inside;
  const LocationId location = UsedLock(lock, site);
  if (tries) return hooks().TryAcquire(location, mode, site) ? 0 : EBUSY;
  hooks().Acquire(location, mode, site);
  return 0;
}

void End(const volatile void* object, Site site) {
  const Inside inside;
  Touch(object, true, site);
  hooks().EndLocationAt(const_cast<const void*>(object), site);
  hooks().EndLocationAt(const_cast<const char*>(static_cast<const volatile char*>(object)) + 1,
                        site);
}

}  // namespace

LocationId LockAt(const volatile void* address, Site site) {
  return engine->LocationAt({LocationKind::kLock, "", const_cast<const void*>(address), nullptr}, 0,
                            site);
}

}  // namespace models::program

using namespace models::program;  // NOLINT: the entry points stand outside of every namespace.
using models::in_program;

extern "C" {

// Mutexes. The C library's initialiser notes the kind, and is let do so.

int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* kind) noexcept {
  if (in_program) End(mutex, RMAPCHECK_HERE);
  return RMAPCHECK_NEXT(pthread_mutex_init)(mutex, kind);
}
int pthread_mutex_destroy(pthread_mutex_t* mutex) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_mutex_destroy)(mutex);
  End(mutex, RMAPCHECK_HERE);
  return 0;
}
int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_mutex_lock)(mutex);
  return Lock(mutex, false, RMAPCHECK_HERE);
}
int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_mutex_trylock)(mutex);
  return Lock(mutex, true, RMAPCHECK_HERE);
}
int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_mutex_timedlock)(mutex, deadline);
  return TimedLock(mutex, deadline, RMAPCHECK_HERE);
}
int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                            const timespec* deadline) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_mutex_clocklock)(mutex, clock, deadline);
  return TimedLock(mutex, deadline, RMAPCHECK_HERE);
}
int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_mutex_unlock)(mutex);
  return Unlock(mutex, RMAPCHECK_HERE);
}

// Reader-writer locks.

int pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t* kind) noexcept {
  if (in_program) End(lock, RMAPCHECK_HERE);
  return RMAPCHECK_NEXT(pthread_rwlock_init)(lock, kind);
}
int pthread_rwlock_destroy(pthread_rwlock_t* lock) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_rwlock_destroy)(lock);
  End(lock, RMAPCHECK_HERE);
  return 0;
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_rwlock_rdlock)(lock);
  return LockShared(lock, LockMode::kShared, false, RMAPCHECK_HERE);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_rwlock_wrlock)(lock);
  return LockShared(lock, LockMode::kExclusive, false, RMAPCHECK_HERE);
}
int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_rwlock_tryrdlock)(lock);
  return LockShared(lock, LockMode::kShared, true, RMAPCHECK_HERE);
}
int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_rwlock_trywrlock)(lock);
  return LockShared(lock, LockMode::kExclusive, true, RMAPCHECK_HERE);
}
int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_rwlock_unlock)(lock);
  const ksync::Site site = RMAPCHECK_HERE;
  const Inside inside;
  const LocationId location = LockAt(lock, site);
  const bool alone = hooks().Holds(location, LockMode::kExclusive);
  hooks().Release(location, alone ? LockMode::kExclusive : LockMode::kShared, site);
  return 0;
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* deadline) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_rwlock_timedrdlock)(lock, deadline);
  return TimedAcquire(lock, LockMode::kShared, deadline, RMAPCHECK_HERE);
}
int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* deadline) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_rwlock_timedwrlock)(lock, deadline);
  return TimedAcquire(lock, LockMode::kExclusive, deadline, RMAPCHECK_HERE);
}
int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                               const timespec* deadline) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_rwlock_clockrdlock)(lock, clock, deadline);
  return TimedAcquire(lock, LockMode::kShared, deadline, RMAPCHECK_HERE);
}
int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock,
                               const timespec* deadline) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_rwlock_clockwrlock)(lock, clock, deadline);
  return TimedAcquire(lock, LockMode::kExclusive, deadline, RMAPCHECK_HERE);
}

// Spin locks.

int pthread_spin_init(pthread_spinlock_t* lock, int shared) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_spin_init)(lock, shared);
  End(lock, RMAPCHECK_HERE);
  return 0;
}
int pthread_spin_destroy(pthread_spinlock_t* lock) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_spin_destroy)(lock);
  End(lock, RMAPCHECK_HERE);
  return 0;
}
int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_spin_lock)(lock);
  const ksync::Site site = RMAPCHECK_HERE;
  const Inside inside;
  hooks().Acquire(LockAt(lock, site), LockMode::kExclusive, site);
  return 0;
}
int pthread_spin_trylock(pthread_spinlock_t* lock) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_spin_trylock)(lock);
  const ksync::Site site = RMAPCHECK_HERE;
  const Inside inside;
  return hooks().TryAcquire(LockAt(lock, site), LockMode::kExclusive, site) ? 0 : EBUSY;
}
int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_spin_unlock)(lock);
  const ksync::Site site = RMAPCHECK_HERE;
  const Inside inside;
  hooks().Release(LockAt(lock, site), LockMode::kExclusive, site);
  return 0;
}

// Condition variables.

int pthread_cond_init(pthread_cond_t* condition, const pthread_condattr_t* kind) noexcept {
  if (in_program) End(condition, RMAPCHECK_HERE);
  return RMAPCHECK_NEXT(pthread_cond_init)(condition, kind);
}
int pthread_cond_destroy(pthread_cond_t* condition) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_cond_destroy)(condition);
  End(condition, RMAPCHECK_HERE);
  return 0;
}
int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  if (!in_program) return RMAPCHECK_NEXT(pthread_cond_wait)(condition, mutex);
  Wait(condition, mutex, false, RMAPCHECK_HERE);
  return 0;
}
int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* deadline) {
  if (!in_program) return RMAPCHECK_NEXT(pthread_cond_timedwait)(condition, mutex, deadline);
  return TimedWait(condition, mutex, deadline, RMAPCHECK_HERE);
}
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* deadline) {
  if (!in_program) {
    return RMAPCHECK_NEXT(pthread_cond_clockwait)(condition, mutex, clock, deadline);
  }
  return TimedWait(condition, mutex, deadline, RMAPCHECK_HERE);
}
int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_cond_signal)(condition);
  Signal(condition, RMAPCHECK_HERE);
  return 0;
}
int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_cond_broadcast)(condition);
  Broadcast(condition, RMAPCHECK_HERE);
  return 0;
}

// Barriers.

int pthread_barrier_init(pthread_barrier_t* barrier, const pthread_barrierattr_t* kind,
                         unsigned count) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_barrier_init)(barrier, kind, count);
  if (count == 0) return EINVAL;
  End(barrier, RMAPCHECK_HERE);
  const Inside inside;
  state.barriers[barrier] = count;
  return 0;
}
int pthread_barrier_destroy(pthread_barrier_t* barrier) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_barrier_destroy)(barrier);
  End(barrier, RMAPCHECK_HERE);
  const Inside inside;
  state.barriers.erase(barrier);
  return 0;
}
int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_barrier_wait)(barrier);
  if (!state.barriers.contains(barrier)) return EINVAL;
  return WaitAtBarrier(barrier, RMAPCHECK_HERE);
}

}  // extern "C"
