// What the generator promises: the same program everywhere, within its limits and with its
// invariants; and that what it makes is worth comparing engines on.
#include "models/testing/random_program.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "models/testing/brute_force.h"

namespace models::testing {
namespace {

using Kind = Operation::Kind;

bool IsTry(const Operation& o) {
  return o.kind == Kind::kTryLock || o.kind == Kind::kTryLockShared;
}
bool Takes(const Operation& o) {
  return o.kind == Kind::kLock || o.kind == Kind::kLockShared || IsTry(o);
}
bool IsShared(const Operation& o) {
  return o.kind == Kind::kLockShared || o.kind == Kind::kUnlockShared ||
         o.kind == Kind::kTryLockShared;
}

template <typename Check>
void ForManyPrograms(Check check) {
  for (Profile profile : kProfiles) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      const Program program = RandomProgram(seed, profile, 4);
      SCOPED_TRACE(ToString(program));
      check(program);
    }
  }
}

// The same seed gives the same program with every compiler, or failures could not be repeated.
TEST(RandomProgram, IsTheSameEverywhere) {
  EXPECT_EQ(ToString(RandomProgram(1, Profile::kMixed)),
            "thread 0:\n"
            "  r0 = compare_exchange(x, 2 -> 1, relaxed, acquire)\n"
            "  r1 = wait_until(x == 1, acquire)\n"
            "  store(z, r1, release)\n"
            "thread 1:\n"
            "  r0 = load(z, relaxed)\n"
            "  if (r0 == 0) skip 1\n"
            "  store(x, 2, seq_cst)\n");
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a of many more.
  ForManyPrograms([&hash](const Program& program) {
    for (char c : ToString(program)) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  });
  EXPECT_EQ(hash, 16049387650527561576U);
}

TEST(RandomProgram, FitsTheLimits) {
  ForManyPrograms([](const Program& program) {
    EXPECT_GE(program.threads.size(), 2U);
    EXPECT_LE(program.threads.size(), 3U);
    EXPECT_LE(program.locations(), 3);
    EXPECT_LE(program.mutexes(), kMaxMutexes);
    for (const Thread& thread : program.threads) {
      EXPECT_FALSE(thread.empty());
      for (const Operation& operation : thread) EXPECT_LT(operation.reg, kMaxRegisters);
    }
  });
}

TEST(RandomProgram, EveryReadHasItsOwnRegister) {
  ForManyPrograms([](const Program& program) {
    for (const Thread& thread : program.threads) {
      std::set<int> filled;
      for (const Operation& o : thread) {
        if (!FillsRegister(o)) continue;
        EXPECT_TRUE(filled.insert(o.reg).second);
      }
    }
  });
}

TEST(RandomProgram, OnlyOneProfileMixesPlainAndAtomicAccesses) {
  for (Profile profile : kProfiles) {
    int mixed = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      const Program program = RandomProgram(seed, profile, 4);
      for (int l = 0; l < program.locations(); ++l) mixed += program.IsMixed(l);
    }
    EXPECT_EQ(mixed > 50, profile == Profile::kMixes) << ProfileName(profile) << mixed;
    EXPECT_EQ(mixed == 0, profile != Profile::kMixes) << ProfileName(profile) << mixed;
  }
}

// Returns: whether from `first` to before `last` locks nest, held ones are taken again on top of
// shared holds only, and sections neither nest nor hold a grace period.
bool IsWellNested(const Thread& thread, std::size_t first, std::size_t last) {
  std::vector<Operation> held;
  bool in_section = false;
  for (std::size_t i = first; i < last; ++i) {
    const Operation& o = thread[i];
    if (Takes(o)) {
      for (const Operation& lock : held) {
        if (lock.location == o.location && !IsShared(lock)) return false;
      }
      held.push_back(o);
    } else if (UsesMutex(o) && o.kind != Kind::kIsLocked) {
      if (held.empty() || held.back().location != o.location) return false;
      if (IsShared(held.back()) != IsShared(o)) return false;
      held.pop_back();
    } else if (o.kind == Kind::kRcuLock || o.kind == Kind::kRcuUnlock) {
      if (in_section == (o.kind == Kind::kRcuLock)) return false;
      in_section = !in_section;
    } else if (o.kind == Kind::kSynchronize && in_section) {
      return false;
    }
  }
  return held.empty() && !in_section;
}

TEST(RandomProgram, LocksNestAndSkipsStayInside) {
  ForManyPrograms([](const Program& program) {
    for (const Thread& thread : program.threads) {
      EXPECT_TRUE(IsWellNested(thread, 0, thread.size()));
      for (std::size_t i = 0; i < thread.size(); ++i) {
        const Operation& o = thread[i];
        if (o.kind != Kind::kSkipIfEqual) continue;
        ASSERT_LT(i + o.skip, thread.size());
        // What was only tried is skipped together with what it is given back by.
        const bool tried = i > 0 && IsTry(thread[i - 1]);
        EXPECT_TRUE(IsWellNested(thread, tried ? i - 1 : i + 1, i + o.skip + 1));
      }
    }
  });
}

// Of each profile enough is race free, and of those that can be, some are racy or deadlock.
TEST(RandomProgram, IsAGoodMixture) {
  for (Profile profile : kProfiles) {
    int racy = 0, deadlock = 0, completes = 0, interesting = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const auto result = ExploreByBruteForce(RandomProgram(seed, profile), Model::kRc11);
      racy += result.racy;
      deadlock += result.deadlock;
      completes += result.executions > 0;
      interesting += result.executions > 1;
    }
    SCOPED_TRACE(ProfileName(profile));
    EXPECT_LT(racy, 40);
    EXPECT_GT(completes, 50);
    EXPECT_GT(interesting, 40);
    EXPECT_GE(racy, profile == Profile::kPlain ? 5 : 0);
    EXPECT_GE(deadlock, profile == Profile::kAwaits ? 15 : 0);
    EXPECT_GE(deadlock, profile == Profile::kLocks ? 3 : 0);
    EXPECT_GE(deadlock, profile == Profile::kRwLocks || profile == Profile::kRcu ? 3 : 0);
  }
}

}  // namespace
}  // namespace models::testing
