// The search keeps nothing of the executions it has visited: after a short warm-up, a million more
// executions do not raise the peak of the process's memory.
//
// Each measurement is made in a process of its own, because the peak of a process never falls. Four
// bytes kept for each of a million executions exceed the bound; a graph has thousands.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "gtest/gtest.h"
#include "models/check.h"
#include "models/testing/peer_programs.h"

namespace models {
namespace {

constexpr std::int64_t kGrowthMax = std::int64_t{4} << 20;  // Bytes.
constexpr std::uint64_t kWarmUpExecutions = 20'000;

// A sanitizer's allocator keeps what was freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kAllocatorForgets = false;
#else
constexpr bool kAllocatorForgets = true;
#endif

struct Measurement {
  std::uint64_t executions = 0;  // Complete and blocked ones.
  bool exhaustive = false;
  std::int64_t growth = 0;  // Of the peak after the warm-up, in bytes.
};

std::int64_t PeakBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} << 10;
}

Measurement MeasureHere(const std::function<void()>& program) {
  Options warm_up;
  warm_up.executions_max = kWarmUpExecutions;
  Check(warm_up, program);
  const std::int64_t before = PeakBytes();
  const Report report = Check(Options{}, program);
  return {report.executions + report.blocked, report.exhaustive, PeakBytes() - before};
}

// Returns: what was measured in a child process; nothing explored, if that failed.
Measurement Measure(const std::function<void()>& program) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {};
  const pid_t child = fork();
  if (child < 0) return {};
  if (child == 0) {
    const Measurement measured = MeasureHere(program);
    const bool written = write(ends[1], &measured, sizeof(measured)) == sizeof(measured);
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  Measurement measured;
  const bool complete = read(ends[0], &measured, sizeof(measured)) == sizeof(measured);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return complete ? measured : Measurement();
}

TEST(FlatMemory, OverTwoMillionOrdersOfWrites) {
  if (!kAllocatorForgets) GTEST_SKIP() << "the allocator keeps what was freed";
  const Measurement measured = Measure([] { testing::CoherenceOfA(6); });
  EXPECT_TRUE(measured.exhaustive);
  EXPECT_EQ(measured.executions, 2'073'600u);
  EXPECT_LT(measured.growth, kGrowthMax);
}

TEST(FlatMemory, OverAMillionRevisits) {
  if (!kAllocatorForgets) GTEST_SKIP() << "the allocator keeps what was freed";
  const Measurement measured = Measure([] { testing::CasThenWrite(6); });
  EXPECT_TRUE(measured.exhaustive);
  EXPECT_EQ(measured.executions, 1'270'080u);
  EXPECT_LT(measured.growth, kGrowthMax);
}

// Most of these are given up half-way, so stacks are unwound and nodes forgotten.
TEST(FlatMemory, OverBlockedExecutions) {
  if (!kAllocatorForgets) GTEST_SKIP() << "the allocator keeps what was freed";
  const Measurement measured = Measure([] { testing::MichaelScottQueue(3); });
  EXPECT_TRUE(measured.exhaustive);
  EXPECT_GT(measured.executions, 500'000u);
  EXPECT_LT(measured.growth, kGrowthMax);
}

// The bound can be exceeded: 16 bytes kept for each of a million executions are seen.
TEST(FlatMemory, SmallLeakIsSeen) {
  std::vector<std::array<char, 16>> kept;
  const Measurement measured = Measure([&kept] {
    kept.push_back({1});
    testing::CasThenWrite(6);
  });
  EXPECT_TRUE(measured.exhaustive);
  EXPECT_GT(measured.growth, kGrowthMax);
}

}  // namespace
}  // namespace models
