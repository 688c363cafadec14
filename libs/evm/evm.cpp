// SPDX-License-Identifier: Apache-2.0
#include "libs/evm/evm.hpp"

#include <new>
#ifndef __riscv
#include <ctime>
#endif

#include "libs/evm/instruction_counts.hpp"
#include "libs/evm/instructions_call.hpp"
#include "libs/evm/precompiles.hpp"

namespace ashlar::evm {
namespace {

/// How a call or creation ended, before its parent hears of it. `output` points into the arena or into `owned`.
struct Outcome {
    Status status = Status::success;
    uint64_t gas_left = 0;
    StateGas state_gas;
    int64_t refund = 0;
    BytesView output;
    Bytes owned;
};

constexpr bool undoes(Status s) { return s != Status::success; }

}  // namespace

const char* status_name(Status s) {
    constexpr const char* NAMES[] = {"success",
                                     "revert",
                                     "out_of_gas",
                                     "invalid_opcode",
                                     "stack_underflow",
                                     "stack_overflow",
                                     "bad_jump",
                                     "static_violation",
                                     "return_data_out_of_bounds",
                                     "initcode_too_large",
                                     "code_too_large",
                                     "code_starts_with_ef",
                                     "address_collision",
                                     "precompile_failure"};
    return NAMES[static_cast<unsigned>(s)];
}

void log_transfer(Host& host, const Account& from, const Account& to, const uint256& amount) {
    /// keccak256("Transfer(address,address,uint256)").
    constexpr Bytes32 TRANSFER{std::array<uint8_t, 32>{0xdd, 0xf2, 0x52, 0xad, 0x1b, 0xe2, 0xc8, 0x9b, 0x69, 0xc2, 0xb0,
                                                       0x68, 0xfc, 0x37, 0x8d, 0xaa, 0x95, 0x2b, 0xa7, 0xf1, 0x63, 0xc4,
                                                       0xa1, 0x16, 0x28, 0xf5, 0x5a, 0x4d, 0xf5, 0x23, 0xb3, 0xef}};
    const Bytes32 data = amount.to_bytes32();
    host.log({.address = SYSTEM_ADDRESS,
              .topics = {TRANSFER, uint256::from(from.address).to_bytes32(), uint256::from(to.address).to_bytes32()},
              .data = Bytes(data.begin(), data.end())});
}

struct Evm::Machine {
    explicit Machine(Host& h) : host(h), stack(static_cast<uint256*>(::operator new(STACK_BYTES))) {}
    ~Machine() { ::operator delete(stack); }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    /// Frames pile their stacks up in one array: a child's begins where its parent's ends. Pages that no frame reaches
    /// cost nothing.
    static constexpr size_t STACK_BYTES = (size_t{MAX_CALL_DEPTH} + 1) * STACK_LIMIT * sizeof(uint256);

    Host& host;
    uint256* stack;
    MemoryArena arena;
    /// frames[0 .. depth) are alive; the others wait to be used again.
    std::vector<std::unique_ptr<Frame>> frames;
    size_t depth = 0;

    Frame& top() { return *frames[depth - 1]; }

    /// A frame that begins with an empty stack and empty memory behind those of its parent.
    Frame& push_frame() {
        if (depth == frames.size()) frames.push_back(std::make_unique<Frame>());
        Frame& f = *frames[depth];
        if (depth == 0) {
            f.base = stack;
            f.memory_offset = 0;
        } else {
            const Frame& parent = top();
            f.base = parent.sp;
            f.memory_offset = parent.memory_offset + parent.memory_size;
        }
        f.depth = static_cast<uint32_t>(depth);
        f.sp = f.base;
        f.stack_limit = f.base + STACK_LIMIT;
        f.arena = &arena;
        f.memory = arena.data() + f.memory_offset;
        f.memory_size = 0;
        f.host = &host;
        f.parameters = &gas_parameters(host.revision);
        f.return_data.clear();
        f.refund = 0;
        f.output_size = 0;
        depth++;
        return f;
    }
    void start(Frame& f, const Code& code, uint64_t gas, uint64_t reservoir) {
        f.state_gas = {reservoir, 0};
        f.reservoir_before = reservoir;
        f.code = &code;
        f.code_begin = f.pc = code.data();
        f.gas = f.split_gas(gas);
    }
    void move_value(Account& from, Account& to, const uint256& value) {
        if (value.is_zero() || &from == &to) return;
        if (!to.loaded) host.load(to);
        host.set_balance(from, from.balance - value);
        host.set_balance(to, to.balance + value);
        if (gas_parameters(host.revision).transfer_log) log_transfer(host, from, to, value);
    }

    PrecompileResult precompile(unsigned number, const Request& r) {
#ifndef __riscv
        if (InstructionCounts* counts = instruction_counts()) [[unlikely]] {
            timespec begin{}, end{};
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
            PrecompileResult result = run_precompile(host.revision, number, r.input, r.gas);
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
            const unsigned at = std::min(number, InstructionCounts::PRECOMPILES - 1);
            counts->precompile_calls[at]++;
            counts->precompile_seconds[at] += static_cast<double>(end.tv_sec - begin.tv_sec) +
                                              1e-9 * static_cast<double>(end.tv_nsec - begin.tv_nsec);
            return result;
        }
#endif
        return run_precompile(host.revision, number, r.input, r.gas);
    }

    /// Starts a call. True: a frame is on top. False: it ended at once and `out` says how.
    bool begin_call(const Request& r, Account* payer, uint64_t reservoir, Outcome& out) {
        const size_t snapshot = host.snapshot();
        out.state_gas.reservoir = reservoir;
        if (r.kind == Request::Kind::call && payer) move_value(*payer, *r.recipient, r.value);
        if (const unsigned number = r.code_account->precompile) {
            PrecompileResult result = precompile(number, r);
            if (!result.ok) {
                host.revert(snapshot);
                if (result.beyond_memory) host.beyond_memory = true;
                out.status = Status::precompile_failure;
                return false;
            }
            out.gas_left = result.gas_left;
            out.owned = std::move(result.output);
            out.output = out.owned;
            return false;
        }
        if (!r.code_account->loaded) host.load(*r.code_account);
        const Code* code = r.code_account->has_code() ? &host.code(*r.code_account) : nullptr;
        if (code && code->delegate() && gas_parameters(host.revision).delegation) {
            Account& delegate = host.account(*code->delegate());
            code = delegate.has_code() ? &host.code(delegate) : nullptr;
        }
        if (!code || code->size() == 0) {
            out.gas_left = r.gas;
            return false;
        }
        Frame& f = push_frame();
        f.snapshot = snapshot;
        f.is_create = false;
        f.is_static = r.is_static;
        f.self = r.recipient;
        f.caller = r.sender;
        f.value = r.value;
        f.input = r.input;
        start(f, *code, r.gas, reservoir);
        return true;
    }

    /// Starts a creation at `address`, whose creator has paid and counted up its nonce.
    bool begin_create(Account& creator, Account& created, const uint256& value, BytesView init_code, uint64_t gas,
                      uint64_t reservoir, Outcome& out) {
        out.state_gas.reservoir = reservoir;
        // EIP-684, EIP-7610.
        if (created.nonce != 0 || created.has_code() ||
            (gas_parameters(host.revision).storage_collides && host.has_storage(created))) {
            out.status = Status::address_collision;
            return false;
        }
        const size_t snapshot = host.snapshot();
        host.begin_create(created);
        host.set_nonce(created, 1);
        move_value(creator, created, value);
        Frame& f = push_frame();
        f.snapshot = snapshot;
        f.is_create = true;
        f.is_static = false;
        f.self = &created;
        f.caller = creator.address;
        f.value = value;
        f.input = {};
        f.own_code = Code(init_code);
        start(f, f.own_code, gas, reservoir);
        return true;
    }

    /// Serves Exit::create of the frame on top, as begin_call does. `halted` is set if the frame cannot pay for the new
    /// account: then it ends itself.
    bool begin_inner_create(Frame& parent, Outcome& out, bool& halted) {
        Request& r = parent.request;
        parent.return_data.clear();
        Account& creator = *parent.self;
        const Address address = r.kind == Request::Kind::create2
                                    ? create2_address(creator.address, r.salt.to_bytes32(), r.input)
                                    : create_address(creator.address, creator.nonce);
        host.set_nonce(creator, creator.nonce + 1);
        Account& created = host.account(address);
        if (!created.warm) host.warm_account(created);  // stays when the creation fails (EIP-2929)
        r.state_gas = created.empty() ? parent.parameters->state_account : 0;
        halted = !parent.charge_state(parent.gas, r.state_gas);
        if (halted) return false;
        r.gas = op::most_of(parent.total_gas(parent.gas));
        parent.charge(parent.gas, r.gas);
        return begin_create(creator, created, r.value, r.input, r.gas, parent.state_gas.reservoir, out);
    }

    /// Deposits the code that a creation returned (YP 93 on; EIP-170, EIP-3541).
    Status deposit(Frame& f, BytesView code) {
        const GasParameters& p = *f.parameters;
        if (!code.empty() && code[0] == 0xef) return Status::code_starts_with_ef;
        if (code.size() > p.max_code_size) return Status::code_too_large;
        const uint64_t words = (code.size() + 31) / 32;
        if (!f.charge(f.gas, p.code_deposit_byte * code.size() + p.code_deposit_word * words) ||
            !f.charge_state(f.gas, p.state_code_byte * uint64_t{code.size()}))
            return Status::out_of_gas;
        host.set_code(*f.self, code);
        return Status::success;
    }

    /// Ends the frame on top.
    void end(Exit exit, Outcome& out) {
        Frame& f = top();
        out.status = static_cast<Status>(exit);
        const bool has_output = out.status == Status::success || out.status == Status::revert;
        out.output = has_output && f.output_size ? BytesView{f.memory + f.output_offset, f.output_size} : BytesView{};
        if (f.is_create && out.status == Status::success) {
            out.status = deposit(f, out.output);
            if (out.status != Status::success) out.output = {};
        }
        if (undoes(out.status)) {
            host.revert(f.snapshot);
            out.gas_left = out.status == Status::revert ? f.total_gas(f.gas) + f.state_gas.spilled : 0;
            out.state_gas = {f.reservoir_before, 0};
        } else {
            out.refund = f.refund;
            out.gas_left = f.total_gas(f.gas);
            out.state_gas = f.state_gas;
        }
        depth--;
    }

    /// Tells a parent how its child ended.
    void deliver(Frame& f, bool is_create, const Outcome& out) {
        const Request& r = f.request;
        const bool success = out.status == Status::success;
        // What a failed child took for state it has back already; its parent gets back what the new account cost.
        const uint64_t back = success ? f.state_gas.absorb(out.state_gas) : f.state_gas.put_back(r.state_gas);
        f.gas = f.split_gas(f.total_gas(f.gas) + out.gas_left + back);
        f.refund += out.refund;
        f.memory = arena.data() + f.memory_offset;
        if (is_create) {
            f.sp[-1] = success ? uint256::from(created_) : uint256{};
            if (success)
                f.return_data.clear();
            else
                f.return_data.assign(out.output.begin(), out.output.end());
        } else {
            f.sp[-1] = uint256{success};
            const size_t n = std::min<size_t>(r.output_size, out.output.size());
            // The child's memory lies behind its parent's: no overlap.
            if (n) std::memcpy(f.memory + r.output_offset, out.output.data(), n);
            f.return_data.assign(out.output.begin(), out.output.end());
        }
    }

    /// Runs what is on top until the frame at the bottom has ended.
    void run(Outcome& out) {
        const HandlerTable& table = handler_table(host.revision);
        for (;;) {
            Frame& f = top();
            Exit exit = table.at[*f.pc](f.pc, f.sp, f.gas, f, &table, f.base);
            Outcome inner;
            bool is_create = exit == Exit::create, halted = false;
            if (exit == Exit::call) {
                if (begin_call(f.request, f.self, f.state_gas.reservoir, inner)) continue;
            } else if (is_create) {
                if (begin_inner_create(f, inner, halted)) continue;
                if (halted) exit = exit_with(Status::out_of_gas);
            }
            if (exit != Exit::call && exit != Exit::create) {
                is_create = f.is_create;
                created_ = f.self->address;
                end(exit, inner);
                if (depth == 0) {
                    out = std::move(inner);
                    return;
                }
            }
            deliver(top(), is_create, inner);
        }
    }

    ExecutionResult execute(const Message& m) {
        Account& recipient = host.locate(m.recipient);
        Outcome out;
        bool running;
        if (m.create) {
            if (!recipient.loaded) host.load(recipient);
            running = begin_create(host.account(m.sender), recipient, m.value, m.input, m.gas, m.reservoir, out);
        } else {
            Request r;
            r.recipient = r.code_account = &recipient;
            r.sender = m.sender;
            r.value = m.value;
            r.input = m.input;
            r.gas = m.gas;
            // The delegate of the called account is warm from the start (EIP-7702).
            if (gas_parameters(host.revision).delegation && !recipient.precompile) {
                if (!recipient.loaded) host.load(recipient);
                if (recipient.has_code()) {
                    if (const auto& delegate = host.code(recipient).delegate()) {
                        Account& a = host.locate(*delegate);
                        if (!a.warm) host.warm_account(a);
                    }
                }
            }
            // The caller of a system call need not be known to anybody: it is looked at only when it pays.
            running = begin_call(r, m.value.is_zero() ? nullptr : &host.account(m.sender), m.reservoir, out);
        }
        if (running) run(out);
        ExecutionResult result{out.status, out.gas_left, out.state_gas, out.refund,
                               Bytes(out.output.begin(), out.output.end())};
        arena.release();
        return result;
    }

  private:
    Address created_;
};

Evm::Evm(Host& host) : machine_(std::make_unique<Machine>(host)) {}
Evm::~Evm() = default;
[[gnu::noinline]] ExecutionResult Evm::execute(const Message& message) { return machine_->execute(message); }

}  // namespace ashlar::evm
