#include "platform/log-hub.h"

#include "platform/libraries.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <thread>

namespace {

// Joins the pieces that the libraries log into lines and passes them to the sinks. One per process, never destroyed:
// threads of the libraries may log after static destructors have run.
class LogHub {
  public:
    void add(std::weak_ptr<LogSink> sink) {
        const std::lock_guard<std::mutex> lock(mutex_);
        sinks_.erase(std::remove_if(sinks_.begin(), sinks_.end(), [](const auto & old) { return old.expired(); }),
                     sinks_.end());
        sinks_.push_back(std::move(sink));
    }

    void append(ggml_log_level level, const char * text) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (level != GGML_LOG_LEVEL_CONT) {
            flush();
            level_ = level == GGML_LOG_LEVEL_ERROR ? LogLevel::error :
                     level == GGML_LOG_LEVEL_WARN  ? LogLevel::warn :
                     level == GGML_LOG_LEVEL_DEBUG ? LogLevel::debug :
                                                     LogLevel::info;
        }
        for (; *text != '\0'; text++) {
            if (*text == '\n') {
                flush();
            } else {
                line_ += *text;
            }
        }
    }

  private:
    void flush() {
        if (line_.empty()) {
            return;
        }
        for (const auto & weak : sinks_) {
            if (const auto sink = weak.lock()) {
                sink->take(level_, line_);
            }
        }
        line_.clear();
    }

    std::mutex                          mutex_;
    std::vector<std::weak_ptr<LogSink>> sinks_;
    std::string                         line_;
    LogLevel                            level_ = LogLevel::info;
};

LogHub & hub() {
    static LogHub * instance = new LogHub;
    return *instance;
}

void on_log(ggml_log_level level, const char * text, void *) {
    hub().append(level, text);
}

// The process ends right after this: one line on stderr is all that its parent gets to see.
void on_abort(const char * message) {
    std::fprintf(stderr, "moonwright: the native engine stopped the process: %s\n", message);
    std::fflush(stderr);
}

}  // namespace

const char * log_level_name(LogLevel level) {
    static const char * const names[] = { "debug", "info", "warn", "error" };
    return names[static_cast<int>(level)];
}

void connect_log(const LibraryTable & table) {
    table.llama_log_set(on_log, nullptr);
    table.ggml_set_abort_callback(on_abort);
}

void add_log_sink(std::weak_ptr<LogSink> sink) {
    hub().add(std::move(sink));
}

class LogCapture::Sink : public LogSink {
  public:
    void take(LogLevel level, const std::string & line) noexcept override {
        if (std::this_thread::get_id() != thread_) {
            return;
        }
        lines_.push_back(line);
        if (level == LogLevel::error) {
            errors_ += errors_.empty() ? line : "; " + line;
        }
    }

    const std::vector<std::string> & lines() const { return lines_; }

    const std::string & errors() const { return errors_; }

  private:
    std::thread::id          thread_ = std::this_thread::get_id();
    std::vector<std::string> lines_;
    std::string              errors_;
};

LogCapture::LogCapture() : sink_(std::make_shared<Sink>()) {
    add_log_sink(sink_);
}

LogCapture::~LogCapture() = default;

std::vector<std::string> LogCapture::lines() const {
    return sink_->lines();
}

std::string LogCapture::errors() const {
    return sink_->errors();
}
