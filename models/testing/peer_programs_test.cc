// Golden counts: on each peer program the checker visits as many complete executions as GenMC
// v0.11.
//
// Fewer would be unsound; more would be a wrong model or an execution visited twice. And where
// nothing can block, no run is wasted: the search is optimal.
#include "models/testing/peer_programs.h"

#include <cctype>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "models/check.h"

namespace models::testing {

// Found by GoogleTest, which otherwise prints bytes.
static void PrintTo(const PeerProgram& program, std::ostream* out) { *out << program.name; }

namespace {

// Full sizes with more executions take seconds; explorer_benchmark checks those.
constexpr std::uint64_t kExecutionsMax = 50'000;

std::vector<PeerProgram> AllSmall() {
  return {SmallPeerPrograms().begin(), SmallPeerPrograms().end()};
}

std::vector<PeerProgram> FullSizeAndQuick() {
  std::vector<PeerProgram> quick;
  for (const PeerProgram& program : PeerPrograms()) {
    if (program.executions <= kExecutionsMax) quick.push_back(program);
  }
  return quick;
}

// GoogleTest wants letters and digits.
std::string TestName(const ::testing::TestParamInfo<PeerProgram>& info) {
  std::string name = info.param.name;
  for (char& letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return name;
}

class PeerProgramTest : public ::testing::TestWithParam<PeerProgram> {};

TEST_P(PeerProgramTest, CountsWhatThePeerCounts) {
  const PeerProgram& program = GetParam();
  const Report report = Check(Options{}, [&program] { program.run(program.n); });
  EXPECT_EQ(report.verdict, Verdict::kHolds) << report;
  EXPECT_TRUE(report.exhaustive) << report;
  EXPECT_EQ(report.executions, program.executions);
  EXPECT_TRUE(program.blocks || report.blocked == 0) << report;
}

INSTANTIATE_TEST_SUITE_P(Small, PeerProgramTest, ::testing::ValuesIn(AllSmall()), TestName);
INSTANTIATE_TEST_SUITE_P(FullSize, PeerProgramTest, ::testing::ValuesIn(FullSizeAndQuick()),
                         TestName);

TEST(PeerProgramTable, HasEveryRowOnce) {
  std::vector<std::string> seen;
  for (const PeerProgram& program : PeerPrograms()) {
    for (const std::string& name : seen) EXPECT_NE(name, program.name);
    seen.push_back(program.name);
  }
  EXPECT_EQ(seen.size(), 26u);
  EXPECT_EQ(SmallPeerPrograms().size(), 25u) << "big1 has no small size";
}

}  // namespace
}  // namespace models::testing
