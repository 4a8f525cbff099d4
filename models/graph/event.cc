// The meaning of actions as functions of the value they read. Pure: the exploration evaluates them
// without running the program.
#include "models/graph/event.h"

#include <algorithm>

namespace models {
namespace {

using ksync::Condition;
using ksync::LockMode;
using ksync::RmwOp;

std::uint64_t Truncate(std::uint64_t value, int bytes) {
  return bytes >= 8 ? value : value & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

Effect ApplyRmw(const Request& rmw, std::uint64_t value) {
  switch (static_cast<RmwOp::Kind>(rmw.detail)) {
    case RmwOp::Kind::kExchange:
      return {true, true, rmw.value};
    case RmwOp::Kind::kAdd:
      return {true, true, Truncate(value + rmw.value, rmw.bytes)};
    case RmwOp::Kind::kAnd:
      return {true, true, value & rmw.value};
    case RmwOp::Kind::kOr:
      return {true, true, value | rmw.value};
    case RmwOp::Kind::kXor:
      return {true, true, value ^ rmw.value};
    case RmwOp::Kind::kNand:
      return {true, true, Truncate(~(value & rmw.value), rmw.bytes)};
    case RmwOp::Kind::kCompareExchange:
      if (value == rmw.second) return {true, true, rmw.value};
      return {true, false, 0};
  }
  return {};
}

Condition ConditionOf(const Request& await) {
  return {static_cast<Condition::Compare>(await.detail), await.value, await.second};
}

Effect ApplyTake(LockMode mode, std::uint64_t value) {
  if (mode == LockMode::kExclusive) {
    return value == 0 ? Effect{true, true, kHeldExclusively} : Effect{false, false, 0};
  }
  return value == kHeldExclusively ? Effect{false, false, 0} : Effect{true, true, value + 1};
}

Effect ApplyTryTake(LockMode mode, std::uint64_t value) {
  Effect effect = ApplyTake(mode, value);
  effect.satisfied = true;
  return effect;
}

}  // namespace

Effect Apply(const Action& action, std::uint64_t value) {
  if (action.never != nullptr &&
      std::find(action.never->begin(), action.never->end(), value) != action.never->end()) {
    return {false, false, 0};
  }
  switch (action.kind) {
    case ActionKind::kRmw:
      return ApplyRmw(action, value);
    case ActionKind::kAwait:
      return {ConditionOf(action).Holds(value), false, 0};
    case ActionKind::kAcquire:
      return ApplyTake(action.mode(), value);
    case ActionKind::kTryAcquire:
      return ApplyTryTake(action.mode(), value);
    case ActionKind::kRelease:
      return {true, true, value - 1};  // A shared holder leaves.
    case ActionKind::kGraceStart:
      return {true, true, value + 1};
    default:
      return {true, false, 0};
  }
}

const char* ActionName(ActionKind kind) {
  constexpr const char* kNames[] = {"load",
                                    "store",
                                    "rmw",
                                    "wait",
                                    "lock",
                                    "trylock",
                                    "is locked?",
                                    "unlock",
                                    "fence",
                                    "create",
                                    "join",
                                    "end",
                                    "choose",
                                    "slab alloc",
                                    "slab free",
                                    "rcu_read_lock",
                                    "rcu_read_unlock",
                                    "synchronize_rcu begins",
                                    "synchronize_rcu ends"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace models
