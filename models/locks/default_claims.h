// The claims of docs/locking/order.claims, built in: so that the command has them wherever it runs.
// The file is the source; this text is made of it.
#ifndef RMAPCHECK_MODELS_LOCKS_DEFAULT_CLAIMS_H_
#define RMAPCHECK_MODELS_LOCKS_DEFAULT_CLAIMS_H_

#include <string_view>

namespace models {

std::string_view DefaultLockClaims();

}  // namespace models

#endif  // RMAPCHECK_MODELS_LOCKS_DEFAULT_CLAIMS_H_
