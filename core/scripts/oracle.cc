// What a step does to what is known, verb by verb; and the judgement of reads. A step that was
// refused has done nothing, but for a move, which makes room first.
#include "core/scripts/oracle.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/scripts/possible.h"
#include "core/scripts/script_text.h"

namespace rmap {
namespace {

void BecomesZero(Memory& memory, std::uint64_t start, std::uint64_t length) {
  ForRange(memory, start, length, [](Values& values) { values = {kFreshValue}; });
}

void MayBecomeZero(Memory& memory, std::uint64_t start, std::uint64_t length) {
  ForRange(memory, start, length, [](Values& values) { Insert(values, kFreshValue); });
}

// What was in the way is gone if there was memory for that; then there may have been none for more.
void ApplyMap(const Step& step, Outcome outcome, Memory& memory) {
  if (outcome == Outcome::kDone) BecomesZero(memory, step.at, step.length);
  if (outcome == Outcome::kNoMemory) MayBecomeZero(memory, step.at, step.length);
}

// Whatever comes of it, what was in the way may be gone, and the tail of what is too long.
void ApplyMoveThatFailed(const Step& step, Memory& memory) {
  MayBecomeZero(memory, step.to, step.to_length);
  if (step.to_length >= step.length) return;
  MayBecomeZero(memory, std::uint64_t{step.at} + step.to_length, step.length - step.to_length);
}

void ApplyMove(const Step& step, Outcome outcome, Memory& memory) {
  if (outcome != Outcome::kDone) return ApplyMoveThatFailed(step, memory);
  const auto first = memory.begin() + step.at;
  const Memory moved(first, first + std::min(step.length, step.to_length));
  BecomesZero(memory, step.at, step.length);
  BecomesZero(memory, step.to, step.to_length);
  std::ranges::copy(moved, memory.begin() + step.to);
}

// A heap grows over whatever is in the way.
void ApplyGrowHeap(const Step& step, Outcome outcome, Memory& memory,
                   std::optional<std::uint32_t>& brk) {
  if (outcome == Outcome::kRefused) return;
  if (outcome == Outcome::kNoMemory || !brk.has_value()) {
    MayBecomeZero(memory, step.at, memory.size());
    if (outcome == Outcome::kDone) brk = step.at + step.length;
    return;
  }
  const std::uint32_t old = std::max(*brk, step.at);
  const std::uint32_t end = step.at + step.length;
  BecomesZero(memory, std::min(old, end), std::max(old, end) - std::min(old, end));
  brk = end;
}

}  // namespace

Oracle::Oracle(const Script& script) : script_(script), known_(ProcessCount(script)) {
  Value next = kFreshValue + 1;
  for (const Phase& phase : script.phases) {
    std::vector<Value>& firsts = first_value_.emplace_back();
    for (const Steps& steps : phase.threads) {
      firsts.push_back(next);
      next += static_cast<Value>(steps.size());
    }
  }
}

void Oracle::BeginPhase(std::uint32_t number, const std::vector<ProcessUse>& uses) {
  const Phase& phase = script_.phases[number];
  phase_ = number;
  notes_.assign(phase.threads.size(), {});
  poisoned_.clear();
  may_poison_ = Has(phase, Verb::kPoison);
  for (std::size_t i = 0; i < uses.size(); ++i) {
    known_[i].changed_by = uses[i].changed_by;
    known_[i].exactly = !uses[i].changed_by.several();
  }
  FindExact(phase);
  possible_.clear();
  if (!std::ranges::any_of(uses, &ProcessUse::IsContested)) return;
  std::vector<Memory> before;
  for (const Known& known : known_) before.push_back(known.memory);
  possible_ = PossibleIn(phase, std::move(before), first_value_[number], script_.pages);
}

// Who is forked by a thread that does not know the parent exactly is not known exactly.
void Oracle::FindExact(const Phase& phase) {
  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t thread = 0; thread < phase.threads.size(); ++thread) {
      for (const Step& step : phase.threads[thread]) {
        if (step.verb != Verb::kFork || Knows({.thread = thread}, step.process)) continue;
        changed |= std::exchange(known_[step.other].exactly, false);
      }
    }
  }
}

bool Oracle::Knows(const Place& place, std::uint32_t process) const {
  const Known& known = known_[process];
  return known.exactly && known.changed_by.AtMost(place.thread);
}

void Oracle::Fork(const Place& place, const Step& step) {
  if (!Knows(place, step.other)) return;
  known_[step.other].memory = known_[step.process].memory;
  known_[step.other].brk = known_[step.process].brk;
}

void Oracle::Ended(const Place& place, const Step& step, Outcome outcome) {
  const bool done = outcome == Outcome::kDone;
  if (step.verb == Verb::kFork && done) return Fork(place, step);
  if (!Knows(place, step.process)) return;
  Known& known = known_[step.process];
  switch (step.verb) {
    case Verb::kStart:
      if (done) known.memory = FreshMemory(script_.pages);
      if (done) known.brk = 0;
      return;
    case Verb::kExit:
      if (done) known.memory.clear();
      return;
    case Verb::kMap:
    case Verb::kMapStack:
      return ApplyMap(step, outcome, known.memory);
    case Verb::kUnmap:
      if (done) BecomesZero(known.memory, step.at, step.length);
      return;
    case Verb::kMove:
      return ApplyMove(step, outcome, known.memory);
    case Verb::kGrowHeap:
      return ApplyGrowHeap(step, outcome, known.memory, known.brk);
    case Verb::kStore:
      if (done) known.memory[step.at] = {CommonValue(step.to)};
      return;
    case Verb::kWrite:
    case Verb::kDirectIo:
      if (done) known.memory[step.at] = {ValueOf(place)};
      return;
    default:
      return;
  }
}

// Nobody else changes it, so it is that until its own thread does.
void Oracle::NarrowTo(std::uint32_t process, std::uint32_t at, Value value) {
  Values& values = known_[process].memory[at];
  if (known_[process].changed_by.any()) values = {value};
}

std::string Oracle::BrokenRead(const Place& place, const Step& step, Value value) {
  const bool exactly = Knows(place, step.process);
  const Memory& memory = exactly ? known_[step.process].memory : possible_[step.process];
  const Values expected = step.at < memory.size() ? memory[step.at] : Values{};
  const bool possible = Contains(expected, value);
  const bool doubtful = !possible && value == kFreshValue && may_poison_ && !expected.empty();
  if (!possible && !doubtful) return Broken(step, value, expected);
  if (doubtful) notes_[place.thread].doubts.push_back({step, expected});
  if (exactly) NarrowTo(step.process, step.at, value);
  return "";
}

void Oracle::Poisoned(const Place& place, Value value) {
  Insert(notes_[place.thread].poisoned, value);
}

// A device may write when the page is gone already.
void Oracle::CollectPoisoned() {
  if (!may_poison_) return;
  for (const Notes& notes : notes_) InsertAll(poisoned_, notes.poisoned);
  const std::vector<Steps>& threads = script_.phases[phase_].threads;
  for (Place place{.phase = phase_}; place.thread < threads.size(); ++place.thread) {
    const Steps& steps = threads[place.thread];
    for (place.step = 0; place.step < steps.size(); ++place.step) {
      if (steps[place.step].verb == Verb::kDirectIo) Insert(poisoned_, ValueOf(place));
    }
  }
}

std::string Oracle::BrokenReads() {
  CollectPoisoned();
  for (const Notes& notes : notes_) {
    for (const Doubt& doubt : notes.doubts) {
      if (HaveCommon(doubt.expected, poisoned_)) continue;
      return Broken(doubt.step, kFreshValue, doubt.expected);
    }
  }
  return "";
}

std::string Oracle::BrokenAtRest(std::uint32_t process, const std::vector<Value>& contents,
                                 std::uint32_t brk) {
  Known& known = known_[process];
  const Memory& memory = known.exactly ? known.memory : possible_[process];
  Memory found = FreshMemory(script_.pages);
  for (std::uint32_t at = 0; at < contents.size(); ++at) {
    const Value value = contents[at];
    const Values expected = at < memory.size() ? memory[at] : Values{};
    const bool poisoned = value == kFreshValue && HaveCommon(expected, poisoned_);
    if (!poisoned && !Contains(expected, value)) {
      return Broken({.verb = Verb::kRead, .process = process, .at = at}, value, expected);
    }
    found[at] = {value};
  }
  known.memory = std::move(found);
  known.brk = brk;
  return "";
}

std::string Oracle::Broken(const Step& step, Value value, const Values& expected) const {
  std::string text = absl::StrCat("I13: P", step.process, " has at ", step.at, " ", InWords(value),
                                  ", but should have ");
  if (expected.empty()) absl::StrAppend(&text, "nothing there");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : " or ", InWords(expected[i]));
  }
  return text;
}

std::string Oracle::InWords(Value value) const {
  if (value == kFreshValue) return "zero";
  if (value >= kFirstCommonValue) {
    return absl::StrCat("the common value ", value - kFirstCommonValue);
  }
  for (std::uint32_t phase = 0; phase < first_value_.size(); ++phase) {
    for (std::uint32_t thread = 0; thread < first_value_[phase].size(); ++thread) {
      const Steps& steps = script_.phases[phase].threads[thread];
      const Value step = value - first_value_[phase][thread];
      if (step < steps.size()) {
        return absl::StrCat("what \"", ToText(steps[step]), "\" wrote in phase ", phase + 1);
      }
    }
  }
  return absl::StrCat(value, ", which nobody wrote");
}

}  // namespace rmap
