// Formulas, evaluated from the outside in; the empty conjunction is true, the empty disjunction
// false.
#include "litmus/herd/formula.h"

#include <algorithm>

namespace herd {
namespace {

bool IsEqual(const Formula& formula, const State& state) {
  const std::int64_t right = formula.right.has_value() ? state[*formula.right] : formula.number;
  return state[formula.left] == right;
}

}  // namespace

bool Holds(const Formula& formula, const State& state) {
  const auto holds = [&state](const Formula& operand) { return Holds(operand, state); };
  const std::vector<Formula>& operands = formula.operands;
  switch (formula.kind) {
    case Proposition::Kind::kTrue:
      return true;
    case Proposition::Kind::kFalse:
      return false;
    case Proposition::Kind::kEqual:
      return IsEqual(formula, state);
    case Proposition::Kind::kNotEqual:
      return !IsEqual(formula, state);
    case Proposition::Kind::kNot:
      return !holds(operands[0]);
    case Proposition::Kind::kAnd:
      return std::all_of(operands.begin(), operands.end(), holds);
    case Proposition::Kind::kOr:
      return std::any_of(operands.begin(), operands.end(), holds);
    case Proposition::Kind::kImplies:
      return !holds(operands[0]) || holds(operands[1]);
  }
  return false;
}

}  // namespace herd
