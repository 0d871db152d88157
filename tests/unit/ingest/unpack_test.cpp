#include "ingest/sources/unpack.hpp"

#include <string>

#include <gtest/gtest.h>
#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>

#include "ingest/sources/memory_source.hpp"
#include "ingest/sources/unpack_stream.hpp"
#include "unit/ingest/packers.hpp"

namespace neve::ingest {
namespace {

constexpr std::int64_t kRoomy = std::int64_t{1} << 30;

class Unpacked : public testing::TestWithParam<Packer> {
 protected:
  std::string unpack(const std::string& bytes, const std::string& name = "file") {
    const auto file = std::make_shared<MemorySource>(name, bytes);
    const ByteSourcePtr plain = unpacked(file, budget_);
    std::string text(static_cast<std::size_t>(plain->size()), '\0');
    text.resize(plain->read(0, text));
    return text;
  }
  std::string error_of(const std::string& bytes, const std::string& name = "file") {
    try {
      unpack(bytes, name);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }
  Budget budget_{kRoomy};
};

/// Rows whose digits hardly repeat, so that packings need several blocks for them.
std::string rows(std::uint64_t count) {
  const CounterRng rng(7);
  std::string text;
  for (std::uint64_t i = 0; i < count; ++i) {
    text += std::to_string(i) + "," + std::to_string(rng.below(i, 1'000'000'000)) + "\n";
  }
  return text;
}

TEST_P(Unpacked, GivesWhatWasPacked) {
  for (const std::uint64_t count : {0, 1, 100, 200'000}) {
    const std::string plain = rows(count);
    EXPECT_EQ(unpack(GetParam().pack(plain)), plain) << count;
  }
  EXPECT_EQ(budget_.used(), 0);
}

TEST_P(Unpacked, GivesItsBeginning) {
  const std::string plain = rows(200'000);
  const std::string packed = GetParam().pack(plain);
  const MemorySource file("file", packed);
  EXPECT_TRUE(is_packed(file));
  EXPECT_EQ(unpacked_beginning(file, 1000, budget_), plain.substr(0, 1000));
  EXPECT_EQ(unpacked_beginning(file, 1 << 20, budget_), plain.substr(0, 1 << 20));
  EXPECT_EQ(unpacked_beginning(file, 1 << 24, budget_), plain);
}

TEST_P(Unpacked, MembersFollowOneAnother) {
  const std::string one = rows(30'000);
  std::string packed;
  std::string plain;
  for (int i = 0; i < 5; ++i) {
    packed += GetParam().pack(i == 2 ? "" : one);
    if (i != 2) plain += one;
  }
  EXPECT_EQ(unpack(packed), plain);
  if (GetParam().name != "snappy") {
    EXPECT_EQ(unpack(packed + std::string(4096, '\0')), plain);
    EXPECT_NE(error_of(packed + "what").find("byte " + std::to_string(packed.size()) + ":"),
              std::string::npos);
  }
}

TEST_P(Unpacked, ACutIsNoticedWhereverItIs) {
  const std::string packed = GetParam().pack(rows(40)) + GetParam().pack(rows(20));
  const std::string name = "file" + std::string(packing_of(packed)->extensions[0]);
  for (std::size_t size = 1; size < packed.size(); ++size) {
    const std::string error = error_of(packed.substr(0, size), name);
    const bool whole = size == GetParam().pack(rows(40)).size();
    if (whole || !GetParam().notices_any_cut) continue;
    EXPECT_NE(error.find(name + ", byte " + std::to_string(size) + ": the"), std::string::npos)
        << size << ": " << error;
  }
}

TEST_P(Unpacked, AByteThatWasChangedNeverGivesOtherBytes) {
  const std::string plain = rows(300);
  const std::string packed = GetParam().pack(plain);
  for (std::size_t at = 0; at < packed.size(); ++at) {
    std::string changed = packed;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    if (packing_of(changed) == nullptr) continue;
    try {
      EXPECT_EQ(unpack(changed), plain) << at;  // of no meaning, such as a time
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("file, byte "), std::string::npos) << error.what();
    } catch (const OutOfMemoryError&) {
      // A window as large as none ever is.
    }
  }
}

TEST_P(Unpacked, ABombIsRefused) {
  const std::string bomb = GetParam().pack(std::string(std::size_t{64} << 20, 'x'));
  const auto file = std::make_shared<MemorySource>("file", bomb);
  Budget small(std::int64_t{24} << 20);
  EXPECT_THROW(unpacked(file, small), OutOfMemoryError);
  EXPECT_EQ(small.used(), 0);
  EXPECT_EQ(unpacked_beginning(*file, 4096, small), std::string(4096, 'x'));
}

INSTANTIATE_TEST_SUITE_P(Packings, Unpacked, testing::ValuesIn(packers()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Unpack, TextThatBeginsAsPackedFilesDoIsText) {
  for (const char* text : {"BZh,1,2\n3,4,5\n", "BZh9,2\n", "B", "PK,1\n"}) {
    const std::string bytes = text;
    const MemorySource file("file", bytes);
    EXPECT_FALSE(is_packed(file)) << text;
  }
}

TEST(Unpack, FramesOfMetadataHoldNoBytes) {
  Budget budget(kRoomy);
  const std::string skipped("\x50\x2A\x4D\x18\x03\0\0\0abc", 11);
  for (const auto& pack : {&pack_zstd, &pack_lz4}) {
    const std::string packed = pack("a,b\n") + skipped + pack("1,2\n");
    const MemorySource file("file", packed);
    EXPECT_EQ(unpacked_beginning(file, 100, budget), "a,b\n1,2\n");
  }
}

TEST(Unpack, SnappyChunksMayBeUnpackedOrOfMetadata) {
  Budget budget(kRoomy);
  const std::string skipped("\xFE\x03\0\0abc", 7);
  const std::string packed =
      pack_snappy("") + skipped + snappy_chunk('\x01', "1,2\n", "1,2\n") + pack_snappy("3,4\n");
  const MemorySource file("file", packed);
  EXPECT_EQ(unpacked_beginning(file, 100, budget), "1,2\n3,4\n");
  const std::string reserved = pack_snappy("") + std::string("\x02\x03\0\0abc", 7);
  EXPECT_THROW(unpacked_beginning(MemorySource("file", reserved), 100, budget), InputError);
}

TEST(Unpack, WindowsAreReservedBeforeTheyAreUsed) {
  const std::string plain = rows(400'000);
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 27);
  std::string packed(2 * ZSTD_compressBound(plain.size()), '\0');
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  ZSTD_inBuffer in{plain.data(), plain.size(), 0};  // in pieces, so that it knows no size
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_end);
  packed.resize(out.pos);
  ZSTD_freeCCtx(context);
  const MemorySource file("file", packed);
  Budget small(std::int64_t{32} << 20);
  Budget large(std::int64_t{160} << 20);
  EXPECT_THROW(unpacked_beginning(file, 100, small), OutOfMemoryError);
  EXPECT_EQ(unpacked_beginning(file, 100, large), plain.substr(0, 100));
  const std::string_view two_gb("\x28\xB5\x2F\xFD\x00\xA8\xB4\x03\x04\x14\x00", 11);
  const MemorySource tiny("file", two_gb);
  EXPECT_THROW(unpacked_beginning(tiny, 100, large), OutOfMemoryError);
}

}  // namespace
}  // namespace neve::ingest
