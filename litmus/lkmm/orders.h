// The ways in which the events of one element of memory may follow each other: from where each load
// reads (rf), and the order of writes (co).
//
// Here two axioms of the model are kept, because both speak of one element at a time: what happens
// to one element looks sequential to everybody ("coherence"), and nothing comes between the read
// and the write of a read-modify-write ("atomic"). Given a total order of the writes, the first
// says that a thread never looks back in it; so orders are made from their beginning on, and
// dropped where they first go wrong.
//
// Locks are a kind of memory too: to lock is a read-modify-write that reads from an unlock, or from
// the beginning. Source: tools/memory-model/lock.cat of Linux 6.14.
#ifndef RMAPCHECK_LITMUS_LKMM_ORDERS_H_
#define RMAPCHECK_LITMUS_LKMM_ORDERS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "litmus/lkmm/skeleton.h"

namespace lkmm {

struct Order {
  std::vector<int> co;                     // All writes, the initial one first.
  std::vector<std::pair<int, int>> reads;  // From which write each load reads.
  std::int64_t final_value = 0;
};

// Throws: herd::Rejected, if a lock is also accessed as a variable, or unlocked by who has it not,
// or if there are more than `orders_max`.
std::vector<Order> OrdersOf(const Skeleton& skeleton, int element, std::size_t orders_max);

}  // namespace lkmm

#endif  // RMAPCHECK_LITMUS_LKMM_ORDERS_H_
