// Whether a state satisfies a formula: a condition, or a filter. States are judged when all are
// known, each once, however many executions end in it.
#ifndef RMAPCHECK_LITMUS_HERD_FORMULA_H_
#define RMAPCHECK_LITMUS_HERD_FORMULA_H_

#include "litmus/herd/code.h"
#include "litmus/herd/interpreter.h"

namespace herd {

bool Holds(const Formula& formula, const State& state);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_FORMULA_H_
