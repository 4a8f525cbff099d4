// The generator: a thread is filled with blocks until its budget of accesses is spent. Everything a
// program depends on is drawn from one seeded stream, in the order in which the code is written.
#include "models/testing/random_program.h"

#include <array>
#include <cstddef>
#include <initializer_list>

namespace models::testing {
namespace {

// Arguments of a call are evaluated in any order, so no call here has two that draw.

// Steele, Lea, Flood: Fast splittable pseudorandom number generators (splitmix64). The standard
// library's distributions differ between platforms; this does not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // Returns: one of first..last.
  int Between(int first, int last) {
    return first + static_cast<int>(Next() % static_cast<std::uint64_t>(last - first + 1));
  }
  bool Percent(int percent) { return Between(0, 99) < percent; }

 private:
  std::uint64_t state_;
};

// How often each thing is made, in percent; what is left over are loads and stores.
struct Weights {
  int seq_cst, fence, rmw, conditional, await, critical_section, plain_location;
};

Weights WeightsOf(Profile profile) {
  switch (profile) {
    case Profile::kMixed: return {20, 10, 15, 10, 5, 15, 30};
    case Profile::kAtomicsOnly: return {15, 10, 15, 10, 0, 0, 0};
    case Profile::kSeqCstHeavy: return {70, 25, 10, 5, 0, 0, 0};
    case Profile::kRmwHeavy: return {15, 10, 65, 5, 0, 0, 0};
    case Profile::kLocks: return {15, 5, 10, 5, 0, 60, 40};
    case Profile::kAwaits: return {15, 10, 15, 10, 20, 5, 0};
    case Profile::kPlain: return {15, 10, 10, 15, 5, 10, 60};
  }
  return {};
}

// Who may access a location, and how.
struct Policy {
  enum class Kind { kAtomic, kOwned, kGuarded, kHandedOver, kFree };
  Kind kind = Kind::kAtomic;
  int owner = 0;  // kOwned: the thread; kGuarded: the mutex.
};

class Generator {
 public:
  Generator(std::uint64_t seed, Profile profile, int operations_max)
      : random_(seed * 8 + static_cast<std::uint64_t>(profile)),
        profile_(profile),
        weights_(WeightsOf(profile)),
        operations_max_(operations_max) {}

  Program Run() {
    const int threads = random_.Between(2, 3);
    locations_ = random_.Between(weights_.plain_location >= 40 ? 2 : 1, 3);
    for (int location = 1; location < locations_; ++location) {
      policies_[location] = RandomPolicy(threads);
    }
    Program program;
    for (thread_ = 0; thread_ < threads; ++thread_) program.threads.push_back(RandomThread());
    return program;
  }

 private:
  // Location 0 stays atomic: a flag for what is handed over, and something to do for everyone.
  Policy RandomPolicy(int threads) {
    if (!random_.Percent(weights_.plain_location)) return {};
    const int kind = random_.Between(0, 9);
    if (kind < 3) return {Policy::Kind::kOwned, random_.Between(0, threads - 1)};
    if (kind < 5) return {Policy::Kind::kGuarded, random_.Between(0, kMaxMutexes - 1)};
    return {kind < 7 ? Policy::Kind::kHandedOver : Policy::Kind::kFree, 0};
  }

  Thread RandomThread() {
    code_.clear();
    registers_ = 0;
    budget_ = random_.Between(1, operations_max_);
    held_.fill(false);
    while (budget_ > 0) Block();
    return code_;
  }

  void Block() {
    if (random_.Percent(weights_.fence)) code_.push_back(Fence(FenceOrder()));
    if (budget_ >= 2 && random_.Percent(weights_.critical_section)) return CriticalSection();
    if (budget_ >= 2 && random_.Percent(weights_.conditional)) return Conditional();
    if (random_.Percent(weights_.await)) return Await();
    Access();
  }

  // One access to any location in the way its policy wants, if this thread may.
  void Access() {
    const int location = random_.Between(0, locations_ - 1);
    const Policy& policy = policies_[location];
    switch (policy.kind) {
      case Policy::Kind::kAtomic: return Atomic(location);
      case Policy::Kind::kFree: return Plain(location);
      case Policy::Kind::kOwned: return policy.owner == thread_ ? Plain(location) : Atomic(0);
      case Policy::Kind::kGuarded: return held_[policy.owner] ? Plain(location) : Atomic(0);
      case Policy::Kind::kHandedOver: return budget_ >= 2 ? HandOver(location) : Atomic(0);
    }
  }

  void Atomic(int location) {
    --budget_;
    if (random_.Percent(weights_.rmw)) return code_.push_back(Rmw(location));
    if (random_.Percent(50)) return code_.push_back(Load(location, registers_++, LoadOrder()));
    const Order order = StoreOrder();
    code_.push_back(Store(location, StoredValue(), order));
  }

  Operation Rmw(int location) {
    const Value operand = StoredValue();
    const Order order = RmwOrder();
    const int reg = registers_++;
    switch (random_.Between(0, 2)) {
      case 0: return FetchAdd(location, reg, random_.Between(1, 2), order);
      case 1: return Exchange(location, reg, operand, order);
      default: break;
    }
    const int expected = random_.Between(0, 2);
    return CompareExchange(location, reg, expected, operand, order, LoadOrder());
  }

  void Plain(int location) {
    --budget_;
    if (random_.Percent(50)) return code_.push_back(PlainLoad(location, registers_++));
    code_.push_back(PlainStore(location, StoredValue()));
  }

  // Thread 0 fills the location and raises the flag; the others look at it if the flag is up. The
  // orders are mostly, not always, strong enough.
  void HandOver(int location) {
    budget_ -= 2;
    const bool weak = random_.Percent(40);
    if (thread_ == 0) {
      code_.push_back(PlainStore(location, random_.Between(1, 2)));
      code_.push_back(Store(0, 1, weak ? StoreOrder() : Order::kRelease));
      return;
    }
    const int flag = registers_++;
    code_.push_back(Load(0, flag, weak ? LoadOrder() : Order::kAcquire));
    code_.push_back(SkipIfEqual(flag, 0, 1));
    code_.push_back(PlainLoad(location, registers_++));
  }

  void Conditional() {
    const int location = AtomicLocation();
    const int reg = registers_++;
    --budget_;
    code_.push_back(Load(location, reg, LoadOrder()));
    if (profile_ == Profile::kAwaits && random_.Percent(25)) {
      return code_.push_back(AssumeEqual(reg, random_.Between(0, 1)));
    }
    code_.push_back(SkipIfEqual(reg, random_.Between(0, 1), 0));
    const std::size_t test = code_.size() - 1;
    if (random_.Percent(30)) code_.push_back(Fence(FenceOrder()));
    Atomic(AtomicLocation());
    code_[test].skip = static_cast<int>(code_.size() - test - 1);
  }

  void Await() {
    --budget_;
    const int location = AtomicLocation();
    const int wanted = random_.Percent(80) ? 1 : 0;
    code_.push_back(WaitUntilEqual(location, registers_++, wanted, LoadOrder()));
  }

  void CriticalSection() {
    --budget_;
    const int inside = random_.Between(1, budget_);
    const int rest = budget_ - inside;
    budget_ = inside;
    const bool nested = random_.Percent(50);
    Locked(random_.Between(0, kMaxMutexes - 1), nested);
    budget_ = rest;
  }

  // Spends the whole budget under `mutex` and, if `nested`, some of it under the next one too.
  void Locked(int mutex, bool nested) {
    held_[mutex] = true;
    code_.push_back(Lock(mutex));
    const int other = (mutex + 1) % kMaxMutexes;
    if (nested) Locked(other, false);
    while (budget_ > 0) InsideAccess(mutex);
    code_.push_back(Unlock(mutex));
    held_[mutex] = false;
  }

  // Prefers what the mutex guards, which is what the critical section is for.
  void InsideAccess(int mutex) {
    for (int location = 1; location < locations_; ++location) {
      const Policy& policy = policies_[location];
      const bool guarded = policy.kind == Policy::Kind::kGuarded && policy.owner == mutex;
      if (guarded && random_.Percent(70)) return Plain(location);
    }
    Access();
  }

  int AtomicLocation() {
    const int location = random_.Between(0, locations_ - 1);
    return policies_[location].kind == Policy::Kind::kAtomic ? location : 0;
  }

  // Small, so that values meet; of awaits' profile mostly what is awaited.
  Value StoredValue() {
    if (registers_ > 0 && random_.Percent(20)) {
      const int reg = random_.Between(0, registers_ - 1);
      return Value(reg, random_.Between(0, 1));
    }
    if (profile_ == Profile::kAwaits && random_.Percent(70)) return 1;
    return random_.Between(1, 2);
  }

  Order Pick(std::initializer_list<Order> orders) {
    if (random_.Percent(weights_.seq_cst)) return Order::kSeqCst;
    return orders.begin()[random_.Between(0, static_cast<int>(orders.size()) - 1)];
  }
  Order LoadOrder() { return Pick({Order::kRelaxed, Order::kAcquire}); }
  Order StoreOrder() { return Pick({Order::kRelaxed, Order::kRelease}); }
  Order FenceOrder() { return Pick({Order::kAcquire, Order::kRelease, Order::kAcqRel}); }
  Order RmwOrder() {
    return Pick({Order::kRelaxed, Order::kAcquire, Order::kRelease, Order::kAcqRel});
  }

  Random random_;
  const Profile profile_;
  const Weights weights_;
  const int operations_max_;
  int locations_ = 1;
  std::array<Policy, kMaxLocations> policies_{};
  // Of the thread being made:
  int thread_ = 0;
  Thread code_;
  int registers_ = 0;
  int budget_ = 0;
  std::array<bool, kMaxMutexes> held_{};
};

}  // namespace

const char* ProfileName(Profile profile) {
  switch (profile) {
    case Profile::kMixed: return "mixed";
    case Profile::kAtomicsOnly: return "atomics only";
    case Profile::kSeqCstHeavy: return "seq_cst heavy";
    case Profile::kRmwHeavy: return "rmw heavy";
    case Profile::kLocks: return "locks";
    case Profile::kAwaits: return "awaits";
    case Profile::kPlain: return "plain";
  }
  return "?";
}

Program RandomProgram(std::uint64_t seed, Profile profile, int operations_max) {
  return Generator(seed, profile, operations_max).Run();
}

}  // namespace models::testing
