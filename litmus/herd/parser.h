// From the text of a litmus test to its data; the only door to the grammar.
// What it does not do: ask whether the test means anything, which is the compiler's business.
#ifndef RMAPCHECK_LITMUS_HERD_PARSER_H_
#define RMAPCHECK_LITMUS_HERD_PARSER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "litmus/herd/litmus_test.h"

namespace herd {

// `file` is for messages. Fails: InvalidArgument with one line, "file:line:column: expected an
// expression, found ';'"; Unimplemented if the test is for another language than C.
absl::StatusOr<LitmusTest> Parse(std::string_view text, const std::string& file);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_PARSER_H_
