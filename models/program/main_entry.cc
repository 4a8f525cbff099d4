// Where a checked program begins: the main() that the C library calls is ours.
//
// The process starts as any other, but for two things: the constructors of the program's global
// variables do not run, and instead of the program's main() comes the search, which runs both once
// for each execution. This file is also where the result is told.
//
// What the program prints goes nowhere unless --output=yes, for it would come once an execution.
#include <fcntl.h>
#include <libgen.h>
#include <stdio_ext.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/interrupt.h"
#include "models/check.h"
#include "models/program/image.h"
#include "models/program/options.h"
#include "models/program/places.h"
#include "models/program/state.h"
#include "models/report/build_digest.h"
#include "models/report/json.h"
#include "models/report/replay_file.h"
#include "models/report/trace_text.h"

namespace models::program {
namespace {

using Main = int (*)(int, char**, char**);

enum ExitCode { kAsExpected = 0, kDiffers = 1, kBadInput = 2, kCut = 3 };

struct Arguments {
  Main main = nullptr;
  int count = 0;
  char** values = nullptr;
  char** environment = nullptr;
};

Arguments arguments;

// Or nothing that such a program does would be seen, and everything hold.
constexpr char kNotInstrumented[] =
    ": none of it is instrumented: compile it with -fsanitize=thread";

void* RunMain(void*) {
  image.Construct(arguments.count, arguments.values, arguments.environment);
  arguments.main(arguments.count, arguments.values, arguments.environment);
  return nullptr;
}

// std::terminate: an exception that nobody catches, or a std::thread that nobody joins.
void OnTerminate() {
  std::string message = "std::terminate() is called";
  try {
    if (std::current_exception() != nullptr) std::rethrow_exception(std::current_exception());
  } catch (const std::exception& e) {
    message = absl::StrCat("nobody catches an exception: ", e.what());
  } catch (...) {
    message = "nobody catches an exception";
  }
  if (!in_program) std::abort();
  const ksync::Site site = RMAPCHECK_HERE;
  const Inside inside;
  engine->Fail(ksync::Misuse::kCheck, message.c_str(), site);
}

// One execution, on the fiber of the first modelled thread.
void RunOnce() {
  image.Restore();
  engine = static_cast<Run*>(&ksync::CurrentHooks());
  state.Begin();
  // Or the standard library takes what is atomic for plain, as long as there is one OS thread.
  __libc_single_threaded = 0;
  // What the C library keeps of its own, as it is in a process that begins.
  optind = 0;
  if (__fbufsize(stdin) != 0) std::rewind(stdin);  // Somebody has read from it.
  ThreadState& first = state.thread(0);
  first.Begin(0, &RunMain, nullptr);
  RunThread(first);
}

// While it lives, what is printed goes nowhere.
class Silence {
 public:
  explicit Silence(bool wanted) {
    if (!wanted) return;
    std::cout.flush();
    std::fflush(nullptr);
    for (int stream : {STDOUT_FILENO, STDERR_FILENO}) {
      kept_[stream] = dup(stream);
      const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
      dup2(nowhere, stream);
      close(nowhere);
    }
  }
  ~Silence() {
    if (kept_[STDOUT_FILENO] < 0) return;
    std::fflush(nullptr);
    for (int stream : {STDOUT_FILENO, STDERR_FILENO}) {
      dup2(kept_[stream], stream);
      close(kept_[stream]);
    }
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  int kept_[3] = {-1, -1, -1};
};

int Complain(const std::string& message) {
  std::fprintf(stderr, "rmapcheck: %s\n", message.c_str());
  return kBadInput;
}

// A replay is of one program; another would fail, but of nothing that it does.
absl::Status CheckFits(const RunOptions& options, const Replay& replay) {
  if (replay.program != options.check.program) {
    return absl::InvalidArgumentError(absl::StrCat(options.replay, ": is an execution of ",
                                                   replay.program, ", not of ",
                                                   options.check.program, ": give one of it"));
  }
  if (replay.build == BuildDigest()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(options.replay, ": was written by another build of ", replay.program,
                   ": check the program again with --replay_dir"));
}

// Returns: what is not as expected, a line each.
std::string Differences(const RunOptions& options, const Report& report) {
  std::string text;
  const std::string verdict = VerdictName(report.verdict);
  const std::string kind = FailureName(report.failure_kind);
  if (!options.expected.empty() && options.expected != verdict && options.expected != kind) {
    absl::StrAppend(&text, "expected: ", options.expected, ", found: ", verdict, " ", kind, "\n");
  }
  const auto compare = [&text](const char* what, const std::optional<std::uint64_t>& expected,
                               std::uint64_t found) {
    if (!expected.has_value() || *expected == found) return;
    absl::StrAppend(&text, "expected: ", *expected, " ", what, ", found: ", found, "\n");
  };
  compare("executions", options.expected_executions, report.executions);
  compare("blocked executions", options.expected_blocked, report.blocked);
  return text;
}

// What nothing was said about is expected to hold.
int ExitCodeOf(const RunOptions& options, const Report& report) {
  if (!Differences(options, report).empty()) return kDiffers;
  if (!options.expected.empty()) return kAsExpected;
  if (report.verdict == Verdict::kUndecided) return kCut;
  return report.verdict == Verdict::kHolds ? kAsExpected : kDiffers;
}

// Returns: the file that it is kept in; none if there is nothing to keep.
absl::StatusOr<std::string> KeptReplay(const RunOptions& options, const Report& report) {
  if (options.replay_dir.empty() || report.replay.empty()) return std::string();
  Replay replay = report.replay;
  replay.build = BuildDigest();
  const std::string file = absl::StrCat(options.replay_dir, "/", options.check.program, ".json");
  const absl::Status written = WriteReplay(replay, file);
  if (written.ok()) return file;
  return absl::UnavailableError(absl::StrCat(written.message(), ": give another --replay_dir"));
}

void PrintText(const RunOptions& options, const Report& report, const std::string& replay) {
  std::string text =
      absl::StrFormat("%s: %s, %d executions, %d blocked, %s, %.2f s\n", options.check.program,
                      VerdictName(report.verdict), report.executions, report.blocked,
                      report.exhaustive ? "exhaustive" : "not exhaustive", report.seconds);
  if (!report.limit_hit.empty()) absl::StrAppend(&text, "cut: ", report.limit_hit, "\n");
  if (report.verdict == Verdict::kViolated) {
    absl::StrAppend(&text, FailureName(report.failure_kind), ": ", report.failure, "\n");
  }
  if (!replay.empty()) absl::StrAppend(&text, "replay: ", replay, "\n");
  if (options.trace && report.verdict == Verdict::kViolated) {
    absl::StrAppend(&text,
                    TraceText(options.full_trace ? report.trace : WithoutSetUp(report.trace)));
  }
  absl::StrAppend(&text, Differences(options, report));
  std::fputs(text.c_str(), stdout);
}

void PrintJson(const RunOptions& options, const Report& report, const std::string& replay) {
  const bool same = ExitCodeOf(options, report) == kAsExpected;
  const nlohmann::ordered_json row = models::ToJson(report, {.name = options.check.program,
                                                             .expected = options.expected,
                                                             .replay_file = replay,
                                                             .with_trace = options.trace});
  const nlohmann::ordered_json all = {
      {"results", {row}},
      {"summary", {{"total", 1}, {"as_expected", same ? 1 : 0}, {"differing", same ? 0 : 1}}}};
  std::fputs((JsonText(all) + "\n").c_str(), stdout);
}

absl::StatusOr<Report> Search(const RunOptions& options) {
  if (options.replay.empty()) {
    const Silence silence(!options.shows_output);
    return Check(options.check, &RunOnce);
  }
  const absl::StatusOr<Replay> replay = ReadReplay(options.replay);
  if (!replay.ok()) return replay.status();
  const absl::Status fits = CheckFits(options, *replay);
  if (!fits.ok()) return fits;
  Options check = options.check;
  check.events_max = std::max(check.events_max, replay->steps.size() + 2);
  return CheckReplay(check, &RunOnce, *replay);
}

int Tell(const RunOptions& options, const Report& report) {
  const absl::StatusOr<std::string> kept = KeptReplay(options, report);
  (options.json ? PrintJson : PrintText)(options, report, kept.value_or(""));
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return Complain(absl::StrCat("standard output: cannot be written (", std::strerror(errno),
                                 "): send it somewhere else"));
  }
  if (!kept.ok()) return Complain(std::string(kept.status().message()));
  return ExitCodeOf(options, report);
}

int SearchAndTell(const RunOptions& options) {
  const base::InterruptListener listener;
  const absl::StatusOr<Report> report = Search(options);
  if (!report.ok()) return Complain(std::string(report.status().message()));
  if (!is_instrumented) return Complain(absl::StrCat(options.check.program, kNotInstrumented));
  return Tell(options, *report);
}

int CheckedMain(int count, char** values, char** environment) {
  const char* const words = std::getenv(kFlagsVariable);
  absl::StatusOr<RunOptions> options = ParseOptions(words == nullptr ? "" : words);
  if (!options.ok()) return Complain(std::string(options.status().message()));
  arguments.count = count;
  arguments.values = values;
  arguments.environment = environment;
  settings = options->settings;
  MakeCalls();
  static DebugInformation information;
  ksync::places = &information;
  std::set_terminate(&OnTerminate);
  image.Keep();
  options->check.program = basename(values[0]);
  options->check.unwinds = false;
  options->check.state_digest = &StateDigest;
  options->check.add_memory = [](Digest& digest) { image.AddTo(digest); };
  options->check.on_digests_compared = [] { scrubs = true; };
  options->check.unroll_max = settings.unroll_max;
  options->check.stack_bytes = kStackBytes;
  options->check.thread_storage = image.thread_storage();
  options->check.keeps_storage = image.has_thread_variables();
  options->check.interrupted = base::Interrupted;
  const int code = SearchAndTell(*options);
  if (base::Interrupted()) base::DieOfInterrupt();
  image.Restore();
  return code;
}

}  // namespace
}  // namespace models::program

extern "C" int __libc_start_main(models::program::Main main, int count, char** values,
                                 void (*initialise)(), void (*finish)(), void (*linker_finish)(),
                                 void* stack_end) {
  using Start =
      int (*)(models::program::Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
  models::program::arguments.main = main;
  models::program::image.Find();
  const auto next = reinterpret_cast<Start>(models::program::NextFunction("__libc_start_main"));
  return next(&models::program::CheckedMain, count, values, initialise, finish, linker_finish,
              stack_end);
}
