// The tree of the grammar becomes a LitmusTest. Each function takes one kind of node; operators
// come as flat chains and are bound here, by C's table of precedence.
#include "litmus/herd/parser.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "litmus/herd/expected.h"
#include "litmus/herd/grammar.h"
#include "litmus/herd/parse_tree.h"

namespace herd {
namespace {

namespace g = grammar;

// The rules that are nodes.
struct Nodes {
  template <typename Rule, typename... Rules>
  static constexpr bool kIsOneOf = (std::is_same_v<Rule, Rules> || ...);

  template <typename Rule>
  static constexpr bool contains =
      kIsOneOf<Rule, g::number, g::name, g::call_name, g::call, g::index, g::member, g::step,
               g::postfixed, g::prefix_operator, g::prefixed, g::binary_operator, g::binary,
               g::conditional, g::assign_operator, g::expression> ||
      kIsOneOf<Rule, g::block, g::thread_body, g::if_statement, g::while_statement, g::do_statement,
               g::for_statement, g::for_before, g::for_condition, g::for_step, g::return_statement,
               g::break_statement, g::continue_statement, g::empty_statement, g::declaration,
               g::declarator, g::declared_name, g::array_size, g::expression_statement> ||
      kIsOneOf<Rule, g::test_name, g::thread, g::thread_number, g::parameter, g::parameter_word,
               g::place, g::place_thread, g::place_name, g::place_index, g::number_value,
               g::array_value, g::address_value, g::contents_value, g::initial, g::initial_type,
               g::elements> ||
      kIsOneOf<Rule, g::atom, g::relation, g::true_word, g::false_word, g::negation, g::implication,
               g::conjunction, g::proposition, g::locations, g::filter, g::exists_word,
               g::not_exists_word, g::forall_word, g::question_part>;
};

// Thrown for what the grammar cannot say; caught in Parse.
struct Mistake {
  Position at;
  std::string what;
};

std::string Trimmed(std::string_view text) { return std::string(absl::StripAsciiWhitespace(text)); }

std::int64_t NumberOf(NodeView node) {
  std::string_view text = node.text();
  while (!text.empty() && std::string_view("uUlL").find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  std::int64_t number = 0;
  std::uint64_t bits = 0;
  const bool hexadecimal = text.find_first_of("xX") != std::string_view::npos;
  if (hexadecimal && absl::SimpleHexAtoi(text, &number)) return number;
  if (hexadecimal && absl::SimpleHexAtoi(text, &bits)) return static_cast<std::int64_t>(bits);
  if (!hexadecimal && absl::SimpleAtoi(text, &number)) return number;
  if (!hexadecimal && absl::SimpleAtoi(text, &bits)) return static_cast<std::int64_t>(bits);
  throw Mistake{node.at(), absl::StrCat("expected a number of 64 bits, found ", text)};
}

int SmallNumberOf(NodeView node) {
  constexpr std::int64_t kMost = 1'000'000;
  const std::int64_t number = NumberOf(node);
  if (number >= 0 && number <= kMost) return static_cast<int>(number);
  throw Mistake{node.at(), absl::StrCat("expected a number up to ", kMost, ", found ", number)};
}

// A chain of operators becomes as deep as it is long.
void CheckLength(NodeView node, const std::vector<NodeView>& chain) {
  constexpr std::size_t kMost = 2'000;
  if (chain.size() > kMost) throw Mistake{node.at(), "expected a shorter expression"};
}

// Expressions -------------------------------------------------------------------------------------

Expression Make(Expression::Kind kind, NodeView node, std::string text = "",
                std::vector<Expression> operands = {}) {
  Expression made;
  made.kind = kind;
  made.at = node.at();
  made.text = std::move(text);
  made.operands = std::move(operands);
  return made;
}

Expression ToExpression(NodeView node);

int Precedence(std::string_view binary_operator) {
  constexpr std::pair<std::string_view, int> kTable[] = {
      {"||", 1}, {"&&", 2}, {"|", 3},  {"^", 4},  {"&", 5},  {"==", 6},
      {"!=", 6}, {"<", 7},  {"<=", 7}, {">", 7},  {">=", 7}, {"<<", 8},
      {">>", 8}, {"+", 9},  {"-", 9},  {"*", 10}, {"/", 10}, {"%", 10}};
  for (const auto& [known, precedence] : kTable) {
    if (known == binary_operator) return precedence;
  }
  return 0;
}

// Binds the chain from `next` on, as far as its operators bind at least as tightly as `least`.
Expression ToChain(const std::vector<NodeView>& chain, std::size_t& next, int least) {
  Expression left = ToExpression(chain[next++]);
  while (next < chain.size() && Precedence(chain[next].text()) >= least) {
    const NodeView op = chain[next++];
    Expression right = ToChain(chain, next, Precedence(op.text()) + 1);
    std::vector<Expression> both;
    both.push_back(std::move(left));
    both.push_back(std::move(right));
    left = Make(Expression::Kind::kBinary, op, std::string(op.text()), std::move(both));
  }
  return left;
}

Expression ToPostfixed(const std::vector<NodeView>& children) {
  Expression made = ToExpression(children[0]);
  for (std::size_t i = 1; i < children.size(); ++i) {
    const NodeView suffix = children[i];
    std::vector<Expression> operands;
    operands.push_back(std::move(made));
    Expression::Kind kind = Expression::Kind::kMember;
    if (suffix.Is<g::index>()) {
      kind = Expression::Kind::kIndex;
      operands.push_back(ToExpression(suffix.Children()[0]));
    } else if (suffix.Is<g::step>()) {
      kind = Expression::Kind::kPostfixStep;
    }
    made = Make(kind, suffix, std::string(suffix.text()), std::move(operands));
  }
  return made;
}

std::vector<Expression> ToExpressions(const std::vector<NodeView>& nodes, std::size_t from) {
  std::vector<Expression> expressions;
  for (std::size_t i = from; i < nodes.size(); ++i) expressions.push_back(ToExpression(nodes[i]));
  return expressions;
}

Expression ToExpression(NodeView node) {
  using Kind = Expression::Kind;
  if (node.Is<g::number>()) {
    Expression made = Make(Kind::kNumber, node);
    made.number = NumberOf(node);
    return made;
  }
  if (node.Is<g::name>()) return Make(Kind::kName, node, std::string(node.text()));
  const std::vector<NodeView> children = node.Children();
  CheckLength(node, children);
  if (node.Is<g::call>()) {
    return Make(Kind::kCall, node, std::string(children[0].text()), ToExpressions(children, 1));
  }
  if (node.Is<g::postfixed>()) return ToPostfixed(children);
  if (node.Is<g::prefixed>()) {
    const std::string op(children[0].text());
    const bool step = op == "++" || op == "--";
    return Make(step ? Kind::kPrefixStep : Kind::kUnary, node, op, ToExpressions(children, 1));
  }
  if (node.Is<g::binary>()) {
    std::size_t next = 0;
    return ToChain(children, next, 1);
  }
  if (children.size() == 1) return ToExpression(children[0]);
  if (node.Is<g::conditional>())
    return Make(Kind::kConditional, node, "", ToExpressions(children, 0));
  std::vector<Expression> sides;
  sides.push_back(ToExpression(children[0]));
  sides.push_back(ToExpression(children[2]));
  std::string op(children[1].text());
  op.pop_back();
  return Make(Kind::kAssign, node, op, std::move(sides));
}

// Statements --------------------------------------------------------------------------------------

Statement ToStatement(NodeView node);

Statement MakeStatement(Statement::Kind kind, NodeView node) {
  Statement made;
  made.kind = kind;
  made.at = node.at();
  return made;
}

Statement ToBlock(NodeView node) {
  Statement made = MakeStatement(Statement::Kind::kBlock, node);
  for (NodeView child : node.Children()) made.body.push_back(ToStatement(child));
  return made;
}

Statement ToDeclaration(NodeView node) {
  Statement made = MakeStatement(Statement::Kind::kBlock, node);
  for (NodeView declarator : node.Children()) {
    Statement one = MakeStatement(Statement::Kind::kDeclare, declarator);
    for (NodeView child : declarator.Children()) {
      if (child.Is<g::declared_name>()) {
        one.name = std::string(child.text());
      } else if (child.Is<g::array_size>()) {
        one.is_array = true;
      } else {
        one.expressions.push_back(ToExpression(child));
      }
    }
    made.body.push_back(std::move(one));
  }
  return made;
}

// Of an if, while or do: expressions and statements in the order of the text.
Statement ToControl(Statement::Kind kind, NodeView node) {
  Statement made = MakeStatement(kind, node);
  made.has_condition = true;
  for (NodeView child : node.Children()) {
    if (child.Is<g::expression>()) {
      made.expressions.push_back(ToExpression(child));
    } else {
      made.body.push_back(ToStatement(child));
    }
  }
  return made;
}

Statement ToFor(NodeView node) {
  Statement made = MakeStatement(Statement::Kind::kFor, node);
  const std::vector<NodeView> children = node.Children();
  const std::vector<NodeView> before = children[0].Children();
  const std::vector<NodeView> condition = children[1].Children();
  const std::vector<NodeView> step = children[2].Children();
  Statement first = MakeStatement(Statement::Kind::kBlock, node);
  if (!before.empty()) first.body.push_back(ToStatement(before[0]));
  made.has_condition = !condition.empty();
  made.has_step = !step.empty();
  if (made.has_condition) made.expressions.push_back(ToExpression(condition[0]));
  if (made.has_step) made.expressions.push_back(ToExpression(step[0]));
  made.body.push_back(std::move(first));
  made.body.push_back(ToStatement(children[3]));
  return made;
}

Statement ToStatement(NodeView node) {
  using Kind = Statement::Kind;
  if (node.Is<g::block>()) return ToBlock(node);
  if (node.Is<g::declaration>()) return ToDeclaration(node);
  if (node.Is<g::if_statement>()) return ToControl(Kind::kIf, node);
  if (node.Is<g::while_statement>()) return ToControl(Kind::kWhile, node);
  if (node.Is<g::do_statement>()) return ToControl(Kind::kDo, node);
  if (node.Is<g::for_statement>()) return ToFor(node);
  if (node.Is<g::break_statement>()) return MakeStatement(Kind::kBreak, node);
  if (node.Is<g::continue_statement>()) return MakeStatement(Kind::kContinue, node);
  if (node.Is<g::empty_statement>()) return MakeStatement(Kind::kBlock, node);
  Statement made =
      MakeStatement(node.Is<g::return_statement>() ? Kind::kReturn : Kind::kExpression, node);
  if (node.Is<g::expression>()) {
    made.expressions.push_back(ToExpression(node));
  } else {
    made.expressions = ToExpressions(node.Children(), 0);
  }
  return made;
}

Thread ToThread(NodeView node) {
  Thread made;
  made.at = node.at();
  for (NodeView child : node.Children()) {
    if (child.Is<g::thread_number>()) {
      made.number = SmallNumberOf(child);
    } else if (child.Is<g::parameter>()) {
      const std::vector<NodeView> words = child.Children();
      if (words.empty() || words.back().text() == "void") continue;
      made.parameters.push_back({Trimmed(child.text()), std::string(words.back().text())});
    } else {
      made.body = ToBlock(child).body;
    }
  }
  return made;
}

// States ------------------------------------------------------------------------------------------

void AddToPlace(NodeView child, Place& place) {
  if (child.Is<g::place_thread>()) place.thread = SmallNumberOf(child);
  if (child.Is<g::place_name>()) place.name = std::string(child.text());
  if (child.Is<g::place_index>()) place.index = SmallNumberOf(child);
}

Place ToPlace(NodeView node) {
  Place place;
  place.at = node.at();
  for (NodeView child : node.Children()) AddToPlace(child, place);
  return place;
}

StateValue ToValue(NodeView node) {
  StateValue value;
  if (node.Is<g::number_value>()) {
    value.number = NumberOf(node);
  } else if (node.Is<g::array_value>()) {
    value.kind = StateValue::Kind::kArray;
    for (NodeView child : node.Children()) value.values.push_back(ToValue(child));
  } else {
    const bool contents = node.Is<g::contents_value>();
    value.kind = contents ? StateValue::Kind::kContents : StateValue::Kind::kAddress;
    value.place = ToPlace(node.Is<g::place>() ? node : node.Children()[0]);
  }
  return value;
}

InitialValue ToInitial(NodeView node) {
  InitialValue initial;
  initial.place.at = node.at();
  bool has_place = false;
  for (NodeView child : node.Children()) {
    if (child.Is<g::initial_type>()) {
      initial.type = Trimmed(child.text());
    } else if (child.Is<g::elements>()) {
      initial.elements = SmallNumberOf(child);
    } else if (child.Is<g::place>() && !has_place && initial.place.name.empty()) {
      initial.place = ToPlace(child);
    } else if (child.Is<g::place_thread>() || child.Is<g::place_name>()) {
      AddToPlace(child, initial.place);
    } else {
      initial.value = ToValue(child);
    }
    has_place |= !initial.place.name.empty();
  }
  return initial;
}

Proposition ToProposition(NodeView node);

Proposition ToOperator(Proposition::Kind kind, const std::vector<NodeView>& children) {
  if (kind != Proposition::Kind::kNot && children.size() == 1) return ToProposition(children[0]);
  Proposition made;
  made.kind = kind;
  for (NodeView child : children) made.operands.push_back(ToProposition(child));
  return made;
}

Proposition ToAtom(const std::vector<NodeView>& children) {
  Proposition made;
  made.place = ToPlace(children[0]);
  const std::string_view relation = children[1].text();
  const bool equal = relation == "=" || relation == "==";
  made.kind = equal ? Proposition::Kind::kEqual : Proposition::Kind::kNotEqual;
  made.value = ToValue(children[2]);
  return made;
}

Proposition ToProposition(NodeView node) {
  using Kind = Proposition::Kind;
  const std::vector<NodeView> children = node.Children();
  if (node.Is<g::atom>()) return ToAtom(children);
  if (node.Is<g::negation>()) return ToOperator(Kind::kNot, children);
  if (node.Is<g::implication>()) return ToOperator(Kind::kImplies, children);
  if (node.Is<g::conjunction>()) return ToOperator(Kind::kAnd, children);
  if (node.Is<g::proposition>()) return ToOperator(Kind::kOr, children);
  Proposition constant;
  constant.kind = node.Is<g::true_word>() ? Kind::kTrue : Kind::kFalse;
  return constant;
}

void AddQuestion(const std::vector<NodeView>& children, LitmusTest& test) {
  test.quantifier = Quantifier::kExists;
  if (children[0].Is<g::not_exists_word>()) test.quantifier = Quantifier::kNotExists;
  if (children[0].Is<g::forall_word>()) test.quantifier = Quantifier::kForall;
  test.condition = ToProposition(children[1]);
}

void AddPart(NodeView node, LitmusTest& test) {
  if (node.Is<g::test_name>()) {
    test.name = std::string(node.text());
  } else if (node.Is<g::initial>()) {
    test.initial.push_back(ToInitial(node));
  } else if (node.Is<g::thread>()) {
    test.threads.push_back(ToThread(node));
  } else if (node.Is<g::locations>()) {
    for (NodeView place : node.Children()) test.locations.push_back(ToPlace(place));
  } else if (node.Is<g::filter>()) {
    test.filter = ToProposition(node.Children()[0]);
  } else if (node.Is<g::question_part>()) {
    AddQuestion(node.Children(), test);
  }
}

// Returns: what stands there, for a message.
std::string Found(std::string_view rest) {
  rest = absl::StripLeadingAsciiWhitespace(rest);
  if (rest.empty()) return "the end of the file";
  const std::size_t length = std::max<std::size_t>(IdentifierLength(rest), 1);
  return absl::StrCat("'", rest.substr(0, length), "'");
}

absl::Status Wrong(const std::string& file, Position at, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(file, ":", at.line, ":", at.column, ": ", what));
}

}  // namespace

absl::StatusOr<LitmusTest> Parse(std::string_view text, const std::string& file) {
  tao::pegtl::memory_input<tao::pegtl::tracking_mode::eager, tao::pegtl::eol::lf_crlf, const char*>
      input(text.data(), text.data() + text.size(), "");
  ParseTree tree;
  LitmusTest test;
  test.file = file;
  try {
    tao::pegtl::parse<g::file, tao::pegtl::nothing, TreeControl<Nodes, Expected>::type>(input,
                                                                                        tree);
    const std::vector<ParseNode>& nodes = tree.nodes();
    for (std::size_t i = 0; i < nodes.size(); i = nodes[i].end) AddPart({nodes, i}, test);
  } catch (const tao::pegtl::parse_error& error) {
    const tao::pegtl::position& at = error.positions()[0];
    return Wrong(
        file, {static_cast<int>(at.line), static_cast<int>(at.column)},
        absl::StrCat("expected ", error.message(), ", found ", Found(text.substr(at.byte))));
  } catch (const Mistake& mistake) {
    return Wrong(file, mistake.at, mistake.what);
  }
  return test;
}

}  // namespace herd
