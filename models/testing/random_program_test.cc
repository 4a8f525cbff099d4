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

bool UsesMutex(const Operation& o) { return o.kind == Kind::kLock || o.kind == Kind::kUnlock; }

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
  EXPECT_EQ(hash, 5034774936783931496U);
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
        const bool reads = o.kind == Kind::kLoad || o.kind == Kind::kFetchAdd ||
                           o.kind == Kind::kExchange || o.kind == Kind::kCompareExchange ||
                           o.kind == Kind::kPlainLoad || o.kind == Kind::kWaitUntilEqual;
        if (!reads) continue;
        EXPECT_TRUE(filled.insert(o.reg).second);
      }
    }
  });
}

TEST(RandomProgram, NoLocationIsBothAtomicAndPlain) {
  ForManyPrograms([](const Program& program) {
    for (const Thread& thread : program.threads) {
      for (const Operation& o : thread) {
        const bool neither = UsesMutex(o) || o.kind == Kind::kFence ||
                             o.kind == Kind::kSkipIfEqual || o.kind == Kind::kAssumeEqual;
        if (neither) continue;
        const bool plain = o.kind == Kind::kPlainLoad || o.kind == Kind::kPlainStore;
        EXPECT_EQ(plain, program.IsPlain(o.location));
      }
    }
  });
}

TEST(RandomProgram, LocksNestAndSkipsStayInside) {
  ForManyPrograms([](const Program& program) {
    for (const Thread& thread : program.threads) {
      std::vector<int> held;
      for (std::size_t i = 0; i < thread.size(); ++i) {
        const Operation& o = thread[i];
        if (o.kind == Kind::kLock) {
          EXPECT_EQ(std::ranges::count(held, o.location), 0);
          held.push_back(o.location);
        } else if (o.kind == Kind::kUnlock) {
          ASSERT_FALSE(held.empty());
          EXPECT_EQ(held.back(), o.location);
          held.pop_back();
        } else if (o.kind == Kind::kSkipIfEqual) {
          ASSERT_LT(i + o.skip, thread.size());
          for (int k = 1; k <= o.skip; ++k) EXPECT_FALSE(UsesMutex(thread[i + k]));
        }
      }
      EXPECT_TRUE(held.empty());
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
  }
}

}  // namespace
}  // namespace models::testing
