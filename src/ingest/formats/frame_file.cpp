#include "ingest/formats/frame_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_set>

#include <neve/base/error.hpp>
#include <neve/base/utf8.hpp>
#include <neve/frame/chunk_builder.hpp>

namespace neve::ingest {
namespace {

struct Head {
  std::array<char, 8> magic = {'N', 'E', 'V', 'E', 'F', 'R', 'M', '\n'};
  std::uint32_t version = 1;
  std::uint32_t flags = 0;
};
struct End {
  std::array<char, 8> magic = {'N', 'E', 'V', 'E', 'E', 'N', 'D', '\n'};
  std::uint64_t blocks = 0;
  std::uint64_t sum = 0;
};
static_assert(sizeof(Head) == 16 && sizeof(End) == 24);

// More of either would be a burden to each node that hears of the frame.
constexpr std::int64_t kMostColumns = std::int64_t{1} << 24U;
constexpr std::int64_t kMostGroups = std::int64_t{1} << 24U;
/// Frames here have 64 Ki rows a group, a few thousand more where small groups were put together.
constexpr std::int64_t kMostRowsOfGroup = std::int64_t{1} << 20U;
constexpr std::int64_t kMostLevels = std::int64_t{1} << 31U;
/// Of one more text in memory: the string itself, and its place in the set that finds twins.
constexpr std::int64_t kBytesOfText = 128;

/// The checksum goes over lengths and checksums of the blocks, in their order.
std::uint64_t sum_with(std::uint64_t sum, std::uint64_t length, std::uint64_t checksum) {
  const std::array<std::uint64_t, 2> block = {length, checksum};
  return hash_bytes(std::as_bytes(std::span(block)), sum);
}

std::string_view bytes_of(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

frame::Chunk texts_chunk(const std::vector<std::string>& texts) {
  frame::TextBuilder builder;
  for (const std::string& text : texts) builder.append(text);
  return builder.finish();
}

frame::ChunkKind kind_of(frame::ColumnType type) {
  switch (type) {
    case frame::ColumnType::categorical:
      return frame::ChunkKind::codes;
    case frame::ColumnType::string:
      return frame::ChunkKind::text;
    case frame::ColumnType::time:
      return frame::ChunkKind::times;
    case frame::ColumnType::uuid:
      return frame::ChunkKind::uuids;
    case frame::ColumnType::numeric:
    case frame::ColumnType::bad:
      break;
  }
  return frame::ChunkKind::numbers;
}

}  // namespace

FrameFileWriter::FrameFileWriter(ByteSink& to, const FramePlan& plan) : to_(to) {
  const Head head;
  to_.write(bytes_of(&head, sizeof head));
  std::vector<std::int64_t> types;
  for (const frame::ColumnType type : plan.types) types.push_back(static_cast<std::int64_t>(type));
  add(frame::encode_int64(types));
  add(texts_chunk(plan.names));
  add(frame::encode_int64(plan.cuts));
  for (const frame::DomainPtr& domain : plan.domains) {
    if (domain) add(texts_chunk(*domain));
  }
}

void FrameFileWriter::add(const frame::Chunk& chunk) {
  const std::uint64_t length = chunk.byte_size();
  to_.write(bytes_of(&length, sizeof length));
  to_.write(bytes_of(chunk.buffer()->bytes().data(), chunk.byte_size()));
  sum_ = sum_with(sum_, length, chunk.checksum());
  ++blocks_;
}

void FrameFileWriter::finish() {
  End end;
  end.blocks = blocks_;
  end.sum = sum_;
  to_.write(bytes_of(&end, sizeof end));
}

FrameFileReader::FrameFileReader(const ByteSource& from, Budget& budget)
    : from_(from), budget_(budget) {
  read_head();
  read_columns();
  read_cuts();
  for (std::size_t c = 0; c < plan_.types.size(); ++c) {
    const bool has_levels = plan_.types[c] == frame::ColumnType::categorical;
    plan_.domains.push_back(has_levels ? read_domain(c) : nullptr);
  }
}

void FrameFileReader::fail(const std::string& why) const {
  throw InputError::illegal_argument(
      "File " + from_.name() + ", byte " + std::to_string(block_at_) + ": " + why +
          " A frame file is read only as a whole; save the frame again.",
      {{"path", from_.name()}, {"byte", std::to_string(block_at_)}});
}

void FrameFileReader::read(void* to, std::size_t bytes) {
  const std::size_t got = from_.read(at_, {static_cast<char*>(to), bytes});
  if (got != bytes) fail("the file ends here or before, although more follows.");
  at_ += static_cast<std::int64_t>(bytes);
}

void FrameFileReader::read_head() {
  Head head;
  read(&head, sizeof head);
  if (head.magic != Head().magic) fail("this is no frame that Neve has saved.");
  if (head.version != Head().version || head.flags != 0) {
    fail("the file is of version " + std::to_string(head.version) +
         ", which this server does not read.");
  }
}

frame::Chunk FrameFileReader::read_block(const std::string& what) {
  block_at_ = at_;
  std::uint64_t length = 0;
  read(&length, sizeof length);
  const auto left = static_cast<std::uint64_t>(std::max<std::int64_t>(0, from_.size() - at_));
  if (length > left) fail(what + " ends behind the end of the file.");
  const Reservation memory = budget_.reserve(static_cast<std::int64_t>(length), "a part of a file");
  Buffer buffer(length);
  read(buffer.bytes().data(), length);
  try {
    auto chunk = frame::Chunk::from_bytes(SharedBuffer(std::move(buffer)));
    sum_ = sum_with(sum_, length, chunk.checksum());
    ++blocks_;
    return chunk;
  } catch (const InternalError&) {
    fail(what + " was damaged.");
  }
}

/// Texts of a chunk, all of them there, valid UTF-8 and different from each other.
std::vector<std::string> FrameFileReader::texts_of(const frame::Chunk& chunk,
                                                   const std::string& what) {
  if (chunk.kind() != frame::ChunkKind::text || chunk.missing() != 0 ||
      chunk.rows() > kMostLevels) {
    fail(what + " are no texts.");
  }
  memory_.push_back(budget_.reserve(chunk.rows() * kBytesOfText, "names and levels"));
  std::vector<std::string> texts;
  texts.reserve(static_cast<std::size_t>(chunk.rows()));
  std::unordered_set<std::string_view> known;
  // A chunk may hold a long text once for many rows.
  std::int64_t reserved = 0;
  std::int64_t bytes = 0;
  for (std::int64_t row = 0; row < chunk.rows(); ++row) {
    // A damaged header may say that nothing is missing.
    const std::optional<std::string_view> told = chunk.text(row);
    if (!told) fail(what + " are no texts.");
    const std::string_view text = *told;
    if (find_bad_utf8(text) != text.size()) fail(what + " hold bytes that are no text.");
    if (!known.insert(text).second) fail(what + " hold '" + std::string(text) + "' twice.");
    bytes += static_cast<std::int64_t>(text.size());
    if (bytes > reserved) {
      memory_.push_back(budget_.reserve(bytes, "names and levels"));
      reserved += bytes;
    }
    texts.emplace_back(text);
  }
  return texts;
}

void FrameFileReader::read_columns() {
  const frame::Chunk types = read_block("the list of types");
  const bool is_list = types.kind() == frame::ChunkKind::numbers && types.holds_integers() &&
                       types.rows() >= 1 && types.rows() <= kMostColumns;
  if (!is_list) fail("the list of types is none.");
  memory_.push_back(budget_.reserve(types.rows() * kBytesOfText, "columns"));
  for (std::int64_t c = 0; c < types.rows(); ++c) {
    const std::int64_t type = types.int64_at(c);
    if (type < 0 || type > static_cast<std::int64_t>(frame::ColumnType::bad)) {
      fail("column " + std::to_string(c) + " is of a type that does not exist.");
    }
    plan_.types.push_back(static_cast<frame::ColumnType>(type));
  }
  plan_.names = texts_of(read_block("the list of names"), "the names of the columns");
  if (plan_.names.size() != plan_.types.size()) fail("there are not as many names as columns.");
}

void FrameFileReader::read_cuts() {
  const frame::Chunk cuts = read_block("the list of row groups");
  const bool is_list = cuts.kind() == frame::ChunkKind::numbers && cuts.holds_integers() &&
                       cuts.rows() >= 2 && cuts.rows() <= kMostGroups && cuts.missing() == 0;
  if (!is_list || cuts.int64_at(0) != 0) fail("the list of row groups is none.");
  memory_.push_back(budget_.reserve(cuts.rows() * kBytesOfText, "row groups"));
  for (std::int64_t g = 1; g < cuts.rows(); ++g) {
    const std::int64_t rows = cuts.int64_at(g) - plan_.cuts.back();
    if (rows < 0 || rows > kMostRowsOfGroup) {
      fail("row group " + std::to_string(g - 1) + " has an impossible number of rows.");
    }
    plan_.cuts.push_back(cuts.int64_at(g));
  }
}

frame::DomainPtr FrameFileReader::read_domain(std::size_t column) {
  const std::string what = "the levels of column '" + plan_.names[column] + "'";
  return std::make_shared<const frame::Domain>(texts_of(read_block(what), what));
}

frame::Chunk FrameFileReader::next(std::int32_t group, std::size_t column) {
  const std::string what =
      "column '" + plan_.names[column] + "' of row group " + std::to_string(group);
  frame::Chunk chunk = read_block(what);
  check_cells(chunk, group, column);
  return chunk;
}

void FrameFileReader::check_cells(const frame::Chunk& chunk, std::int32_t group,
                                  std::size_t column) const {
  const auto g = static_cast<std::size_t>(group);
  const std::string what =
      "column '" + plan_.names[column] + "' of row group " + std::to_string(group);
  if (chunk.rows() != plan_.cuts[g + 1] - plan_.cuts[g]) fail(what + " has other rows.");
  if (chunk.kind() != kind_of(plan_.types[column])) fail(what + " is of another type.");
  if (plan_.types[column] == frame::ColumnType::bad && chunk.missing() != chunk.rows()) {
    fail(what + " has values although the column has none.");
  }
  if (plan_.types[column] != frame::ColumnType::categorical) return;
  const auto levels = static_cast<std::int64_t>(plan_.domains[column]->size());
  std::array<std::int32_t, 1024> codes;
  for (std::int64_t begin = 0; begin < chunk.rows();) {
    const auto rows = std::min<std::int64_t>(std::ssize(codes), chunk.rows() - begin);
    const auto block = std::span(codes).first(static_cast<std::size_t>(rows));
    chunk.decode_codes(begin, block);
    if (std::ranges::any_of(block, [&](std::int32_t code) { return code >= levels; })) {
      fail(what + " has a level that does not exist.");
    }
    begin += rows;
  }
}

void FrameFileReader::finish() {
  block_at_ = at_;
  End end;
  read(&end, sizeof end);
  if (end.magic != End().magic || end.blocks != blocks_ || end.sum != sum_) {
    fail("the end does not belong to what comes before it.");
  }
  if (at_ != from_.size()) fail("something follows the end.");
}

}  // namespace neve::ingest
