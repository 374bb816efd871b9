#pragma once

#include <cstddef>
#include <string_view>

// Follows the Markdown of an answer, as far as to know whether what comes next is quoted as code.
class QuotedText {
  public:
    void append(std::string_view text);

    // True in a code block and in code within a line.
    bool is_open() const;

  private:
    void take(char character);
    void end_line();
    bool closes_fence() const;

    // The marks that opened the code block; the same or more of them end it.
    char   fence_mark_ = 0;
    size_t fence_      = 0;  // 0: none is open

    // Of the line: the marks that it begins with, and what follows them.
    bool   leading_    = true;   // nothing but spaces so far
    bool   in_marks_   = false;  // nothing but the marks after them
    char   mark_       = 0;
    size_t marks_      = 0;
    bool   rest_blank_ = true;
    bool   rest_ticks_ = false;

    // Runs of backticks: code within the line ends with as many as it began with.
    size_t run_  = 0;  // the one being written
    size_t code_ = 0;  // the one that began code; 0: there is none
};
