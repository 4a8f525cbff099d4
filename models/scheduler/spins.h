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
// What it does not do: see effects other than steps, allocations, and accesses to memory that are
// reported; a loop that has another, in a library's memory, is taken for one without.
#ifndef RMAPCHECK_MODELS_SCHEDULER_SPINS_H_
#define RMAPCHECK_MODELS_SCHEDULER_SPINS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/graph/event.h"

namespace models {

// A read of the calling thread, since it last had an effect.
struct SpinMark {
  ksync::Site site;
  LocationId location = 0;
  std::uint64_t state = 0;  // 0: nobody asked.
  std::uint64_t value = 0;  // What was read.
  bool pure = true;         // Nothing but its own stack was read since.
};

class Spins {
 public:
  // Begins a search: what was learned counts from now on.
  void Begin() {
    for (const Fact& fact : learned_) Values(fact.state).push_back(fact.value);
    learned_.clear();
  }
  bool Learned() const { return !learned_.empty(); }

  // Notes that in `state`, which a thread has before it reads at `site`, reading `value` is of no
  // use.
  void Learn(ksync::Site site, std::uint64_t state, std::uint64_t value) {
    if (!Knows(site)) sites_.push_back(site);
    learned_.push_back({state, value});
  }
  // Returns: whether something was learned of reads there.
  bool Knows(ksync::Site site) const {
    for (ksync::Site known : sites_) {
      if (known == site) return true;
    }
    return false;
  }
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

  std::vector<std::uint64_t>& Values(std::uint64_t state) {
    std::unique_ptr<std::vector<std::uint64_t>>& values = useless_[state];
    if (values == nullptr) values = std::make_unique<std::vector<std::uint64_t>>();
    return *values;
  }

  std::vector<ksync::Site> sites_;  // Few: the loops of the program.
  std::unordered_map<std::uint64_t, std::unique_ptr<std::vector<std::uint64_t>>> useless_;
  std::vector<Fact> learned_;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_SPINS_H_
