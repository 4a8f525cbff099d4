// Loops that only re-read: what turns `while (!x.load());` into a thread that waits.
//
// A digest of all that determines what a thread does next (its registers and its stack) is taken
// where it reads. If a thread comes to a read in the very state in which it came there before, and
// has in between done nothing but reads, or read-modify-writes that wrote what was there, it is in
// a cycle. An execution that goes round it is the same as one that does not, with fewer events:
// taking the cycle out leaves a consistent graph, since reads take part in an ordering only as what
// is ordered; who read from a write of the cycle reads the same value from what that one read; and
// the thread goes on as it did, because its state is the same. So the thread is stopped where the
// cycle closes, and every failure is still found: in an execution that does not go round.
//
// A cycle of one read is more, if the loop looks at nothing else than that read and the thread's
// own stack: in that state, reading that value is of no use, in any execution. From then on
// the read waits for another value, which is how the engine treats every wait. Knowing it from the
// beginning spares the executions that come to the cycle; so the search begins anew, early in it at
// once, else at its end.
//
// Such a cycle is then nowhere executed, so what it could do wrong must be asked otherwise:
// 1. The read itself may race, or read what is freed: each plain access and each end of storage
// asks
//    that of the reads that wait (MeetWaiters). That the location's maker happens before a read is
//    asked of every read before it reads (CheckAccess).
// 2. The cycle's accesses to its own stack may race, if another thread has a pointer there. A fact
//    keeps their bytes; once another thread touches one, the place is not learned from any more,
//    and the search begins anew.
//
// Code that is not instrumented may have effects that nobody reports. Where a cycle may close, all
// of the program's memory is digested at both ends of each stretch between two reads; memory that
// changed is an effect (RunLimits::add_memory). No other thread runs in such a stretch.
//
// What it does not do: see effects on the state of the C library itself or of the system.
#ifndef RMAPCHECK_MODELS_SCHEDULER_SPINS_H_
#define RMAPCHECK_MODELS_SCHEDULER_SPINS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/graph/event.h"
#include "models/scheduler/extent.h"

namespace models {

// A read of the calling thread, since it last had an effect.
struct SpinMark {
  ksync::Site site;
  LocationId location = 0;
  std::uint64_t state = 0;      // 0: nobody asked.
  bool watched = false;         // Whether `memory` is asked for.
  bool pure = true;             // Nothing but its own stack was read since.
  bool without_effect = false;  // Memory was the same at the next read.
  std::uint64_t value = 0;      // What was read.
  std::uint64_t memory = 0;     // Digest of the program's memory behind the read.
};

// A thread's last reads since it last had an effect; longer cycles of reads are not recognised.
class SpinMarks {
 public:
  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }
  SpinMark& back() { return marks_[size_ - 1]; }
  // From the last to the first.
  auto rbegin() { return std::make_reverse_iterator(marks_.begin() + size_); }
  auto rend() { return marks_.rend(); }
  // Forgets the oldest if there are too many.
  SpinMark& Add() {
    if (size_ == kMarksMax) {
      std::move(marks_.begin() + 1, marks_.end(), marks_.begin());
      --size_;
    }
    return marks_[size_++] = SpinMark();
  }

 private:
  static constexpr std::size_t kMarksMax = 16;
  std::array<SpinMark, kMarksMax> marks_;
  std::size_t size_ = 0;
};

class Spins {
 public:
  // Begins a search: what was learned counts from now on, what was revoked does not.
  void Begin() {
    if (revoked_) {
      useless_.clear();
      sites_.clear();
      watched_.clear();
      learned_.clear();
      revoked_ = false;
    }
    for (const Fact& fact : learned_) Values(fact.state).push_back(fact.value);
    learned_.clear();
  }
  bool Learned() const { return !learned_.empty(); }
  // Returns: whether something that the search rests on is wrong, so that it must begin anew.
  bool Revoked() const { return revoked_; }

  // Notes that in `state`, which a thread has before it reads at `site`, reading `value` is of no
  // use, as long as no other thread touches the bytes of its stack that the cycle uses.
  void Learn(ksync::Site site, std::uint64_t state, std::uint64_t value,
             const std::vector<Extent>& own) {
    if (Contains(forbidden_, site)) return;
    if (!Knows(site)) sites_.push_back(site);
    for (const Extent& bytes : own) watched_.push_back({bytes, site});
    learned_.push_back({state, value});
  }
  // Returns: whether there are bytes of stacks that other threads had better not touch.
  bool WatchesStacks() const { return !watched_.empty(); }
  // Bytes that are not of its own stack are touched by a thread.
  void NoteForeign(const Extent& touched) {
    for (const Watched& watched : watched_) {
      if (!touched.Overlaps(watched.bytes) || Contains(forbidden_, watched.site)) continue;
      forbidden_.push_back(watched.site);
      revoked_ = true;
    }
  }
  // Returns: whether something was learned of any reads.
  bool KnowsAny() const { return !sites_.empty(); }
  // Returns: whether something was learned of reads there.
  bool Knows(ksync::Site site) const { return Contains(sites_, site); }
  // Returns: the values of no use in a state, or null if there are none. They stay where they are.
  const std::vector<std::uint64_t>* UselessIn(std::uint64_t state) const {
    const auto known = useless_.find(state);
    return known == useless_.end() ? nullptr : known->second.get();
  }

 private:
  struct Fact {
    std::uint64_t state;
    std::uint64_t value;
  };
  struct Watched {
    Extent bytes;
    ksync::Site site;
  };

  static bool Contains(const std::vector<ksync::Site>& sites, ksync::Site wanted) {
    return std::find(sites.begin(), sites.end(), wanted) != sites.end();
  }
  std::vector<std::uint64_t>& Values(std::uint64_t state) {
    std::unique_ptr<std::vector<std::uint64_t>>& values = useless_[state];
    if (values == nullptr) values = std::make_unique<std::vector<std::uint64_t>>();
    return *values;
  }

  std::vector<ksync::Site> sites_;      // Few: the loops of the program.
  std::vector<ksync::Site> forbidden_;  // Where a fact was revoked.
  std::vector<Watched> watched_;
  bool revoked_ = false;
  std::unordered_map<std::uint64_t, std::unique_ptr<std::vector<std::uint64_t>>> useless_;
  std::vector<Fact> learned_;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_SPINS_H_
