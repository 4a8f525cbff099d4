// Which build of the program is running. A replay is a list of decisions that only the binary which
// took them is sure to understand, so it names its binary.
#ifndef RMAPCHECK_MODELS_REPORT_BUILD_DIGEST_H_
#define RMAPCHECK_MODELS_REPORT_BUILD_DIGEST_H_

#include <string>

namespace models {

// Returns: a digest of the running binary as 16 hexadecimal digits, computed once; "unknown" where
// the system does not let a process read its binary.
const std::string& BuildDigest();

}  // namespace models

#endif  // RMAPCHECK_MODELS_REPORT_BUILD_DIGEST_H_
