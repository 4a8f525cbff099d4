// The board: rings keep the latest, pairs are counted where they overlap, and all of it is there
// for another mapping of the same memory.
#include "stress/workload/board.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace workload {
namespace {

using rmap::Step;
using rmap::Verb;

constexpr Step Write(std::uint32_t at) { return {.verb = Verb::kWrite, .process = 3, .at = at}; }

TEST(BoardTest, OverlapsAreCountedOnce) {
  const SharedBoard board;
  board->Begin(0, 0, {.verb = Verb::kFork});
  board->Begin(1, 0, {.verb = Verb::kMigrate});
  board->End(0);
  board->Begin(0, 0, {.verb = Verb::kExit});  // The migration is still under way.
  board->End(1);
  board->End(0);
  board->Begin(1, 0, {.verb = Verb::kFork});  // Alone.
  board->End(1);
  EXPECT_EQ(board->Overlaps(Verb::kFork, Verb::kMigrate), 1u);
  EXPECT_EQ(board->Overlaps(Verb::kMigrate, Verb::kFork), 1u) << "a pair has no order";
  EXPECT_EQ(board->Overlaps(Verb::kExit, Verb::kMigrate), 1u);
  EXPECT_EQ(board->Overlaps(Verb::kExit, Verb::kFork), 0u);
  EXPECT_EQ(board->Overlaps(Verb::kFork, Verb::kFork), 0u);
  EXPECT_EQ(board->Count(Verb::kFork), 2u);
  EXPECT_EQ(board->StepsBegun(), 4u);
}

TEST(BoardTest, AVerbOverlapsItself) {
  const SharedBoard board;
  for (std::uint32_t thread : {0, 1, 2}) board->Begin(thread, 0, {.verb = Verb::kRead});
  EXPECT_EQ(board->Overlaps(Verb::kRead, Verb::kRead), 3u);
}

TEST(BoardTest, ARingKeepsTheLatest) {
  const SharedBoard board;
  for (std::uint32_t at = 0; at < 3 * kRingSize; ++at) {
    board->Begin(1, /*phase=*/2, Write(at));
    if (at + 1 < 3 * kRingSize) board->End(1);
  }
  const std::vector<std::string> lines = board->LastSteps();
  ASSERT_EQ(lines.size(), kRingSize);
  EXPECT_EQ(lines.front(), "thread 1, phase 3: write P3 32");
  EXPECT_EQ(lines.back(), "thread 1, phase 3: write P3 47   <- under way");
}

TEST(BoardTest, ARingForgetsTheRoundBefore) {
  const SharedBoard board;
  const auto write = [&board](std::uint32_t thread, std::uint32_t at) {
    board->Begin(thread, 0, Write(at));
    board->End(thread);
  };
  board->BeginRound(1);
  for (std::uint32_t thread : {0, 1}) write(thread, 5);
  board->BeginRound(2);
  EXPECT_TRUE(board->LastSteps().empty());
  write(1, 6);
  EXPECT_EQ(board->LastSteps(), std::vector<std::string>{"thread 1, phase 1: write P3 6"});
  EXPECT_EQ(board->StepsBegun(), 3u) << "who moves, moves on";
}

TEST(BoardTest, TheFirstFailureIsKept) {
  const SharedBoard board;
  EXPECT_EQ(board->message(), "");
  EXPECT_TRUE(board->Fail("I1: first", "a.cc:1"));
  EXPECT_FALSE(board->Fail("I2: second", "a.cc:2"));
  EXPECT_EQ(board->message(), "I1: first");
  EXPECT_EQ(board->place(), "a.cc:1");
}

TEST(BoardTest, AWayInWhichLocksAreNestedIsKeptOnce) {
  const SharedBoard board;
  ksync::LockNesting first;
  first.held = "mmap_sem";
  first.taken = "pte lock";
  first.tried = true;
  ksync::LockNesting second = first;
  second.held_mode = ksync::LockMode::kShared;
  board->NoteNestings({second});
  board->NoteNestings({first, second});
  board->NoteNestings({first, second});
  const std::vector<stress::Nesting> nestings = board->Nestings();
  ASSERT_EQ(nestings.size(), 2u);
  EXPECT_EQ(nestings[0].Key(), stress::NestingOf(second).Key());
  EXPECT_EQ(nestings[1].Key(), stress::NestingOf(first).Key());
}

TEST(BoardTest, NestingsBeyondTheRoomAreLeftOut) {
  const SharedBoard board;
  std::vector<ksync::LockNesting> order;
  for (std::uint32_t i = 0; i <= kNestingsMax; ++i) {
    ksync::LockNesting& nesting = order.emplace_back();
    nesting.held = std::to_string(i);
    nesting.taken = std::string(1'000, 'x');
  }
  board->NoteNestings(order);
  EXPECT_EQ(board->Nestings().size(), kNestingsMax);
  EXPECT_EQ(board->Nestings().back().taken, std::string(31, 'x')) << "what does not fit is cut off";
}

TEST(BoardTest, IsSharedBetweenMappings) {
  const SharedBoard board;
  board->job.kernel.Set("G9 with all");
  {
    const SharedBoard other(dup(board.descriptor()));
    EXPECT_EQ(other->job.kernel.Get(), "G9 with all");
    other->BeginRound(17);
    other->Begin(0, 0, Write(1));
    other->Fail(std::string(10'000, 'x'), "a.cc:1");
  }
  EXPECT_EQ(board->round(), 17u);
  EXPECT_EQ(board->LastSteps().size(), 1u);
  EXPECT_EQ(board->message().size(), 2047u) << "what does not fit is cut off";
}

}  // namespace
}  // namespace workload
