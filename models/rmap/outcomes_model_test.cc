// That races of core/vmops which may end in two ways do end in both: a proof that everything is in
// order afterwards says nothing of an end that never comes.
#include <functional>
#include <set>
#include <string>

#include "core/history/kernel.h"
#include "core/mm/at_rest.h"
#include "core/mm/mempolicy.h"
#include "core/rmap/world.h"
#include "core/sync/sync.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/fork.h"
#include "core/vmops/mbind.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mlock.h"
#include "core/vmops/mmap.h"
#include "core/vmops/reclaim.h"
#include "gtest/gtest.h"
#include "models/testing/expect.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

using Ends = std::set<std::string>;

// Returns: what the program says at its end, in all executions. It must hold.
Ends EndsOf(const std::function<std::string()>& program) {
  Ends ends;
  models::ExpectHolds([&] { ends.insert(program()); });
  return ends;
}

void Write(Mm& mm, std::uint32_t value) {
  const bool done = UserWrite(mm, 0, value);
  ksync::Check(done, "a write found no memory");
}

Mm& NewWriter(World& world) {
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  Write(mm, 1);
  return mm;
}

bool Migrate(Page& from, Page& to) {
  Migration migration(from, to);
  const bool moved = migration.Begin();
  migration.Finish();
  return moved;
}

// A fault may wait for a migration, which fails if it sees the reference of who waits.
TEST(OutcomesModelTest, MigrationVersusWaiter) {
  const Ends ends = EndsOf([] {
    World world{Kernel()};
    Mm& mm = NewWriter(world);
    Page& from = *IsolatePage(mm, 0);
    Page& to = world.AddPage();
    ksync::Thread fault([&mm] { ksync::Check(UserRead(mm, 0) == 1u, "what was written is lost"); });
    std::string end = "it moves";
    if (!Migrate(from, to)) end = Migrate(from, to) ? "it moves the second time" : "it stays";
    fault.Join();
    PutPage(from);
    Mmput(mm);
    return end;
  });
  EXPECT_EQ(ends, (Ends{"it moves", "it moves the second time", "it stays"}));
}

// Reclaim may come before mlock, or after munlock, or meet neither's page as it wants it.
TEST(OutcomesModelTest, MlockVersusReclaim) {
  for (const bool locks : {true, false}) {
    const Ends ends = EndsOf([locks] {
      World world{Kernel()};
      Mm& mm = NewWriter(world);
      if (!locks) ksync::Check(Mlock(mm, 0, 1), "mlock found no memory");
      bool taken = false;
      ksync::Thread reclaim([&] { taken = SwapOut(mm, 0); });
      ksync::Check(locks ? Mlock(mm, 0, 1) : Munlock(mm, 0, 1), "mlock found no memory");
      reclaim.Join();
      Mmput(mm);
      return taken ? "taken" : "kept";
    });
    EXPECT_EQ(ends, (Ends{"taken", "kept"})) << (locks ? "mlock" : "munlock");
  }
}

// The page is the parent's alone until the child has brought it back too.
TEST(OutcomesModelTest, MbindVersusSwapIn) {
  const Ends ends = EndsOf([] {
    World world{Kernel()};
    Mm& parent = NewWriter(world);
    Mm& child = *DupMm(parent);
    ksync::Check(SwapOut(parent, 0), "a page at rest was not reclaimed");
    ksync::Check(UserRead(parent, 0) == 1u, "what was written is lost");
    const Pte before = Resting(parent).page_table[0].Read();
    Mempolicy* const policy = MpolNew(1);
    ksync::Thread fault([&child] { ksync::Check(UserRead(child, 0) == 1u, "it is lost"); });
    ksync::Check(Mbind(parent, 0, 1, *policy), "mbind found no memory");
    fault.Join();
    const bool moved = Resting(parent).page_table[0].Read() != before;
    MpolPut(policy);
    Mmput(child);
    Mmput(parent);
    return moved ? "it moves" : "it stays";
  });
  EXPECT_EQ(ends, (Ends{"it moves", "it stays"}));
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND
