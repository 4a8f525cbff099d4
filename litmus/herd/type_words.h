// Which words are types, so that a cast is told from an expression in parentheses, and which types
// are the Linux kernel's. C cannot be parsed without knowing its types; a litmus test declares
// none, so they are known by name: C's own words, and what ends in `_t` or begins with `atomic_`.
#ifndef RMAPCHECK_LITMUS_HERD_TYPE_WORDS_H_
#define RMAPCHECK_LITMUS_HERD_TYPE_WORDS_H_

#include <cstddef>
#include <string_view>

namespace herd {

// Returns: the length of the identifier that `text` begins with; 0 if with none.
std::size_t IdentifierLength(std::string_view text);

// Returns: the same if the identifier is a type's; else 0.
std::size_t TypeWordLength(std::string_view text);

// Returns: whether the type, as written, has a word that only the kernel has: `spinlock_t`.
bool IsKernelType(std::string_view type);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_TYPE_WORDS_H_
