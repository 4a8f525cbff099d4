// The names of types for messages: "rmap::Vma", as the type's own code writes it in both back ends.
// Cut out of what the compiler calls a function over the type, since C++20 tells them in no other
// way that a person would read.
#ifndef RMAPCHECK_CORE_SYNC_TYPE_NAME_H_
#define RMAPCHECK_CORE_SYNC_TYPE_NAME_H_

#include <string>
#include <string_view>

namespace ksync {

// Returns: "rmap::Vma" from "const char* ksync::modelled::TypeName() [with T =
// rmap::modelled::Vma]". Requires: `function` is __PRETTY_FUNCTION__ of a function template whose
// only parameter is T.
std::string ShortTypeName(std::string_view function);

}  // namespace ksync

#endif  // RMAPCHECK_CORE_SYNC_TYPE_NAME_H_
