// Types by name. `atomic_t` is the kernel's, `atomic_int` is C11's; names of functions that begin
// like a type (`atomic_load`) are no types.
#include "litmus/herd/type_words.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace herd {
namespace {

constexpr std::string_view kTypes[] = {
    "int",          "long",        "short",        "char",          "signed",       "unsigned",
    "float",        "double",      "void",         "bool",          "_Bool",        "const",
    "volatile",     "register",    "static",       "restrict",      "_Atomic",      "__int128",
    "atomic_int",   "atomic_uint", "atomic_long",  "atomic_ulong",  "atomic_bool",  "atomic_char",
    "atomic_uchar", "atomic_flag", "atomic_llong", "atomic_ullong", "atomic_short", "atomic_ushort",
    "u8",           "u16",         "u32",          "u64",           "s8",           "s16",
    "s32",          "s64",
};

constexpr std::string_view kKernelTypes[] = {"atomic_t",    "atomic64_t",     "atomic_long_t",
                                             "spinlock_t",  "raw_spinlock_t", "rwlock_t",
                                             "srcu_struct", "rcu_head"};

template <std::size_t kSize>
bool Contains(const std::string_view (&words)[kSize], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace

std::size_t IdentifierLength(std::string_view text) {
  if (text.empty() || absl::ascii_isdigit(text[0])) return 0;
  const auto in_identifier = [](char c) { return absl::ascii_isalnum(c) || c == '_'; };
  return std::find_if_not(text.begin(), text.end(), in_identifier) - text.begin();
}

std::size_t TypeWordLength(std::string_view text) {
  const std::size_t length = IdentifierLength(text);
  const std::string_view word = text.substr(0, length);
  const bool is_type = Contains(kTypes, word) || (length > 2 && absl::EndsWith(word, "_t"));
  return is_type ? length : 0;
}

bool IsKernelType(std::string_view type) {
  for (const std::string_view word : absl::StrSplit(type, absl::ByAnyChar(" \t\r\n*"))) {
    if (Contains(kKernelTypes, word)) return true;
  }
  return false;
}

}  // namespace herd
