// Reading trusts nothing: what comes back can be run, or the message says why not.
// Messages never quote the file's contents beyond a number, so they stay one line.
#include "models/report/replay_file.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/whole_file.h"

namespace models {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "rmapcheck-replay";
constexpr int kVersion = 1;
constexpr int kIndexMax = 0xfffd;  // EventId keeps two larger ones for itself.
constexpr char kMend[] = "make it again with `rmapcheck prove`";
constexpr char kOtherFile[] = "give a file that `rmapcheck prove` wrote";
constexpr std::size_t kMegabytesMax = 8;  // A step takes some 40 bytes: more than any replay has.

// Writing -----------------------------------------------------------------------------------------

Json StepToJson(const ReplayStep& step) {
  Json json;
  json["thread"] = step.thread;
  if (IsInit(step.rf)) {
    json["rf"] = "initial";
  } else if (step.rf != kNoEvent) {
    json["rf"] = {step.rf.thread, step.rf.index};
  }
  if (step.mo != 0) json["mo"] = step.mo;
  if (step.value != 0) json["value"] = step.value;
  return json;
}

// One step a line: such a file can be read and compared.
std::string TextOf(const Replay& replay) {
  Json head;
  head["format"] = kFormat;
  head["version"] = kVersion;
  head["program"] = replay.program;
  if (!replay.source.empty()) head["source"] = replay.source;
  head["build"] = replay.build;
  head["memory_model"] = replay.memory_model;
  head["failure"] = replay.failure;
  head["message"] = replay.message;
  if (replay.then >= 0) head["then"] = replay.then;
  const auto replace = Json::error_handler_t::replace;
  Json threads = Json::array();
  for (const ReplayThread& thread : replay.threads) {
    threads.push_back({thread.parent, thread.manyeth});
  }
  head["threads"] = threads;
  std::string text = head.dump(1, ' ', false, replace);
  text.resize(text.size() - 2);  // The closing brace and its line break.
  text += ",\n \"steps\": [";
  const char* separator = "\n  ";
  for (const ReplayStep& step : replay.steps) {
    absl::StrAppend(&text, separator, StepToJson(step).dump(-1, ' ', false, replace));
    separator = ",\n  ";
  }
  return text + "\n ]\n}\n";
}

// Reading -----------------------------------------------------------------------------------------

absl::Status Wrong(const std::string& path, std::string_view what, std::string_view mend = kMend) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what, ": ", mend));
}

absl::StatusOr<Json> Parse(const std::string& path, const std::string& text) {
  if (text.empty()) return Wrong(path, "is empty");
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    // The parser stands one behind the end when it wants more.
    if (error.byte > text.size() && text[0] == '{') return Wrong(path, "ends too early");
    return Wrong(path, absl::StrCat("is not JSON (byte ", error.byte, ")"), kOtherFile);
  }
}

// Reads members of an object; after the first that is wrong it returns zeros, and error() says
// which it was.
class Members {
 public:
  Members(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

  std::string Text(const char* name) {
    const auto found = object_.find(name);
    if (found != object_.end() && found->is_string()) return found->get<std::string>();
    Note(name, "is missing or no text");
    return "";
  }
  std::uint64_t Number(const Json& value, const char* name, std::uint64_t max) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() <= max) {
      return value.get<std::uint64_t>();
    }
    Note(name, absl::StrCat("is not a number from 0 to ", max));
    return 0;
  }
  std::uint64_t Number(const char* name, std::uint64_t max, bool required = false) {
    const auto found = object_.find(name);
    if (found != object_.end()) return Number(*found, name, max);
    if (required) Note(name, "is missing");
    return 0;
  }
  EventId Rf() {
    const auto found = object_.find("rf");
    if (found == object_.end()) return kNoEvent;
    if (*found == "initial") return kInit;
    if (!found->is_array() || found->size() != 2) {
      Note("rf", "is neither \"initial\" nor [thread, index]");
      return kNoEvent;
    }
    return {static_cast<std::uint16_t>(Number((*found)[0], "rf", kThreadsMax - 1)),
            static_cast<std::uint16_t>(Number((*found)[1], "rf", kIndexMax))};
  }
  void Note(const char* name, std::string_view what) {
    if (error_.empty()) error_ = absl::StrCat(where_, "\"", name, "\" ", what);
  }
  const std::string& error() const { return error_; }

 private:
  const Json& object_;
  const std::string where_;
  std::string error_;
};

std::string ReadSteps(const Json& object, std::vector<ReplayStep>& steps) {
  const auto array = object.find("steps");
  if (array == object.end() || !array->is_array()) return "\"steps\" is no list";
  std::vector<int> sizes(kThreadsMax);
  for (const Json& json : *array) {
    const std::string where = absl::StrCat("step ", steps.size() + 1, ": ");
    if (!json.is_object()) return where + "is no object";
    Members members(json, where);
    ReplayStep step;
    step.thread = static_cast<int>(members.Number("thread", kThreadsMax - 1, true));
    step.rf = members.Rf();
    step.mo = static_cast<int>(members.Number("mo", array->size()));
    step.value = members.Number("value", std::numeric_limits<std::uint64_t>::max());
    const bool names_a_step = step.rf != kNoEvent && !IsInit(step.rf);
    if (names_a_step && step.rf.index >= sizes[step.rf.thread]) {
      members.Note("rf", "names a step that does not come before");
    }
    if (!members.error().empty()) return members.error();
    if (++sizes[step.thread] > kIndexMax) return where + "too many for one thread";
    steps.push_back(step);
  }
  return "";
}

std::string ReadThreads(const Json& object, std::vector<ReplayThread>& threads) {
  const auto array = object.find("threads");
  if (array == object.end() || !array->is_array()) return "\"threads\" is no list";
  for (const Json& json : *array) {
    const std::string where = absl::StrCat("thread ", threads.size() + 1, ": ");
    if (!json.is_array() || json.size() != 2) return where + "is not [parent, manyeth]";
    Members members(json, where);
    const auto parent = members.Number(json[0], "parent", threads.size());
    const auto manyeth = members.Number(json[1], "manyeth", kThreadsMax - 1);
    if (!members.error().empty()) return members.error();
    threads.push_back({static_cast<int>(parent), static_cast<int>(manyeth)});
  }
  return threads.size() < kThreadsMax ? "" : "\"threads\" has too many";
}

// Returns: what names a thread other than the first and those of "threads"; "" if nothing does.
std::string UnknownThread(const Replay& replay) {
  const int known = static_cast<int>(replay.threads.size());
  for (std::size_t i = 0; i < replay.steps.size(); ++i) {
    if (replay.steps[i].thread <= known) continue;
    return absl::StrCat("step ", i + 1, ": \"thread\" is none of \"threads\"");
  }
  return replay.then <= known ? "" : "\"then\" is none of \"threads\"";
}

}  // namespace

absl::Status WriteReplay(const Replay& replay, const std::string& path) {
  return base::WriteWholeFile(path, ReplayText(replay));
}

std::string ReplayText(const Replay& replay) { return TextOf(replay); }

absl::StatusOr<Replay> ReadReplay(const std::string& path) {
  const absl::StatusOr<std::string> text = base::ReadWholeFile(path, kMegabytesMax, kOtherFile);
  if (!text.ok()) return text.status();
  return ParseReplay(*text, path);
}

absl::StatusOr<Replay> ParseReplay(const std::string& text, const std::string& path) {
  const absl::StatusOr<Json> json = Parse(path, text);
  if (!json.ok()) return json.status();
  if (!json->is_object() || !json->contains("format") || (*json)["format"] != kFormat) {
    return Wrong(path, "is JSON, but no replay", kOtherFile);
  }
  if (!json->contains("version") || (*json)["version"] != kVersion) {
    return Wrong(path, absl::StrCat("is a replay of another version than ", kVersion));
  }
  Members members(*json, "");
  Replay replay;
  replay.program = members.Text("program");
  if (json->contains("source")) replay.source = members.Text("source");
  replay.build = members.Text("build");
  replay.memory_model = members.Text("memory_model");
  replay.failure = members.Text("failure");
  replay.message = members.Text("message");
  const bool fails_after_steps = json->contains("then");
  if (fails_after_steps) replay.then = static_cast<int>(members.Number("then", kThreadsMax - 1));
  if (!members.error().empty()) return Wrong(path, members.error());
  std::string wrong = ReadThreads(*json, replay.threads);
  if (wrong.empty()) wrong = ReadSteps(*json, replay.steps);
  if (wrong.empty()) wrong = UnknownThread(replay);
  if (!wrong.empty()) return Wrong(path, wrong);
  return replay;
}

}  // namespace models
