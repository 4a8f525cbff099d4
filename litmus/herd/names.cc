// Names are collected in one walk over the test each; nothing is run.
// Globals keep the order in which the file first mentions them, and so do states.
#include "litmus/herd/names.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "litmus/herd/compiler.h"

namespace herd {
namespace {

constexpr int kElementsMax = 1'000;

void ForEachPlace(const Proposition& proposition, const std::function<void(const Place&)>& visit) {
  if (proposition.kind == Proposition::Kind::kEqual ||
      proposition.kind == Proposition::Kind::kNotEqual) {
    visit(proposition.place);
    if (proposition.value.kind == StateValue::Kind::kContents) visit(proposition.value.place);
  }
  for (const Proposition& operand : proposition.operands) ForEachPlace(operand, visit);
}

void ForEachExpression(const Expression& expression,
                       const std::function<void(const Expression&)>& visit) {
  visit(expression);
  for (const Expression& operand : expression.operands) ForEachExpression(operand, visit);
}

void ForEachStatement(const Statement& statement,
                      const std::function<void(const Statement&)>& visit) {
  visit(statement);
  for (const Statement& inner : statement.body) ForEachStatement(inner, visit);
}

bool IsParameter(const Thread& thread, const std::string& name) {
  for (const Thread::Parameter& parameter : thread.parameters) {
    if (parameter.name == name) return true;
  }
  return false;
}

}  // namespace

std::optional<std::int64_t> ConstantOf(std::string_view name) {
  if (name == "NULL" || name == "false") return 0;
  if (name == "true") return 1;
  return std::nullopt;
}

void RejectWrong(const LitmusTest& test, Position at, const std::string& what) {
  throw Rejected{absl::InvalidArgumentError(
      absl::StrCat(test.file, ":", at.line, ":", at.column, ": ", what))};
}

std::int64_t InInt(std::int64_t number, Position at) {
  if (number < std::numeric_limits<std::int32_t>::min() ||
      number > std::numeric_limits<std::uint32_t>::max()) {
    RejectUnsupported(absl::StrCat("a number that is no int: ", number), at);
  }
  return static_cast<std::int32_t>(number);
}

void RejectUnsupported(const std::string& reason, Position at) {
  absl::Status status = absl::UnimplementedError(reason);
  if (at.line > 0) status.SetPayload(kPayloadAt, absl::Cord(absl::StrCat(at.line, ":", at.column)));
  throw Rejected{status};
}

Globals::Globals(const LitmusTest& test) : test_(test) {
  for (const InitialValue& initial : test.initial) {
    if (!initial.place.thread.has_value()) Note(initial.place.name);
    NoteValue(initial.value);
  }
  for (const Thread& thread : test.threads) {
    for (const Thread::Parameter& parameter : thread.parameters) Note(parameter.name);
  }
  for (const Place& place : test.locations) {
    if (!place.thread.has_value()) Note(place.name);
  }
  if (test.filter.has_value()) NoteProposition(*test.filter);
  NoteProposition(test.condition);
  for (const InitialValue& initial : test.initial) {
    if (!initial.place.thread.has_value()) Initialise(initial);
  }
  int first = 0;
  for (Global& global : globals_) {
    global.initial.resize(global.elements);
    global.first = first;
    first += global.elements;
  }
}

void Globals::Note(const std::string& name) {
  if (!numbers_.emplace(name, static_cast<int>(globals_.size())).second) return;
  globals_.emplace_back();
  globals_.back().name = name;
}

void Globals::NoteValue(const StateValue& value) {
  if (value.kind == StateValue::Kind::kAddress) Note(value.place.name);
  for (const StateValue& element : value.values) NoteValue(element);
}

void Globals::NoteProposition(const Proposition& proposition) {
  ForEachPlace(proposition, [this](const Place& place) {
    if (!place.thread.has_value()) Note(place.name);
  });
  NoteValue(proposition.value);
  for (const Proposition& operand : proposition.operands) NoteValue(operand.value);
}

void Globals::Initialise(const InitialValue& initial) {
  Global& global = globals_[numbers_.at(initial.place.name)];
  const bool braces = initial.value.kind == StateValue::Kind::kArray;
  const int wanted = static_cast<int>(
      std::max<std::size_t>(initial.elements.value_or(1), initial.value.values.size()));
  if (wanted > kElementsMax || initial.place.index.value_or(0) >= kElementsMax) {
    RejectUnsupported(absl::StrCat("an array of more than ", kElementsMax, " elements"));
  }
  const int index = initial.place.index.value_or(0);
  global.elements = std::max({global.elements, wanted, index + 1});
  global.initial.resize(global.elements);
  if (!braces) {
    global.initial[index] = Evaluate(initial.value);
    return;
  }
  for (std::size_t i = 0; i < initial.value.values.size(); ++i) {
    global.initial[i] = Evaluate(initial.value.values[i]);
  }
}

std::int64_t Globals::Evaluate(const StateValue& value) const {
  switch (value.kind) {
    case StateValue::Kind::kNumber:
      return InInt(value.number);
    case StateValue::Kind::kAddress:
      return Address(value.place);
    case StateValue::Kind::kContents:
    case StateValue::Kind::kArray:
      break;
  }
  RejectWrong(test_, value.place.at, "expected a number or a name as initial value");
}

std::optional<int> Globals::Find(const std::string& name) const {
  const auto found = numbers_.find(name);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::int64_t Globals::Address(const Place& place) const {
  return AddressOf(*Find(place.name), place.index.value_or(0));
}

std::set<std::string> RegistersOf(const LitmusTest& test, const Thread& thread) {
  std::set<std::string> names;
  const auto note_assigned = [&](const Expression& expression) {
    using Kind = Expression::Kind;
    const bool assigns = expression.kind == Kind::kAssign || expression.kind == Kind::kPrefixStep ||
                         expression.kind == Kind::kPostfixStep;
    if (assigns && expression.operands[0].kind == Kind::kName) {
      names.insert(expression.operands[0].text);
    }
    // A name that is nothing else is a register that nobody has assigned: a global, too, if it is
    // no parameter.
    const bool is_register = !IsParameter(thread, expression.text) &&
                             !ConstantOf(expression.text).has_value() &&
                             !absl::StartsWith(expression.text, "memory_order");
    if (expression.kind == Kind::kName && is_register) names.insert(expression.text);
  };
  for (const Statement& statement : thread.body) {
    ForEachStatement(statement, [&](const Statement& inner) {
      if (inner.kind == Statement::Kind::kDeclare) names.insert(inner.name);
      for (const Expression& expression : inner.expressions) {
        ForEachExpression(expression, note_assigned);
      }
    });
  }
  const auto note_place = [&](const Place& place) {
    if (place.thread == thread.number) names.insert(place.name);
  };
  for (const InitialValue& initial : test.initial) note_place(initial.place);
  for (const Place& place : test.locations) note_place(place);
  if (test.filter.has_value()) ForEachPlace(*test.filter, note_place);
  ForEachPlace(test.condition, note_place);
  return names;
}

absl::flat_hash_map<std::string, std::int64_t> InitialRegisters(const LitmusTest& test,
                                                                const Thread& thread,
                                                                const Globals& globals) {
  absl::flat_hash_map<std::string, std::int64_t> values;
  for (const Thread::Parameter& parameter : thread.parameters) {
    values[parameter.name] = AddressOf(*globals.Find(parameter.name));
  }
  for (const InitialValue& initial : test.initial) {
    if (initial.place.thread != thread.number) continue;
    const StateValue& value = initial.value;
    const bool is_address = value.kind == StateValue::Kind::kAddress;
    values[initial.place.name] = is_address ? globals.Address(value.place) : InInt(value.number);
  }
  return values;
}

}  // namespace herd
