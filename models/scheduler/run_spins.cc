// Where a run meets loops: cycles of reads that change nothing, and loops that are cut.
// The argument is in spins.h.
#include <algorithm>

#include "models/scheduler/run.h"

namespace models {
namespace {

constexpr std::size_t kMarksMax = 16;  // Longer cycles of reads are not recognised.

}  // namespace

std::uint64_t Run::PerformInLoop(Action action) {
  BeginRead(action);
  const Event& event = Perform(action);
  EndRead(event);
  return event.read;
}

// A step other than a read is an effect, but for fences. Of a read-modify-write, EndRead sees
// whether it changed something.
void Run::NoteInLoop(const Event& event, const Action& action) {
  if (event.action.never != action.never) stopped_by_ = "the state of a loop";
  if (action.kind != ActionKind::kLoad && action.kind != ActionKind::kRmw &&
      action.kind != ActionKind::kFence) {
    me().marks.clear();
  }
}

// Before a read: closes a cycle, or gives the read the values to wait for.
void Run::BeginRead(Action& action) {
  if (limits_.unroll_max != 0) CountLoop(action.site);
  if (limits_.state_digest == nullptr || unwinding_) return;
  LookForEffects();
  std::vector<SpinMark>& marks = me().marks;
  const auto same = [&action](const SpinMark& mark) {
    return mark.site == action.site && mark.location == action.location;
  };
  const auto before = std::find_if(marks.rbegin(), marks.rend(), same);
  const bool known = spins_.Knows(action.site);
  std::uint64_t state = 0;
  if (known || before != marks.rend()) {
    Digest digest;
    digest.Add(limits_.state_digest());
    for (std::uint64_t asked : {std::uint64_t{action.location}, action.value, action.second}) {
      digest.Add(asked);
    }
    state = digest.value();
  }
  const bool repeats = before != marks.rend();
  const auto without_effect = [](const SpinMark& mark) { return mark.without_effect; };
  if (repeats && before->state == state && state != 0 &&
      std::all_of(marks.rbegin(), before + 1, without_effect)) {
    const std::size_t reads = before - marks.rbegin() + 1;
    if (reads == 1 && before->pure) spins_.Learn(action.site, state, before->value, me().own);
    StopInCycle(static_cast<int>(reads), action.site);
  }
  if (known) action.never = spins_.UselessIn(state);
  if (marks.size() == kMarksMax) marks.erase(marks.begin());
  marks.push_back({.site = action.site, .location = action.location, .state = state});
  marks.back().watched = state != 0 && (repeats || action.never == nullptr);
  me().own.clear();
}

// A fence may let other threads run, as a read may.
void Run::FenceInLoop(const Action& fence) {
  LookForEffects();
  Perform(fence);
  if (!me().marks.empty() && me().marks.back().watched) me().marks.back().memory = MemoryDigest();
}

// Has anything changed in memory since this thread went on, that nobody reported?
void Run::LookForEffects() {
  std::vector<SpinMark>& marks = me().marks;
  if (marks.empty() || !marks.back().watched) return;
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
  std::vector<SpinMark>& marks = me().marks;
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
