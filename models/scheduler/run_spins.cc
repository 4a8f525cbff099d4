// Where a run meets loops: cycles of reads that change nothing, and loops that are cut.
// The argument is in spins.h.
#include <algorithm>

#include "models/scheduler/run.h"

namespace models {

std::uint64_t Run::PerformInLoop(Action& action) {
  BeginRead(action);
  const Event& event = Perform(action);
  EndRead(event);
  return event.read;
}

// Returns: a digest of the calling thread's state, what it asks for included.
std::uint64_t Run::StateBefore(const Action& action) const {
  Digest digest;
  digest.Add(limits_.state_digest());
  for (std::uint64_t asked : {std::uint64_t{action.location}, action.value, action.second}) {
    digest.Add(asked);
  }
  return digest.value();
}

void Run::BeginReadInLoop(Action& action) {
  if (limits_.unroll_max != 0) CountLoop(action.site);
  if (limits_.state_digest == nullptr || unwinding_) return;
  SpinMarks& marks = me().marks;
  LookForEffects();
  const auto same = [&action](const SpinMark& mark) {
    return mark.site == action.site && mark.location == action.location;
  };
  const auto before = std::find_if(marks.rbegin(), marks.rend(), same);
  const bool repeats = before != marks.rend();
  if (!repeats && !spins_.KnowsAny()) return AddMark(action);
  const bool known = spins_.Knows(action.site);
  const std::uint64_t state = known || repeats ? StateBefore(action) : 0;
  const auto without_effect = [](const SpinMark& mark) { return mark.without_effect; };
  if (repeats && before->state == state && state != 0 &&
      std::all_of(marks.rbegin(), before + 1, without_effect)) {
    const std::size_t reads = before - marks.rbegin() + 1;
    if (reads == 1 && before->pure) spins_.Learn(action.site, state, before->value, me().own);
    StopInCycle(static_cast<int>(reads), action.site);
  }
  if (known) action.never = spins_.UselessIn(state);
  AddMark(action);
  marks.back().state = state;
  marks.back().watched = state != 0 && (repeats || action.never == nullptr);
}

// A fence may let other threads run, as a read may.
void Run::FenceInLoop(const Action& fence) {
  LookForEffects();
  Perform(fence);
  if (!me().marks.empty() && me().marks.back().watched) me().marks.back().memory = MemoryDigest();
}

void Run::CompareMemory() {
  SpinMarks& marks = me().marks;
  marks.back().without_effect = true;
  if (MemoryDigest() != marks.back().memory) marks.clear();
}

std::uint64_t Run::MemoryDigest() const {
  Digest digest;
  if (limits_.add_memory != nullptr) limits_.add_memory(digest);
  heap_.AddTo(digest);
  return digest.value();
}

// After it: whether it told the thread something without changing anything.
void Run::EndRead(const Event& event) {
  if (limits_.state_digest == nullptr || unwinding_) return;
  SpinMarks& marks = me().marks;
  if (event.writes && event.written != event.read) {
    marks.clear();
  } else if (!marks.empty()) {
    marks.back().value = event.read;
    if (marks.back().watched) marks.back().memory = MemoryDigest();
  }
}

void Run::StopInCycle(int reads, ksync::Site site) {
  statuses_[current_].cycle = reads;
  Block(site, nullptr);
}

void Run::CountLoop(ksync::Site site) {
  for (auto& [known, times] : me().loops) {
    if (known != site) continue;
    if (++times > limits_.unroll_max) Block(site, "unroll_max");
    return;
  }
  me().loops.push_back({site, 1});
}

}  // namespace models
