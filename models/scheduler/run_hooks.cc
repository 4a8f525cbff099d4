// The Hooks of a run: what each operation of the program becomes. Most are one Action; locks,
// sections and slabs also keep books for messages and for misuse. See run.h.
#include <cstring>

#include "models/scheduler/run.h"

namespace models {

using ksync::LockMode;
using ksync::Site;

LocationId Run::NewLocation(const ksync::LocationInfo& info, std::uint64_t initial, Site site) {
  if (unwinding_) return 0;
  const LocationId id = names_.LocationOf(current_, me().locations++);
  NamedLocation& named = names_.location(id);
  named.info = info;
  named.site = site;
  named.dead = false;
  named.watched = named.mixed;
  named.next_in_block = 0;
  named.pool_object = -1;
  named.block = nullptr;
  named.width = 0;
  if (limits_.observer != nullptr) limits_.observer->OnMake(id, current_, here());
  if (Allocation* block = heap_.Find(info.address)) {
    named.next_in_block = block->first_location;
    named.pool_object = block->pool_object;
    block->first_location = id;
  }
  const auto count = static_cast<std::uint16_t>(statuses_[current_].next);
  if (info.kind == ksync::LocationKind::kPlain) {
    races_.Start(id, {current_, count, site}, info.initialised);
    return id;
  }
  LocationState& state = graph_->location(id);
  state.initial = initial;
  state.init_thread = current_;
  state.init_index = count;
  return id;
}

void Run::EndLocation(LocationId location, Site site) {
  if (unwinding_) return;
  CheckStorageEnd(location, site);
  NamedLocation& named = names_.location(location);
  if (named.width != 0) MeetWaiters(location, true, FailureKind::kUseAfterFree, site);
  named.watched = named.dead = true;
  named.dead_site = site;
  named.dead_by = current_;
}

std::uint64_t Run::Load(LocationId location, Order order, Site site) {
  Action action = Make(ActionKind::kLoad, location, order, site);
  if (watches_loops_) return PerformInLoop(action);
  const Event& event = Perform(action);
  Tell(event);
  return event.read;
}

void Run::Store(LocationId location, std::uint64_t value, Order order, Site site) {
  Action action = Make(ActionKind::kStore, location, order, site);
  action.value = value;
  Tell(Perform(action));
}

std::uint64_t Run::Rmw(LocationId location, const ksync::RmwOp& op, Order success, Order failure,
                       Site site) {
  Action action = Make(ActionKind::kRmw, location, success, site);
  action.failure = failure;
  action.detail = static_cast<std::uint8_t>(op.kind);
  action.bytes = op.bytes;
  action.value = op.operand;
  action.second = op.expected;
  if (watches_loops_) return PerformInLoop(action);
  const Event& event = Perform(action);
  Tell(event);
  return event.read;
}

std::uint64_t Run::Await(LocationId location, const ksync::Condition& condition, Order order,
                         Site site) {
  Action action = Make(ActionKind::kAwait, location, order, site);
  action.detail = static_cast<std::uint8_t>(condition.compare);
  action.value = condition.operand;
  action.second = condition.mask;
  action.may_end = condition.may_end;
  return Perform(action).read;
}

void Run::Fence(Order order, Site site) {
  const Action action = Make(ActionKind::kFence, 0, order, site);
  if (watches_loops_) return FenceInLoop(action);
  Perform(action);
}

void Run::NoteMixed(LocationId location) {
  names_.location(location).watched = names_.location(location).mixed = true;
}

void Run::PlainRead(LocationId location, Site site) { NotePlain(location, false, site); }
void Run::PlainWrite(LocationId location, Site site) { NotePlain(location, true, site); }

std::uint64_t Run::LoadPlain(LocationId location, Site site) {
  Action action = Make(ActionKind::kLoad, location, Order::kRelaxed, site);
  action.detail = kNotAtomic;
  NoteMixed(location);
  return Perform(action).read;
}

void Run::StorePlain(LocationId location, std::uint64_t value, Site site) {
  Action action = Make(ActionKind::kStore, location, Order::kRelaxed, site);
  action.detail = kNotAtomic;
  action.value = value;
  NoteMixed(location);
  Perform(action);
}

// Locks -------------------------------------------------------------------------------------------

void Run::Acquire(LocationId lock, LockMode mode, Site site, ksync::Nesting nesting) {
  if (limits_.observer != nullptr) TellOfLock({current_, lock, mode, nesting, false, false, site});
  Action action = Make(ActionKind::kAcquire, lock, Order::kAcquire, site);
  action.detail = static_cast<std::uint8_t>(mode);
  Perform(action);
  me().held.push_back({lock, mode, site});
}

bool Run::TryAcquire(LocationId lock, LockMode mode, Site site) {
  Action action = Make(ActionKind::kTryAcquire, lock, Order::kAcquire, site);
  action.detail = static_cast<std::uint8_t>(mode);
  if (!Perform(action).writes) return false;
  if (limits_.observer != nullptr) {
    TellOfLock({current_, lock, mode, ksync::Nesting::kNone, true, false, site});
  }
  me().held.push_back({lock, mode, site});
  return true;
}

void Run::Release(LocationId lock, LockMode mode, Site site) {
  if (unwinding_) return static_cast<void>(Abandon());
  if (!ForgetHeld(lock, mode)) {
    FailHere(FailureKind::kLockMisuse,
             names_.ThreadName(current_) + " unlocks " + names_.LocationName(lock) +
                 ", which it does not hold" +
                 (mode == LockMode::kShared ? " shared" : " exclusively"),
             site);
  }
  Action action = Make(ActionKind::kRelease, lock, Order::kRelease, site);
  action.detail = static_cast<std::uint8_t>(mode);
  Perform(action);
}

bool Run::IsLocked(LocationId lock, Site site) {
  return Perform(Make(ActionKind::kIsLocked, lock, Order::kAcquire, site)).read != 0;
}

bool Run::ForgetHeld(LocationId lock, LockMode mode) {
  std::vector<HeldLock>& held = me().held;
  for (std::size_t i = held.size(); i-- > 0;) {
    if (held[i].lock != lock || held[i].mode != mode) continue;
    held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  return false;
}

bool Run::Holds(LocationId lock, LockMode mode) {
  if (unwinding_) return true;
  for (const HeldLock& held : me().held) {
    if (held.lock == lock && (held.mode == mode || held.mode == LockMode::kExclusive)) return true;
  }
  return false;
}

void Run::NoteLastUser(LocationId lock, Site) {
  if (limits_.observer != nullptr) TellOfLastUser(lock);
}

std::vector<int> Run::HoldersOf(LocationId lock) const {
  std::vector<int> holders;
  for (std::size_t t = 0; t < statuses_.size(); ++t) {
    if (!statuses_[t].exists) continue;
    for (const HeldLock& held : threads_[t].held) {
      if (held.lock == lock) holders.push_back(static_cast<int>(t));
    }
  }
  return holders;
}

// RCU ---------------------------------------------------------------------------------------------

void Run::RcuReadLock(Site site) {
  if (me().sections++ > 0) return;
  Perform(Make(ActionKind::kRcuLock, 0, Order::kAcquire, site));
}

void Run::RcuReadUnlock(Site site) {
  if (unwinding_) return static_cast<void>(Abandon());
  if (me().sections == 0) {
    FailHere(FailureKind::kLockMisuse,
             names_.ThreadName(current_) + " leaves a read-side section it never entered", site);
  }
  if (--me().sections > 0) return;
  Perform(Make(ActionKind::kRcuUnlock, 0, Order::kRelaxed, site));
}

void Run::SynchronizeRcu(Site site) {
  if (me().sections > 0) {
    FailHere(FailureKind::kDeadlock,
             names_.ThreadName(current_) +
                 " waits for a grace period inside a read-side section: it waits for itself",
             site);
  }
  const int start = statuses_[current_].next;
  Perform(Make(ActionKind::kGraceStart, 0, Order::kAcqRel, site));
  Action end = Make(ActionKind::kGraceEnd, 0, Order::kRelaxed, site);
  end.value = static_cast<std::uint64_t>(start);
  Perform(end);
}

bool Run::InRcuReadSection() { return !unwinding_ && me().sections > 0; }

// Threads and choices -----------------------------------------------------------------------------

ksync::ThreadId Run::Spawn(void (*body)(void*), void* argument, const char* name, Site site) {
  if (unwinding_) return 0;
  const int child = names_.ChildOf(current_, me().children++);
  if (child >= kThreadsMax && !limits_.unwinds) Block(site, "more than 32 threads");
  if (child >= kThreadsMax) {
    FailHere(FailureKind::kUnboundedLoop,
             "more than " + std::to_string(kThreadsMax) + " threads in one program", site);
  }
  names_.thread(child).name = name;
  names_.thread(child).site = site;
  Action action = Make(ActionKind::kCreate, 0, Order::kRelaxed, site);
  action.value = static_cast<std::uint64_t>(child);
  Perform(action);
  StartThread(child, body, argument);
  return static_cast<ksync::ThreadId>(child);
}

void Run::Join(ksync::ThreadId thread, bool at_end, Site site) {
  ending_ = at_end;
  Action action = Make(ActionKind::kJoin, 0, Order::kRelaxed, site);
  action.value = thread;
  Perform(action);
}

std::uint32_t Run::Choose(std::uint32_t count, const char* what, Site site) {
  Action action = Make(ActionKind::kChoose, 0, Order::kRelaxed, site);
  action.value = count;
  action.second = reinterpret_cast<std::uintptr_t>(what);
  return static_cast<std::uint32_t>(Perform(action).read);
}

// Memory ------------------------------------------------------------------------------------------

void* Run::Allocate(std::size_t size, const char* name, Site asked, std::size_t alignment) {
  // New cannot know where it was called; the place of this thread's step before is near.
  const Site site = asked == Site() ? me().last_site : asked;
  me().marks.clear();
  Allocation* block = heap_.Allocate(current_, size, name, site, alignment);
  if (block == nullptr) FailFull(site);
  return block->start;
}

void Run::FailFull(Site site) {
  if (!limits_.unwinds) Block(site, "more than 64 MiB allocated by one thread");
  FailHere(FailureKind::kUnboundedLoop,
           "a thread allocated more than " + std::to_string(Heap::kRegionBytes >> 20) +
               " MiB in one execution",
           site);
}

void Run::Free(void* memory, Site site) {
  if (unwinding_) return;
  Allocation* block = heap_.Find(memory);
  if (block == nullptr || block->start != memory || !block->watched) {
    FailHere(FailureKind::kDoubleFree, "memory is freed that New did not return", site);
  }
  if (block->freed) {
    FailWith(FailureKind::kDoubleFree,
             std::string(block->name) + " allocated at " + SiteName(block->allocated) +
                 " is freed twice",
             {{block->freed_by, "freed it first", block->freed_site},
              {current_, "frees it again", site}});
  }
  for (LocationId l = block->first_location; l != 0; l = names_.location(l).next_in_block) {
    if (!names_.location(l).dead) EndLocation(l, site);
    names_.location(l).dead_site = site;
  }
  EndCells(*block, site);
  me().marks.clear();
  block->freed = true;
  block->freed_site = site;
  block->freed_by = static_cast<std::uint16_t>(current_);
}

void* Run::PoolAllocate(LocationId pool, std::size_t size, const char* name, bool* fresh,
                        Site site) {
  *fresh = false;
  const Event& event = Perform(Make(ActionKind::kPoolAlloc, pool, Order::kAcquire, site));
  if (unwinding_) return nullptr;
  if (IsInit(event.rf)) {
    *fresh = true;
    Allocation* block = heap_.Allocate(current_, size, name, site);
    if (block == nullptr) FailFull(site);
    block->watched = false;
    block->pool_object = static_cast<int>(pool_objects_.size());
    pool_objects_.push_back(PoolObject{block->start, pool, true, site, {}, {}});
    return block->start;
  }
  void* object = graph_->event(event.rf).object;
  PoolObject* known = FindPoolObject(object);
  known->live = true;
  known->site = site;
  if (limits_.observer != nullptr) TellOfNewLife(*heap_.Find(object));
  return object;
}

void Run::PoolFree(LocationId pool, void* object, Site site) {
  if (unwinding_) return static_cast<void>(Abandon());
  PoolObject* known = FindPoolObject(object);
  if (known == nullptr || known->pool != pool) {
    FailHere(FailureKind::kDoubleFree,
             "an object is freed into " + names_.LocationName(pool) + " that is not from there",
             site);
  }
  Action action = Make(ActionKind::kPoolFree, pool, Order::kRelease, site);
  action.value = reinterpret_cast<std::uint64_t>(object);
  Event& event = Perform(action);
  known = FindPoolObject(object);
  if (!known->live) {
    FailHere(FailureKind::kDoubleFree,
             "an object of " + names_.LocationName(pool) + " is freed twice", site);
  }
  known->live = false;
  event.object = object;
  const int index = statuses_[current_].next - 1;
  known->frees.push_back({static_cast<std::uint16_t>(current_), static_cast<std::uint16_t>(index)});
}

Run::PoolObject* Run::FindPoolObject(void* memory) {
  for (PoolObject& object : pool_objects_) {
    if (object.memory == memory) return &object;
  }
  return nullptr;
}

// Verdicts ----------------------------------------------------------------------------------------

void Run::Fail(ksync::Misuse kind, const char* message, Site site) {
  switch (kind) {
    case ksync::Misuse::kCheck:
      FailHere(FailureKind::kCheckFailed, message, site);
    case ksync::Misuse::kLockMisuse:
      FailHere(FailureKind::kLockMisuse, message, site);
    case ksync::Misuse::kDoubleFree:
      FailHere(FailureKind::kDoubleFree, message, site);
    case ksync::Misuse::kUninitialised:
      FailHere(FailureKind::kUninitialisedRead, message, site);
  }
  FailHere(FailureKind::kCheckFailed, message, site);
}

void Run::Block(Site, const char* limit) {
  if (unwinding_) EndExecution();
  if (limit != nullptr) stopped_by_ = limit;
  statuses_[current_].stopped = true;
  while (true) PerformInTurn(Make(ActionKind::kFence, 0, Order::kRelaxed, Site()));
}

}  // namespace models
