// The contract of the locks and their guards, and of RefCount. Include contract.h, never this file.
//
// A scenario takes the lock as a template argument: one row of the table for each kind, and the
// planted locks of planted.h, which must fail.
#ifndef RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_LOCKS_H_
#define RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_LOCKS_H_

#include "core/sync/sync.h"

namespace ksync::inline KSYNC_BACKEND {
namespace contract {

inline constexpr LockClass kLockClass{"contract lock", 0};

// What two holders write is never torn or lost: sections under the lock follow each other.
template <typename L>
void ExcludesOthers() {
  L lock{kLockClass};
  Plain<int> count{0, "count"};
  const auto increment = [&lock, &count] {
    Guard<L> guard(lock);
    const int before = count.Read();
    count.Write(before + 1);
  };
  {
    Thread other(increment);
    increment();
    other.Join();
  }
  Check(count.Read() == 2, "no increment under the lock is lost");
}

// Nobody gets in while the holder is inside, however long it stays there.
template <typename L>
void LockWaitsForTheHolder() {
  L lock{kLockClass};
  Atomic<bool> entered{false, "entered"};
  lock.Lock();
  Thread other([&lock, &entered] {
    lock.Lock();
    entered.Store(true, relaxed);  // Order: relaxed, because the lock is what is tested.
    lock.Unlock();
  });
  // On real threads this takes as long as `other` needs to get in, if it can.
  Thread([] {}).Join();
  const bool too_early = entered.Load(relaxed);
  lock.Unlock();
  other.Join();
  Check(!too_early, "a second thread waits for the holder");
  Check(entered.Load(relaxed), "and gets in when the lock is free");
}

template <typename L>
void LockPassesMessages() {
  L lock{kLockClass};
  Plain<int> message{0, "message"};
  Plain<bool> sent{false, "sent"};
  Thread sender([&] {
    Guard<L> guard(lock);
    message.Write(42);
    sent.Write(true);
  });
  Guard<L> guard(lock);
  if (sent.Read()) Check(message.Read() == 42, "the whole earlier section is seen");
}

template <typename L>
void TryLockFailsWhileHeld() {
  L lock{kLockClass};
  lock.Lock();
  {
    Thread other([&lock] {
      const bool taken = lock.TryLock();
      if (taken) lock.Unlock();
      Check(!taken, "another thread's TryLock fails while the lock is held");
    });
    other.Join();
  }
  lock.Unlock();
  const bool taken = lock.TryLock();
  if (taken) lock.Unlock();
  Check(taken, "TryLock succeeds when the lock is free");
}

// TryLock excludes as Lock does, and one of two always gets the lock.
template <typename L>
void TryLockExcludesOthers() {
  L lock{kLockClass};
  Plain<int> count{0, "count"};
  const auto try_to_increment = [&lock, &count] {
    if (!lock.TryLock()) return;
    const int before = count.Read();
    count.Write(before + 1);
    lock.Unlock();
  };
  Thread other(try_to_increment);
  try_to_increment();
  other.Join();
  const int taken = count.Read();
  Check(taken == 1 || taken == 2, "the first to try gets the lock");
}

template <typename L>
void IsLockedTells() {
  L lock{kLockClass};
  const auto is_locked_for_others = [&lock] {
    bool answer = false;
    Thread other([&lock, &answer] { answer = lock.IsLocked(); });
    other.Join();
    return answer;
  };
  Check(!lock.IsLocked(), "a new lock is free");
  lock.Lock();
  Check(lock.IsLocked(), "the holder sees that the lock is held");
  Check(is_locked_for_others(), "and so does who knows of it");
  lock.Unlock();
  Check(!is_locked_for_others(), "and that it is not any more");
}

// Who knows that the lock was taken, and sees it free, comes after its holder.
template <typename L>
void LooksFreeAfterTheHolder() {
  L lock{kLockClass};
  Plain<int> message{0, "message"};
  Atomic<bool> taken{false, "taken"};
  Thread holder([&] {
    Guard<L> guard(lock);
    // Order: release and acquire, so that who sees it cannot miss that the lock was taken.
    taken.Store(true, release);
    message.Write(42);
  });
  if (!taken.Load(acquire)) return;
  if (lock.IsLocked()) return;
  Check(message.Read() == 42, "the section of the holder is seen");
}

template <typename L>
void GuardGivesBack() {
  L lock{kLockClass};
  {
    Guard<L> guard(lock);
    lock.AssertHeld();
  }
  Guard<L> again(lock);
  lock.AssertHeld();
}

// To say that one is the last user takes nothing and keeps nobody out. (Clang takes the lock for
// held.)
template <typename L>
void LastUserTakesNothing() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  L lock{kLockClass};
  lock.AssertLastUser();
  Guard<L> guard(lock);
}

// Shared holders are inside together: each waits there for the other.
template <typename L>
void SharedHoldersMeet() {
  L lock{kLockClass};
  Atomic<int> inside{0, "inside"};
  // Order: relaxed, because only the meeting itself counts.
  const auto meet = [&lock, &inside] {
    SharedGuard<L> guard(lock);
    lock.AssertHeldShared();
    inside.FetchAdd(1, relaxed);
    inside.WaitUntilEqual(2, relaxed);
  };
  Thread other(meet);
  meet();
}

// A shared holder sees every write of an earlier exclusive holder, and none of a later one.
template <typename L>
void SharedHolderSeesWholeSections() {
  L lock{kLockClass};
  Plain<int> left{0, "left"};
  Plain<int> right{0, "right"};
  Thread writer([&] {
    Guard<L> guard(lock);
    left.Write(1);
    right.Write(1);
  });
  SharedGuard<L> guard(lock);
  const int seen_left = left.Read();
  const int seen_right = right.Read();
  Check(seen_left == seen_right, "the writer's section is seen whole or not at all");
}

template <typename L>
void WriterWaitsForSharedHolder() {
  L lock{kLockClass};
  Atomic<bool> entered{false, "entered"};
  lock.LockShared();
  Thread writer([&lock, &entered] {
    Guard<L> guard(lock);
    entered.Store(true, relaxed);  // Order: relaxed, because the lock is what is tested.
  });
  Thread([] {}).Join();  // As in LockWaitsForTheHolder.
  const bool too_early = entered.Load(relaxed);
  lock.UnlockShared();
  writer.Join();
  Check(!too_early, "a writer waits for the shared holder");
}

template <typename L>
void SharedHolderWaitsForWriter() {
  L lock{kLockClass};
  Atomic<bool> entered{false, "entered"};
  lock.Lock();
  Thread reader([&lock, &entered] {
    SharedGuard<L> guard(lock);
    entered.Store(true, relaxed);  // Order: relaxed, because the lock is what is tested.
  });
  Thread([] {}).Join();  // As in LockWaitsForTheHolder.
  const bool too_early = entered.Load(relaxed);
  lock.Unlock();
  reader.Join();
  Check(!too_early, "a reader waits for the writer");
}

template <typename L>
void TryLockKnowsTheModes() {
  L lock{kLockClass};
  const auto check_from_outside = [&lock](bool shared_is_free) {
    Thread other([&lock, shared_is_free] {
      const bool exclusive = lock.TryLock();
      if (exclusive) lock.Unlock();
      const bool shared = lock.TryLockShared();
      if (shared) lock.UnlockShared();
      Check(!exclusive, "TryLock fails while anybody holds the lock");
      Check(shared == shared_is_free, "TryLockShared fails while a writer holds it, and only then");
    });
    other.Join();
  };
  lock.LockShared();
  check_from_outside(true);
  lock.UnlockShared();
  lock.Lock();
  check_from_outside(false);
  lock.Unlock();
}

inline void RefCountCounts() {
  RefCount count{1};
  count.Increment();
  Check(count.Read() == 2, "a reference is added");
  Check(!count.DecrementAndTest(), "the first of two is not the last");
  Check(count.IncrementNotZero(), "a living count can be raised");
  Check(!count.DecrementAndTest(), "and lowered");
  Check(count.DecrementAndTest(), "the last is the last");
  Check(!count.IncrementNotZero(), "a dead count stays dead");
  count.Set(3);
  Check(count.Read() == 3, "an unreachable count can be set");
}

// Whoever drops the last reference has every earlier user's writes behind it.
inline void LastReferenceSeesEveryUser() {
  struct Shared {
    RefCount count{2};
    Plain<int> left{0, "left"};
    Plain<int> right{0, "right"};
  };
  auto* shared = New<Shared>();
  const auto drop = [shared] {
    if (!shared->count.DecrementAndTest()) return;
    const int sum = shared->left.Read() + shared->right.Read();
    Check(sum == 2, "the last user sees the writes of both");
    Delete(shared);
  };
  Thread other([shared, drop] {
    shared->left.Write(1);
    drop();
  });
  shared->right.Write(1);
  drop();
}

// A reference gotten while others are dropped is a real one; a dead object stays dead.
inline void DeadObjectIsNotRevived() {
  struct Shared {
    RefCount count{1};
    Plain<bool> dead{false, "dead"};
  };
  Shared shared;
  const auto drop = [&shared] {
    if (shared.count.DecrementAndTest()) shared.dead.Write(true);
  };
  Thread user([&shared, drop] {
    if (!shared.count.IncrementNotZero()) return;
    Check(!shared.dead.Read(), "a holder finds the object alive");
    drop();
  });
  drop();
  user.Join();
  Check(shared.dead.Read(), "the last drop is told");
}

}  // namespace contract
}  // namespace ksync::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SYNC_TESTING_CONTRACT_LOCKS_H_
