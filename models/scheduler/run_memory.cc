// Memory that is known by address: the plain accesses of a program that is merely instrumented, and
// the locations of its atomics and locks. See hooks.h for what each call promises.
//
// The idea: native memory holds every value but that of an atomic, whose value the engine has. An
// atomic begins when it is first used atomically, with what memory holds: whoever wrote that wrote
// it plainly, and it must happen before every use (that writer is the location's maker, which
// CheckAccess looks at). A plain write to it, which must happen behind every use, ends that life;
// the next use begins another one, with another number. A plain read finds in memory the latest
// write that happens before it. So mixed accesses need no event of their own, and all of them are
// ordered or a race.
//
// Lives are numbered alike in all executions with a common past, because without a race the uses
// of one life are ordered with those of the next.
#include <algorithm>
#include <bit>
#include <cstring>

#include "models/scheduler/run.h"

namespace models {
namespace {

using ksync::LocationKind;
using ksync::Site;

std::uintptr_t AddressOf(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

constexpr auto Mask = Shadow::Mask;

void* AddressOfByte(const Cell& cell, int byte) {
  return reinterpret_cast<void*>(cell.key * Shadow::kCellBytes + byte);
}

}  // namespace

void Run::PlainReadAt(const void* address, std::size_t bytes, Site site) {
  NoteBytes(address, bytes, false, site);
}

void Run::PlainWriteAt(const void* address, std::size_t bytes, Site site) {
  NoteBytes(address, bytes, true, site);
}

void Run::NoteBytes(const void* address, std::size_t bytes, bool writes, Site site) {
  if (unwinding_ || bytes == 0) return;
  guard_->Progress();
  last_site_ = me().last_site = site;
  NoteForLoops(address, bytes, writes);
  if (limits_.thread_storage.Holds(address)) return KeepThreadStorage();
  std::uintptr_t at = AddressOf(address);
  const std::uintptr_t end = at + bytes;
  const std::size_t first = at % Shadow::kCellBytes;
  if (first + bytes <= Shadow::kCellBytes) {
    return NoteCell(at / Shadow::kCellBytes, Mask(first, bytes), writes, site);
  }
  while (at < end) {
    const std::uintptr_t key = at / Shadow::kCellBytes;
    const std::uintptr_t next = std::min((key + 1) * Shadow::kCellBytes, end);
    NoteCell(key, Mask(at % Shadow::kCellBytes, next - at), writes, site);
    at = next;
  }
}

// Its own stack is part of the state that loops are recognised by.
void Run::NoteForLoops(const void* address, std::size_t bytes, bool writes) {
  constexpr std::size_t kOwnMax = 64;
  const Extent touched = Extent::Of(address, bytes);
  Thread& self = me();
  SpinMarks& marks = self.marks;
  if (marks.empty() && !spins_.WatchesStacks()) return;
  if (self.fiber->Holds(address)) {
    if (marks.empty()) return;
    self.own.push_back(touched);
    if (self.own.size() > kOwnMax) marks.back().pure = false;
    return;
  }
  if (spins_.WatchesStacks()) spins_.NoteForeign(touched);
  if (writes) {
    marks.clear();
  } else if (!marks.empty()) {
    marks.back().pure = false;
  }
}

void Run::NoteCell(std::uintptr_t key, std::uint8_t bytes, bool writes, Site site) {
  Cell& cell = CellOf(key);
  const char* what = writes ? "writes" : "reads";
  if ((cell.valid & bytes) != bytes) CheckValid(cell, bytes, what, site);
  if ((cell.located & bytes) != 0) MeetAtomics(cell, bytes, writes, site);
  const Touch touch{site, static_cast<std::uint16_t>(current_),
                    static_cast<std::uint16_t>(statuses_[current_].next), bytes, writes};
  if (cell.NoteAlone(touch)) return;
  const Touch* const race = cell.Note(touch, here());
  if (race == nullptr) return;
  const Touch earlier = *race;
  FailWith(FailureKind::kDataRace,
           AddressName(AddressOfByte(cell, std::countr_zero(bytes))) +
               " is accessed by two threads without an order",
           {{earlier.thread, earlier.writes ? "writes" : "reads", earlier.site},
            {current_, what, site}});
}

// Makes the cell, which knows which of its bytes are inside of an allocation.
Cell& Run::MakeCell(std::uintptr_t key) {
  Cell& cell = shadow_.Make(key);
  void* const start = AddressOfByte(cell, 0);
  if (!heap_.Owns(start)) return cell;
  const Allocation* const block = heap_.Find(start);
  if (block == nullptr || block->freed) {
    cell.valid = 0;
  } else {
    const std::size_t left = block->start + block->size - static_cast<char*>(start);
    if (left < Shadow::kCellBytes) cell.valid = Mask(0, left);
  }
  return cell;
}

// Fails, because the access is not inside of a living allocation.
void Run::CheckValid(const Cell& cell, std::uint8_t bytes, const char* what, Site site) {
  const char* const address =
      static_cast<char*>(AddressOfByte(cell, std::countr_zero(static_cast<unsigned>(bytes))));
  const Allocation* block = heap_.Find(address);
  // An access that begins inside and ends outside is of the block that it begins in.
  if (block != nullptr && block->freed) {
    FailWith(FailureKind::kUseAfterFree, AddressName(address) + " is used after its storage ended",
             {{block->freed_by, "frees it", block->freed_site}, {current_, what, site}});
  }
  FailHere(FailureKind::kOutOfBounds,
           names_.ThreadName(current_) + " " + what + " memory outside of any allocation", site);
}

// Returns: how people know the variable that holds an address.
std::string Run::AddressName(const void* address) {
  NamedLocation named;
  named.info.address = address;
  named.info.kind = LocationKind::kPlain;
  NoteBlock(named, heap_.Find(address));
  return names_.NameOf(named);
}

void Run::NoteBlock(NamedLocation& named, const Allocation* block) {
  named.block = nullptr;
  if (block == nullptr) return;
  named.block = block->name;
  named.block_site = block->allocated;
  named.block_offset = static_cast<const char*>(named.info.address) - block->start;
}

// Atomics -----------------------------------------------------------------------------------------

LocationId Run::LocationAt(const ksync::LocationInfo& info, std::size_t bytes, Site site) {
  if (unwinding_) return 0;
  last_site_ = me().last_site = site;
  if (info.kind != LocationKind::kAtomic) return ObjectAt(info, site);
  if (spins_.WatchesStacks() && !me().fiber->Holds(info.address)) {
    spins_.NoteForeign(Extent::Of(info.address, bytes));
  }
  const std::uintptr_t address = AddressOf(info.address);
  Cell& cell = CellOf(address / Shadow::kCellBytes);
  const int byte = static_cast<int>(address % Shadow::kCellBytes);
  if (cell.width[byte] == bytes) return cell.at[byte];
  const std::uint8_t mask = Mask(byte, bytes);
  if ((cell.valid & mask) != mask) CheckValid(cell, mask, "uses it", site);
  for (int other = 0; other < static_cast<int>(Shadow::kCellBytes); ++other) {
    const bool overlaps = cell.width[other] != 0 && (Mask(other, cell.width[other]) & mask) != 0;
    if (!overlaps) continue;
    CheckBehind(cell, other, kOtherSize, site);
    EndLife(cell, other, site);
  }
  const int life = cell.lives[byte]++;
  const LocationId id = MakeAt(names_.LocationAt(info.address, bytes, life), info, site);
  names_.location(id).watched = true;
  names_.location(id).cell = shadow_.NumberOf(cell);
  names_.location(id).width = cell.width[byte] = static_cast<std::uint8_t>(bytes);
  cell.at[byte] = id;
  cell.located |= mask;
  LocationState& state = graph_->location(id);
  state.initial = 0;
  std::memcpy(&state.initial, info.address, bytes);
  // Whoever wrote it plainly made it; if nobody did, it was there from the beginning.
  state.init_thread = 0;
  state.init_index = 0;
  for (const Touch& touch : cell.touches) {
    if (!touch.writes || (touch.bytes & mask) == 0) continue;
    state.init_thread = touch.thread;
    state.init_index = touch.count;
    names_.location(id).site = touch.site;
  }
  return id;
}

LocationId Run::MakeAt(LocationId id, const ksync::LocationInfo& info, Site site) {
  NamedLocation& named = names_.location(id);
  named.info = info;
  named.site = site;
  named.dead = false;
  named.watched = named.mixed = false;
  named.next_in_block = 0;
  named.pool_object = -1;
  named.width = 0;
  Allocation* const block = heap_.Find(info.address);
  NoteBlock(named, block);
  if (block != nullptr) {
    named.next_in_block = block->first_location;
    block->first_location = id;
  }
  return id;
}

// Returns: the latest write of a location that the calling thread must see.
EventId Run::LatestBefore(LocationId location) const {
  const std::vector<EventId>& mo = graph_->location(location).mo;
  for (std::size_t i = mo.size(); i-- > 0;) {
    if (here().Contains(mo[i])) return mo[i];
  }
  return kInit;
}

// A plain access to bytes that atomics use. A write ends their lives.
void Run::MeetAtomics(Cell& cell, std::uint8_t bytes, bool writes, Site site) {
  const OtherUse use{writes, writes ? "writes" : "reads",
                     " is accessed by two threads without an order, and not atomically by both"};
  for (int byte = 0; byte < static_cast<int>(Shadow::kCellBytes); ++byte) {
    const std::size_t width = cell.width[byte];
    if (width == 0 || (Mask(byte, width) & bytes) == 0) continue;
    CheckBehind(cell, byte, use, site);
    if (writes) EndLife(cell, byte, site);
  }
}

// The location that begins at a byte is used otherwise than as the atomic it is: that must be
// ordered with each of its writes, and what writes or ends it with each of its reads as well. Then
// memory gets its value.
void Run::CheckBehind(const Cell& cell, int byte, const OtherUse& use, Site site) {
  const LocationId location = cell.at[byte];
  for (EventId id : graph_->location(location).accesses) {
    const Event& event = graph_->event(id);
    if (id.index >= statuses_[id.thread].next || here().Contains(id)) continue;
    if (id.thread == current_ || !(use.writes || event.writes)) continue;
    FailWith(FailureKind::kDataRace, names_.LocationName(location) + use.complaint,
             {{id.thread, ActionName(event.action.kind), event.action.site},
              {current_, use.verb, site}});
  }
  MeetWaiters(location, use.writes, FailureKind::kDataRace, site);
  const std::uint64_t value = graph_->ValueOf(location, LatestBefore(location));
  std::memcpy(AddressOfByte(cell, byte), &value, cell.width[byte]);
}

// What comes next at these bytes is another location, or none. Requires: CheckBehind.
void Run::EndLife(Cell& cell, int byte, Site site) {
  const std::uint8_t bytes = Mask(byte, cell.width[byte]);
  cell.located &= ~bytes;
  cell.width[byte] = 0;
  // Who goes on with these bytes must come behind this step, which ordered them all.
  const Touch end{site, static_cast<std::uint16_t>(current_),
                  static_cast<std::uint16_t>(statuses_[current_].next), bytes, true};
  static_cast<void>(cell.Note(end, here()));
}

// A thread that waits at a read, because reading what is there is of no use to it, has in some
// execution read it and gone round a loop. That read is ordered behind nothing of this thread's.
void Run::MeetWaiters(LocationId location, bool writes, FailureKind kind, Site site) {
  const bool ends = kind == FailureKind::kUseAfterFree;
  const std::uint64_t value = graph_->ValueOf(location, graph_->mo_last(location));
  for (int t = 0; t < static_cast<int>(statuses_.size()); ++t) {
    const Action* const waiting = statuses_[t].pending;
    if (t == current_ || waiting == nullptr || waiting->never == nullptr) continue;
    if (waiting->location != location || !(writes || waiting->kind == ActionKind::kRmw)) continue;
    if (Apply(*waiting, value).satisfied) continue;
    FailWith(kind,
             names_.LocationName(location) + (ends ? " ends" : " is accessed plainly") +
                 " while a thread reads it in a loop",
             {{t, ActionName(waiting->kind), waiting->site},
              {current_,
               ends     ? "ends its storage"
               : writes ? "writes"
                        : "reads",
               site}});
  }
}

// The other direction: an atomic step must be ordered with the plain accesses to its bytes. What it
// learns by its own reading counts.
void Run::CheckTouches(const Event& event, const NamedLocation& named) {
  const Cell& cell = shadow_.cell(named.cell);
  if (cell.touches.empty()) return;
  const std::uint8_t bytes = Shadow::MaskAt(named.info.address, named.width);
  const Touch* const race = cell.Conflict(bytes, event.writes, current_, event.hb);
  if (race == nullptr) return;
  const Touch earlier = *race;
  FailWith(FailureKind::kDataRace,
           names_.LocationName(event.action.location) +
               " is accessed by two threads without an order, and not atomically by both",
           {{earlier.thread, earlier.writes ? "writes" : "reads", earlier.site},
            {current_, ActionName(event.action.kind), event.action.site}});
}

// Other objects -----------------------------------------------------------------------------------

LocationId Run::ObjectAt(const ksync::LocationInfo& info, Site site) {
  if (heap_.Owns(info.address)) {
    const Allocation* const block = heap_.Find(info.address);
    if (block == nullptr || block->freed) {
      CheckValid(CellOf(AddressOf(info.address) / Shadow::kCellBytes), 1, "uses it", site);
    }
  }
  LocationId& id = objects_[info.address];
  if (id != 0) return id;
  // No atomic is zero bytes wide: these are names of their own.
  id = MakeAt(names_.LocationAt(info.address, 0, lives_[info.address]++), info, site);
  LocationState& state = graph_->location(id);
  state.initial = 0;
  state.init_thread = 0;
  state.init_index = 0;
  return id;
}

void Run::EndLocationAt(const void* address, Site site) {
  if (unwinding_) return;
  const auto known = objects_.find(address);
  if (known == objects_.end()) return;
  EndLocation(known->second, site);
  objects_.erase(known);
}

bool Run::Owns(const void* memory, std::size_t* size) {
  *size = 0;
  if (!heap_.Owns(memory)) return false;
  const Allocation* const block = heap_.Find(memory);
  if (block != nullptr && block->start == memory && !block->freed) *size = block->size;
  return true;
}

// A block is freed: whoever touched it plainly must happen before, and nobody may from now on.
void Run::EndCells(const Allocation& block, Site site) {
  if (shadow_.empty()) return;
  const std::uintptr_t first = AddressOf(block.start) / Shadow::kCellBytes;
  const std::uintptr_t end = AddressOf(block.start) + std::max<std::size_t>(block.size, 1);
  const std::uintptr_t last = (end - 1) / Shadow::kCellBytes;
  for (std::uintptr_t key = first; key <= last; ++key) {
    Cell* const cell = shadow_.Find(key);
    if (cell == nullptr) continue;
    if (const Touch* const race = cell->Conflict(0xff, true, current_, here())) {
      const Touch earlier = *race;
      FailWith(FailureKind::kUseAfterFree,
               AddressName(AddressOfByte(*cell, 0)) +
                   " is used by a thread that its end does not wait for",
               {{earlier.thread, earlier.writes ? "writes" : "reads", earlier.site},
                {current_, "frees it", site}});
    }
    cell->valid = 0;
    cell->located = 0;
    std::fill(std::begin(cell->width), std::end(cell->width), 0);
  }
}

}  // namespace models
