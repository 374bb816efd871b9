#pragma once

#include <memory>
#include <string>
#include <vector>

struct LibraryTable;

enum class LogLevel { debug, info, warn, error };

const char * log_level_name(LogLevel level);

// Receives whole lines without the line end, on any thread. Must be quick and must not log.
class LogSink {
  public:
    virtual ~LogSink()                                                   = default;
    virtual void take(LogLevel level, const std::string & line) noexcept = 0;
};

// Routes the libraries' log to the sinks and an abort's message to our handler. Called once, with the opened libraries.
void connect_log(const LibraryTable & table);

// The sink gets every later line until its owner frees it.
void add_log_sink(std::weak_ptr<LogSink> sink);

// Collects the lines that the calling thread logs between construction and destruction: llama.cpp reports the reason of
// a failure only in its log.
class LogCapture {
  public:
    LogCapture();
    LogCapture(const LogCapture &)             = delete;
    LogCapture & operator=(const LogCapture &) = delete;
    ~LogCapture();

    // All lines, of every level.
    std::vector<std::string> lines() const;
    // The lines of level error, joined by "; ".
    std::string              errors() const;

  private:
    class Sink;
    std::shared_ptr<Sink> sink_;
};
