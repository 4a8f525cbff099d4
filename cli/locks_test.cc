// `rmapcheck locks` in this process, on the scenarios of the core: what it says to claims that are
// true, false, never tested and no claims; and that what it has seen can be seen again.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;

  json Json() const { return json::parse(out); }
};

class LocksTest : public testing::Test {
 protected:
  Outcome Do(const std::vector<std::string>& words,
             const Scenarios& scenarios = models::RmapScenarios()) {
    std::ostringstream out, err;
    Console console(out, err, false, 100);
    const ExitCode code = Main(words, scenarios, console);
    return {code, out.str(), err.str()};
  }
  Outcome Run(std::vector<std::string> words) {
    words.insert(words.begin(), "locks");
    words.push_back("--replay_dir=" + folder_);
    words.push_back("--scenarios=SplitBelowVersusMigration");
    return Do(words);
  }
  // Returns: the file with these claims.
  std::string Write(const std::string& text) { return WriteTo("some.claims", text); }
  std::string WriteTo(const std::string& name, const std::string& text) {
    const std::string file = testing::TempDir() + "/" + name;
    std::ofstream(file) << text;
    return file;
  }
  std::string ReadIn(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(testing::TempDir() + "/" + name).rdbuf();
    return text.str();
  }

  const std::string folder_ = testing::TempDir() + "/lock-replays";
};

TEST_F(LocksTest, FourLinesGetFourAnswers) {
  const std::string file = Write(
      "order mmap_sem > anon_vma->lock\n"
      "field vma.vm_start: common lock for readers with anon_vma->lock\n"
      "order pte lock > tree_lock\n"
      "order mmap_sem < page lock\n");
  const Outcome json_outcome = Run({"--generation=G1", "--claims=" + file, "--format=json"});
  EXPECT_EQ(json_outcome.code, kBadInput);
  const json rows = json_outcome.Json()["results"];
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0]["verdict"], "holds");
  EXPECT_EQ(rows[0]["why"], nullptr);
  EXPECT_EQ(rows[1]["verdict"], "violated");
  EXPECT_TRUE(fs::exists(rows[1]["replay"].get<std::string>()));
  EXPECT_EQ(rows[2]["verdict"], "not exercised");
  EXPECT_EQ(rows[2]["why"], "never taken so: pte lock > tree_lock");
  EXPECT_EQ(rows[3]["verdict"], "ill-formed");
  EXPECT_EQ(rows[3]["line"], 4);
  EXPECT_EQ(rows[3]["column"], 16);
  const std::string text = Run({"--generation=G1", "--claims=" + file}).out;
  EXPECT_TRUE(absl::StrContains(text, absl::StrCat(file, ":4:16:"))) << text;
  EXPECT_TRUE(absl::StrContains(text, "expected '>' and the lock that is taken inside, found '<'"))
      << text;
}

// The same scenario, cut: what is true has not been proved, what is false stays so.
TEST_F(LocksTest, WhatWasCutProvesNothing) {
  const std::string held = "order mmap_sem > anon_vma->lock";
  const std::string broken = "order anon_vma->lock > mmap_sem";
  const Outcome cut = Run({held, "--executions_max=1", "--generation=G1", "--format=json"});
  EXPECT_EQ(cut.code, kCut);
  EXPECT_EQ(cut.Json()["results"][0]["verdict"], "not refuted");
  EXPECT_EQ(cut.Json()["summary"]["holds"], 0);
  EXPECT_EQ(cut.Json()["summary"]["not_refuted"], 1);
  const Outcome text = Run({held, "--executions_max=1", "--generation=G1"});
  EXPECT_TRUE(absl::StrContains(text.out, "0 claims hold, 1 not refuted")) << text.out;
  EXPECT_TRUE(absl::StrContains(text.out, "Strongest rules of what was run")) << text.out;
  const Outcome violated = Run({broken, "--executions_max=1", "--generation=G1", "--format=json"});
  EXPECT_EQ(violated.code, kDiffers);
  EXPECT_EQ(violated.Json()["results"][0]["verdict"], "violated");
}

// Unless a limit is asked for, a member of a family is a sample, and that is no fault.
TEST_F(LocksTest, ASampleIsNotTakenForAll) {
  const Outcome outcome =
      Do({"locks", "order mmap_sem > anon_vma->lock", "--generation=G5",
          "--scenarios=PairForkVersus*", "--replay_dir=" + folder_, "--format=json"});
  EXPECT_EQ(outcome.code, kAsExpected);
  EXPECT_GT(outcome.Json()["summary"]["sampled"], 0);
  EXPECT_EQ(outcome.Json()["results"][0]["verdict"], "not refuted");
}

TEST_F(LocksTest, AClaimIsGivenAsAnArgument) {
  EXPECT_EQ(Run({"nest mmap_sem", "--generation=G5"}).code, kAsExpected);
  const Outcome violated = Run({"order anon_vma->lock > mmap_sem", "--generation=G5"});
  EXPECT_EQ(violated.code, kDiffers);
  EXPECT_TRUE(absl::StrContains(violated.out, "anon_vma->lock(W) is asked for while mmap_sem(R)"))
      << violated.out;
}

TEST_F(LocksTest, WhatWasSeenIsReplayed) {
  const Outcome outcome = Run({"field vma.vm_start: common lock for readers with anon_vma->lock",
                               "--generation=G1", "--format=json"});
  const std::string file = outcome.Json()["results"][0]["replay"];
  const Outcome replayed = Do({"replay", file});
  EXPECT_EQ(replayed.code, kAsExpected) << replayed.out;
  EXPECT_TRUE(absl::StrContains(replayed.out, "reproduced: lock rule: vma.vm_start"))
      << replayed.out;
}

// A script has no name under which it could be found again: its replay carries its text.
TEST_F(LocksTest, WhatAScriptShowedIsReplayed) {
  const std::string script = testing::TempDir() + "/touch.rmap";
  std::ofstream(script) << "pages 1\nphase\n  thread\n    start P0\n    map P0 0..1 rw\n"
                           "    write P0 0\n";
  const Outcome outcome = Do({"locks", "order anon_vma->lock > mmap_sem", "--scenarios=" + script,
                              "--replay_dir=" + folder_, "--format=json"});
  const json row = outcome.Json()["results"][0];
  ASSERT_EQ(row["verdict"], "violated") << outcome.out;
  fs::remove(script);
  const Outcome replayed = Do({"replay", row["replay"]});
  EXPECT_EQ(replayed.code, kAsExpected) << replayed.out << replayed.err;
  EXPECT_TRUE(absl::StrContains(replayed.out, "reproduced: lock rule: anon_vma->lock"))
      << replayed.out;
}

TEST_F(LocksTest, AnArgumentThatIsNoClaimIsRefusedBeforeTheSearch) {
  const auto refusal = [this](const std::string& claim) {
    const Outcome outcome = Run({"nest mmap_sem", claim});
    EXPECT_EQ(outcome.code, kBadInput);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_EQ(refusal("foo"),
            "rmapcheck: foo: is no claim: at 1: expected 'order', 'nest', 'lock' or 'field', found "
            "'foo'\n");
  EXPECT_EQ(refusal("field vma.vm_strat: common lock"),
            "rmapcheck: field vma.vm_strat: common lock: is no claim: at 7: 'vma.vm_strat' is no "
            "field: did you mean vma.vm_start?\n");
  EXPECT_EQ(refusal("nest mmap_sen"),
            "rmapcheck: nest mmap_sen: is no claim: at 6: 'mmap_sen' is no lock: did you mean "
            "mmap_sem?\n");
}

TEST_F(LocksTest, AFieldOfAFileThatThereIsNotIsAMistakeInIt) {
  const std::string file =
      Write("order mmap_sem > anon_vma->lock\nfield vma.vm_strat: common lock\n");
  const Outcome outcome = Run({"--claims=" + file, "--format=json"});
  EXPECT_EQ(outcome.code, kBadInput);
  const json rows = outcome.Json()["results"];
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]["verdict"], "holds");
  EXPECT_EQ(rows[1]["verdict"], "ill-formed");
  EXPECT_EQ(rows[1]["why"], "'vma.vm_strat' is no field: did you mean vma.vm_start?");
  EXPECT_EQ(rows[1]["column"], 7);
}

// What a scenario is there to show on that kernel is told, and is no news.
TEST_F(LocksTest, AKnownFailureIsToldByItsName) {
  const auto run = [this](const std::string& kernel) {
    return Do({"locks", "nest mmap_sem", "--generation=" + kernel, "--format=json",
               "--scenarios=ExpandStackUnlocked", "--replay_dir=" + folder_});
  };
  const Outcome known = run("G9");
  EXPECT_EQ(known.code, kAsExpected) << known.out;
  EXPECT_EQ(known.Json()["summary"]["failures"], 0);
  EXPECT_EQ(known.Json()["summary"]["known_failures"], 1);
  EXPECT_EQ(known.Json()["failures"][0]["known_as"], "KH-69");
  EXPECT_EQ(run("G7").Json()["summary"]["known_failures"], 0);
}

// No scenario says of a pair on a kernel as it was what to expect.
TEST_F(LocksTest, AFailureIsKnownByTheRepairThatMendsIt) {
  const Outcome outcome =
      Do({"locks", "nest mmap_sem", "--generation=G9", "--format=json",
          "--scenarios=PairValidateMmBesideFirstFault", "--replay_dir=" + folder_});
  EXPECT_EQ(outcome.code, kAsExpected) << outcome.out;
  EXPECT_EQ(outcome.Json()["failures"][0]["known_as"], "KH-69");
}

// As if a repair were none: the failure that KH-69 mends elsewhere stays.
TEST_F(LocksTest, AFailureThatNoRepairMendsIsADifference) {
  Scenarios scenarios = models::RmapScenarios();
  models::RmapScenario planted;
  planted.name = "Planted";
  planted.run = [](const rmap::Kernel&) {
    for (const models::RmapScenario& scenario : models::RmapScenarios()) {
      if (scenario.name == "ExpandStackUnlocked") scenario.run(rmap::Kernel(rmap::Generation::kG8));
    }
  };
  scenarios.push_back(planted);
  const Outcome outcome = Do({"locks", "nest mmap_sem", "--generation=G9", "--format=json",
                              "--scenarios=Planted", "--replay_dir=" + folder_},
                             scenarios);
  EXPECT_EQ(outcome.code, kDiffers) << outcome.err;
  EXPECT_EQ(outcome.Json()["summary"]["failures"], 1);
  EXPECT_EQ(outcome.Json()["failures"][0]["known_as"], nullptr);
}

TEST_F(LocksTest, EachWayHasAWitnessIfThatIsAskedFor) {
  const std::vector<std::string> words = {"nest mmap_sem", "--generation=G5", "--format=json"};
  const json without = Run(words).Json();
  EXPECT_EQ(without["order"][0]["ways"][0]["replay"], nullptr);
  std::vector<std::string> more = words;
  more.push_back("--witnesses");
  const json with = Run(more).Json();
  std::set<std::string> files;
  for (const json& arc : with["order"]) {
    for (const json& way : arc["ways"]) {
      ASSERT_TRUE(way["replay"].is_string()) << way;
      const std::string file = way["replay"];
      EXPECT_TRUE(files.insert(file).second) << file;
      const Outcome replayed = Do({"replay", file});
      EXPECT_EQ(replayed.code, kAsExpected) << replayed.out;
      const bool is_of_rcu = arc["held"] == "rcu_read_lock";
      const std::string taken = absl::StrCat(arc["taken"].get<std::string>(), "(",
                                             way["taken_mode"].get<std::string>(), ") is ");
      EXPECT_TRUE(absl::StrContains(replayed.out, "reproduced: lock rule: " + taken))
          << replayed.out;
      if (is_of_rcu) continue;
      const std::string place = way["taken_at"];
      EXPECT_TRUE(absl::StrContains(replayed.out, place)) << replayed.out;
    }
  }
  EXPECT_GT(files.size(), 10u);
}

// Two of one class have the same name, and not the same replay.
TEST_F(LocksTest, EachPartOfAProblemIsReplayed) {
  const json all = Do({"locks", "nest i_mmap_lock", "--generation=G5", "--format=json",
                       "--scenarios=TakeAllLocksOfTwoFiles", "--replay_dir=" + folder_})
                       .Json();
  ASSERT_EQ(all["problems"].size(), 1u);
  EXPECT_TRUE(all["problems"][0]["gated"]);
  const json parts = all["problems"][0]["shown_by"];
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_NE(parts[0]["what"], parts[1]["what"]);
  for (const json& part : parts) {
    const Outcome replayed = Do({"replay", part["replay"], "--format=json"});
    EXPECT_EQ(replayed.code, kAsExpected);
    EXPECT_EQ(replayed.Json()["results"][0]["failure"], part["what"]);
  }
}

TEST_F(LocksTest, ThatAPictureHasNoPlaceIsSaidBeforeTheSearch) {
  const auto refusal = [this](const std::string& svg) {
    const Outcome outcome = Run({"nest mmap_sem", "--svg=" + svg});
    EXPECT_EQ(outcome.code, kBadInput) << svg;
    EXPECT_EQ(outcome.out, "") << svg;
    return outcome.err;
  };
  const std::string folder = testing::TempDir() + "/pictures";
  fs::create_directories(folder);
  EXPECT_EQ(refusal(folder),
            absl::StrCat("rmapcheck: ", folder, ": is a folder: give a file in it\n"));
  EXPECT_EQ(refusal(folder + "/"),
            absl::StrCat("rmapcheck: ", folder, "/: is a folder: give a file in it\n"));
  EXPECT_EQ(refusal(folder + "/none/a.svg"),
            absl::StrCat("rmapcheck: ", folder,
                         "/none/a.svg: cannot be written (No such file or "
                         "directory): give another file\n"));
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST_F(LocksTest, WhyDotDrewNothingIsSaid) {
  const std::string folder = testing::TempDir() + "/with-dot";
  fs::create_directories(folder);
  std::ofstream(folder + "/dot") << "#!/bin/sh\necho 'Error: no ink' >&2\nexit 3\n";
  fs::permissions(folder + "/dot", fs::perms::owner_all);
  const char* const path = std::getenv("PATH");
  const std::string before = path == nullptr ? "" : path;
  setenv("PATH", absl::StrCat(folder, ":", before).c_str(), 1);
  const std::string svg = testing::TempDir() + "/no-ink.svg";
  const Outcome outcome = Run({"nest mmap_sem", "--svg=" + svg});
  setenv("PATH", before.c_str(), 1);
  EXPECT_EQ(outcome.code, kBadInput);
  EXPECT_EQ(outcome.err, absl::StrCat("rmapcheck: ", svg,
                                      ": dot cannot draw it (exit code 3, Error: no ink)\n"));
}

TEST_F(LocksTest, ThePictureHasWhatWasSeenAndWhatWasNot) {
  const std::string svg = testing::TempDir() + "/order.svg";
  const std::string claims = Write("order mmap_sem > page lock\norder pte lock > mmap_sem\n");
  Run({"--claims=" + claims, "--svg=" + svg});
  const std::string dot = ReadIn("order.dot");
  EXPECT_TRUE(absl::StrContains(dot, "\"mmap_sem\" -> \"page lock\" [color=grey")) << dot;
  EXPECT_TRUE(absl::StrContains(dot, "color=red")) << dot;
}

// What rmap_stress writes, as far as it matters here.
std::string StressJson(const std::string& kernel, const json& order) {
  return json{{"kernel", kernel}, {"lock_order", order}}.dump();
}

json Nesting(const std::string& held, const std::string& taken) {
  return {
      {"held", held},   {"taken", taken},  {"held_mode", "R"},        {"taken_mode", "W"},
      {"tried", false}, {"nested", false}, {"held_at", "fault.cc:7"}, {"taken_at", "swap.cc:9"}};
}

// Returns: who saw it; null if nobody did.
json SeenBy(const json& order, const std::string& held, const std::string& taken) {
  for (const json& row : order) {
    if (row["held"] == held && row["taken"] == taken) return row["seen"];
  }
  return "no row";
}

TEST_F(LocksTest, WhatRealThreadsDidRefutesAndDoesNotProve) {
  const std::string claims = Write(
      "order mmap_sem > pte lock\n"
      "order pte lock > tree_lock\n"
      "order mmap_sem > i_mmap_lock\n"
      "order tasklist_lock > swap_lock\n");
  const std::string observed = WriteTo(
      "run.json", StressJson("G9 with all", json::array({Nesting("mmap_sem", "pte lock"),
                                                         Nesting("pte lock", "tree_lock"),
                                                         Nesting("i_mmap_lock", "mmap_sem")})));
  const Outcome outcome = Run({"--claims=" + claims, "--observed=" + observed, "--format=json"});
  EXPECT_EQ(outcome.code, kDiffers) << outcome.err;
  const json all = outcome.Json();
  EXPECT_EQ(all["results"][0]["verdict"], "holds");
  EXPECT_EQ(all["results"][1]["verdict"], "exercised on real threads only");
  EXPECT_EQ(all["results"][1]["executions"], 0);
  EXPECT_EQ(all["results"][2]["verdict"], "violated");
  EXPECT_EQ(all["results"][2]["why"],
            "on real threads mmap_sem(W) is asked for at swap.cc:9 while i_mmap_lock(R) is held, "
            "which was taken at fault.cc:7");
  EXPECT_EQ(all["results"][2]["replay"], nullptr);
  EXPECT_EQ(all["results"][3]["verdict"], "not exercised");
  EXPECT_EQ(SeenBy(all["order"], "mmap_sem", "pte lock"), "both");
  EXPECT_EQ(SeenBy(all["order"], "pte lock", "tree_lock"), "real threads");
  EXPECT_EQ(SeenBy(all["order"], "page lock", "pte lock"), "search");
  EXPECT_EQ(SeenBy(all["order"], "tasklist_lock", "swap_lock"), nullptr);
  const std::string text = Run({"--claims=" + claims, "--observed=" + observed}).out;
  EXPECT_TRUE(absl::StrContains(text, "real threads  fault.cc:7 > swap.cc:9")) << text;
}

TEST_F(LocksTest, ACycleMayBeOfRealThreadsInPart) {
  const std::string observed =
      WriteTo("run.json", StressJson("G9", json::array({Nesting("pte lock", "mmap_sem")})));
  const std::string svg = testing::TempDir() + "/observed.svg";
  const Outcome outcome =
      Run({"order mmap_sem > pte lock", "--observed=" + observed, "--format=json", "--svg=" + svg});
  EXPECT_EQ(outcome.code, kDiffers) << outcome.err;
  const json all = outcome.Json();
  std::set<std::string> problems;
  for (const json& problem : all["problems"]) {
    problems.insert(
        absl::StrCat(problem["kind"].get<std::string>(), ": ", problem["text"].get<std::string>()));
  }
  EXPECT_TRUE(problems.contains("potential deadlock: mmap_sem > pte lock > mmap_sem"))
      << outcome.out;
  EXPECT_TRUE(absl::StrContains(ReadIn("observed.dot"),
                                "\"pte lock\" -> \"mmap_sem\" [label=\"real\", fontcolor=red"))
      << ReadIn("observed.dot");
  EXPECT_EQ(Run({"order mmap_sem > pte lock"}).code, kAsExpected) << "without the file";
}

TEST_F(LocksTest, TheFileMayBeOfAim7) {
  const auto kernel = [](const std::string& name, const std::string& held,
                         const std::string& taken) {
    json point;
    point["locks"]["order"] = json::array({Nesting(held, taken)});
    return json{{"kernel", name}, {"points", json::array({point})}};
  };
  json file;
  file["kernels"] =
      json::array({kernel("G0", "swap_lock", "page lock"), kernel("G9", "pte lock", "tree_lock")});
  const Outcome outcome = Run({"order pte lock > tree_lock", "order page lock > swap_lock",
                               "--format=json", "--observed=" + WriteTo("aim7.json", file.dump())});
  const json rows = outcome.Json()["results"];
  EXPECT_EQ(rows[0]["verdict"], "exercised on real threads only");
  EXPECT_NE(rows[1]["verdict"], "violated") << "another kernel's";
}

TEST_F(LocksTest, AFileOfRealThreadsThatIsNoneIsRefused) {
  const auto refusal = [this](const std::string& file) {
    const Outcome outcome = Run({"--observed=" + file});
    EXPECT_EQ(outcome.code, kBadInput) << file;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_TRUE(absl::StrContains(outcome.err, file)) << outcome.err;
    return outcome.err;
  };
  const auto refused = [&](const std::string& text) { return refusal(WriteTo("bad.json", text)); };
  refusal(testing::TempDir() + "/no-such-file");
  refusal(testing::TempDir());
  using testing::HasSubstr;
  EXPECT_THAT(refused("order A > B"), HasSubstr(": is not JSON: give what rmap_stress"));
  const std::string no_order = ": has no order of locks: give what rmap_stress";
  for (const char* text : {"{}", "[]", "7", R"({"kernel": "G9"})", R"({"kernels": [{}]})",
                           R"({"kernel": "G9", "lock_order": [{"held": 1}]})",
                           R"({"kernel": "G9", "lock_order": {}})"}) {
    EXPECT_THAT(refused(text), HasSubstr(no_order)) << text;
  }
  EXPECT_THAT(refused(StressJson("G4", json::array())),
              HasSubstr(": is of G4: give that --generation, or a file of this one"));
  EXPECT_THAT(refused(StressJson("G9", json::array({Nesting("mmap_sen", "pte lock")}))),
              HasSubstr(": has a lock mmap_sen that there is not: did you mean mmap_sem?"));
}

TEST_F(LocksTest, AFileThatIsNotThereIsRefused) {
  const Outcome outcome = Run({"--claims=no-such-file"});
  EXPECT_EQ(outcome.code, kBadInput);
  EXPECT_EQ(outcome.err,
            "rmapcheck: no-such-file: cannot be read (No such file or directory): give another "
            "--claims\n");
}

}  // namespace
}  // namespace cli
