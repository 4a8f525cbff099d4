// One mutex, held for a few list operations. Pages are made and ended in place, outside of it, so
// that a page is on the list only while it exists.
#include "stress/aim7/frames.h"

#include <algorithm>
#include <new>

#include "core/base/check.h"

namespace aim7 {

using rmap::Page;

struct Frames::Frame {
  Page& page() { return *std::launder(reinterpret_cast<Page*>(bytes)); }

  alignas(Page) std::byte bytes[sizeof(Page)];  // First: a page and its frame have one address.
  rmap::ListNode<Frame> node{this, "frame.node"};
  bool is_listed = false;
};

namespace {

// Takes a reference unless the page has no user: it has none yet, or its last one is about to free
// it. Kernel: get_page_unless_zero().
// Order: acquire, so that whoever isolates a page sees what its users made of it.
bool GetPageUnlessUnused(Page& page) {
  rmap::PageUses seen = page.uses.Load(ksync::relaxed);
  while (seen != 0) {
    const rmap::PageUses wanted = seen + rmap::kOneReference;
    if (page.uses.CompareExchange(seen, wanted, ksync::acquire, ksync::relaxed)) return true;
  }
  return false;
}

}  // namespace

Frames::Frames(std::uint32_t count)
    : count_(count),
      low_(std::max(count / 64, 1u)),
      high_(std::max(count / 32, 2u)),
      frames_(std::make_unique<Frame[]>(count)) {
  for (std::uint32_t i = 0; i < count; ++i) free_.PushBack(frames_[i].node);
}

Frames::~Frames() { CHECK(used_ == 0, "a page outlives the machine"); }

Frames::Frame& Frames::FrameOf(Page& page) { return *reinterpret_cast<Frame*>(&page); }

Frames::Frame* Frames::TakeFree() {
  const std::lock_guard guard(mutex_);
  if (FreeCount() < low_) pressure_.notify_all();
  auto* const node = free_.First();
  if (node == nullptr) return nullptr;
  free_.Erase(*node);
  used_max_ = std::max(used_max_, ++used_);
  return &node->owner();
}

Page* Frames::Alloc(const rmap::Machine& machine) {
  Frame* const frame = TakeFree();
  if (frame == nullptr) return nullptr;
  Page* const page = new (frame->bytes) Page(machine);
  const std::lock_guard guard(mutex_);
  frame->is_listed = true;
  lru_.PushBack(frame->node);
  return page;
}

void Frames::Free(Page& page) {
  Frame& frame = FrameOf(page);
  {
    const std::lock_guard guard(mutex_);
    if (frame.is_listed) lru_.Erase(frame.node);
    frame.is_listed = false;
  }
  page.~Page();
  const std::lock_guard guard(mutex_);
  free_.PushFront(frame.node);
  --used_;
}

std::size_t Frames::Isolate(std::span<Page*> pages) {
  const std::lock_guard guard(mutex_);
  std::size_t taken = 0;
  auto* node = lru_.First();
  while (node != nullptr && taken < pages.size()) {
    Frame& frame = node->owner();
    node = lru_.After(*node);
    if (!GetPageUnlessUnused(frame.page())) continue;
    lru_.Erase(frame.node);
    frame.is_listed = false;
    pages[taken++] = &frame.page();
  }
  return taken;
}

void Frames::PutBack(Page& page) {
  Frame& frame = FrameOf(page);
  const std::lock_guard guard(mutex_);
  frame.is_listed = true;
  lru_.PushBack(frame.node);
}

bool Frames::WaitForPressure() {
  std::unique_lock guard(mutex_);
  pressure_.wait(guard, [this] { return ended_ || FreeCount() < low_; });
  return !ended_;
}

bool Frames::EnoughAreFree() const {
  const std::lock_guard guard(mutex_);
  return FreeCount() >= high_;
}

void Frames::End() {
  const std::lock_guard guard(mutex_);
  ended_ = true;
  pressure_.notify_all();
}

std::uint32_t Frames::used() const {
  const std::lock_guard guard(mutex_);
  return used_;
}

std::uint32_t Frames::used_max() const {
  const std::lock_guard guard(mutex_);
  return used_max_;
}

}  // namespace aim7
