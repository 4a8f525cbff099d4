// Each operation reads a slot's use once and writes it at most once, under swap_lock. The search
// for a free slot is linear from a hint, as the kernel's, but 64 slots at a time.
// Kernel: mm/swapfile.c.
#include "core/mm/swap.h"

#include <bit>

namespace rmap::inline KSYNC_BACKEND {

SwapArea::SwapArea(std::uint32_t slot_count)
    : slot_count_(slot_count),
      slots_(std::make_unique<Slot[]>(slot_count)),
      free_(std::make_unique<FreeWord[]>(WordCount())) {
  for (std::uint32_t slot = 0; slot < slot_count; ++slot) SetFree(SwapEntry{slot}, true);
}

SwapArea::Slot& SwapArea::SlotOf(SwapEntry entry) const {
  ksync::Check(entry.slot < slot_count_, "BUG: a swap entry names no slot");
  return slots_[entry.slot];
}

void SwapArea::SetUse(SwapEntry entry, const Use& use) {
  Slot& slot = SlotOf(entry);
  const bool was_free = slot.use.Read().IsFree();
  slot.use.Write(use);
  if (use.IsFree() != was_free) SetFree(entry, use.IsFree());
}

void SwapArea::SetFree(SwapEntry entry, bool free) {
  const std::uint32_t index = entry.slot / kWordBits;
  const std::uint64_t bit = std::uint64_t{1} << entry.slot % kWordBits;
  FreeWord& word = free_[index];
  const std::uint64_t bits = word.bits.Read();
  word.bits.Write(free ? bits | bit : bits & ~bit);
  const std::uint32_t lowest = lowest_.Read();
  if (free && index < lowest) lowest_.Write(index);
}

std::optional<SwapEntry> SwapArea::FindFree() {
  for (std::uint32_t index = lowest_.Read(); index < WordCount(); ++index) {
    const std::uint64_t bits = free_[index].bits.Read();
    if (bits == 0) continue;
    lowest_.Write(index);
    return SwapEntry{index * kWordBits + static_cast<std::uint32_t>(std::countr_zero(bits))};
  }
  lowest_.Write(WordCount());
  return std::nullopt;
}

void SwapArea::Close() {
  ksync::Guard guard(swap_lock_);
  is_closed_.Write(true);
}

std::optional<SwapEntry> SwapArea::GetSwapPage() {
  ksync::Guard guard(swap_lock_);
  if (is_closed_.Read()) return std::nullopt;
  const std::optional<SwapEntry> entry = FindFree();
  if (entry.has_value()) SetUse(*entry, Use{.claimed = true});
  return entry;
}

void SwapArea::SwapDuplicate(SwapEntry entry) {
  ksync::Guard guard(swap_lock_);
  Use use = SlotOf(entry).use.Read();
  ksync::Check(!use.IsFree(), "BUG: a free swap slot is duplicated");
  ++use.map_count;
  SetUse(entry, use);
}

void SwapArea::SwapFree(SwapEntry entry) {
  ksync::Guard guard(swap_lock_);
  Use use = SlotOf(entry).use.Read();
  ksync::Check(use.map_count > 0, "BUG: a swap slot is freed that no page table names");
  --use.map_count;
  SetUse(entry, use);
}

void SwapArea::AddToSwapCache(SwapEntry entry, Page& page) {
  ksync::Guard guard(swap_lock_);
  Use use = SlotOf(entry).use.Read();
  ksync::Check(use.claimed && use.page == nullptr,
               "BUG: a page is added to a swap slot that is not reserved for it");
  use.page = &page;
  SetUse(entry, use);
}

bool SwapArea::SwapcachePrepare(SwapEntry entry, Page& page) {
  ksync::Guard guard(swap_lock_);
  Use use = SlotOf(entry).use.Read();
  if (use.map_count == 0 || use.claimed) return false;
  use.claimed = true;
  use.page = &page;
  SetUse(entry, use);
  return true;
}

void SwapArea::Uncache(SwapEntry entry, const Page& page) {
  const Use use = SlotOf(entry).use.Read();
  ksync::Check(use.page == &page, "BUG: a page leaves a swap slot that it does not cache");
  SetUse(entry, Use{.map_count = use.map_count});
}

void SwapArea::DeleteFromSwapCache(SwapEntry entry, const Page& page) {
  ksync::Guard guard(swap_lock_);
  Uncache(entry, page);
}

void SwapArea::SwapcacheFree(SwapEntry entry) {
  ksync::Guard guard(swap_lock_);
  const Use use = SlotOf(entry).use.Read();
  ksync::Check(use.claimed && use.page == nullptr,
               "BUG: a swap slot is given back that is not reserved");
  SetUse(entry, Use{.map_count = use.map_count});
}

void SwapArea::SwapWritepage(SwapEntry entry, std::uint32_t content) {
  ksync::Guard guard(swap_lock_);
  Slot& slot = SlotOf(entry);
  ksync::Check(slot.use.Read().claimed, "BUG: a swap slot is written that no page caches");
  slot.content.Write(content);
}

std::uint32_t SwapArea::SwapReadpage(SwapEntry entry) const {
  ksync::Guard guard(swap_lock_);
  const Slot& slot = SlotOf(entry);
  ksync::Check(slot.use.Read().claimed, "BUG: a swap slot is read that no page caches");
  return slot.content.Read();
}

std::uint32_t SwapArea::ContentAtRest(SwapEntry entry) const {
  ksync::Guard guard(swap_lock_);
  return SlotOf(entry).content.Read();
}

int SwapArea::PageSwapcount(SwapEntry entry) const {
  ksync::Guard guard(swap_lock_);
  return SlotOf(entry).use.Read().map_count;
}

std::uint32_t SwapArea::SlotsInUse() const {
  ksync::Guard guard(swap_lock_);
  std::uint32_t used = 0;
  for (SwapEntry entry; entry.slot < slot_count_; ++entry.slot) {
    if (!SlotOf(entry).use.Read().IsFree()) ++used;
  }
  return used;
}

}  // namespace rmap::inline KSYNC_BACKEND
