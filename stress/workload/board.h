// What the process that runs rounds and the one that watches it have in common: a piece of shared
// memory that outlives whoever dies.
//
// The watcher writes the job; the runner writes, as it goes, which round it is at, what each thread
// did last, how often each verb ran, which two verbs overlapped, and in which order locks were
// taken. When the runner crashes, is stopped by a sanitizer or hangs, all of that is still there.
//
// Invariants:
//   1. A board is plain memory: no pointer in it, nothing to construct but zeros. Both processes
//      are the same program, so both have the same layout.
//   2. Each ring is written by one thread. The watcher reads it when that thread is dead, or will
//      never move again.
//   3. Every access of the runner's threads is relaxed, because a recorder that ordered threads
//      would hide from ThreadSanitizer, and from the scheduler's chance, the very mistakes it is
//      there to describe. The price: of two verbs that begin at once both may see the other, and
//      are counted twice, or neither.
//
// What it does not do: grow. A thread's ring keeps the last kRingSize steps.
#ifndef RMAPCHECK_STRESS_WORKLOAD_BOARD_H_
#define RMAPCHECK_STRESS_WORKLOAD_BOARD_H_

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/scripts/script.h"
#include "stress/nesting.h"
#include "stress/workload/mix.h"

namespace workload {

inline constexpr std::uint32_t kThreadsMax = 32;
inline constexpr std::uint32_t kRingSize = 16;
inline constexpr std::uint32_t kNestingsMax = 512;

// Text in shared memory. Set() cuts off what does not fit.
template <std::size_t kSize>
class FixedText {
 public:
  void Set(std::string_view text) {
    const std::size_t size = std::min(text.size(), kSize - 1);
    text.copy(bytes_.data(), size);
    bytes_[size] = '\0';
  }
  std::string Get() const { return bytes_.data(); }
  static bool Fits(std::string_view text) { return text.size() < kSize; }

 private:
  std::array<char, kSize> bytes_{};
};

// What to run. Written before the runner starts.
struct Job {
  std::uint64_t seed = 0;
  std::uint64_t first_round = 0;
  std::uint64_t rounds = 0;   // At most.
  std::int64_t deadline = 0;  // In nanoseconds of the steady clock, which processes share.
  pid_t watcher = 0;          // Who started the runner; set by that.
  Mix mix;
  bool chaos = true;              // Whether schedules are perturbed.
  std::int64_t hang_ms = 10'000;  // Standing still for so long, or twice that, is a failure.
  FixedText<1024> kernel;         // In Kernel's written form.
  FixedText<(4 << 20)> script;    // If not empty, each round is this one; in written form.
};

// One verb that a thread has begun, and perhaps ended.
class Entry {
 public:
  void Write(std::uint32_t phase, const rmap::Step& step);
  rmap::Step step() const;
  std::uint32_t phase() const { return words_[8].load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint32_t>, 9> words_{};  // Order: relaxed, by invariant 3.
};

class ThreadLog {
 public:
  // What was before is of another round. Requires: nobody is between Begin and End.
  void BeginRound();
  void Begin(std::uint32_t phase, const rmap::Step& step);
  void End();

  // Returns: one more than the verb that is running; 0 if none is.
  std::uint32_t running() const { return running_.load(std::memory_order_relaxed); }
  std::uint64_t begun() const { return begun_.load(std::memory_order_relaxed); }
  // Returns: how many of them are of earlier rounds.
  std::uint64_t before_round() const { return before_round_.load(std::memory_order_relaxed); }
  // Returns: the entry of the `index`th step. Requires: it is one of the last kRingSize.
  const Entry& At(std::uint64_t index) const { return ring_[index % kRingSize]; }

 private:
  std::array<Entry, kRingSize> ring_;
  std::atomic<std::uint64_t> begun_{0};
  std::atomic<std::uint64_t> before_round_{0};
  std::atomic<std::uint32_t> running_{0};
};

// One way in which locks were nested.
class NestingNote {
 public:
  void Write(const stress::Nesting& nesting);
  stress::Nesting Read() const;

 private:
  FixedText<32> held_;
  FixedText<32> taken_;
  FixedText<2> held_mode_;
  FixedText<2> taken_mode_;
  bool tried_ = false;
  bool nested_ = false;
  FixedText<64> held_at_;
  FixedText<64> taken_at_;
};

class Board {
 public:
  Job job;

  // The runner's side.

  // Requires: no thread is between Begin and End.
  void BeginRound(std::uint64_t round);
  void EndRound();
  // Requires: thread < kThreadsMax, and no other thread uses that number.
  void Begin(std::uint32_t thread, std::uint32_t phase, const rmap::Step& step);
  void End(std::uint32_t thread);
  // The first of these is kept. Returns: whether this is it.
  bool Fail(std::string_view message, std::string_view place);
  // Adds those that are not there yet, as far as there is room. Requires: `order` has all that were
  // handed over before, and one thread at a time does this.
  void NoteNestings(const std::vector<ksync::LockNesting>& order);

  // The watcher's side.

  std::uint64_t round() const { return round_.load(std::memory_order_relaxed); }
  std::uint64_t rounds_done() const { return rounds_done_.load(std::memory_order_relaxed); }
  // Returns: how many steps have begun; a runner whose number stands still hangs.
  std::uint64_t StepsBegun() const;
  std::uint64_t Count(rmap::Verb verb) const;
  // Returns: how often one of the two began while the other was running.
  std::uint64_t Overlaps(rmap::Verb first, rmap::Verb second) const;
  // Returns: what failed; "" if nothing did.
  std::string message() const { return message_.Get(); }
  std::string place() const { return place_.Get(); }
  // Returns: the last steps in this round of each thread that had any, the latest last, as lines of
  // text. Phases are counted from 1, as in the messages of the run.
  std::vector<std::string> LastSteps() const;
  std::vector<stress::Nesting> Nestings() const;

 private:
  static std::size_t PairIndex(std::uint32_t first, std::uint32_t second);
  void CountOverlaps(std::uint32_t thread, std::uint32_t verb);

  std::atomic<std::uint64_t> round_{0};
  std::atomic<std::uint64_t> rounds_done_{0};
  std::atomic<std::uint32_t> threads_{0};  // One more than the largest number seen.
  std::atomic<std::uint32_t> failed_{0};
  FixedText<2048> message_;
  FixedText<256> place_;
  std::array<std::atomic<std::uint64_t>, rmap::kVerbCount> counts_{};
  std::array<std::atomic<std::uint64_t>, rmap::kVerbCount * rmap::kVerbCount> overlaps_{};
  std::array<ThreadLog, kThreadsMax> logs_;
  std::atomic<std::uint32_t> nestings_noted_{0};  // Those before it are whole.
  std::array<NestingNote, kNestingsMax> nestings_;
};

static_assert(std::is_trivially_destructible_v<Board>);

// Shared memory with a board in it, and the descriptor by which a child finds it.
class SharedBoard {
 public:
  // A new one, empty.
  SharedBoard();
  // The one behind a descriptor that was inherited.
  explicit SharedBoard(int descriptor);
  ~SharedBoard();
  SharedBoard(const SharedBoard&) = delete;
  SharedBoard& operator=(const SharedBoard&) = delete;

  int descriptor() const { return descriptor_; }
  Board& operator*() const { return *board_; }
  Board* operator->() const { return board_; }

 private:
  void Map();

  int descriptor_;
  Board* board_ = nullptr;
};

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_BOARD_H_
