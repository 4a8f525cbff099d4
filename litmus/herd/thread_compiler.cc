// Statements become jumps, expressions become instructions, calls become accesses.
// Jumps forward are emitted without a target and patched when it is known.
#include "litmus/herd/thread_compiler.h"

#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "litmus/herd/arithmetic.h"
#include "litmus/herd/sequence.h"

namespace herd {
namespace {

using Kind = Expression::Kind;

// Returns: whether evaluating it looks at shared memory.
bool Looks(const Expression& expression) {
  const bool looks = expression.kind == Kind::kCall || expression.kind == Kind::kIndex ||
                     (expression.kind == Kind::kUnary && expression.text == "*");
  if (looks) return true;
  for (const Expression& operand : expression.operands) {
    if (Looks(operand)) return true;
  }
  return false;
}

bool Looks(const Statement& statement) {
  for (const Expression& expression : statement.expressions) {
    if (Looks(expression)) return true;
  }
  for (const Statement& inner : statement.body) {
    if (Looks(inner)) return true;
  }
  return false;
}

// A loop that what other threads do cannot prolong: it counts, or it is local altogether.
bool IsBounded(const Statement& loop) {
  if (!Looks(loop)) return true;
  const bool counts = loop.kind == Statement::Kind::kFor && loop.has_condition && loop.has_step;
  return counts && !Looks(loop.expressions[0]) && !Looks(loop.expressions[1]);
}

}  // namespace

ThreadCompiler::ThreadCompiler(const LitmusTest& test, const Thread& thread, const Globals& globals)
    : test_(test), thread_(thread), globals_(globals) {}

ThreadCode ThreadCompiler::Compile() {
  code_.name = absl::StrCat("P", thread_.number);
  code_.number = thread_.number;
  code_.accesses.resize(globals_.all().size());
  const auto initial = InitialRegisters(test_, thread_, globals_);
  for (const std::string& name : RegistersOf(test_, thread_)) {
    const auto found = initial.find(name);
    registers_[name] = Fresh(found == initial.end() ? 0 : found->second);
    code_.names.push_back(name);
  }
  for (const Statement& statement : thread_.body) Do(statement);
  PatchToHere(returns_);
  return std::move(code_);
}

// Statements --------------------------------------------------------------------------------------

void ThreadCompiler::Do(const Statement& statement) {
  for (const Expression& expression : statement.expressions) {
    const std::optional<Position> open = OrderLeftOpen(expression, thread_);
    if (open.has_value()) {
      RejectUnsupported("two accesses in one expression, whose order C leaves open", *open);
    }
  }
  switch (statement.kind) {
    case Statement::Kind::kBlock:
      for (const Statement& inner : statement.body) Do(inner);
      return;
    case Statement::Kind::kDeclare:
      return DoDeclaration(statement);
    case Statement::Kind::kExpression:
      Evaluate(statement.expressions[0]);
      return;
    case Statement::Kind::kIf:
      return DoIf(statement);
    case Statement::Kind::kWhile:
    case Statement::Kind::kDo:
    case Statement::Kind::kFor:
      return DoLoop(statement);
    case Statement::Kind::kReturn:
      for (const Expression& value : statement.expressions) Evaluate(value);
      returns_.push_back(EmitJump(Op::kJump));
      return;
    case Statement::Kind::kBreak:
    case Statement::Kind::kContinue:
      break;
  }
  if (loops_.empty()) RejectWrong(test_, statement.at, "expected a loop around it");
  const bool ends = statement.kind == Statement::Kind::kBreak;
  (ends ? loops_.back().breaks : loops_.back().continues).push_back(EmitJump(Op::kJump));
}

void ThreadCompiler::DoDeclaration(const Statement& statement) {
  if (statement.is_array) RejectUnsupported("an array on a thread's stack", statement.at);
  if (statement.expressions.empty()) return;
  const Register value = Evaluate(statement.expressions[0]);
  Write({false, registers_.at(statement.name)}, value);
}

void ThreadCompiler::DoIf(const Statement& statement) {
  const std::uint32_t past = EmitJump(Op::kJumpIfZero, Evaluate(statement.expressions[0]));
  Do(statement.body[0]);
  if (statement.body.size() == 1) return PatchToHere({past});
  const std::uint32_t to_end = EmitJump(Op::kJump);
  PatchToHere({past});
  Do(statement.body[1]);
  PatchToHere({to_end});
}

// A loop is counted where its body begins, so `unroll_max` is how often the body is run.
void ThreadCompiler::DoLoop(const Statement& statement) {
  const bool is_for = statement.kind == Statement::Kind::kFor;
  const bool is_do = statement.kind == Statement::Kind::kDo;
  if (is_for) Do(statement.body[0]);
  const Register counter = Fresh();
  Instruction reset;
  reset.to = counter;
  reset.a = Constant(0);
  Emit(reset);
  const std::uint32_t top = here();
  loops_.emplace_back();
  if (!is_do && statement.has_condition) {
    const Register goes_on = Evaluate(statement.expressions[0]);
    loops_.back().breaks.push_back(EmitJump(Op::kJumpIfZero, goes_on));
  }
  Instruction count;
  count.op = IsBounded(statement) ? Op::kCountBounded : Op::kCountLoop;
  count.to = counter;
  Emit(count);
  Do(statement.body.back());
  PatchToHere(loops_.back().continues);
  if (is_for && statement.has_step) Evaluate(statement.expressions.back());
  std::uint32_t back;
  if (is_do) {
    back = EmitJump(Op::kJumpUnlessZero, Evaluate(statement.expressions[0]));
  } else {
    back = EmitJump(Op::kJump);
  }
  code_.instructions[back].target = top;
  PatchToHere(loops_.back().breaks);
  loops_.pop_back();
}

// Expressions -------------------------------------------------------------------------------------

Register ThreadCompiler::Evaluate(const Expression& expression) {
  line_ = expression.at.line;
  switch (expression.kind) {
    case Kind::kNumber:
      return Constant(InInt(expression.number, expression.at));
    case Kind::kName:
      return EvaluateName(expression);
    case Kind::kUnary:
      return EvaluateUnary(expression);
    case Kind::kBinary:
      return EvaluateBinary(expression);
    case Kind::kConditional:
      return EvaluateConditional(expression);
    case Kind::kAssign:
      return EvaluateAssign(expression);
    case Kind::kPrefixStep:
    case Kind::kPostfixStep:
      return EvaluateStep(expression);
    case Kind::kIndex:
      return Read(FindTarget(expression));
    case Kind::kCall:
      return EvaluateCall(expression);
    case Kind::kMember:
      break;
  }
  RejectUnsupported("members of structures", expression.at);
}

Register ThreadCompiler::EvaluateName(const Expression& expression) {
  const auto found = registers_.find(expression.text);
  if (found != registers_.end()) return found->second;
  const std::optional<std::int64_t> constant = ConstantOf(expression.text);
  if (constant.has_value()) return Constant(*constant);
  const std::optional<int> global = globals_.Find(expression.text);
  if (global.has_value()) return Constant(AddressOf(*global));
  RejectWrong(test_, expression.at, absl::StrCat("expected a value, found ", expression.text));
}

Register ThreadCompiler::EvaluateUnary(const Expression& expression) {
  const Expression& operand = expression.operands[0];
  if (expression.text == "*") return Read(FindTarget(expression));
  if (expression.text == "&") return AddressOfOperand(operand);
  if (expression.text == "+") return Evaluate(operand);
  Instruction instruction;
  instruction.op = expression.text == "-"   ? Op::kNegate
                   : expression.text == "!" ? Op::kNot
                                            : Op::kComplement;
  instruction.a = Evaluate(operand);
  instruction.to = Fresh();
  Emit(instruction);
  return instruction.to;
}

Register ThreadCompiler::EvaluateBinary(const Expression& expression) {
  if (expression.text == "&&" || expression.text == "||") return EvaluateLazily(expression);
  const std::size_t first = RightComesFirst(expression, thread_) ? 1 : 0;
  Register sides[2];
  for (const std::size_t side : {first, 1 - first})
    sides[side] = Evaluate(expression.operands[side]);
  return Combine(expression.text, sides[0], sides[1], expression.at);
}

Register ThreadCompiler::Combine(const std::string& op, Register left, Register right,
                                 Position at) {
  const std::optional<Op> found = BinaryOp(op);
  if (!found.has_value()) RejectWrong(test_, at, absl::StrCat("expected an operator, found ", op));
  Instruction instruction;
  instruction.op = *found;
  instruction.a = left;
  instruction.b = right;
  instruction.to = Fresh();
  Emit(instruction);
  return instruction.to;
}

// `a && b`, `a || b`: the result is 0 or 1, and b is evaluated only if a does not settle it.
Register ThreadCompiler::EvaluateLazily(const Expression& expression) {
  const Op settles = expression.text == "&&" ? Op::kJumpIfZero : Op::kJumpUnlessZero;
  const Register result = Fresh();
  std::vector<std::uint32_t> settled;
  for (const Expression& operand : expression.operands) {
    const Register value = Evaluate(operand);
    Instruction truth;
    truth.op = Op::kNotEqual;
    truth.to = result;
    truth.a = value;
    truth.b = Constant(0);
    Emit(truth);
    if (&operand == &expression.operands.front()) settled.push_back(EmitJump(settles, result));
  }
  PatchToHere(settled);
  return result;
}

Register ThreadCompiler::EvaluateConditional(const Expression& expression) {
  Instruction copy;
  copy.to = Fresh();
  const std::uint32_t to_other = EmitJump(Op::kJumpIfZero, Evaluate(expression.operands[0]));
  copy.a = Evaluate(expression.operands[1]);
  Emit(copy);
  const std::uint32_t to_end = EmitJump(Op::kJump);
  PatchToHere({to_other});
  copy.a = Evaluate(expression.operands[2]);
  Emit(copy);
  PatchToHere({to_end});
  return copy.to;
}

Register ThreadCompiler::EvaluateAssign(const Expression& expression) {
  const Target target = FindTarget(expression.operands[0]);
  Register value;
  if (expression.text.empty()) {
    value = Evaluate(expression.operands[1]);
  } else {
    const Register before = Read(target);
    const Register operand = Evaluate(expression.operands[1]);
    value = Combine(expression.text, before, operand, expression.at);
  }
  Write(target, value);
  return value;
}

Register ThreadCompiler::EvaluateStep(const Expression& expression) {
  const Target target = FindTarget(expression.operands[0]);
  Instruction before;
  before.to = Fresh();
  before.a = Read(target);
  Emit(before);
  const std::string op = expression.text.substr(1);
  const Register after = Combine(op, before.to, Constant(1), expression.at);
  Write(target, after);
  return expression.kind == Kind::kPostfixStep ? before.to : after;
}

Register ThreadCompiler::AddressOfOperand(const Expression& operand) {
  if (operand.kind == Kind::kName && !registers_.contains(operand.text)) {
    return EvaluateName(operand);
  }
  const Target target = FindTarget(operand);
  if (!target.in_memory) RejectUnsupported("the address of a thread's own variable", operand.at);
  return target.place;
}

ThreadCompiler::Target ThreadCompiler::FindTarget(const Expression& expression) {
  if (expression.kind == Kind::kUnary && expression.text == "*") {
    return {true, Evaluate(expression.operands[0])};
  }
  if (expression.kind == Kind::kIndex) {
    const Register array = Evaluate(expression.operands[0]);
    const Register index = Evaluate(expression.operands[1]);
    const auto base = constant_values_.find(array);
    const auto offset = constant_values_.find(index);
    if (base != constant_values_.end() && offset != constant_values_.end()) {
      return {true, Constant(base->second + kElementBytes * offset->second)};
    }
    Instruction element;
    element.op = Op::kElement;
    element.a = array;
    element.b = index;
    element.to = Fresh();
    Emit(element);
    return {true, element.to};
  }
  if (expression.kind == Kind::kMember) RejectUnsupported("members of structures", expression.at);
  const auto found = registers_.find(expression.text);
  if (expression.kind == Kind::kName && found != registers_.end()) return {false, found->second};
  RejectWrong(test_, expression.at, "expected a place that can be assigned");
}

Register ThreadCompiler::Read(const Target& target) {
  if (!target.in_memory) return target.place;
  NoteAccess(target.place, &Access::plainly);
  Instruction load;
  load.op = Op::kLoadPlain;
  load.to = Fresh();
  load.a = target.place;
  Emit(load);
  return load.to;
}

void ThreadCompiler::Write(const Target& target, Register value) {
  Instruction write;
  if (target.in_memory) {
    NoteAccess(target.place, &Access::plainly);
    NoteAccess(target.place, &Access::stored_plainly);
    write.op = Op::kStorePlain;
    write.a = target.place;
    write.b = value;
  } else {
    write.to = target.place;
    write.a = value;
  }
  Emit(write);
}

// Calls -------------------------------------------------------------------------------------------

void ThreadCompiler::TakeOrders(const Function& function, const Expression& call, Instruction& to) {
  const std::size_t given = function.operands + function.orders;
  if (call.operands.size() != given) {
    RejectWrong(test_, call.at,
                absl::StrCat("expected ", given, " arguments of ", call.text, ", found ",
                             call.operands.size()));
  }
  for (int i = 0; i < function.orders; ++i) {
    const Expression& name = call.operands[function.operands + i];
    if (name.text == "memory_order_consume") RejectUnsupported("memory_order_consume", name.at);
    const std::optional<ksync::Order> order = FindOrder(name.text);
    if (name.kind != Kind::kName || !order.has_value()) {
      RejectWrong(test_, name.at, "expected a memory order, such as memory_order_relaxed");
    }
    (i == 0 ? to.order : to.failure) = *order;
  }
}

Register ThreadCompiler::EvaluateCall(const Expression& call) {
  const std::optional<Function> function = FindFunction(call.text);
  if (!function.has_value()) {
    RejectUnsupported(absl::StrCat("the function ", call.text), call.at);
  }
  if (function->kind == FunctionKind::kCompareExchange) {
    return EvaluateCompareExchange(*function, call);
  }
  Instruction to;
  TakeOrders(*function, call, to);
  if (function->operands > 0) to.a = Evaluate(call.operands[0]);
  if (function->operands > 1) to.b = Evaluate(call.operands[1]);
  bool Access::*how = &Access::atomically;
  switch (function->kind) {
    case FunctionKind::kNothing:
      return Constant(0);
    case FunctionKind::kFence:
      to.op = Op::kFence;
      Emit(to);
      return Constant(0);
    case FunctionKind::kLoad:
      to.op = Op::kLoad;
      break;
    case FunctionKind::kClear:
      to.b = Constant(0);
      to.op = Op::kStore;
      break;
    case FunctionKind::kStore:
      to.op = Op::kStore;
      break;
    case FunctionKind::kPlainStore:
      to.op = Op::kStorePlain;
      how = &Access::plainly;
      break;
    case FunctionKind::kLock:
    case FunctionKind::kUnlock:
      to.op = function->kind == FunctionKind::kLock ? Op::kLock : Op::kUnlock;
      how = &Access::as_lock;
      break;
    case FunctionKind::kTestAndSet:
      to.b = Constant(1);
      to.op = Op::kExchangeAndKin;
      break;
    case FunctionKind::kRmw:
    case FunctionKind::kCompareExchange:
      to.op = Op::kExchangeAndKin;
      to.rmw = function->rmw;
      if (function->negated) to.b = Combine("-", Constant(0), to.b, call.at);
      break;
  }
  NoteAccess(to.a, how);
  if (to.op == Op::kStorePlain) NoteAccess(to.a, &Access::stored_plainly);
  const bool writes = to.op == Op::kStore || to.op == Op::kExchangeAndKin;
  if (writes && ksync::IsRelease(to.order)) NoteAccess(to.a, &Access::released);
  to.to = Fresh();
  Emit(to);
  return to.to;
}

// What is expected is read plainly before, and what was found written back plainly if it differs.
Register ThreadCompiler::EvaluateCompareExchange(const Function& function, const Expression& call) {
  Instruction to;
  to.op = Op::kCompareExchange;
  to.weak = function.weak;
  TakeOrders(function, call, to);
  to.a = Evaluate(call.operands[0]);
  NoteAccess(to.a, &Access::atomically);
  if (ksync::IsRelease(to.order)) NoteAccess(to.a, &Access::released);
  const Expression& second = call.operands[1];
  const bool is_local = second.kind == Kind::kUnary && second.text == "&" &&
                        second.operands[0].kind == Kind::kName &&
                        registers_.contains(second.operands[0].text);
  Target expected;
  if (is_local) {
    expected = FindTarget(second.operands[0]);
  } else {
    expected = {true, Evaluate(second)};
  }
  to.b = Read(expected);
  to.c = Evaluate(call.operands[2]);
  to.seen = Fresh();
  to.to = Fresh();
  Emit(to);
  const std::uint32_t past = EmitJump(Op::kJumpUnlessZero, to.to);
  Write(expected, to.seen);
  PatchToHere({past});
  return to.to;
}

// Pieces ------------------------------------------------------------------------------------------

Register ThreadCompiler::Constant(std::int64_t value) {
  const auto found = constants_.find(value);
  if (found != constants_.end()) return found->second;
  const Register made = Fresh(value);
  constants_[value] = made;
  constant_values_[made] = value;
  return made;
}

Register ThreadCompiler::Fresh(std::int64_t value) {
  if (code_.registers.size() >= std::numeric_limits<Register>::max()) {
    RejectUnsupported("a thread that needs more than 65,000 registers");
  }
  code_.registers.push_back(value);
  return static_cast<Register>(code_.registers.size() - 1);
}

std::uint32_t ThreadCompiler::Emit(const Instruction& instruction) {
  code_.instructions.push_back(instruction);
  code_.instructions.back().line = line_;
  return here() - 1;
}

std::uint32_t ThreadCompiler::EmitJump(Op op, Register condition) {
  Instruction jump;
  jump.op = op;
  jump.a = condition;
  return Emit(jump);
}

void ThreadCompiler::PatchToHere(const std::vector<std::uint32_t>& jumps) {
  for (std::uint32_t jump : jumps) code_.instructions[jump].target = here();
}

void ThreadCompiler::NoteAccess(Register address, bool Access::*how) {
  const auto constant = constant_values_.find(address);
  if (constant == constant_values_.end()) {
    for (Access& access : code_.accesses) access.*how = true;
    return;
  }
  const std::int64_t global = OffsetOf(constant->second).global;
  if (global < 0 || global >= static_cast<std::int64_t>(code_.accesses.size())) return;
  code_.accesses[global].*how = true;
}

}  // namespace herd
