// The grammar of litmus tests, as PEGTL rules; for parser.cc alone.
//
// Three ways of writing comments meet in one file: in the parts that are herd's, `(* *)` nests; in
// the bodies, which are C, `(*` is a parenthesis and a star. So a token eats the blanks behind it
// that its part has: `_` in bodies, `blank` elsewhere.
//
// Invariants:
//   1. A rule in Nodes is a node of the tree (parse_tree.h); all others leave their children to the
//      node around them.
//   2. `must` stands wherever nothing else can follow, so an error is where the reader would put
//      it; every rule below a `must` has a sentence in `Expected`.
//   3. Operators are a flat chain: how tightly they bind is the parser's business.
//
// Source: herdtools7, lib/{splitter.mll, stateParser.mly, CParser.mly}, widened as litmus_test.h
// says.
#ifndef RMAPCHECK_LITMUS_HERD_GRAMMAR_H_
#define RMAPCHECK_LITMUS_HERD_GRAMMAR_H_

#include <string_view>
#include <tao/pegtl.hpp>

#include "litmus/herd/type_words.h"

namespace herd::grammar {

using namespace tao::pegtl;  // NOLINT: the rules are written in its words.

// Blanks and comments -----------------------------------------------------------------------------
struct block_comment : seq<string<'/', '*'>, until<string<'*', '/'>>> {};
struct line_comment : seq<two<'/'>, until<eolf>> {};
struct nested_comment : seq<string<'(', '*'>, until<string<'*', ')'>, sor<nested_comment, any>>> {};
struct _ : star<sor<space, block_comment, line_comment>> {};
struct blank : star<sor<space, nested_comment, block_comment, line_comment>> {};

// Tokens ------------------------------------------------------------------------------------------
template <char... Characters>
struct keyword_of : seq<string<Characters...>, not_at<identifier_other>> {};

struct keyword
    : sor<TAO_PEGTL_KEYWORD("if"), TAO_PEGTL_KEYWORD("else"), TAO_PEGTL_KEYWORD("while"),
          TAO_PEGTL_KEYWORD("for"), TAO_PEGTL_KEYWORD("do"), TAO_PEGTL_KEYWORD("return"),
          TAO_PEGTL_KEYWORD("goto"), TAO_PEGTL_KEYWORD("switch"), TAO_PEGTL_KEYWORD("case")> {};
struct word : seq<not_at<keyword>, identifier> {};
struct digits : plus<digit> {};
struct integer : seq<opt<one<'-', '+'>>, sor<seq<one<'0'>, one<'x', 'X'>, plus<xdigit>>, digits>,
                     star<one<'u', 'U', 'l', 'L'>>, not_at<identifier_other>> {};

// Behind a token of C
// ------------------------------------------------------------------------------
struct open_parenthesis : seq<one<'('>, _> {};
struct close_parenthesis : seq<one<')'>, _> {};
struct open_brace : seq<one<'{'>, _> {};
struct close_brace : seq<one<'}'>, _> {};
struct close_bracket : seq<one<']'>, _> {};
struct semicolon : seq<one<';'>, _> {};
struct colon : seq<one<':'>, _> {};
struct comma : seq<one<','>, _> {};

// Expressions -------------------------------------------------------------------------------------
struct expression;
struct unary;
struct conditional;
struct type_words;

// A word that begins a type; which those are, type_words.h knows.
struct type_word {
  using rule_t = type_word;
  using subs_t = empty_list;

  template <typename Input>
  static bool match(Input& in) {
    const std::string_view rest(in.current(), in.size(0));
    const std::size_t length = TypeWordLength(rest);
    if (length != 0) in.bump_in_this_line(length);
    return length != 0;
  }
};
struct tagged
    : seq<sor<TAO_PEGTL_KEYWORD("struct"), TAO_PEGTL_KEYWORD("union"), TAO_PEGTL_KEYWORD("enum")>,
          _, identifier> {};
// `_Atomic(int)`, and C++'s `atomic<int>`.
struct atomic_of : sor<seq<TAO_PEGTL_KEYWORD("_Atomic"), _, one<'('>, _, type_words, one<')'>>,
                       seq<TAO_PEGTL_KEYWORD("atomic"), _, one<'<'>, _, type_words, one<'>'>>> {};
struct type_words : plus<sor<tagged, atomic_of, type_word>, _> {};
struct star_token : seq<one<'*'>, _> {};
struct cast_type : sor<seq<type_words, star<star_token>>, seq<identifier, _, plus<star_token>>> {};
struct cast_head : seq<open_parenthesis, cast_type, one<')'>> {};
struct cast : seq<at<cast_head>, open_parenthesis, cast_type, close_parenthesis, must<unary>> {};

struct number : integer {};
struct name : word {};
struct call_name : word {};
struct call : seq<at<word, _, one<'('>>, call_name, _, open_parenthesis,
                  opt<list_must<expression, comma>>, must<close_parenthesis>> {};
struct parenthesised : if_must<open_parenthesis, expression, close_parenthesis> {};
struct unsigned_number : seq<not_at<one<'-', '+'>>, number> {};
struct primary : sor<seq<unsigned_number, _>, call, seq<name, _>, parenthesised> {};

struct index : if_must<seq<one<'['>, _>, expression, close_bracket> {};
struct member_name : identifier {};
struct member : if_must<seq<sor<one<'.'>, string<'-', '>'>>, _>, member_name, _> {};
struct step : sor<two<'+'>, two<'-'>> {};
struct suffix : sor<index, member, seq<step, _>> {};
struct postfixed : seq<primary, star<suffix>> {};

struct prefix_operator
    : sor<two<'+'>, two<'-'>, seq<one<'&'>, not_at<one<'&'>>>, one<'*', '-', '+', '!', '~'>> {};
struct prefixed : if_must<seq<prefix_operator, _>, unary> {};
struct unary : sor<prefixed, cast, postfixed> {};

struct comparison : sor<string<'=', '='>, string<'!', '='>, string<'<', '='>, string<'>', '='>> {};
struct arithmetic
    : seq<sor<two<'<'>, two<'>'>, one<'+', '-', '*', '/', '%', '^', '<', '>', '|'>, one<'&'>>,
          not_at<one<'='>>> {};
struct binary_operator : sor<two<'|'>, two<'&'>, comparison, arithmetic> {};
struct binary : list_must<unary, seq<binary_operator, _>> {};
struct question : seq<one<'?'>, _> {};
struct conditional : seq<binary, opt_must<question, expression, colon, conditional>> {};
struct assign_operator
    : seq<opt<sor<two<'<'>, two<'>'>, one<'+', '-', '*', '/', '%', '&', '|', '^'>>>, one<'='>,
          not_at<one<'='>>> {};
struct expression : seq<conditional, opt_must<seq<assign_operator, _>, expression>> {};

// Statements --------------------------------------------------------------------------------------
struct statement;

struct block : if_must<open_brace, star<not_at<one<'}'>>, must<statement>>, close_brace> {};
struct condition : seq<must<open_parenthesis>, must<expression>, must<close_parenthesis>> {};
struct if_statement : seq<TAO_PEGTL_KEYWORD("if"), _, condition, must<statement>,
                          opt_must<seq<TAO_PEGTL_KEYWORD("else"), _>, statement>> {};
struct while_statement : seq<TAO_PEGTL_KEYWORD("while"), _, condition, must<statement>> {};
struct while_word : seq<TAO_PEGTL_KEYWORD("while"), _> {};
struct do_statement
    : seq<TAO_PEGTL_KEYWORD("do"), _, must<statement, while_word>, condition, must<semicolon>> {};

struct declared_name : word {};
struct array_size : if_must<seq<one<'['>, _>, expression, close_bracket> {};
struct declarator : seq<star<star_token>, declared_name, _, opt<array_size>,
                        opt_must<seq<one<'='>, not_at<one<'='>>, _>, expression>> {};
struct declaration_type : sor<type_words, seq<word, _>> {};
struct declaration_head
    : seq<declaration_type, star<star_token>, word, _, one<'=', ';', ',', '['>> {};
struct declaration : seq<at<declaration_head>, declaration_type, list_must<declarator, comma>> {};

struct for_before : opt<sor<declaration, expression>> {};
struct for_condition : opt<expression> {};
struct for_step : opt<expression> {};
struct for_statement
    : seq<TAO_PEGTL_KEYWORD("for"), _, must<open_parenthesis>, for_before, must<semicolon>,
          for_condition, must<semicolon>, for_step, must<close_parenthesis, statement>> {};
struct return_statement : seq<TAO_PEGTL_KEYWORD("return"), _, opt<expression>, must<semicolon>> {};
// For herd these are names, and people have called registers so.
struct break_statement : seq<TAO_PEGTL_KEYWORD("break"), _, semicolon> {};
struct continue_statement : seq<TAO_PEGTL_KEYWORD("continue"), _, semicolon> {};
struct empty_statement : semicolon {};
struct declaration_statement : seq<declaration, must<semicolon>> {};
struct expression_statement : seq<expression, must<semicolon>> {};
struct statement : sor<block, if_statement, while_statement, do_statement, for_statement,
                       return_statement, break_statement, continue_statement, empty_statement,
                       declaration_statement, expression_statement> {};

// Threads -----------------------------------------------------------------------------------------
struct thread_number : digits {};
struct thread_name : seq<one<'P'>, thread_number, not_at<identifier_other>> {};
struct thread_head : seq<star<not_at<thread_name>, sor<word, one<'*'>>, _>, thread_name, _> {};
struct parameter_word : word {};
struct parameter : plus<sor<seq<atomic_of, _>, seq<parameter_word, _>, star_token,
                            seq<one<'['>, _, one<']'>, _>>> {};
struct thread_body : block {};
struct thread : seq<at<thread_head, one<'('>>, thread_head, open_parenthesis,
                    opt<list_must<parameter, comma>>, must<close_parenthesis, thread_body>> {};

// States ------------------------------------------------------------------------------------------
template <char... Characters>
struct sign : seq<string<Characters...>, blank> {};

struct place_thread : digits {};
struct thread_prefix : seq<opt<one<'P'>>, place_thread, blank, one<':'>, blank> {};
struct place_name : word {};
struct place_index : digits {};
struct close_index : sign<']'> {};
struct in_brackets : seq<one<'['>, blank, place_index, blank, close_index> {};
struct bare_place : seq<opt<thread_prefix>, place_name, blank, opt<in_brackets>> {};
struct place : bare_place {};
struct cell : sor<if_must<sign<'['>, place, close_index>, seq<opt<sign<'*'>>, place>> {};

struct state_value;
struct close_values : sign<'}'> {};
struct close_value : sign<')'> {};
struct number_value : integer {};
struct array_value : if_must<sign<'{'>, opt<list_must<state_value, sign<','>>>, close_values> {};
struct address_value : if_must<sign<'&'>, place> {};
struct contents_value : sor<if_must<sign<'['>, place, close_index>, if_must<sign<'*'>, place>,
                            seq<at<thread_prefix>, place>> {};
struct macro_value : seq<word, blank, sign<'('>, must<state_value, close_value>> {};
struct cast_value
    : seq<at<cast_head>, open_parenthesis, cast_type, close_parenthesis, blank, must<state_value>> {
};
struct parenthesised_value : if_must<sign<'('>, state_value, close_value> {};
struct state_value : sor<contents_value, seq<number_value, blank>, array_value, address_value,
                         macro_value, cast_value, parenthesised_value, place> {};

struct initial_type
    : star<not_at<thread_prefix>, word, blank, at<sor<identifier_first, thread_prefix, one<'*'>>>> {
};
struct elements : digits {};
struct array_extent : seq<one<'['>, blank, opt<elements, blank>, close_index> {};
struct initial_place : seq<opt<thread_prefix>, place_name, blank> {};
struct initial_bracket : if_must<sign<'['>, place, close_index> {};
// `int [x]`; but `a[2]` is an array.
struct typed_bracket : seq<word, blank, at<one<'['>, blank, identifier>, initial_bracket> {};
struct initial_cell : sor<initial_bracket, typed_bracket,
                          seq<initial_type, star<sign<'*'>>, initial_place, opt<array_extent>>> {};
struct initial : seq<initial_cell, opt_must<sign<'='>, state_value>> {};
struct initial_separator : sign<';'> {};
struct initial_end : sign<'}'> {};
struct initial_next : sor<plus<initial_separator>, at<one<'}'>>> {};
struct initial_state : seq<star<initial_separator>,
                           star<not_at<one<'}'>>, initial, must<initial_next>>, must<initial_end>> {
};

// The question ------------------------------------------------------------------------------------
struct proposition;
template <typename Word>
struct state_word : seq<Word, blank> {};

struct relation
    : sor<string<'=', '='>, string<'!', '='>, string<'<', '>'>, seq<one<'='>, not_at<one<'>'>>>> {};
struct relation_token : seq<relation, blank> {};
struct atom : seq<cell, must<relation_token, state_value>> {};
struct true_word : TAO_PEGTL_KEYWORD("true") {};
struct false_word : TAO_PEGTL_KEYWORD("false") {};
struct grouped : if_must<sign<'('>, proposition, close_value> {};
struct atomic : sor<seq<true_word, blank>, seq<false_word, blank>, grouped, atom> {};
struct not_sign : sor<TAO_PEGTL_KEYWORD("not"), one<'~'>, one<'!'>> {};
struct negation_body;
struct negation : if_must<seq<not_sign, blank>, negation_body> {};
struct negation_body : sor<negation, atomic> {};
struct implication : seq<negation_body, opt_must<sign<'=', '>'>, implication>> {};
struct conjunction : list_must<implication, seq<sor<string<'/', '\\'>, string<'&', '&'>>, blank>> {
};
struct proposition : list_must<conjunction, seq<sor<string<'\\', '/'>, string<'|', '|'>>, blank>> {
};

struct location_end : sign<']'> {};
struct observed : seq<cell, star<sor<word, one<'*'>>, blank>> {};  // Perhaps with a type.
struct locations
    : if_must<seq<TAO_PEGTL_KEYWORD("locations"), blank>, sign<'['>,
              opt<list_tail<observed, sor<sign<';'>, sign<','>>>>, location_end, star<sign<';'>>> {
};
struct filter : if_must<seq<TAO_PEGTL_KEYWORD("filter"), blank>, proposition, star<sign<';'>>> {};
struct exists_word : sor<TAO_PEGTL_KEYWORD("exists"), TAO_PEGTL_KEYWORD("final")> {};
struct not_exists_word
    : seq<sor<one<'~'>, TAO_PEGTL_KEYWORD("not")>, blank, TAO_PEGTL_KEYWORD("exists")> {};
struct forall_word : TAO_PEGTL_KEYWORD("forall") {};
struct quantifier : sor<exists_word, not_exists_word, forall_word> {};
struct question_part : if_must<seq<quantifier, blank>, proposition> {};

// The file ----------------------------------------------------------------------------------------
struct language : seq<TAO_PEGTL_KEYWORD("C")> {};
struct test_name : plus<not_one<' ', '\t', '\r', '\n'>> {};
struct quoted : seq<one<'"'>, until<one<'"'>, not_one<'\n'>>> {};
struct document : seq<star<space>, one<'"'>, until<one<'"'>>> {};
struct key_line : seq<bol, identifier, star<one<' ', '\t'>>, one<'='>, until<eolf>> {};
struct prelude
    : seq<opt<document>, star<sor<nested_comment, line_comment, quoted, key_line, not_one<'{'>>>> {
};
struct first_brace : sign<'{'> {};
struct threads : plus<thread, blank> {};
// For other tools; says nothing about the states.
struct regions : if_must<seq<TAO_PEGTL_KEYWORD("regions"), blank>, sign<':'>,
                         until<at<sor<quantifier, TAO_PEGTL_KEYWORD("locations"),
                                      TAO_PEGTL_KEYWORD("filter"), eof>>>> {};
struct repeated : seq<two<'<'>, until<eof>> {};
struct end : sor<eof, repeated> {};
struct file : seq<blank, must<language>, star<one<' ', '\t'>>, must<test_name, prelude>,
                  must<first_brace, initial_state, threads>, opt<regions>, opt<locations>,
                  opt<filter>, opt<locations>, opt<question_part>, star<sign<';'>>, must<end>> {};

}  // namespace herd::grammar

#endif  // RMAPCHECK_LITMUS_HERD_GRAMMAR_H_
