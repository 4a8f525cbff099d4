// What the kernel's functions do. Which operand of a read-modify-write is a dependency of its read,
// and which of its write, is as in herd: an addition writes what it has read, an exchange does not.
#include "absl/strings/str_cat.h"
#include "litmus/herd/arithmetic.h"
#include "litmus/lkmm/tracer.h"

namespace lkmm {
namespace {

using herd::Expression;

std::int64_t Apply(char operation, std::int64_t left, std::int64_t right) {
  switch (operation) {
    case '+':
      return herd::Compute(herd::Op::kAdd, left, right);
    case '-':
      return herd::Compute(herd::Op::kSubtract, left, right);
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    default:
      return left & ~right;
  }
}

}  // namespace

Tracer::Value Tracer::EvaluateCall(const Expression& call) {
  const std::optional<Function> found = FindFunction(call.text);
  if (!found.has_value()) {
    herd::RejectUnsupported(absl::StrCat("the function ", call.text, " in a kernel test"), call.at);
  }
  const Function& function = *found;
  const std::vector<Expression>& operands = call.operands;
  if (static_cast<int>(operands.size()) != Arguments(function)) {
    herd::RejectWrong(test_, call.at,
                      absl::StrCat("expected ", Arguments(function), " arguments of ", call.text,
                                   ", found ", operands.size()));
  }
  if (function.act == Act::kFence) {
    Fence(function.tag);
    return {};
  }
  if (function.act == Act::kOperate) {
    const Value value = function.by_one ? Value{1} : Evaluate(operands[0]);
    return Operate(function, PlaceOf(function, operands.back()), value);
  }
  const Value place = PlaceOf(function, operands[0]);
  switch (function.act) {
    case Act::kRead:
      return Read(function.tag, place, false);
    case Act::kWrite:
    case Act::kWriteThenMb:
      Write(function.tag, place, Evaluate(operands[1]));
      if (function.act == Act::kWriteThenMb) {
        NextStatement();
        Fence(Tag::kMb);
      }
      return {};
    case Act::kExchange:
      return Exchange(function, place, Evaluate(operands[1]));
    case Act::kCompareExchange: {
      const Value expected = Evaluate(operands[1]);
      return CompareExchange(function, place, expected, Evaluate(operands[2]));
    }
    case Act::kAddUnless: {
      const Value value = Evaluate(operands[1]);
      return AddUnless(function, place, value, Evaluate(operands[2]));
    }
    case Act::kLock:
      TakeLock(place);
      return {};
    case Act::kTryLock: {
      // Either way, but only a failure is a load whose outcome something may depend on.
      if (Choose(2) == 1) return {0, Only(Emit(At(Kind::kLockFail, Tag::kPlain, place)))};
      TakeLock(place);
      return {1};
    }
    case Act::kIsLocked: {
      const bool is_locked = Choose(2) == 1;
      const Kind kind = is_locked ? Kind::kReadLocked : Kind::kReadUnlocked;
      return {is_locked, Only(Emit(At(kind, Tag::kPlain, place)))};
    }
    case Act::kUnlock:
      Emit(At(Kind::kUnlock, Tag::kPlain, place));
      return {};
    case Act::kSyncSrcu:
      Emit(At(Kind::kSyncSrcu, Tag::kPlain, place));
      return {};
    case Act::kFence:
    case Act::kOperate:
      break;
  }
  return {};
}

Tracer::Value Tracer::PlaceOf(const Function& function, const Expression& operand) {
  if (!function.by_name) return Evaluate(operand);
  const bool is_lvalue = operand.kind == Expression::Kind::kIndex ||
                         (operand.kind == Expression::Kind::kUnary && operand.text == "*");
  if (!is_lvalue) {
    herd::RejectWrong(test_, operand.at, "expected what a pointer points to, such as *x");
  }
  return FindTarget(operand).address;
}

// The write of the read-modify-write that `read` is the read of.
void Tracer::WriteAfter(int read, const Value& place, const Value& value, bool by_address) {
  Event event = At(Kind::kWrite, trace_.events[read].tag, place);
  event.is_rmw = true;
  event.partner = read;
  event.value = value.number;
  event.data = value.data;
  if (!by_address) event.address = 0;
  event.inside |= OfStatement(value.data) | Only(read);
  Emit(event);
}

Tracer::Value Tracer::Exchange(const Function& function, const Value& place, const Value& value) {
  const Value old = Read(function.tag, place, true);
  WriteAfter(static_cast<int>(trace_.events.size()) - 1, place, value, true);
  return old;
}

Tracer::Value Tracer::CompareExchange(const Function& function, const Value& place,
                                      const Value& expected, const Value& value) {
  const Value old = Read(function.tag, place, true);
  if (!Decide({old.number == expected.number, old.data})) return old;
  WriteAfter(static_cast<int>(trace_.events.size()) - 1, place, value, true);
  trace_.events.back().inside |= OfStatement(expected.data);
  return old;
}

Tracer::Value Tracer::Operate(const Function& function, const Value& place, const Value& value) {
  const Value old = Read(function.tag, place, true);
  Value result = {Apply(function.operation, old.number, value.number), old.data | value.data,
                  value.control};
  WriteAfter(static_cast<int>(trace_.events.size()) - 1, place, result, false);
  switch (function.result) {
    case Result::kOld:
      result.number = old.number;
      break;
    case Result::kNew:
      break;
    case Result::kNewIsZero:
      result.number = result.number == 0;
      break;
    case Result::kNewIsNegative:
      result.number = result.number < 0;
      break;
  }
  return result;
}

Tracer::Value Tracer::AddUnless(const Function& function, const Value& place, const Value& value,
                                const Value& unless) {
  const Value old = Read(function.tag, place, true);
  const Value result = {old.number != unless.number, old.data | unless.data, unless.control};
  if (!Decide(result)) return result;
  const int read = static_cast<int>(trace_.events.size()) - 1;
  WriteAfter(read, place, {Apply('+', old.number, value.number), old.data}, true);
  Event& write = trace_.events.back();
  write.address |= value.data;
  write.inside |= OfStatement(value.data | unless.data);
  return result;
}

void Tracer::TakeLock(const Value& place) {
  const int read = Emit(At(Kind::kLockRead, Tag::kPlain, place));
  Event event = At(Kind::kLockWrite, Tag::kPlain, place);
  event.partner = read;
  event.inside |= Only(read);
  Emit(event);
}

}  // namespace lkmm
