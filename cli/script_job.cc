// From a file to a scenario. A script keeps its text in the form in which it is printed: comments
// are the file's own.
#include "cli/script_job.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cli/replay_folder.h"
#include "cli/words.h"
#include "core/base/check.h"
#include "core/base/whole_file.h"
#include "core/scripts/phase_use.h"
#include "core/scripts/script_text.h"

namespace cli {
namespace {

constexpr std::size_t kMegabytesMax = 4;

}  // namespace

bool IsScriptFile(std::string_view argument) { return argument.ends_with(".rmap"); }

absl::StatusOr<std::shared_ptr<const ScriptScenario>> MakeScript(const std::string& name,
                                                                 const std::string& source) {
  const absl::StatusOr<rmap::Script> script = rmap::ParseScript(source);
  if (!script.ok()) return script.status();
  const std::uint32_t threads = rmap::ThreadCount(*script);
  if (threads > models::kScriptThreadsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("1:1: the phases have ", threads, " threads in all, more than ",
                     models::kScriptThreadsMax, ": leave phases out"));
  }
  std::optional<rmap::Kernel> kernel;
  if (!script->kernel.empty()) {
    const absl::StatusOr<rmap::Kernel> parsed = rmap::ParseKernel(script->kernel);
    CHECK(parsed.ok(), "a parsed script's kernel is in its written form");
    kernel = *parsed;
  }
  return std::make_shared<const ScriptScenario>(
      ScriptScenario{models::ScriptScenario(name, *script), rmap::ToText(*script), kernel});
}

absl::StatusOr<std::shared_ptr<const ScriptScenario>> ReadScript(const std::string& file) {
  const absl::StatusOr<std::string> text =
      base::ReadWholeFile(UserPath(file), kMegabytesMax, "give a file with a script");
  if (!text.ok()) return text.status();
  auto script = MakeScript(OneLine(file), *text);
  if (script.ok()) return script;
  return absl::InvalidArgumentError(absl::StrCat(file, ":", script.status().message()));
}

}  // namespace cli
