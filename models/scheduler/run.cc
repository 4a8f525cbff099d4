// Executions: starting, switching, following the trail, ending, unwinding. See run.h for what a run
// promises; its Hooks are in run_hooks.cc, its checks in run_checks.cc.
#include "models/scheduler/run.h"

#include <cxxabi.h>

#include <csignal>
#include <cstring>
#include <exception>
#include <utility>

#include "models/scheduler/crash.h"

namespace models {
namespace {

// Thrown through a fiber to unwind it. Not an std::exception: no program means to catch it.
struct Abandoned {};

// The C++ runtime keeps the exceptions being handled per OS thread; each fiber has its own.
void SwapExceptions(void* (&saved)[2], void* (&wanted)[2]) {
  void* live = abi::__cxa_get_globals();
  std::memcpy(saved, live, sizeof(saved));
  std::memcpy(live, wanted, sizeof(wanted));
}

std::string SignalText(const Crash& crash, bool in_guard) {
  if (in_guard) return "stack overflow";
  switch (crash.signal) {
    case SIGSEGV:
      return "invalid memory access (SIGSEGV)";
    case SIGBUS:
      return "invalid memory access (SIGBUS)";
    case SIGFPE:
      return "arithmetic fault (SIGFPE)";
    case SIGILL:
      return "illegal instruction (SIGILL)";
    case SIGABRT:
      return "abort() was called (SIGABRT)";
    default:
      return "a loop that never calls the checker";
  }
}

}  // namespace

// Fibers hold references to their Thread across switches, so it must stay where it is.
Run::Run(const RunLimits& limits)
    : limits_(limits), watches_loops_(limits.state_digest != nullptr || limits.unroll_max != 0) {
  threads_.reserve(kThreadsMax);
  for (const Extent& extent : limits.thread_storage.extents()) {
    first_storage_.insert(first_storage_.end(), extent.begin, extent.end);
  }
}
Run::~Run() = default;

RunOutcome Run::Execute(const std::function<void()>& program, ExecutionGraph& graph,
                        Decider& decider) {
  Reset(graph, decider);
  if (limits_.observer != nullptr) limits_.observer->BeginRun();
  CrashGuard guard;
  ksync::Hooks* before = ksync::InstallHooks(this);
  StartThread(
      0, [](void* body) { (*static_cast<const std::function<void()>*>(body))(); },
      const_cast<std::function<void()>*>(&program));
  guard_ = &guard;
  if (sigsetjmp(guard.destination(), 0) == 0) {
    guard.Arm();
    SwitchFromEngine(0);
    Finish();
  } else {
    NoteCrash(guard.crash());
  }
  guard.Disarm();
  guard_ = nullptr;
  ksync::InstallHooks(before);
  if (limits_.observer != nullptr) TellOfEnd();
  if (failure_.kind != FailureKind::kNone) return RunOutcome::kFailed;
  if (!limit_.empty()) return RunOutcome::kTooLong;
  return complete_ ? RunOutcome::kComplete : RunOutcome::kIncomplete;
}

void Run::Reset(ExecutionGraph& graph, Decider& decider) {
  graph_ = &graph;
  decider_ = &decider;
  current_ = 0;
  granted_ = kNobody;
  replayed_ = 0;
  unwinding_ = complete_ = false;
  limit_.clear();
  stopped_by_.clear();
  failure_ = Failure();
  statuses_.clear();
  pool_objects_.clear();
  heap_.Reset();
  shadow_.Reset();
  if (!objects_.empty()) objects_.clear();
  if (!lives_.empty()) lives_.clear();
  keeps_storage_ = limits_.keeps_storage;
  graph.location(0);
}

void Run::StartThread(int thread, void (*body)(void*), void* argument) {
  if (threads_.size() <= static_cast<std::size_t>(thread)) threads_.resize(thread + 1);
  if (statuses_.size() <= static_cast<std::size_t>(thread)) statuses_.resize(thread + 1);
  Thread& started = threads_[thread];
  if (started.fiber == nullptr) started.fiber = std::make_unique<Fiber>(limits_.stack_bytes);
  started.body = body;
  started.argument = argument;
  started.locations = started.children = started.sections = 0;
  started.unwound = false;
  started.last_site = ksync::Site();
  started.held.clear();
  if (watches_loops_) {
    started.marks.clear();
    started.loops.clear();
  }
  if (keeps_storage_) started.storage = first_storage_;
  started.exceptions[0] = started.exceptions[1] = nullptr;
  statuses_[thread] = ThreadStatus();
  statuses_[thread].exists = true;
  started.fiber->Prepare(&Run::ThreadMain, this);
}

void Run::ThreadMain(void* run) {
  Run& self = *static_cast<Run*>(run);
  self.RunBody(self.me());
  self.SwitchToEngine();
}

void Run::RunBody(Thread& thread) {
  try {
    if (!unwinding_) {
      thread.body(thread.argument);
      CheckEndOfThread();
      Perform(Make(ActionKind::kEnd, 0, Order::kRelaxed, ksync::Site()));
      statuses_[current_].finished = true;
      const int next = WhoseTurn();
      if (next != kNobody) SwitchTo(next);
    }
  } catch (const Abandoned&) {
    thread.unwound = true;
  } catch (const std::exception& e) {
    EndByException(e.what());
  } catch (...) {
    EndByException("not a std::exception");
  }
}

void Run::EndByException(const std::string& what) {
  if (failure_.kind != FailureKind::kNone || unwinding_) return;
  failure_.kind = FailureKind::kException;
  failure_.message = "an exception left " + names_.ThreadName(current_) + ": " + what;
  failure_.places.push_back({current_, "throws", last_site_});
}

// Back on the engine's stack: everybody is finished, or the decider ended the execution.
void Run::Finish() {
  complete_ = failure_.kind == FailureKind::kNone;
  for (const ThreadStatus& status : statuses_) complete_ &= !status.exists || status.finished;
  if (complete_) {
    CheckLeaks();
  } else if (limits_.unwinds) {
    Unwind();
  }
}

void Run::Unwind() {
  // What everybody waits for stands on the stacks that go now.
  waiting_.resize(statuses_.size());
  for (std::size_t t = 0; t < statuses_.size(); ++t) {
    if (statuses_[t].pending == nullptr) continue;
    waiting_[t] = *statuses_[t].pending;
    statuses_[t].pending = &waiting_[t];
  }
  unwinding_ = true;
  replayed_ = graph_->trail().size();
  for (std::size_t t = threads_.size(); t-- > 0;) {
    if (t >= statuses_.size() || !statuses_[t].exists || statuses_[t].finished) continue;
    if (!statuses_[t].begun || threads_[t].unwound) continue;
    SwitchFromEngine(static_cast<int>(t));
  }
}

void Run::SwitchFromEngine(int thread) {
  current_ = thread;
  statuses_[thread].begun = true;
  SwapExceptions(engine_exceptions_, threads_[thread].exceptions);
  SwapStorage(kNobody, thread);
  threads_[thread].fiber->SwitchFrom(engine_);
}

void Run::SwitchTo(int thread) {
  Thread& from = me();
  const int self = current_;
  current_ = thread;
  statuses_[thread].begun = true;
  SwapExceptions(from.exceptions, threads_[thread].exceptions);
  SwapStorage(self, thread);
  threads_[thread].fiber->SwitchFrom(*from.fiber);
  current_ = self;
}

void Run::SwitchToEngine() {
  Thread& from = me();
  const int self = current_;
  SwapExceptions(from.exceptions, engine_exceptions_);
  engine_.SwitchFrom(*from.fiber);
  current_ = self;
}

// The engine uses none of it, so nothing is kept for it.
void Run::KeepThreadStorage() {
  if (keeps_storage_) return;
  keeps_storage_ = true;
  for (std::size_t t = 0; t < statuses_.size(); ++t) threads_[t].storage = first_storage_;
}

void Run::CopyStorage(int from, int to) {
  if (from != kNobody) threads_[from].storage.resize(first_storage_.size());
  std::size_t at = 0;
  for (const Extent& extent : limits_.thread_storage.extents()) {
    if (from != kNobody) std::memcpy(&threads_[from].storage[at], extent.begin, extent.size());
    std::memcpy(extent.begin, &threads_[to].storage[at], extent.size());
    at += extent.size();
  }
}

int Run::WhoseTurn() {
  if (replaying()) return graph_->trail()[replayed_].thread;
  if (granted_ != kNobody) return granted_;
  if (graph_->trail().size() >= limits_.events_max) {
    limit_ = "events_max";
    return kNobody;
  }
  granted_ = decider_->NextThread(statuses_);
  return granted_;
}

Event& Run::PerformInTurn(const Action& action) {
  const bool at_end = action.kind == ActionKind::kJoin && std::exchange(ending_, false);
  if (unwinding_) return at_end ? discarded_ : Abandon();
  statuses_[current_].pending = &action;
  // A thread that was let go before anybody knew what it would ask for gets no turn by that.
  granted_ = kNobody;
  while (true) {
    const int turn = WhoseTurn();
    if (turn == current_) {
      if (replaying()) return Consume(action);
      granted_ = kNobody;
      CheckAccess(action);
      decider_->Add(current_, action);
      continue;  // Its trail entry, if it has one, is the next to be followed.
    }
    if (turn == kNobody) {
      SwitchToEngine();
    } else {
      SwitchTo(turn);
    }
    if (unwinding_) return at_end ? discarded_ : Abandon();
  }
}

// The execution was given up while this operation was due. Nothing is thrown while another
// exception flies; the operation means nothing any more. What the program does until its next call,
// and whether it crashes on the way, is not an execution: see FailWith and NoteCrash.
Event& Run::Abandon() {
  if (std::uncaught_exceptions() > 0) return discarded_;
  throw Abandoned();
}

// While a destructor runs because of an exception, nothing may be thrown: that stack is left as it
// is, and what it owns is lost. Only a program that asserts in destructors gets there.
void Run::EndExecution() {
  while (true) {
    if (unwinding_ && std::uncaught_exceptions() == 0) throw Abandoned();
    if (unwinding_) me().unwound = true;
    SwitchToEngine();
  }
}

void Run::NoteCrash(const Crash& crash) {
  if (unwinding_) return;
  const bool loop = crash.signal == SIGVTALRM;
  const bool overflow = crash.signal == SIGSEGV && me().fiber->InGuard(crash.address);
  failure_.kind = loop ? FailureKind::kUnboundedLoop : FailureKind::kCrash;
  failure_.message =
      names_.ThreadName(current_) + ": " + SignalText(crash, overflow) + " after the place below";
  failure_.places.push_back({current_, "last called the checker", last_site_});
}

}  // namespace models
