// Who waits for what, and who holds it, as text; and the thread that asks when nothing moves.
//
// The records are copied first, so that one text does not contradict itself. An arrow goes from a
// thread that waits to each that could end the wait; a circle of arrows is a deadlock.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "core/sync/native_control.h"
#include "core/sync/native_record.h"
#include "core/sync/native_watch.h"

namespace ksync::inline native {
namespace {

using internal::HeldLock;
using internal::ShownLock;
using internal::ThreadRecord;
using internal::WaitKind;

// A record as it was.
struct ThreadState {
  std::uint64_t number;
  std::string name;
  const void* object;
  long system_id;
  WaitKind wait;
  HeldLock awaited;
  bool reads;
  int held_count;
  std::vector<HeldLock> held;  // Those that are shown.
};

using Threads = std::vector<ThreadState>;

HeldLock Copy(const ShownLock& from) {
  return {from.lock.Get(), from.lock_class.Get(), from.mode.Get(), from.site.Get(),
          from.since.Get()};
}

ThreadState Copy(const ThreadRecord& from) {
  ThreadState state{from.number.Get(),    from.name.Get(),       from.object.Get(),
                    from.system_id.Get(), from.wait.Get(),       Copy(from.awaited),
                    from.reads.Get(),     from.held_count.Get(), {}};
  const int shown = std::min(state.held_count, internal::kShownLocksMax);
  for (int i = 0; i < shown; ++i) state.held.push_back(Copy(from.held[i]));
  return state;
}

Threads CopyThreads() {
  Threads threads;
  for (const ThreadRecord& record : internal::ThreadRecords()) {
    if (record.taken.Get()) threads.push_back(Copy(record));
  }
  return threads;
}

// Whether `thread` may be what the wait of `waiter` is for.
bool IsAwaited(const ThreadState& thread, const ThreadState& waiter) {
  switch (waiter.wait) {
    case WaitKind::kLock:
      return std::ranges::any_of(
          thread.held, [&](const HeldLock& held) { return held.lock == waiter.awaited.lock; });
    case WaitKind::kThreadEnd:
      return thread.object == waiter.awaited.lock;
    case WaitKind::kGracePeriod:
      return thread.reads;
    case WaitKind::kNothing:
    case WaitKind::kValue:
      return false;
  }
  return false;
}

std::vector<std::size_t> Awaited(const Threads& threads, std::size_t waiter) {
  std::vector<std::size_t> awaited;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    if (IsAwaited(threads[i], threads[waiter])) awaited.push_back(i);
  }
  return awaited;
}

std::string Name(const ThreadState& thread) { return absl::StrCat("thread ", thread.number); }

std::string Place(Site site) { return absl::StrCat(site.file_name(), ":", site.line()); }

std::string Since(const HeldLock& lock, std::uint64_t now) {
  const std::uint64_t ns = now > lock.since ? now - lock.since : 0;
  return absl::StrFormat("%.3f s", static_cast<double>(ns) * 1e-9);
}

// "anon_vma->lock (0x7f12, shared)".
std::string LockText(const HeldLock& lock) {
  return absl::StrFormat("%s (%p, %s)", lock.lock_class->name, lock.lock,
                         lock.mode == LockMode::kShared ? "shared" : "exclusive");
}

std::string AwaitedText(const ThreadState& thread) {
  switch (thread.wait) {
    case WaitKind::kNothing:
      return "";
    case WaitKind::kLock:
      return LockText(thread.awaited);
    case WaitKind::kValue:
      return absl::StrFormat("another value at %p", thread.awaited.lock);
    case WaitKind::kGracePeriod:
      return "the end of a grace period";
    case WaitKind::kThreadEnd:
      return "the end of a thread";
  }
  return "";
}

std::string WaitText(const Threads& threads, std::size_t waiter, std::uint64_t now) {
  const ThreadState& thread = threads[waiter];
  if (thread.wait == WaitKind::kNothing) return "  waits for nothing\n";
  std::string text = absl::StrCat("  waits ", Since(thread.awaited, now), " for ",
                                  AwaitedText(thread), " at ", Place(thread.awaited.site), "\n");
  for (const std::size_t other : Awaited(threads, waiter)) {
    absl::StrAppend(&text, "    which is up to ", Name(threads[other]), "\n");
  }
  return text;
}

std::string HeldText(const ThreadState& thread, std::uint64_t now) {
  std::string text;
  for (const HeldLock& held : thread.held) {
    absl::StrAppend(&text, "  holds ", LockText(held), " since ", Since(held, now), ", taken at ",
                    Place(held.site), "\n");
  }
  if (thread.held_count > internal::kShownLocksMax) {
    absl::StrAppend(&text, "  holds ", thread.held_count - internal::kShownLocksMax, " more\n");
  }
  if (thread.reads) absl::StrAppend(&text, "  is inside a read-side section\n");
  return text;
}

// Returns: the way back to `start` along the arrows, `start` first; empty if there is none.
std::vector<std::size_t> Circle(const Threads& threads, std::size_t start) {
  std::vector<std::size_t> from(threads.size(), threads.size());  // Its size means: not reached.
  std::vector<std::size_t> reached = {start};
  for (std::size_t next = 0; next < reached.size(); ++next) {
    for (const std::size_t to : Awaited(threads, reached[next])) {
      if (from[to] != threads.size()) continue;
      from[to] = reached[next];
      reached.push_back(to);
    }
  }
  if (from[start] == threads.size()) return {};
  std::vector<std::size_t> circle;
  for (std::size_t at = from[start]; at != start; at = from[at]) circle.push_back(at);
  circle.push_back(start);
  std::ranges::reverse(circle);
  return circle;
}

// The first circle there is: who hangs behind it is told by the arrows.
std::string DeadlockText(const Threads& threads) {
  for (std::size_t i = 0; i < threads.size(); ++i) {
    std::vector<std::size_t> circle = Circle(threads, i);
    if (circle.empty()) continue;
    circle.push_back(i);
    const auto name = [&](std::string* out, std::size_t at) { out->append(Name(threads[at])); };
    return absl::StrCat("deadlock: ", absl::StrJoin(circle, " waits for ", name), "\n");
  }
  return "";
}

}  // namespace

void ShowWaits(bool on) { internal::SetWatch(internal::kShowsWaits, on); }

std::string DescribeWaits() {
  const Threads threads = CopyThreads();
  const std::uint64_t now = internal::NowNs();
  std::string text = DeadlockText(threads);
  for (std::size_t i = 0; i < threads.size(); ++i) {
    absl::StrAppend(&text, Name(threads[i]), " \"", threads[i].name, "\" (system's number ",
                    threads[i].system_id, ")\n", WaitText(threads, i, now),
                    HeldText(threads[i], now));
  }
  return text.empty() ? "no thread is watched\n" : text;
}

Watchdog::Watchdog(absl::Duration patience, Handler handler)
    : patience_(patience), handler_(std::move(handler)) {
  ShowWaits(true);
  thread_ = std::thread([this] { Watch(); });
}

Watchdog::~Watchdog() {
  {
    std::lock_guard<std::mutex> guard(mutex_);
    ends_ = true;
  }
  wake_.notify_all();
  thread_.join();
  ShowWaits(false);
}

void Watchdog::Watch() {
  std::unique_lock<std::mutex> guard(mutex_);
  std::uint64_t seen = progress_.load(std::memory_order_relaxed);
  const std::chrono::nanoseconds patience = absl::ToChronoNanoseconds(patience_);
  while (!wake_.wait_for(guard, patience, [this] { return ends_; })) {
    const std::uint64_t now = progress_.load(std::memory_order_relaxed);
    if (now == seen) return handler_(DescribeWaits());
    seen = now;
  }
}

void AbortWith(const std::string& waits) {
  std::fprintf(stderr, "nothing moves any more\n%s", waits.c_str());
  std::abort();
}

}  // namespace ksync::inline native
