// The grammar of claims about locks, as PEGTL rules; for lock_claim.cc alone.
//
// One line is one input. A name of a lock may have blanks in it ("page lock"), so the state that is
// handed through knows which there are.
//
// Invariants: `must` stands wherever nothing else can follow, and every rule below one has a
// sentence in kExpected; an action is attached to what ends a part, never to a rule that may be
// tried in vain.
#ifndef RMAPCHECK_MODELS_LOCKS_CLAIM_GRAMMAR_H_
#define RMAPCHECK_MODELS_LOCKS_CLAIM_GRAMMAR_H_

#include <tao/pegtl.hpp>

namespace models::claim_grammar {

using namespace tao::pegtl;  // NOLINT: the rules are written in its words.

struct _ : star<blank> {};
struct word_letter : sor<alnum, one<'_', '.'>, string<'-', '>'>> {};
struct generation : seq<one<'G'>, plus<digit>, not_at<word_letter>> {};
struct keyword
    : sor<TAO_PEGTL_KEYWORD("or"), TAO_PEGTL_KEYWORD("and"), TAO_PEGTL_KEYWORD("from"),
          TAO_PEGTL_KEYWORD("until"), TAO_PEGTL_KEYWORD("only"), TAO_PEGTL_KEYWORD("with"),
          TAO_PEGTL_KEYWORD("without"), TAO_PEGTL_KEYWORD("sleeps"), TAO_PEGTL_KEYWORD("spins"),
          TAO_PEGTL_KEYWORD("nothing"), generation> {};
struct word : seq<not_at<keyword>, plus<word_letter>> {};
struct unknown_lock : list<word, plus<blank>> {};

constexpr bool IsWordLetter(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// A lock that the state knows, however the line goes on behind it; else all words up to the next
// that means something, for a message.
struct lock_words {
  using rule_t = lock_words;
  using subs_t = type_list<unknown_lock>;

  template <apply_mode kApply, rewind_mode kRewind, template <typename...> class Action,
            template <typename...> class Control, typename Input, typename State>
  static bool match(Input& in, State& state) {
    const std::size_t known = state.KnownLock({in.current(), in.size()});
    if (known == 0) {
      return unknown_lock::match<kApply, kRewind, Action, Control>(in, state);
    }
    in.bump(known);
    return true;
  }
};

struct lock_name : lock_words {};
struct field_name : plus<word_letter> {};

// Order, nesting, waiting -------------------------------------------------------------------------
struct inner_sign : seq<_, one<'>'>, _> {};
struct order_tail : if_must<inner_sign, lock_name> {};
struct first_inner : seq<must<inner_sign>, must<lock_name>> {};
struct order_claim
    : seq<TAO_PEGTL_KEYWORD("order"), _, must<lock_name>, first_inner, star<order_tail>> {};
struct nest_claim : seq<TAO_PEGTL_KEYWORD("nest"), _, must<lock_name>> {};
struct sleeps : TAO_PEGTL_KEYWORD("sleeps") {};
struct spins : TAO_PEGTL_KEYWORD("spins") {};
struct waits : sor<sleeps, spins> {};
struct waits_claim : seq<TAO_PEGTL_KEYWORD("lock"), _, must<lock_name>, _, must<waits>> {};

// Fields ------------------------------------------------------------------------------------------
struct exclusive : one<'W'> {};
struct shared : one<'R'> {};
struct mode_letter : sor<exclusive, shared> {};
struct mode_end : one<')'> {};
struct mode : if_must<one<'('>, mode_letter, mode_end> {};
struct last_user
    : seq<TAO_PEGTL_KEYWORD("last"), plus<blank>, TAO_PEGTL_KEYWORD("user"), not_at<word_letter>> {
};
struct need_name : lock_words {};
struct need : sor<last_user, seq<need_name, opt<mode>>> {};
struct and_sign : seq<_, TAO_PEGTL_KEYWORD("and"), _> {};
struct or_sign : seq<_, TAO_PEGTL_KEYWORD("or"), _> {};
struct way : seq<must<need>, star<if_must<and_sign, need>>> {};
struct next_way : seq<or_sign> {};
struct nothing : TAO_PEGTL_KEYWORD("nothing") {};
struct rule : sor<nothing, seq<way, star<seq<next_way, way>>>> {};
struct write_word : seq<TAO_PEGTL_KEYWORD("write"), _> {};
struct read_word : seq<TAO_PEGTL_KEYWORD("read"), _> {};
struct write_part : seq<write_word, rule> {};
struct read_part : seq<read_word, rule> {};
struct no_common : seq<TAO_PEGTL_KEYWORD("no"), plus<blank>, TAO_PEGTL_KEYWORD("common"),
                       plus<blank>, TAO_PEGTL_KEYWORD("lock")> {};
struct common : seq<TAO_PEGTL_KEYWORD("common"), plus<blank>, TAO_PEGTL_KEYWORD("lock")> {};
struct reader_lock : lock_words {};
struct for_readers
    : seq<plus<blank>, TAO_PEGTL_KEYWORD("for"), plus<blank>, TAO_PEGTL_KEYWORD("readers"),
          plus<blank>, TAO_PEGTL_KEYWORD("with"), _, must<reader_lock>> {};
struct part : sor<write_part, read_part> {};
struct semicolon : seq<_, one<';'>, _> {};
struct parts
    : sor<seq<sor<no_common, common>, opt<for_readers>>, seq<part, opt<if_must<semicolon, part>>>> {
};
struct colon : seq<_, one<':'>, _> {};
struct field_claim
    : seq<TAO_PEGTL_KEYWORD("field"), _, must<field_name>, must<colon>, must<parts>> {};

// A line ------------------------------------------------------------------------------------------
struct from_generation : generation {};
struct until_generation : generation {};
struct only_generation : generation {};
struct from : seq<TAO_PEGTL_KEYWORD("from"), _, must<from_generation>, _> {};
struct until_part : seq<TAO_PEGTL_KEYWORD("until"), _, must<until_generation>, _> {};
struct only_word : TAO_PEGTL_KEYWORD("only") {};
struct only : seq<only_generation, _, must<only_word>, _> {};
struct generations : sor<only, seq<from, opt<until_part>>, until_part> {};
struct repair : seq<string<'K', 'H', '-'>, plus<digit>> {};
struct with_repair : repair {};
struct without_repair : repair {};
struct with_part : seq<TAO_PEGTL_KEYWORD("with"), _, must<with_repair>, _> {};
struct without_part : seq<TAO_PEGTL_KEYWORD("without"), _, must<without_repair>, _> {};
struct repairs : sor<with_part, without_part> {};
struct kernels : sor<seq<generations, opt<repairs>>, repairs> {};
struct remark : seq<one<'#'>, star<any>> {};
struct source_text : plus<not_one<'#'>> {};
struct source : if_must<seq<two<'-'>, _>, source_text> {};
struct claim : sor<order_claim, nest_claim, waits_claim, field_claim> {};
struct claim_end : seq<_> {};
struct line_end : eof {};
struct line : seq<must<claim>, claim_end, opt<kernels>, opt<source>, opt<remark>, must<line_end>> {
};

template <typename Rule>
inline constexpr const char* kExpected = nullptr;

#define LOCKS_EXPECTED(rule, words) \
  template <>                       \
  inline constexpr const char* kExpected<rule> = words

LOCKS_EXPECTED(claim, "'order', 'nest', 'lock' or 'field'");
LOCKS_EXPECTED(lock_name, "the name of a lock");
LOCKS_EXPECTED(inner_sign, "'>' and the lock that is taken inside");
LOCKS_EXPECTED(reader_lock, "the name of a lock");
LOCKS_EXPECTED(waits, "'sleeps' or 'spins'");
LOCKS_EXPECTED(field_name, "the name of a field, such as vma.vm_start");
LOCKS_EXPECTED(colon, "':' and what is claimed of the field");
LOCKS_EXPECTED(parts, "'write', 'read', 'common lock' or 'no common lock'");
LOCKS_EXPECTED(part, "'write' or 'read'");
LOCKS_EXPECTED(need, "the name of a lock, 'last user' or 'nothing'");
LOCKS_EXPECTED(mode_letter, "'W' or 'R'");
LOCKS_EXPECTED(mode_end, "')'");
LOCKS_EXPECTED(from_generation, "a kernel generation, such as G5");
LOCKS_EXPECTED(until_generation, "a kernel generation, such as G5");
LOCKS_EXPECTED(only_word, "'only'");
LOCKS_EXPECTED(with_repair, "a repair, such as KH-109");
LOCKS_EXPECTED(without_repair, "a repair, such as KH-109");
LOCKS_EXPECTED(source_text, "where the claim is taken from");
LOCKS_EXPECTED(line_end, "'from', 'until', 'with', a source behind '--', or the end of the line");

#undef LOCKS_EXPECTED

struct Expected {
  template <typename Rule>
  static constexpr const char* message = kExpected<Rule>;
  template <typename Rule>
  static constexpr bool raise_on_failure = false;
};

}  // namespace models::claim_grammar

#endif  // RMAPCHECK_MODELS_LOCKS_CLAIM_GRAMMAR_H_
