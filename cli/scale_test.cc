// Searches by several processes, in several sittings and in shards, as users meet them: the counts
// and verdicts are those of the plain search.
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/testing/rmapcheck_process.h"
#include "gtest/gtest.h"

namespace cli {
namespace {

constexpr char kSearch[] = "prove PairMunmapVersusFork --generation=G5";
constexpr char kLong[] = "prove TripleExitVersusForkVersusReclaim --generation=G5";

class ScaleTest : public RmapcheckTest {
 protected:
  nlohmann::json Row(const std::string& arguments, int code = 0) {
    const Outcome outcome = Search(absl::StrCat(arguments, " --format=json"));
    EXPECT_EQ(outcome.code, code) << arguments << "\n" << outcome.err;
    return outcome.out.empty() ? nlohmann::json() : outcome.Json()["results"][0];
  }
  std::string File(const std::string& name) const { return absl::StrCat(folder_, "/", name); }
};

void ExpectSame(const nlohmann::json& row, const nlohmann::json& expected) {
  for (const char* member : {"verdict", "executions", "blocked", "exhaustive", "failure"}) {
    EXPECT_EQ(row[member], expected[member]) << member;
  }
}

TEST_F(ScaleTest, JobsCountTheSame) {
  ExpectSame(Row(absl::StrCat(kLong, " --jobs=3")), Row(kLong));
  const std::string violated = "prove SplitBelowVersusMigration --generation=G1";
  ExpectSame(Row(violated + " --jobs=2"), Row(violated));
}

TEST_F(ScaleTest, ASearchThatWasCutGoesOn) {
  const std::string file = File("checkpoint");
  const nlohmann::json cut =
      Row(absl::StrCat(kLong, " --jobs=2 --executions_max=3000 --checkpoint=", file), 3);
  EXPECT_EQ(cut["verdict"], "undecided");
  EXPECT_EQ(cut["limit_hit"], "executions_max");
  ExpectSame(Row(absl::StrCat(kLong, " --resume=", file)), Row(kLong));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(ScaleTest, WhatCannotBeGoneOnWithIsRefused) {
  ExpectRefused(absl::StrCat(kSearch, " --resume=", File("none")), "none");
  ExpectRefused("prove Pair* --checkpoint=" + File("many"), "--checkpoint: is of one search, not ");
  ExpectRefused("prove Pair* --shard=1/2", "--shard: is of one search, not ");
  ExpectRefused(absl::StrCat(kSearch, " --jobs=0"), "--jobs=0: is no number that fits");
  Row(absl::StrCat(kLong, " --executions_max=2000 --checkpoint=", File("other")), 3);
  ExpectRefused(absl::StrCat(kSearch, " --resume=", File("other")),
                "is a checkpoint of another program: begin the search anew");
}

TEST_F(ScaleTest, ShardsAddUp) {
  std::string files;
  for (int i = 1; i <= 3; ++i) {
    const std::string file = File(absl::StrCat("shard-", i));
    absl::StrAppend(&files, " ", file);
    const Outcome one = Run(absl::StrCat(kLong, " --shard=", i, "/3 --shard_result=", file));
    EXPECT_EQ(one.code, 0) << one.err;
    EXPECT_NE(one.out.find(absl::StrCat("shard ", i, " of 3")), std::string::npos) << one.out;
  }
  const Outcome merged = Run("merge --format=json" + files);
  EXPECT_EQ(merged.code, 0) << merged.err;
  const nlohmann::json expected = Row(kLong);
  EXPECT_EQ(merged.Json()["verdict"], "holds");
  EXPECT_EQ(merged.Json()["executions"], expected["executions"]);
  EXPECT_EQ(merged.Json()["blocked"], expected["blocked"]);
}

TEST_F(ScaleTest, WhatIsNoShardIsRefused) {
  for (const char* shard : {"0/3", "4/3", "3", "x/3", "1/0", "1/2/3", "-1/3", "1/99999"}) {
    ExpectRefused(absl::StrCat(kSearch, " --shard=", shard), "is no shard: give one such as 3/16");
  }
  ExpectRefused("merge", "merge: no file is given");
  ExpectRefused("merge " + File("none"), "none");
  ASSERT_EQ(Run(absl::StrCat(kSearch, " --shard=2/2 --shard_result=", File("two"))).code, 0);
  ExpectRefused("merge " + File("two"), "shard 1 of 2 is missing");
  ExpectRefused(absl::StrCat(kSearch, " --shard=1/2 --shard_result=", File("no/such/folder")),
                "give another --shard_result");
}

}  // namespace
}  // namespace cli
