// What a run tells its observer (observer.h). Nothing of it is on the way of a run without one.
// What stacks do while they are unwound is not told.
#include "models/scheduler/run.h"

namespace models {

// A store that changes nothing excludes nobody, and tells nobody anything: it is no access.
void Run::TellOfEvent(const Event& event) {
  if (unwinding_) return;
  const LocationId location = event.action.location;
  if (event.writes &&
      event.written == graph_->ValueOf(location, graph_->mo_at(location, event.mo - 1))) {
    return;
  }
  TellOfAccess(event.action.location, event.writes, statuses_[current_].next - 1,
               event.action.site);
}

void Run::TellOfAccess(LocationId field, bool writes, int count, ksync::Site site) {
  const View& past = graph_->hb_before(current_, count);
  std::uint32_t ended = 0;
  for (std::size_t t = 0; t < statuses_.size(); ++t) {
    const bool over = statuses_[t].finished && past[t] >= statuses_[t].next;
    if (over) ended |= std::uint32_t{1} << t;
  }
  limits_.observer->OnAccess(
      {current_, field, writes, static_cast<std::uint16_t>(count), me().children, ended, site},
      me().held, past);
}

void Run::TellOfLock(const LockStep& step) {
  if (unwinding_) return;
  LockStep told = step;
  told.in_rcu = me().sections > 0;
  limits_.observer->OnLock(told, me().held);
}

void Run::TellOfLastUser(LocationId lock) {
  if (unwinding_) return;
  const int count = statuses_[current_].next;
  limits_.observer->OnLastUser({current_, lock, static_cast<std::uint16_t>(count)}, here());
}

void Run::TellOfNewLife(const Allocation& block) {
  for (LocationId l = block.first_location; l != 0; l = names_.location(l).next_in_block) {
    limits_.observer->OnMake(l, current_, here());
  }
}

void Run::TellOfEnd() {
  const Failure* const shown = limits_.observer->EndRun(*graph_, names_, failure_, complete_);
  if (shown != nullptr) failure_ = *shown;
}

}  // namespace models
