#include "step/engine.h"

#include "kv/kv-snapshot.h"
#include "kv/sequence-cut.h"
#include "kv/snapshot-file.h"
#include "model/tokenizer.h"
#include "platform/async-call.h"
#include "platform/options-reader.h"
#include "step/embedding.h"
#include "step/event-conversion.h"
#include "step/request-reader.h"

#include <limits>

static constexpr int64_t int32_max = std::numeric_limits<int32_t>::max();

static llama_seq_id read_sequence(const Napi::CallbackInfo & info, size_t at) {
    return static_cast<llama_seq_id>(read_integer(info[at], "sequence", 0, int32_max));
}

static llama_pos read_position(const Napi::CallbackInfo & info, size_t at, const char * name) {
    return static_cast<llama_pos>(read_integer(info[at], name, -1, int32_max));
}

static uint32_t read_id(const Napi::CallbackInfo & info) {
    return static_cast<uint32_t>(read_integer(info[0], "id", 0, UINT32_MAX));
}

Napi::Value create_engine(const Napi::CallbackInfo & info, std::shared_ptr<ModelHandle> model) {
    const EngineOptions options = read_engine_options(info[0]);
    auto                events  = std::make_shared<EventQueue>(Environment::of(info.Env()).js_shared());
    return run_on_new_thread(
        info.Env(),
        [options, model, events, weights = model->lease()]() mutable {
            auto loop = std::make_shared<StepLoop>(std::move(weights), options, events);
            model->add_engine(loop);
            return Engine::Parts{ std::move(loop), std::move(events), model->grammars() };
        },
        [](Napi::Env env, Engine::Parts parts) -> Napi::Value {
            Environment::of(env).close_at_exit(parts.loop);
            return Environment::of(env).make("Engine", { Napi::External<Engine::Parts>::New(env, &parts) });
        });
}

void Engine::define(Napi::Env env) {
    Environment::of(env).remember(
        "Engine",
        DefineClass(
            env, "Engine",
            { getter<&Engine::info>("info"), bind<&Engine::start>("start"), bind<&Engine::extend>("extend"),
              bind<&Engine::cancel>("cancel"), bind<&Engine::copy_sequence>("copySequence"),
              bind<&Engine::remove_sequence>("removeSequence"), bind<&Engine::save_sequence_file>("saveSequenceFile"),
              bind<&Engine::restore_sequence_file>("restoreSequenceFile"), bind<&Engine::shelve>("shelve"),
              bind<&Engine::unshelve>("unshelve"), bind<&Engine::drop_shelved>("dropShelved"),
              bind<&Engine::embed>("embed"), bind<&Engine::counters>("counters"),
              bind<&Engine::set_threads>("setThreads"), bind<&Engine::close>("close") }));
}

Engine::Engine(const Napi::CallbackInfo & info) : NativeClass<Engine>(info) {
    if (!info[0].IsExternal()) {
        throw Napi::TypeError::New(info.Env(), "An engine comes from createEngine() only.");
    }
    const auto * parts = info[0].As<Napi::External<Parts>>().Data();
    loop_              = parts->loop;
    events_            = parts->events;
    grammars_          = parts->grammars;
    events_->on_deliver([this](Napi::Env env, std::vector<RequestEvents> & all) { deliver(env, all); });
}

Engine::~Engine() {
    if (loop_ != nullptr) {
        loop_->close();
        events_->on_deliver({});
    }
}

void Engine::hold(Napi::Env env) {
    Environment::of(env).js().hold();
    Ref();
}

void Engine::release(Napi::Env env) {
    Environment::of(env).js().release();
    Unref();
}

// Calls `work` with the loop, on the loop thread. The promise rejects with engine.closed once the loop has ended.
template <class Work, class Convert> Napi::Promise Engine::run_on_loop(Napi::Env env, Work work, Convert convert) {
    const auto work_on_open_loop = [work = std::move(work)](StepLoop * loop) {
        if (loop == nullptr) {
            throw NativeError("engine.closed", "The engine is closed.");
        }
        return work(*loop);
    };
    return call_async<StepLoop *>(env, work_on_open_loop, std::move(convert), [this, env](auto run, auto settle) {
        hold(env);
        loop_->post([this, run, settle, js = Environment::of(env).js_shared()](StepLoop * loop) {
            run(loop);
            js->post([this, settle](Napi::Env env) {
                release(env);
                settle(env);
            });
        });
    });
}

void Engine::deliver(Napi::Env env, std::vector<RequestEvents> & all) {
    for (const RequestEvents & item : all) {
        const Napi::HandleScope scope(env);
        const auto              found = listeners_.find(item.request_id);
        if (found == listeners_.end()) {
            continue;
        }
        const Napi::Function listener = found->second.Value();
        if (item.events.back().kind == Event::Kind::done) {
            listeners_.erase(found);
            release(env);
        }
        call_listener(env, listener, { events_array(env, item.events) });
    }
}

Napi::Value Engine::info(const Napi::CallbackInfo & info) {
    const EngineInfo & facts  = loop_->info();
    Napi::Object       object = Napi::Object::New(info.Env());
    object.Set("cells", facts.cells);
    object.Set("sequencesMax", facts.sequences_max);
    object.Set("kvBytes", static_cast<double>(facts.kv_bytes));
    object.Set("computeBytes", static_cast<double>(facts.compute_bytes));
    return object;
}

Napi::Value Engine::start(const Napi::CallbackInfo & info) {
    RequestOptions options = read_request(info[0]);
    if (!info[1].IsFunction()) {
        throw NativeError("request.invalid", "onEvents must be a function.");
    }
    if (options.grammar) {
        options.grammar->rules = grammars_->find(options.grammar->gbnf, options.grammar->root);
    }
    const uint32_t id = loop_->start(std::move(options));
    listeners_[id]    = Napi::Persistent(info[1].As<Napi::Function>());
    hold(info.Env());
    return Napi::Number::New(info.Env(), id);
}

Napi::Value Engine::extend(const Napi::CallbackInfo & info) {
    loop_->extend(read_id(info), read_integer(info[1], "tokens", 0, int32_max));
    return info.Env().Undefined();
}

Napi::Value Engine::cancel(const Napi::CallbackInfo & info) {
    loop_->cancel(read_id(info));
    return info.Env().Undefined();
}

Napi::Value Engine::copy_sequence(const Napi::CallbackInfo & info) {
    const llama_seq_id source = read_sequence(info, 0);
    const llama_seq_id target = read_sequence(info, 1);
    const llama_pos    from   = read_position(info, 2, "from");
    const llama_pos    to     = read_position(info, 3, "to");
    return run_on_loop(
        info.Env(),
        [=](StepLoop & loop) {
            loop.check_sequence(source);
            loop.check_sequence_idle(target);
            return ::copy_sequence(loop.context(), source, target, from, to);
        },
        [](Napi::Env env, bool copied) { return Napi::Boolean::New(env, copied); });
}

Napi::Value Engine::remove_sequence(const Napi::CallbackInfo & info) {
    const llama_seq_id sequence = read_sequence(info, 0);
    const llama_pos    from     = read_position(info, 1, "from");
    const llama_pos    to       = read_position(info, 2, "to");
    return run_on_loop(
        info.Env(),
        [=](StepLoop & loop) {
            loop.check_sequence_not_running(sequence);
            if (from > 0 && to < 0) {
                return cut_sequence(loop.context(), sequence, from);
            }
            return api().llama_memory_seq_rm(loop.context().memory(), sequence, from, to);
        },
        [](Napi::Env env, bool removed) { return Napi::Boolean::New(env, removed); });
}

// The file is written on a new thread, so that the loop does not wait for the disk.
Napi::Value Engine::save_sequence_file(const Napi::CallbackInfo & info) {
    return run_on_loop(
        info.Env(),
        [sequence = read_sequence(info, 0), tokens = read_tokens(info[1], "tokens")](StepLoop & loop) {
            loop.check_sequence(sequence);
            return save_snapshot(loop.context(), sequence, tokens);
        },
        [path = read_text(info[2], "path")](Napi::Env env, std::vector<uint8_t> snapshot) -> Napi::Value {
            return run_on_new_thread(
                env,
                [path, snapshot = std::move(snapshot)] {
                    write_snapshot_file(path, snapshot);
                    return snapshot.size();
                },
                [](Napi::Env env, size_t size) { return Napi::Number::New(env, static_cast<double>(size)); });
        });
}

// The file is read on the loop thread: a request that starts afterwards finds the sequence restored.
Napi::Value Engine::restore_sequence_file(const Napi::CallbackInfo & info) {
    return run_on_loop(
        info.Env(),
        [sequence = read_sequence(info, 0), path = read_text(info[1], "path")](StepLoop & loop) {
            loop.check_sequence_not_running(sequence);
            api().llama_memory_seq_rm(loop.context().memory(), sequence, -1, -1);
            const std::vector<uint8_t> snapshot = read_snapshot_file(path);
            return restore_snapshot(loop.context(), sequence, snapshot.data(), snapshot.size());
        },
        [](Napi::Env env, const std::vector<llama_token> & tokens) { return token_array(env, tokens); });
}

// The id is known at once, so that unshelve() can be called before the copy is made.
Napi::Value Engine::shelve(const Napi::CallbackInfo & info) {
    const llama_seq_id sequence = read_sequence(info, 0);
    const llama_pos    from     = read_position(info, 1, "from");
    const llama_pos    to       = read_position(info, 2, "to");
    const uint32_t     id       = ++shelved_last_;
    Napi::Object       object   = Napi::Object::New(info.Env());
    object.Set("id", id);
    object.Set("bytes",
               run_on_loop(
                   info.Env(),
                   [=](StepLoop & loop) {
                       loop.check_sequence_not_running(sequence);
                       return loop.shelf().put(id, sequence, from, to);
                   },
                   [](Napi::Env env, size_t size) { return Napi::Number::New(env, static_cast<double>(size)); }));
    return object;
}

Napi::Value Engine::unshelve(const Napi::CallbackInfo & info) {
    const uint32_t     id       = read_id(info);
    const llama_seq_id sequence = read_sequence(info, 1);
    const llama_pos    from     = read_position(info, 2, "from");
    const llama_pos    to       = read_position(info, 3, "to");
    return run_on_loop(
        info.Env(),
        [=](StepLoop & loop) {
            loop.check_sequence_not_running(sequence);
            return loop.shelf().restore(id, sequence, from, to);
        },
        [](Napi::Env env, bool restored) { return Napi::Boolean::New(env, restored); });
}

Napi::Value Engine::drop_shelved(const Napi::CallbackInfo & info) {
    loop_->post([id = read_id(info)](StepLoop * loop) {
        if (loop != nullptr) {
            loop->shelf().drop(id);
        }
    });
    return info.Env().Undefined();
}

Napi::Value Engine::embed(const Napi::CallbackInfo & info) {
    if (!info[0].IsArray()) {
        throw NativeError("request.invalid", "texts must be an array.");
    }
    const auto                            array = info[0].As<Napi::Array>();
    std::vector<std::vector<llama_token>> texts;
    for (uint32_t i = 0; i < array.Length(); i++) {
        texts.push_back(read_tokens(array.Get(i), "texts"));
    }
    return run_on_loop(
        info.Env(), [texts = std::move(texts)](StepLoop & loop) { return embed_texts(loop.context(), texts); },
        [](Napi::Env env, const std::vector<std::vector<float>> & vectors) {
            Napi::Array result = Napi::Array::New(env, vectors.size());
            for (size_t i = 0; i < vectors.size(); i++) {
                Napi::Float32Array vector = Napi::Float32Array::New(env, vectors[i].size());
                std::copy(vectors[i].begin(), vectors[i].end(), vector.Data());
                result.Set(static_cast<uint32_t>(i), vector);
            }
            return result;
        });
}

Napi::Value Engine::set_threads(const Napi::CallbackInfo & info) {
    loop_->set_threads(static_cast<int32_t>(read_integer(info[0], "threads", 1, GGML_MAX_N_THREADS)));
    return info.Env().Undefined();
}

Napi::Value Engine::counters(const Napi::CallbackInfo & info) {
    const EngineCounters & counters = loop_->counters();
    Napi::Object           object   = Napi::Object::New(info.Env());
    object.Set("decodes", static_cast<double>(counters.decodes));
    object.Set("decodesAborted", static_cast<double>(counters.decodes_aborted));
    object.Set("tokensPrefilled", static_cast<double>(counters.tokens_prefilled));
    object.Set("tokensGenerated", static_cast<double>(counters.tokens_generated));
    object.Set("busySeconds", static_cast<double>(counters.busy_ns) * 1e-9);
    object.Set("threads", static_cast<int32_t>(counters.threads));
    object.Set("busyCpuSeconds", static_cast<double>(counters.busy_cpu_ns) * 1e-9);
    return object;
}

Napi::Value Engine::close(const Napi::CallbackInfo & info) {
    return run_on_new_thread(info.Env(), [loop = loop_] { loop->close(); });
}
