// The table of cells, and the race rule for bytes. See shadow.h for why covered accesses can go.
// The table is emptied by counting up an epoch, because it is emptied once an execution.
#include "models/scheduler/shadow.h"

namespace models {
namespace {

constexpr int kFirstBits = 10;

}  // namespace

const Touch* Cell::Conflict(std::uint8_t bytes, bool writes, int thread, const View& view) const {
  for (const Touch& earlier : touches) {
    if ((earlier.bytes & bytes) == 0 || !(writes || earlier.writes)) continue;
    if (!earlier.Before(thread, view)) return &earlier;
  }
  return nullptr;
}

const Touch* Cell::Note(const Touch& touch, const View& view) {
  bool known = false;
  for (std::size_t i = 0; i < touches.size();) {
    Touch& earlier = touches[i];
    const std::uint8_t common = earlier.bytes & touch.bytes;
    if (common == 0) {
      ++i;
      continue;
    }
    const bool before = earlier.Before(touch.thread, view);
    if (!before && (touch.writes || earlier.writes)) return &earlier;
    const bool same_kind = earlier.writes == touch.writes;
    if (earlier.thread == touch.thread && same_kind && earlier.bytes == touch.bytes) {
      earlier.count = touch.count;
      earlier.site = touch.site;
      known = true;
      ++i;
      continue;
    }
    // A read covers reads only: whoever races with the write need not race with the read.
    if (before && (touch.writes || !earlier.writes)) earlier.bytes &= ~touch.bytes;
    if (earlier.bytes != 0) {
      ++i;
      continue;
    }
    earlier = touches.back();
    touches.pop_back();
  }
  if (!known) touches.push_back(touch);
  return nullptr;
}

Shadow::Shadow() : slots_(std::size_t{1} << kFirstBits), shift_(64 - kFirstBits) {}

void Shadow::Reset() {
  used_ = 0;
  if (++epoch_ != 0) return;
  slots_.assign(slots_.size(), Slot());
  epoch_ = 1;
}

Cell& Shadow::Make(std::uintptr_t key) {
  if (2 * (used_ + 1) > slots_.size()) Grow();
  if (used_ == cells_.size()) cells_.emplace_back();
  slots_[SlotOf(key)] = {key, epoch_, static_cast<std::uint32_t>(used_)};
  Cell& cell = cells_[used_++];
  std::vector<Touch> touches = std::move(cell.touches);
  touches.clear();
  cell = Cell();
  cell.touches = std::move(touches);
  cell.key = key;
  return cell;
}

void Shadow::Grow() {
  const std::vector<Slot> old = std::move(slots_);
  slots_ = std::vector<Slot>(old.size() * 2);
  --shift_;
  for (const Slot& slot : old) {
    if (slot.epoch == epoch_) slots_[SlotOf(slot.key)] = slot;
  }
}

}  // namespace models
