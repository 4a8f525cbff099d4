// What command lines mean, and what is said about those that mean nothing.
// Messages are compared whole: they are the interface.
#include "cli/command.h"

#include "absl/status/statusor.h"
#include "cli/suggestion.h"
#include "core/history/fix.h"
#include "gtest/gtest.h"

namespace cli {
namespace {

Command Parsed(const std::vector<std::string>& words) {
  const absl::StatusOr<Command> command = ParseCommand(words);
  EXPECT_TRUE(command.ok()) << command.status();
  return command.value_or(Command());
}

std::string Error(const std::vector<std::string>& words) {
  const absl::StatusOr<Command> command = ParseCommand(words);
  EXPECT_FALSE(command.ok());
  return std::string(command.status().message());
}

TEST(ParseCommand, ProvesByDefault) {
  EXPECT_EQ(Parsed({}).verb, Verb::kProve);
  EXPECT_FALSE(Parsed({"Split*"}).verb_given);
  EXPECT_EQ(Parsed({"Split*"}).arguments, std::vector<std::string>{"Split*"});
  EXPECT_EQ(Parsed({"prove", "bugs"}).arguments, std::vector<std::string>{"bugs"});
}

TEST(ParseCommand, ReadsFlagsOfBothForms) {
  const Command command =
      Parsed({"--format", "json", "prove", "--executions_max=7", "--seconds_max=0.5", "A",
              "--without=KH-22,KH-25", "--generation=G5", "--memory_model=sc", "--with=KH-88",
              "--with", "all"});
  EXPECT_EQ(command.format, Format::kJson);
  EXPECT_EQ(command.executions_max, 7u);
  EXPECT_EQ(command.seconds_max, 0.5);
  EXPECT_EQ(command.without, (std::vector{rmap::Fix::kKh22, rmap::Fix::kKh25}));
  EXPECT_EQ(command.with, std::vector{rmap::Fix::kKh88});
  EXPECT_TRUE(command.with_all);
  EXPECT_EQ(command.generation, rmap::Generation::kG5);
  EXPECT_EQ(command.memory_model, models::MemoryModelKind::kSc);
  EXPECT_EQ(command.arguments, std::vector<std::string>{"A"});
}

TEST(ParseCommand, HelpWinsOverEverything) {
  EXPECT_EQ(Parsed({"prove", "--help", "--no_such_flag"}).verb, Verb::kHelp);
}

TEST(ParseCommand, TwoDashesEndFlags) {
  EXPECT_EQ(Parsed({"prove", "--", "--format"}).arguments, std::vector<std::string>{"--format"});
}

TEST(ParseCommand, ErrorsNameTheMend) {
  EXPECT_EQ(Error({"--formt=json"}), "--formt: is no flag: did you mean --format?");
  EXPECT_EQ(Error({"--executions-max=3"}),
            "--executions-max: is no flag: did you mean --executions_max?");
  EXPECT_EQ(Error({"--HELP"}), "--HELP: is no flag: did you mean --help?");
  EXPECT_EQ(Error({"-format=json"}), "-format: is no flag: did you mean --format?");
  EXPECT_EQ(Error({"--format=xml"}), "--format=xml: is no format: there is text, json");
  EXPECT_EQ(Error({"--format"}), "--format: has no value: write --format=text|json");
  EXPECT_EQ(Error({"replay", "--any_build=1", "f"}),
            "--any_build: takes no value: write --any_build");
  EXPECT_EQ(Error({"--memory_model=rc1"}),
            "--memory_model=rc1: is no memory model: did you mean rc11?");
  EXPECT_EQ(Error({"--executions_max=-1"}),
            "--executions_max=-1: is no number that fits: give a whole number from 0 to "
            "18446744073709551615");
  EXPECT_EQ(Error({"--events_max=0"}),
            "--events_max=0: is no number that fits: give a whole number from 1 to 60000");
  EXPECT_EQ(Error({"--seconds_max=soon"}),
            "--seconds_max=soon: is no number of seconds: give one such as 60 or 0.5, or 0 for no "
            "limit");
  EXPECT_EQ(Error({"--without=KH-222"}), "--without=KH-222: is no known fix: did you mean KH-22?");
  EXPECT_EQ(Error({"--generation=G10"}),
            "--generation=G10: is a kernel generation that is not modelled yet: there is G0, G1, "
            "G2, G3, G4, G5, G6, G7, G8, G9");
}

TEST(ParseCommand, NamesOfFixesAreLookedAtClosely) {
  EXPECT_EQ(Error({"--without=kh-01"}), "--without=kh-01: is no known fix: did you mean KH-01?");
  EXPECT_EQ(Error({"--without=KH-01,"}), "--without=KH-01,: has an empty name: leave it out");
  EXPECT_EQ(Error({"--without=all"}),
            "--without=all: is no known fix: `rmapcheck list` shows what there is");
  EXPECT_EQ(Error({"--with="}), "--with=: has an empty name: leave it out");
  EXPECT_EQ(Error({"--with=All"}), "--with=All: is no known fix: did you mean all?");
  EXPECT_EQ(Error({"--with=KH-25", "--without=KH-22,KH-25"}),
            "--with=KH-25: is taken away by --without: leave one out");
}

TEST(ParseCommand, NumbersAreDigits) {
  for (const std::string number : {" 7", "+7", "0x7", "7 ", ""}) {
    EXPECT_EQ(Error({"--executions_max=" + number}),
              "--executions_max=" + number +
                  ": is no number that fits: give a whole number from 0 to 18446744073709551615");
    EXPECT_EQ(Error({"--seconds_max=" + number}),
              "--seconds_max=" + number +
                  ": is no number of seconds: give one such as 60 or 0.5, or 0 for no limit");
  }
}

TEST(ParseCommand, OnlyFixesAddUp) {
  EXPECT_EQ(Parsed({"--without=KH-22", "--without=KH-25"}).without,
            (std::vector{rmap::Fix::kKh22, rmap::Fix::kKh25}));
  EXPECT_EQ(Parsed({"--with=KH-22,KH-22", "--with=KH-22"}).with, std::vector{rmap::Fix::kKh22});
  EXPECT_EQ(Error({"--generation=G1", "--generation=G5"}),
            "--generation: is given twice: give it once");
}

TEST(ParseCommand, AStateOfKsmIsOneOfG0) {
  EXPECT_EQ(Parsed({"--ksm=K4", "--generation=G0"}).ksm, rmap::KsmState::kStableNode);
  EXPECT_EQ(Error({"--ksm=K4", "--generation=G1"}),
            "--ksm=K4: is a state before G1: leave --generation out");
  EXPECT_EQ(Error({"--ksm=K77"}).find("--ksm=K77: is no state of KSM: "), 0u);
}

TEST(ParseCommand, FlagsThatMeanNothingAreRefused) {
  EXPECT_EQ(Error({"list", "--generation=G5"}),
            "--generation: means nothing to `list`: leave it out");
  EXPECT_EQ(Error({"replay", "--events_max=5", "f"}),
            "--events_max: means nothing to `replay`: leave it out");
  EXPECT_EQ(Error({"help", "--format=json"}), "--format: means nothing to `help`: leave it out");
}

TEST(ParseCommand, CountsArguments) {
  EXPECT_EQ(Error({"replay"}), "replay: takes one file, not 0: rmapcheck replay FILE");
  EXPECT_EQ(Error({"list", "A"}), "list: takes no argument, such as \"A\": leave it out");
  EXPECT_EQ(Error({"help", "A"}), "help: takes no argument, such as \"A\": leave it out");
  EXPECT_EQ(Error({"prove", ""}), "prove: takes no empty argument, such as \"\": leave it out");
  EXPECT_EQ(Error({"bugs", ""}), "bugs: takes no empty argument, such as \"\": leave it out");
}

TEST(EditDistance, CountsSingleSteps) {
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("prove", "prove"), 0);
  EXPECT_EQ(EditDistance("Prove", "porve"), 1);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
}

TEST(Suggestion, NamesTheNearestFirstOrAll) {
  const std::vector<std::string> known = {"prove", "bugs", "list"};
  EXPECT_EQ(Suggestion("prov", known), "did you mean prove?");
  EXPECT_EQ(Suggestion("nothing", known), "there is prove, bugs, list");
  EXPECT_EQ(Suggestion("BUGS", known), "did you mean bugs?");
}

// To look closely at so long a word would take a minute.
TEST(Suggestion, OfWhatIsFarTooLongTakesNoTime) {
  const std::vector<std::string> known = {std::string(300, 'b')};
  EXPECT_EQ(Suggestion(std::string(50'000'000, 'a'), known), "there is " + known[0]);
}

}  // namespace
}  // namespace cli
