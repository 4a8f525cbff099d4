// Adding events, and the loop over alternatives. Revisits and alternatives: alternatives.cc; ends
// of executions: judgement.cc. See explorer.h.
#include "models/exploration/explorer.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace models {
namespace {

std::int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Explorer::Explorer(const ExplorerOptions& options, std::function<void()> program)
    : options_(options),
      program_(std::move(program)),
      model_(MakeMemoryModel(options.memory_model)),
      run_(options.limits) {}

void Explorer::SetDeadline() {
  if (options_.seconds_max <= 0) return;
  constexpr double kLongest = 1e9;  // Thirty years; much more is no number of nanoseconds.
  const double seconds = std::min(options_.seconds_max, kLongest);
  deadline_ns_ = NowNs() + static_cast<std::int64_t>(seconds * 1e9);
}

ExplorerResult Explorer::Explore() {
  SetDeadline();
  Start();
  return Search();
}

ExplorerResult Explorer::Search() {
  while (!stop_ && (!frames_.empty() || BeginsAnew())) {
    if (restart_ || frames_.empty()) {
      if (part_) {
        result_.limit_hit = kLearnedLate;
        break;
      }
      Start();
      result_.anew = true;
      continue;
    }
    if (choices().empty()) {
      PopFrame();
      continue;
    }
    const Choice choice = choices().back();
    choices().pop_back();
    const std::size_t frames = frames_.size();
    const std::size_t others = choices().size();
    if (!Take(choice)) continue;
    if (LimitHit()) {
      // The choice is left, as if it had not been taken.
      if (frames_.size() > frames) PopFrame();
      choices().resize(others);
      choices().push_back(choice);
      break;
    }
    RunOnce();
  }
  return result_;
}

// Begins the search, forgetting what an earlier beginning found.
void Explorer::Start() {
  while (!frames_.empty()) PopFrame();
  result_ = ExplorerResult();
  restart_ = false;
  run_.BeginSearch();
  PushFrame().graph = ExecutionGraph();
  RunOnce();
}

// Whether the search is to be done again because of what was learned in it. Some rounds are enough;
// what is not known by then costs executions that end blocked, and nothing else. What turned out
// wrong must go, which happens once a loop of the program at most.
bool Explorer::BeginsAnew() {
  constexpr int kRoundsMax = 100;
  return run_.Revoked() || (run_.Learned() && ++rounds_ < kRoundsMax);
}

bool Explorer::LimitHit() {
  if (options_.executions_max != 0 &&
      result_.executions + result_.blocked >= options_.executions_max) {
    result_.limit_hit = "executions_max";
    return true;
  }
  if (options_.interrupted && options_.interrupted()) {
    result_.limit_hit = "interrupt";
    return true;
  }
  if ((result_.runs & 0xfff) == 0 && options_.on_progress) options_.on_progress(result_);
  // The clock is read rarely: it costs as much as a short execution.
  if (deadline_ns_ != 0 && (result_.runs & 0xff) == 0 && NowNs() > deadline_ns_) {
    result_.limit_hit = "seconds_max";
    return true;
  }
  return false;
}

Explorer::Frame& Explorer::PushFrame() {
  if (spare_.empty()) spare_.push_back(std::make_unique<Frame>());
  frames_.push_back(std::move(spare_.back()));
  spare_.pop_back();
  frames_.back()->choices.clear();
  return *frames_.back();
}

void Explorer::PopFrame() {
  spare_.push_back(std::move(frames_.back()));
  frames_.pop_back();
}

// Who is next -------------------------------------------------------------------------------------

int Explorer::NextThread(const std::vector<ThreadStatus>& threads) {
  if (steps_ != nullptr) {
    return restored_ != nullptr ? NextInRestore(threads) : NextInReplay(threads);
  }
  if (restart_) return kNobody;
  int spinning = kNobody;
  int in_grace = kNobody;
  int with_old_option = kNobody;
  for (const int t : run_.names().order()) {
    if (t >= static_cast<int>(threads.size())) continue;
    const ThreadStatus& status = threads[t];
    if (!status.exists || status.finished || status.stopped) continue;
    if (graph().size(t) > status.next) continue;  // Blocked in the graph.
    if (status.pending == nullptr) return t;
    const Action& action = *status.pending;
    if (action.kind == ActionKind::kGraceEnd) {
      if (in_grace == kNobody && GracePeriodOver(t, action)) in_grace = t;
    } else if (CanGoOn(action)) {
      if (status.repeats < 2) return t;
      // Who spun least goes first, so that nobody starves who would end another's spin.
      if (spinning == kNobody || status.repeats < threads[spinning].repeats) spinning = t;
    } else if (with_old_option == kNobody && Waits(action) && HasOldOption(t, action)) {
      with_old_option = t;
    }
  }
  if (spinning != kNobody) return spinning;
  if (in_grace != kNobody) return in_grace;
  return with_old_option;
}

// Who goes on is what the steps say. What failed may have been asked for after the last of them. If
// nothing was, the end of the recording is the end of the execution, and nobody has anything left
// to do; but for those whom the search knew to wait in a loop, which a replay has to find out.
int Explorer::NextInReplay(const std::vector<ThreadStatus>& threads) {
  const std::size_t done = graph().trail().size();
  const bool over = done >= steps_->size();
  if (over && then_ < 0) return NextInLoop(threads);
  const int wanted = over ? then_ : (*steps_)[done].thread;
  const bool able = wanted >= 0 && wanted < static_cast<int>(threads.size()) &&
                    threads[wanted].exists && !threads[wanted].finished && !threads[wanted].stopped;
  misfit_ |= !able;
  return able && !misfit_ ? wanted : kNobody;
}

// Returns: a thread that can go on behind the end of a recording, or kNobody.
int Explorer::NextInLoop(const std::vector<ThreadStatus>& threads) {
  for (int t = 0; t < static_cast<int>(threads.size()); ++t) {
    const ThreadStatus& status = threads[t];
    if (!status.exists || status.finished || status.stopped) continue;
    if (graph().size(t) > status.next) continue;  // Blocked in the graph.
    if (status.pending == nullptr) return t;
    const Action& action = *status.pending;
    if (action.kind == ActionKind::kGraceEnd ? GracePeriodOver(t, action) : CanGoOn(action)) {
      return t;
    }
  }
  return kNobody;
}

// Whether a thread need not wait: a waiting action could use the latest write.
bool Explorer::CanGoOn(const Action& action) {
  if (action.kind == ActionKind::kJoin) {
    const int child = static_cast<int>(action.value);
    const int size = graph().size(child);
    return size > 0 &&
           graph().event({static_cast<std::uint16_t>(child), static_cast<std::uint16_t>(size - 1)})
                   .action.kind == ActionKind::kEnd;
  }
  if (!Waits(action)) return true;
  const EventId last = graph().mo_last(action.location);
  return Apply(action, graph().ValueOf(action.location, last)).satisfied;
}

// Whether every read-side section that does not begin behind the grace period's start has ended.
bool Explorer::GracePeriodOver(int thread, const Action& action) {
  const int start =
      graph().mo({static_cast<std::uint16_t>(thread), static_cast<std::uint16_t>(action.value)});
  for (EventId id : graph().location(0).accesses) {
    const Event& lock = graph().event(id);
    if (lock.action.kind != ActionKind::kRcuLock || graph().mo(lock.rf) >= start) continue;
    bool ended = false;
    for (int i = id.index + 1; i < graph().size(id.thread) && !ended; ++i) {
      ended = graph().event({id.thread, static_cast<std::uint16_t>(i)}).action.kind ==
              ActionKind::kRcuUnlock;
    }
    if (!ended) return false;
  }
  return true;
}

// Whether a waiting action could go on by reading an older write than the latest.
bool Explorer::HasOldOption(int thread, const Action& action) {
  const View& past = graph().hb_before(thread, graph().size(thread));
  const int last = static_cast<int>(graph().location(action.location).mo.size());
  for (int place = LowerBound(graph(), action.location, past); place < last; ++place) {
    const EventId write = graph().mo_at(action.location, place);
    if (Apply(action, graph().ValueOf(action.location, write)).satisfied) return true;
  }
  return false;
}

// Adding events -----------------------------------------------------------------------------------

Explorer::Choice Explorer::Save(int thread, const Action& action) {
  Choice saved;
  saved.kind = ChoiceKind::kRead;
  saved.thread = thread;
  saved.action = action;
  saved.trail = graph().trail().size();
  saved.stamp = graph().stamp();
  return saved;
}

void Explorer::Add(int thread, const Action& action) {
  if (restored_ != nullptr) return AddRestored(thread, action);
  if (steps_ != nullptr) return AddStep(thread, action);
  if (NoteNotSimple(action)) return;
  seen_seq_cst_ |= action.order == Order::kSeqCst || action.failure == Order::kSeqCst;
  const Choice saved = Save(thread, action);
  const EventId id = graph().Append(thread, action);
  if (action.kind == ActionKind::kPoolAlloc) {
    AddPoolAlloc(id, saved);
  } else if (Reads(action)) {
    AddRead(id, saved);
  } else if (action.kind == ActionKind::kStore || action.kind == ActionKind::kRelease) {
    AddStore(id, saved);
  } else {
    AddOther(id, saved);
  }
}

// The latest write comes first: it needs no consistency check and no other read-modify-write can
// have taken it. Older ones are left for later.
void Explorer::AddRead(EventId id, const Choice& saved) {
  const LocationId location = saved.action.location;
  const int last = static_cast<int>(graph().location(location).mo.size());
  for (int place = FirstReadable(id); place < last; ++place) {
    const EventId write = graph().mo_at(location, place);
    if (!Apply(saved.action, graph().ValueOf(location, write)).satisfied) continue;
    Choice older = saved;
    older.rf = write;
    choices().push_back(older);
  }
  ReadFrom(id, graph().mo_at(location, last));
  if (graph().event(id).writes) WriteAt(id, last + 1);
  Settle(id);
  if (graph().event(id).writes) {
    PushRevisits(id, saved, kNoEvent);
    WakeWaiter(location);
  }
}

void Explorer::AddStore(EventId id, const Choice& saved) {
  graph().event(id).written = saved.action.kind == ActionKind::kStore ? saved.action.value : 0;
  graph().event(id).writes = true;
  const std::vector<int>& places = Places(id);
  for (std::size_t i = 0; i + 1 < places.size(); ++i) {
    Choice earlier = saved;
    earlier.kind = ChoiceKind::kPlace;
    earlier.place = static_cast<std::uint16_t>(places[i]);
    choices().push_back(earlier);
  }
  WriteAt(id, places.back());
  Settle(id);
  PushRevisits(id, saved, kNoEvent);
  WakeWaiter(saved.action.location);
}

// Fresh memory comes first; freed objects that nobody took again are left for later.
void Explorer::AddPoolAlloc(EventId id, const Choice& saved) {
  const std::vector<EventId>& accesses = graph().location(saved.action.location).accesses;
  for (EventId free : accesses) {
    if (graph().event(free).action.kind != ActionKind::kPoolFree) continue;
    const bool taken = std::any_of(accesses.begin(), accesses.end(), [&](EventId other) {
      return other != id && graph().event(other).reads && graph().event(other).rf == free;
    });
    if (taken) continue;
    Choice reuse = saved;
    reuse.rf = free;
    choices().push_back(reuse);
  }
  graph().event(id).reads = true;
  graph().event(id).rf = kInit;
  Settle(id);
}

void Explorer::AddOther(EventId id, const Choice& saved) {
  if (saved.action.kind == ActionKind::kChoose) {
    for (std::uint64_t value = saved.action.value; value-- > 1;) {
      Choice other = saved;
      other.kind = ChoiceKind::kValue;
      other.value = value;
      choices().push_back(other);
    }
  }
  FinishOther(id, saved.action);
  if (saved.action.kind == ActionKind::kPoolFree) PushRevisits(id, saved, kNoEvent);
}

// What remains to be done for an event whose rf, place and value are known.
void Explorer::FinishOther(EventId id, const Action& action) {
  Event& e = graph().event(id);
  if (action.kind == ActionKind::kPoolFree) e.object = reinterpret_cast<void*>(action.value);
  if (action.kind == ActionKind::kRcuUnlock) e.section = 0;
  Settle(id);
  if (action.kind == ActionKind::kCreate) {
    graph().StartThread(static_cast<int>(action.value), id);
  }
}

// Pieces ------------------------------------------------------------------------------------------

// Makes the event read from `write`, and blocks it if it cannot use what it reads.
void Explorer::ReadFrom(EventId id, EventId write) {
  Event& e = graph().event(id);
  const Effect effect = Apply(e.action, graph().ValueOf(e.action.location, write));
  e.reads = true;
  e.rf = write;
  e.read = graph().ValueOf(e.action.location, write);
  e.blocked = !effect.satisfied;
  e.sleeps = e.blocked && e.action.kind == ActionKind::kAcquire && IsSimple(e.action.location);
  e.writes = effect.writes;
  e.written = effect.written;
  if (e.action.kind == ActionKind::kRcuLock) e.section = id.index + 1;
}

void Explorer::WriteAt(EventId id, int place) { graph().Place(id, place); }

// Views, and a place on the trail unless the event is blocked.
void Explorer::Settle(EventId id) {
  model_->SetViews(graph(), id);
  if (!graph().event(id).blocked) graph().PushTrail(id);
}

// The first place in mo that the event may read.
int Explorer::FirstReadable(EventId id) {
  const LocationId location = graph().event(id).action.location;
  const View& past = graph().hb_before(id.thread, id.index);
  int first = LowerBound(graph(), location, past);
  if (graph().event(id).action.kind != ActionKind::kRcuLock) return first;
  // A section must begin behind every grace period that is already over.
  for (EventId other : graph().location(0).accesses) {
    if (graph().event(other).action.kind != ActionKind::kGraceStart) continue;
    if (graph().size(other.thread) <= other.index + 1) continue;
    const EventId end{other.thread, static_cast<std::uint16_t>(other.index + 1)};
    if (graph().event(other).mo <= first) continue;
    first = graph().event(other).mo;
    // It could have begun, and ended, before that end, had the end come later.
    if (!graph().porf_before(id.thread, id.index).Contains(end)) {
      result_.left_out = "overlapping grace periods";
    }
  }
  return first;
}

// Where a store may stand in mo, in growing order: behind its past, and not between a
// read-modify-write and what it reads. Holds until the next call.
const std::vector<int>& Explorer::Places(EventId id) {
  const LocationId location = graph().event(id).action.location;
  const View& past = graph().hb_before(id.thread, id.index);
  const LocationState& state = graph().location(location);
  places_.clear();
  for (int p = LowerBound(graph(), location, past); p <= static_cast<int>(state.mo.size()); ++p) {
    const bool splits = p < static_cast<int>(state.mo.size()) && graph().event(state.mo[p]).reads;
    if (!splits) places_.push_back(p + 1);
  }
  return places_;
}

void Explorer::PushRevisits(EventId write, const Choice& saved, EventId conflict) {
  const Event& w = graph().event(write);
  if (graph().AllIn(w.porf)) return;  // It depends on every read there is.
  for (EventId read : graph().location(w.action.location).accesses) {
    if (w.porf.Contains(read)) continue;
    const Event& r = graph().event(read);
    if (!r.reads || r.rf == write) continue;
    if (r.sleeps) continue;  // Woken in place.
    if (!Revisit(graph(), write, read).Allowed(conflict)) continue;
    Choice revisit = saved;
    revisit.kind = ChoiceKind::kRevisit;
    revisit.revisited = read;
    revisit.rf = w.rf;
    revisit.value = w.written;
    revisit.event_stamp = w.stamp;
    choices().push_back(revisit);
  }
}

// How waiting for a lock is searched depends on how the lock is used. The first use of one that
// shares it, tries it or only looks at it begins the search anew, so that no part of it rests on
// the other idea.
bool Explorer::NoteNotSimple(const Action& action) {
  const bool shared =
      action.kind == ActionKind::kAcquire && action.mode() == ksync::LockMode::kShared;
  const bool tried = action.kind == ActionKind::kTryAcquire;
  if (!shared && !tried && action.kind != ActionKind::kIsLocked) return false;
  if (!IsSimple(action.location)) return false;
  NoteTried(action.location);
  restart_ = true;
  return true;
}

void Explorer::NoteTried(LocationId lock) {
  if (not_simple_.size() <= lock) not_simple_.resize(lock + 1);
  not_simple_[lock] = true;
}

// A lock that a revisit blocked takes the lock as soon as the latest write allows.
void Explorer::WakeWaiter(LocationId lock) {
  if (!IsSimple(lock) || !graph().AnyBlocked()) return;
  for (EventId id : graph().location(lock).accesses) {
    const Event& e = graph().event(id);
    if (!e.blocked || e.action.kind != ActionKind::kAcquire) continue;
    const EventId last = graph().mo_last(lock);
    if (!Apply(e.action, graph().ValueOf(lock, last)).satisfied) continue;
    const Choice saved = Save(id.thread, e.action);
    graph().Wake(id, last);
    ReadFrom(id, last);
    WriteAt(id, graph().mo(last) + 1);
    Settle(id);
    PushRevisits(id, saved, kNoEvent);
    return WakeWaiter(lock);
  }
}

}  // namespace models
