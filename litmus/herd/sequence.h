// Whether an expression leaves open in which order it accesses shared memory.
//
// C does not say which operand of `+`, or which argument of a call, is evaluated first; herd has no
// program order between them. An execution here has one, so such an expression is run only where
// one order allows what none would: all are loads, of different places or plain, and those that
// order nothing, plain and relaxed ones, come before those that do. For an edge of program order
// from such a load to another load says nothing that the edges into and out of the expression do
// not: nobody synchronises with it, and it does not stand in the other's coherence order.
//
// What it does not do: know what pointers point to. Two places differ if two parameters name them.
#ifndef RMAPCHECK_LITMUS_HERD_SEQUENCE_H_
#define RMAPCHECK_LITMUS_HERD_SEQUENCE_H_

#include <optional>

#include "litmus/herd/litmus_test.h"

namespace herd {

// Returns: where the expression leaves an order open that could be told; nothing if nowhere.
std::optional<Position> OrderLeftOpen(const Expression& expression, const Thread& thread);

// Returns: whether a binary operator's right side must be evaluated before its left one.
// Requires: no order is left open.
bool RightComesFirst(const Expression& binary, const Thread& thread);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_SEQUENCE_H_
