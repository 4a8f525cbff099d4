// The order of locks as a picture, in the language of Graphviz.
//
// A box for each class, an arrow from what is held to what is taken. Black: seen, thin where it
// follows from others; dashed: by trying only; dash-dotted: on real threads only; red: wrong, by a
// claim or by itself; grey: declared, and never seen. The picture says so itself.
#ifndef RMAPCHECK_MODELS_LOCKS_ORDER_DOT_H_
#define RMAPCHECK_MODELS_LOCKS_ORDER_DOT_H_

#include <string>
#include <vector>

#include "models/locks/lock_order.h"
#include "models/locks/lock_verdict.h"

namespace models {

// Returns: the text of a .dot file. `title`: what was run.
std::string OrderDot(const Observations& seen, const DeclaredOrder& declared,
                     const std::vector<OrderProblem>& problems, const std::string& title);

}  // namespace models

#endif  // RMAPCHECK_MODELS_LOCKS_ORDER_DOT_H_
