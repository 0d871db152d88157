// The layout of messages and their headers: the Arrow columnar format's chapter "Serialization and
// Interprocess Communication", and the FlatBuffers internals that it builds on.
#include "ingest/formats/arrow/ipc_messages.hpp"

#include <cstring>
#include <optional>
#include <string>

#include "ingest/formats/arrow/bridge.hpp"

namespace neve::ingest::columnar {

namespace {

constexpr std::uint32_t kMark = 0xFFFFFFFF;              // before each message
constexpr std::int32_t kMostHeader = 256 * 1024 * 1024;  // of a schema of very many columns

/// What a message is, by the number of its header in the format.
enum class Kind : std::uint8_t { schema = 1, dictionary = 2, batch = 3 };

/// A table of a FlatBuffer, which may be damaged: every place is checked.
class Table {
 public:
  /// The buffer's root.
  explicit Table(const std::vector<char>& bytes) : bytes_(bytes), at_(read<std::uint32_t>(0)) {}

  /// Its field of this number; nothing where it has none.
  template <class T>
  [[nodiscard]] std::optional<T> field(std::size_t number) const {
    const std::size_t place = place_of(number);
    if (place == 0) return std::nullopt;
    return read<T>(place);
  }
  [[nodiscard]] std::optional<Table> table(std::size_t number) const {
    const std::size_t place = place_of(number);
    if (place == 0) return std::nullopt;
    return Table(bytes_, place + read<std::uint32_t>(place));
  }

 private:
  Table(const std::vector<char>& bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  template <class T>
  [[nodiscard]] T read(std::size_t place) const {
    if (place > bytes_.size() || bytes_.size() - place < sizeof(T)) {
      throw Problem{"a message's header leads out of itself"};
    }
    T value{};
    std::memcpy(&value, bytes_.data() + place, sizeof value);
    return value;
  }
  [[nodiscard]] std::size_t place_of(std::size_t number) const {
    const auto back = static_cast<std::int64_t>(read<std::int32_t>(at_));
    const std::int64_t slots = static_cast<std::int64_t>(at_) - back;
    if (slots < 0) throw Problem{"a message's header leads out of itself"};
    const auto first = static_cast<std::size_t>(slots);
    const std::size_t slot = 4 + 2 * number;
    if (slot + 2 > read<std::uint16_t>(first)) return 0;
    const std::uint16_t offset = read<std::uint16_t>(first + slot);
    return offset == 0 ? 0 : at_ + offset;
  }

  const std::vector<char>& bytes_;
  std::size_t at_;
};

/// Collects messages in their order.
class Scan {
 public:
  Scan(Input& input, std::int64_t begin) : input_(input), at_(begin) {}

  IpcMessages run() {
    while (step()) {
    }
    messages_.end = at_;
    if (messages_.schema.size == 0) throw Problem{"there is no schema in it"};
    return std::move(messages_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Problem{"at byte " + std::to_string(at_) + ": " + what};
  }
  void read(std::int64_t offset, void* out, std::int64_t count) const {
    std::int64_t done = 0;
    while (done < count) {
      const std::int64_t got =
          input_.read(offset + done, static_cast<char*>(out) + done, count - done);
      if (got <= 0) fail("it ends within a message");
      done += got;
    }
  }

  /// False at the end.
  bool step() {
    std::uint32_t first = 0;
    if (at_ == input_.size()) fail("it ends without the mark of the end");
    read(at_, &first, 4);
    std::int64_t prefix = 4;  // as before version 0.15, without a mark
    auto size = static_cast<std::int32_t>(first);
    if (first == kMark) {
      read(at_ + 4, &size, 4);
      prefix = 8;
    }
    if (size == 0) {
      at_ += prefix;
      return false;
    }
    if (size < 0 || size > kMostHeader) fail("a message's header has an impossible size");
    if (size > input_.size() - at_ - prefix) fail("it ends within a message");
    header_.resize(static_cast<std::size_t>(size));
    read(at_ + prefix, header_.data(), size);
    const Table message(header_);
    const std::int64_t body = message.field<std::int64_t>(3).value_or(0);
    if (body < 0 || body > input_.size() - at_ - prefix - size) fail("it ends within a message");
    take(message, {at_, prefix + size + body});
    at_ += prefix + size + body;
    return true;
  }

  void take(const Table& message, Segment segment) {
    const auto kind = static_cast<Kind>(message.field<std::uint8_t>(1).value_or(0));
    const std::optional<Table> header = message.table(2);
    if (!header) fail("a message is empty");
    if (kind == Kind::schema) {
      if (messages_.schema.size != 0) fail("there is a second schema");
      messages_.schema = segment;
    } else if (kind == Kind::dictionary) {
      std::vector<Segment>& known = dictionaries_[header->field<std::int64_t>(0).value_or(0)];
      const bool more = header->field<std::uint8_t>(2).value_or(0) != 0;
      if (!more) known.clear();
      known.push_back(segment);
    } else if (kind == Kind::batch) {
      IpcMessages::Batch batch{.segment = segment,
                               .rows = header->field<std::int64_t>(0).value_or(0),
                               .dictionaries = {}};
      if (batch.rows < 0) fail("a batch has a negative size");
      for (const auto& [id, segments] : dictionaries_) {
        batch.dictionaries.insert(batch.dictionaries.end(), segments.begin(), segments.end());
      }
      messages_.batches.push_back(std::move(batch));
    } else {
      throw Problem{"there are messages of other things than columns in it", true};
    }
  }

  Input& input_;
  std::int64_t at_;
  std::vector<char> header_;
  std::map<std::int64_t, std::vector<Segment>> dictionaries_;  // those that hold now
  IpcMessages messages_;
};

}  // namespace

IpcMessages scan_messages(Input& input, std::int64_t begin) { return Scan(input, begin).run(); }

}  // namespace neve::ingest::columnar
