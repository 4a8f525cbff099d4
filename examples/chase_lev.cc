// Chase and Lev's deque: one owner pushes and takes at the bottom, thieves steal at the top.
// (Dynamic Circular Work-Stealing Deque, SPAA 2005; with the fences of Lê, Pop, Cohen and Zappa
// Nardelli, Correct and Efficient Work-Stealing for Weak Memory Models, PPoPP 2013.)
//
// The claim: every element is taken or stolen once.
//
// The idea: the owner reserves the bottom element by moving `bottom_` down, without asking anybody.
// Only if that was the last one it must fight for it, with a compare-exchange on `top_`.
//
// Every memory order has its because:
//   Take, fence: seq_cst, between the write of `bottom_` and the read of `top_`. A thief does it
//     the other way round: it reads `top_`, has its fence, reads `bottom_`. This is store
//     buffering. Without both fences each may miss what the other did, and the owner takes without
//     a fight what a thief is stealing.
//   Steal, fence: seq_cst, the other one.
//   Push, fence: release, with Steal's acquire of `bottom_`: who sees the new bottom sees the
//     element.
//   Steal, `top_`: relaxed; the fence behind it acquires as well. (The paper has acquire.)
//   Push, `top_`: acquire, with compare-exchanges of `top_` that release: a slot is not
//     overwritten before the thief has read it. RC11 has no execution that shows it, for no read
//     of RC11's sees a write that comes after it; processors do have such.
//   compare-exchange of `top_`: seq_cst as in the paper; it need only release, for the reason
//     above. When it fails nothing is used: relaxed.
//   all else: relaxed. `bottom_` has one writer, who reads what it wrote itself; the elements are
//     ordered by the fences.
//
// The paper's buffer grows. Here it does not: a full deque refuses.
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
    std::atomic_thread_fence(std::memory_order_seq_cst);
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
