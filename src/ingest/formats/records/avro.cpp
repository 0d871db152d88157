#include "ingest/formats/records/avro.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include <neve/base/error.hpp>
#include <snappy-c.h>
#include <zlib.h>

#include "ingest/formats/records/avro_values.hpp"
#include "ingest/sources/memory_source.hpp"
#include "ingest/sources/unpack_stream.hpp"

namespace neve::ingest {

namespace {

using namespace std::string_view_literals;
constexpr std::string_view kMagic = "Obj\x01"sv;
constexpr std::size_t kSync = 16;
constexpr std::int64_t kLargestHeader = std::int64_t{64} << 20;
constexpr std::int64_t kBlockHead = 20;  // two numbers of at most 10 bytes

class AvroFile {
 public:
  AvroFile(const ByteSource& file, Budget& budget) : file_(file), budget_(budget) {}

  void read(RecordText& text) {
    read_header();
    std::vector<std::string> names;
    std::vector<frame::ColumnType> types;
    for (const AvroField& field : fields_) {
      names.push_back(field.name);
      types.push_back(field.type());
    }
    text.begin_records(names, types);
    while (next_ < file_.size() && !text.full()) read_block(text);
  }

 private:
  [[noreturn]] void damaged(std::int64_t byte, const std::string& why) const {
    refuse_damaged(file_, "Avro", byte, why);
  }
  [[nodiscard]] std::string place() const {
    return file_.name() + ", byte " + std::to_string(next_);
  }

  /// The next bytes of the file, at most `most`, without moving on; reserved before.
  std::string_view look(std::int64_t most) {
    const std::int64_t size = std::min(most, file_.size() - next_);
    if (size > memory_.bytes()) {
      memory_ = {};
      memory_ = budget_.reserve(size, "A block of " + file_.name());
    }
    window_.resize(static_cast<std::size_t>(size));
    if (file_.read(next_, window_) < window_.size()) {
      throw InputError::bad_request("The file " + file_.name() +
                                    " became shorter while it was read.");
    }
    return window_;
  }

  void read_header() {
    for (std::int64_t size = 1 << 16;; size *= 4) {
      AvroBytes bytes(look(size));
      bytes.bytes(kMagic.size());
      read_metadata(bytes);
      const std::string_view sync = bytes.bytes(kSync);
      const bool cut = !bytes.error().empty() && bytes.empty();
      if (bytes.error().empty()) {
        sync_ = sync;
        fields_ = read_avro_schema(schema_, file_.name() + ", byte 0");
        next_ += static_cast<std::int64_t>(bytes.at());
        return;
      }
      if (size < file_.size() && size < kLargestHeader) continue;  // there is more to see
      damaged(cut ? file_.size() : static_cast<std::int64_t>(bytes.at()), bytes.error());
    }
  }
  void read_metadata(AvroBytes& bytes) {
    schema_.clear();
    codec_ = "null";
    for (std::int64_t count = bytes.integer(); count != 0; count = bytes.integer()) {
      if (count < 0) (void)bytes.integer();  // the size of what follows, for who would skip it
      for (std::int64_t i = 0; i != count && bytes.error().empty(); i += count < 0 ? -1 : 1) {
        const std::string_view key = bytes.counted();
        const std::string_view value = bytes.counted();
        if (key == "avro.schema") schema_ = value;
        if (key == "avro.codec") codec_ = value;
      }
      if (!bytes.error().empty()) return;
    }
  }

  void read_block(RecordText& text) {
    AvroBytes head(look(kBlockHead));
    const std::int64_t records = head.integer();
    const std::int64_t size = head.integer();
    if (!head.error().empty()) end_early(head, next_);
    if (records < 0 || size < 0) damaged(next_, "a block has a negative size");
    const std::int64_t start = next_ + static_cast<std::int64_t>(head.at());
    if (size > file_.size() - start - static_cast<std::int64_t>(kSync)) {
      damaged(file_.size(), "it ends early");
    }
    next_ = start;
    const std::string_view block = look(size + static_cast<std::int64_t>(kSync));
    const auto packed = static_cast<std::size_t>(size);
    if (block.substr(packed) != sync_)
      damaged(start + size, "a block does not end where it should");
    AvroBytes values(unpacked(block.substr(0, packed)));
    for (std::int64_t i = 0; i < records && !text.full(); ++i) {
      read_avro_record(values, fields_, text);
      if (!values.error().empty()) wrong_record(start, values, i);
    }
    if (!text.full() && !values.empty()) damaged(start, "a block holds more than its records");
    next_ = start + size + static_cast<std::int64_t>(kSync);
  }
  [[noreturn]] void end_early(const AvroBytes& head, std::int64_t at) const {
    const bool cut = file_.size() - at < kBlockHead;
    damaged(cut ? file_.size() : at, head.error());
  }
  [[noreturn]] void wrong_record(std::int64_t start, const AvroBytes& values,
                                 std::int64_t record) const {
    const bool plain = codec_ == "null";
    damaged(plain ? start + static_cast<std::int64_t>(values.at()) : start,
            "record " + std::to_string(record + 1) + " of the block: " + values.error());
  }

  /// The block's records as they are without the file's codec.
  std::string_view unpacked(std::string_view block) {
    struct Codec {
      std::string_view name;
      std::string_view packing;
    };
    constexpr std::array kCodecs = {Codec{"bzip2", "bzip2"}, Codec{"xz", "xz"},
                                    Codec{"zstandard", "zstd"}};
    if (codec_ == "null") return block;
    plain_.emplace(budget_, "A block of " + file_.name());
    if (codec_ == "deflate") {
      inflate_block(block);
    } else if (codec_ == "snappy") {
      unpack_snappy(block);
    } else if (const auto* known = std::ranges::find(kCodecs, codec_, &Codec::name);
               known != kCodecs.end()) {
      unpack_members(block, known->packing);
    } else {
      throw InputError::unsupported(place() + ": its blocks are packed with the codec '" + codec_ +
                                    "'; null, deflate, snappy, bzip2, xz and zstandard are read.");
    }
    return plain_->view();
  }
  void inflate_block(std::string_view block) {
    z_stream stream{};
    NEVE_CHECK(inflateInit2(&stream, -MAX_WBITS) == Z_OK, "no memory for a decompressor");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, &inflateEnd);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));  // only read
    stream.avail_in = static_cast<uInt>(block.size());
    int state = Z_OK;
    while (state == Z_OK) {
      constexpr std::size_t kPiece = std::size_t{1} << 20;
      plain_->reserve(plain_->size() + std::max<std::size_t>(kPiece, plain_->size()));
      const std::size_t room = std::min(plain_->free_size(), std::size_t{1} << 30);
      stream.next_out = reinterpret_cast<Bytef*>(plain_->free_space());
      stream.avail_out = static_cast<uInt>(room);
      state = inflate(&stream, Z_NO_FLUSH);
      plain_->advance(room - stream.avail_out);
    }
    if (state != Z_STREAM_END) damaged(next_, "a block's deflate data is wrong");
  }
  void unpack_snappy(std::string_view block) {
    constexpr std::size_t kChecksum = 4;  // CRC-32 of the plain bytes, the highest byte first
    std::size_t size = 0;
    const std::size_t packed = block.size() - std::min(block.size(), kChecksum);
    if (snappy_uncompressed_length(block.data(), packed, &size) != SNAPPY_OK) {
      damaged(next_, "a block's snappy data is wrong");
    }
    plain_->reserve(std::max<std::size_t>(size, 1));
    if (snappy_uncompress(block.data(), packed, plain_->free_space(), &size) != SNAPPY_OK) {
      damaged(next_, "a block's snappy data is wrong");
    }
    plain_->advance(size);
    const auto crc = static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(plain_->view().data()), size));
    std::uint32_t stated = 0;
    std::memcpy(&stated, block.data() + packed, kChecksum);
    if (crc != __builtin_bswap32(stated)) damaged(next_, "a block's checksum is wrong");
  }
  void unpack_members(std::string_view block, std::string_view packing) {
    const Packing* found = packing_of(block);
    if (found == nullptr || found->name != packing) {
      damaged(next_, "a block is not packed with " + codec_);
    }
    const MemorySource source(place(), block);
    UnpackStream stream(source, *found, budget_);
    for (;;) {
      if (plain_->free_size() == 0) plain_->reserve(2 * plain_->size() + 3 * block.size() + 1024);
      const std::size_t got = stream.read({plain_->free_space(), plain_->free_size()});
      if (got == 0) break;
      plain_->advance(got);
    }
  }

  const ByteSource& file_;
  Budget& budget_;
  Reservation memory_;
  std::string window_;
  std::optional<OwnedBytes> plain_;
  std::string schema_;
  std::string codec_;
  std::string sync_;
  std::vector<AvroField> fields_;
  std::int64_t next_ = 0;
};

}  // namespace

bool is_avro(std::string_view first_bytes) { return first_bytes.starts_with(kMagic); }

void read_avro(const ByteSource& file, Budget& budget, RecordText& text) {
  AvroFile(file, budget).read(text);
}

}  // namespace neve::ingest
