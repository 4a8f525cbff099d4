// Text that somebody else chose (arguments, paths, what a file says), made fit for one line of a
// terminal; and the command's own name, as the user would have to type it.
#ifndef RMAPCHECK_CLI_WORDS_H_
#define RMAPCHECK_CLI_WORDS_H_

#include <string>
#include <string_view>

namespace cli {

// Returns: the text with its control characters written out: a line break as \n, an escape as \x1b.
std::string OneLine(std::string_view text);

// Returns: the text as one word of a shell's command line, on one line; quoted if it has to be.
std::string ShellWord(std::string_view text);

// Returns: a path as the user meant it: relative to where the user stands, which under `bazel run`
// is not where the process stands.
std::string UserPath(const std::string& path);

// Returns: "rmapcheck"; under `bazel run`, what Bazel's users type instead.
std::string CommandName();

}  // namespace cli

#endif  // RMAPCHECK_CLI_WORDS_H_
