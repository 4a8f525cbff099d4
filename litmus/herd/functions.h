// The functions that a litmus test may call, as a table: C11's, which are run, and the kernel's,
// which are known by name.
#ifndef RMAPCHECK_LITMUS_HERD_FUNCTIONS_H_
#define RMAPCHECK_LITMUS_HERD_FUNCTIONS_H_

#include <optional>
#include <string_view>

#include "core/sync/hooks.h"

namespace herd {

enum class FunctionKind {
  kLoad,             // (address)
  kStore,            // (address, value)
  kRmw,              // (address, value)
  kCompareExchange,  // (address, address of what is expected, value)
  kFence,            // ()
  kNothing,          // () Orders nothing between threads.
  kPlainStore,       // (address, value)
  kTestAndSet,       // (address)
  kClear,            // (address)
  kLock,             // (address)
  kUnlock,           // (address)
};

struct Function {
  FunctionKind kind = FunctionKind::kLoad;
  ksync::RmwOp::Kind rmw = ksync::RmwOp::Kind::kExchange;
  bool negated = false;  // fetch_sub: adds the negative.
  bool weak = false;
  int operands = 1;  // Arguments that are no orders.
  int orders = 0;    // Arguments that are orders, behind them; the missing ones are seq_cst.
};

// Returns: the C11 function of that name.
std::optional<Function> FindFunction(std::string_view name);

// Returns: whether only the Linux kernel has a function or macro of that name.
bool IsKernelFunction(std::string_view name);

// Returns: the order called `memory_order_relaxed` and so on; nothing for consume, and for what is
// no order.
std::optional<ksync::Order> FindOrder(std::string_view name);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_FUNCTIONS_H_
