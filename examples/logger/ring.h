// A bounded queue for many writers and one reader, after D. Vyukov's: each cell has a ticket that
// says whose turn it is. No thread waits for another: a full queue refuses, and an empty one has
// nothing.
//
// A cell whose ticket is n is free for the n-th item; with ticket n + 1 it holds that item; when
// that is taken, the ticket is n + kCells: free for the item that comes one round later.
//
// Memory orders: the ticket is what hands a cell over, so it is written with release and read with
// acquire, in both directions. `next_` only shares out numbers: relaxed.
#ifndef LOGGER_RING_H_
#define LOGGER_RING_H_

#include <atomic>
#include <cstddef>

// For the example alone: with this macro the queue has the mistake that is to be found.
#ifdef PLANT_RELAXED_TICKET
inline constexpr std::memory_order kHandOver = std::memory_order_relaxed;
#else
inline constexpr std::memory_order kHandOver = std::memory_order_release;
#endif

template <typename Item, std::size_t kCells>
class Ring {
 public:
  Ring() {
    for (std::size_t i = 0; i < kCells; ++i) cells_[i].ticket.store(i, std::memory_order_relaxed);
  }

  // Called by any thread. Returns: whether there was room.
  bool TryPut(const Item& item) {
    std::size_t number = next_.load(std::memory_order_relaxed);
    while (true) {
      Cell& cell = cells_[number % kCells];
      const std::size_t ticket = cell.ticket.load(std::memory_order_acquire);
      if (ticket < number) return false;  // Still holds the item of the last round.
      if (ticket > number) {              // Somebody else has taken this number.
        number = next_.load(std::memory_order_relaxed);
        continue;
      }
      if (next_.compare_exchange_weak(number, number + 1, std::memory_order_relaxed)) {
        cell.item = item;
        cell.ticket.store(number + 1, kHandOver);
        return true;
      }
    }
  }

  // Called by one thread. Returns: whether there was an item.
  bool TryTake(Item& item) {
    Cell& cell = cells_[first_ % kCells];
    if (cell.ticket.load(std::memory_order_acquire) != first_ + 1) return false;
    item = cell.item;
    cell.ticket.store(first_ + kCells, std::memory_order_release);
    ++first_;
    return true;
  }

 private:
  struct Cell {
    std::atomic<std::size_t> ticket;
    Item item;
  };

  Cell cells_[kCells];
  std::atomic<std::size_t> next_{0};  // The number of the next item that is put in.
  std::size_t first_ = 0;             // The number of the next item that is taken.
};

#endif  // LOGGER_RING_H_
