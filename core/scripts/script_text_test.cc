// The written form: what is printed parses back, whatever the script; and every mistake is told
// with its place.
#include "core/scripts/script_text.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/scripts/phase_use.h"
#include "core/scripts/testing/random_script.h"
#include "gtest/gtest.h"

namespace rmap {
namespace {

// What README.md shows; every verb once.
constexpr char kEveryVerb[] = R"(kernel G9 without KH-25
pages 12
swap 0
phase
  memory may run out
  thread
    start P0
    fork P0 -> P1
    exit P0
    map P0 2..5 rw
    map-stack P0 5..6 -
    unmap P0 2..5
  thread
phase
  thread
    protect P0 2..5 r
    move P0 2..4 -> 6..9
    heap P0 5..5
    lock P0 2..4
    unlock P0 2..4
    bind P0 2..4 to 1
    mergeable P0 2..5
    unmergeable P0 2..5
    all-locks P0
    check P0
    read P0 3
    write P0 3
    store P0 3 = 2
    direct-io P0 3
    referenced P0 3
    reclaim P0 3
    migrate P0 3
    poison P0 3
    ksmd 8
    unmerge-all
)";

std::string ErrorOf(const std::string& text, const ScriptLimits& limits = {}) {
  const absl::StatusOr<Script> script = ParseScript(text, limits);
  return script.ok() ? "" : std::string(script.status().message());
}

TEST(ScriptText, OfEveryVerbParsesAndPrints) {
  const absl::StatusOr<Script> script = ParseScript(kEveryVerb);
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_EQ(ToText(*script), kEveryVerb);
  for (int verb = 0; verb < kVerbCount; ++verb) {
    EXPECT_TRUE(Has(*script, static_cast<Verb>(verb))) << VerbName(static_cast<Verb>(verb));
  }
}

TEST(ScriptText, PutsEachOperandWhereItBelongs) {
  const absl::StatusOr<Script> script = ParseScript(kEveryVerb);
  ASSERT_TRUE(script.ok()) << script.status();
  const Steps& steps = script->phases[1].threads[0];
  const Step protect{.verb = Verb::kProtect, .at = 2, .length = 3, .rights = 1};
  EXPECT_EQ(steps[0], protect);
  const Step move{.verb = Verb::kMove, .at = 2, .length = 2, .to = 6, .to_length = 3};
  EXPECT_EQ(steps[1], move);
  const Step bind{.verb = Verb::kBind, .at = 2, .length = 2, .to = 1};
  EXPECT_EQ(steps[5], bind);
  const Step fork{.verb = Verb::kFork, .other = 1};
  EXPECT_EQ(script->phases[0].threads[0][1], fork);
  EXPECT_TRUE(script->phases[0].memory_may_run_out);
  EXPECT_TRUE(script->phases[0].threads[1].empty());
}

TEST(ScriptText, ParsesBackToAnyScript) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    const Script script = testing::RandomScript(seed, {.memory_may_run_out = true});
    const absl::StatusOr<Script> back = ParseScript(ToText(script));
    ASSERT_TRUE(back.ok()) << back.status() << "\n" << ToText(script);
    EXPECT_EQ(*back, script) << ToText(script);
  }
}

TEST(ScriptText, MayHaveCommentsBlankLinesAndAnyIndentation) {
  const absl::StatusOr<Script> script =
      ParseScript("# a\n\n \t pages 5 # b\r\nphase\nthread\nread P0 1#c\n   ");
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_EQ(ToText(*script), "pages 5\nswap 4\nphase\n  thread\n    read P0 1\n");
}

TEST(ScriptText, TellsEachMistakeWithItsPlaceAndTheMend) {
  const std::string head = "phase\n  thread\n";
  struct Mistake {
    std::string text;
    std::string error;
  };
  const std::vector<Mistake> mistakes = {
      {"read P0 1",
       "1:1: \"read\" stands before the first phase: write kernel, pages, swap or phase"},
      {"phase\n read P0 1",
       "2:2: \"read\" stands before the first thread of its phase: write thread before it"},
      {head + "    raed P0 1",
       "3:5: \"raed\" is no step: write phase, thread, start, fork, exit, "},
      {head + "store P0 1", "3:11: \"\" stands where \"=\" belongs: write that"},
      {head + "ksmd", "3:5: \"\" is no number: write a number of pages"},
      {head + "ksmd P0 3", "3:6: \"P0\" is no number: write a number of pages"},
      {head + "unmerge-all P0", "3:13: \"P0\" is one word too many: leave it out"},
      {head + "read 0 1", "3:6: \"0\" is no process: write P and a number, as P0"},
      {head + "read P0", "3:8: \"\" is no number: write an address"},
      {head + "read P0 x", "3:9: \"x\" is no number: write an address"},
      {head + "read P0 -1", "3:9: \"-1\" is no number: write an address"},
      {head + "read P0 1 2", "3:11: \"2\" is one word too many: leave it out"},
      {head + "read P4096 1", "3:6: numbers of processes are below 4096: write a smaller one"},
      {head + "read P99999999999 1", "3:6: \"P99999999999\" is no process: write P and a number"},
      {head + "read P0 65537", "3:9: 65537 is too large for an address: at most 65536"},
      {head + "unmap P0 3",
       "3:10: \"3\" is no range: write its first page and the one behind its "},
      {head + "unmap P0 3..2", "3:10: a range ends before it begins: write the smaller number"},
      {head + "unmap P0 3..70000", "3:10: addresses are at most 65536: write less"},
      {head + "protect P0 1..2 wr", "3:17: \"wr\" are no rights: write rw, r, w or -"},
      {head + "fork P0 P1", "3:9: \"P1\" stands where \"->\" belongs: write that"},
      {head + "bind P0 1..2 1", "3:14: \"1\" stands where \"to\" belongs: write that"},
      {"pages 70000", "1:7: 70000 is too large for a number of pages: at most 65536"},
      {"pages 0", "1:7: an address space has at least one page: write 1 or more"},
      {"swap", "1:5: \"\" is no number: write a number of slots"},
      {"phase\npages 3", "2:1: \"pages\" is said once, before the phases: leave this line out"},
      {"pages 3\npages 4", "2:1: \"pages\" is said once, before the phases: leave this line out"},
      {"swap 1\npages 3\nswap 1",
       "3:1: \"swap\" is said once, before the phases: leave this line out"},
      {"kernel G77", "1:8: \"G77\" is not a kernel generation: write a generation and changes"},
      {"kernel", "1:7: \"\" is not a kernel generation: write a generation and changes, as G9"},
      {"kernel G9\nkernel G8", "2:1: the kernel is said once, before the phases: leave this line"},
      {"", "1:1: the script ends, and nothing was done: write a phase, a thread and a step"},
      {"pages 3\nphase\n  thread\n", "4:1: the script ends, and nothing was done: write a phase"},
      {"phase\nmemory may run", "2:15: \"\" stands where \"out\" belongs: write that"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_TRUE(ErrorOf(mistake.text).starts_with(mistake.error)) << mistake.text << "\n"
                                                                  << ErrorOf(mistake.text) << "\n"
                                                                  << mistake.error;
  }
}

TEST(ScriptText, KeepsToItsLimits) {
  const std::string head = "phase\n  thread\n";
  EXPECT_EQ(ErrorOf(head + "read P9 1", {.table_max = 79}),
            "3:1: processes times pages is 80: at most 79, so give processes smaller numbers, or "
            "write fewer pages");
  EXPECT_EQ(ErrorOf(head + "read P9 1", {.table_max = 80}), "");
  EXPECT_EQ(ErrorOf(head + "thread", {.threads_max = 1}),
            "3:1: a phase has at most 1 threads: begin another phase");
  EXPECT_EQ(ErrorOf(head + "\n", {.lines_max = 3}), "4:1: a script has at most 3 lines: cut it");
}

TEST(ScriptText, TellsStrangeWordsAsTheyCanBePrinted) {
  const std::string strange = std::string("phase\nthread\n") + "\x1b[31m" + std::string(100, 'x');
  EXPECT_TRUE(ErrorOf(strange).starts_with(
      absl::StrCat("3:1: \"?[31m", std::string(35, 'x'), "...\" is no step")))
      << ErrorOf(strange);
}

}  // namespace
}  // namespace rmap
