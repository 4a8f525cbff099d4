// The names of types, cut out of what the compiler calls a function over them: "rmap::Vma" from
// "const char* ksync::modelled::TypeName() [with T = rmap::modelled::Vma]".
#include "core/sync/modelled.h"

#include <string>
#include <string_view>

namespace ksync::inline modelled {

std::string ShortTypeName(std::string_view function) {
  const std::size_t begin = function.find("T = ") + 4;
  std::string name(function.substr(begin, function.find_last_of(']') - begin));
  for (std::string_view noise : {"modelled::", "{anonymous}::", "(anonymous namespace)::"}) {
    for (std::size_t at; (at = name.find(noise)) != std::string::npos;) {
      name.erase(at, noise.size());
    }
  }
  return name;
}

}  // namespace ksync::inline modelled
