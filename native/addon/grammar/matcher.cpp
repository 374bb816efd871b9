#include "grammar/matcher.h"

#include "platform/native-error.h"

#include <algorithm>
#include <limits>

namespace {

using Kind = RuleItem::Kind;

// Work for one token. Some hundredths of a second where all of it is used.
constexpr uint64_t work_max    = 6'000'000;
constexpr uint64_t open_work   = 32;
constexpr uint64_t frame_work  = 32;  // a new one
constexpr uint64_t repeat_work = 32;
constexpr uint64_t state_work  = 64;

// Moving a frame to new tables and freeing it in the old ones.
constexpr uint64_t move_work = 8;

constexpr size_t frames_kept    = 1 << 17;
constexpr size_t states_kept    = 1 << 12;
constexpr size_t in_states_kept = 1 << 21;

constexpr uint32_t whole_grammar = 0;  // the frame after the root
constexpr uint32_t nowhere       = 0;  // the state without frames
constexpr uint32_t unknown       = std::numeric_limits<uint32_t>::max();

// The beginning of a character in UTF-8: bytes that are missing and the bits so far.
struct PartialCharacter {
    static constexpr uint32_t any = 0x800000;  // every end of it is in the set

    uint32_t missing = 0;
    uint32_t bits    = 0;

    static PartialCharacter unpack(uint32_t count) { return { count >> 24, count & 0xFFFFFF }; }

    uint32_t pack() const { return (missing << 24) | bits; }
};

// The smallest character that still lacks as many bytes after its first one.
constexpr uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };

// Adds a byte. False when no character continues or begins so; overlong forms and surrogates are none.
bool append(PartialCharacter & partial, uint8_t byte) {
    if (partial.missing == 0) {
        if (byte < 0x80) {
            partial = { 0, byte };
        } else if (byte >= 0xC2 && byte < 0xE0) {
            partial = { 1, byte & 0x1FU };
        } else if (byte >= 0xE0 && byte < 0xF0) {
            partial = { 2, byte & 0xFU };
        } else if (byte >= 0xF0 && byte < 0xF5) {
            partial = { 3, byte & 0x7U };
        } else {
            return false;
        }
        return true;
    }
    const auto [missing, bits] = partial;
    if ((byte & 0xC0) != 0x80 || (missing == 2 && bits == 0 && byte < 0xA0) ||
        (missing == 2 && bits == 0xD && byte >= 0xA0) || (missing == 3 && bits == 0 && byte < 0x90) ||
        (missing == 3 && bits == 4 && byte >= 0x90)) {
        return false;
    }
    partial = { missing - 1, (bits << 6) | (byte & 0x3FU) };
    return true;
}

}  // namespace

size_t Matcher::FrameHash::operator()(const Frame & frame) const {
    uint64_t hash = frame.item * 0x9E3779B97F4A7C15ULL;
    hash          = (hash ^ (hash >> 29) ^ frame.count) * 0xBF58476D1CE4E5B9ULL;
    hash          = (hash ^ (hash >> 32) ^ frame.after) * 0x94D049BB133111EBULL;
    return static_cast<size_t>(hash ^ (hash >> 31));
}

Matcher::Matcher(std::shared_ptr<const Rules> rules) :
    rules_(std::move(rules)),
    frames_max_(frames_kept),
    in_states_max_(in_states_kept) {
    frames_.push_back({ unknown, 0, whole_grammar });
    states_.emplace_back();
    making_++;
    open_rule(rules_->root, whole_grammar);
    now_ = close();
    end_token();
}

bool Matcher::allows(int32_t token, std::string_view piece) {
    // Without a reference to the state: new ones move it.
    if (states_[now_].has_tokens) {
        for (const Id frame : states_[now_].frames) {
            if (matches_token(frame, token)) {
                return true;
            }
        }
    }
    return walk(now_, piece) != nowhere;
}

bool Matcher::accept(int32_t token, std::string_view piece) {
    Id to = walk(now_, piece);
    if (states_[now_].has_tokens) {
        making_++;
        for (const Id frame : std::vector<Id>(states_[now_].frames)) {
            if (matches_token(frame, token)) {
                open(next_frame(frames_[frame].item + 1, frames_[frame].after));
            }
        }
        for (const Id frame : std::vector<Id>(states_[to].frames)) {
            open(frame);
        }
        to = close();
    }
    end_token();
    if (to == nowhere) {
        return false;
    }
    now_ = to;
    if (frames_.size() > frames_max_ || states_.size() > states_kept || in_states_ > in_states_max_) {
        compact();
    }
    return true;
}

bool Matcher::may_end() const {
    const std::vector<Id> & frames = states_[now_].frames;
    return !frames.empty() && frames.front() == whole_grammar;
}

void Matcher::spend(uint64_t work) {
    work_ += work;
    if (work_ > work_max) {
        end_token();
        todo_.clear();
        throw NativeError("grammar.invalid",
                          "The grammar can be followed in too many ways at once: make its alternatives differ sooner, "
                          "and repeat nothing that repeats itself.");
    }
}

void Matcher::end_token() {
    work_before_ += work_;
    work_ = 0;
}

Matcher::Id Matcher::frame(uint32_t item, uint32_t count, Id after) {
    const auto [found, fresh] = frame_ids_.try_emplace({ item, count, after }, static_cast<Id>(frames_.size()));
    if (fresh) {
        frames_.push_back({ item, count, after });
        work_ += frame_work;
    }
    return found->second;
}

// The frame at `item`, or at the end of its sequence the one after it: endless recursion takes no room.
Matcher::Id Matcher::next_frame(uint32_t item, Id after) {
    return rules_->items[item].kind == Kind::end ? after : frame(item, 0, after);
}

Matcher::Id Matcher::state(std::vector<Id> frames) {
    std::sort(frames.begin(), frames.end());
    frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
    if (frames.empty()) {
        return nowhere;
    }
    size_t hash = frames.size();
    for (const Id each : frames) {
        hash = (hash ^ each) * 0x100000001B3ULL;
    }
    const auto [from, to] = state_ids_.equal_range(hash);
    for (auto at = from; at != to; ++at) {
        if (states_[at->second].frames == frames) {
            return at->second;
        }
    }
    spend(state_work);
    const Id id     = static_cast<Id>(states_.size());
    State &  made   = states_.emplace_back();
    made.has_tokens = std::any_of(frames.begin(), frames.end(), [this](Id each) {
        return each != whole_grammar && item_of(each).kind != Kind::characters;
    });
    in_states_ += frames.size();
    made.frames = std::move(frames);
    state_ids_.emplace(hash, id);
    return id;
}

// Notes that the reply may go on at `frame`.
void Matcher::open(Id frame) {
    seen_.resize(std::max(seen_.size(), frames_.size()));
    if (seen_[frame] != making_) {
        seen_[frame] = making_;
        todo_.push_back(frame);
    }
}

void Matcher::open_rule(uint32_t rule, Id after) {
    for (const uint32_t start : rules_->starts[rule]) {
        spend(1);
        open(next_frame(start, after));
    }
}

void Matcher::open_repetition(Id id, const RuleItem & item) {
    const auto [at, count, after] = frames_[id];
    spend(repeat_work);
    if (count >= item.min) {
        // Whoever may stop here can do with fewer times begun whatever can be done with more.
        const auto [fewest, fresh] = fewest_.try_emplace((static_cast<uint64_t>(at) << 32) | after, count);
        if (!fresh && fewest->second <= count) {
            return;
        }
        fewest->second = count;
        open(next_frame(at + 1, after));
    }
    if (item.max == RuleItem::unbounded) {
        open_rule(item.value, frame(at, std::min(count + 1, item.min), after));
    } else if (count + 1 < item.max) {
        open_rule(item.value, frame(at, count + 1, after));
    } else {
        open_rule(item.value, next_frame(at + 1, after));
    }
}

// The state of all that was opened.
Matcher::Id Matcher::close() {
    found_.clear();
    fewest_.clear();
    while (!todo_.empty()) {
        const Id id = todo_.back();
        todo_.pop_back();
        spend(open_work);
        if (id == whole_grammar) {
            found_.push_back(id);
            continue;
        }
        const RuleItem & item = item_of(id);
        if (item.kind == Kind::rule) {
            const Frame at = frames_[id];
            open_rule(item.value, next_frame(at.item + 1, at.after));
        } else if (item.kind == Kind::repeat) {
            open_repetition(id, item);
        } else {
            found_.push_back(id);
        }
    }
    return state(std::move(found_));
}

Matcher::Id Matcher::step(Id from, uint8_t byte) {
    if (states_[from].next == nullptr) {
        states_[from].next = std::make_unique<std::array<Id, 256>>();
        states_[from].next->fill(unknown);
    }
    const Id known = (*states_[from].next)[byte];
    if (known != unknown) {
        return known;
    }
    making_++;
    spend(states_[from].frames.size());
    for (const Id frame : states_[from].frames) {
        if (frame != whole_grammar && item_of(frame).kind == Kind::characters) {
            step_character(frame, byte);
        }
    }
    const Id to                 = close();
    (*states_[from].next)[byte] = to;
    return to;
}

void Matcher::step_character(Id id, uint8_t byte) {
    const auto [item, count, after] = frames_[id];
    const CodePoints & set          = rules_->sets[rules_->items[item].value];
    PartialCharacter   partial      = PartialCharacter::unpack(count);
    const bool         any          = partial.bits == PartialCharacter::any;
    partial.bits                    = any ? 0x40 : partial.bits;  // a value that every continuation may follow
    if (!append(partial, byte)) {
        return;
    }
    if (partial.missing == 0) {
        if (any || set.contains(partial.bits)) {
            open(next_frame(item + 1, after));
        }
        return;
    }
    const uint32_t first = partial.bits << (6 * partial.missing);
    const uint32_t high  = first | ((1U << (6 * partial.missing)) - 1);
    // Smaller characters have shorter forms.
    const uint32_t low   = std::max(first, smallest[partial.missing]);
    if (partial.missing == 1 && set.covers(low, high)) {
        partial.bits = PartialCharacter::any;
    } else if (!set.overlaps(low, high)) {
        return;
    }
    open(frame(item, partial.pack(), after));
}

Matcher::Id Matcher::walk(Id from, std::string_view piece) {
    // A token that begins with NUL has no text.
    if (piece.empty() || piece.front() == '\0') {
        return nowhere;
    }
    for (const char byte : piece) {
        from = step(from, static_cast<uint8_t>(byte));
        if (from == nowhere) {
            break;
        }
    }
    return from;
}

bool Matcher::matches_token(Id frame, int32_t token) {
    spend(1);
    if (frame == whole_grammar) {
        return false;
    }
    const RuleItem & item = item_of(frame);
    const bool       same = item.value == static_cast<uint32_t>(token);
    return (item.kind == Kind::token && same) || (item.kind == Kind::other_token && !same);
}

// Keeps only what the state of now needs.
void Matcher::compact() {
    work_ += move_work * frames_.size();
    std::vector<Frame> old = std::move(frames_);
    std::vector<Id>    now = std::move(states_[now_].frames);
    frames_                = { old.front() };
    frame_ids_.clear();
    states_.clear();
    states_.emplace_back();
    state_ids_.clear();
    seen_.clear();
    making_    = 0;
    in_states_ = 0;
    std::vector<Id> moved(old.size(), unknown);
    moved[whole_grammar] = whole_grammar;
    std::vector<Id> way;
    for (Id & id : now) {
        for (Id at = id; moved[at] == unknown; at = old[at].after) {
            way.push_back(at);
        }
        for (; !way.empty(); way.pop_back()) {
            const Frame & each = old[way.back()];
            moved[way.back()]  = frame(each.item, each.count, moved[each.after]);
        }
        id = moved[id];
    }
    end_token();  // none of this is the work of a token
    now_           = state(std::move(now));
    frames_max_    = std::max(frames_kept, 2 * frames_.size());
    in_states_max_ = std::max(in_states_kept, 2 * in_states_);
}
