// Arithmetic wraps, as on the machine; so it is done on the bits.
// The table of operators is searched by name: a test has a handful.
#include "litmus/herd/arithmetic.h"

#include <limits>
#include <utility>

namespace herd {
namespace {

std::uint64_t Bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::int64_t Value(std::uint64_t bits) { return static_cast<std::int64_t>(bits); }

constexpr int kShiftMask = 31;

std::int64_t ComputeWide(Op op, std::int64_t left, std::int64_t right) {
  switch (op) {
    case Op::kNegate:
      return Value(-Bits(left));
    case Op::kNot:
      return left == 0;
    case Op::kComplement:
      return ~left;
    case Op::kAdd:
      return Value(Bits(left) + Bits(right));
    case Op::kElement:
      return Value(Bits(left) + kElementBytes * Bits(right));
    case Op::kSubtract:
      return Value(Bits(left) - Bits(right));
    case Op::kMultiply:
      return Value(Bits(left) * Bits(right));
    case Op::kDivide:
      return left / right;
    case Op::kRemainder:
      return left % right;
    case Op::kShiftLeft:
      return Value(Bits(left) << (right & kShiftMask));
    case Op::kShiftRight:
      return left >> (right & kShiftMask);
    case Op::kAnd:
      return left & right;
    case Op::kOr:
      return left | right;
    case Op::kXor:
      return left ^ right;
    case Op::kEqual:
      return left == right;
    case Op::kNotEqual:
      return left != right;
    case Op::kLess:
      return left < right;
    case Op::kLessEqual:
      return left <= right;
    case Op::kGreater:
      return left > right;
    case Op::kGreaterEqual:
      return left >= right;
    default:
      return left;
  }
}

}  // namespace

std::optional<Op> BinaryOp(std::string_view text) {
  constexpr std::pair<std::string_view, Op> kTable[] = {
      {"+", Op::kAdd},          {"-", Op::kSubtract},   {"*", Op::kMultiply},
      {"/", Op::kDivide},       {"%", Op::kRemainder},  {"<<", Op::kShiftLeft},
      {">>", Op::kShiftRight},  {"&", Op::kAnd},        {"|", Op::kOr},
      {"^", Op::kXor},          {"==", Op::kEqual},     {"!=", Op::kNotEqual},
      {"<", Op::kLess},         {"<=", Op::kLessEqual}, {">", Op::kGreater},
      {">=", Op::kGreaterEqual}};
  for (const auto& [known, op] : kTable) {
    if (known == text) return op;
  }
  return std::nullopt;
}

bool Divides(std::int64_t left, std::int64_t right) {
  return right != 0 && !(left == std::numeric_limits<std::int64_t>::min() && right == -1);
}

// Ints make an int; an address and an int an address.
std::int64_t Compute(Op op, std::int64_t left, std::int64_t right) {
  const std::int64_t wide = ComputeWide(op, left, right);
  return IsInt(left) && IsInt(right) ? static_cast<std::int32_t>(wide) : wide;
}

}  // namespace herd
