// Three protocols. All begin in RCU with one read of the mapping word; a page that is mapped then
// has an anon_vma that was alive in this section.
//   G0-G4  take its lock; whatever lives there now has another list, which does no harm.
//   G5     take the lock of its root, which may be another's root by now: ask again under the lock.
//   G6-    the lock sleeps, so RCU must end before it. Try the lock first; if that fails, count the
//          anon_vma, leave RCU and wait.
// Until G5 the RCU section lasts until the lock is given back.
//
// The lock is chosen at run time, and goes from function to function as a value. Clang cannot
// follow it, and does not look at those that take it or give it back.
#include "core/rmap/page_lock.h"

#include <optional>

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the anon_vma the page is anchored at; nothing if that cannot be trusted. It is null of a
// page that was merged before a mapping word could say so (KH-10).
// Requires: an RCU section. What is returned was alive in it, or the page was not mapped.
// Order: acquire stands for the address dependency from the word to the object behind it.
std::optional<AnonVma*> MappedAnonVma(const Page& page) {
  const MappingWord mapping = page.mapping.LoadAcquire();
  const bool is_anchored = (mapping & kPageMappingFlags) == kPageMappingAnon;
  if (!is_anchored || !PageMapped(page)) return std::nullopt;
  return ToAnonVma(mapping);
}

// The two ends that the RCU section of a walk may have. Kernel: before KH-01 the spinlock was
// trusted to hold off RCU.
void LeaveRcuWhenLocked(const Machine& machine) {
  if (!machine.Has(Fix::kKh01)) ksync::RcuReadUnlock();
}
void LeaveRcuWhenUnlocked(const Machine& machine) {
  if (machine.Has(Fix::kKh01)) ksync::RcuReadUnlock();
}

// The lock of an anon_vma that is found before it is locked or counted.
// Order: acquire, for who finds the root of a later life: it must not still see its page mapped by
// the former. In the kernel the unmapping is a full barrier, and whoever follows the root comes
// after it by the address dependency.
AnonVmaLock& WalkersLockOf(const Machine& machine, AnonVma& anon_vma) {
  if (!machine.Has(Mechanism::kRootLock)) return anon_vma.lock;
  return anon_vma.root.LoadAcquire()->lock;
}

// Whether a walk asks once more if the page is mapped. Under the lock that means that the anon_vma,
// and so its root, is the one asked for.
bool AsksAgain(const Machine& machine) {
  return machine.Has(Mechanism::kRootLock) && machine.Has(Fix::kKh37);
}

LockedAnonVma LockInRcu(Page& page) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  const Machine& machine = page.machine;
  ksync::RcuReadLock();
  const std::optional<AnonVma*> anon_vma = MappedAnonVma(page);
  if (!anon_vma.has_value()) {
    ksync::RcuReadUnlock();
    return {};
  }
  AnonVmaLock& lock = WalkersLockOf(machine, **anon_vma);
  lock.LockShared();
  LeaveRcuWhenLocked(machine);
  if (!AsksAgain(machine) || PageMapped(page)) return {*anon_vma, &lock};
  lock.UnlockShared();
  LeaveRcuWhenUnlocked(machine);
  return {};
}

// The fast path: no count, no sleep. Returns: what was locked, or false with `lock_was_free`
// telling why. Requires: an RCU section in which the anon_vma lived.
LockedAnonVma TryLock(Page& page, AnonVma& anon_vma,
                      bool& lock_was_free) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  AnonVmaLock& lock = WalkersLockOf(page.machine, anon_vma);
  lock_was_free = lock.TryLockShared();
  if (!lock_was_free) return {};
  // A count says that some anon_vma lives here; only the mapping says that it is this one.
  const bool asks_page = page.machine.Has(Fix::kKh52);
  const bool is_alive = asks_page ? PageMapped(page) : anon_vma.refcount.Read() != 0;
  if (is_alive) return {&anon_vma, &lock};
  // What is not this one may have another root by now, whose lock is not ours.
  AnonVmaLock& to_give_back = asks_page ? lock : LockOf(page.machine, anon_vma);
  to_give_back.UnlockShared();
  return {};
}

// Drops a count that was taken in vain. Requires: an RCU section; it ends here.
void PutAndLeaveRcu(const Machine& machine, AnonVma& anon_vma) {
  // Dropping the last count waits for walkers.
  if (machine.Has(Fix::kKh64)) {
    ksync::RcuReadUnlock();
    PutAnonVma(machine, anon_vma);
  } else {
    PutAnonVma(machine, anon_vma);
    ksync::RcuReadUnlock();
  }
}

// Counts an anon_vma that is alive if the page is mapped. Requires: an RCU section; it ends here.
AnonVma* CountIfMapped(Page& page, AnonVma& anon_vma) {
  if (!anon_vma.refcount.IncrementNotZero()) {
    ksync::RcuReadUnlock();
    return nullptr;
  }
  if (!PageMapped(page)) {
    PutAndLeaveRcu(page.machine, anon_vma);
    return nullptr;
  }
  ksync::RcuReadUnlock();
  return &anon_vma;
}

// The slow path: a count, then the lock, then the count is not needed any more.
LockedAnonVma CountThenLock(Page& page, AnonVma& found) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  AnonVma* const anon_vma = CountIfMapped(page, found);
  if (anon_vma == nullptr) return {};
  AnonVmaLock& lock = LockOf(page.machine, *anon_vma);
  lock.LockShared();
  if (!anon_vma->refcount.DecrementAndTest()) return {anon_vma, &lock};
  lock.UnlockShared();  // Freeing waits for walkers: first give the lock back.
  AnonVmaEnd(page.machine, *anon_vma);
  return {};
}

LockedAnonVma LockThroughCount(Page& page) {
  ksync::RcuReadLock();
  const std::optional<AnonVma*> anon_vma = MappedAnonVma(page);
  if (!anon_vma.has_value()) {
    ksync::RcuReadUnlock();
    return {};
  }
  bool lock_was_free = false;
  const LockedAnonVma locked = TryLock(page, **anon_vma, lock_was_free);
  if (!lock_was_free) return CountThenLock(page, **anon_vma);
  ksync::RcuReadUnlock();
  return locked;
}

// The lock of a dead anon_vma does a walk no harm, but a count would end it once more: unless the
// walk has asked under the lock, this does.
AnonVma* CountUnderLock(Page& page) {
  const LockedAnonVma locked = PageLockAnonVma(page);
  if (!locked) return nullptr;
  const bool lives = AsksAgain(page.machine) || PageMapped(page);
  if (lives) GetAnonVma(*locked.anon_vma);
  PageUnlockAnonVma(page, locked);
  return lives ? locked.anon_vma : nullptr;
}

}  // namespace

LockedAnonVma PageLockAnonVma(Page& page) {
  return page.machine.Has(Mechanism::kCountIsLifetime) ? LockThroughCount(page) : LockInRcu(page);
}

void PageUnlockAnonVma(const Page& page,
                       const LockedAnonVma& locked) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  const Machine& machine = page.machine;
  // As the kernel does, it relies on the root that nobody may change under the lock.
  LockOf(machine, *locked.anon_vma).UnlockShared();
  if (!machine.Has(Mechanism::kCountIsLifetime)) LeaveRcuWhenUnlocked(machine);
}

AnonVma* PageGetAnonVma(Page& page) {
  if (page.machine.Has(Mechanism::kCountIsLifetime)) {
    ksync::RcuReadLock();
    const std::optional<AnonVma*> anon_vma = MappedAnonVma(page);
    if (anon_vma.has_value()) return CountIfMapped(page, **anon_vma);
    ksync::RcuReadUnlock();
    return nullptr;
  }
  if (page.machine.Has(Fix::kKh43)) return CountUnderLock(page);
  const std::optional<AnonVma*> anon_vma = MappedAnonVma(page);
  if (!anon_vma.has_value()) return nullptr;
  GetAnonVma(**anon_vma);
  return *anon_vma;
}

}  // namespace rmap::inline KSYNC_BACKEND
