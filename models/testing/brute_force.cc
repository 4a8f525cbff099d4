// The explorer: Visit looks at a graph and takes every Step from it; a Step chooses rf for what
// reads and then a place in mo for what writes.
#include "models/testing/brute_force.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>

namespace models::testing {
namespace {

using OpKind = Operation::Kind;
using EventKind = Event::Kind;

// A lock word is one more location: 0 is free, 1 is held.
constexpr int kLockWords = kMaxLocations;
constexpr int kWords = kMaxLocations + kMaxMutexes;

struct ThreadState {
  std::size_t next = 0;  // Of its operations.
  std::array<int, kMaxRegisters> registers{};
  bool stopped = false;  // At a failed assumption.
};

struct State {
  Graph graph;
  std::array<std::vector<int>, kWords> mo;  // The writes to each location, in mo.
  std::array<ThreadState, kMaxThreads> threads;
};

int Word(const Operation& operation) {
  const bool lock = operation.kind == OpKind::kLock || operation.kind == OpKind::kUnlock;
  return lock ? kLockWords + operation.location : operation.location;
}

bool IsWrite(const Operation& operation) {
  return operation.kind == OpKind::kStore || operation.kind == OpKind::kPlainStore ||
         operation.kind == OpKind::kUnlock;
}

bool Waits(const Operation& operation) {
  return operation.kind == OpKind::kLock || operation.kind == OpKind::kWaitUntilEqual;
}

// Returns: whether a waiting operation may go on with `value`. Every other one may.
bool MayRead(const Operation& operation, int value) {
  if (operation.kind == OpKind::kLock) return value == 0;
  return operation.kind != OpKind::kWaitUntilEqual || value == operation.expected;
}

// Returns: what `operation` writes, if it does, having read `seen` (or nothing).
std::optional<int> Written(const Operation& operation, const ThreadState& thread, int seen) {
  const Value& value = operation.value;
  const int operand = value.constant + (value.reg < 0 ? 0 : thread.registers[value.reg]);
  switch (operation.kind) {
    case OpKind::kStore:
    case OpKind::kPlainStore:
    case OpKind::kExchange: return operand;
    case OpKind::kFetchAdd: return seen + operand;
    case OpKind::kLock: return 1;
    case OpKind::kUnlock: return 0;
    case OpKind::kCompareExchange:
      if (seen == operation.expected) return operand;
      return std::nullopt;
    default: return std::nullopt;
  }
}

Event MakeEvent(const Operation& operation, int thread, EventKind kind) {
  const bool plain =
      operation.kind == OpKind::kPlainLoad || operation.kind == OpKind::kPlainStore;
  Order order = operation.order;
  if (operation.kind == OpKind::kLock) order = Order::kAcquire;
  if (operation.kind == OpKind::kUnlock) order = Order::kRelease;
  const int location = kind == EventKind::kFence ? -1 : Word(operation);
  return {.kind = kind, .thread = thread, .location = location, .plain = plain, .order = order};
}

// Returns: the graph as text that does not depend on the order in which it was built. What the
// events are follows from the program and rf.
std::string Key(const State& state) {
  const auto& [events, po, rf, mo, rmw] = state.graph;
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
  for (const std::string& sources : of_thread) (key += sources) += '\xfe';
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
      const bool used = word < kLockWords ? word < program_.locations()
                                          : word - kLockWords < program_.mutexes();
      if (!used) continue;
      state.mo[word].push_back(state.graph.Append(
          {.kind = EventKind::kWrite, .location = word, .plain = true}));
    }
    Visit(std::move(state));
    return std::move(result_);
  }

 private:
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

  // Runs what leaves no choice: fences and tests of registers.
  void RunLocally(State& state, int t) {
    ThreadState& thread = state.threads[t];
    while (!Finished(state, t) && !thread.stopped) {
      const Operation& operation = program_.threads[t][thread.next];
      const bool equal = thread.registers[operation.reg] == operation.expected;
      if (operation.kind == OpKind::kFence) {
        state.graph.Append(MakeEvent(operation, t, EventKind::kFence));
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
    if (IsWrite(operation)) return Write(state, t, *Written(operation, state.threads[t], 0), -1);
    for (int source : state.mo[Word(operation)]) {
      const int value = state.graph.events[source].value;
      if (MayRead(operation, value)) ReadFrom(state, t, source, value);
    }
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
    if (operation.kind != OpKind::kLock) thread.registers[operation.reg] = value;
    if (written) return Write(state, t, *written, read);
    ++thread.next;
    Visit(std::move(state));
  }

  // Puts the write of t's next operation in every place in mo. `read` is its rmw partner, or -1.
  void Write(const State& state, int t, int value, int read) {
    const Operation& operation = program_.threads[t][state.threads[t].next];
    const int word = Word(operation);
    for (std::size_t place = 1; place <= state.mo[word].size(); ++place) {
      State next = state;
      Event event = MakeEvent(operation, t, EventKind::kWrite);
      event.value = value;
      const int write = next.graph.Append(event);
      if (read >= 0) next.graph.rmw.Add(read, write);
      std::vector<int>& mo = next.mo[word];
      for (std::size_t i = 0; i < place; ++i) next.graph.mo.Add(mo[i], write);
      for (std::size_t i = place; i < mo.size(); ++i) next.graph.mo.Add(write, mo[i]);
      mo.insert(mo.begin() + static_cast<std::ptrdiff_t>(place), write);
      ++next.threads[t].next;
      Visit(std::move(next));
    }
  }

  bool IsDeadlock(const State& state) const {
    bool waiting = false;
    for (std::size_t t = 0; t < program_.threads.size(); ++t) {
      if (Finished(state, t)) continue;
      const Operation& operation = program_.threads[t][state.threads[t].next];
      if (!Waits(operation)) return false;
      const int newest = state.mo[Word(operation)].back();
      if (MayRead(operation, state.graph.events[newest].value)) return false;
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
