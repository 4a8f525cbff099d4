// The accesses of each operand are collected, and those of two operands compared in pairs. What is
// no access (a register, a number) has no order that could be told.
#include "litmus/herd/sequence.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "litmus/herd/functions.h"

namespace herd {
namespace {

using Kind = Expression::Kind;

struct Looked {
  enum class How : std::uint8_t { kPlain, kRelaxed, kOrdered };  // Of a load.
  bool is_load = false;
  How how = How::kOrdered;
  std::string place;  // The parameter that names it; empty: some place.
};

bool IsParameter(const Thread& thread, const Expression& expression) {
  if (expression.kind != Kind::kName) return false;
  for (const Thread::Parameter& parameter : thread.parameters) {
    if (parameter.name == expression.text) return true;
  }
  return false;
}

std::string PlaceOf(const Expression& address, const Thread& thread) {
  return IsParameter(thread, address) ? address.text : "";
}

void AddCall(const Expression& call, const Thread& thread, std::vector<Looked>& all) {
  const std::optional<Function> function = FindFunction(call.text);
  if (!function.has_value() || function->kind == FunctionKind::kNothing) return;
  Looked looked;
  looked.is_load = function->kind == FunctionKind::kLoad;
  const bool has_order = function->orders == 1 && call.operands.size() == 2;
  if (has_order && FindOrder(call.operands[1].text) == ksync::relaxed) {
    looked.how = Looked::How::kRelaxed;
  }
  if (!call.operands.empty()) looked.place = PlaceOf(call.operands[0], thread);
  all.push_back(looked);
}

// Adds every access to shared memory that the expression makes.
void AddAccesses(const Expression& expression, const Thread& thread, std::vector<Looked>& all) {
  for (const Expression& operand : expression.operands) AddAccesses(operand, thread, all);
  const bool reads = expression.kind == Kind::kUnary && expression.text == "*";
  const bool writes = expression.kind == Kind::kAssign || expression.kind == Kind::kPrefixStep ||
                      expression.kind == Kind::kPostfixStep;
  if (expression.kind == Kind::kCall) AddCall(expression, thread, all);
  constexpr Looked::How kPlain = Looked::How::kPlain;
  if (reads) all.push_back({true, kPlain, PlaceOf(expression.operands[0], thread)});
  if (expression.kind == Kind::kIndex) all.push_back({true, kPlain, ""});
  if (writes && expression.operands[0].kind != Kind::kName) all.push_back({false, kPlain, ""});
}

std::vector<Looked> AccessesOf(const Expression& expression, const Thread& thread) {
  std::vector<Looked> all;
  AddAccesses(expression, thread, all);
  return all;
}

bool AreQuiet(const std::vector<Looked>& accesses) {
  return std::all_of(accesses.begin(), accesses.end(), [](const Looked& one) {
    return one.is_load && one.how != Looked::How::kOrdered;
  });
}

bool DoNotMeet(const Looked& a, const Looked& b) {
  const bool plain = a.how == Looked::How::kPlain && b.how == Looked::How::kPlain;
  const bool differ = !a.place.empty() && !b.place.empty() && a.place != b.place;
  return a.is_load && b.is_load && (plain || differ);
}

// `may_turn`: whether the right side can be evaluated first.
bool IsOpen(const Expression& left, const Expression& right, bool may_turn, const Thread& thread) {
  const std::vector<Looked> before = AccessesOf(left, thread);
  const std::vector<Looked> behind = AccessesOf(right, thread);
  if (before.empty() || behind.empty()) return false;
  if (!AreQuiet(before) && !(may_turn && AreQuiet(behind))) return true;
  for (const Looked& a : before) {
    for (const Looked& b : behind) {
      if (!DoNotMeet(a, b)) return true;
    }
  }
  return false;
}

bool IsOrdered(const Expression& expression) {
  return expression.kind == Kind::kConditional || expression.text == "&&" ||
         expression.text == "||";
}

// `*p = e` writes behind both, so of its left side only the address is evaluated beside e.
const Expression& Evaluated(const Expression& expression, std::size_t operand) {
  const Expression& side = expression.operands[operand];
  const bool is_target = operand == 0 && expression.kind == Kind::kAssign &&
                         expression.text.empty() && side.kind == Kind::kUnary;
  return is_target ? side.operands[0] : side;
}

}  // namespace

std::optional<Position> OrderLeftOpen(const Expression& expression, const Thread& thread) {
  const std::vector<Expression>& operands = expression.operands;
  for (const Expression& operand : operands) {
    const std::optional<Position> inside = OrderLeftOpen(operand, thread);
    if (inside.has_value()) return inside;
  }
  if (IsOrdered(expression)) return std::nullopt;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    for (std::size_t j = i + 1; j < operands.size(); ++j) {
      const bool may_turn = expression.kind == Kind::kBinary;
      if (IsOpen(Evaluated(expression, i), Evaluated(expression, j), may_turn, thread)) {
        return operands[j].at;
      }
    }
  }
  return std::nullopt;
}

bool RightComesFirst(const Expression& binary, const Thread& thread) {
  const std::vector<Looked> right = AccessesOf(binary.operands[1], thread);
  return !right.empty() && AreQuiet(right) && !AreQuiet(AccessesOf(binary.operands[0], thread));
}

}  // namespace herd
