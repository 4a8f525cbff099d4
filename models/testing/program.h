// Tiny concurrent programs as data: what the obvious engine runs and what is generated at random.
//
// A thread is a straight list of operations with forward skips only, so every program ends and the
// number of its execution graphs is finite. Registers are local to a thread and start at 0, as do
// locations. A mutex can be held shared, too. Read-side sections do not nest.
//
// What it does not do: loops, pointers, arithmetic beyond register + constant.
#ifndef RMAPCHECK_MODELS_TESTING_PROGRAM_H_
#define RMAPCHECK_MODELS_TESTING_PROGRAM_H_

#include <array>
#include <compare>
#include <string>
#include <vector>

#include "core/sync/order.h"

namespace models::testing {

using ksync::Order;

inline constexpr int kMaxThreads = 4;
inline constexpr int kMaxLocations = 4;
inline constexpr int kMaxMutexes = 2;
inline constexpr int kMaxRegisters = 8;

// A constant, or a register plus a constant.
struct Value {
  Value(int c) : constant(c) {}  // NOLINT: an int is a value wherever one is wanted.
  Value(int r, int c) : reg(r), constant(c) {}
  int reg = -1;
  int constant = 0;
};

struct Operation {
  enum class Kind {
    kLoad,
    kStore,
    kFetchAdd,
    kExchange,
    kCompareExchange,
    kFence,
    kPlainLoad,
    kPlainStore,
    kLock,
    kUnlock,
    kWaitUntilEqual,
    kSkipIfEqual,
    kAssumeEqual,
    kLockShared,
    kUnlockShared,
    kTryLock,
    kTryLockShared,
    kIsLocked,
    kChoose,
    kRcuLock,
    kRcuUnlock,
    kSynchronize,
  };
  Kind kind;
  int location = 0;  // Of what is done to a mutex: which.
  int reg = 0;       // What a read fills, and what a test looks at.
  Order order = Order::kRelaxed;
  Order failure = Order::kRelaxed;  // kCompareExchange only.
  Value value = 0;                  // Stored, added or exchanged in.
  int expected = 0;                 // Of kCompareExchange, kWaitUntilEqual and the tests;
                                    // of kChoose: from how many.
  int skip = 0;                     // kSkipIfEqual: how many operations are jumped over.
};

// Returns: whether the operation takes, tries or gives back a mutex.
bool UsesMutex(const Operation& operation);
// Returns: whether the operation is an access to a location that is not a mutex.
bool UsesLocation(const Operation& operation);
// Returns: whether the operation fills its register.
bool FillsRegister(const Operation& operation);

using Thread = std::vector<Operation>;

struct Program {
  std::vector<Thread> threads;

  // Returns: one more than the largest location or mutex named.
  int locations() const;
  int mutexes() const;
  // Returns: whether some operation is of RCU.
  bool UsesRcu() const;
  // Returns: whether some operation accesses `location` plainly.
  bool IsPlain(int location) const;
  // Returns: whether some operation accesses `location` plainly and some other does not.
  bool IsMixed(int location) const;
};

// What an execution leaves behind: fixed arrays, so that a run may be abandoned without a leak.
struct Outcome {
  std::array<std::array<int, kMaxRegisters>, kMaxThreads> registers{};
  std::array<int, kMaxLocations> finals{};
  auto operator<=>(const Outcome&) const = default;
};

Operation Load(int location, int reg, Order order);
Operation Store(int location, Value value, Order order);
Operation FetchAdd(int location, int reg, Value value, Order order);
Operation Exchange(int location, int reg, Value value, Order order);
// The register gets the value read, whether or not it was the expected one.
Operation CompareExchange(int location, int reg, int expected, Value desired, Order success,
                          Order failure);
Operation Fence(Order order);
Operation PlainLoad(int location, int reg);
Operation PlainStore(int location, Value value);
Operation Lock(int mutex);
Operation Unlock(int mutex);
Operation LockShared(int mutex);
Operation UnlockShared(int mutex);
// The register gets 1 if the mutex was taken, or 0.
Operation TryLock(int mutex, int reg);
Operation TryLockShared(int mutex, int reg);
// The register gets 1 if the mutex looks held, or 0.
Operation IsLocked(int mutex, int reg);
// The thread is stuck unless the location holds `expected`; the register gets that value.
Operation WaitUntilEqual(int location, int reg, int expected, Order order);
Operation SkipIfEqual(int reg, int expected, int skip);
// The thread stops for good unless the register holds `expected`; the others carry on.
Operation AssumeEqual(int reg, int expected);
// The register gets any of 0..count-1.
Operation Choose(int reg, int count);
Operation RcuLock();
Operation RcuUnlock();
// Not inside a section of its own thread.
Operation Synchronize();

// Returns: the program or outcome as text, for messages.
std::string ToString(const Operation& operation);
std::string ToString(const Program& program);
std::string ToString(const Outcome& outcome, const Program& program);

}  // namespace models::testing

#endif  // RMAPCHECK_MODELS_TESTING_PROGRAM_H_
