// What is noise in a type's name: the inline namespaces of the back ends, and nameless ones in the
// words of either compiler.
#include "core/sync/type_name.h"

#include <string>
#include <string_view>

namespace ksync {

std::string ShortTypeName(std::string_view function) {
  const std::size_t begin = function.find("T = ") + 4;
  std::string name(function.substr(begin, function.find_last_of(']') - begin));
  for (std::string_view noise :
       {"modelled::", "native::", "{anonymous}::", "(anonymous namespace)::"}) {
    for (std::size_t at; (at = name.find(noise)) != std::string::npos;) {
      name.erase(at, noise.size());
    }
  }
  return name;
}

}  // namespace ksync
