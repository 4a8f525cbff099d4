// Runs a compiled litmus test as a modelled program: the caller's thread sets up, starts one
// modelled thread for each P, joins them, and reads the final state.
//
// Plain accesses: where no thread accesses a location atomically, the value is kept here and only
// races are watched, for in a race-free execution there is one value to read. Where the test has
// seq_cst accesses this would miss that psc may go through plain accesses; and where a location is
// accessed both ways the engine must have the value: there the accesses are events.
//
// Invariants: what an execution does depends only on what Hooks returned to it; nothing survives it
// but what was given to `record`.
#ifndef RMAPCHECK_LITMUS_HERD_INTERPRETER_H_
#define RMAPCHECK_LITMUS_HERD_INTERPRETER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/sync/hooks.h"
#include "litmus/herd/code.h"

namespace herd {

// A final state, laid out as Code says.
using State = std::vector<std::int64_t>;

// What becomes of plain accesses.
enum class PlainAs {
  kPlain,    // They race where nothing orders them.
  kRelaxed,  // They are relaxed: the executions of a racy test, if Code::plain_is_relaxed.
};

// Knows the lines of instructions, for messages, as long as it lives.
class Lines final : public ksync::Places {
 public:
  explicit Lines(std::string name) : name_(std::move(name)), before_(ksync::places) {
    ksync::places = this;
  }
  ~Lines() override { ksync::places = before_; }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // Requires: `call` is an Instruction.
  ksync::Place PlaceOf(const void* call) override;
  std::string NameOf(const void*) override { return ""; }

 private:
  const std::string name_;
  ksync::Places* const before_;
};

class Interpreter {
 public:
  // `record` is called at the end of each complete execution. Requires: the code outlives it.
  Interpreter(const Code& code, int unroll_max, PlainAs plain,
              std::function<void(const State&)> record);

  // One execution, on the engine that is running.
  void Run();

  // Returns: whether some execution so far was cut because a loop was.
  bool loop_cut() const { return loop_cut_; }
  // Returns: whether some execution so far was given up because it accessed what lies between two
  // elements: as for herd, nobody has written there, so there is nothing to read.
  bool between_elements() const { return between_elements_; }
  // Returns: what some execution so far did that means nothing, such as dividing by zero.
  const std::string& mistake() const { return mistake_; }

 private:
  enum class Storage : std::uint8_t { kEngine, kOurs, kLock };

  struct Element {
    const char* name = "";
    Storage storage = Storage::kOurs;
    std::int64_t initial = 0;
    ksync::LocationId location = 0;
    std::int64_t value = 0;  // kOurs.
  };
  struct Running {
    Interpreter* interpreter = nullptr;
    const ThreadCode* code = nullptr;
    std::vector<std::int64_t> registers;
    ksync::ThreadId id = 0;
  };

  void SetUp();
  void ReadFinalState();
  void RunThread(Running& thread);
  void Access(const Instruction& instruction, std::vector<std::int64_t>& registers);
  void CompareExchange(const Instruction& instruction, Element& element,
                       std::vector<std::int64_t>& registers);
  Element& At(std::int64_t address);
  std::int64_t LoadPlain(Element& element, ksync::Site here);
  void StorePlain(Element& element, std::int64_t value, ksync::Site here);
  [[noreturn]] void Fail(const char* mistake);
  void CountLoop(std::int64_t& count, int most);

  const Code& code_;
  const int unroll_max_;
  const PlainAs plain_;
  const std::function<void(const State&)> record_;
  std::vector<Element> elements_;
  std::vector<Running> threads_;
  State state_;
  bool loop_cut_ = false;
  bool between_elements_ = false;
  std::string mistake_;
  ksync::Hooks* hooks_ = nullptr;
};

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_INTERPRETER_H_
