// Joins the threads, lays out the state, and turns the question into formulas over it.
// A kernel test is told first, by its words: whatever else it says, it is not decided here.
#include "litmus/herd/compiler.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "litmus/herd/functions.h"
#include "litmus/herd/names.h"
#include "litmus/herd/thread_compiler.h"
#include "litmus/herd/type_words.h"

namespace herd {
namespace {

// The engine has 32 threads, one of which sets up.
constexpr std::size_t kThreadsMax = 31;

// Kernel tests ------------------------------------------------------------------------------------

std::string KernelCall(const Expression& expression) {
  if (expression.kind == Expression::Kind::kCall && IsKernelFunction(expression.text)) {
    return expression.text;
  }
  for (const Expression& operand : expression.operands) {
    const std::string word = KernelCall(operand);
    if (!word.empty()) return word;
  }
  return "";
}

std::string KernelCall(const Statement& statement) {
  for (const Expression& expression : statement.expressions) {
    const std::string word = KernelCall(expression);
    if (!word.empty()) return word;
  }
  for (const Statement& inner : statement.body) {
    const std::string word = KernelCall(inner);
    if (!word.empty()) return word;
  }
  return "";
}

// The question ------------------------------------------------------------------------------------

class QuestionCompiler {
 public:
  QuestionCompiler(const LitmusTest& test, const Globals& globals, const Code& code)
      : test_(test), globals_(globals), code_(code) {}

  // Returns: where in a state the place is. Throws: Rejected.
  int Find(const Place& place) const {
    if (place.thread.has_value()) return FindRegister(place);
    const Global& global = globals_.all()[*globals_.Find(place.name)];
    const int element = place.index.value_or(0);
    if (element >= global.elements) {
      RejectWrong(test_, place.at, absl::StrCat("expected an element below ", global.elements));
    }
    return code_.registers + global.first + element;
  }

  Formula Compile(const Proposition& proposition) const {
    if (proposition.kind == Proposition::Kind::kEqual ||
        proposition.kind == Proposition::Kind::kNotEqual) {
      return CompileAtom(proposition);
    }
    Formula formula;
    formula.kind = proposition.kind;
    for (const Proposition& operand : proposition.operands) {
      formula.operands.push_back(Compile(operand));
    }
    return formula;
  }

  // Returns: the elements that a place stands for: all of an array that is named without index.
  std::vector<int> FindAll(const Place& place) const {
    std::vector<int> places = {Find(place)};
    if (place.thread.has_value() || place.index.has_value()) return places;
    const Global& global = globals_.all()[*globals_.Find(place.name)];
    for (int i = 1; i < global.elements; ++i) places.push_back(places[0] + i);
    return places;
  }

 private:
  int FindRegister(const Place& place) const {
    int before = 0;
    for (const ThreadCode& thread : code_.threads) {
      if (thread.number == *place.thread) {
        const auto found = std::find(thread.names.begin(), thread.names.end(), place.name);
        return before + static_cast<int>(found - thread.names.begin());
      }
      before += static_cast<int>(thread.names.size());
    }
    RejectWrong(test_, place.at, absl::StrCat("expected a thread, found P", *place.thread));
  }

  Formula CompileAtom(const Proposition& atom) const {
    const std::size_t elements = FindAll(atom.place).size();
    const bool is_array = atom.value.kind == StateValue::Kind::kArray;
    if (!is_array && elements == 1) return Compare(atom, 0, atom.value);
    // What has another number of elements is another value.
    std::vector<StateValue> values = atom.value.values;
    const bool same_size = is_array && values.size() == elements;
    values.resize(elements);
    Formula all;
    all.kind = Proposition::Kind::kAnd;
    for (std::size_t i = 0; i < elements; ++i) {
      all.operands.push_back(Compare(atom, static_cast<int>(i), values[i]));
      all.operands.back().kind = Proposition::Kind::kEqual;
    }
    if (!same_size) all.operands.emplace_back().kind = Proposition::Kind::kFalse;
    if (atom.kind == Proposition::Kind::kEqual) return all;
    Formula negated;
    negated.kind = Proposition::Kind::kNot;
    negated.operands.push_back(std::move(all));
    return negated;
  }

  Formula Compare(const Proposition& atom, int element, const StateValue& value) const {
    Formula formula;
    formula.kind = atom.kind;
    Place left = atom.place;
    if (element > 0) left.index = element;
    formula.left = Find(left);
    if (value.kind == StateValue::Kind::kNumber) formula.number = InInt(value.number);
    if (value.kind == StateValue::Kind::kAddress) formula.number = globals_.Address(value.place);
    if (value.kind == StateValue::Kind::kContents) formula.right = Find(value.place);
    return formula;
  }

  const LitmusTest& test_;
  const Globals& globals_;
  const Code& code_;
};

void NoteObserved(const Formula& formula, std::vector<int>& observed) {
  if (formula.kind == Proposition::Kind::kEqual || formula.kind == Proposition::Kind::kNotEqual) {
    observed.push_back(formula.left);
    if (formula.right.has_value()) observed.push_back(*formula.right);
  }
  for (const Formula& operand : formula.operands) NoteObserved(operand, observed);
}

// Assembly ----------------------------------------------------------------------------------------

void AddThread(const LitmusTest& test, const Thread& thread, ThreadCode made, Code& code) {
  for (const ThreadCode& other : code.threads) {
    if (other.number != thread.number) continue;
    RejectWrong(test, thread.at, absl::StrCat("expected another name than ", other.name));
  }
  code.registers += static_cast<int>(made.names.size());
  code.threads.push_back(std::move(made));
}

void AddThreads(const LitmusTest& test, Globals& globals, Code& code) {
  if (test.threads.size() > kThreadsMax) {
    RejectUnsupported(absl::StrCat("more than ", kThreadsMax, " threads"));
  }
  for (const Thread& thread : test.threads) {
    AddThread(test, thread, ThreadCompiler(test, thread, globals).Compile(), code);
  }
}

// Only the registers that have names.
ThreadCode FrameOf(const LitmusTest& test, const Thread& thread, const Globals& globals) {
  ThreadCode code;
  code.name = absl::StrCat("P", thread.number);
  code.number = thread.number;
  const auto initial = InitialRegisters(test, thread, globals);
  for (const std::string& name : RegistersOf(test, thread)) {
    const auto found = initial.find(name);
    code.registers.push_back(found == initial.end() ? 0 : found->second);
    code.names.push_back(name);
  }
  return code;
}

void AddQuestion(const LitmusTest& test, const Globals& globals, Code& code) {
  const QuestionCompiler question(test, globals, code);
  code.quantifier = test.quantifier;
  code.condition = question.Compile(test.condition);
  if (test.filter.has_value()) code.filter = question.Compile(*test.filter);
  NoteObserved(code.condition, code.observed);
  for (const Place& place : test.locations) {
    for (int part : question.FindAll(place)) code.observed.push_back(part);
  }
  const int parts = code.registers + code.elements;
  if (test.quantifier == Quantifier::kNone && test.locations.empty()) {
    for (int part = 0; part < parts; ++part) code.observed.push_back(part);
  }
  std::sort(code.observed.begin(), code.observed.end());
  code.observed.erase(std::unique(code.observed.begin(), code.observed.end()), code.observed.end());
}

bool IsSeqCst(const Instruction& instruction) {
  switch (instruction.op) {
    case Op::kLoad:
    case Op::kStore:
    case Op::kFence:
    case Op::kExchangeAndKin:
      return instruction.order == ksync::seq_cst;
    case Op::kCompareExchange:
      return instruction.order == ksync::seq_cst || instruction.failure == ksync::seq_cst;
    default:
      return false;
  }
}

void MergeAccesses(Code& code) {
  for (const ThreadCode& thread : code.threads) {
    for (std::size_t i = 0; i < code.globals.size(); ++i) {
      Access& all = code.globals[i].access;
      const Access& one = thread.accesses[i];
      for (bool Access::*how : {&Access::atomically, &Access::plainly, &Access::as_lock,
                                &Access::stored_plainly, &Access::released}) {
        all.*how |= one.*how;
      }
    }
  }
}

bool PlainIsRelaxed(const Code& code, const ThreadCode& thread) {
  const bool has_fence = std::any_of(thread.instructions.begin(), thread.instructions.end(),
                                     [](const auto& one) { return one.op == Op::kFence; });
  for (std::size_t i = 0; i < code.globals.size(); ++i) {
    const Access& one = thread.accesses[i];
    if (has_fence && one.plainly && code.globals[i].access.atomically) return false;
    if (one.stored_plainly && one.released) return false;
  }
  return true;
}

// Requires: accesses are merged.
void NoteOrders(Code& code) {
  for (const ThreadCode& thread : code.threads) {
    code.has_seq_cst |= std::any_of(thread.instructions.begin(), thread.instructions.end(),
                                    [](const auto& one) { return IsSeqCst(one); });
    code.plain_is_relaxed &= PlainIsRelaxed(code, thread);
  }
}

void RejectMixedLocks(const Code& code) {
  for (const Global& global : code.globals) {
    const Access& access = global.access;
    if (access.as_lock && (access.atomically || access.plainly)) {
      RejectUnsupported("a lock that is also accessed as a variable");
    }
  }
}

// What a state has, and what is asked of it. Requires: the threads are there.
void LayOut(const LitmusTest& test, Globals& globals, Code& code) {
  for (const Global& global : globals.all()) code.elements += global.elements;
  AddQuestion(test, globals, code);
  code.globals = std::move(globals.all());
}

}  // namespace

std::string KernelWord(const LitmusTest& test) {
  for (const Thread& thread : test.threads) {
    for (const Statement& statement : thread.body) {
      const std::string word = KernelCall(statement);
      if (!word.empty()) return word;
    }
    for (const Thread::Parameter& parameter : thread.parameters) {
      if (IsKernelType(parameter.type)) return parameter.type;
    }
  }
  for (const InitialValue& initial : test.initial) {
    if (IsKernelType(initial.type)) return initial.type;
  }
  return "";
}

absl::StatusOr<Code> Compile(const LitmusTest& test) {
  try {
    Globals globals(test);
    Code code;
    code.name = test.name;
    AddThreads(test, globals, code);
    LayOut(test, globals, code);
    MergeAccesses(code);
    NoteOrders(code);
    RejectMixedLocks(code);
    return code;
  } catch (const Rejected& rejected) {
    return rejected.status;
  }
}

absl::StatusOr<Code> CompileFrame(const LitmusTest& test) {
  try {
    Globals globals(test);
    Code code;
    code.name = test.name;
    for (const Thread& thread : test.threads) {
      AddThread(test, thread, FrameOf(test, thread, globals), code);
    }
    LayOut(test, globals, code);
    return code;
  } catch (const Rejected& rejected) {
    return rejected.status;
  }
}

}  // namespace herd
