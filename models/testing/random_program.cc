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
  // Of critical sections, how many are shared and how many are only tried.
  int shared = 0, tried = 0;
  int read_section = 0, grace_period = 0, choice = 0, look = 0, mix = 0;
};

Weights WeightsOf(Profile profile) {
  switch (profile) {
    case Profile::kMixed:
      return {20, 10, 15, 10, 5, 15, 30};
    case Profile::kAtomicsOnly:
      return {15, 10, 15, 10, 0, 0, 0};
    case Profile::kSeqCstHeavy:
      return {70, 25, 10, 5, 0, 0, 0};
    case Profile::kRmwHeavy:
      return {15, 10, 65, 5, 0, 0, 0};
    case Profile::kLocks:
      return {15, 5, 10, 5, 0, 60, 40};
    case Profile::kAwaits:
      return {15, 10, 15, 10, 20, 5, 0};
    case Profile::kPlain:
      return {15, 10, 10, 15, 5, 10, 60};
    case Profile::kRwLocks:
      return {15, 5, 10, 5, 3, 60, 40, 60, 10};
    case Profile::kTryLocks:
      return {15, 5, 10, 5, 0, 65, 40, 30, 60};
    case Profile::kRcu:
      return {15, 5, 10, 10, 5, 8, 45, 30, 20, 45, 25};
    case Profile::kChoose:
      return {15, 10, 15, 5, 5, 20, 20, 30, 30, 0, 0, 40};
    case Profile::kManyLocks:
      return {5, 0, 10, 0, 0, 95, 0, 40, 30};
    case Profile::kLooks:
      return {15, 5, 10, 10, 0, 50, 40, 15, 15, 0, 0, 0, 30};
    case Profile::kMixes:
      return {20, 10, 10, 15, 0, 15, 90, 0, 0, 0, 0, 0, 0, 40};
  }
  return {};
}

// Who may access a location, and how.
struct Policy {
  enum class Kind { kAtomic, kOwned, kGuarded, kHandedOver, kTakenBack, kFree };
  Kind kind = Kind::kAtomic;
  int owner = 0;  // kOwned: the thread; kGuarded: the mutex.
};

enum class Hold { kNone, kShared, kExclusive };

class Generator {
 public:
  Generator(std::uint64_t seed, Profile profile, int operations_max)
      : random_(seed * 8 + static_cast<std::uint64_t>(profile)),
        profile_(profile),
        weights_(WeightsOf(profile)),
        operations_max_(operations_max) {}

  Program Run() {
    const int threads = profile_ == Profile::kManyLocks ? 4 : random_.Between(2, 3);
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
    if (kind >= 7 && kind < 9 && weights_.grace_period > 0) return {Policy::Kind::kTakenBack, 0};
    return {kind < 7 ? Policy::Kind::kHandedOver : Policy::Kind::kFree, 0};
  }

  // What is never made draws nothing.
  bool Sometimes(int percent) { return percent > 0 && random_.Percent(percent); }

  Thread RandomThread() {
    code_.clear();
    registers_ = 0;
    // Four threads are enough to be many; then each takes one lock, or two.
    budget_ = profile_ == Profile::kManyLocks ? 2 : random_.Between(1, operations_max_);
    held_.fill(Hold::kNone);
    while (budget_ > 0) Block();
    return code_;
  }

  void Block() {
    if (random_.Percent(weights_.fence)) code_.push_back(Fence(FenceOrder()));
    if (Sometimes(weights_.choice)) return Choice();
    if (budget_ >= 2 && Sometimes(weights_.read_section)) return ReadSection();
    if (Sometimes(weights_.grace_period)) return GracePeriod();
    if (budget_ >= 2 && random_.Percent(weights_.critical_section)) return CriticalSection();
    if (budget_ >= 2 && random_.Percent(weights_.conditional)) return Conditional();
    if (random_.Percent(weights_.await)) return Await();
    Access();
  }

  // One access to any location in the way its policy wants, if this thread may.
  void Access() {
    if (Sometimes(weights_.look)) return Look();
    const int location = random_.Between(0, locations_ - 1);
    const Policy& policy = policies_[location];
    switch (policy.kind) {
      case Policy::Kind::kAtomic:
        return Atomic(location);
      case Policy::Kind::kFree:
        return Plain(location);
      case Policy::Kind::kOwned:
        return policy.owner == thread_ ? Plain(location) : Atomic(0);
      case Policy::Kind::kGuarded:
        return Guarded(location, held_[policy.owner]);
      case Policy::Kind::kHandedOver:
        return budget_ >= 2 ? HandOver(location) : Atomic(0);
      case Policy::Kind::kTakenBack:
        return budget_ >= 2 ? TakeBack(location) : Atomic(0);
    }
  }

  void Look() {
    --budget_;
    code_.push_back(IsLocked(random_.Between(0, kMaxMutexes - 1), registers_++));
  }

  void Guarded(int location, Hold hold) {
    if (hold == Hold::kNone) return Atomic(0);
    if (hold == Hold::kExclusive) return Plain(location);
    --budget_;
    code_.push_back(PlainLoad(location, registers_++));
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
      case 0:
        return FetchAdd(location, reg, random_.Between(1, 2), order);
      case 1:
        return Exchange(location, reg, operand, order);
      default:
        break;
    }
    const int expected = random_.Between(0, 2);
    return CompareExchange(location, reg, expected, operand, order, LoadOrder());
  }

  void Plain(int location) {
    if (Sometimes(weights_.mix)) return Atomic(location);
    --budget_;
    if (random_.Percent(50)) return code_.push_back(PlainLoad(location, registers_++));
    code_.push_back(PlainStore(location, StoredValue()));
  }

  // What is handed over may be read or written atomically all the same.
  Operation ReadOf(int location) {
    if (Sometimes(weights_.mix)) return Load(location, registers_++, LoadOrder());
    return PlainLoad(location, registers_++);
  }
  Operation WriteOf(int location, int value) {
    if (Sometimes(weights_.mix)) return Store(location, value, StoreOrder());
    return PlainStore(location, value);
  }

  // Thread 0 fills the location and raises the flag; the others look at it if the flag is up. The
  // orders are mostly, not always, strong enough.
  void HandOver(int location) {
    budget_ -= 2;
    const bool weak = random_.Percent(40);
    if (thread_ == 0) {
      code_.push_back(WriteOf(location, random_.Between(1, 2)));
      code_.push_back(Store(0, 1, weak ? StoreOrder() : Order::kRelease));
      return;
    }
    const int flag = registers_++;
    code_.push_back(Load(0, flag, weak ? LoadOrder() : Order::kAcquire));
    code_.push_back(SkipIfEqual(flag, 0, 1));
    code_.push_back(ReadOf(location));
  }

  // Thread 0 hides the location and, after a grace period, fills it; the others look at it in a
  // section while it is not hidden.
  void TakeBack(int location) {
    if (in_section_) return Atomic(0);
    budget_ -= 2;
    if (thread_ == 0) {
      code_.push_back(Store(0, 1, Order::kRelaxed));
      code_.push_back(Synchronize());
      return code_.push_back(WriteOf(location, random_.Between(1, 2)));
    }
    const int hidden = registers_++;
    code_.push_back(RcuLock());
    code_.push_back(Load(0, hidden, Order::kRelaxed));
    code_.push_back(SkipIfEqual(hidden, 1, 1));
    code_.push_back(ReadOf(location));
    code_.push_back(RcuUnlock());
  }

  // A choice, and sometimes something that depends on it.
  void Choice() {
    --budget_;
    const int reg = registers_++;
    code_.push_back(Choose(reg, random_.Between(2, 3)));
    if (budget_ == 0 || random_.Percent(50)) return;
    code_.push_back(SkipIfEqual(reg, random_.Between(0, 1), 0));
    EndSkipAfter([this] { Atomic(AtomicLocation()); });
  }

  // Makes a block and has the test before it skip all of it.
  template <typename Make>
  void EndSkipAfter(Make make) {
    const std::size_t test = code_.size() - 1;
    make();
    code_[test].skip = static_cast<int>(code_.size() - test - 1);
  }

  void GracePeriod() {
    --budget_;
    code_.push_back(Synchronize());
  }

  // Spends some of the budget, and sometimes it in a critical section.
  void ReadSection() {
    --budget_;
    const int inside = random_.Between(1, budget_);
    const int rest = budget_ - inside;
    budget_ = inside;
    in_section_ = true;
    code_.push_back(RcuLock());
    if (random_.Percent(weights_.critical_section)) Locked(0, false);
    while (budget_ > 0) Access();
    code_.push_back(RcuUnlock());
    in_section_ = false;
    budget_ = rest;
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
    const bool shared = Sometimes(weights_.shared);
    const auto take_and_give_back = [=, this] {
      const Hold before = held_[mutex];
      if (before != Hold::kExclusive) held_[mutex] = shared ? Hold::kShared : Hold::kExclusive;
      // Once more what is held shared is fine; exclusively it waits for itself.
      const bool again = nested && shared && random_.Percent(15);
      if (nested) Locked(again ? mutex : (mutex + 1) % kMaxMutexes, false);
      while (budget_ > 0) InsideAccess(mutex);
      code_.push_back(shared ? UnlockShared(mutex) : Unlock(mutex));
      held_[mutex] = before;
    };
    if (!Sometimes(weights_.tried)) {
      code_.push_back(shared ? LockShared(mutex) : Lock(mutex));
      return take_and_give_back();
    }
    const int taken = registers_++;
    code_.push_back(shared ? TryLockShared(mutex, taken) : TryLock(mutex, taken));
    code_.push_back(SkipIfEqual(taken, 0, 0));
    EndSkipAfter(take_and_give_back);
  }

  // Prefers what the mutex guards, which is what the critical section is for.
  void InsideAccess(int mutex) {
    for (int location = 1; location < locations_; ++location) {
      const Policy& policy = policies_[location];
      const bool guarded = policy.kind == Policy::Kind::kGuarded && policy.owner == mutex;
      if (guarded && random_.Percent(70)) return Guarded(location, held_[mutex]);
    }
    if (!in_section_ && Sometimes(weights_.grace_period / 2)) return GracePeriod();
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
  std::array<Hold, kMaxMutexes> held_{};
  bool in_section_ = false;
};

}  // namespace

const char* ProfileName(Profile profile) {
  switch (profile) {
    case Profile::kMixed:
      return "mixed";
    case Profile::kAtomicsOnly:
      return "atomics only";
    case Profile::kSeqCstHeavy:
      return "seq_cst heavy";
    case Profile::kRmwHeavy:
      return "rmw heavy";
    case Profile::kLocks:
      return "locks";
    case Profile::kAwaits:
      return "awaits";
    case Profile::kPlain:
      return "plain";
    case Profile::kRwLocks:
      return "rwlocks";
    case Profile::kTryLocks:
      return "trylocks";
    case Profile::kRcu:
      return "rcu";
    case Profile::kChoose:
      return "choose";
    case Profile::kManyLocks:
      return "many locks";
    case Profile::kLooks:
      return "looks";
    case Profile::kMixes:
      return "mixes";
  }
  return "?";
}

Program RandomProgram(std::uint64_t seed, Profile profile, int operations_max) {
  return Generator(seed, profile, operations_max).Run();
}

}  // namespace models::testing
