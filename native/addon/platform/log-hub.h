#pragma once

#include <memory>
#include <string>
#include <vector>

struct LibraryTable;

enum class LogLevel { debug, info, warn, error };

const char * log_level_name(LogLevel level);

// Takes whole lines, without the line end, from any thread; must be quick and must not log.
class LogSink {
  public:
    virtual ~LogSink()                                                   = default;
    virtual void take(LogLevel level, const std::string & line) noexcept = 0;
};

// Sends the libraries' log and the message of an abort to us instead of stderr.
void connect_log(const LibraryTable & table);

// The sink gets every line from now on, as long as somebody owns it.
void add_log_sink(std::weak_ptr<LogSink> sink);

// What the calling thread logs between construction and destruction: llama.cpp says why something failed only there.
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
