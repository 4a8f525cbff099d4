// Functions with one name each are a table; those that the kernel generates from an operation, what
// it gives back and how it orders are taken apart: atomic_[fetch_]OPERATION[_return][_ORDER].
#include "litmus/lkmm/vocabulary.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace lkmm {
namespace {

struct Named {
  std::string_view name;
  Function function;
};

constexpr Function Fence(Tag tag) { return {.act = Act::kFence, .tag = tag}; }

constexpr Named kNamed[] = {
    {"READ_ONCE", {.act = Act::kRead, .tag = Tag::kOnce, .by_name = true}},
    {"WRITE_ONCE", {.act = Act::kWrite, .tag = Tag::kOnce, .by_name = true}},
    {"rcu_dereference", {.act = Act::kRead, .tag = Tag::kOnce, .by_name = true}},
    {"rcu_assign_pointer", {.act = Act::kWrite, .tag = Tag::kRelease, .by_name = true}},
    {"smp_store_mb", {.act = Act::kWriteThenMb, .tag = Tag::kOnce, .by_name = true}},
    {"smp_load_acquire", {.act = Act::kRead, .tag = Tag::kAcquire}},
    {"smp_store_release", {.act = Act::kWrite, .tag = Tag::kRelease}},
    {"smp_mb", Fence(Tag::kMb)},
    {"smp_rmb", Fence(Tag::kRmb)},
    {"smp_wmb", Fence(Tag::kWmb)},
    {"smp_mb__before_atomic", Fence(Tag::kBeforeAtomic)},
    {"smp_mb__after_atomic", Fence(Tag::kAfterAtomic)},
    {"smp_mb__after_spinlock", Fence(Tag::kAfterSpinlock)},
    {"smp_mb__after_unlock_lock", Fence(Tag::kAfterUnlockLock)},
    {"smp_mb__after_srcu_read_unlock", Fence(Tag::kAfterSrcuReadUnlock)},
    {"barrier", Fence(Tag::kBarrier)},
    {"rcu_read_lock", Fence(Tag::kRcuLock)},
    {"rcu_read_unlock", Fence(Tag::kRcuUnlock)},
    {"synchronize_rcu", Fence(Tag::kSyncRcu)},
    {"synchronize_rcu_expedited", Fence(Tag::kSyncRcu)},
    {"spin_lock", {.act = Act::kLock}},
    {"spin_unlock", {.act = Act::kUnlock}},
    {"spin_trylock", {.act = Act::kTryLock}},
    {"spin_is_locked", {.act = Act::kIsLocked}},
    {"srcu_read_lock", {.act = Act::kRead, .tag = Tag::kSrcuLock}},
    {"srcu_down_read", {.act = Act::kRead, .tag = Tag::kSrcuLock}},
    {"srcu_read_unlock", {.act = Act::kWrite, .tag = Tag::kSrcuUnlock}},
    {"srcu_up_read", {.act = Act::kWrite, .tag = Tag::kSrcuUnlock}},
    {"synchronize_srcu", {.act = Act::kSyncSrcu}},
    {"synchronize_srcu_expedited", {.act = Act::kSyncSrcu}},
    {"atomic_read", {.act = Act::kRead, .tag = Tag::kOnce}},
    {"atomic_set", {.act = Act::kWrite, .tag = Tag::kOnce}},
    {"atomic_read_acquire", {.act = Act::kRead, .tag = Tag::kAcquire}},
    {"atomic_set_release", {.act = Act::kWrite, .tag = Tag::kRelease}},
    {"atomic_add_unless", {.act = Act::kAddUnless, .tag = Tag::kMb}},
};

struct Operation {
  std::string_view name;
  char operation;
  bool by_one;
  bool is_sum;  // The kernel has a form of it that gives the new value back.
};

constexpr Operation kOperations[] = {
    {"add", '+', false, true},  {"sub", '-', false, true},     {"inc", '+', true, true},
    {"dec", '-', true, true},   {"and", '&', false, false},    {"or", '|', false, false},
    {"xor", '^', false, false}, {"andnot", '~', false, false},
};

// Takes `_relaxed` and its kin away from the end.
Tag TakeOrder(std::string_view& name) {
  constexpr std::pair<std::string_view, Tag> kOrders[] = {
      {"_relaxed", Tag::kOnce}, {"_acquire", Tag::kAcquire}, {"_release", Tag::kRelease}};
  for (const auto& [suffix, tag] : kOrders) {
    if (absl::ConsumeSuffix(&name, suffix)) return tag;
  }
  return Tag::kMb;
}

// `stem`: what stands behind "atomic_", without the order.
std::optional<Function> FindOperation(std::string_view stem, Tag tag) {
  const bool is_test = absl::ConsumeSuffix(&stem, "_and_test");
  const bool is_negative = absl::ConsumeSuffix(&stem, "_negative");
  const bool gives_new = absl::ConsumeSuffix(&stem, "_return");
  const bool gives_old = absl::ConsumePrefix(&stem, "fetch_");
  if (is_test + is_negative + gives_new + gives_old > 1) return std::nullopt;
  for (const Operation& one : kOperations) {
    if (stem != one.name) continue;
    if (!one.is_sum && (is_test || is_negative || gives_new)) return std::nullopt;
    if (is_test && (stem == "add" || tag != Tag::kMb)) return std::nullopt;
    if (is_negative && stem != "add") return std::nullopt;
    Function function = {.act = Act::kOperate, .tag = tag};
    function.operation = one.operation;
    function.by_one = one.by_one;
    function.result = is_test       ? Result::kNewIsZero
                      : is_negative ? Result::kNewIsNegative
                      : gives_new   ? Result::kNew
                                    : Result::kOld;
    if (is_test || is_negative || gives_new || gives_old) return function;
    if (tag != Tag::kMb) return std::nullopt;  // What gives nothing back has no orders.
    function.tag = Tag::kNoReturn;
    return function;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Function> FindFunction(std::string_view name) {
  for (const Named& named : kNamed) {
    if (name == named.name) return named.function;
  }
  const Tag tag = TakeOrder(name);
  const bool is_atomic = absl::ConsumePrefix(&name, "atomic_");
  if (name == "xchg") return Function{.act = Act::kExchange, .tag = tag};
  if (name == "cmpxchg") return Function{.act = Act::kCompareExchange, .tag = tag};
  return is_atomic ? FindOperation(name, tag) : std::nullopt;
}

int Arguments(const Function& function) {
  switch (function.act) {
    case Act::kFence:
      return 0;
    case Act::kWrite:
    case Act::kWriteThenMb:
    case Act::kExchange:
      return 2;
    case Act::kOperate:
      return function.by_one ? 1 : 2;
    case Act::kCompareExchange:
    case Act::kAddUnless:
      return 3;
    case Act::kRead:
    case Act::kLock:
    case Act::kTryLock:
    case Act::kIsLocked:
    case Act::kUnlock:
    case Act::kSyncSrcu:
      break;
  }
  return 1;
}

}  // namespace lkmm
