// The translation itself, without an engine: each thread is run to its end when it is spawned, so
// the one execution there is must be among those that brute force finds under sc.
#include "models/testing/as_modelled.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/sync/hooks.h"
#include "models/testing/brute_force.h"
#include "models/testing/random_program.h"

namespace models::testing {
namespace {

using ksync::LocationId;
using ksync::LockMode;
using ksync::RmwOp;
using ksync::Site;
using ksync::ThreadId;

// Thrown where an engine would not return: the thread or the execution ends there.
struct Abandoned {};

// One thread after another, in the order they are spawned.
class SequentialHooks final : public ksync::Hooks {
 public:
  LocationId NewLocation(const ksync::LocationInfo&, std::uint64_t initial, Site) override {
    values_.push_back(initial);
    return static_cast<LocationId>(values_.size() - 1);
  }
  void EndLocation(LocationId, Site) override {}

  std::uint64_t Load(LocationId location, Order, Site) override { return values_[location]; }
  void Store(LocationId location, std::uint64_t value, Order, Site) override {
    values_[location] = value;
  }
  std::uint64_t Rmw(LocationId location, const RmwOp& op, Order, Order, Site) override {
    const std::uint64_t seen = values_[location];
    switch (op.kind) {
      case RmwOp::Kind::kExchange:
        values_[location] = op.operand;
        break;
      case RmwOp::Kind::kAdd:
        values_[location] += op.operand;
        break;
      case RmwOp::Kind::kCompareExchange:
        if (seen == op.expected) values_[location] = op.operand;
        break;
      default:
        std::abort();
    }
    return seen;
  }
  std::uint64_t Await(LocationId location, const ksync::Condition& condition, Order,
                      Site) override {
    if (!condition.Holds(values_[location])) throw Abandoned();
    return values_[location];
  }
  void Fence(Order, Site) override {}
  void PlainRead(LocationId, Site) override {}
  void PlainWrite(LocationId, Site) override {}
  std::uint64_t LoadPlain(LocationId location, Site) override { return values_[location]; }
  void StorePlain(LocationId location, std::uint64_t value, Site) override {
    values_[location] = value;
  }

  // A lock is held kExclusively, or shared by so many.
  void Acquire(LocationId lock, LockMode mode, Site site, ksync::Nesting) override {
    if (!TryAcquire(lock, mode, site)) throw Abandoned();
  }
  bool TryAcquire(LocationId lock, LockMode mode, Site) override {
    const bool shared = mode == LockMode::kShared;
    if (shared ? values_[lock] == kExclusively : values_[lock] != 0) return false;
    values_[lock] = shared ? values_[lock] + 1 : kExclusively;
    return true;
  }
  void Release(LocationId lock, LockMode mode, Site) override {
    EXPECT_EQ(values_[lock] == kExclusively, mode == LockMode::kExclusive);
    values_[lock] = mode == LockMode::kShared ? values_[lock] - 1 : 0;
  }
  bool IsLocked(LocationId lock, Site) override { return values_[lock] != 0; }

  void RcuReadLock(Site) override { EXPECT_FALSE(std::exchange(in_section_, true)); }
  void RcuReadUnlock(Site) override { EXPECT_TRUE(std::exchange(in_section_, false)); }
  void SynchronizeRcu(Site) override { EXPECT_FALSE(in_section_); }
  bool InRcuReadSection() override { return in_section_; }
  std::uint32_t Choose(std::uint32_t count, const char*, Site) override { return count - 1; }

  ThreadId Spawn(void (*body)(void*), void* argument, const char*, Site) override {
    body(argument);
    return threads_++;
  }
  void Join(ThreadId thread, bool, Site) override { EXPECT_LT(thread, threads_); }
  [[noreturn]] void Block(Site, const char*) override { throw Abandoned(); }

  // Programs have none of the following.
  bool Holds(LocationId, LockMode) override { std::abort(); }
  void NoteLastUser(LocationId, Site) override {}
  LocationId LocationAt(const ksync::LocationInfo&, std::size_t, Site) override { std::abort(); }
  void EndLocationAt(const void*, Site) override { std::abort(); }
  void PlainReadAt(const void*, std::size_t, Site) override { std::abort(); }
  void PlainWriteAt(const void*, std::size_t, Site) override { std::abort(); }
  void* Allocate(std::size_t, const char*, Site, std::size_t) override { std::abort(); }
  bool Owns(const void*, std::size_t*) override { std::abort(); }
  void Free(void*, Site) override { std::abort(); }
  void* PoolAllocate(LocationId, std::size_t, const char*, bool*, Site) override { std::abort(); }
  void PoolFree(LocationId, void*, Site) override { std::abort(); }
  [[noreturn]] void Fail(ksync::Misuse, const char*, Site) override { std::abort(); }

 private:
  static constexpr std::uint64_t kExclusively = 1000;

  std::vector<std::uint64_t> values_;
  ThreadId threads_ = 0;
  bool in_section_ = false;
};

// Returns: the outcome of the sequential execution, unless a thread has to wait in it.
std::optional<Outcome> RunSequentially(const Program& program) {
  SequentialHooks hooks;
  ksync::Hooks* before = ksync::InstallHooks(&hooks);
  std::optional<Outcome> result;
  try {
    AsModelled(program, [&result](const Outcome& outcome) { result = outcome; })();
  } catch (const Abandoned&) {
  }
  ksync::InstallHooks(before);
  return result;
}

TEST(AsModelled, EveryKindOfOperation) {
  const Order sc = Order::kSeqCst;
  const Program program = {
      {{Store(0, 5, sc), FetchAdd(0, 0, 2, sc), Lock(0), PlainStore(1, Value(0, 1)), Unlock(0),
        Fence(sc)},
       {Load(0, 0, sc), SkipIfEqual(0, 7, 1), Store(0, 9, sc), Exchange(0, 1, Value(0, 1), sc),
        CompareExchange(0, 2, 8, 3, sc, sc), CompareExchange(0, 3, 8, 4, sc, sc),
        WaitUntilEqual(0, 4, 3, sc), AssumeEqual(4, 3), Lock(0), PlainLoad(1, 5), Unlock(0)}}};
  const auto outcome = RunSequentially(program);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(ToString(*outcome, program),
            "0:r0=5 1:r0=7 1:r1=7 1:r2=8 1:r3=3 1:r4=3 1:r5=6 x=3 y=6");
}

TEST(AsModelled, EveryKindOfOperationThatWaitsOrChooses) {
  const Program program = {
      {{Choose(0, 3), TryLock(0, 1), TryLock(0, 2), TryLockShared(0, 3), Unlock(0), LockShared(0),
        TryLockShared(0, 4), TryLock(0, 5), IsLocked(0, 6), UnlockShared(0), UnlockShared(0),
        IsLocked(0, 7), Lock(0), Unlock(0)},
       {RcuLock(), RcuUnlock(), Synchronize(), RcuLock(), RcuUnlock()}}};
  const auto outcome = RunSequentially(program);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(ToString(*outcome, program), "0:r0=2 0:r1=1 0:r2=0 0:r3=0 0:r4=1 0:r5=0 0:r6=1 0:r7=0");
  EXPECT_FALSE(RunSequentially({{{LockShared(0), Lock(0)}}}).has_value());
  EXPECT_FALSE(RunSequentially({{{Lock(0), LockShared(0)}}}).has_value());
}

TEST(AsModelled, AStuckProgramRecordsNothing) {
  EXPECT_FALSE(RunSequentially({{{WaitUntilEqual(0, 0, 1, Order::kRelaxed)}}}).has_value());
  EXPECT_FALSE(RunSequentially({{{AssumeEqual(0, 1)}}}).has_value());
}

TEST(AsModelled, SequentialOutcomesAreAmongThoseOfBruteForce) {
  int ran = 0;
  for (Profile profile : kProfiles) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      const Program program = RandomProgram(seed, profile, 2);
      const auto outcome = RunSequentially(program);
      if (!outcome) continue;
      ++ran;
      const BruteForceResult expected = ExploreByBruteForce(program, Model::kSc);
      EXPECT_TRUE(expected.outcomes.contains(*outcome))
          << ProfileName(profile) << ", seed " << seed << "\n"
          << ToString(program) << ToString(*outcome, program);
    }
  }
  EXPECT_GT(ran, 300);
}

}  // namespace
}  // namespace models::testing
