// First writes are put in a row, each read-modify-write behind the write it reads from; then the
// remaining loads look for a place in the row.
#include "litmus/lkmm/orders.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "litmus/herd/names.h"

namespace lkmm {
namespace {

class Finder {
 public:
  Finder(const Skeleton& skeleton, int element, std::size_t orders_max)
      : events_(skeleton.events), po_(skeleton.po), orders_max_(orders_max) {
    for (int i = 0; i < static_cast<int>(events_.size()); ++i) {
      if (events_[i].element == element) Note(i);
    }
    position_.resize(events_.size());
    source_.resize(events_.size(), -1);
    RejectMixedUse();
  }

  std::vector<Order> All() {
    for (int i : writes_) {
      if (events_[i].kind == Kind::kLockWrite) unlocks_.emplace_back(i, UnlockOf(i));
    }
    for (int i : takes_) {
      if (HolderBefore(i) >= 0) return {};  // It would wait for itself.
    }
    RejectStrayUnlock();
    Place(initial_);
    PlaceWrites();
    return std::move(orders_);
  }

 private:
  void Note(int i) {
    const Event& event = events_[i];
    if (event.kind == Kind::kInitial) initial_ = i;
    if (event.kind == Kind::kWrite || event.kind == Kind::kLockWrite) writes_.push_back(i);
    if (event.kind == Kind::kLockRead) takes_.push_back(i);
    if (event.kind == Kind::kUnlock) all_unlocks_.push_back(i);
    is_lock_ |= IsOfLock(event);
    is_variable_ |= event.kind == Kind::kRead || event.kind == Kind::kWrite;
    if (!IsRead(event) || event.kind == Kind::kLockRead) return;
    const bool writes = std::any_of(events_.begin(), events_.end(),
                                    [i](const Event& other) { return other.partner == i; });
    if (!writes) loads_.push_back(i);
  }

  void RejectMixedUse() const {
    if (is_lock_ && is_variable_) {
      herd::RejectUnsupported("a lock that is also accessed as a variable");
    }
  }

  void RejectStrayUnlock() const {
    for (int unlock : all_unlocks_) {
      const bool found = std::any_of(unlocks_.begin(), unlocks_.end(),
                                     [unlock](const auto& pair) { return pair.second == unlock; });
      if (!found) herd::RejectUnsupported("a lock is unlocked by who does not hold it");
    }
  }

  // Returns: the lock write of its thread whose critical section it is in; -1 if it is in none.
  int HolderBefore(int event) const {
    int holder = -1;
    for (int i = 0; i < event; ++i) {
      if (events_[i].element != events_[event].element || !po_.Has(i, event)) continue;
      if (events_[i].kind == Kind::kLockWrite) holder = i;
      if (events_[i].kind == Kind::kUnlock) holder = -1;
    }
    return holder;
  }

  // Returns: the unlock that ends the critical section; -1 if there is none.
  int UnlockOf(int lock_write) const {
    for (int unlock : all_unlocks_) {
      if (po_.Has(lock_write, unlock) && HolderBefore(unlock) == lock_write) return unlock;
    }
    return -1;
  }

  // Writes ----------------------------------------------------------------------------------------

  void Place(int event) {
    position_[event] = static_cast<int>(row_.size());
    row_.push_back(event);
    placed_ |= Only(event);
  }

  void TakeBack() {
    placed_ &= ~Only(row_.back());
    row_.pop_back();
  }

  void PlaceWrites() {
    bool is_last = true;
    for (int i : writes_) {
      if (Contains(placed_, i)) continue;
      is_last = false;
      if (!MayFollow(i)) continue;
      const int partner = events_[i].partner;
      if (partner >= 0) source_[partner] = row_.back();
      const std::size_t before = row_.size();
      Place(i);
      const int unlock = events_[i].kind == Kind::kLockWrite ? Unlock(i) : -1;
      if (unlock >= 0) Place(unlock);
      PlaceWrites();
      while (row_.size() > before) TakeBack();
    }
    if (is_last) PlaceLoads(0);
  }

  int Unlock(int lock_write) const {
    for (const auto& [lock, unlock] : unlocks_) {
      if (lock == lock_write) return unlock;
    }
    return -1;
  }

  bool MayFollow(int write) const {
    for (int other : writes_) {
      if (po_.Has(other, write) && !Contains(placed_, other)) return false;
    }
    const Event& last = events_[row_.back()];
    const Event& event = events_[write];
    if (event.kind == Kind::kLockWrite) return last.kind != Kind::kLockWrite;
    return event.partner < 0 || last.value == events_[event.partner].value;
  }

  // Loads -----------------------------------------------------------------------------------------

  void PlaceLoads(std::size_t next) {
    if (next == loads_.size()) return Record();
    const int load = loads_[next];
    for (int source : row_) {
      if (!MayRead(load, source) || LooksBack(load, source, next)) continue;
      source_[load] = source;
      PlaceLoads(next + 1);
    }
  }

  // What coherence forbids need not be said here: who holds a lock finds it held by itself.
  bool MayRead(int load, int source) const {
    switch (events_[load].kind) {
      case Kind::kRead:
        return events_[source].value == events_[load].value;
      case Kind::kLockFail:
      case Kind::kReadLocked:
        return events_[source].kind == Kind::kLockWrite;
      default:
        return events_[source].kind != Kind::kLockWrite;
    }
  }

  // Returns: whether its thread had seen, or wrote, something newer before it, or wrote something
  // older behind it. (What a read-modify-write has seen is just before what it wrote.)
  // `next`: how many loads have a source; those of its thread among them are before it.
  bool LooksBack(int load, int source, std::size_t next) const {
    const int at = position_[source];
    for (int write : row_) {
      if (po_.Has(write, load) && position_[write] > at) return true;
      if (po_.Has(load, write) && position_[write] <= at) return true;
    }
    for (std::size_t i = 0; i < next; ++i) {
      if (po_.Has(loads_[i], load) && position_[source_[loads_[i]]] > at) return true;
    }
    return false;
  }

  void Record() {
    if (orders_.size() >= orders_max_) {
      herd::RejectUnsupported(absl::StrCat("more than ", orders_max_, " candidate executions"));
    }
    Order order;
    order.co = row_;
    for (int load : loads_) order.reads.emplace_back(source_[load], load);
    for (int write : writes_) {
      const int read = events_[write].partner;
      if (read >= 0) order.reads.emplace_back(source_[read], read);
    }
    const Event& last = events_[row_.back()];
    order.final_value = is_lock_ ? last.kind == Kind::kLockWrite : last.value;
    orders_.push_back(std::move(order));
  }

  const std::vector<Event>& events_;
  const Relation& po_;
  const std::size_t orders_max_;
  int initial_ = -1;
  bool is_lock_ = false;
  bool is_variable_ = false;
  std::vector<int> writes_;                   // Without unlocks, which follow their lock writes.
  std::vector<int> loads_;                    // Those that no write goes with.
  std::vector<int> takes_;                    // Lock reads.
  std::vector<int> all_unlocks_;              //
  std::vector<std::pair<int, int>> unlocks_;  // Lock write, unlock or -1.
  std::vector<int> row_;
  EventSet placed_ = 0;
  std::vector<int> position_;  // In the row.
  std::vector<int> source_;    // Of loads.
  std::vector<Order> orders_;
};

}  // namespace

std::vector<Order> OrdersOf(const Skeleton& skeleton, int element, std::size_t orders_max) {
  return Finder(skeleton, element, orders_max).All();
}

}  // namespace lkmm
