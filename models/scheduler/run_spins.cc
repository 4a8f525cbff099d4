// Where a run meets loops: cycles of reads that change nothing, and loops that are cut.
// The argument is in spins.h.
#include <algorithm>

#include "models/scheduler/run.h"

namespace models {
namespace {

constexpr std::size_t kMarksMax = 16;  // Longer cycles of reads are not recognised.

}  // namespace

// Before a read: closes a cycle, or gives the read the values to wait for.
void Run::BeginRead(Action& action) {
  if (limits_.unroll_max != 0) CountLoop(action.site);
  if (limits_.state_digest == nullptr || unwinding_) return;
  std::vector<SpinMark>& marks = me().marks;
  const auto same = [&action](const SpinMark& mark) {
    return mark.site == action.site && mark.location == action.location;
  };
  const auto before = std::find_if(marks.rbegin(), marks.rend(), same);
  const bool known = spins_.Knows(action.site);
  std::uint64_t state = 0;
  if (known || before != marks.rend()) {
    state = limits_.state_digest();
    for (std::uint64_t asked : {std::uint64_t{action.location}, action.value, action.second}) {
      state = (state ^ asked) * 0x9ddfea08eb382d69u;
      state ^= state >> 47;
    }
  }
  if (state != 0 && before != marks.rend() && before->state == state) {
    const std::size_t reads = before - marks.rbegin() + 1;
    if (reads == 1 && before->pure) spins_.Learn(action.site, state, before->value);
    StopInCycle(static_cast<int>(reads), action.site);
  }
  if (known) action.never = spins_.UselessIn(state);
  if (marks.size() == kMarksMax) marks.erase(marks.begin());
  marks.push_back({action.site, action.location, state, 0, true});
}

// After it: whether it told the thread something without changing anything.
void Run::EndRead(const Event& event) {
  if (limits_.state_digest == nullptr || unwinding_) return;
  std::vector<SpinMark>& marks = me().marks;
  if (event.writes && event.written != event.read) {
    marks.clear();
  } else if (!marks.empty()) {
    marks.back().value = event.read;
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
