// The explorer: Visit looks at a graph and takes every Step from it; a Step chooses rf for what
// reads and then a place in mo for what writes.
#include "models/testing/brute_force.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

namespace models::testing {
namespace {

using OpKind = Operation::Kind;
using EventKind = Event::Kind;

// A lock word is one more location: how many hold it shared, or kHeld. And RCU has one.
constexpr int kLockWords = kMaxLocations;
constexpr int kGraceWord = kLockWords + kMaxMutexes;
constexpr int kWords = kGraceWord + 1;
constexpr int kHeld = -1;
constexpr int kNone = -1;

struct ThreadState {
  std::size_t next = 0;  // Of its operations.
  std::array<int, kMaxRegisters> registers{};
  bool stopped = false;     // At a failed assumption.
  int grace_start = kNone;  // The write of the grace period that it is in.
  std::string choices;      // What it chose so far.
};

// Events of a read-side section; and of a grace period that is over.
struct Section {
  int thread, source;  // What its start reads.
  int end = kNone;
};

struct State {
  Graph graph;
  std::array<std::vector<int>, kWords> mo;  // The writes to each location, in mo.
  std::array<ThreadState, kMaxThreads> threads;
  std::vector<Section> sections;
  std::vector<int> graces_over;  // The writes of grace periods that have ended.

  // Returns: whether a section whose start reads `source` begins before the grace period does.
  bool Precedes(int source, int grace_start) const { return graph.mo.Has(source, grace_start); }
};

int Word(const Operation& operation) {
  const bool rcu = operation.kind == OpKind::kRcuLock || operation.kind == OpKind::kSynchronize;
  if (rcu) return kGraceWord;
  return UsesMutex(operation) ? kLockWords + operation.location : operation.location;
}

bool IsWrite(const Operation& operation) {
  return operation.kind == OpKind::kStore || operation.kind == OpKind::kPlainStore ||
         operation.kind == OpKind::kUnlock;
}

bool Waits(const Operation& operation) {
  return operation.kind == OpKind::kLock || operation.kind == OpKind::kLockShared ||
         operation.kind == OpKind::kWaitUntilEqual;
}

// Returns: whether a waiting operation may go on with `value`. Every other one may.
bool MayRead(const Operation& operation, int value) {
  if (operation.kind == OpKind::kLock) return value == 0;
  if (operation.kind == OpKind::kLockShared) return value != kHeld;
  return operation.kind != OpKind::kWaitUntilEqual || value == operation.expected;
}

// Returns: what `operation` writes, if it does, having read `seen` (or nothing).
std::optional<int> Written(const Operation& operation, const ThreadState& thread, int seen) {
  const Value& value = operation.value;
  const int operand = value.constant + (value.reg < 0 ? 0 : thread.registers[value.reg]);
  switch (operation.kind) {
    case OpKind::kStore:
    case OpKind::kPlainStore:
    case OpKind::kExchange:
      return operand;
    case OpKind::kFetchAdd:
      return seen + operand;
    case OpKind::kLock:
      return kHeld;
    case OpKind::kUnlock:
      return 0;
    case OpKind::kLockShared:
    case OpKind::kSynchronize:
      return seen + 1;
    case OpKind::kUnlockShared:
      return seen - 1;
    case OpKind::kCompareExchange:
      if (seen == operation.expected) return operand;
      return std::nullopt;
    case OpKind::kTryLock:
      if (seen == 0) return kHeld;
      return std::nullopt;
    case OpKind::kTryLockShared:
      if (seen != kHeld) return seen + 1;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

// Returns: what the program learns from having read `value`.
int Told(const Operation& operation, int value, bool wrote) {
  if (operation.kind == OpKind::kIsLocked) return value != 0;
  return UsesMutex(operation) ? wrote : value;
}

// Returns: the order of an operation that succeeds. A try that fails acquires, too.
Order OrderOf(const Operation& operation) {
  switch (operation.kind) {
    case OpKind::kLock:
    case OpKind::kLockShared:
    case OpKind::kTryLock:
    case OpKind::kTryLockShared:
    case OpKind::kIsLocked:
    case OpKind::kRcuLock:
      return Order::kAcquire;
    case OpKind::kUnlock:
    case OpKind::kUnlockShared:
      return Order::kRelease;
    case OpKind::kSynchronize:
      return Order::kAcqRel;
    default:
      return operation.order;
  }
}

Event MakeEvent(const Operation& operation, int thread, EventKind kind) {
  const bool plain = operation.kind == OpKind::kPlainLoad || operation.kind == OpKind::kPlainStore;
  const int location = kind == EventKind::kFence ? -1 : Word(operation);
  return {.kind = kind,
          .thread = thread,
          .location = location,
          .plain = plain,
          .order = OrderOf(operation)};
}

// Returns: the graph as text that does not depend on the order in which it was built. What the
// events are, and gp, follows from the program, what was chosen and rf.
std::string Key(const State& state) {
  const auto& [events, po, rf, mo, rmw, gp] = state.graph;
  const auto name = [&](int id) {
    const Event& event = events[id];
    const int thread = event.thread == kInitialThread ? kMaxThreads : event.thread;
    return static_cast<char>(thread * 32 + event.index);
  };
  std::string of_thread[kMaxThreads];
  for (std::size_t id = 0; id < events.size(); ++id) {
    if (events[id].thread == kInitialThread) continue;
    char source = '\xff';
    for (std::size_t w = 0; w < events.size(); ++w) {
      if (rf.Has(w, id)) source = name(w);
    }
    of_thread[events[id].thread] += source;
  }
  std::string key;
  for (int t = 0; t < kMaxThreads; ++t) {
    ((key += of_thread[t]) += '\xfe') += state.threads[t].choices + '\xfe';
  }
  for (const std::vector<int>& writes : state.mo) {
    for (int write : writes) key += name(write);
    key += '\xfe';
  }
  return key;
}

class Explorer {
 public:
  Explorer(const Program& program, Model model) : program_(program), model_(model) {}

  BruteForceResult Run() {
    State state;
    for (int word = 0; word < kWords; ++word) {
      if (!IsUsed(word)) continue;
      state.mo[word].push_back(
          state.graph.Append({.kind = EventKind::kWrite, .location = word, .plain = true}));
    }
    Visit(std::move(state));
    return std::move(result_);
  }

 private:
  bool IsUsed(int word) const {
    if (word == kGraceWord) return program_.UsesRcu();
    if (word >= kLockWords) return word - kLockWords < program_.mutexes();
    return word < program_.locations();
  }

  bool Finished(const State& state, std::size_t thread) const {
    return state.threads[thread].next == program_.threads[thread].size();
  }

  void Visit(State state) {
    for (std::size_t t = 0; t < program_.threads.size(); ++t) RunLocally(state, t);
    if (!seen_.insert(Key(state)).second) return;
    ++result_.partial_graphs;
    if (!IsConsistent(state.graph, model_)) return;
    result_.racy = result_.racy || HasRace(state.graph, model_);
    result_.deadlock = result_.deadlock || IsDeadlock(state);
    bool complete = true;
    for (std::size_t t = 0; t < program_.threads.size(); ++t) {
      if (Finished(state, t)) continue;
      complete = false;
      if (!state.threads[t].stopped) Step(state, t);
    }
    if (complete) Record(state);
  }

  // Runs what leaves no choice: fences, ends of sections and tests of registers.
  void RunLocally(State& state, int t) {
    ThreadState& thread = state.threads[t];
    while (!Finished(state, t) && !thread.stopped) {
      const Operation& operation = program_.threads[t][thread.next];
      const bool equal = thread.registers[operation.reg] == operation.expected;
      if (operation.kind == OpKind::kFence) {
        state.graph.Append(MakeEvent(operation, t, EventKind::kFence));
      } else if (operation.kind == OpKind::kRcuUnlock) {
        const int end = state.graph.Append(MakeEvent(operation, t, EventKind::kFence));
        for (Section& section : state.sections) {
          if (section.thread == t && section.end == kNone) section.end = end;
        }
      } else if (operation.kind == OpKind::kSkipIfEqual) {
        if (equal) thread.next += operation.skip;
      } else if (operation.kind == OpKind::kAssumeEqual) {
        thread.stopped = !equal;
        if (thread.stopped) return;
      } else {
        return;
      }
      ++thread.next;
    }
  }

  // Visits every graph that has one more operation of thread `t`.
  void Step(const State& state, int t) {
    const Operation& operation = program_.threads[t][state.threads[t].next];
    if (operation.kind == OpKind::kChoose) return Choose(state, t);
    if (state.threads[t].grace_start != kNone) return EndGracePeriod(state, t);
    if (IsWrite(operation)) {
      return Write(state, t, *Written(operation, state.threads[t], 0), kNone);
    }
    for (int source : state.mo[Word(operation)]) {
      const int value = state.graph.events[source].value;
      if (!MayRead(operation, value)) continue;
      if (operation.kind == OpKind::kRcuLock && BeginsTooLate(state, source)) continue;
      ReadFrom(state, t, source, value);
    }
  }

  void Choose(const State& state, int t) {
    const Operation& operation = program_.threads[t][state.threads[t].next];
    for (int choice = 0; choice < operation.expected; ++choice) {
      State next = state;
      ThreadState& thread = next.threads[t];
      thread.registers[operation.reg] = choice;
      thread.choices += static_cast<char>(choice);
      ++thread.next;
      Visit(std::move(next));
    }
  }

  // Returns: whether a grace period is over that would have waited for a section starting here.
  static bool BeginsTooLate(const State& state, int source) {
    return std::ranges::any_of(state.graces_over,
                               [&](int start) { return state.Precedes(source, start); });
  }

  static bool GracePeriodIsOver(const State& state, int t) {
    return std::ranges::none_of(state.sections, [&](const Section& section) {
      return section.end == kNone && state.Precedes(section.source, state.threads[t].grace_start);
    });
  }

  void EndGracePeriod(State state, int t) {
    if (!GracePeriodIsOver(state, t)) return;
    ThreadState& thread = state.threads[t];
    Event event = {.kind = EventKind::kFence, .thread = t};
    const int end = state.graph.Append(event);
    for (const Section& section : state.sections) {
      if (state.Precedes(section.source, thread.grace_start)) state.graph.gp.Add(section.end, end);
    }
    state.graces_over.push_back(std::exchange(thread.grace_start, kNone));
    ++thread.next;
    Visit(std::move(state));
  }

  void ReadFrom(State state, int t, int source, int value) {
    ThreadState& thread = state.threads[t];
    const Operation& operation = program_.threads[t][thread.next];
    const std::optional<int> written = Written(operation, thread, value);
    Event event = MakeEvent(operation, t, EventKind::kRead);
    event.value = value;
    if (operation.kind == OpKind::kCompareExchange && !written) event.order = operation.failure;
    const int read = state.graph.Append(event);
    state.graph.rf.Add(source, read);
    if (operation.kind == OpKind::kRcuLock) state.sections.push_back({t, source});
    if (FillsRegister(operation)) {
      thread.registers[operation.reg] = Told(operation, value, written.has_value());
    }
    if (written) return Write(state, t, *written, read);
    ++thread.next;
    Visit(std::move(state));
  }

  // Puts the write of t's next operation in every place in mo. `read` is its rmw partner, or kNone.
  void Write(const State& state, int t, int value, int read) {
    const Operation& operation = program_.threads[t][state.threads[t].next];
    const int word = Word(operation);
    for (std::size_t place = 1; place <= state.mo[word].size(); ++place) {
      State next = state;
      Event event = MakeEvent(operation, t, EventKind::kWrite);
      event.value = value;
      const int write = next.graph.Append(event);
      if (read != kNone) next.graph.rmw.Add(read, write);
      std::vector<int>& mo = next.mo[word];
      for (std::size_t i = 0; i < place; ++i) next.graph.mo.Add(mo[i], write);
      for (std::size_t i = place; i < mo.size(); ++i) next.graph.mo.Add(write, mo[i]);
      mo.insert(mo.begin() + static_cast<std::ptrdiff_t>(place), write);
      if (operation.kind == OpKind::kSynchronize) {
        next.threads[t].grace_start = write;
      } else {
        ++next.threads[t].next;
      }
      Visit(std::move(next));
    }
  }

  // Returns: whether t's next operation has to wait for what others do.
  bool IsWaiting(const State& state, int t) const {
    if (state.threads[t].grace_start != kNone) return !GracePeriodIsOver(state, t);
    const Operation& operation = program_.threads[t][state.threads[t].next];
    if (!Waits(operation)) return false;
    const int newest = state.mo[Word(operation)].back();
    return !MayRead(operation, state.graph.events[newest].value);
  }

  bool IsDeadlock(const State& state) const {
    bool waiting = false;
    for (std::size_t t = 0; t < program_.threads.size(); ++t) {
      if (Finished(state, t)) continue;
      if (!IsWaiting(state, t)) return false;
      waiting = true;
    }
    return waiting;
  }

  void Record(const State& state) {
    ++result_.executions;
    Outcome outcome;
    for (int t = 0; t < kMaxThreads; ++t) outcome.registers[t] = state.threads[t].registers;
    for (int location = 0; location < program_.locations(); ++location) {
      outcome.finals[location] = state.graph.events[state.mo[location].back()].value;
    }
    result_.outcomes.insert(outcome);
  }

  const Program& program_;
  const Model model_;
  std::unordered_set<std::string> seen_;
  BruteForceResult result_;
};

}  // namespace

BruteForceResult ExploreByBruteForce(const Program& program, Model model) {
  return Explorer(program, model).Run();
}

}  // namespace models::testing
