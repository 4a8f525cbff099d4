// In which order locks are taken on real threads: a table of what was held when what was taken, by
// class, mode, and way of taking. It says that something happened, and where it did first.
//
// A row is written once, by whoever is first; later comers only look. So what is common costs no
// thread another one's cache line.
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/sync/native_control.h"
#include "core/sync/native_record.h"
#include "core/sync/native_watch.h"

namespace ksync::inline native {
namespace {

using internal::Relaxed;
using internal::Taking;

constexpr int kClassesMax = 32;
constexpr int kWays = 2 * 2 * 3;  // Modes of both, and how the inner one was taken.

struct Row {
  Relaxed<bool> taken;  // By who writes the rest.
  Relaxed<Site> held_at;
  Relaxed<Site> taken_at;
};

constinit std::array<Relaxed<const LockClass*>, kClassesMax> classes;
constinit std::array<Row, kClassesMax * kClassesMax * kWays> rows;

// Returns: the number of a class, given when it is first met.
int NumberOf(const LockClass& lock_class) {
  for (int i = 0; i < kClassesMax; ++i) {
    const LockClass* found = classes[i].Get();
    if (found == nullptr && classes[i].Replace(nullptr, &lock_class)) found = &lock_class;
    if (found == nullptr) found = classes[i].Get();  // Somebody was quicker.
    if (found == &lock_class) return i;
  }
  base::CheckFailed(__FILE__, __LINE__, "a free number", "there are too many classes of locks");
}

int WayOf(LockMode held, LockMode taken, Taking how) {
  return (static_cast<int>(held) * 2 + static_cast<int>(taken)) * 3 + static_cast<int>(how);
}

LockNesting NestingOf(int held, int taken, int way, const Row& row) {
  const auto how = static_cast<Taking>(way % 3);
  return {.held = classes[held].Get()->name,
          .taken = classes[taken].Get()->name,
          .held_mode = static_cast<LockMode>(way / 6),
          .taken_mode = static_cast<LockMode>(way / 3 % 2),
          .tried = how == Taking::kTrying,
          .nested = how == Taking::kNesting,
          .held_at = row.held_at.Get(),
          .taken_at = row.taken_at.Get()};
}

}  // namespace

namespace internal {

void NoteNested(const HeldLock& held, const HeldLock& taken, Taking how) {
  const int classes_index = NumberOf(*held.lock_class) * kClassesMax + NumberOf(*taken.lock_class);
  Row& row = rows[classes_index * kWays + WayOf(held.mode, taken.mode, how)];
  if (row.taken.Get() || !row.taken.Replace(false, true)) return;
  row.held_at.Set(held.site);
  row.taken_at.Set(taken.site);
}

void ForgetNested() {
  for (Row& row : rows) row.taken.Set(false);
}

}  // namespace internal

std::vector<LockNesting> ReadLockOrder() {
  std::map<std::tuple<std::string, std::string, int>, LockNesting> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].taken.Get()) continue;
    const int way = static_cast<int>(i % kWays);
    const int pair = static_cast<int>(i / kWays);
    LockNesting nesting = NestingOf(pair / kClassesMax, pair % kClassesMax, way, rows[i]);
    found.try_emplace({nesting.held, nesting.taken, way}, nesting);
  }
  std::vector<LockNesting> order;
  for (auto& [key, nesting] : found) order.push_back(std::move(nesting));
  return order;
}

}  // namespace ksync::inline native
