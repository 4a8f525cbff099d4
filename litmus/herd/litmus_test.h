// A litmus test in herd's format, as the file says it: names are names, nothing is resolved.
//
// A test is an initial state, the bodies of threads P0, P1, ..., and a question about the states in
// which the threads may end. Bodies are C: what herd's own grammar has, and what people write
// beside it (`&&`, `for`, `a[i]`, `+=`). Casts say nothing here: every value has 64 bits.
//
// What it does not do: know which names are registers, which calls exist, or what any of it means
// (compiler.h). Source: herdtools7, the C parser and the parser of states.
#ifndef RMAPCHECK_LITMUS_HERD_LITMUS_TEST_H_
#define RMAPCHECK_LITMUS_HERD_LITMUS_TEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace herd {

// A place in the file, both counted from 1.
struct Position {
  int line = 0;
  int column = 0;
};

struct Expression {
  enum class Kind : std::uint8_t {
    kNumber,
    kName,
    kUnary,        // text: - + ! ~ * &
    kBinary,       // text: the operator
    kConditional,  // a ? b : c
    kAssign,       // text: the operator before '=', or empty
    kPrefixStep,   // text: ++ or --
    kPostfixStep,
    kIndex,   // a[i]
    kMember,  // a.b, a->b: parsed, never run
    kCall,    // text: the function; operands: its arguments
  };
  Kind kind = Kind::kNumber;
  Position at;
  std::string text;
  std::int64_t number = 0;
  std::vector<Expression> operands;
};

struct Statement {
  enum class Kind : std::uint8_t {
    kBlock,    // body
    kDeclare,  // name, and a value if one is given
    kExpression,
    kIf,     // expressions: condition; body: then, and else if there is one
    kWhile,  // expressions: condition; body: one
    kDo,
    kFor,  // expressions: condition and step (a missing one is absent, see has_*)
    kReturn,
    kBreak,
    kContinue,
  };
  Kind kind = Kind::kBlock;
  Position at;
  std::string name;       // kDeclare.
  bool is_array = false;  // kDeclare: `int a[2];`.
  bool has_condition = false;
  bool has_step = false;
  std::vector<Expression> expressions;
  std::vector<Statement> body;  // kFor: what goes before, then the body.
};

// Part of the state: a register `0:r1`, a global `x`, an element `a[1]`.
struct Place {
  std::optional<int> thread;
  std::string name;
  std::optional<int> index;
  Position at;

  bool operator==(const Place& other) const {
    return thread == other.thread && name == other.name && index == other.index;
  }
};

// A number, the address of a global, or the contents of a place.
struct StateValue {
  enum class Kind : std::uint8_t { kNumber, kAddress, kContents, kArray };
  Kind kind = Kind::kNumber;
  std::int64_t number = 0;
  Place place;                     // kAddress, kContents.
  std::vector<StateValue> values;  // kArray.
};

struct InitialValue {
  Place place;
  std::string type;             // As written, the words with blanks between; may be empty.
  std::optional<int> elements;  // An array.
  StateValue value;
};

struct Thread {
  struct Parameter {
    std::string type;
    std::string name;
  };
  int number = 0;
  Position at;
  std::vector<Parameter> parameters;
  std::vector<Statement> body;
};

struct Proposition {
  enum class Kind : std::uint8_t { kTrue, kFalse, kEqual, kNotEqual, kNot, kAnd, kOr, kImplies };
  Kind kind = Kind::kTrue;
  Place place;  // kEqual, kNotEqual.
  StateValue value;
  std::vector<Proposition> operands;
};

enum class Quantifier : std::uint8_t { kNone, kExists, kNotExists, kForall };

struct LitmusTest {
  std::string file;
  std::string name;
  std::vector<InitialValue> initial;
  std::vector<Thread> threads;
  std::vector<Place> locations;
  std::optional<Proposition> filter;
  Quantifier quantifier = Quantifier::kNone;
  Proposition condition;
};

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_LITMUS_TEST_H_
