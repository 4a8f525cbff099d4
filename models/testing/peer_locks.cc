// The peer programs that are about locks. Each builds a lock out of atomics (LockedIncrement takes
// one of ksync's, to compare with) and lets threads write and read back a plain field under it: a
// lock that orders too little is a race, one that excludes too little a failed check.
#include <vector>

#include "core/sync/sync.h"
#include "models/testing/peer_programs.h"
#include "models/testing/peer_threads.h"

namespace models::testing {
namespace {

using ksync::acquire;
using ksync::relaxed;
using ksync::release;
using Int = ksync::Atomic<int>;

constinit ksync::LockClass counter_lock{"counter"};

// Writes the field and reads it back. Requires: the caller excludes the others.
void WriteAndReadBack(ksync::Plain<int>& field, int value) {
  field.Write(value);
  ksync::Check(field.Read() == value, "nobody else writes inside the lock");
}

// One field, one lock, n threads; thread i writes i, or 0 if `all_write_zero`.
template <typename Lock>
void ExcludeEachOther(Lock& lock, int n, bool all_write_zero = false) {
  ksync::Plain<int> shared(0, "shared");
  PeerThreads threads;
  threads.StartEach(n, [&, all_write_zero](int i) {
    lock.Lock();
    WriteAndReadBack(shared, all_write_zero ? 0 : i);
    lock.Unlock();
  });
}

// What waiters sleep on. A wake-up is a change of the signal, so none is lost.
class Futex {
 public:
  // Returns: at once if `word` is not `value`, otherwise after a wake-up.
  void Wait(const Int& word, int value) {
    const int before = signal_.Load(acquire);
    if (word.Load(acquire) != value) return;
    signal_.WaitUntilNotEqual(before, acquire);
  }
  void Wake() { signal_.FetchAdd(1, release); }

 private:
  Int signal_{0, "signal"};
};

// Drepper's mutex: 0 free, 1 held, 2 held and perhaps waited for.
class ThreeStateLock {
 public:
  void Lock() {
    if (Change(0, 1, acquire)) return;
    while (true) {
      const bool announced = Change(1, 2, relaxed);
      futex_.Wait(state_, 2);
      if (Change(0, 2, acquire)) return;
      ksync::Assume(announced);  // Otherwise nothing was written, and the next round is this one.
    }
  }
  void Unlock() {
    if (Change(1, 0, release)) return;
    state_.Store(0, release);
    futex_.Wake();
  }

 private:
  bool Change(int from, int to, ksync::Order order) {
    const ksync::Order failure = order == release ? relaxed : order;
    return state_.CompareExchange(from, to, order, failure);
  }

  Int state_{0, "state"};
  Futex futex_;
};

class TestAndTestAndSet {
 public:
  void Lock() {
    held_.WaitUntilEqual(0, relaxed);
    ksync::Assume(held_.Exchange(1, acquire) == 0);
  }
  void Unlock() { held_.Store(0, release); }

 private:
  Int held_{0, "held"};
};

class Tickets {
 public:
  void Lock() {
    const int ticket = next_.FetchAdd(1, relaxed);
    owner_.WaitUntilEqual(ticket, acquire);
  }
  void Unlock() {
    const int owner = owner_.Load(relaxed);
    owner_.Store(owner + 1, release);
  }

 private:
  Int next_{0, "next"};
  Int owner_{0, "owner"};
};

// Dice and Kogan's ticket lock: who is not next but one or nearer waits at a place of its own.
class WaitingArray {
 public:
  // Requires: at most `tickets` acquisitions.
  explicit WaitingArray(int tickets) : places_(tickets + kNear + 1) {}

  void Lock() {
    const int ticket = ticket_.FetchAdd(1, relaxed);
    const int ahead = ticket - grant_.Load(acquire);
    if (ahead == 0) return;
    if (ahead > kNear) WaitFarAway(ticket);
    grant_.WaitUntilEqual(ticket, acquire);
  }
  void Unlock() {
    const int granted = grant_.Load(relaxed) + 1;
    grant_.Store(granted, release);
    places_[granted + kNear].FetchAdd(1, release);
  }

 private:
  static constexpr int kNear = 1;

  void WaitFarAway(int ticket) {
    const Int& place = places_[ticket];
    int seen = place.Load(acquire);
    while (ticket - grant_.Load(relaxed) > kNear) seen = place.WaitUntilNotEqual(seen, acquire);
  }

  Int ticket_{0, "ticket"};
  Int grant_{0, "grant"};
  std::vector<Int> places_;
};

// A mutex that spins for a while and then sleeps. Its state: bit 0 held, above it the waiters.
class FutexMutex {
 public:
  explicit FutexMutex(Futex& futex) : futex_(futex) {
    owner_.Store(kNobody, relaxed);
    depth_.Write(0);
    recursive_.Write(false);
    state_.Store(0, release);
  }
  FutexMutex(const FutexMutex&) = delete;
  FutexMutex& operator=(const FutexMutex&) = delete;

  void Lock(int me) {
    ksync::Check(!recursive_.Read(), "recursion was not asked for");
    ksync::Check(owner_.Load(relaxed) != me, "the caller does not hold the lock yet");
    while (!TryOrSleep()) {
    }
    ksync::Check(IsHeld(state_.Load(relaxed)), "the lock is held");
    ksync::Check(owner_.Load(relaxed) == kNobody, "nobody else owns the lock");
    owner_.Store(me, relaxed);
    const int depth = depth_.Read();
    depth_.Write(depth + 1);
    ksync::Check(depth_.Read() == 1, "the lock is held once");
  }

  void Unlock(int me) {
    ksync::Check(owner_.Load(relaxed) == me, "the caller holds the lock");
    const int depth = depth_.Read();
    depth_.Write(depth - 1);
    ksync::Check(!recursive_.Read(), "recursion was not asked for");
    ksync::Check(depth_.Read() == 0, "the lock was held once");
    int seen = state_.Load(relaxed);
    while (true) {
      ksync::Check(IsHeld(seen), "the lock is held");
      const int waiters = seen & ~kHeld;
      owner_.Store(kNobody, relaxed);
      if (!state_.CompareExchange(seen, waiters, release, relaxed)) continue;
      if (waiters != 0) futex_.Wake();
      return;
    }
  }

  void CheckFree() {
    ksync::Check(state_.Load(relaxed) == 0, "nobody holds the lock or waits");
    ksync::Check(owner_.Load(relaxed) == kNobody, "nobody owns the lock");
  }

 private:
  static constexpr int kHeld = 1;
  static constexpr int kWaiter = 2;
  static constexpr int kNobody = 0;
  static constexpr int kSpins = 50;

  static bool IsHeld(int state) { return (state & kHeld) != 0; }

  // Returns: whether the lock was taken; if not, this round wrote something.
  bool TryOrSleep() {
    int seen = state_.Load(relaxed);
    if (!IsHeld(seen)) {
      ksync::Assume(state_.CompareExchange(seen, seen | kHeld, acquire, relaxed));
      return true;
    }
    for (int spin = 0; spin < kSpins; ++spin) ksync::Assume(IsHeld(state_.Load(relaxed)));
    state_.FetchAdd(kWaiter, relaxed);
    seen += kWaiter;
    while (IsHeld(seen)) {
      futex_.Wait(state_, seen);
      seen = state_.Load(relaxed);
    }
    state_.FetchSub(kWaiter, relaxed);
    return false;
  }

  Futex& futex_;
  Int state_{0, "state"};
  Int owner_{0, "owner"};
  ksync::Plain<int> depth_{"depth"};
  ksync::Plain<bool> recursive_{"recursive"};
};

}  // namespace

void LockedIncrement(int n) {
  ksync::Mutex mutex(counter_lock);
  Int x(0, "x");
  PeerThreads threads;
  threads.StartEach(n, [&](int) {
    mutex.Lock();
    const int before = x.Load(relaxed);
    x.Store(before + 1, relaxed);
    mutex.Unlock();
  });
}

void ThreeStateMutex(int n) {
  ThreeStateLock lock;
  ExcludeEachOther(lock, n);
}

void TestAndTestAndSetLock(int n) {
  TestAndTestAndSet lock;
  ExcludeEachOther(lock, n);
}

void TicketLock(int n) {
  Tickets lock;
  ExcludeEachOther(lock, n, /*all_write_zero=*/true);
}

void WaitingArrayLock(int n) {
  WaitingArray lock(n);
  ExcludeEachOther(lock, n);
}

void FutexMutexes(int) {
  enum Name { kFirst = 1, kBoth, kSecond };  // In the order of creation.
  Futex futex;
  ksync::Atomic<bool> deadlock(false, "deadlock");
  FutexMutex x(futex);
  FutexMutex y(futex);
  ksync::Plain<int> shared(0, "shared");
  PeerThreads threads;
  threads.Start([&] {
    x.Lock(kFirst);
    WriteAndReadBack(shared, 1);
    x.Unlock(kFirst);
  });
  threads.Start([&] {
    x.Lock(kBoth);
    y.Lock(kBoth);
    WriteAndReadBack(shared, 0);
    y.Unlock(kBoth);
    x.Unlock(kBoth);
  });
  threads.Join(0);
  threads.Start([&] {
    y.Lock(kSecond);
    WriteAndReadBack(shared, 2);
    y.Unlock(kSecond);
  });
  threads.JoinAll();
  for (FutexMutex* mutex : {&x, &y}) {
    ksync::Check(!deadlock.Load(ksync::seq_cst), "nobody found a deadlock");
    mutex->CheckFree();
  }
}

}  // namespace models::testing
