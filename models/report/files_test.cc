// What is written to files: JSON rows, and replays, which are read back; and every way in which a
// replay file can be wrong.
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "models/report/build_digest.h"
#include "models/report/json.h"
#include "models/report/replay_file.h"

namespace models {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Report Violated() {
  Report report;
  report.verdict = Verdict::kViolated;
  report.failure_kind = FailureKind::kDataRace;
  report.failure = "x is accessed by two threads without an order";
  report.executions = 12;
  report.blocked = 3;
  report.trace.threads = {"T0 'main'"};
  TraceLine line;
  line.operation = "store";
  line.object = "x";
  line.mo = 1;
  report.trace.lines.push_back(line);
  return report;
}

TEST(Json, AbsentThingsAreNull) {
  const Json row = ToJson(Report(), {.name = "a", .expected = ""});
  const Json expected = Json::parse(
      R"({"name": "a", "expected": null, "verdict": "undecided", "failure_kind": null,
          "failure": null, "executions": 0, "blocked": 0, "exhaustive": false, "limit_hit": null,
          "seconds": 0.0, "replay": null, "trace": null})");
  EXPECT_EQ(row, expected);
}

TEST(Json, ViolatedRowsNameTheFailure) {
  const Json row = ToJson(
      Violated(), {.name = "a", .expected = "holds", .replay_file = "f", .with_trace = true});
  EXPECT_EQ(row["verdict"], "violated");
  EXPECT_EQ(row["failure_kind"], "data race");
  EXPECT_EQ(row["executions"], 12);
  EXPECT_EQ(row["replay"], "f");
  EXPECT_EQ(row["trace"]["threads"][0], "T0 'main'");
  EXPECT_EQ(row["trace"]["lines"][0],
            Json::parse(R"({"thread": 0, "index": 0, "operation": "store", "object": "x",
                            "mo": 1})"));
}

TEST(Json, TextIsAlwaysValid) {
  const Json strange = {{"text", "\xff"}};
  EXPECT_TRUE(Json::accept(JsonText(strange)));
}

TEST(BuildDigest, IsStable) {
  EXPECT_EQ(BuildDigest().size(), 16u);
  EXPECT_EQ(BuildDigest(), BuildDigest());
}

class ReplayFileTest : public testing::Test {
 protected:
  Replay Example() {
    Replay replay;
    replay.program = "A \"quoted\" name on G5";
    replay.build = "0123456789abcdef";
    replay.memory_model = "rc11";
    replay.failure = "data race";
    replay.message = "two\nlines";
    replay.steps = {{0, kInit, 1, 0}, {1, {0, 0}, 0, 0}, {1, kNoEvent, 0, ~std::uint64_t{0}}};
    replay.threads = {{0, 0}};
    replay.then = 1;
    return replay;
  }
  std::string Text() {
    EXPECT_TRUE(WriteReplay(Example(), file_).ok());
    std::ostringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }
  // Returns: what is said about a file with this text, without the file's name.
  std::string Error(const std::string& text) {
    std::ofstream(file_, std::ios::binary) << text;
    const absl::StatusOr<Replay> replay = ReadReplay(file_);
    EXPECT_FALSE(replay.ok()) << text;
    const std::string message(replay.status().message());
    EXPECT_TRUE(absl::StartsWith(message, file_ + ": ")) << message;
    EXPECT_FALSE(absl::StrContains(message, "\n")) << message;
    return message.substr(file_.size() + 2);
  }
  // Likewise, of the example in which something is replaced.
  std::string ErrorWith(const std::string& from, const std::string& to) {
    const std::string text = Text();
    EXPECT_TRUE(absl::StrContains(text, from)) << text;
    return Error(absl::StrReplaceAll(text, {{from, to}}));
  }

  const std::string file_ = testing::TempDir() + "/example.json";
  const std::string mend_ = ": make it again with `rmapcheck prove`";
};

TEST_F(ReplayFileTest, ComesBackAsItWas) {
  ASSERT_TRUE(WriteReplay(Example(), file_).ok());
  const absl::StatusOr<Replay> replay = ReadReplay(file_);
  ASSERT_TRUE(replay.ok()) << replay.status();
  EXPECT_EQ(replay->program, Example().program);
  EXPECT_EQ(replay->build, Example().build);
  EXPECT_EQ(replay->memory_model, Example().memory_model);
  EXPECT_EQ(replay->failure, Example().failure);
  EXPECT_EQ(replay->message, Example().message);
  EXPECT_EQ(replay->then, 1);
  ASSERT_EQ(replay->steps.size(), 3u);
  EXPECT_EQ(replay->steps[0].rf, kInit);
  EXPECT_EQ(replay->steps[0].mo, 1);
  EXPECT_EQ(replay->steps[1].thread, 1);
  EXPECT_EQ(replay->steps[1].rf, (EventId{0, 0}));
  EXPECT_EQ(replay->steps[2].rf, kNoEvent);
  EXPECT_EQ(replay->steps[2].value, ~std::uint64_t{0});
}

TEST_F(ReplayFileTest, EveryTruncationIsRefused) {
  const std::string text = Text();
  for (std::size_t length = 1; length + 2 < text.size(); ++length) {
    const std::string error = Error(text.substr(0, length));
    EXPECT_EQ(error, "ends too early" + mend_) << length;
  }
}

TEST_F(ReplayFileTest, WhatIsNoReplayIsSaidSo) {
  const std::string mend = ": give a file that `rmapcheck prove` wrote";
  EXPECT_EQ(Error(""), "is empty" + mend_);
  EXPECT_EQ(Error("hello"), "is not JSON (byte 1)" + mend);
  EXPECT_EQ(Error("[1, 2]"), "is JSON, but no replay" + mend);
  EXPECT_EQ(Error("{\"a\": 1}"), "is JSON, but no replay" + mend);
  EXPECT_EQ(ErrorWith("rmapcheck-replay", "other"), "is JSON, but no replay" + mend);
}

TEST_F(ReplayFileTest, UnreadableFilesAreSaidSo) {
  const absl::StatusOr<Replay> replay = ReadReplay(testing::TempDir() + "/no_such_file");
  ASSERT_FALSE(replay.ok());
  EXPECT_TRUE(absl::StrContains(replay.status().message(), "cannot be read (No such file"));
}

TEST_F(ReplayFileTest, WhatIsNoRegularFileIsRefusedWithoutWaiting) {
  const std::string fifo = testing::TempDir() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& file : {fifo, testing::TempDir(), std::string("/dev/zero")}) {
    EXPECT_EQ(ReadReplay(file).status().message(),
              file + ": is no regular file: give a file that `rmapcheck prove` wrote");
  }
}

TEST_F(ReplayFileTest, MembersOutOfPlaceAreNamed) {
  EXPECT_EQ(ErrorWith("\"version\": 1", "\"version\": 2"),
            "is a replay of another version than 1" + mend_);
  EXPECT_EQ(ErrorWith("\"build\"", "\"bild\""), "\"build\" is missing or no text" + mend_);
  EXPECT_EQ(ErrorWith("\"steps\"", "\"stops\""), "\"steps\" is no list" + mend_);
  EXPECT_EQ(ErrorWith("\"threads\"", "\"treads\""), "\"threads\" is no list" + mend_);
}

TEST_F(ReplayFileTest, ThreadsThatAreNotListedAreNamed) {
  const std::string text = Text();
  Json json = Json::parse(text);
  json["threads"] = Json::array();
  EXPECT_EQ(Error(json.dump()), "step 2: \"thread\" is none of \"threads\"" + mend_);
  json = Json::parse(text);
  json["then"] = 2;
  EXPECT_EQ(Error(json.dump()), "\"then\" is none of \"threads\"" + mend_);
}

TEST_F(ReplayFileTest, NumbersOutOfRangeAreNamed) {
  EXPECT_EQ(ErrorWith("{\"thread\":0", "{\"thread\":32"),
            "step 1: \"thread\" is not a number from 0 to 31" + mend_);
  EXPECT_EQ(ErrorWith("{\"thread\":0", "{\"thread\":-1"),
            "step 1: \"thread\" is not a number from 0 to 31" + mend_);
  EXPECT_EQ(ErrorWith("{\"thread\":0,", "{"), "step 1: \"thread\" is missing" + mend_);
  EXPECT_EQ(ErrorWith("\"then\": 1", "\"then\": 40"),
            "\"then\" is not a number from 0 to 31" + mend_);
  EXPECT_EQ(ErrorWith("\"mo\":1", "\"mo\":4"),
            "step 1: \"mo\" is not a number from 0 to 3" + mend_);
  EXPECT_EQ(ErrorWith("[0,0]", "[0,1]"),
            "step 2: \"rf\" names a step that does not come before" + mend_);
  EXPECT_EQ(ErrorWith("[0,0]", "[99,0]"), "step 2: \"rf\" is not a number from 0 to 31" + mend_);
  EXPECT_EQ(ErrorWith("[0,0]", "[0]"),
            "step 2: \"rf\" is neither \"initial\" nor [thread, index]" + mend_);
  EXPECT_EQ(ErrorWith("18446744073709551615", "18446744073709551616"),
            "step 3: \"value\" is not a number from 0 to 18446744073709551615" + mend_);
  EXPECT_EQ(ErrorWith("{\"thread\":0,\"rf\":\"initial\",\"mo\":1}", "7"),
            "step 1: is no object" + mend_);
}

TEST_F(ReplayFileTest, AFolderThatIsNotThereIsSaidSo) {
  const absl::Status status = WriteReplay(Example(), testing::TempDir() + "/no/such/file");
  EXPECT_TRUE(absl::StrContains(status.message(), "cannot be written (")) << status;
}

TEST_F(ReplayFileTest, WhatCannotBeWrittenLeavesNothingBehind) {
  const fs::path folder = fs::path(testing::TempDir()) / "in_the_way";
  fs::create_directories(folder / "file.json");
  const absl::Status status = WriteReplay(Example(), (folder / "file.json").string());
  EXPECT_TRUE(absl::StrContains(status.message(), "cannot be written (Is a directory)")) << status;
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
}

TEST_F(ReplayFileTest, LinksAreReplacedAndNotFollowed) {
  const std::string kept = testing::TempDir() + "/kept";
  std::ofstream(kept) << "mine";
  fs::remove(file_);
  fs::create_symlink(kept, file_);
  ASSERT_TRUE(WriteReplay(Example(), file_).ok());
  EXPECT_FALSE(fs::is_symlink(file_));
  EXPECT_EQ(fs::file_size(kept), 4u);
}

TEST_F(ReplayFileTest, WritersAtOnceDoNotMix) {
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([this] {
      for (int n = 0; n < 50; ++n) EXPECT_TRUE(WriteReplay(Example(), file_).ok());
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_TRUE(ReadReplay(file_).ok());
}

TEST_F(ReplayFileTest, FilesLargerThanAnyReplayAreRefused) {
  std::ofstream(file_) << "{}";
  fs::resize_file(file_, (8 << 20) + 1);
  EXPECT_EQ(ReadReplay(file_).status().message(),
            file_ + ": has more than 8 megabytes: give a file that `rmapcheck prove` wrote");
}

}  // namespace
}  // namespace models
