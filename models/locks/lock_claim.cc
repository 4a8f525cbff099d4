// Line by line: the grammar's actions fill a draft, then the words are looked up.
// Whatever is wrong with a line is thrown as its column and a sentence, and ends that line only.
#include "models/locks/lock_claim.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "models/locks/claim_grammar.h"

namespace models {
namespace {

namespace g = claim_grammar;
using ksync::LockMode;

// A word and where it stands.
struct Placed {
  std::string text;
  int column = 0;
};

struct Draft {
  const LockVocabulary& vocabulary;
  LockClaim claim = {};
  std::vector<Placed> locks = {};
  std::vector<Placed> generations = {};
  std::vector<Placed> halves = {};  // "write", "read".
  LockRule rule = {};
  LockMode mode = LockMode::kShared;  // What a need is held to that says nothing.
  bool has_from = false;
  bool has_until = false;
  bool only = false;
  int repair_column = 0;
  std::size_t end = 0;  // Of the claim in its line.
  int field_column = 0;

  // Returns: how long the longest name of a lock is that the text begins with; 0 if none is there.
  std::size_t KnownLock(std::string_view text) const {
    std::size_t longest = 0;
    for (const std::string& name : vocabulary.locks) {
      if (!text.starts_with(name)) continue;
      const std::string_view rest = text.substr(name.size());
      const bool goes_on = rest.starts_with("->") || (!rest.empty() && g::IsWordLetter(rest[0]));
      if (!goes_on) longest = std::max(longest, name.size());
    }
    return longest;
  }
};

template <typename Input>
Placed PlacedOf(const Input& in) {
  return {in.string(), static_cast<int>(in.position().column)};
}

template <typename Rule>
struct Do : tao::pegtl::nothing<Rule> {};

template <>
struct Do<g::lock_name> {
  template <typename Input>
  static void apply(const Input& in, Draft& draft) {
    draft.locks.push_back(PlacedOf(in));
    draft.claim.locks.push_back(in.string());
  }
};
template <LockClaimKind kKind>
struct IsA {
  static void apply0(Draft& draft) { draft.claim.kind = kKind; }
};
template <>
struct Do<g::order_claim> : IsA<LockClaimKind::kOrder> {};
template <>
struct Do<g::nest_claim> : IsA<LockClaimKind::kNest> {};
template <>
struct Do<g::waits_claim> : IsA<LockClaimKind::kWaits> {};
template <>
struct Do<g::spins> {
  static void apply0(Draft& draft) { draft.claim.says_yes = false; }
};
template <>
struct Do<g::field_name> {
  template <typename Input>
  static void apply(const Input& in, Draft& draft) {
    draft.field_column = PlacedOf(in).column;
    draft.claim.field = in.string();
    draft.claim.kind = LockClaimKind::kField;
  }
};
template <>
struct Do<g::common> : IsA<LockClaimKind::kCommon> {};
template <>
struct Do<g::no_common> {
  static void apply0(Draft& draft) {
    draft.claim.kind = LockClaimKind::kCommon;
    draft.claim.says_yes = false;
  }
};

template <>
struct Do<g::reader_lock> {
  template <typename Input>
  static void apply(const Input& in, Draft& draft) {
    draft.locks.push_back(PlacedOf(in));
    draft.claim.readers_with = in.string();
  }
};

// Rules -------------------------------------------------------------------------------------------

template <LockMode kMode>
struct Begins {
  template <typename Input>
  static void apply(const Input& in, Draft& draft) {
    draft.halves.push_back(PlacedOf(in));
    draft.rule.ways = {{}};
    draft.mode = kMode;
  }
};
template <>
struct Do<g::write_word> : Begins<LockMode::kExclusive> {};
template <>
struct Do<g::read_word> : Begins<LockMode::kShared> {};
template <>
struct Do<g::last_user> {
  static void apply0(Draft& draft) {
    draft.rule.ways.back().push_back({kLastUser, LockMode::kExclusive});
  }
};
template <>
struct Do<g::need_name> {
  template <typename Input>
  static void apply(const Input& in, Draft& draft) {
    draft.locks.push_back(PlacedOf(in));
    draft.rule.ways.back().push_back({in.string(), draft.mode});
  }
};
template <LockMode kMode>
struct Sets {
  static void apply0(Draft& draft) { draft.rule.ways.back().back().mode = kMode; }
};
template <>
struct Do<g::exclusive> : Sets<LockMode::kExclusive> {};
template <>
struct Do<g::shared> : Sets<LockMode::kShared> {};
template <>
struct Do<g::next_way> {
  static void apply0(Draft& draft) { draft.rule.ways.emplace_back(); }
};
template <>
struct Do<g::write_part> {
  static void apply0(Draft& draft) { draft.claim.write = draft.rule; }
};
template <>
struct Do<g::read_part> {
  static void apply0(Draft& draft) { draft.claim.read = draft.rule; }
};

// Kernels, source ---------------------------------------------------------------------------------

template <bool Draft::*kHas>
struct Names {
  template <typename Input>
  static void apply(const Input& in, Draft& draft) {
    draft.generations.push_back(PlacedOf(in));
    draft.*kHas = true;
  }
};
template <>
struct Do<g::from_generation> : Names<&Draft::has_from> {};
template <>
struct Do<g::until_generation> : Names<&Draft::has_until> {};
template <>
struct Do<g::only_generation> : Names<&Draft::only> {};
template <bool kRepaired>
struct NamesRepair {
  template <typename Input>
  static void apply(const Input& in, Draft& draft) {
    draft.repair_column = PlacedOf(in).column;
    draft.claim.repair = in.string();
    draft.claim.repaired = kRepaired;
  }
};
template <>
struct Do<g::with_repair> : NamesRepair<true> {};
template <>
struct Do<g::without_repair> : NamesRepair<false> {};
template <>
struct Do<g::kernels> {
  template <typename Input>
  static void apply(const Input& in, Draft& draft) {
    draft.end = in.position().byte + in.size();
  }
};
template <>
struct Do<g::claim> : Do<g::kernels> {};
template <>
struct Do<g::source_text> {
  template <typename Input>
  static void apply(const Input& in, Draft& draft) {
    draft.claim.source = std::string(absl::StripAsciiWhitespace(in.string_view()));
  }
};

// Of a line, without the blanks around it. What is longer is no claim that anybody reads.
constexpr std::size_t kLineMax = 1'000;
constexpr std::size_t kShownMax = 60;  // Of what is told again.
constexpr int kLinesMax = 10'000;

// What is wrong with a line, as the parser or the look-up finds it.
struct Wrong {
  int column;
  std::string message;
};

std::string Found(std::string_view rest) {
  rest = absl::StripTrailingAsciiWhitespace(rest);
  if (rest.empty()) return "the end of the line";
  return absl::StrCat("'", ShownText(rest.substr(0, rest.find(' '))), "'");
}

int IndexOf(const std::vector<std::string>& all, const std::string& name) {
  const auto found = std::find(all.begin(), all.end(), name);
  return found == all.end() ? -1 : static_cast<int>(found - all.begin());
}

// Returns: that the word is no `what`, and the mend.
std::string IsNone(const std::string& word, const char* what, const std::vector<std::string>& known,
                   const LockVocabulary& vocabulary) {
  const std::string mend =
      vocabulary.mend ? vocabulary.mend(word, known) : "write one of " + absl::StrJoin(known, ", ");
  return absl::StrCat("'", ShownText(word), "' is no ", what, ": ", mend);
}

void LookUpLocks(const Draft& draft, const LockVocabulary& vocabulary) {
  for (const Placed& lock : draft.locks) {
    if (IndexOf(vocabulary.locks, lock.text) >= 0) continue;
    throw Wrong{lock.column, IsNone(lock.text, "lock", vocabulary.locks, vocabulary)};
  }
}

void LookUpField(const Draft& draft, const LockVocabulary& vocabulary) {
  const std::string& field = draft.claim.field;
  if (field.empty() || vocabulary.fields.empty()) return;
  if (IndexOf(vocabulary.fields, field) >= 0) return;
  throw Wrong{draft.field_column, IsNone(field, "field", vocabulary.fields, vocabulary)};
}

// A lock has one place in an order, and a claim one rule for each kind of access.
void RefuseRepetitions(const Draft& draft) {
  if (draft.claim.kind == LockClaimKind::kOrder) {
    std::set<std::string> known;
    for (const Placed& lock : draft.locks) {
      if (known.insert(lock.text).second) continue;
      throw Wrong{lock.column,
                  absl::StrCat("'", lock.text, "' stands in this order already: name it once")};
    }
  }
  const bool both = draft.claim.write.has_value() && draft.claim.read.has_value();
  if (draft.halves.size() < 2 || both) return;
  throw Wrong{draft.halves.back().column,
              "a second rule for the same accesses: join the two with 'and' or 'or'"};
}

void LookUpGenerations(Draft& draft, const LockVocabulary& vocabulary) {
  draft.claim.until = static_cast<int>(vocabulary.generations.size()) - 1;
  std::vector<int> found;
  for (const Placed& generation : draft.generations) {
    found.push_back(IndexOf(vocabulary.generations, generation.text));
    if (found.back() >= 0) continue;
    throw Wrong{generation.column,
                absl::StrCat("'", generation.text, "' is no kernel generation: write one of ",
                             absl::StrJoin(vocabulary.generations, ", "))};
  }
  if (draft.has_from || draft.only) draft.claim.from = found.front();
  if (draft.has_until || draft.only) draft.claim.until = found.back();
  if (draft.claim.from <= draft.claim.until) return;
  throw Wrong{draft.generations.front().column, "no kernel is meant: exchange the two generations"};
}

void LookUpRepair(const Draft& draft, const LockVocabulary& vocabulary) {
  const std::string& repair = draft.claim.repair;
  if (repair.empty() || IndexOf(vocabulary.repairs, repair) >= 0) return;
  throw Wrong{draft.repair_column,
              absl::StrCat("'", repair, "' is no repair: write one that `rmapcheck bugs` has")};
}

using Errors = tao::pegtl::must_if<g::Expected, tao::pegtl::normal, false>;

LockClaim ParseLine(std::string_view line, const LockVocabulary& vocabulary) {
  if (line.size() > kLineMax) {
    throw Wrong{static_cast<int>(kLineMax) + 1,
                absl::StrCat("the line goes on behind ", kLineMax, " characters: shorten it")};
  }
  Draft draft{vocabulary};
  const char* const begin = line.data();
  tao::pegtl::memory_input<tao::pegtl::tracking_mode::eager> input(begin, begin + line.size(), "");
  try {
    tao::pegtl::parse<g::line, Do, Errors::control>(input, draft);
  } catch (const tao::pegtl::parse_error& error) {
    const tao::pegtl::position& at = error.positions()[0];
    throw Wrong{static_cast<int>(at.column), absl::StrCat("expected ", error.message(), ", found ",
                                                          Found(line.substr(at.byte)))};
  }
  LookUpField(draft, vocabulary);
  LookUpLocks(draft, vocabulary);
  RefuseRepetitions(draft);
  LookUpGenerations(draft, vocabulary);
  LookUpRepair(draft, vocabulary);
  draft.claim.text = std::string(absl::StripAsciiWhitespace(line.substr(0, draft.end)));
  return draft.claim;
}

}  // namespace

std::string LockRule::Text() const {
  std::vector<std::string> texts;
  for (const std::vector<Need>& way : ways) {
    std::vector<std::string> needs;
    for (const Need& need : way) {
      const char* const mode = need.mode == LockMode::kExclusive ? "(W)" : "(R)";
      needs.push_back(need.lock == kLastUser ? need.lock : need.lock + mode);
    }
    texts.push_back(needs.empty() ? "nothing" : absl::StrJoin(needs, " and "));
  }
  return absl::StrJoin(texts, " or ");
}

std::string ShownText(std::string_view text) {
  std::string shown(text.substr(0, kShownMax));
  for (char& c : shown) c = absl::ascii_isprint(static_cast<unsigned char>(c)) ? c : '?';
  return text.size() > kShownMax ? shown + "..." : shown;
}

LockClaims ParseLockClaims(std::string_view text, const LockVocabulary& vocabulary) {
  LockClaims read;
  int number = 0;
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // A byte order mark.
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    if (++number > kLinesMax) {
      const std::string wrong =
          absl::StrCat("more than ", kLinesMax, " lines of claims: cut the file in two");
      read.mistakes.push_back({number, 1, ShownText(line), wrong});
      break;
    }
    line = absl::StripTrailingAsciiWhitespace(line);
    const std::string_view content = absl::StripLeadingAsciiWhitespace(line);
    if (content.empty() || content.starts_with('#')) continue;
    const int indent = static_cast<int>(line.size() - content.size());
    try {
      read.claims.push_back(ParseLine(content, vocabulary));
      read.claims.back().line = number;
    } catch (const Wrong& wrong) {
      read.mistakes.push_back({number, wrong.column + indent, ShownText(content), wrong.message});
    }
  }
  return read;
}

}  // namespace models
