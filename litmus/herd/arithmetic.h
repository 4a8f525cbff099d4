// What C's operators compute on values of 64 bits, which wrap; for whoever runs the body of a
// thread. What it does not do: dereference.
#ifndef RMAPCHECK_LITMUS_HERD_ARITHMETIC_H_
#define RMAPCHECK_LITMUS_HERD_ARITHMETIC_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "litmus/herd/code.h"

namespace herd {

constexpr bool IsInt(std::int64_t value) { return value == static_cast<std::int32_t>(value); }

// Returns: the operation of "+" and its kin; nothing for what is no operator with two operands.
std::optional<Op> BinaryOp(std::string_view text);

// Returns: whether dividing is defined. Else the execution is given up.
bool Divides(std::int64_t left, std::int64_t right);

// Requires: the operation is one before Op::kJump; if it divides, that Divides. Operations with one
// operand look at `left` alone.
std::int64_t Compute(Op op, std::int64_t left, std::int64_t right);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_ARITHMETIC_H_
