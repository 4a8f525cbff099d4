// What a message says was expected, for each rule of the grammar that must follow. Words behind
// "expected". Rules without one cannot fail: they are optional or repeated.
#ifndef RMAPCHECK_LITMUS_HERD_EXPECTED_H_
#define RMAPCHECK_LITMUS_HERD_EXPECTED_H_

#include "litmus/herd/grammar.h"

namespace herd {

template <typename Rule>
inline constexpr const char* kExpected = nullptr;

#define HERD_EXPECTED(rule, words) \
  template <>                      \
  inline constexpr const char* kExpected<grammar::rule> = words

HERD_EXPECTED(language, "'C', the language of the test");
HERD_EXPECTED(test_name, "the name of the test");
HERD_EXPECTED(prelude, "a description");
HERD_EXPECTED(first_brace, "'{' and the initial state");
HERD_EXPECTED(initial_state, "the initial state");
HERD_EXPECTED(initial_end, "a place with its initial value, or '}'");
HERD_EXPECTED(initial_next, "';' or '}'");
HERD_EXPECTED(threads, "a thread, such as P0(atomic_int *x) { ... }");
HERD_EXPECTED(thread_body, "'{' and the body of the thread");
HERD_EXPECTED(parameter, "a parameter");
HERD_EXPECTED(statement, "a statement");
HERD_EXPECTED(expression, "an expression");
HERD_EXPECTED(unary, "an expression");
HERD_EXPECTED(conditional, "an expression");
HERD_EXPECTED(member_name, "the name of a member");
HERD_EXPECTED(declarator, "a name to declare");
HERD_EXPECTED(while_word, "'while' and the condition of the loop");
HERD_EXPECTED(open_parenthesis, "'('");
HERD_EXPECTED(close_parenthesis, "')'");
HERD_EXPECTED(close_brace, "'}'");
HERD_EXPECTED(close_bracket, "']'");
HERD_EXPECTED(semicolon, "';'");
HERD_EXPECTED(colon, "':'");
HERD_EXPECTED(place, "a place, such as x or 0:r1");
HERD_EXPECTED(close_index, "']'");
HERD_EXPECTED(close_value, "')'");
HERD_EXPECTED(close_values, "'}'");
HERD_EXPECTED(state_value, "a value");
HERD_EXPECTED(relation_token, "'=' or '!='");
HERD_EXPECTED(location_end, "a place, or ']'");
HERD_EXPECTED(proposition, "a proposition, such as 0:r1=0 /\\ x=1");
HERD_EXPECTED(conjunction, "a proposition, such as 0:r1=0 /\\ x=1");
HERD_EXPECTED(implication, "a proposition, such as 0:r1=0 /\\ x=1");
HERD_EXPECTED(negation_body, "a proposition, such as 0:r1=0 /\\ x=1");
HERD_EXPECTED(end, "the end of the file");

#undef HERD_EXPECTED

// As must_if wants it.
struct Expected {
  template <typename Rule>
  static constexpr const char* message = kExpected<Rule>;
  template <typename Rule>
  static constexpr bool raise_on_failure = false;
};

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_EXPECTED_H_
