// The records of threads, and what each shows of itself: what it holds and what it waits for.
//
// A wait is shown from before the thread begins to wait until after its end, so that what stands
// still is shown as it is.
#include "core/sync/native_watch.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/check.h"
#include "core/sync/native_record.h"

namespace ksync::inline native::internal {
namespace {

constinit ThreadRecord records[kThreadsMax];
constinit Relaxed<int> records_used;
constinit std::atomic<std::uint64_t> threads_numbered{0};

ThreadRecord& TakeRecord() {
  for (int i = 0; i < kThreadsMax; ++i) {
    if (records[i].taken.Get() || !records[i].taken.Replace(false, true)) continue;
    records_used.Raise(i + 1);
    return records[i];
  }
  base::CheckFailed(__FILE__, __LINE__, "a free record", "too many threads are alive at once");
}

// The calling thread's claim on its record.
class RecordOwner {
 public:
  RecordOwner() : record_(TakeRecord()) {
    // Order: relaxed, because a number is all that is wanted.
    record_.number.Set(threads_numbered.fetch_add(1, std::memory_order_relaxed) + 1);
    record_.name.Set("not named");
    record_.object.Set(nullptr);
    record_.system_id.Set(syscall(SYS_gettid));
  }
  ~RecordOwner() {
    record_.priority.Set(0);
    record_.wait.Set(WaitKind::kNothing);
    record_.reads.Set(false);
    record_.held_count.Set(0);
    record_.taken.Set(false);
  }
  ThreadRecord& record() { return record_; }

 private:
  ThreadRecord& record_;
};

void Show(const HeldLock& from, ShownLock& to) {
  to.lock.Set(from.lock);
  to.lock_class.Set(from.lock_class);
  to.mode.Set(from.mode);
  to.site.Set(from.site);
  to.since.Set(from.since);
}

}  // namespace

ThreadRecord& ThisThreadRecord() {
  thread_local RecordOwner owner;
  return owner.record();
}

std::span<ThreadRecord> ThreadRecords() {
  return {records, static_cast<std::size_t>(records_used.Get())};
}

void SetWatch(Watch watch, bool on) {
  if (on) {
    watches.fetch_or(watch, std::memory_order_relaxed);
  } else {
    watches.fetch_and(~static_cast<std::uint32_t>(watch), std::memory_order_relaxed);
  }
}

std::uint64_t NowNs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

void IntroduceThread(const char* name, const void* object) {
  ThreadRecord& mine = ThisThreadRecord();
  mine.name.Set(name);
  mine.object.Set(object);
}

void ShowHeld(const HeldLock* first, std::size_t count) {
  ThreadRecord& mine = ThisThreadRecord();
  const std::size_t shown = std::min<std::size_t>(count, kShownLocksMax);
  for (std::size_t i = 0; i < shown; ++i) Show(first[i], mine.held[i]);
  mine.held_count.Set(static_cast<int>(count));
}

void ShowSection(bool reads) { ThisThreadRecord().reads.Set(reads); }

Waiting::Waiting(WaitKind kind, const void* what, const LockClass* lock_class, LockMode mode,
                 Site site)
    : watches_(Watches()), lock_class_(lock_class), mode_(mode) {
  if (watches_ == 0) return;
  since_ = NowNs();
  ThreadRecord& mine = ThisThreadRecord();
  Show({what, lock_class, mode, site, since_}, mine.awaited);
  mine.wait.Set(kind);
}

Waiting::~Waiting() {
  if (watches_ == 0) return;
  ThisThreadRecord().wait.Set(WaitKind::kNothing);
  if (lock_class_ == nullptr || (watches_ & kCountsLocks) == 0) return;
  CountWait(*lock_class_, mode_, NowNs() - since_);
}

}  // namespace ksync::inline native::internal
