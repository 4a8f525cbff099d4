// The interpreter of programs over ksync. It is straight: one operation of the program, one call on
// ksync, so that the engine sees the graph that brute force builds.
#include "models/testing/as_modelled.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/sync/sync.h"

namespace models::testing {
namespace {

using Kind = Operation::Kind;

constinit ksync::LockClass first_mutex{"m0"};
constinit ksync::LockClass second_mutex{"m1"};
constexpr const char* kNames[kMaxLocations] = {"x", "y", "z", "w"};

// The state of one execution.
struct Memory {
  std::array<std::optional<ksync::Atomic<int>>, kMaxLocations> atomics;
  std::array<std::optional<ksync::Plain<int>>, kMaxLocations> plains;
  ksync::RwLock mutexes[kMaxMutexes] = {ksync::RwLock(first_mutex), ksync::RwLock(second_mutex)};
  Outcome outcome;
};

// Runs one thread of a program.
class Interpreter {
 public:
  Interpreter(const Thread& code, Memory& memory, int thread)
      : code_(code), memory_(memory), registers_(memory.outcome.registers[thread]) {}

  void Run() {
    for (std::size_t next = 0; next < code_.size(); ++next) {
      const Operation& operation = code_[next];
      const bool equal = registers_[operation.reg] == operation.expected;
      if (operation.kind == Kind::kSkipIfEqual) {
        if (equal) next += operation.skip;
      } else if (operation.kind == Kind::kAssumeEqual) {
        ksync::Assume(equal);
      } else {
        Do(operation);
      }
    }
  }

 private:
  int Evaluate(const Value& value) const {
    return value.constant + (value.reg < 0 ? 0 : registers_[value.reg]);
  }

  // No scoped guard: the operations take and give back one by one.
  void Do(const Operation& operation) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    switch (operation.kind) {
      case Kind::kFence:
        return ksync::Fence(operation.order);
      case Kind::kChoose:
        registers_[operation.reg] = static_cast<int>(ksync::Choose(operation.expected));
        return;
      case Kind::kRcuLock:
        return ksync::RcuReadLock();
      case Kind::kRcuUnlock:
        return ksync::RcuReadUnlock();
      case Kind::kSynchronize:
        return ksync::SynchronizeRcu();
      case Kind::kPlainLoad:
        registers_[operation.reg] = PlainLoad(operation.location);
        return;
      case Kind::kPlainStore:
        return PlainStore(operation.location, Evaluate(operation.value));
      default:
        break;
    }
    if (UsesMutex(operation)) return DoMutex(operation, memory_.mutexes[operation.location]);
    DoAtomic(operation, *memory_.atomics[operation.location]);
  }

  int PlainLoad(int location) const {
    const auto& plain = memory_.plains[location];
    return plain ? plain->Read() : memory_.atomics[location]->LoadPlain();
  }

  void PlainStore(int location, int value) {
    auto& plain = memory_.plains[location];
    plain ? plain->Write(value) : memory_.atomics[location]->StorePlain(value);
  }

  void DoMutex(const Operation& operation, ksync::RwLock& mutex) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    switch (operation.kind) {
      case Kind::kLock:
        return mutex.Lock();
      case Kind::kUnlock:
        return mutex.Unlock();
      case Kind::kLockShared:
        return mutex.LockShared();
      case Kind::kUnlockShared:
        return mutex.UnlockShared();
      case Kind::kTryLock:
        registers_[operation.reg] = mutex.TryLock();
        return;
      case Kind::kTryLockShared:
        registers_[operation.reg] = mutex.TryLockShared();
        return;
      case Kind::kIsLocked:
        registers_[operation.reg] = mutex.IsLocked();
        return;
      default:
        return;
    }
  }

  void DoAtomic(const Operation& operation, ksync::Atomic<int>& atomic) {
    const int value = Evaluate(operation.value);
    if (operation.kind == Kind::kStore) return atomic.Store(value, operation.order);
    registers_[operation.reg] = Read(operation, value, atomic);
  }

  // Returns: what the read, or the read half, of `operation` saw.
  static int Read(const Operation& operation, int value, ksync::Atomic<int>& atomic) {
    switch (operation.kind) {
      case Kind::kLoad:
        return atomic.Load(operation.order);
      case Kind::kFetchAdd:
        return atomic.FetchAdd(value, operation.order);
      case Kind::kExchange:
        return atomic.Exchange(value, operation.order);
      case Kind::kWaitUntilEqual:
        return atomic.WaitUntilEqual(operation.expected, operation.order);
      default:
        break;
    }
    int seen = operation.expected;
    atomic.CompareExchange(seen, value, operation.order, operation.failure);
    return seen;
  }

  const Thread& code_;
  Memory& memory_;
  std::array<int, kMaxRegisters>& registers_;
};

void RunThreads(const Program& program, Memory& memory) {
  std::array<std::optional<ksync::Thread>, kMaxThreads> threads;
  const auto run = [&program, &memory](int t) { Interpreter(program.threads[t], memory, t).Run(); };
  for (std::size_t t = 0; t < program.threads.size(); ++t) {
    threads[t].emplace([&run, t] { run(static_cast<int>(t)); });
  }
  for (std::size_t t = 0; t < program.threads.size(); ++t) threads[t]->Join();
}

void RunOnce(const Program& program, const std::function<void(const Outcome&)>& record) {
  Memory memory;
  for (int location = 0; location < program.locations(); ++location) {
    if (program.IsPlain(location) && !program.IsMixed(location)) {
      memory.plains[location].emplace(0, kNames[location]);
    } else {
      memory.atomics[location].emplace(0, kNames[location]);
    }
  }
  RunThreads(program, memory);
  for (int location = 0; location < program.locations(); ++location) {
    int& value = memory.outcome.finals[location];
    if (memory.plains[location]) {
      value = memory.plains[location]->Read();
    } else {
      value = memory.atomics[location]->Load(ksync::relaxed);
    }
  }
  record(memory.outcome);
}

}  // namespace

std::function<void()> AsModelled(Program program, std::function<void(const Outcome&)> record) {
  return [program = std::move(program), record = std::move(record)] { RunOnce(program, record); };
}

}  // namespace models::testing
