// Shards that never meet count together what one search counts; and what is not all of one search
// is not added up.
#include "models/scale/shards.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "core/sync/sync.h"
#include "models/check.h"
#include "models/testing/peer_programs.h"

namespace models {
namespace {

using testing::PeerProgram;

constinit ksync::LockClass lock_class{"lock"};

std::string FileOf(const std::string& search, int shard) {
  return ::testing::TempDir() + "/" + search + "-" + std::to_string(shard);
}

// Returns: the files of all shards.
std::vector<std::string> SearchShards(const std::string& name, int count, void (*program)(int),
                                      int n) {
  std::vector<std::string> files;
  for (int i = 0; i < count; ++i) {
    const ShardResult result = SearchShard({}, 1, name, {i, count}, [&] { program(n); });
    files.push_back(FileOf(name, i));
    const absl::Status written = WriteShard(result, files.back());
    EXPECT_TRUE(written.ok()) << written;
  }
  return files;
}

TEST(Shards, AddUpToTheOneSearch) {
  for (const PeerProgram& program : testing::SmallPeerPrograms()) {
    const Report one = Check({}, [&program] { program.run(program.n); });
    for (const int count : {1, 3, 4}) {
      SCOPED_TRACE(std::string(program.name) + ", shards: " + std::to_string(count));
      const auto all = MergeShards(SearchShards("peer", count, program.run, program.n));
      ASSERT_TRUE(all.ok()) << all.status();
      EXPECT_EQ(all->found.executions, one.executions);
      EXPECT_EQ(all->found.blocked, one.blocked);
      EXPECT_EQ(all->limit_hit, "");
    }
  }
}

TEST(Shards, EachSearchesAPartOfIt) {
  for (int i = 0; i < 4; ++i) {
    const ShardResult result = SearchShard({}, 1, "writers", {i, 4}, [] { testing::NWriters(6); });
    EXPECT_GT(result.found.executions, 45'360u / 16) << i;
    EXPECT_LT(result.found.executions, 45'360u / 2) << i;
  }
}

TEST(Shards, AFailureIsFoundByWhoeverHasIt) {
  const auto fails = [](int) {
    ksync::Atomic<int> x(0, "x");
    ksync::Thread writer([&] { x.Store(1, ksync::release); });
    ksync::Check(x.Load(ksync::acquire) == 0, "x is 0");
  };
  const auto all = MergeShards(SearchShards("fails", 2, fails, 0));
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->found.failures, 1u);
  EXPECT_NE(all->found.failure.message, "");
}

// A lock that is tried only when the threads meet in a rare order is learned of in a part.
TEST(Shards, WhatIsLearnedTooLateIsNoResult) {
  const auto tries_late = [](int) {
    ksync::Atomic<int> x(0, "x");
    ksync::Mutex lock(lock_class);
    ksync::Thread a([&] { x.FetchAdd(1, ksync::relaxed); });
    ksync::Thread b([&] { x.FetchAdd(2, ksync::relaxed); });
    ksync::Thread c([&] { x.FetchAdd(4, ksync::relaxed); });
    ksync::Thread d([&] { x.FetchAdd(8, ksync::relaxed); });
    ksync::Thread e([&] {
      if (x.FetchAdd(16, ksync::relaxed) == 0 && lock.TryLock()) lock.Unlock();
    });
    ksync::Thread f([&] {
      const ksync::Guard guard(lock);
      x.FetchAdd(32, ksync::relaxed);
    });
  };
  const Report one = Check({}, [&] { tries_late(0); });
  const auto all = MergeShards(SearchShards("late", 2, tries_late, 0));
  ASSERT_TRUE(all.ok()) << all.status();
  if (all->limit_hit.empty()) {
    EXPECT_EQ(all->found.executions, one.executions);
    EXPECT_EQ(all->found.blocked, one.blocked);
  }
}

std::string Refusal(const std::vector<std::string>& files) {
  const auto all = MergeShards(files);
  return all.ok() ? "" : std::string(all.status().message());
}

TEST(Shards, WhatIsNotAllOfOneSearchIsRefused) {
  const std::vector<std::string> files = SearchShards("whole", 3, testing::NWriters, 4);
  EXPECT_EQ(Refusal(files), "");
  EXPECT_EQ(Refusal({files[0], files[2]}), "shard 2 of 3 is missing: give its file, too");
  EXPECT_EQ(Refusal({files[0], files[1], files[1], files[2]}),
            files[1] + ": is shard 2 once more: leave it out");
  const std::vector<std::string> other = SearchShards("other", 3, testing::NWriters, 4);
  EXPECT_EQ(Refusal({files[0], other[1], files[2]}),
            other[1] + ": is of another search than " + files[0] + ": leave it out");
  std::ofstream(files[1]) << "{}";
  EXPECT_EQ(Refusal(files),
            files[1] + ": is JSON, but no result of a shard: give files that --shard wrote");
}

}  // namespace
}  // namespace models
