// Dealing out a search: a beginning that is searched here, and parts that anybody may search.
//
// The search tree is opened from the top: a part is split into its choices, and of each of these
// one execution is run, until there are enough parts, none of which is a big share of the whole.
//
// How big a part looks (Knuth, Estimating the Efficiency of Backtrack Programs, 1975): as if every
// execution below it had the choices that its first execution has. A write that may take over a
// read is one more alternative of the read.
//
// Nothing but the program decides. Every process that deals the same program gets the same parts in
// the same order.
#ifndef RMAPCHECK_MODELS_SCALE_DEALING_H_
#define RMAPCHECK_MODELS_SCALE_DEALING_H_

#include <cstddef>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "models/exploration/explorer.h"
#include "models/exploration/frontier.h"
#include "models/scale/findings.h"

namespace models {

// How many alternatives an event had, by thread and index.
using Alternatives = std::map<std::pair<int, int>, int>;

struct Part {
  Frontier frontier;
  double size = 1;            // How many executions it looks like.
  Alternatives alternatives;  // Of events of its graphs, whoever searches these.
};

struct Dealt {
  Findings found;           // By the executions that were run to find the parts.
  std::vector<Part> parts;  // The biggest first. Empty: there is nothing left to search.
};

// Returns: at least `wanted` parts, unless the program has fewer.
Dealt DealOut(const ExplorerOptions& options, const std::function<void()>& program,
              std::size_t wanted);

// Sets how big the part looks, from its choices and what is known of the alternatives before them.
void Measure(Part& part);

// Deals parts to so many hands that each gets about as much: there and back, from big to small.
// Returns: which hand gets the part.
int HandOf(std::size_t part, int hands);

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCALE_DEALING_H_
