// A loop over instructions; each access to shared memory is one call on Hooks.
// Values travel as 64 bits: an int and what is computed from ints has 32, an address more.
#include "litmus/herd/interpreter.h"

#include <cstdlib>
#include <utility>

#include "litmus/herd/arithmetic.h"

namespace herd {
namespace {

using ksync::LocationKind;
using ksync::Site;

std::uint64_t Bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::int64_t Value(std::uint64_t bits) { return static_cast<std::int64_t>(bits); }

// What no line of the test says: its threads, and its last state.
const Site kNowhere;

Site SiteOf(const Instruction& instruction) { return Site::OfCall(&instruction); }

}  // namespace

Interpreter::Interpreter(const Code& code, int unroll_max, PlainAs plain,
                         std::function<void(const State&)> record)
    : code_(code), unroll_max_(unroll_max), plain_(plain), record_(std::move(record)) {
  for (const Global& global : code.globals) {
    for (std::int64_t initial : global.initial) {
      Element element;
      element.name = global.name.c_str();
      element.initial = initial;
      if (global.access.as_lock) {
        element.storage = Storage::kLock;
      } else if (global.access.atomically || code.has_seq_cst || plain == PlainAs::kRelaxed) {
        element.storage = Storage::kEngine;
      }
      elements_.push_back(element);
    }
  }
  for (const ThreadCode& thread : code.threads) {
    threads_.push_back({this, &thread, thread.registers, 0});
  }
  state_.resize(code.registers + code.elements);
}

ksync::Place Lines::PlaceOf(const void* call) {
  return {name_.c_str(), "", static_cast<unsigned>(static_cast<const Instruction*>(call)->line)};
}

void Interpreter::Run() {
  hooks_ = &ksync::CurrentHooks();
  SetUp();
  const auto body = [](void* thread) {
    Running& running = *static_cast<Running*>(thread);
    running.interpreter->RunThread(running);
  };
  for (Running& thread : threads_) {
    thread.registers = thread.code->registers;
    thread.id = hooks_->Spawn(body, &thread, thread.code->name.c_str(), kNowhere);
  }
  for (Running& thread : threads_) hooks_->Join(thread.id, false, kNowhere);
  ReadFinalState();
  record_(state_);
}

void Interpreter::SetUp() {
  for (Element& element : elements_) {
    ksync::LocationInfo info;
    info.name = element.name;
    info.kind = element.storage == Storage::kEngine ? LocationKind::kAtomic
                : element.storage == Storage::kLock ? LocationKind::kLock
                                                    : LocationKind::kPlain;
    const std::uint64_t initial = element.storage == Storage::kLock ? 0 : Bits(element.initial);
    element.location = hooks_->NewLocation(info, initial, kNowhere);
    element.value = element.initial;
  }
}

// Every thread has been joined, so there is one value to read.
void Interpreter::ReadFinalState() {
  auto part = state_.begin();
  for (const Running& thread : threads_) {
    for (std::size_t i = 0; i < thread.code->names.size(); ++i) *part++ = thread.registers[i];
  }
  for (Element& element : elements_) {
    const bool held = element.storage == Storage::kEngine;
    *part++ =
        held ? Value(hooks_->Load(element.location, ksync::relaxed, kNowhere)) : element.value;
  }
}

void Interpreter::RunThread(Running& thread) {
  const std::vector<Instruction>& code = thread.code->instructions;
  std::vector<std::int64_t>& registers = thread.registers;
  for (std::size_t next = 0; next < code.size();) {
    const Instruction& instruction = code[next++];
    switch (instruction.op) {
      case Op::kJump:
        next = instruction.target;
        break;
      case Op::kJumpIfZero:
        if (registers[instruction.a] == 0) next = instruction.target;
        break;
      case Op::kJumpUnlessZero:
        if (registers[instruction.a] != 0) next = instruction.target;
        break;
      case Op::kCountLoop:
        CountLoop(registers[instruction.to], unroll_max_);
        break;
      case Op::kCountBounded:
        CountLoop(registers[instruction.to], kBoundedLoopMax);
        break;
      case Op::kFence:
        hooks_->Fence(instruction.order, SiteOf(instruction));
        break;
      case Op::kDivide:
      case Op::kRemainder:
        if (!Divides(registers[instruction.a], registers[instruction.b])) {
          Fail("divides by zero");
        }
        [[fallthrough]];
      default:
        if (instruction.op < Op::kJump) {
          registers[instruction.to] =
              Compute(instruction.op, registers[instruction.a], registers[instruction.b]);
        } else {
          Access(instruction, registers);
        }
    }
  }
}

void Interpreter::Access(const Instruction& instruction, std::vector<std::int64_t>& registers) {
  const Site here = SiteOf(instruction);
  Element& element = At(registers[instruction.a]);
  const std::int64_t operand = registers[instruction.b];
  std::int64_t& to = registers[instruction.to];
  switch (instruction.op) {
    case Op::kLoad:
      to = Value(hooks_->Load(element.location, instruction.order, here));
      break;
    case Op::kStore:
      hooks_->Store(element.location, Bits(operand), instruction.order, here);
      break;
    case Op::kLoadPlain:
      to = LoadPlain(element, here);
      break;
    case Op::kStorePlain:
      StorePlain(element, operand, here);
      break;
    case Op::kExchangeAndKin: {
      const ksync::RmwOp op = {.kind = instruction.rmw, .operand = Bits(operand)};
      to = Value(hooks_->Rmw(element.location, op, instruction.order, instruction.order, here));
      // The engine does not know of ints.
      const bool adds = instruction.rmw == ksync::RmwOp::Kind::kAdd;
      if (adds && IsInt(to) && IsInt(operand) && !IsInt(to + operand)) Fail("adds beyond an int");
      break;
    }
    case Op::kCompareExchange:
      CompareExchange(instruction, element, registers);
      break;
    case Op::kLock:
      hooks_->Acquire(element.location, ksync::LockMode::kExclusive, here);
      break;
    case Op::kUnlock:
      hooks_->Release(element.location, ksync::LockMode::kExclusive, here);
      break;
    default:
      break;
  }
}

// A weak one may also fail where the value is the expected one: a load that nothing follows.
void Interpreter::CompareExchange(const Instruction& instruction, Element& element,
                                  std::vector<std::int64_t>& registers) {
  const Site here = SiteOf(instruction);
  const std::int64_t expected = registers[instruction.b];
  std::int64_t seen;
  bool done = false;
  if (instruction.weak && hooks_->Choose(2, "whether it fails for no reason", here) == 1) {
    seen = Value(hooks_->Load(element.location, instruction.failure, here));
    if (seen != expected) hooks_->Block(here);  // That failure has a reason.
  } else {
    const ksync::RmwOp op = {.kind = ksync::RmwOp::Kind::kCompareExchange,
                             .operand = Bits(registers[instruction.c]),
                             .expected = Bits(expected)};
    seen = Value(hooks_->Rmw(element.location, op, instruction.order, instruction.failure, here));
    done = seen == expected;
  }
  registers[instruction.seen] = seen;
  registers[instruction.to] = done;
}

Interpreter::Element& Interpreter::At(std::int64_t address) {
  const std::optional<int> element = ElementAt(code_, address);
  if (!element.has_value()) {
    const bool is_address = address >= kFirstAddress;
    if (is_address && address % kElementBytes != 0) {
      between_elements_ = true;
      hooks_->Block(kNowhere);
    }
    Fail(is_address ? "an address outside of all elements" : "dereferences what is no address");
  }
  return elements_[*element];
}

std::int64_t Interpreter::LoadPlain(Element& element, Site here) {
  if (plain_ == PlainAs::kRelaxed) {
    return Value(hooks_->Load(element.location, ksync::relaxed, here));
  }
  if (element.storage == Storage::kEngine) {
    return Value(hooks_->LoadPlain(element.location, here));
  }
  hooks_->PlainRead(element.location, here);
  return element.value;
}

void Interpreter::StorePlain(Element& element, std::int64_t value, Site here) {
  if (plain_ == PlainAs::kRelaxed) {
    return hooks_->Store(element.location, Bits(value), ksync::relaxed, here);
  }
  if (element.storage == Storage::kEngine) {
    return hooks_->StorePlain(element.location, Bits(value), here);
  }
  hooks_->PlainWrite(element.location, here);
  element.value = value;
}

void Interpreter::Fail(const char* mistake) {
  mistake_ = mistake;
  hooks_->Fail(ksync::Misuse::kCheck, mistake, kNowhere);
  std::abort();  // Never reached, but g++ does not believe a virtual function.
}

void Interpreter::CountLoop(std::int64_t& count, int most) {
  if (++count <= most) return;
  loop_cut_ = true;
  hooks_->Block(kNowhere);
}

}  // namespace herd
