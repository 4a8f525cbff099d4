// What a search is told by the options of a check; for those who search otherwise than Check does:
// with several processes, or in several sittings. Callbacks are left to them.
#ifndef RMAPCHECK_MODELS_CHECK_OPTIONS_H_
#define RMAPCHECK_MODELS_CHECK_OPTIONS_H_

#include "models/exploration/explorer.h"
#include "models/options.h"

namespace models {

// Returns: all but the callbacks.
ExplorerOptions ExplorerOptionsOf(const Options& options);

}  // namespace models

#endif  // RMAPCHECK_MODELS_CHECK_OPTIONS_H_
