// Numbers for classes and fields, and words for what is held.
// A name is met as a pointer, over and over; that pointer is looked up before its letters are.
#include "models/locks/observations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"

namespace models {
namespace {

template <typename Named>
std::size_t IndexOf(const std::vector<Named>& all, const std::string& name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Named& n) { return n.name == name; });
  return static_cast<std::size_t>(found - all.begin());
}

std::string HowText(const Hold& hold) {
  switch (hold.kind) {
    case HoldKind::kTaken:
      return ModeText(hold.mode);
    case HoldKind::kLastUser:
      return "last user";
    case HoldKind::kNotLastUser:
      return "not the last user";
  }
  return "";
}

}  // namespace

Replay Witness::ToReplay() const {
  Replay replay = *execution;
  replay.failure = FailureName(FailureKind::kLockRule);
  replay.message = sentence;
  return replay;
}

Meeting& SeenField::MeetingLike(const Meeting& meeting) {
  for (Meeting& known : meetings) {
    if (known.reader == meeting.reader && known.common == meeting.common) return known;
  }
  return meetings.emplace_back(meeting);
}

ClassId Observations::ClassOf(const ksync::LockClass& lock_class) {
  const auto [known, added] = known_classes_.try_emplace(&lock_class, 0);
  if (!added) return known->second;
  const ClassId id = ClassNamed(lock_class.name);
  classes_[id].rank = lock_class.rank;
  classes_[id].sleeps |= lock_class.sleeps;
  known->second = id;
  return id;
}

ClassId Observations::ClassNamed(const std::string& name) {
  const std::size_t id = IndexOf(classes_, name);
  CHECK(id < kClassesMax, "no more lock classes than bits in a mask");
  if (id == classes_.size()) classes_.push_back({name});
  return static_cast<ClassId>(id);
}

std::size_t Observations::Size() const {
  std::size_t size =
      edges.all().size() + inversions.all().size() + accesses.all().size() + clashes.all().size();
  for (const SeenField& field : fields_) size += field.meetings.size();
  return size;
}

int Observations::FieldOf(const char* name) {
  const auto [known, added] = known_names_.try_emplace(name, 0);
  if (!added) return known->second;
  const std::size_t id = IndexOf(fields_, name);
  if (id == fields_.size()) fields_.push_back({name});
  known->second = static_cast<int>(id);
  return known->second;
}

std::optional<ClassId> Observations::FindClass(const std::string& name) const {
  const std::size_t id = IndexOf(classes_, name);
  if (id == classes_.size()) return std::nullopt;
  return static_cast<ClassId>(id);
}

std::optional<int> Observations::FindField(const std::string& name) const {
  const std::size_t id = IndexOf(fields_, name);
  if (id == fields_.size()) return std::nullopt;
  return static_cast<int>(id);
}

const char* ModeText(ksync::LockMode mode) {
  return mode == ksync::LockMode::kExclusive ? "W" : "R";
}

std::string HoldsText(const Observations& seen, const Holds& holds) {
  if (holds.empty()) return "nothing";
  std::string text;
  for (const Hold& hold : holds) {
    const bool another = hold.other && hold.kind != HoldKind::kNotLastUser;
    absl::StrAppend(&text, text.empty() ? "" : ", ", another ? "another " : "",
                    seen.classes()[hold.lock_class].name, "(", HowText(hold), ")");
  }
  return text;
}

}  // namespace models
