// Making, asking and printing programs. One function makes each kind of operation, so that no field
// is set that the kind does not have; what the fields mean is in the header.
#include "models/testing/program.h"

#include <algorithm>

namespace models::testing {
namespace {

using Kind = Operation::Kind;

bool IsOfRcu(const Operation& operation) {
  return operation.kind == Kind::kRcuLock || operation.kind == Kind::kRcuUnlock ||
         operation.kind == Kind::kSynchronize;
}

// Returns: one more than the largest `location` among the operations that `counts` picks.
int CountLocations(const Program& program, bool (*counts)(const Operation&)) {
  int count = 0;
  for (const Thread& thread : program.threads) {
    for (const Operation& operation : thread) {
      if (counts(operation)) count = std::max(count, operation.location + 1);
    }
  }
  return count;
}

std::string Register(int reg) { return "r" + std::to_string(reg); }
std::string Location(int location) { return std::string(1, "xyzw"[location]); }

std::string ToString(const Value& value) {
  if (value.reg < 0) return std::to_string(value.constant);
  const std::string reg = Register(value.reg);
  return value.constant == 0 ? reg : reg + " + " + std::to_string(value.constant);
}

std::string Orders(const Operation& operation) {
  std::string text = std::string(", ") + OrderName(operation.order);
  if (operation.kind == Kind::kCompareExchange) {
    text += std::string(", ") + OrderName(operation.failure);
  }
  return text + ")";
}

}  // namespace

bool UsesMutex(const Operation& operation) {
  switch (operation.kind) {
    case Kind::kLock:
    case Kind::kUnlock:
    case Kind::kLockShared:
    case Kind::kUnlockShared:
    case Kind::kTryLock:
    case Kind::kTryLockShared:
    case Kind::kIsLocked:
      return true;
    default:
      return false;
  }
}

bool UsesLocation(const Operation& operation) {
  switch (operation.kind) {
    case Kind::kLoad:
    case Kind::kStore:
    case Kind::kFetchAdd:
    case Kind::kExchange:
    case Kind::kCompareExchange:
    case Kind::kPlainLoad:
    case Kind::kPlainStore:
    case Kind::kWaitUntilEqual:
      return true;
    default:
      return false;
  }
}

bool FillsRegister(const Operation& operation) {
  switch (operation.kind) {
    case Kind::kStore:
    case Kind::kPlainStore:
      return false;
    case Kind::kTryLock:
    case Kind::kTryLockShared:
    case Kind::kIsLocked:
    case Kind::kChoose:
      return true;
    default:
      return UsesLocation(operation);
  }
}

int Program::locations() const { return CountLocations(*this, UsesLocation); }
int Program::mutexes() const { return CountLocations(*this, UsesMutex); }

bool Program::UsesRcu() const {
  return std::ranges::any_of(
      threads, [](const Thread& thread) { return std::ranges::any_of(thread, IsOfRcu); });
}

namespace {

bool IsPlainAccess(const Operation& operation) {
  return operation.kind == Kind::kPlainLoad || operation.kind == Kind::kPlainStore;
}

// Returns: whether some access of the location is plain, or is not, as asked.
bool AnyAccess(const Program& program, int location, bool plain) {
  for (const Thread& thread : program.threads) {
    for (const Operation& operation : thread) {
      if (!UsesLocation(operation) || operation.location != location) continue;
      if (IsPlainAccess(operation) == plain) return true;
    }
  }
  return false;
}

}  // namespace

bool Program::IsPlain(int location) const { return AnyAccess(*this, location, true); }

bool Program::IsMixed(int location) const {
  return IsPlain(location) && AnyAccess(*this, location, false);
}

Operation Load(int location, int reg, Order order) {
  return {.kind = Kind::kLoad, .location = location, .reg = reg, .order = order};
}

Operation Store(int location, Value value, Order order) {
  return {.kind = Kind::kStore, .location = location, .order = order, .value = value};
}

Operation FetchAdd(int location, int reg, Value value, Order order) {
  return {
      .kind = Kind::kFetchAdd, .location = location, .reg = reg, .order = order, .value = value};
}

Operation Exchange(int location, int reg, Value value, Order order) {
  return {
      .kind = Kind::kExchange, .location = location, .reg = reg, .order = order, .value = value};
}

Operation CompareExchange(int location, int reg, int expected, Value desired, Order success,
                          Order failure) {
  return {.kind = Kind::kCompareExchange,
          .location = location,
          .reg = reg,
          .order = success,
          .failure = failure,
          .value = desired,
          .expected = expected};
}

Operation Fence(Order order) { return {.kind = Kind::kFence, .order = order}; }

Operation PlainLoad(int location, int reg) {
  return {.kind = Kind::kPlainLoad, .location = location, .reg = reg};
}

Operation PlainStore(int location, Value value) {
  return {.kind = Kind::kPlainStore, .location = location, .value = value};
}

Operation Lock(int mutex) { return {.kind = Kind::kLock, .location = mutex}; }
Operation Unlock(int mutex) { return {.kind = Kind::kUnlock, .location = mutex}; }
Operation LockShared(int mutex) { return {.kind = Kind::kLockShared, .location = mutex}; }
Operation UnlockShared(int mutex) { return {.kind = Kind::kUnlockShared, .location = mutex}; }

Operation TryLock(int mutex, int reg) {
  return {.kind = Kind::kTryLock, .location = mutex, .reg = reg};
}

Operation TryLockShared(int mutex, int reg) {
  return {.kind = Kind::kTryLockShared, .location = mutex, .reg = reg};
}

Operation IsLocked(int mutex, int reg) {
  return {.kind = Kind::kIsLocked, .location = mutex, .reg = reg};
}

Operation WaitUntilEqual(int location, int reg, int expected, Order order) {
  return {.kind = Kind::kWaitUntilEqual,
          .location = location,
          .reg = reg,
          .order = order,
          .expected = expected};
}

Operation SkipIfEqual(int reg, int expected, int skip) {
  return {.kind = Kind::kSkipIfEqual, .reg = reg, .expected = expected, .skip = skip};
}

Operation AssumeEqual(int reg, int expected) {
  return {.kind = Kind::kAssumeEqual, .reg = reg, .expected = expected};
}

Operation Choose(int reg, int count) {
  return {.kind = Kind::kChoose, .reg = reg, .expected = count};
}

Operation RcuLock() { return {.kind = Kind::kRcuLock}; }
Operation RcuUnlock() { return {.kind = Kind::kRcuUnlock}; }
Operation Synchronize() { return {.kind = Kind::kSynchronize}; }

std::string ToString(const Operation& operation) {
  const std::string location = UsesLocation(operation) ? Location(operation.location) : "";
  const std::string reg = Register(operation.reg);
  const std::string test = reg + " == " + std::to_string(operation.expected);
  const std::string value = ToString(operation.value);
  const std::string orders = Orders(operation);
  const std::string mutex = "m" + std::to_string(operation.location);
  switch (operation.kind) {
    case Kind::kLoad:
      return reg + " = load(" + location + orders;
    case Kind::kStore:
      return "store(" + location + ", " + value + orders;
    case Kind::kFetchAdd:
      return reg + " = fetch_add(" + location + ", " + value + orders;
    case Kind::kExchange:
      return reg + " = exchange(" + location + ", " + value + orders;
    case Kind::kCompareExchange:
      return reg + " = compare_exchange(" + location + ", " + std::to_string(operation.expected) +
             " -> " + value + orders;
    case Kind::kFence:
      return std::string("fence(") + OrderName(operation.order) + ")";
    case Kind::kPlainLoad:
      return reg + " = " + location;
    case Kind::kPlainStore:
      return location + " = " + value;
    case Kind::kLock:
      return "lock(" + mutex + ")";
    case Kind::kUnlock:
      return "unlock(" + mutex + ")";
    case Kind::kWaitUntilEqual:
      return reg + " = wait_until(" + location + " == " + std::to_string(operation.expected) +
             orders;
    case Kind::kSkipIfEqual:
      return "if (" + test + ") skip " + std::to_string(operation.skip);
    case Kind::kAssumeEqual:
      return "assume(" + test + ")";
    case Kind::kLockShared:
      return "lock_shared(" + mutex + ")";
    case Kind::kUnlockShared:
      return "unlock_shared(" + mutex + ")";
    case Kind::kTryLock:
      return reg + " = try_lock(" + mutex + ")";
    case Kind::kTryLockShared:
      return reg + " = try_lock_shared(" + mutex + ")";
    case Kind::kIsLocked:
      return reg + " = is_locked(" + mutex + ")";
    case Kind::kChoose:
      return reg + " = choose(" + std::to_string(operation.expected) + ")";
    case Kind::kRcuLock:
      return "rcu_read_lock()";
    case Kind::kRcuUnlock:
      return "rcu_read_unlock()";
    case Kind::kSynchronize:
      return "synchronize_rcu()";
  }
  return "?";
}

std::string ToString(const Program& program) {
  std::string text;
  for (std::size_t t = 0; t < program.threads.size(); ++t) {
    text += "thread " + std::to_string(t) + ":\n";
    for (const Operation& operation : program.threads[t]) {
      text += "  " + ToString(operation) + "\n";
    }
  }
  return text;
}

std::string ToString(const Outcome& outcome, const Program& program) {
  std::string text;
  for (std::size_t t = 0; t < program.threads.size(); ++t) {
    for (int reg = 0; reg < kMaxRegisters; ++reg) {
      const auto fills = [&](const Operation& operation) {
        return FillsRegister(operation) && operation.reg == reg;
      };
      if (std::ranges::none_of(program.threads[t], fills)) continue;
      text += std::to_string(t) + ":" + Register(reg) + "=" +
              std::to_string(outcome.registers[t][reg]) + " ";
    }
  }
  for (int location = 0; location < program.locations(); ++location) {
    text += Location(location) + "=" + std::to_string(outcome.finals[location]) + " ";
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace models::testing
