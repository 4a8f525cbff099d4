// Events and choices are lists of numbers, because a frontier has thousands of them. Reading checks
// that every number is one that a frontier can have, and that what is named is there.
#include "models/scale/search_json.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "models/report/replay_file.h"

namespace models {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kStampMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kIndexMax = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t kKindMax = 3;

// Writing -----------------------------------------------------------------------------------------

Json ToJson(const FrontierEvent& event) {
  return {event.step.thread,       event.step.rf.thread,   event.step.rf.index,
          event.step.mo,           event.step.value,       event.stamp,
          event.blocked_by.thread, event.blocked_by.index, event.reserved_stamp};
}

Json ToJson(const FrontierChoice& choice) {
  return {choice.kind,
          choice.place_fixed ? 1 : 0,
          choice.place,
          choice.thread,
          choice.rf.thread,
          choice.rf.index,
          choice.revisited.thread,
          choice.revisited.index,
          choice.value,
          choice.trail,
          choice.stamp,
          choice.event_stamp};
}

Json ToJson(const std::vector<EventId>& ids) {
  Json json = Json::array();
  for (EventId id : ids) {
    json.push_back(id.thread);
    json.push_back(id.index);
  }
  return json;
}

Json ToJson(const ReplayThread& thread) { return {thread.parent, thread.manyeth}; }
Json ToJson(const FrontierLock& lock) { return {lock.thread, lock.manyeth}; }
Json ToJson(const FrontierFrame& frame);

template <typename Items>
Json ListToJson(const Items& items) {
  Json json = Json::array();
  for (const auto& item : items) json.push_back(ToJson(item));
  return json;
}

Json ToJson(const FrontierFrame& frame) {
  return {{"stamp", frame.stamp},
          {"trail", ListToJson(frame.trail)},
          {"blocked", ListToJson(frame.blocked)},
          {"accesses", ListToJson(frame.accesses)},
          {"choices", ListToJson(frame.choices)}};
}

// Reading -----------------------------------------------------------------------------------------

// The numbers of a list, one after the other. What is wrong is noted, and reads as zero.
class Numbers {
 public:
  Numbers(const Json& list, std::string& error) : list_(list), error_(error) {
    if (!list.is_array()) Note("is no list");
  }
  ~Numbers() {
    if (error_.empty() && at_ != list_.size()) Note("is too long");
  }

  std::uint64_t Next(std::uint64_t max) {
    if (!error_.empty()) return 0;
    if (at_ < list_.size() && list_[at_].is_number_unsigned() &&
        list_[at_].get<std::uint64_t>() <= max) {
      return list_[at_++].get<std::uint64_t>();
    }
    Note(absl::StrCat("has no number from 0 to ", max, " at place ", at_));
    return 0;
  }
  int Small(std::uint64_t max) { return static_cast<int>(Next(max)); }
  std::uint32_t Stamp() { return static_cast<std::uint32_t>(Next(kStampMax)); }
  EventId Id() {
    const auto thread = static_cast<std::uint16_t>(Next(kIndexMax));
    return {thread, static_cast<std::uint16_t>(Next(kIndexMax))};
  }
  bool AtEnd() const { return !error_.empty() || at_ == list_.size(); }

 private:
  void Note(std::string_view what) { error_ = absl::StrCat("a list ", what); }

  const Json& list_;
  std::string& error_;
  std::size_t at_ = 0;
};

class Reader {
 public:
  absl::StatusOr<Frontier> Read(const Json& json) {
    Frontier frontier;
    ForEach(json, "threads", [&](Numbers numbers) {
      const int parent = numbers.Small(frontier.threads.size());
      frontier.threads.push_back({parent, numbers.Small(kThreadsMax - 1)});
    });
    threads_ = frontier.threads.size() + 1;
    if (threads_ > kThreadsMax) Note("\"threads\" has too many");
    ForEach(json, "tried", [&](Numbers numbers) {
      const int thread = numbers.Small(threads_ - 1);
      frontier.tried.push_back({thread, numbers.Small(kStampMax >> 8)});
    });
    frontier.begun = Flag(json, "begun");
    frontier.part = Flag(json, "part");
    const auto frames = json.find("frames");
    if (frames == json.end() || !frames->is_array()) return Wrong("\"frames\" is no list");
    for (const Json& frame : *frames) frontier.frames.push_back(Frame(frame));
    if (!error_.empty()) return Wrong(error_);
    return frontier;
  }

 private:
  static absl::Status Wrong(std::string_view what) { return absl::InvalidArgumentError(what); }

  void Note(std::string_view what) {
    if (error_.empty()) error_ = what;
  }

  bool Flag(const Json& json, const char* name) {
    const auto found = json.find(name);
    if (found != json.end() && found->is_boolean()) return found->get<bool>();
    Note(absl::StrCat("\"", name, "\" is neither true nor false"));
    return false;
  }

  template <typename Body>
  void ForEach(const Json& json, const char* name, const Body& body) {
    const auto list = json.is_object() ? json.find(name) : json.end();
    if (!json.is_object() || list == json.end() || !list->is_array()) {
      return Note(absl::StrCat("\"", name, "\" is no list"));
    }
    for (const Json& item : *list) {
      if (!error_.empty()) return;
      body(Numbers(item, error_));
    }
    if (!error_.empty()) error_ = absl::StrCat("\"", name, "\": ", error_);
  }

  FrontierEvent Event(Numbers& numbers) {
    FrontierEvent event;
    event.step.thread = numbers.Small(threads_ - 1);
    event.step.rf = numbers.Id();
    event.step.mo = numbers.Small(kIndexMax);
    event.step.value = numbers.Next(kAny);
    event.stamp = numbers.Stamp();
    event.blocked_by = numbers.Id();
    event.reserved_stamp = numbers.Stamp();
    return event;
  }

  FrontierChoice Choice(Numbers& numbers, std::size_t trail) {
    FrontierChoice choice;
    choice.kind = numbers.Small(kKindMax);
    choice.place_fixed = numbers.Next(1) == 1;
    choice.place = numbers.Small(kIndexMax);
    choice.thread = numbers.Small(threads_ - 1);
    choice.rf = numbers.Id();
    choice.revisited = numbers.Id();
    choice.value = numbers.Next(kAny);
    choice.trail = static_cast<std::uint32_t>(numbers.Next(trail));
    choice.stamp = numbers.Stamp();
    choice.event_stamp = numbers.Stamp();
    return choice;
  }

  FrontierFrame Frame(const Json& json) {
    FrontierFrame frame;
    const auto stamp = json.is_object() ? json.find("stamp") : json.end();
    const bool stamped = json.is_object() && stamp != json.end() && stamp->is_number_unsigned();
    if (!stamped) Note("\"stamp\" is no number");
    frame.stamp = stamped ? stamp->get<std::uint32_t>() : 0;
    ForEach(json, "trail", [&](Numbers numbers) { frame.trail.push_back(Event(numbers)); });
    ForEach(json, "blocked", [&](Numbers numbers) { frame.blocked.push_back(Event(numbers)); });
    ForEach(json, "accesses", [&](Numbers numbers) {
      std::vector<EventId>& ids = frame.accesses.emplace_back();
      while (!numbers.AtEnd()) ids.push_back(numbers.Id());
      if (ids.empty()) Note("an order of accesses is empty");
    });
    ForEach(json, "choices",
            [&](Numbers numbers) { frame.choices.push_back(Choice(numbers, frame.trail.size())); });
    if (frame.choices.empty()) Note("a frame has no choice");
    CheckIds(frame);
    return frame;
  }

  // Every event that is named must be there.
  void CheckIds(const FrontierFrame& frame) {
    std::vector<int> sizes(kThreadsMax);
    for (const FrontierEvent& event : frame.trail) ++sizes[event.step.thread];
    for (const FrontierEvent& event : frame.blocked) ++sizes[event.step.thread];
    const auto check = [&](EventId id) {
      if (IsInit(id) || id == kNoEvent) return;
      if (id.thread < kThreadsMax && id.index < sizes[id.thread]) return;
      Note("an event is named that is not there");
    };
    for (const FrontierEvent& event : frame.trail) check(event.step.rf), check(event.blocked_by);
    for (const FrontierEvent& event : frame.blocked) check(event.step.rf);
    for (const std::vector<EventId>& order : frame.accesses) {
      for (EventId id : order) {
        if (IsInit(id) || id == kNoEvent) Note("an access is no event");
        check(id);
      }
    }
    for (const FrontierChoice& choice : frame.choices) check(choice.rf), check(choice.revisited);
  }

  std::size_t threads_ = 1;
  std::string error_;
};

std::uint64_t NumberOf(const Json& json, const char* name, std::string& error) {
  const auto found = json.find(name);
  if (found != json.end() && found->is_number_unsigned()) return found->get<std::uint64_t>();
  error = absl::StrCat("\"", name, "\" is no number");
  return 0;
}

}  // namespace

Json ToJson(const Frontier& frontier) {
  return {{"threads", ListToJson(frontier.threads)},
          {"tried", ListToJson(frontier.tried)},
          {"begun", frontier.begun},
          {"part", frontier.part},
          {"frames", ListToJson(frontier.frames)}};
}

Json ToJson(const Findings& findings) {
  Json json = {{"executions", findings.executions}, {"blocked", findings.blocked},
               {"failures", findings.failures},     {"runs", findings.runs},
               {"left_out", findings.left_out},     {"failure", nullptr}};
  if (findings.failures > 0) json["failure"] = ReplayText(findings.failure);
  return json;
}

absl::StatusOr<Frontier> FrontierFromJson(const Json& json) {
  if (!json.is_object()) return absl::InvalidArgumentError("a frontier is no object");
  return Reader().Read(json);
}

absl::StatusOr<Findings> FindingsFromJson(const Json& json) {
  if (!json.is_object()) return absl::InvalidArgumentError("findings are no object");
  std::string error;
  Findings findings;
  findings.executions = NumberOf(json, "executions", error);
  findings.blocked = NumberOf(json, "blocked", error);
  findings.failures = NumberOf(json, "failures", error);
  findings.runs = NumberOf(json, "runs", error);
  const auto left_out = json.find("left_out");
  if (left_out == json.end() || !left_out->is_string()) error = "\"left_out\" is no text";
  if (!error.empty()) return absl::InvalidArgumentError(error);
  findings.left_out = left_out->get<std::string>();
  if (findings.failures == 0) return findings;
  const auto failure = json.find("failure");
  if (failure == json.end() || !failure->is_string()) {
    return absl::InvalidArgumentError("\"failure\" is missing");
  }
  absl::StatusOr<Replay> replay = ParseReplay(failure->get<std::string>(), "\"failure\"");
  if (!replay.ok()) return replay.status();
  findings.failure = *std::move(replay);
  return findings;
}

}  // namespace models
