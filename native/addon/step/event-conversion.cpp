#include "step/event-conversion.h"

#include "model/tokenizer.h"

#include <algorithm>

static Napi::Float32Array float_array(Napi::Env env, const std::vector<float> & values) {
    Napi::Float32Array array = Napi::Float32Array::New(env, values.size());
    std::copy(values.begin(), values.end(), array.Data());
    return array;
}

static Napi::Array logprobs_array(Napi::Env env, const std::vector<TokenLogprobs> & logprobs) {
    Napi::Array array = Napi::Array::New(env, logprobs.size());
    for (size_t i = 0; i < logprobs.size(); i++) {
        Napi::Object entry = Napi::Object::New(env);
        entry.Set("token", logprobs[i].token);
        entry.Set("logprob", logprobs[i].logprob);
        entry.Set("topTokens", token_array(env, logprobs[i].top_tokens));
        entry.Set("topLogprobs", float_array(env, logprobs[i].top_logprobs));
        array.Set(static_cast<uint32_t>(i), entry);
    }
    return array;
}

static void set_done(Napi::Object & object, const DoneFacts & done) {
    object.Set("kind", "done");
    object.Set("reason", done.reason);
    object.Set("position", done.position);
    object.Set("generated", static_cast<double>(done.generated));
    object.Set("reasoning", static_cast<double>(done.reasoning));
    if (done.text_bytes >= 0) {
        object.Set("textBytes", static_cast<double>(done.text_bytes));
    }
    if (!done.code.empty()) {
        object.Set("code", done.code);
        object.Set("message", done.message);
    }
    object.Set("queueMs", done.queue_ms);
    object.Set("prefillMs", done.prefill_ms);
    object.Set("decodeMs", done.decode_ms);
}

static Napi::Object event_object(Napi::Env env, const Event & event) {
    Napi::Object object = Napi::Object::New(env);
    switch (event.kind) {
        case Event::Kind::progress:
            object.Set("kind", "progress");
            object.Set("computed", static_cast<double>(event.computed));
            break;
        case Event::Kind::tokens:
            object.Set("kind", "tokens");
            object.Set("tokens", token_array(env, event.tokens));
            if (!event.logprobs.empty()) {
                object.Set("logprobs", logprobs_array(env, event.logprobs));
            }
            break;
        case Event::Kind::stalled:
            object.Set("kind", "stalled");
            break;
        case Event::Kind::done:
            set_done(object, event.done);
            break;
    }
    return object;
}

Napi::Array events_array(Napi::Env env, const std::vector<Event> & events) {
    Napi::Array array = Napi::Array::New(env, events.size());
    for (size_t i = 0; i < events.size(); i++) {
        array.Set(static_cast<uint32_t>(i), event_object(env, events[i]));
    }
    return array;
}
