// Chase and Lev's deque with one mistake: Take has no fence.
//
// Between the write of `bottom_` and the read of `top_` stands nothing that keeps them in this
// order for others. So the owner may read a `top_` from before two steals, while the thief does not
// see that the bottom element is reserved: it is taken, without a fight, and stolen. chase_lev.cc
// is right, and says why each order is as it is.
#include <atomic>
#include <cassert>
#include <thread>

class Deque {
 public:
  static constexpr int kNothing = 0;

  // Called by the owner, with anything but kNothing. Returns: whether there was room.
  bool Push(int element) {
    const long bottom = bottom_.load(std::memory_order_relaxed);
    const long top = top_.load(std::memory_order_acquire);
    if (bottom - top == kCapacity) return false;
    At(bottom).store(element, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    bottom_.store(bottom + 1, std::memory_order_relaxed);
    return true;
  }

  // Called by the owner. Returns: the youngest element, or kNothing.
  int Take() {
    const long bottom = bottom_.load(std::memory_order_relaxed) - 1;
    bottom_.store(bottom, std::memory_order_relaxed);
    long top = top_.load(std::memory_order_relaxed);
    int element = kNothing;
    if (top <= bottom) {
      element = At(bottom).load(std::memory_order_relaxed);
      if (top < bottom) return element;
      if (!Advance(top)) element = kNothing;
    }
    bottom_.store(bottom + 1, std::memory_order_relaxed);
    return element;
  }

  // Called by anybody. Returns: the oldest element, or kNothing, also if somebody else was faster.
  int Steal() {
    long top = top_.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const long bottom = bottom_.load(std::memory_order_acquire);
    if (top >= bottom) return kNothing;
    const int element = At(top).load(std::memory_order_relaxed);
    return Advance(top) ? element : kNothing;
  }

 private:
  static constexpr long kCapacity = 4;

  std::atomic<int>& At(long position) { return elements_[position % kCapacity]; }

  bool Advance(long& top) {
    return top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                        std::memory_order_relaxed);
  }

  std::atomic<long> top_{0};
  std::atomic<long> bottom_{0};
  std::atomic<int> elements_[kCapacity] = {};
};

// What one thread got, and how often.
struct Tally {
  void Count(int element) { ++times[element]; }
  int times[4] = {};
};

Deque deque;
Tally owner, thief;

void StealTwice() {
  thief.Count(deque.Steal());
  thief.Count(deque.Steal());
}

int main() {
  std::thread stealing(StealTwice);
  deque.Push(1);
  deque.Push(2);
  owner.Count(deque.Take());
  owner.Count(deque.Take());
  stealing.join();
  for (int i : {1, 2}) assert(owner.times[i] + thief.times[i] == 1 && "each is taken once");
}
