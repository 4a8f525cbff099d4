// Statements and expressions; calls are in tracer_calls.cc.
// A run ends early by an exception, which nobody but Run catches.
#include "litmus/lkmm/tracer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "litmus/herd/arithmetic.h"

namespace lkmm {
namespace {

using herd::Expression;
using herd::Statement;

constexpr std::size_t kTracesMax = 100'000;

// The run would go on in a loop.
struct LoopCut {};
// The run means nothing.
struct Mistake {
  const char* what;
};

// Returns: whether evaluating it makes an access.
bool Accesses(const Expression& expression) {
  const bool accesses = expression.kind == Expression::Kind::kCall ||
                        expression.kind == Expression::Kind::kIndex ||
                        expression.kind == Expression::Kind::kAssign ||
                        expression.kind == Expression::Kind::kPrefixStep ||
                        expression.kind == Expression::Kind::kPostfixStep ||
                        (expression.kind == Expression::Kind::kUnary && expression.text == "*");
  if (accesses) return true;
  for (const Expression& operand : expression.operands) {
    if (Accesses(operand)) return true;
  }
  return false;
}

}  // namespace

Tracer::Tracer(const herd::LitmusTest& test, const herd::Globals& globals, const herd::Code& frame,
               int number, int unroll_max)
    : test_(test),
      thread_(test.threads[number]),
      globals_(globals),
      frame_(frame),
      code_(frame.threads[number]),
      number_(number),
      unroll_max_(unroll_max) {
  for (const herd::Global& global : frame.globals) {
    initial_.insert(initial_.end(), global.initial.begin(), global.initial.end());
  }
}

Traces Tracer::Run(const Values& values, Branches branches) {
  values_ = &values;
  branches_ = branches;
  choices_.clear();
  Traces traces;
  do {
    trace_ = Trace();
    registers_.clear();
    for (std::size_t i = 0; i < code_.names.size(); ++i) {
      registers_[code_.names[i]] = {code_.registers[i]};
    }
    control_ = Control();
    statement_ = statement_begin_ = 0;
    choices_taken_ = 0;
    try {
      for (const Statement& statement : thread_.body) Do(statement);
    } catch (const LoopCut&) {
      traces.loop_cut = true;
      continue;
    } catch (const Mistake& mistake) {
      trace_.mistake = mistake.what;
    }
    for (const std::string& name : code_.names) {
      trace_.registers.push_back(registers_[name].number);
    }
    traces.all.push_back(std::move(trace_));
    if (traces.all.size() > kTracesMax) {
      herd::RejectUnsupported(absl::StrCat("a thread with more than ", kTracesMax, " runs"));
    }
  } while (NextChoices());
  return traces;
}

bool Tracer::NextChoices() {
  choices_.resize(choices_taken_);
  while (!choices_.empty() && ++choices_.back().taken == choices_.back().options) {
    choices_.pop_back();
  }
  return !choices_.empty();
}

int Tracer::Choose(int options) {
  if (choices_taken_ == choices_.size()) choices_.push_back({0, options});
  return choices_[choices_taken_++].taken;
}

bool Tracer::Decide(const Value& condition) {
  const bool is_ours = (condition.data | condition.control) == 0;
  if (is_ours || branches_ == Branches::kTaken) return condition.number != 0;
  return Choose(2) == 0;
}

// Statements --------------------------------------------------------------------------------------

void Tracer::NextStatement() {
  ++statement_;
  statement_begin_ = static_cast<int>(trace_.events.size());
}

void Tracer::Do(const Statement& statement) {
  NextStatement();
  switch (statement.kind) {
    case Statement::Kind::kBlock:
      for (const Statement& inner : statement.body) Do(inner);
      return;
    case Statement::Kind::kDeclare:
      if (statement.is_array) herd::RejectUnsupported("an array on a thread's stack", statement.at);
      if (statement.expressions.empty()) return;
      WriteTarget({false, statement.name, {}}, Evaluate(statement.expressions[0]));
      return;
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
    case Statement::Kind::kBreak:
    case Statement::Kind::kContinue:
      break;
  }
  // What is behind such a jump would depend on the condition around it; herd knows no jumps.
  herd::RejectUnsupported("return, break or continue in a kernel test", statement.at);
}

void Tracer::DoIf(const Statement& statement) {
  const Value condition = Evaluate(statement.expressions[0]);
  const Control before = control_;
  EnterBranch(condition);
  if (Decide(condition)) {
    Do(statement.body[0]);
  } else if (statement.body.size() > 1) {
    Do(statement.body[1]);
  }
  control_ = before;
}

// What one round's condition decides, it decides of all later rounds too.
void Tracer::DoLoop(const Statement& statement) {
  const bool is_for = statement.kind == Statement::Kind::kFor;
  const bool is_do = statement.kind == Statement::Kind::kDo;
  if (is_for) Do(statement.body[0]);
  const Control before = control_;
  for (int round = 0;; ++round) {
    if (round > 0 || !is_do) {
      NextStatement();
      if (is_for && !statement.has_condition)
        herd::RejectUnsupported("a loop without end", statement.at);
      const Value condition = Evaluate(statement.expressions[0]);
      if (!Decide(condition)) break;
      const bool is_counted = (condition.data | condition.control) == 0;
      if (round >= (is_counted ? herd::kBoundedLoopMax : unroll_max_)) throw LoopCut();
      EnterBranch(condition);
    }
    Do(statement.body.back());
    NextStatement();
    if (is_for && statement.has_step) Evaluate(statement.expressions.back());
  }
  control_ = before;
}

// As by herd, a load in the condition itself controls the accesses of the branch, but not what
// happens to registers there; and what a lock was found to be controls only through a register.
void Tracer::EnterBranch(const Value& condition) {
  const EventSet here = OfStatement(condition.data);
  EventSet of_locks = 0;
  for (std::size_t i = statement_begin_; i < trace_.events.size(); ++i) {
    if (IsOfLock(trace_.events[i])) of_locks |= Only(static_cast<int>(i));
  }
  control_.loads |= (condition.data & ~(here & of_locks)) | condition.control;
  control_.through_registers |= (condition.data & ~here) | condition.control;
}

// Expressions -------------------------------------------------------------------------------------

Tracer::Value Tracer::Evaluate(const Expression& expression) {
  using Kind = Expression::Kind;
  switch (expression.kind) {
    case Kind::kNumber:
      return {herd::InInt(expression.number, expression.at)};
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
      return ReadTarget(FindTarget(expression));
    case Kind::kCall:
      return EvaluateCall(expression);
    case Kind::kMember:
      break;
  }
  herd::RejectUnsupported("members of structures", expression.at);
}

Tracer::Value Tracer::EvaluateName(const Expression& expression) {
  const auto found = registers_.find(expression.text);
  if (found != registers_.end()) return found->second;
  const std::optional<std::int64_t> constant = herd::ConstantOf(expression.text);
  if (constant.has_value()) return {*constant};
  const std::optional<int> global = globals_.Find(expression.text);
  if (global.has_value()) return {herd::AddressOf(*global)};
  herd::RejectWrong(test_, expression.at,
                    absl::StrCat("expected a value, found ", expression.text));
}

Tracer::Value Tracer::EvaluateUnary(const Expression& expression) {
  const Expression& operand = expression.operands[0];
  if (expression.text == "*") return ReadTarget(FindTarget(expression));
  if (expression.text == "&") return AddressOf(operand);
  Value value = Evaluate(operand);
  if (expression.text == "+") return value;
  const herd::Op op = expression.text == "-"   ? herd::Op::kNegate
                      : expression.text == "!" ? herd::Op::kNot
                                               : herd::Op::kComplement;
  value.number = herd::Compute(op, value.number, 0);
  return value;
}

// Which of `a && b` is evaluated does not matter if b makes no access.
Tracer::Value Tracer::EvaluateBinary(const Expression& expression) {
  const bool is_lazy = expression.text == "&&" || expression.text == "||";
  if (is_lazy && Accesses(expression.operands[1])) {
    herd::RejectUnsupported(absl::StrCat("an access behind ", expression.text), expression.at);
  }
  const Value left = Evaluate(expression.operands[0]);
  const Value right = Evaluate(expression.operands[1]);
  if (!is_lazy) return Combine(expression.text, left, right, expression.at);
  const bool either = left.number != 0 || right.number != 0;
  const bool both = left.number != 0 && right.number != 0;
  return {expression.text == "&&" ? both : either, left.data | right.data,
          left.control | right.control};
}

Tracer::Value Tracer::EvaluateConditional(const Expression& expression) {
  const std::vector<Expression>& operands = expression.operands;
  if (Accesses(operands[1]) || Accesses(operands[2])) {
    herd::RejectUnsupported("an access behind ?:", expression.at);
  }
  const Value condition = Evaluate(operands[0]);
  Value value = Evaluate(operands[condition.number != 0 ? 1 : 2]);
  value.data |= condition.data;
  value.control |= condition.control;
  return value;
}

Tracer::Value Tracer::Combine(const std::string& text, const Value& left, const Value& right,
                              herd::Position at) const {
  const std::optional<herd::Op> op = herd::BinaryOp(text);
  if (!op.has_value()) {
    herd::RejectWrong(test_, at, absl::StrCat("expected an operator, found ", text));
  }
  const bool divides = *op == herd::Op::kDivide || *op == herd::Op::kRemainder;
  if (divides && !herd::Divides(left.number, right.number)) throw Mistake{"divides by zero"};
  return {herd::Compute(*op, left.number, right.number), left.data | right.data,
          left.control | right.control};
}

Tracer::Value Tracer::EvaluateAssign(const Expression& expression) {
  const Target target = FindTarget(expression.operands[0]);
  if (expression.text.empty()) {
    const Value value = Evaluate(expression.operands[1]);
    WriteTarget(target, value);
    return value;
  }
  const Value before = ReadTarget(target);
  const Value operand = Evaluate(expression.operands[1]);
  const Value value = Combine(expression.text, before, operand, expression.at);
  WriteTarget(target, value);
  return value;
}

Tracer::Value Tracer::EvaluateStep(const Expression& expression) {
  const Target target = FindTarget(expression.operands[0]);
  const Value before = ReadTarget(target);
  const Value after = Combine(expression.text.substr(1), before, {1}, expression.at);
  WriteTarget(target, after);
  return expression.kind == Expression::Kind::kPostfixStep ? before : after;
}

Tracer::Value Tracer::AddressOf(const Expression& operand) {
  if (operand.kind == Expression::Kind::kName && !registers_.contains(operand.text)) {
    return EvaluateName(operand);
  }
  const Target target = FindTarget(operand);
  if (!target.in_memory)
    herd::RejectUnsupported("the address of a thread's own variable", operand.at);
  return target.address;
}

Tracer::Target Tracer::FindTarget(const Expression& expression) {
  if (expression.kind == Expression::Kind::kUnary && expression.text == "*") {
    return {true, "", Evaluate(expression.operands[0])};
  }
  if (expression.kind == Expression::Kind::kIndex) {
    const Value array = Evaluate(expression.operands[0]);
    const Value index = Evaluate(expression.operands[1]);
    return {true,
            "",
            {herd::Compute(herd::Op::kElement, array.number, index.number), array.data | index.data,
             array.control | index.control}};
  }
  if (expression.kind == Expression::Kind::kMember) {
    herd::RejectUnsupported("members of structures", expression.at);
  }
  if (expression.kind == Expression::Kind::kName && registers_.contains(expression.text)) {
    return {false, expression.text, {}};
  }
  herd::RejectWrong(test_, expression.at, "expected a place that can be assigned");
}

Tracer::Value Tracer::ReadTarget(const Target& target) {
  return target.in_memory ? Read(Tag::kPlain, target.address, false) : registers_[target.name];
}

void Tracer::WriteTarget(const Target& target, Value value) {
  if (target.in_memory) return Write(Tag::kPlain, target.address, value);
  value.control |= control_.through_registers;
  registers_[target.name] = value;
}

// Events ------------------------------------------------------------------------------------------

EventSet Tracer::OfStatement(EventSet events) const {
  if (statement_begin_ >= kEventsMax) return 0;
  return events & (~EventSet{0} << statement_begin_);
}

int Tracer::Emit(Event event) {
  if (trace_.events.size() >= static_cast<std::size_t>(kEventsMax)) {
    herd::RejectUnsupported(absl::StrCat("more than ", kEventsMax, " events"));
  }
  event.thread = number_;
  event.statement = statement_;
  event.control = control_.loads;
  trace_.events.push_back(event);
  return static_cast<int>(trace_.events.size()) - 1;
}

Event Tracer::At(Kind kind, Tag tag, const Value& place) const {
  const std::optional<int> element = herd::ElementAt(frame_, place.number);
  if (!element.has_value()) {
    throw Mistake{place.number >= herd::kFirstAddress
                      ? "an address outside of all elements (`p + i` counts bytes, as for herd)"
                      : "dereferences what is no address"};
  }
  Event event;
  event.kind = kind;
  event.tag = tag;
  event.element = *element;
  event.address = place.data;
  event.inside = OfStatement(place.data);
  return event;
}

std::vector<std::int64_t> Tracer::Readable(int element) const {
  std::vector<std::int64_t> values = (*values_)[element];
  const auto add = [&values](std::int64_t value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  };
  for (std::size_t i = trace_.events.size(); i-- > 0;) {
    const Event& event = trace_.events[i];
    if (event.kind != Kind::kWrite || event.element != element) continue;
    add(event.value);
    // Writes of this statement may come behind the load.
    if (event.statement < statement_) return values;
  }
  add(initial_[element]);
  return values;
}

Tracer::Value Tracer::Read(Tag tag, const Value& place, bool is_rmw) {
  Event event = At(Kind::kRead, tag, place);
  const std::vector<std::int64_t> values = Readable(event.element);
  event.value = values[Choose(static_cast<int>(values.size()))];
  event.is_rmw = is_rmw;
  const int read = Emit(event);
  return {event.value, Only(read)};
}

void Tracer::Write(Tag tag, const Value& place, const Value& value) {
  Event event = At(Kind::kWrite, tag, place);
  event.value = value.number;
  event.data = value.data;
  event.inside |= OfStatement(value.data);
  Emit(event);
}

void Tracer::Fence(Tag tag) {
  Event event;
  event.tag = tag;
  Emit(event);
}

}  // namespace lkmm
