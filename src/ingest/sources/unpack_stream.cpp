#include "ingest/sources/unpack_stream.hpp"

#include <algorithm>
#include <cstring>

#include <neve/base/error.hpp>

namespace neve::ingest {

namespace {

constexpr std::size_t kWindow = std::size_t{1} << 20;

/// zstd's and lz4's frames of metadata: 0x184D2A50 to 0x184D2A5F.
bool is_skippable(std::string_view beginning) {
  return beginning.size() >= 4 && beginning.substr(1, 3) == "\x2A\x4D\x18" &&
         (static_cast<unsigned char>(beginning[0]) & 0xF0U) == 0x50;
}

bool is_padding(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return c == '\0'; });
}

}  // namespace

void refuse_damaged(const ByteSource& file, std::string_view packing, std::int64_t byte,
                    const std::string& why) {
  throw InputError::illegal_argument(file.name() + ", byte " + std::to_string(byte) + ": the " +
                                     std::string(packing) + " data is damaged (" + why +
                                     "); pack or copy the file again.");
}

UnpackStream::UnpackStream(const ByteSource& file, const Packing& packing, Budget& budget)
    : file_(file), packing_(packing), unpacker_(packing.open(budget)) {
  buffer_.resize(static_cast<std::size_t>(
      std::clamp<std::int64_t>(file.size(), 1, static_cast<std::int64_t>(kWindow))));
}

std::string_view UnpackStream::window() const {
  return std::string_view(buffer_).substr(at_, shown_ - at_);
}

void UnpackStream::damaged(const std::string& why) const {
  refuse_damaged(file_, packing_.name, next_ - static_cast<std::int64_t>(shown_ - at_), why);
}

void UnpackStream::end_early() {
  at_ = shown_;
  damaged("it ends early");
}

bool UnpackStream::show_more() {
  if (all_seen() || (at_ == 0 && shown_ == buffer_.size())) return false;
  std::memmove(buffer_.data(), buffer_.data() + at_, shown_ - at_);
  shown_ -= at_;
  at_ = 0;
  const auto left = static_cast<std::size_t>(file_.size() - next_);
  const std::size_t wanted = std::min(left, buffer_.size() - shown_);
  const std::size_t got = file_.read(next_, {buffer_.data() + shown_, wanted});
  if (got < wanted) {
    throw InputError::bad_request("The file " + file_.name() +
                                  " became shorter while it was read.");
  }
  shown_ += got;
  next_ += static_cast<std::int64_t>(got);
  return true;
}

bool UnpackStream::begin_member() {
  while (window().size() < Unpacker::kBeginning && show_more()) {
  }
  // Tapes and some tools fill up a file with zeros.
  while (any_member_ && is_padding(window())) {
    at_ = shown_;
    if (!show_more()) return false;
  }
  const bool skippable = packing_.skippable && any_member_ && is_skippable(window());
  if (!packing_.begins(window()) && !skippable) {
    if (packing_.magic.starts_with(window())) end_early();
    damaged(any_member_ ? "what follows its end is no such data" : "it does not begin as such");
  }
  unpacker_->begin(window().substr(0, Unpacker::kBeginning));
  in_member_ = any_member_ = true;
  return true;
}

std::size_t UnpackStream::read(std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    if (!in_member_ && !begin_member()) break;
    const Unpacker::Step step = unpacker_->step(window(), out.subspan(filled));
    at_ += step.taken;
    filled += step.given;
    in_member_ = !step.ended;
    if (!step.wrong.empty()) damaged(step.wrong);
    if (step.ended || step.taken != 0 || step.given != 0 || show_more()) continue;
    if (at_ == shown_ && unpacker_->may_end()) break;
    end_early();
  }
  return filled;
}

}  // namespace neve::ingest
