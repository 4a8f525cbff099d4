// The tables. A C11 name is `atomic_`, a stem, and perhaps `_explicit`; the kernel's are known by
// whole name, by prefix, or by a suffix that no C11 name has.
#include "litmus/herd/functions.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace herd {
namespace {

using Rmw = ksync::RmwOp::Kind;
using Kind = FunctionKind;

struct Stem {
  std::string_view name;
  Function function;  // `orders`: how many it has if explicit.
};

constexpr Stem kAtomicStems[] = {
    {"load", {.kind = Kind::kLoad, .orders = 1}},
    {"store", {.kind = Kind::kStore, .operands = 2, .orders = 1}},
    {"exchange", {.kind = Kind::kRmw, .rmw = Rmw::kExchange, .operands = 2, .orders = 1}},
    {"fetch_add", {.kind = Kind::kRmw, .rmw = Rmw::kAdd, .operands = 2, .orders = 1}},
    {"fetch_sub",
     {.kind = Kind::kRmw, .rmw = Rmw::kAdd, .negated = true, .operands = 2, .orders = 1}},
    {"fetch_and", {.kind = Kind::kRmw, .rmw = Rmw::kAnd, .operands = 2, .orders = 1}},
    {"fetch_or", {.kind = Kind::kRmw, .rmw = Rmw::kOr, .operands = 2, .orders = 1}},
    {"fetch_xor", {.kind = Kind::kRmw, .rmw = Rmw::kXor, .operands = 2, .orders = 1}},
    {"compare_exchange_strong", {.kind = Kind::kCompareExchange, .operands = 3, .orders = 2}},
    {"compare_exchange_weak",
     {.kind = Kind::kCompareExchange, .weak = true, .operands = 3, .orders = 2}},
    {"flag_test_and_set", {.kind = Kind::kTestAndSet, .operands = 1, .orders = 1}},
    {"flag_clear", {.kind = Kind::kClear, .operands = 1, .orders = 1}},
};

// Those that are written in one way only.
constexpr Stem kOthers[] = {
    {"atomic_thread_fence", {.kind = Kind::kFence, .operands = 0, .orders = 1}},
    {"atomic_signal_fence", {.kind = Kind::kNothing, .operands = 0, .orders = 1}},
    {"atomic_init", {.kind = Kind::kPlainStore, .operands = 2}},
    {"SCAS", {.kind = Kind::kCompareExchange, .operands = 3}},
    {"WCAS", {.kind = Kind::kCompareExchange, .weak = true, .operands = 3}},
    {"lock", {.kind = Kind::kLock}},
    {"unlock", {.kind = Kind::kUnlock}},
    {"mtx_lock", {.kind = Kind::kLock}},
    {"mtx_unlock", {.kind = Kind::kUnlock}},
    {"pthread_mutex_lock", {.kind = Kind::kLock}},
    {"pthread_mutex_unlock", {.kind = Kind::kUnlock}},
};

constexpr std::string_view kKernelNames[] = {
    "READ_ONCE",     "WRITE_ONCE",        "ACCESS_ONCE",
    "barrier",       "call_rcu",          "kfree",
    "xchg",          "cmpxchg",           "atomic_read",
    "atomic_set",    "atomic_xchg",       "atomic_add",
    "atomic_sub",    "atomic_inc",        "atomic_dec",
    "atomic_and",    "atomic_or",         "atomic_xor",
    "atomic_andnot", "read_lock",         "read_unlock",
    "write_lock",    "write_unlock",      "atomic_cmpxchg",
    "dereference",   "local_irq_disable", "local_irq_enable",
};

constexpr std::string_view kKernelPrefixes[] = {
    "smp_",
    "rcu_",
    "srcu_",
    "spin_",
    "raw_spin_",
    "synchronize_",
    "xchg_",
    "cmpxchg_",
    "atomic_read_",
    "atomic_set_",
    "atomic_xchg_",
    "atomic_add_",
    "atomic_sub_",
    "atomic_inc_",
    "atomic_dec_",
    "atomic_cmpxchg_",
    "atomic64_",
    "atomic_long_",
    "atomic_try_",
    "atomic_fetch_inc",
    "atomic_fetch_dec",
    "atomic_fetch_andnot",
    "__smp_",
    "try_cmpxchg",
    "down_",
    "up_",
    "mutex_",
};

// `atomic_fetch_add_relaxed` is the kernel's, `atomic_fetch_add_explicit` is C11's.
constexpr std::string_view kKernelSuffixes[] = {"_relaxed", "_acquire", "_release", "_return",
                                                "_and_test"};

}  // namespace

std::optional<Function> FindFunction(std::string_view name) {
  for (const Stem& other : kOthers) {
    if (name == other.name) return other.function;
  }
  if (!absl::ConsumePrefix(&name, "atomic_")) return std::nullopt;
  const bool is_explicit = absl::ConsumeSuffix(&name, "_explicit");
  for (const Stem& stem : kAtomicStems) {
    if (name != stem.name) continue;
    Function function = stem.function;
    if (!is_explicit) function.orders = 0;
    return function;
  }
  return std::nullopt;
}

bool IsKernelFunction(std::string_view name) {
  for (std::string_view known : kKernelNames) {
    if (name == known) return true;
  }
  for (std::string_view prefix : kKernelPrefixes) {
    if (absl::StartsWith(name, prefix)) return true;
  }
  if (!absl::StartsWith(name, "atomic_")) return false;
  for (std::string_view suffix : kKernelSuffixes) {
    if (absl::EndsWith(name, suffix)) return true;
  }
  return false;
}

std::optional<ksync::Order> FindOrder(std::string_view name) {
  constexpr std::pair<std::string_view, ksync::Order> kOrders[] = {
      {"memory_order_relaxed", ksync::relaxed}, {"memory_order_acquire", ksync::acquire},
      {"memory_order_release", ksync::release}, {"memory_order_acq_rel", ksync::acq_rel},
      {"memory_order_seq_cst", ksync::seq_cst},
  };
  for (const auto& [known, order] : kOrders) {
    if (name == known) return order;
  }
  return std::nullopt;
}

}  // namespace herd
