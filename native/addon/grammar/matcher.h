#pragma once

#include "grammar/rules.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

// Follows a reply through a grammar, byte by byte. A state is the set of all places where the reply may be; each place
// is an item of a rule with what comes after it. States are made when they are first met and kept, so a step that was
// taken before is one look into a table.
// All work that a table does not save is counted. Where one token would need too much of it, because the grammar can
// be followed in too many ways at once, the call throws grammar.invalid.
class Matcher {
  public:
    // Throws grammar.invalid as below.
    explicit Matcher(std::shared_ptr<const Rules> rules);

    // True when the reply may continue with this token, whose text is `piece`.
    bool allows(int32_t token, std::string_view piece);

    // Goes on past the token, and gives the next one its own share of work. Returns false, and stays where it is, when
    // the grammar does not allow the token.
    bool accept(int32_t token, std::string_view piece);

    // True when the reply may end here.
    bool may_end() const;

    // All work so far.
    uint64_t work() const { return work_before_ + work_; }

  private:
    using Id = uint32_t;

    // An item of a sequence, and the frame that goes on after that sequence. Interned: equal ones have one id.
    struct Frame {
        uint32_t item;
        uint32_t count;  // of a repetition: times begun so far; of characters: the bytes of one so far
        Id       after;

        bool operator==(const Frame & other) const {
            return item == other.item && count == other.count && after == other.after;
        }
    };

    struct FrameHash {
        size_t operator()(const Frame & frame) const;
    };

    struct State {
        std::vector<Id>                      frames;  // sorted
        std::unique_ptr<std::array<Id, 256>> next;    // by byte; `unknown` where it was not computed
        bool                                 has_tokens = false;
    };

    const RuleItem & item_of(Id frame) const { return rules_->items[frames_[frame].item]; }

    void spend(uint64_t work);
    void end_token();
    Id   frame(uint32_t item, uint32_t count, Id after);
    Id   next_frame(uint32_t item, Id after);
    Id   state(std::vector<Id> frames);
    void open(Id frame);
    void open_rule(uint32_t rule, Id after);
    void open_repetition(Id frame, const RuleItem & item);
    Id   close();
    Id   step(Id state, uint8_t byte);
    void step_character(Id frame, uint8_t byte);
    Id   walk(Id state, std::string_view piece);
    bool matches_token(Id frame, int32_t token);
    void compact();

    std::shared_ptr<const Rules>             rules_;
    std::vector<Frame>                       frames_;
    std::unordered_map<Frame, Id, FrameHash> frame_ids_;
    std::vector<State>                       states_;
    std::unordered_multimap<size_t, Id>      state_ids_;
    Id                                       now_         = 0;
    uint64_t                                 work_        = 0;  // for this token
    uint64_t                                 work_before_ = 0;
    size_t                                   in_states_   = 0;  // frames of all states together
    // Before the tables are compacted:
    size_t                                   frames_max_;
    size_t                                   in_states_max_;
    // While a state is being made:
    std::vector<Id>                          todo_;
    std::vector<uint32_t>                    seen_;  // by frame, the number of the state it was last opened for
    uint32_t                                 making_ = 0;
    std::vector<Id>                          found_;
    std::unordered_map<uint64_t, uint32_t>   fewest_;  // by item and what comes after, of repetitions
};
