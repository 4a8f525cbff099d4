// What was counted of locks: rows of counters, found by lock class and mode, in a few copies, so
// that threads seldom count in the same one.
//
// Threads add and nobody subtracts, each by one read-modify-write: no count is lost, whoever shares
// a copy. A row is taken by putting its lock class into it, once, for as long as the process lives.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>

#include "core/base/check.h"
#include "core/sync/native_control.h"
#include "core/sync/native_record.h"
#include "core/sync/native_watch.h"

namespace ksync::inline native {
namespace {

using internal::Relaxed;

constexpr int kCopies = 32;
constexpr int kClassesMax = 32;
constexpr std::size_t kBuckets = std::tuple_size_v<decltype(Times::log2_histogram)>;

struct TimesRow {
  Relaxed<std::uint64_t> total_ns;
  Relaxed<std::uint64_t> max_ns;
  std::array<Relaxed<std::uint64_t>, kBuckets> log2_histogram;

  void Add(std::uint64_t ns) {
    const auto log2 = static_cast<std::size_t>(std::bit_width(ns | 1)) - 1;
    total_ns.Add(ns);
    max_ns.Raise(ns);
    log2_histogram[std::min(log2, kBuckets - 1)].Add(1);
  }
  void Clear() {
    total_ns.Set(0);
    max_ns.Set(0);
    for (auto& bucket : log2_histogram) bucket.Set(0);
  }
  void AddTo(Times& sum) const {
    sum.total_ns += total_ns.Get();
    sum.max_ns = std::max(sum.max_ns, max_ns.Get());
    for (std::size_t i = 0; i < kBuckets; ++i) {
      sum.log2_histogram[i] += log2_histogram[i].Get();
      sum.count += log2_histogram[i].Get();
    }
  }
};

struct Row {
  Relaxed<std::uint64_t> acquisitions;
  Relaxed<std::uint64_t> contended;
  Relaxed<std::uint64_t> failed_tries;
  TimesRow wait;
  TimesRow hold;

  void Clear() {
    for (auto* count : {&acquisitions, &contended, &failed_tries}) count->Set(0);
    wait.Clear();
    hold.Clear();
  }
  void AddTo(LockCounts& sum) const {
    sum.acquisitions += acquisitions.Get();
    sum.contended += contended.Get();
    sum.failed_tries += failed_tries.Get();
    wait.AddTo(sum.wait);
    hold.AddTo(sum.hold);
  }
};

struct ClassRows {
  Relaxed<const LockClass*> lock_class;
  std::array<Row, 2> of_mode;
};

struct alignas(64) Copy {
  std::array<ClassRows, kClassesMax> rows;
};

// Made when somebody first counts, since it is large; then kept.
constinit std::atomic<Copy*> copies{nullptr};

// Returns: the row of a class in one copy, taken if need be.
ClassRows& RowsOf(Copy& copy, const LockClass& lock_class) {
  for (ClassRows& rows : copy.rows) {
    const LockClass* found = rows.lock_class.Get();
    if (found == nullptr && rows.lock_class.Replace(nullptr, &lock_class)) found = &lock_class;
    if (found == nullptr) found = rows.lock_class.Get();  // Somebody was quicker.
    if (found == &lock_class) return rows;
  }
  base::CheckFailed(__FILE__, __LINE__, "a free row", "there are too many classes of locks");
}

Row& RowOf(const LockClass& lock_class, LockMode mode) {
  Copy* all = nullptr;
  // Order: acquire, so that the copies are there. It orders us after whoever began to count, who
  // watches, and after nobody who is watched. (The switch, which is relaxed, may be seen first.)
  while (all == nullptr) all = copies.load(std::memory_order_acquire);
  const std::uint64_t thread = internal::ThisThreadRecord().number.Get();
  return RowsOf(all[thread % kCopies], lock_class).of_mode[mode == LockMode::kShared];
}

void MakeCopies() {
  if (copies.load(std::memory_order_acquire) != nullptr) return;
  Copy* expected = nullptr;
  Copy* const made = new Copy[kCopies]();
  // Order: release, so that whoever counts finds the copies made; acquire for what another made.
  if (!copies.compare_exchange_strong(expected, made, std::memory_order_acq_rel)) delete[] made;
}

}  // namespace

namespace internal {

void CountTaken(const LockClass& lock_class, LockMode mode) {
  RowOf(lock_class, mode).acquisitions.Add(1);
}
void CountWait(const LockClass& lock_class, LockMode mode, std::uint64_t ns) {
  Row& row = RowOf(lock_class, mode);
  row.contended.Add(1);
  row.wait.Add(ns);
}
void CountHold(const LockClass& lock_class, LockMode mode, std::uint64_t ns) {
  RowOf(lock_class, mode).hold.Add(ns);
}
void CountFailedTry(const LockClass& lock_class, LockMode mode) {
  RowOf(lock_class, mode).failed_tries.Add(1);
}

}  // namespace internal

void CollectLockStatistics(bool on) {
  if (on) MakeCopies();
  internal::SetWatch(internal::kCountsLocks, on);
}

LockStatistics ReadLockStatistics() {
  std::map<std::tuple<int, std::string, LockMode>, LockCounts> sums;
  const Copy* const all = copies.load(std::memory_order_acquire);  // Order: as in RowOf.
  for (int copy = 0; all != nullptr && copy < kCopies; ++copy) {
    for (const ClassRows& rows : all[copy].rows) {
      const LockClass* const lock_class = rows.lock_class.Get();
      if (lock_class == nullptr) break;
      for (const LockMode mode : {LockMode::kExclusive, LockMode::kShared}) {
        LockCounts& sum = sums[{lock_class->rank, lock_class->name, mode}];
        rows.of_mode[mode == LockMode::kShared].AddTo(sum);
      }
    }
  }
  LockStatistics statistics;
  for (auto& [key, sum] : sums) {
    if (sum.acquisitions + sum.failed_tries + sum.contended + sum.hold.count == 0) continue;
    std::tie(sum.rank, sum.lock_class, sum.mode) = key;
    statistics.push_back(std::move(sum));
  }
  return statistics;
}

void ResetLockStatistics() {
  internal::ForgetNested();
  Copy* const all = copies.load(std::memory_order_acquire);  // Order: as in RowOf.
  for (int copy = 0; all != nullptr && copy < kCopies; ++copy) {
    for (ClassRows& rows : all[copy].rows) {
      for (Row& row : rows.of_mode) row.Clear();
    }
  }
}

}  // namespace ksync::inline native
