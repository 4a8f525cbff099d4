// The file as one literal, which a rule of BUILD makes.
// It must not hold what would end that literal; none of its grammar does.
#include "models/locks/default_claims.h"

namespace models {

std::string_view DefaultLockClaims() {
  static constexpr std::string_view kText =
#include "models/locks/order_claims.inc"
      ;
  return kText;
}

}  // namespace models
