// From a litmus test as data to code that can be run: names become numbers, questions formulas.
// What it does not do: run anything, or fold constants.
#ifndef RMAPCHECK_LITMUS_HERD_COMPILER_H_
#define RMAPCHECK_LITMUS_HERD_COMPILER_H_

#include <string>

#include "absl/status/statusor.h"
#include "litmus/herd/code.h"
#include "litmus/herd/litmus_test.h"

namespace herd {

// A payload of the status of an unsupported test: where it is unsupported, "3:5".
inline constexpr char kPayloadAt[] = "at";

// Returns: a word of the test that only the Linux kernel has, the first; empty: there is none.
std::string KernelWord(const LitmusTest& test);

// Fails: Unimplemented with the reason why no verdict can be given ("memory_order_consume");
// InvalidArgument with "file:line:column: ..." if the test cannot mean anything.
absl::StatusOr<Code> Compile(const LitmusTest& test);

// The same without instructions: globals, registers and the question, for who runs the bodies by
// other means.
absl::StatusOr<Code> CompileFrame(const LitmusTest& test);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_COMPILER_H_
