// What a run knows of the bytes of a program's memory: who touched them plainly, which locations
// they are, and whether they are the program's at all.
//
// Memory is watched in cells of eight bytes, made when they are first touched. A cell keeps, with a
// mask of its bytes, the accesses that may still race with later ones: an access that another one
// covers and that happens before it can go, because whoever races with it races with the other too.
//
// What it does not do: decide what happens before what (it is handed a view), or hold any value.
// Source: Flanagan and Freund, FastTrack, PLDI 2009; the cell is ThreadSanitizer's shadow word.
#ifndef RMAPCHECK_MODELS_SCHEDULER_SHADOW_H_
#define RMAPCHECK_MODELS_SCHEDULER_SHADOW_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/sync/hooks.h"
#include "models/graph/view.h"

namespace models {

// A plain access to some bytes of a cell, after `count` events of its thread.
struct Touch {
  ksync::Site site;
  std::uint16_t thread = 0;
  std::uint16_t count = 0;
  std::uint8_t bytes = 0;  // Bit i: byte i of the cell.
  bool writes = false;

  // Returns: whether it happens before a step of `other`, whose past is `view`.
  bool Before(int other, const View& view) const { return thread == other || view[thread] > count; }
};

struct Cell {
  std::uintptr_t key = 0;      // The address of its first byte, by 8.
  std::uint8_t valid = 0xff;   // Which bytes the program may touch.
  std::uint8_t located = 0;    // Which bytes belong to a location that atomics access.
  std::uint8_t width[8] = {};  // Of the location that begins at a byte; 0: none does.
  ksync::LocationId at[8] = {};
  std::uint16_t lives[8] = {};  // How many locations have begun at a byte.
  std::vector<Touch> touches;

  // Returns: whether nobody else has been here, as is most often the case; then notes the access.
  bool NoteAlone(const Touch& touch) {
    if (touches.empty()) {
      touches.push_back(touch);
      return true;
    }
    Touch& only = touches[0];
    if (touches.size() != 1 || only.thread != touch.thread || only.bytes != touch.bytes ||
        only.writes != touch.writes) {
      return false;
    }
    only = touch;
    return true;
  }
  // Returns: the earlier access that this one races with, or null; notes it if there is none.
  const Touch* Note(const Touch& touch, const View& view);
  // Returns: the earlier access that an access of `thread` to these bytes would race with, or null.
  const Touch* Conflict(std::uint8_t bytes, bool writes, int thread, const View& view) const;
};

class Shadow {
 public:
  static constexpr std::size_t kCellBytes = 8;

  Shadow();

  bool empty() const { return used_ == 0; }
  // Forgets everything. Cost: proportional to what was touched.
  void Reset();
  // Returns: the cell, or null if it was never touched. Both hold until the next Make.
  Cell* Find(std::uintptr_t key) {
    const Slot& slot = slots_[SlotOf(key)];
    return slot.epoch == epoch_ ? &cells_[slot.cell] : nullptr;
  }
  // Cells by number, in the order in which they were made.
  Cell& cell(std::uint32_t number) { return cells_[number]; }
  std::uint32_t NumberOf(const Cell& cell) const {
    return static_cast<std::uint32_t>(&cell - cells_.data());
  }
  Cell* FindAt(const void* address) {
    return Find(reinterpret_cast<std::uintptr_t>(address) / kCellBytes);
  }
  // Returns: the mask of `count` bytes of a cell, from `first` on.
  static std::uint8_t Mask(std::size_t first, std::size_t count) {
    return static_cast<std::uint8_t>(((1u << count) - 1) << first);
  }
  // Returns: the mask of what lies at an address. Requires: it is inside of one cell.
  static std::uint8_t MaskAt(const void* address, std::size_t bytes) {
    return Mask(reinterpret_cast<std::uintptr_t>(address) % kCellBytes, bytes);
  }
  // Requires: Find returns null.
  Cell& Make(std::uintptr_t key);

 private:
  struct Slot {
    std::uintptr_t key = 0;
    std::uint32_t epoch = 0;
    std::uint32_t cell = 0;
  };

  // Returns: the slot of the key, or the free one where it would be.
  std::size_t SlotOf(std::uintptr_t key) const {
    std::size_t i = (key * 0x9e3779b97f4a7c15u) >> shift_;
    while (slots_[i].epoch == epoch_ && slots_[i].key != key) i = (i + 1) & (slots_.size() - 1);
    return i;
  }
  void Grow();

  std::vector<Slot> slots_;  // A power of two of them.
  int shift_;                // Hashes have 64 - shift_ bits.
  std::vector<Cell> cells_;  // The first used_ are in use; the rest keep their memory.
  std::size_t used_ = 0;
  std::uint32_t epoch_ = 1;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_SHADOW_H_
