// Userspace RCU for the native back end.
//
// The idea: grace periods are numbered. A reader notes the number it started under; an updater
// draws the next number and waits until no reader is left that started under a smaller one. (The
// general purpose flavour of Desnoyers et al., "User-Level Implementations of Read-Copy Update",
// TPDS 2012, with a 64-bit number in the place of the phase bit, so that updaters need no lock.)
//
// Why it is right. Reader: write section; full fence; read grace_period again. Updater: write
// grace_period; full fence; read section. Not both can miss the other's write. If the reader saw
// the new number, its acquire load makes the grace period's start happen before the section. If
// not, it runs under an old number that the updater sees, waits for, and acquires the end of. These
// two are the only orderings there are, so ThreadSanitizer sees RCU's own edges and no others:
//   1. Records are static: an updater walks them without a lock, up to the last that was ever
//   taken.
//      A reader raises that number before its first section, and the argument above is about both.
//   2. A Thread registers before its body, so that registering orders nothing in the body.
//   3. Who takes over a record comes after its owner before. So that this does not hide a race with
//      a thread that has just ended, records take turns: that owner ended long ago.
//
// What it does not do: protect against a section that never ends; batch grace periods.
#include <atomic>
#include <cstdint>
#include <thread>

#include "core/base/check.h"
#include "core/sync/native.h"
#include "core/sync/native_watch.h"

namespace ksync::inline native {
namespace {

// What updaters see of one reading thread. Alone in its cache line: readers write it at each
// section.
struct alignas(64) Record {
  std::atomic<std::uint64_t> section{0};  // The grace period it began under; 0 outside sections.
  std::atomic<bool> taken{false};         // By a living thread.
};

constexpr int kRecords = 1024;
constexpr int kRecordsInTurn = 64;  // The others are for crowds.

constinit Record records[kRecords];
constinit std::atomic<int> records_used{0};  // None was ever taken from here on.
constinit std::atomic<unsigned> turns{0};
std::atomic<std::uint64_t> grace_period{1};

// Not std::atomic_thread_fence, which g++ refuses under ThreadSanitizer; that tool needs no edge
// here, for the one fence whose effect is a missing reordering, not a happens-before.
void FullFence() { __sync_synchronize(); }

// Returns: whether it was free, and is the calling thread's now.
bool Take(Record& record) {
  bool taken = false;
  // Order: acquire, so that our writes to `section` come after those of the owner before us.
  return record.taken.compare_exchange_strong(taken, true, std::memory_order_acquire,
                                              std::memory_order_relaxed);
}

// Order: relaxed; what it must come before is behind the fence of Reader::Begin.
void RaiseRecordsUsed(int least) {
  int seen = records_used.load(std::memory_order_relaxed);
  while (seen < least &&
         !records_used.compare_exchange_weak(seen, least, std::memory_order_relaxed)) {
  }
}

Record* TakeRecord() {
  // Order: relaxed, because any turn will do.
  const unsigned turn = turns.fetch_add(1, std::memory_order_relaxed);
  for (int i = 0; i < kRecords; ++i) {
    const int in_turn = static_cast<int>((turn + static_cast<unsigned>(i)) % kRecordsInTurn);
    const int index = i < kRecordsInTurn ? in_turn : i;
    if (!Take(records[index])) continue;
    RaiseRecordsUsed(index + 1);
    return &records[index];
  }
  base::CheckFailed(__FILE__, __LINE__, "a free record", "too many threads are alive at once");
}

// The calling thread's own side.
class Reader {
 public:
  Reader() : record_(TakeRecord()) {}
  ~Reader() {
    // Order: release, because an abandoned section ends here. No other must: whoever waits for this
    // thread's sections comes after them, and not after its end.
    if (nesting_ > 0) record_->section.store(0, std::memory_order_release);
    // Order: release, so that the next owner's writes come after ours.
    record_->taken.store(false, std::memory_order_release);
  }

  bool InSection() const { return nesting_ > 0; }
  void Enter() {
    if (nesting_++ == 0) Begin();
  }
  void Leave() {
    CHECK(nesting_ > 0, "a read-side section is closed that was not open");
    // Order: release, so that the section happens before the end of a grace period that waited.
    if (--nesting_ == 0) record_->section.store(0, std::memory_order_release);
  }

 private:
  void Begin() {
    // Order: acquire, here and below, so that a grace period whose number we start under started
    // before us.
    std::uint64_t seen = grace_period.load(std::memory_order_acquire);
    std::uint64_t noted;
    do {
      noted = seen;
      // Order: release, because an updater may read this in the place of our last section's end.
      record_->section.store(noted, std::memory_order_release);
      FullFence();
      seen = grace_period.load(std::memory_order_acquire);
    } while (seen != noted);
  }

  Record* record_;
  int nesting_ = 0;
};

Reader& ThisReader() {
  thread_local Reader reader;
  return reader;
}

}  // namespace

namespace internal {
void RegisterRcuReader() { ThisReader(); }
bool InRcuReadSection() { return ThisReader().InSection(); }
}  // namespace internal

void RcuReadLock(Site) {
  internal::SyncPoint();
  ThisReader().Enter();
  if (internal::IsWatched(internal::kShowsWaits)) internal::ShowSection(true);
}

void RcuReadUnlock(Site) {
  internal::SyncPoint();
  Reader& reader = ThisReader();
  reader.Leave();
  if (internal::IsWatched(internal::kShowsWaits)) internal::ShowSection(reader.InSection());
}

void MightSleep(Site) { CHECK(!ThisReader().InSection(), "may sleep inside a read-side section"); }

void SynchronizeRcu(Site site) {
  internal::SyncPoint();
  CHECK(!ThisReader().InSection(), "waiting for a grace period inside a section waits for itself");
  // Order: release, so that what was unlinked before is unlinked for whoever reads the new number.
  const std::uint64_t mine = grace_period.fetch_add(1, std::memory_order_release) + 1;
  FullFence();
  const internal::Waiting waiting(internal::WaitKind::kGracePeriod, nullptr, site);
  const int used = records_used.load(std::memory_order_relaxed);  // After the fence: see above.
  for (const Record* record = records; record != records + used; ++record) {
    // Order: acquire, so that the section that ended happens before this grace period's end.
    std::uint64_t section = record->section.load(std::memory_order_acquire);
    while (section != 0 && section < mine) {
      std::this_thread::yield();
      section = record->section.load(std::memory_order_acquire);
    }
  }
}

}  // namespace ksync::inline native
