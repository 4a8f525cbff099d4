// One planted fault for each rule of core/rmap that needs threads to be broken: I8, I10, I11 and
// I14. The faults are programs that ask the lock of another anon_vma, or none; beside each stands
// the program that asks the right one, and holds. The other rules: core/rmap/validate_test.cc.
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/history/kernel.h"
#include "core/rmap/anon_vma.h"
#include "core/rmap/chain.h"
#include "core/rmap/validate_change.h"
#include "core/rmap/world.h"
#include "core/vmops/exit.h"
#include "core/vmops/mmap.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/graph/failure.h"
#include "models/testing/expect.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

using models::FailureKind;

void ExpectFault(FailureKind kind, const std::string& message, std::function<void()> program) {
  const models::Report report = models::RunChecked(std::move(program));
  EXPECT_EQ(report.verdict, models::Verdict::kViolated) << report;
  EXPECT_EQ(report.failure_kind, kind) << report;
  EXPECT_NE(report.failure.find(message), std::string::npos) << report;
}

// A process with one VMA of two pages, which has an anon_vma.
struct Process {
  explicit Process(World& world) : mm(world.NewMm()) {
    vma = MmapAnonymous(mm, 0, 2);
    const ksync::SharedGuard mmap_sem(mm.mmap_sem);
    const bool prepared = AnonVmaPrepare(*vma);
    ksync::Check(prepared, "a fault found no memory");
  }

  AnonVmaLock& Lock(World& world) { return LockOf(world.machine(), *vma->anon_vma.Read()); }

  Mm& mm;
  Vma* vma = nullptr;
};

// A walk asks for the lock of an anon_vma before and after; another thread gives the anon_vma
// another root, or leaves it alone.
void LockAndUnlock(bool new_root) {
  World world{Kernel()};
  Process process(world);
  Process other(world);
  AnonVma& anon_vma = *process.vma->anon_vma.Read();
  ksync::Thread thread([&] {
    if (new_root) anon_vma.root.Write(other.vma->anon_vma.Read());
  });
  LockOf(world.machine(), anon_vma).Lock();
  LockOf(world.machine(), anon_vma).Unlock();
  thread.Join();
  anon_vma.root.Write(&anon_vma);
  Mmput(other.mm);
  Mmput(process.mm);
}

TEST(RulesModelTest, I8UnlockOfAnotherRoot) {
  models::ExpectHolds([] { LockAndUnlock(false); });
  ExpectFault(FailureKind::kLockMisuse, "", [] { LockAndUnlock(true); });
}

// A fault relies on the anon_vma that it saw, while another thread replaces it with or without the
// semaphore.
void ReplaceAnonVma(bool with_semaphore) {
  World world{Kernel()};
  Process process(world);
  Vma& vma = *process.vma;
  AnonVma* const own = vma.anon_vma.Read();
  ksync::Thread thread([&] {
    std::optional<ksync::Guard<ksync::RwSemaphore>> mmap_sem;
    if (with_semaphore) mmap_sem.emplace(process.mm.mmap_sem, ksync::Site::current());
    vma.anon_vma.Write(nullptr);
  });
  {
    const ksync::SharedGuard mmap_sem(process.mm.mmap_sem);
    const HeldAnonVma held(vma);
    CheckUnbroken(held.Broken());
  }
  thread.Join();
  vma.anon_vma.Write(own);
  Mmput(process.mm);
}

TEST(RulesModelTest, I10AnonVmaReplacedUnderAReader) {
  models::ExpectHolds([] { ReplaceAnonVma(true); });
  ExpectFault(FailureKind::kCheckFailed, "I10: the anon_vma of VMA [0,2) changed",
              [] { ReplaceAnonVma(false); });
}

// A walk computes addresses in a VMA whose start moves, with or without the lock of the walk.
void MoveStart(bool with_lock) {
  World world{Kernel()};
  Process process(world);
  Vma& vma = *process.vma;
  AnonVmaLock& lock = process.Lock(world);
  ksync::Thread thread([&] {
    std::optional<ksync::Guard<AnonVmaLock>> guard;
    if (with_lock) guard.emplace(lock, ksync::Site::current());
    vma.vm_start.Write(1);
    vma.vm_pgoff.Write(1);
  });
  lock.LockShared();
  CheckUnbroken(BrokenRanges(*vma.anon_vma.Read(), {0}));
  lock.UnlockShared();
  thread.Join();
  vma.vm_start.Write(0);
  vma.vm_pgoff.Write(0);
  Mmput(process.mm);
}

TEST(RulesModelTest, I11StartSeenWithoutItsOffset) {
  models::ExpectHolds([] { MoveStart(true); });
  ExpectFault(FailureKind::kCheckFailed, "I11: the start and the offset of VMA [",
              [] { MoveStart(false); });
}

// Two threads take the locks of two families, one after the other.
void LockTwoFamilies(bool in_one_order) {
  World world{Kernel()};
  Process process(world);
  Process other(world);
  const auto lock_both = [](AnonVmaLock& first, AnonVmaLock& second) {
    first.Lock();
    second.Lock();
    second.Unlock();
    first.Unlock();
  };
  AnonVmaLock& one = process.Lock(world);
  AnonVmaLock& two = other.Lock(world);
  ksync::Thread thread([&] { lock_both(one, two); });
  in_one_order ? lock_both(one, two) : lock_both(two, one);
  thread.Join();
  Mmput(other.mm);
  Mmput(process.mm);
}

TEST(RulesModelTest, I14TwoFamiliesInTwoOrders) {
  models::ExpectHolds([] { LockTwoFamilies(true); });
  ExpectFault(FailureKind::kDeadlock, "", [] { LockTwoFamilies(false); });
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND
