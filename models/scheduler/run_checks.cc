// What a run finds wrong by itself: races, lifetimes, leaks, misuse, divergence. See run.h.
//
// A pair of steps is checked when the second of them is run for the first time; which of the two is
// second does not matter, because both directions are checked.
#include <algorithm>

#include "models/scheduler/run.h"

namespace models {
namespace {

using ksync::LocationKind;
using ksync::Site;

// Reads in a row that tell a thread nothing new: over the latest writes, and over old ones.
constexpr int kRepeatsMax = 4000;
constexpr int kOldRepeatsMax = 200;
constexpr int kRepeatWindow = 8;  // How far back a read may repeat another.

}  // namespace

void Run::FailWith(FailureKind kind, std::string message, std::vector<Place> places) {
  // What a stack says while it is unwound is not about the program.
  if (!unwinding_ && failure_.kind == FailureKind::kNone) {
    failure_ = {kind, std::move(message), std::move(places)};
  }
  EndExecution();
}

void Run::FailHere(FailureKind kind, std::string message, Site site) {
  FailWith(kind, std::move(message), {{current_, FailureName(kind), site}});
}

void Run::FailDiverged(const Event& recorded, const Action& asked) {
  FailWith(FailureKind::kNondeterminism,
           names_.ThreadName(current_) +
               " does something else than in an earlier execution with the same past; everything "
               "it depends on must go through ksync (pointers: allocate with ksync::New)",
           {{current_, std::string("earlier: ") + ActionName(recorded.action.kind),
             recorded.action.site},
            {current_, std::string("now: ") + ActionName(asked.kind), asked.site}});
}

// Accesses ----------------------------------------------------------------------------------------

void Run::FailDead(const Action& action) {
  FailDead(action.location, ActionName(action.kind), action.site);
}

void Run::FailDead(LocationId location, const char* what, Site site) {
  const NamedLocation& named = names_.location(location);
  FailWith(FailureKind::kUseAfterFree,
           names_.LocationName(location) + " is used after its storage ended",
           {{named.dead_by, "ended it", named.dead_site}, {current_, what, site}});
}

// A step on a location that is not as most are.
void Run::CheckWatched(const Event& event, EventId id, const Action& action) {
  const NamedLocation& named = names_.location(action.location);
  if (named.dead) FailDead(action);
  if (named.mixed) CheckMixed(event, id);
  if (named.width != 0) CheckTouches(event, named);
}

// Before an action becomes an event.
void Run::CheckAccess(const Action& action) {
  if (action.kind == ActionKind::kPoolFree) {
    void* object = reinterpret_cast<void*>(action.value);
    CheckPoolFree(*FindPoolObject(object), action);
    return;
  }
  if (!HasLocation(action.kind) || action.location == 0) return;
  if (names_.location(action.location).dead) FailDead(action);
  const LocationState& state = graph_->location(action.location);
  const PlainAccess maker{state.init_thread, state.init_index, Site()};
  const NamedLocation& named = names_.location(action.location);
  if (!maker.Before(current_, here())) {
    FailWith(FailureKind::kDataRace,
             names_.LocationName(action.location) +
                 " is used by a thread that need not see its initialisation",
             {{state.init_thread, "initialises it", named.site},
              {current_, ActionName(action.kind), action.site}});
  }
  if (named.pool_object >= 0) {
    CheckPoolAccess(pool_objects_[named.pool_object], action.location, ActionName(action.kind),
                    action.site);
  }
}

// An access of a location that is accessed plainly somewhere: every one before it on the trail must
// happen before it, if the two conflict. Asked whenever the event is run, for a take-over may take
// from a later read what ordered the two.
void Run::CheckMixed(const Event& event, EventId id) {
  for (EventId other : graph_->location(event.action.location).accesses) {
    if (other.index >= statuses_[other.thread].next || event.hb.Contains(other)) continue;
    const Event& earlier = graph_->event(other);
    if (!earlier.writes && !event.writes) continue;
    if (!earlier.action.plain() && !event.action.plain()) continue;
    FailWith(FailureKind::kDataRace,
             names_.LocationName(event.action.location) +
                 " is accessed by two threads without an order, and not atomically by both",
             {{other.thread, ActionName(earlier.action.kind), earlier.action.site},
              {id.thread, ActionName(event.action.kind), event.action.site}});
  }
}

// Returns: 1 + the index of the event that opened the read-side section we are in, or 0.
int Run::OpenSection() const {
  const int next = statuses_[current_].next;
  if (next == 0 || threads_[current_].sections == 0) return 0;
  return graph_->event({static_cast<std::uint16_t>(current_), static_cast<std::uint16_t>(next - 1)})
      .section;
}

// A freed object of a type-stable pool may be touched by who got it again in order, or inside a
// read-side section that the free does not happen before.
void Run::CheckPoolAccess(const PoolObject& object, LocationId location, const char* what,
                          Site site) {
  if (object.frees.empty()) return;
  const View& past = here();
  const int section = OpenSection();
  for (EventId free : object.frees) {
    bool legal = section != 0 && !graph_
                                      ->event({static_cast<std::uint16_t>(current_),
                                               static_cast<std::uint16_t>(section - 1)})
                                      .hb.Contains(free);
    for (EventId id : graph_->location(object.pool).accesses) {
      const Event& alloc = graph_->event(id);
      legal |= alloc.action.kind == ActionKind::kPoolAlloc && alloc.rf == free && past.Contains(id);
    }
    if (legal) continue;
    FailWith(FailureKind::kUseAfterFree,
             names_.LocationName(location) + " in a freed object of " +
                 names_.LocationName(object.pool) +
                 " is used outside a read-side section that began before the free",
             {{free.thread, "frees the object", graph_->event(free).action.site},
              {current_, what, site}});
  }
}

// Remembers a plain access for the frees to come. Of each thread the last one is enough: what
// happens before it, happens before whatever it happens before.
void Run::NotePoolPlain(PoolObject& object, const PlainAccess& access) {
  if (OpenSection() != 0) return;
  for (PlainAccess& before : object.plain) {
    if (before.thread != access.thread) continue;
    before = access;
    return;
  }
  object.plain.push_back(access);
}

// The other direction: accesses so far must happen before the free, or be inside a section.
void Run::CheckPoolFree(const PoolObject& object, const Action& action) {
  const View& past = here();
  for (const PlainAccess& access : object.plain) {
    if (access.Before(current_, past)) continue;
    FailWith(
        FailureKind::kUseAfterFree,
        "an object of " + names_.LocationName(object.pool) +
            " is used by a thread that the free does not wait for",
        {{access.thread, "uses it", access.site}, {current_, "frees the object", action.site}});
  }
  const Allocation* block = heap_.Find(object.memory);
  for (LocationId l = block->first_location; l != 0; l = names_.location(l).next_in_block) {
    if (names_.location(l).info.kind == LocationKind::kPlain) continue;
    for (EventId id : graph_->location(l).accesses) {
      if (past.Contains(id) || id.index >= statuses_[id.thread].next) continue;
      const Event& access = graph_->event(id);
      if (access.section != 0) continue;
      FailWith(FailureKind::kUseAfterFree,
               names_.LocationName(l) + " of an object of " + names_.LocationName(object.pool) +
                   " is used by a thread that the free does not wait for",
               {{id.thread, ActionName(access.action.kind), access.action.site},
                {current_, "frees the object", action.site}});
    }
  }
}

void Run::NotePlain(LocationId location, bool writes, Site site) {
  if (unwinding_) return;
  last_site_ = me().last_site = site;
  guard_->Progress();
  const char* what = writes ? "writes" : "reads";
  const NamedLocation& named = names_.location(location);
  if (named.dead) FailDead(location, what, site);
  if (limits_.observer != nullptr) TellOfAccess(location, writes, statuses_[current_].next, site);
  const PlainAccess access{current_, static_cast<std::uint16_t>(statuses_[current_].next), site};
  if (!writes && !races_.Initialised(location)) {
    FailHere(FailureKind::kUninitialisedRead,
             names_.LocationName(location) + " is read before anything was written to it", site);
  }
  if (named.pool_object >= 0) {
    CheckPoolAccess(pool_objects_[named.pool_object], location, what, site);
    NotePoolPlain(pool_objects_[named.pool_object], access);
  }
  const std::optional<Race> race =
      writes ? races_.Write(location, access, here()) : races_.Read(location, access, here());
  if (!race) return;
  FailWith(FailureKind::kDataRace,
           names_.LocationName(location) + " is accessed by two threads without an order",
           {{race->earlier.thread, race->earlier_writes ? "writes" : "reads", race->earlier.site},
            {current_, what, site}});
}

// The storage of a location ends here: whatever used it must happen before. We are in a destructor,
// from which nothing may be thrown: on a failure this stack is left as it is.
void Run::CheckStorageEnd(LocationId location, Site site) {
  if (names_.location(location).info.kind == LocationKind::kPlain) {
    const PlainAccess end{current_, static_cast<std::uint16_t>(statuses_[current_].next), site};
    const std::optional<Race> race = races_.Write(location, end, here());
    if (!race) return;
    me().unwound = true;
    FailWith(FailureKind::kUseAfterFree,
             names_.LocationName(location) + " is used by a thread that its end does not wait for",
             {{race->earlier.thread, race->earlier_writes ? "writes" : "reads", race->earlier.site},
              {current_, "ends its storage", site}});
  }
  const View& past = here();
  for (EventId id : graph_->location(location).accesses) {
    if (past.Contains(id) || id.thread == current_) continue;
    const Event& access = graph_->event(id);
    me().unwound = true;
    FailWith(FailureKind::kUseAfterFree,
             names_.LocationName(location) + " is used by a thread that its end does not wait for",
             {{id.thread, ActionName(access.action.kind), access.action.site},
              {current_, "ends its storage", site}});
  }
}

// Progress and ends -------------------------------------------------------------------------------

// A thread that reads the same writes at the same places over and over, although they are the last
// of their locations, will do so for ever. Requires: the event reads and does not write.
void Run::CheckProgress(const Event& event, EventId id) {
  int& count = statuses_[current_].repeats;
  bool repeats = false;
  for (int back = 1; back <= kRepeatWindow && back <= id.index && !repeats; ++back) {
    const Event& before = graph_->event({id.thread, static_cast<std::uint16_t>(id.index - back)});
    if (!before.reads || before.writes) break;
    repeats = before.rf == event.rf && before.action.location == event.action.location &&
              before.action.site == event.action.site;
  }
  count = repeats ? count + 1 : 0;
  if (count >= kOldRepeatsMax && event.rf != graph_->mo_last(event.action.location)) {
    // It merely has not seen the newer write yet, but nothing bounds how often it may not.
    limit_ = "a loop may read old values for ever at " + SiteName(event.action.site) +
             " (to wait, use WaitUntil...)";
    EndExecution();
  }
  if (count < kRepeatsMax) return;
  FailHere(FailureKind::kUnboundedLoop,
           names_.ThreadName(current_) + " reads " + names_.LocationName(event.action.location) +
               " again and again and nothing changes it (to wait, use WaitUntil...)",
           event.action.site);
}

void Run::CheckEndOfThread() {
  if (!me().held.empty()) {
    const HeldLock& held = me().held.back();
    FailHere(FailureKind::kLockMisuse,
             names_.ThreadName(current_) + " ends while it holds " + names_.LocationName(held.lock),
             held.site);
  }
  if (me().sections > 0) {
    FailHere(FailureKind::kLockMisuse,
             names_.ThreadName(current_) + " ends inside a read-side section", last_site_);
  }
}

void Run::CheckLeaks() {
  if (!limits_.watches_leaks) return;
  for (int t = 0; t < static_cast<int>(statuses_.size()); ++t) {
    for (const Allocation& block : heap_.blocks(t)) {
      if (block.freed || !block.watched) continue;
      failure_ = {FailureKind::kLeak,
                  std::string(block.name) + " is never freed",
                  {{t, "allocates it right after its step", block.allocated}}};
      return;
    }
  }
  for (const PoolObject& object : pool_objects_) {
    if (!object.live) continue;
    failure_ = {FailureKind::kLeak,
                "an object of " + names_.LocationName(object.pool) + " is never given back",
                {{0, "allocates it", object.site}}};
    return;
  }
}

}  // namespace models
